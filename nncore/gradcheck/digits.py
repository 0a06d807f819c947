"""Digits that numbers need; those of float32 in longer floats, which a silent cast leaves."""

from __future__ import annotations

import math

import numpy as np

from .structure import AnyArray, Structure

__all__ = ["COST", "changed_digits", "has_few_digits", "precision", "short_digits"]

FLOAT32_BITS, SHORT_BYTES = 24, 4
COST = "the cost"


def has_few_digits(value: float) -> bool:
    """Whether a number such as 1 or 0.5 has at most eight bits: nothing has rounded it.

    Parameters
    ----------
    value : float
        Any.

    Returns
    -------
    bool
        True for what is not finite.

    Examples
    --------
    >>> has_few_digits(0.75), has_few_digits(0.1)
    (True, False)
    """
    if not math.isfinite(value):
        return True
    return (math.frexp(value)[0] * 2**8).is_integer()


def precision(structure: Structure) -> int:
    """Bytes of the shortest float among the parameters."""
    return min(structure.values[i].dtype.itemsize for i in structure.checked)


def short_digits(structure: Structure, value: float, leaves: list[AnyArray]) -> set[str]:
    """What holds float32 numbers though parameters are longer: the cost, arrays by name."""
    short = {
        _gradient_for(path)
        for path, leaf in zip(structure.names, leaves, strict=False)
        if structure.values[structure.paths.index(path)].dtype.itemsize > SHORT_BYTES
        and _was_float32(leaf)
    }
    if precision(structure) > SHORT_BYTES and _was_float32(np.array([value])):
        short.add(COST)
    return short


def changed_digits(
    structure: Structure, here: list[AnyArray], there: list[AnyArray], *, cost_changes: bool
) -> set[str]:
    """What differs at another point; what does not may be the user's data."""
    changed = {
        _gradient_for(path)
        for path, one, other in zip(structure.names, here, there, strict=False)
        if not np.array_equal(one, other)
    }
    return changed | ({COST} if cost_changes else set())


def _gradient_for(path: str) -> str:
    """The name of an array of the gradient."""
    return f"the gradient for {path}"


def _was_float32(leaf: AnyArray) -> bool:
    """Whether the entries are float32 numbers, and most of them need its last digits.

    Simple numbers, and sums of whole numbers such as pixels, are float32 numbers by nature.
    """
    normal = leaf[np.abs(leaf) > np.finfo(np.float32).tiny]
    digits = np.frexp(normal)[0] * 2.0**FLOAT32_BITS
    needed = np.mod(digits, 64) != 0
    is_short = not np.mod(digits, 1).any() and np.mod(normal, 1).any()
    return bool(is_short and 2 * needed.sum() > needed.size)
