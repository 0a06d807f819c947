"""The cost along lines through the parameters, in steps natural to each array."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from .structure import FloatArray, Params, Structure

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Cost", "Directions", "Gradient", "Line", "Point", "Remembered", "dot", "levelled"]

Cost: TypeAlias = Callable[[Params], Any]
Gradient: TypeAlias = Callable[[Params], Params]
# The function along a line: Line(0.0) is its value at the point.
Line: TypeAlias = Callable[[float], float]
# One array for each checked array of the parameters.
Directions: TypeAlias = list[FloatArray]

# In a levelled direction an entry moves by its share of the slope to this power, and by so many
# times the least at most: further, and the cost bends too soon.
LEVELLING, FURTHEST = -0.75, 1e3


def dot(first: Sequence[FloatArray], second: Sequence[FloatArray]) -> float:
    """Sum of the products of all entries.

    Parameters
    ----------
    first, second : sequence of float arrays
        Arrays of the same shapes.

    Returns
    -------
    float
        Summed without rounding error.
    """
    pairs = zip(first, second, strict=True)
    return math.fsum(x for a, b in pairs for x in (a.astype(float) * b).ravel())


def levelled(direction: Directions, gradient: Sequence[FloatArray]) -> Directions:
    """A direction to which entries of a gradient contribute more alike.

    Parameters
    ----------
    direction : list of float arrays
        One for each array of the gradient. Not modified.
    gradient : sequence of float arrays
        The slope of the cost.

    Returns
    -------
    list of float arrays
        As long on average; zero where an entry contributes nothing.
    """
    shares = [np.abs(a * d) for a, d in zip(gradient, direction, strict=True)]
    largest = max(float(share.max()) for share in shares)
    with np.errstate(divide="ignore", invalid="ignore"):
        moves = [np.minimum((share / largest) ** LEVELLING, FURTHEST) for share in shares]
    moves = [np.where(share, move, 0.0) for share, move in zip(shares, moves, strict=True)]
    mean = math.sqrt(np.mean(np.concatenate([move.ravel() for move in moves]) ** 2))
    return [d * move / (mean or 1.0) for d, move in zip(direction, moves, strict=True)]


@dataclasses.dataclass
class Point:
    """The cost near the parameters.

    Parameters
    ----------
    cost : callable
        The user's cost.
    structure : Structure
        The parameters.
    """

    cost: Cost
    structure: Structure

    def __post_init__(self) -> None:
        self.evaluations: int = 0
        self.values: list[FloatArray] = self.structure.arrays
        sizes = [float(np.sqrt(np.mean(value.astype(float) ** 2))) for value in self.values]
        # An array of zeros (biases before training) moves like the smallest of the others.
        smallest = min((size for size in sizes if size > 0), default=1.0)
        self.scales: list[float] = [size or smallest for size in sizes]

    @property
    def epsilon(self) -> float:
        """Of the shortest floats among the parameters."""
        return max(float(np.finfo(value.dtype).eps) for value in self.values)

    def unflattened(self, vector: FloatArray) -> Directions:
        """The entries of a flat vector as arrays.

        Parameters
        ----------
        vector : float array
            One entry for each float entry of the parameters.

        Returns
        -------
        list of float arrays
            Shaped as the checked arrays.
        """
        ends = np.cumsum([value.size for value in self.values])
        parts = np.split(vector, ends[:-1])
        return [
            part.reshape(value.shape) for part, value in zip(parts, self.values, strict=True)
        ]

    def place(self, flat: int) -> tuple[int, tuple[int, ...]]:
        """Array and index of an entry of a flat vector.

        Parameters
        ----------
        flat : int
            The place in the flat vector.

        Returns
        -------
        tuple
            Which of the checked arrays, and the index in it.
        """
        array = 0
        while flat >= self.values[array].size:
            flat -= self.values[array].size
            array += 1
        index = np.unravel_index(flat, self.values[array].shape)
        return array, tuple(int(i) for i in index)

    def flat_scales(self) -> NDArray[np.float64]:
        """The scale of each entry.

        Returns
        -------
        float array
            Flat.
        """
        return np.repeat(np.array(self.scales), [value.size for value in self.values])

    def at(self, arrays: Sequence[Params]) -> Params:
        """Cost at other parameters.

        Parameters
        ----------
        arrays : sequence of arrays
            One for each checked array; not copied.

        Returns
        -------
        Any
            What the cost returned.
        """
        self.evaluations += 1
        with np.errstate(all="ignore"):
            return self.cost(self.structure.rebuild(arrays))

    def number(self, arrays: Sequence[Params]) -> float:
        """Cost at other parameters as a float.

        Parameters
        ----------
        arrays : sequence of arrays
            One for each checked array; not copied.

        Returns
        -------
        float
            nan where the cost refuses the parameters.
        """
        try:
            return float(np.asarray(self.at(arrays)).reshape(-1)[0])
        except Exception:  # noqa: BLE001 - in any way that the user's code likes
            return math.nan

    def direction(self, rng: np.random.Generator) -> Directions:
        """A random direction: signs times 0.5 to 1.5, in the scale of each array.

        Parameters
        ----------
        rng : numpy.random.Generator
            Where it is drawn from.

        Returns
        -------
        list of float arrays
            No two wrong entries cancel in it, except by a coincidence of measure zero.
        """
        return [
            scale * rng.choice([-1.0, 1.0], value.shape) * rng.uniform(0.5, 1.5, value.shape)
            for scale, value in zip(self.scales, self.values, strict=True)
        ]

    def along(self, direction: Directions) -> Line:
        """Cost along a direction.

        Parameters
        ----------
        direction : list of float arrays
            One for each checked array.

        Returns
        -------
        callable
            The cost, a float, as a function of the step.
        """

        def line(t: float) -> float:
            moved = [
                (value + t * part).astype(value.dtype)
                for value, part in zip(self.values, direction, strict=True)
            ]
            return self.number(moved)

        return line

    def across(self, array: int, index: tuple[int, ...]) -> Line:
        """Cost along one entry.

        Parameters
        ----------
        array : int
            Which of the checked arrays.
        index : tuple of int
            Which of its entries.

        Returns
        -------
        callable
            The cost as a function of the step, whose unit is the scale of the array.
        """

        def line(t: float) -> float:
            moved = [value.copy(order="K") for value in self.values]
            moved[array][index] += t * self.scales[array]
            return self.number(moved)

        return line


class Remembered:
    """A function that is evaluated once for each argument.

    Parameters
    ----------
    line : callable
        The function along a line.
    known : dict, optional
        Values that need not be computed.
    """

    def __init__(self, line: Line, known: dict[float, float] | None = None) -> None:
        self.line = line
        self.known: dict[float, float] = dict(known or {})

    def __call__(self, t: float) -> float:
        """Value at a step."""
        if t not in self.known:
            self.known[t] = self.line(t)
        return self.known[t]
