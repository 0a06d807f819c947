"""What both programs multiply, and what comes of it: made once, found again by identity.

The cost and the gradient start with the same products of parameters and examples, and to make
matrices of lists and lists of matrices takes as long as to multiply.
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any, TypeVar

from .tape import Factor

if TYPE_CHECKING:
    from collections.abc import Callable

    from .tape import Matrix, Number

__all__ = ["Factors"]

T = TypeVar("T")

#: Of each kind; the oldest goes.
MOST = 16


class Factors:
    """The last few matrices and products of runs with the same settings.

    Parameters
    ----------
    make : callable
        Makes a matrix of its shape and its entries.
    """

    def __init__(self, make: Callable[[int, int, list[Number]], Matrix]) -> None:
        self._make = make
        self._constants: dict[tuple[float, ...], tuple[list[float], Factor]] = {}
        self._matrices: dict[tuple[int, ...], tuple[list[Number], Matrix]] = {}
        self._products: dict[tuple[int, int], tuple[Matrix, Matrix, list[Number]]] = {}

    def constant(
        self,
        shape: tuple[int, int],
        floats: list[float],
        convert: Callable[[list[float]], list[Number]],
    ) -> tuple[list[float], Factor]:
        """A factor of constants, the same one for the same floats.

        Parameters
        ----------
        shape : pair of int
            Rows and columns.
        floats : list of float
            The entries, row by row, as the user's code has them.
        convert : callable
            Makes numbers of them.

        Returns
        -------
        pair
            The floats, one list for all that are the same, and the factor, without slots.
        """
        key = (*shape, *floats)
        found = self._constants.get(key)
        if found is None:
            numbers = convert(floats)
            factor = Factor(numbers, None, self._make(*shape, numbers))
            found = _kept(self._constants, key, (floats, factor))
        return found

    def matrix(self, shape: tuple[int, int], entries: list[Number]) -> Matrix:
        """A matrix, the same one for the same entries.

        Parameters
        ----------
        shape : pair of int
            Rows and columns.
        entries : list of Number
            Row by row.

        Returns
        -------
        Matrix
            Not to be changed.
        """
        key = (*shape, *map(id, entries[:1] + entries[-1:]))
        found = self._matrices.get(key)
        if found is None or not all(map(operator.is_, found[0], entries)):
            found = _kept(self._matrices, key, (entries, self._make(*shape, entries)))
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
