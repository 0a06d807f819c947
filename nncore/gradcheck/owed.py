"""How far the gradient's own rounding may move its entries, from runs that round at random."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .rounding import Rounding
from .spread import spread

if TYPE_CHECKING:
    from .lines import Gradient
    from .structure import FloatArray, Structure

__all__ = ["SPREADS", "owed_by"]

# Standard deviations of random rounding that a result may be off; the largest quotient in the
# campaigns is near 3, and eight runs leave the deviation itself uncertain.
SPREADS = 10.0


def owed_by(
    gradient: Gradient, structure: Structure, seed: int, runs: int = 8
) -> list[FloatArray]:
    """Standard deviation of the rounding of each entry of a gradient.

    Parameters
    ----------
    gradient : callable
        The user's gradient.
    structure : Structure
        The parameters.
    seed : int
        Of the random roundings.
    runs : int
        How many runs.

    Returns
    -------
    list of float arrays
        One for each checked array.

    Raises
    ------
    NotApplicable
        If the code does not run on arrays that round at random.
    """

    def run(rounding: Rounding) -> list[Any]:
        arrays = [rounding.wrap(array) for array in structure.arrays]
        return structure.leaves(gradient(structure.rebuild(arrays)))

    return spread(run, seed, runs)
