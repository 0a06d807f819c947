"""How many evaluations of the cost differences may take by default, and what they buy."""

from __future__ import annotations

from .lines import Point
from .slopes import FEWEST_STEPS, STEPS

__all__ = ["PER_SLOPE", "SETTLING", "SETTLING_ONE", "Budget"]

# The default stays within two evaluations of the cost for each parameter, but makes at least
# as many as one slope takes with its noise.
PER_PARAMETER, FEWEST_EVALUATIONS = 2, 44
# Calls of the cost before and after this rung, which look for faults around the formula.
INSPECTING = 5
# A slope takes at most so many evaluations, and seldom more: two tables, and the search for
# their first step, which is longer along one entry; fewer where a table has fewer steps.
PER_SLOPE, SETTLING, SETTLING_ONE = 60, 8, 20


class Budget:
    """Evaluations of the cost that are promised, and what is left of them.

    Parameters
    ----------
    point : Point
        Counts the evaluations that were made.
    """

    def __init__(self, point: Point) -> None:
        self.point = point
        size = point.structure.size
        self.promised: int = max(PER_PARAMETER * size, FEWEST_EVALUATIONS) - INSPECTING

    @property
    def left(self) -> int:
        """Evaluations that are left."""
        return self.promised - self.point.evaluations

    def affords(self, evaluations: int) -> bool:
        """Whether so many evaluations more stay within the promise.

        Parameters
        ----------
        evaluations : int
            How many.

        Returns
        -------
        bool
            Whether they do.
        """
        return evaluations <= self.left

    def steps(self, besides: int) -> int:
        """Steps of each of the two tables of one more slope.

        Parameters
        ----------
        besides : int
            Evaluations that are needed for something else.

        Returns
        -------
        int
            As many as are left, or as make a slope.
        """
        return min(max((self.left - besides) // 4, FEWEST_STEPS), STEPS)
