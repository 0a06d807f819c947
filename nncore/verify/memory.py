"""The same numbers in other places of memory."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .case import Array

__all__ = ["LAYOUTS"]


def _c_ordered(array: Array) -> Array:
    """Return a copy in the usual order."""
    return array.copy(order="C")


def _fortran_ordered(array: Array) -> Array:
    """Return a copy whose first index changes fastest."""
    return array.copy(order="F")


def _strided(array: Array) -> Array:
    """Return every second entry of a wider array."""
    wide = _wide(array, 2 * array.shape[-1])
    wide[..., ::2] = array
    return wide[..., ::2]


def _reversed(array: Array) -> Array:
    """Return an array that is read from its end."""
    return array[..., ::-1].copy()[..., ::-1]


def _inside(array: Array) -> Array:
    """Return the middle of a wider array."""
    wide = _wide(array, array.shape[-1] + 2)
    wide[..., 1:-1] = array
    return wide[..., 1:-1]


def _read_only(array: Array) -> Array:
    """Return an array that cannot be written."""
    copy = array.copy()
    copy.flags.writeable = False
    return copy


def _wide(array: Array, width: int) -> Array:
    """Return a wider array of NaN, which shows where more is read than is shown."""
    fill = np.nan if np.issubdtype(array.dtype, np.inexact) else 0
    return np.full((*array.shape[:-1], width), fill, dtype=array.dtype)


#: Each returns a new array of the same numbers; the first is the usual one.
LAYOUTS: dict[str, Callable[[Array], Array]] = {
    "C-ordered": _c_ordered,
    "Fortran-ordered": _fortran_ordered,
    "strided": _strided,
    "reversed": _reversed,
    "part of a wider array": _inside,
    "read-only": _read_only,
}
