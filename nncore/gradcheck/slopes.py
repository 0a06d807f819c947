"""The derivative along a line by extrapolated differences, with an error of its own.

Romberg tables of differences over shrinking steps (Ridders, Accurate computation of F'(x) and
F'(x)F''(x), 1982), their error taken from neighbouring extrapolations and from the measured
noise of the function. Two tables with unrelated steps must tell the same.
"""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING

import numpy as np

from .lines import Line, Remembered

if TYPE_CHECKING:
    from .structure import FloatArray

__all__ = [
    "FEWEST_STEPS",
    "FLAT",
    "STEPS",
    "Slope",
    "confirmed",
    "slope",
]

# An error estimate of Ridders' kind is too small now and then: even twice the estimate was, by
# a ninth, in 2 of 20,000 networks of a campaign.
SAFETY = 3.0
# Steps of each table. With five, smooth functions are told to eleven digits, and their errors
# estimated as well as with ten; with four, the estimate was too small in 2 of 1,200 functions.
STEPS, FEWEST_STEPS = 10, 5
# First step of each table relative to the length on which the function bends, and shrinkage.
TABLES = ((1.0, 2.0), (0.83, 1.7))
SMALLEST_LENGTH = 1e-9
NEARER = 100.0
# A function that moves by less than so many deviations of its noise shows no shape: a unit that
# saturates may hide there, whose slope belongs to a length this part of the one that was tried.
FLAT, HIDDEN = 8.0, 1e-3


@dataclasses.dataclass(frozen=True)
class Slope:
    """A derivative along a line.

    Parameters
    ----------
    value, error : float
        The two-sided derivative and a bound on its error.
    left, right : float
        The one-sided slopes.
    side_error : float
        Bound on the error of each one-sided slope.
    length : float, optional
        The first step of the differences that tell.
    """

    value: float
    error: float
    left: float
    right: float
    side_error: float
    length: float = 1.0

    @property
    def is_kink(self) -> bool:
        """Whether the one-sided slopes differ by more than their errors."""
        return abs(self.right - self.left) > 2 * self.side_error

    @property
    def largest_break(self) -> float:
        """The largest difference of the one-sided slopes that is not excluded."""
        return abs(self.right - self.left) + 2 * self.side_error


def slope(
    line: Line, noise: float, length: float = 1.0, steps: int = STEPS, hidden: float = HIDDEN
) -> Slope:
    """Derivative of the function at 0, with a bound on its error.

    Parameters
    ----------
    line : callable
        The function along a line.
    noise : float
        Standard deviation of its rounding noise.
    length : float
        The first step that is tried; shortened until differences settle.
    steps : int
        Of each table: four evaluations for each, one more at the point itself, and four for
        each time that the length is shortened.
    hidden : float
        The shortest length, as a part of the one found, on which a function that moves by
        less than its noise may still bend; 1 if none is shorter.

    Returns
    -------
    Slope
        The two-sided and both one-sided derivatives; errors are infinite where nothing can be
        said.

    Examples
    --------
    >>> import math
    >>> result = slope(math.exp, noise=1e-16)
    >>> abs(result.value - 1) < result.error < 1e-11
    True
    """
    line = Remembered(line)
    length = _settled_length(line, noise, length)
    if set(line.known.values()) == {line(0.0)} and _variation_nearer(line, length) == 0:
        # Not moved in any bit on either side, near or far: tables would tell no more.
        error = SAFETY * 3 * noise / (hidden * length)
        return Slope(0.0, error, 0.0, 0.0, error, length)
    found = _slope_at(line, noise, length, steps)
    if max(abs(line(length) - line(0.0)), abs(line(-length) - line(0.0))) <= FLAT * noise:
        lost = FLAT * noise / (hidden * length)
        return dataclasses.replace(
            found, error=found.error + lost, side_error=found.side_error + lost
        )
    gap = abs(found.right - found.left)
    while found.is_kink and length > SMALLEST_LENGTH and 8 * noise < gap * length / NEARER:
        # A kink at a distance that the steps pass over looks like one at the point itself.
        length /= NEARER
        nearer = _slope_at(line, noise, length, steps)
        if nearer.largest_break < gap / 2:
            return nearer
    return found


