"""Name the cause of a wrong gradient: a table of mistakes, each tested by its prediction.

A mistake predicts all entries of the wrong gradient from the right one; it is named only if
every entry comes out as predicted. What is not in the table stays unnamed.
"""

from __future__ import annotations

import dataclasses

import numpy as np

# The mistakes enter themselves into the table.
from . import causes, layer_causes  # noqa: F401  # pyright: ignore[reportUnusedImport] - see above
from .mistakes import TABLE, Case, Prediction

__all__ = ["Case", "Cause", "diagnose"]


@dataclasses.dataclass(frozen=True)
class Cause:
    """What made a gradient wrong.

    Parameters
    ----------
    name : str
        Of the kind of mistake.
    sentence : str
        The mistake at its place, in words.
    """

    name: str
    sentence: str


def diagnose(case: Case) -> list[Cause]:
    """Name the mistakes that explain every entry.

    Parameters
    ----------
    case : Case
        The wrong gradient beside the right one.

    Returns
    -------
    list of Cause
        Empty if none does; several if they predict the same.
    """
    if case.clips:
        return [Cause("clipped", case.clips)]
    affected = set(case.affected())
    if not affected:
        return []
    for rank in sorted({entry.rank for entry in TABLE}):
        # Predictions may overflow where gradients are large: then they do not fit.
        with np.errstate(all="ignore"):
            found = {
                prediction.name or entry.name: prediction.sentence
                for entry in TABLE
                if entry.rank == rank
                for prediction in entry.predict(case)
                if _fits(case, affected, prediction)
            }
        if found:
            return [Cause(name, sentence) for name, sentence in found.items()]
    return []


def _fits(case: Case, affected: set[int], prediction: Prediction) -> bool:
    """Whether the prediction explains all wrong arrays and changes no right one."""
    arrays = prediction.arrays
    return (
        affected <= set(arrays)
        and all(array.shape == case.analytic[k].shape for k, array in arrays.items())
        and all(np.isfinite(array[case.known[k]]).all() for k, array in arrays.items())
        and all(case.close(k, array) for k, array in arrays.items())
    )
