"""What both programs multiply, and what comes of it: made once, found again by identity.

The cost and the gradient start with the same products of parameters and examples, and to make
matrices of lists and lists of matrices takes as long as to multiply.
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from .tape import Matrix, Number

__all__ = ["Factors"]

T = TypeVar("T")

#: Of each kind; the oldest goes.
MOST = 16


class Factors:
    """The last few constants, matrices and products of runs with the same settings."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[float, ...], list[Number]] = {}
        self._matrices: dict[tuple[int, ...], tuple[list[Number], Matrix]] = {}
        self._products: dict[tuple[int, int], tuple[Matrix, Matrix, list[Number]]] = {}

    def numbers(
        self, floats: list[float], convert: Callable[[list[float]], list[Number]]
    ) -> list[Number]:
        """Constants as foreign numbers, the same ones for the same floats.

        Parameters
        ----------
        floats : list of float
            As the user's code has them.
        convert : callable
            Makes them.

        Returns
        -------
        list of Number
            Not to be changed.
        """
        key = tuple(floats)
        return self._numbers.get(key) or _kept(self._numbers, key, convert(floats))

    def matrix(
        self,
        rows: int,
        columns: int,
        entries: list[Number],
        make: Callable[[int, int, list[Number]], Matrix],
    ) -> Matrix:
        """A matrix, the same one for the same entries.

        Parameters
        ----------
        rows, columns : int
            Its shape.
        entries : list of Number
            Row by row.
        make : callable
            Makes it.

        Returns
        -------
        Matrix
            Not to be changed.
        """
        key = (rows, columns, *map(id, entries[:1] + entries[-1:]))
        found = self._matrices.get(key)
        if found is None or not all(map(operator.is_, found[0], entries)):
            matrix = make(rows, columns, entries)
            found = _kept(self._matrices, key, (entries, matrix))
        return found[1]

    def product(self, left: Matrix, right: Matrix) -> list[Number]:
        """The entries of a product, row by row.

        Parameters
        ----------
        left, right : Matrix
            The factors.

        Returns
        -------
        list of Number
            Not to be changed.
        """
        key = (id(left), id(right))
        found = self._products.get(key)
        if found is None:
            entries = (left * right).entries()
            found = _kept(self._products, key, (left, right, entries))
        return found[2]


def _kept(memory: dict[Any, T], key: object, thing: T) -> T:
    """The thing, remembered."""
    memory[key] = thing
    if len(memory) > MOST:
        del memory[next(iter(memory))]
    return thing