def confirmed(
    line: Line, noise: float, found: Slope, length: float = 1.0, steps: int = STEPS
) -> Slope:
    """Look again from nearer: a kink or a step that the tables passed over would show.

    Parameters
    ----------
    line : callable
        The function along a line.
    noise : float
        Standard deviation of its rounding noise.
    found : Slope
        What `slope` found.
    length : float
        The first step that `slope` was given.
    steps : int
        Of each table.

    Returns
    -------
    Slope
        The first one, or a nearer one that contradicts it.
    """
    lengths = (length / nearness for nearness in (1e2, 1e4, 1e6))
    for near in [near for near in lengths if near < found.length]:
        nearer = _slope_at(line, noise, near, steps)
        if abs(nearer.value - found.value) > nearer.error + found.error:
            found = nearer
    return found


def _slope_at(line: Line, noise: float, length: float, count: int) -> Slope:
    """The slopes from tables whose first step is about the length."""
    centre = line(0.0)
    tables = []
    for start, shrink in TABLES:
        steps = length * start / shrink ** np.arange(count)
        right = np.array([line(h) for h in steps.tolist()])
        left = np.array([line(-h) for h in steps.tolist()])
        if not (np.isfinite(right).all() and np.isfinite(left).all()):
            return Slope(math.nan, math.inf, math.nan, math.nan, math.inf, length)
        sides = [((right - centre) / steps, 1), ((centre - left) / steps, 1)]
        columns = [((right - left) / (2 * steps), 2), *sides]
        tables.append([_extrapolated(d, steps, order, noise) for d, order in columns])
    two_sided, right_side, left_side = (_agreed(a, b) for a, b in zip(*tables, strict=True))
    side_error = max(right_side[1], left_side[1])
    return Slope(*two_sided, left_side[0], right_side[0], side_error, length)


def _settled_length(line: Line, noise: float, length: float) -> float:
    """The length on which the function bends like a parabola, or breaks once at the point."""
    while length > SMALLEST_LENGTH:
        # A unit that steps beyond the half may feign either, but no straight half as well.
        if _is_settled(line, noise, length) and _is_straight(line, 16 * noise, length / 2):
            return length
        length /= 8
    return length


def _is_settled(line: Line, noise: float, length: float) -> bool:
    """Whether the function at a length and at its half is a parabola's, or a kink's."""
    odd = line(length) - line(-length)
    even, near_even = (line(h) + line(-h) - 2 * line(0.0) for h in (length, length / 2))
    bends = abs(even - 4 * near_even) <= 0.3 * abs(even) + 16 * noise
    breaks = abs(even - 2 * near_even) <= 0.1 * abs(even) + 8 * noise
    is_flat = max(abs(odd), abs(even)) <= FLAT * noise
    hidden = is_flat and _varies_nearer(line, noise, length)
    return _is_straight(line, 8 * noise, length) and (bends or breaks) and not hidden


def _is_straight(line: Line, slack: float, length: float) -> bool:
    """Whether the odd part of the function grows with the length."""
    odd, near_odd = (line(h) - line(-h) for h in (length, length / 2))
    return abs(odd - 2 * near_odd) <= 0.05 * abs(odd) + slack


def _varies_nearer(line: Line, noise: float, length: float) -> bool:
    """Whether a function that is flat at the length has a bump at the point."""
    return _variation_nearer(line, length) > FLAT * noise


def _variation_nearer(line: Line, length: float) -> float:
    """How far the function moves at points far nearer than the length."""
    near = [line(sign * length * part) for part in (1 / 30, 1 / 1000) for sign in (1, -1)]
    return max(abs(value - line(0.0)) for value in near)


def _extrapolated(
    differences: FloatArray, steps: FloatArray, order: int, noise: float
) -> tuple[float, float]:
    """The best extrapolation to step zero of differences whose error has powers of h^order."""
    # Rows are tables' entries as weights of the differences, so that noise passes exactly.
    column = np.eye(len(steps))
    sigma = noise * math.sqrt(0.5 if order == 2 else 2.0) / steps
    best = (float(differences[-1]), math.inf)
    for k in range(1, len(steps)):
        ratio = (steps[:-k] / steps[k:])[:, None] ** order
        finer = (ratio * column[1:] - column[:-1]) / (ratio - 1)
        values, before = finer @ differences, column @ differences
        truncation = np.maximum(np.abs(values - before[1:]), np.abs(values - before[:-1]))
        errors = truncation + 3 * np.sqrt((finer**2) @ sigma**2)
        i = int(np.argmin(errors))
        if errors[i] < best[1]:
            best = (float(values[i]), float(errors[i]))
        column = finer
    return best


def _agreed(first: tuple[float, float], second: tuple[float, float]) -> tuple[float, float]:
    """What two tables tell together: the better value, and what both leave open."""
    value, error = min(first, second, key=lambda result: result[1])
    return value, SAFETY * (error + abs(first[0] - second[0]))
