"""Examples and results in the user's layout, and as rows."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

from .access import as_array
from .case import Array

__all__ = ["Layout"]


@dataclasses.dataclass(frozen=True)
class Layout:
    """
    How an implementation takes a batch and returns its results.

    Parameters
    ----------
    name : {"rows", "columns", "single"}
        Whether examples are rows, columns, or come one at a time.
    column : bool
        Whether a single example is a column ``(n, 1)`` instead of a vector.
    """

    name: str = "rows"
    column: bool = False

    @property
    def is_single(self) -> bool:
        """Whether the implementation is called for each example."""
        return self.name == "single"

    @property
    def dimensions(self) -> int:
        """Of the results of one call for one layer."""
        return 1 if self.is_single and not self.column else 2

    def native(self, rows: Array) -> list[Array]:
        """
        Return examples as the user's code takes them.

        Parameters
        ----------
        rows : ndarray of shape (batch, n)
            Examples; not modified.

        Returns
        -------
        list of ndarray
            One array for the batch, or one for each example; in memory of their own.
        """
        if self.is_single:
            shape = (-1, 1) if self.column else (-1,)
            return [row.reshape(shape).copy() for row in rows]
        return [np.array(rows.T if self.name == "columns" else rows, order="C", subok=True)]

    def rows(self, results: Sequence[Any], batch: int, width: int) -> Array:
        """
        Bring what the user's calls returned for examples to rows.

        Parameters
        ----------
        results : sequence
            What each call returned.
        batch : int
            Number of examples.
        width : int
            Neurons of the layer.

        Returns
        -------
        ndarray of shape (batch, width)
            The user's own memory, but for single examples; foreign numbers stay what they are.

        Raises
        ------
        AssertionError
            If a shape does not fit.
        """
        arrays = [as_array(result) for result in results]
        if self.is_single:
            return np.concatenate([_shaped(array, 1, width) for array in arrays])
        if self.name == "columns" and arrays[0].ndim == 2:
            return _shaped(arrays[0], width, batch).T
        return _shaped(arrays[0], batch, width)


def _shaped(array: Array, *shape: int) -> Array:
    """Return an array with the missing dimensions of 1, or raise an error."""
    is_scrambled = array.ndim == 2 and 1 not in shape and array.shape != shape
    if array.size != np.prod(shape) or is_scrambled:
        msg = f"an array of shape {array.shape} came where {shape} is expected"
        raise AssertionError(msg)
    return array.reshape(shape)
