"""The same numbers in other places of memory."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .case import Array

__all__ = ["LAYOUTS"]


def _strided(array: Array) -> Array:
    """Return every second entry of a wider array."""
    wide = np.full((*array.shape[:-1], 2 * array.shape[-1]), np.nan)
    wide[..., ::2] = array
    return wide[..., ::2]


def _reversed(array: Array) -> Array:
    """Return an array that is read from its end."""
    return array[..., ::-1].copy()[..., ::-1]


def _inside(array: Array) -> Array:
    """Return the middle of a wider array."""
    wide = np.full((*array.shape[:-1], array.shape[-1] + 2), np.nan)
    wide[..., 1:-1] = array
    return wide[..., 1:-1]


def _read_only(array: Array) -> Array:
    """Return an array that cannot be written."""
    copy = array.copy()
    copy.flags.writeable = False
    return copy


#: Each returns an array of the same numbers; the first is the usual one.
LAYOUTS: dict[str, Callable[[Array], Array]] = {
    "C-ordered": np.ascontiguousarray,
    "Fortran-ordered": np.asfortranarray,
    "strided": _strided,
    "reversed": _reversed,
    "part of a wider array": _inside,
    "read-only": _read_only,
}
