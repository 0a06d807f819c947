"""The verdict on entries: a distance against a bound, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .evidence import Entries, Verdict

if TYPE_CHECKING:
    from .structure import AnyArray, FloatArray

__all__ = [
    "CERTAIN_DIGITS",
    "RESOLVED",
    "control",
    "judge",
    "judge_all",
    "owed_everywhere",
    "sensitivity",
]

# A double has no more.
CERTAIN_DIGITS = -float(np.log10(np.finfo(float).eps))
# An entry less than one digit above its bound says nothing: a gradient twice as large would
# pass as well.
RESOLVED = 10.0


def judge(
    path: str,
    analytic: FloatArray,
    reference: FloatArray,
    error: FloatArray,
    owed: FloatArray,
) -> Entries:
    """Compare each entry of an array with its reference.

    Parameters
    ----------
    path : str
        Where the array stands.
    analytic, reference : float array
        What the gradient returned, and the derivative of the cost; nan where only a projection
        looked at the entry.
    error : float array
        Bound on the error of `reference`.
    owed : float array
        Bound on the rounding that `analytic` may owe.

    Returns
    -------
    Entries
        Wrong where the two are further apart than both bounds allow; unresolvable where the
        bounds are not small against the entry; agreeing elsewhere, an exact zero on both sides
        included. A projection passes no zero: it has no size to be seen by.

    Examples
    --------
    >>> import numpy as np
    >>> ones, bound = np.ones(2), np.full(2, 1e-12)
    >>> judged = judge("params", np.array([1.0, 1.1]), ones, bound, bound)
    >>> judged.where(Verdict.WRONG)
    array([False,  True])
    """
    # Numpy turns arrays without dimensions into scalars, which cannot be written to.
    bound = np.asarray(error + owed)
    seen = np.isfinite(reference)
    known = np.where(seen, reference, analytic)
    distance = np.asarray(np.abs(analytic - known))
    size = np.asarray(np.maximum(np.abs(analytic), np.abs(known)))
    is_zero = (analytic == 0) & (reference == 0) & np.isfinite(bound)
    verdict = np.full(analytic.shape, Verdict.UNRESOLVABLE.code, dtype=np.uint8)
    verdict[(size > RESOLVED * bound) | is_zero] = Verdict.AGREES.code
    verdict[distance > bound] = Verdict.WRONG.code
    with np.errstate(divide="ignore", invalid="ignore"):
        digits = np.asarray(np.clip(np.log10(size / bound), 0, CERTAIN_DIGITS))
    digits[is_zero] = CERTAIN_DIGITS
    unknown = np.full(analytic.shape, np.nan)
    return Entries(
        path, analytic, np.where(seen, reference, unknown), error, unknown, verdict, digits
    )


def judge_all(
    paths: list[str],
    analytic: list[FloatArray],
    reference: list[FloatArray],
    error: list[FloatArray],
    owed: list[FloatArray],
) -> list[Entries]:
    """Compare all arrays with their references, as `judge` does one.

    Parameters
    ----------
    paths : list of str
        Where the arrays stand.
    analytic, reference, error, owed : list of float arrays
        One for each of them.

    Returns
    -------
    list of Entries
        One for each array.
    """
    return [judge(*each) for each in zip(paths, analytic, reference, error, owed, strict=True)]


def sensitivity(entries: list[Entries], owed: list[FloatArray]) -> float:
    """Relative error that would have been seen in 99 of 100 entries that agree.

    Parameters
    ----------
    entries : list of Entries
        As judged.
    owed : list of float arrays
        Bounds on the rounding that each analytic array may owe.

    Returns
    -------
    float
        The quantile; of those that are wrong where none agrees, and 1 where nothing is known.
    """
    for verdict in (Verdict.AGREES, Verdict.WRONG):
        relative = []
        for each, rounding in zip(entries, owed, strict=True):
            size = np.fmax(np.abs(each.analytic), np.abs(each.reference))
            chosen = each.where(verdict) & (size > 0)
            relative.append((each.error + rounding)[chosen] / size[chosen])
        every = np.concatenate(relative)
        if every.size:
            return float(np.quantile(every, 0.99))
    return 1.0


def owed_everywhere(gradient: list[AnyArray]) -> list[FloatArray]:
    """Rounding that a gradient may owe when nothing is known of how it was computed.

    Parameters
    ----------
    gradient : list of float arrays
        All arrays of the gradient.

    Returns
    -------
    list of float arrays
        16 units of rounding of the largest entry of all, in the precision of each array.
    """
    largest = max(float(np.abs(array).max()) for array in gradient)
    return [
        np.full(array.shape, 8 * float(np.finfo(array.dtype).eps) * largest)
        for array in gradient
    ]


def control(entries: list[Entries], owed: list[FloatArray], seed: int) -> float:
    """Plant an error into one entry that agrees, and see it.

    Parameters
    ----------
    entries : list of Entries
        As judged.
    owed : list of float arrays
        Bounds on the rounding that each analytic array may owe.
    seed : int
        Of the choice of the entry.

    Returns
    -------
    float
        Size of the planted error relative to the entry; nan where no entry agrees.

    Raises
    ------
    RuntimeError
        If the planted error is not seen: the judge itself is broken.
    """
    rng = np.random.default_rng(seed)
    agreeing = [
        (k, tuple(int(i) for i in index))
        for k, each in enumerate(entries)
        for index in np.argwhere(each.where(Verdict.AGREES) & (each.error + owed[k] > 0))
    ]
    if not agreeing:
        return float("nan")
    k, index = agreeing[rng.integers(len(agreeing))]
    each = entries[k]
    reference = np.where(np.isfinite(each.reference), each.reference, each.analytic)
    planted = each.analytic.copy()
    error = 3 * (each.error[index] + owed[k][index])
    planted[index] += error
    judged = judge(each.path, planted, reference, each.error, owed[k])
    if not judged.where(Verdict.WRONG)[index]:
        msg = f"the negative control failed: an error of {error} in {each.path} was not seen"
        raise RuntimeError(msg)
    return float(error / np.abs(each.analytic[index])) if each.analytic[index] else float(error)
