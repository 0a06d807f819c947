"""Where a gradient is not the slope of the cost: difference quotients along few directions.

A quotient of one further evaluation shows gross errors. What it does not show is looked for
among the other entries by quotients of two, and at last by whole slopes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .lines import Line, Point, Remembered, dot
from .locate import Measured, locate
from .owed import SPREADS
from .slopes import slope

if TYPE_CHECKING:
    from .structure import FloatArray

__all__ = ["Quotients"]

# Steps of quotients of one and of two evaluations: about where bends and rounding weigh alike.
ONE_SIDED, TWO_SIDED = 2.0**-24, 2.0**-16
# How much more a part of the entries may bend than all of them together.
BENDS = 8.0
# Measurements of each kind after which the search ends.
MOST_LOCATED = 200


class Quotients:
    """Errors of a gradient along directions.

    Parameters
    ----------
    point : Point
        The cost near the parameters.
    analytic : list of float arrays
        The gradient. Not modified.
    centre : float
        The cost at the point.
    noise : float
        Standard deviation of its rounding noise.
    seed : int
        Of the directions.
    """

    def __init__(
        self, point: Point, analytic: list[FloatArray], centre: float, noise: float, seed: int
    ) -> None:
        self.point = point
        self.analytic = analytic
        self.centre = centre
        self.noise = noise
        self.seed = seed
        signs = np.random.default_rng(seed).choice([-1.0, 1.0], point.structure.size)
        line = self.line(signs * point.flat_scales())
        self.one_sided_bound: float = BENDS * _bend(line) + SPREADS * noise / ONE_SIDED
        self.two_sided_bound: float = BENDS * _twist(line) + SPREADS * noise / TWO_SIDED

    def wrong(self) -> dict[int, float]:
        """Flat places of wrong entries and their errors, each confirmed.

        Returns
        -------
        dict of int to float
            Empty where none is found: errors may be too many, or too small.
        """
        scales, found = self.point.flat_scales(), dict[int, float]()
        complete = False
        for measured in (self.one_sided, self.two_sided, self.slope):
            if measured == self.slope and found and complete:
                break  # it would take some twenty times as many evaluations
            located = locate(measured, scales, self.seed, MOST_LOCATED)
            found |= located.places
            complete = located.complete
            # What was found moves no more, so that smaller errors show beside it.
            scales[list(located.places)] = 0.0
        return found

    def one_sided(self, vector: FloatArray) -> Measured:
        """The error along a direction, by one evaluation."""
        change = (self.line(vector)(ONE_SIDED) - self.centre) / ONE_SIDED
        return Measured(self.expected(vector) - change, self.one_sided_bound)

    def two_sided(self, vector: FloatArray) -> Measured:
        """The error along a direction, by two evaluations."""
        change = _central(self.line(vector), TWO_SIDED)
        return Measured(self.expected(vector) - change, self.two_sided_bound)

    def slope(self, vector: FloatArray) -> Measured:
        """The error along a direction, by a slope."""
        found = slope(self.line(vector), self.noise)
        return Measured(self.expected(vector) - found.value, found.error)

    def expected(self, vector: FloatArray) -> float:
        """The slope along a direction by the gradient."""
        return dot(self.analytic, self.point.unflattened(vector))

    def line(self, vector: FloatArray) -> Remembered:
        """The cost along a direction."""
        return Remembered(self.point.along(self.point.unflattened(vector)), {0.0: self.centre})


def _bend(line: Line) -> float:
    """By how much a quotient of one evaluation differs from the slope."""
    # Half the second derivative times the step, from points where it is above rounding.
    curvature = abs(line(TWO_SIDED) + line(-TWO_SIDED) - 2 * line(0.0)) / TWO_SIDED**2
    return curvature * ONE_SIDED / 2


def _twist(line: Line) -> float:
    """By how much a quotient of two evaluations differs from the slope."""
    # The error grows with the square of the step: four times it less it is three times it.
    return abs(_central(line, 2 * TWO_SIDED) - _central(line, TWO_SIDED)) / 3


def _central(line: Line, step: float) -> float:
    """The quotient of two evaluations."""
    return (line(step) - line(-step)) / (2 * step)
