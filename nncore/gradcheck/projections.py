"""Judge all entries of a gradient at once, by slopes of the cost along random directions."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from .budget import PER_SLOPE, SETTLING_ONE, Budget
from .lines import Directions, Line, Point, Remembered, dot, levelled
from .slopes import FEWEST_STEPS, STEPS, Slope, confirmed, slope
from .verdict import RESOLVED

if TYPE_CHECKING:
    from .structure import FloatArray

__all__ = ["Known", "Place", "Projections"]

# Where slope and gradient differ by at most so many bounds, and the slope moves the cost by
# less than so many deviations of its noise, another direction decides.
DOUBTFUL, FAINT = 4.0, 2.0**36
# Projections that move small entries further.
CLOSER = 2
# Which array, and the index in it.
Place: TypeAlias = tuple[int, tuple[int, ...]]


@dataclasses.dataclass
class Known:
    """What is known of each entry so far, an array for each array of the parameters.

    Parameters
    ----------
    analytic, owed : list of float arrays
        The gradient, and the rounding that it may owe.
    reference, error : list of float arrays
        The derivative, nan where it was not measured, and how far it may be from it, or from
        the gradient where it was not measured.
    """

    analytic: list[FloatArray]
    owed: list[FloatArray]
    reference: list[FloatArray] = dataclasses.field(init=False)
    error: list[FloatArray] = dataclasses.field(init=False)

    def __post_init__(self) -> None:
        self.reference = [np.full(array.shape, np.nan) for array in self.analytic]
        self.error = [np.full(array.shape, np.inf) for array in self.analytic]

    def hidden(self) -> list[Place]:
        """The largest entry of each array of which nothing was seen: none is passed so.

        Returns
        -------
        list of places
            One for each such array.
        """
        largest = [
            (k, tuple(int(j) for j in np.unravel_index(np.abs(a).argmax(), a.shape)))
            for k, a in enumerate(self.analytic)
        ]
        return [
            (k, i)
            for k, i in largest
            if np.abs(self.analytic[k][i]) <= RESOLVED * self.error[k][i]
            and np.isnan(self.reference[k][i])
        ]


class Projections:
    """The slopes of the cost beside those of the gradient.

    Parameters
    ----------
    point : Point
        The cost near the parameters.
    known : Known
        Its errors become less wherever a projection agrees.
    budget : Budget
        Evaluations of the cost.
    rng : numpy.random.Generator
        Of the directions.
    """

    def __init__(
        self, point: Point, known: Known, budget: Budget, rng: np.random.Generator
    ) -> None:
        self.point = point
        self.known = known
        self.budget = budget
        self.rng = rng
        self.centre: float = 0.0
        self.noise: float = 0.0
        self.steps: int = STEPS
        # Along which direction the gradient is no slope, and by how much at least.
        self.disagreement: tuple[Directions, float] = [], math.nan

    def agree(self, direction: Directions, line: Remembered, noise: float, steps: int) -> bool:
        """Judge all entries along a direction, and along others what that does not show.

        Parameters
        ----------
        direction : list of float arrays
            Moves all entries.
        line : Remembered
            The cost along it.
        noise : float
            Standard deviation of its rounding noise.
        steps : int
            Of each table of a slope.

        Returns
        -------
        bool
            Whether slope and gradient agree along all of them.
        """
        self.centre, self.noise, self.steps = line(0.0), noise, steps
        return (
            self._agree(direction, line, steps)
            and self._look_at_zeros()
            and self._look_again()
            and self._look_closer()
        )

    def _look_at_zeros(self) -> bool:
        """Judge entries where the gradient is zero by a projection of these alone.

        Where the cost does not move in any bit, as beside units that are off, some ten
        evaluations tell of all of them.
        """
        zeros = [array == 0 for array in self.known.analytic]
        if not self.budget.affords(PER_SLOPE) or not any(zero.any() for zero in zeros):
            return True
        direction = self.point.direction(self.rng)
        direction = [part * zero for part, zero in zip(direction, zeros, strict=True)]
        return self._agree(direction, self._line(direction), FEWEST_STEPS)

    def _look_again(self) -> bool:
        """Judge arrays of which the projection shows nothing by another, of these alone."""
        hidden = {k for k, _ in self.known.hidden()}
        if not hidden:
            return True
        direction = self.point.direction(self.rng)
        direction = [part * (k in hidden) for k, part in enumerate(direction)]
        steps = min(self.steps, self.budget.steps(SETTLING_ONE))
        return self._agree(direction, self._line(direction), steps)

    def _look_closer(self) -> bool:
        """Judge all by further projections, where so many evaluations are left besides.

        What is granted to large entries hides errors of small ones in the first, in which an
        error of 1e-8 shows in 79 % of the entries of a network; in all three, in over 99 %.
        """
        for _ in range(CLOSER):
            if not self.budget.affords(PER_SLOPE * (1 + len(self.known.hidden()))):
                break
            direction = levelled(self.point.direction(self.rng), self.known.analytic)
            if not self._agree(direction, self._line(direction), self.steps):
                return False
        return True

    def _line(self, direction: Directions) -> Remembered:
        """The cost along a direction."""
        return Remembered(self.point.along(direction), {0.0: self.centre})

    def _agree(self, direction: Directions, line: Line, steps: int) -> bool:
        """Judge all entries that a direction moves, by another one where it is doubtful.

        In one of some hundred badly scaled networks, rounding adds to the slope along a line;
        along another it does not.
        """
        found = slope(line, self.noise, steps=steps)
        off = self._judge(direction, found)
        if 1 < off <= DOUBTFUL and abs(found.value) < FAINT * self.noise:
            turned = [part * self.rng.choice([-1.0, 1.0], part.shape) for part in direction]
            direction, line = turned, self._line(turned)
            found = slope(line, self.noise, steps=steps)
            off = self._judge(direction, found)
        if not off <= 1:
            off = self._judge(direction, confirmed(line, self.noise, found, steps=steps))
        return off <= 1

    def _judge(self, direction: Directions, found: Slope) -> float:
        """Judge entries by the slope along a direction; by how many bounds it is off.

        A kink is off by as many as its sides differ.
        """
        known = self.known
        owed = math.sqrt(
            sum(float(((o * d) ** 2).sum()) for o, d in zip(known.owed, direction, strict=True))
        )
        distance = abs(found.value - dot(known.analytic, direction))
        bound = found.error + owed
        off = max(distance / bound, abs(found.right - found.left) / (2 * found.side_error))
        if not off <= 1:
            self.disagreement = direction, distance - bound if distance > bound else math.nan
            return off
        for k, part in enumerate(direction):
            with np.errstate(divide="ignore"):
                error = (distance + bound) / np.abs(part)
            known.error[k] = np.asarray(np.minimum(known.error[k], error))
            if found.value == 0:
                # The cost has not moved in any bit: nothing of it depends on these entries.
                known.reference[k][(part != 0) & (known.analytic[k] == 0)] = 0.0
        return off
