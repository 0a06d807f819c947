"""Entries at a kink: both slopes, and what a choice of subgradients can make of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .evidence import Entries, Verdict

if TYPE_CHECKING:
    from .lines import Point
    from .slopes import Slope
    from .structure import FloatArray

__all__ = ["mark_kink"]

# Beyond so many widths outside both slopes no choice of subgradients explains a value.
FAR = 10.0
# How far away, in the scale of the parameters, slopes nearby are looked at, and in what steps.
NEARBY, STEP = 1e-4, 1e-6
# Of the width of the slopes: what they change over that distance.
BLUR = 1e-2
# Points that are tried, and how much less than another an array may be moved.
PATTERNS, LEAST_WEIGHT = 200, 1e-2


def mark_kink(
    entries: Entries,
    point: Point,
    place: tuple[int, tuple[int, ...]],
    found: Slope,
    *,
    subgradients: bool,
) -> None:
    """Turn the verdict on one entry into a kink, with its slopes.

    Parameters
    ----------
    entries : Entries
        The array of the entry. Modified.
    point : Point
        The cost near the parameters.
    place : tuple
        Which array, and the index in it.
    found : Slope
        Its slopes, in steps of the scale of the array.
    subgradients : bool
        Whether a value between the slopes agrees. Where several units are at their kink, what
        a subgradient for each makes of the entry may lie outside its own two slopes, so those
        of points nearby count as well (Clarke, Optimization and Nonsmooth Analysis, 1983: the
        generalized gradient is the hull of gradients nearby).
    """
    array, index = place
    scale = point.scales[array]
    low, high = sorted((found.left / scale, found.right / scale))
    slack = 2 * found.side_error / scale
    value = float(entries.analytic[index])
    if not low - slack <= value <= high + slack:
        low, high = _hull(point, place, low, high, value)
        slack += BLUR * (high - low)
    inside = low - slack <= value <= high + slack
    is_far = max(low - value, value - high) > FAR * (high - low) + slack
    accepted = Verdict.AGREES if subgradients and inside else Verdict.KINK
    entries.verdict[index] = (Verdict.WRONG if is_far else accepted).code
    if entries.slopes is None:
        empty = np.full(entries.analytic.shape, np.nan)
        entries.slopes = (empty, empty.copy())
    for side, slope in zip(entries.slopes, sorted((found.left, found.right)), strict=True):
        side[index] = slope / scale


def _hull(
    point: Point, place: tuple[int, tuple[int, ...]], low: float, high: float, value: float
) -> tuple[float, float]:
    """The smallest and the largest slope around the point, until the value lies between."""
    rng = np.random.default_rng(0)
    array, index = place
    across: list[FloatArray] = [np.zeros(value.shape) for value in point.values]
    across[array][index] = point.scales[array]
    for _ in range(PATTERNS):
        if low <= value <= high:
            break
        # Biases alone turn a unit on or off for all examples, weights for some of them: each
        # array outweighs the others now and then.
        weights = LEAST_WEIGHT ** rng.random(len(point.values))
        base = [w * part for w, part in zip(weights, point.direction(rng), strict=True)]

        def at(step: float, base: list[FloatArray] = base) -> float:
            both: list[FloatArray] = [
                NEARBY * b + step * a for a, b in zip(across, base, strict=True)
            ]
            return point.along(both)(1.0)

        slope = (at(STEP) - at(-STEP)) / (2 * STEP * point.scales[array])
        low, high = min(low, slope), max(high, slope)
    return low, high
