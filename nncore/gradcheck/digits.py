"""Digits that numbers need; those of float32 in longer floats, which a silent cast leaves."""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np

from .structure import AnyArray, Structure

__all__ = [
    "COST",
    "Values",
    "changed_digits",
    "full_digits",
    "has_few_digits",
    "precision",
    "short_digits",
]

FLOAT32_BITS, SHORT_BYTES = 24, 4
COST = "the cost"
# Of numbers that were rounded half need the last digit. Simple numbers, and what cancellation
# leaves, may be float32 numbers by nature, but seldom need it.
LAST_NEEDED = 0.15
# The cost and the arrays of the gradient at a point.
Values: TypeAlias = tuple[float, list[AnyArray]]


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


def short_digits(structure: Structure, values: Values) -> set[str]:
    """What holds float32 numbers though parameters are longer: the cost, arrays by name."""
    return {name for name, leaf in _named(structure, values).items() if _are_float32(leaf)}


def full_digits(structure: Structure, points: list[Values]) -> set[str]:
    """What needs the last digit of float32 as often, over some points, as what was rounded."""
    named = [_named(structure, values) for values in points]
    names = set.intersection(*map(set, named))
    return {name for name in names if _need_the_last(np.concatenate([n[name] for n in named]))}


def _named(structure: Structure, values: Values) -> dict[str, AnyArray]:
    """The cost and each array whose parameters are longer than float32, flat."""
    value, leaves = values
    named = {
        _gradient_for(path): leaf.ravel()
        for path, leaf in zip(structure.names, leaves, strict=False)
        if structure.values[structure.paths.index(path)].dtype.itemsize > SHORT_BYTES
    }
    return named | ({COST: np.array([value])} if precision(structure) > SHORT_BYTES else {})


def changed_digits(structure: Structure, here: Values, there: Values) -> set[str]:
    """What differs at another point; what does not may be the user's data."""
    named, elsewhere = _named(structure, here), _named(structure, there)
    both = set(named) & set(elsewhere)
    return {name for name in both if not np.array_equal(named[name], elsewhere[name])}


def _gradient_for(path: str) -> str:
    """The name of an array of the gradient."""
    return f"the gradient for {path}"


@np.errstate(invalid="ignore")  # of infinite digits nothing remains
def _are_float32(leaf: AnyArray) -> bool:
    """Whether the entries are float32 numbers, and not whole ones such as sums of pixels."""
    digits = _digits(leaf)
    return not np.mod(digits, 1).any() and bool(np.mod(leaf, 1).any())


@np.errstate(invalid="ignore")
def _need_the_last(leaf: AnyArray) -> bool:
    """Whether enough of the entries need the last digit of float32."""
    last = np.mod(_digits(leaf), 2)
    return bool(last.sum() > LAST_NEEDED * last.size)


def _digits(leaf: AnyArray) -> AnyArray:
    """The digits of float32 as whole numbers, where entries are large enough to have all."""
    normal = leaf[np.abs(leaf) > np.finfo(np.float32).tiny]
    return np.abs(np.frexp(normal)[0]) * 2.0**FLOAT32_BITS
