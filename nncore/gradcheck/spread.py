"""How far random rounding moves the results of a program: the rounding error that it owes."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import numpy as np

from .allocation import allocating
from .digits import has_few_digits
from .evidence import NotApplicable
from .rounding import Rounding, unwrapped

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from .structure import FloatArray

__all__ = ["constants_met", "spread"]


def constants_met(run: Callable[[Rounding], list[Any]], seed: int) -> set[float]:
    """The floats of the user's code that meet the arrays of a run.

    Parameters
    ----------
    run : callable
        As for `spread`.
    seed : int
        As for `spread`.

    Returns
    -------
    set of float
        Those with few digits, which nothing has rounded, left out.

    Raises
    ------
    NotApplicable
        As for `spread`.
    """
    met: set[float] = set()

    def sample(*, patched: bool) -> list[Any] | None:
        rounding = Rounding(seed, 0)
        rounding.met = met
        return _sample(run, rounding, patched=patched)

    if sample(patched=False) is None:
        sample(patched=True)
    return {value for value in met if not has_few_digits(value)}


def spread(
    run: Callable[[Rounding], list[Any]],
    seed: int,
    runs: int = 8,
    *,
    constants: frozenset[float] = frozenset(),
    ulp: int = 0,
) -> list[FloatArray]:
    """Standard deviation of each result over runs with random rounding.

    Parameters
    ----------
    run : callable
        Calls the user's code on arrays of the given run and returns its results.
    seed : int
        Of the random roundings.
    runs : int
        How many runs.
    constants : frozenset of float, optional
        Floats of the user's code that are moved as well.
    ulp : int, optional
        By at most so many units in the last place.

    Returns
    -------
    list of float arrays
        For each result the root mean square of its moves, and at least a unit in the last
        place. Moves are counted from the result without any: a single rounding that went the
        same way in every run would not show about their mean.

    Raises
    ------
    NotApplicable
        If numbers leave the arrays: the rounding of what follows cannot be measured.
    """
    patched = False
    samples: list[list[FloatArray]] = []
    while len(samples) <= runs:
        rounding = Rounding(seed, len(samples))
        if samples:
            rounding.constants, rounding.ulp = constants, ulp
        sample = _sample(run, rounding, patched=patched)
        if sample is None:
            patched, samples = True, []
        else:
            samples.append(sample)
    return [_deviation(np.stack(column)) for column in zip(*samples, strict=True)]


def _sample(
    run: Callable[[Rounding], list[Any]], rounding: Rounding, *, patched: bool
) -> list[Any] | None:
    """The results of one run; None where numpy's allocations must be followed as well."""
    followed = allocating(rounding) if patched else contextlib.nullcontext()
    try:
        with followed, np.errstate(all="ignore"):
            sample = [unwrapped(result, rounding) for result in run(rounding)]
    except Exception as error:  # the user's code may fail in any way on these arrays
        if patched:
            msg = f"the code does not run on arrays that round at random ({error})"
            raise NotApplicable(msg) from error
        return None
    if rounding.has_lost:
        if patched:
            msg = "the code turns its arrays into plain floats on the way"
            raise NotApplicable(msg)
        return None
    return [np.asarray(result) for result in sample]


def _deviation(values: NDArray[np.floating[Any]]) -> FloatArray:
    """Root mean square of the moves over the runs; at least the rounding of the result."""
    # Relative to the largest value: squares of very small numbers underflow.
    size = np.abs(values).max(axis=0)
    with np.errstate(invalid="ignore"):
        moves = (values[1:] - values[0]) / np.where(size > 0, size, 1.0)
        deviation = np.sqrt(np.mean(moves**2, axis=0))
    # However long the user's floats are, those that are compared have 64 bits.
    floor = max(np.finfo(values.dtype).eps, np.finfo(float).eps)
    return np.asarray(np.where(np.isfinite(size), np.maximum(deviation, floor) * size, np.inf))
