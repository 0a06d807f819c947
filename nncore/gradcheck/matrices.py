"""`np.matrix` of our numbers: always two-dimensional, its product the product of matrices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .balls import METHODS, BallArray
from .reductions import REDUCTIONS
from .run import current

if TYPE_CHECKING:
    from .tape import Operand

__all__ = ["BallMatrix"]


class BallMatrix(BallArray, np.matrix[Any, np.dtype[Any]]):
    """What `np.matrix` makes of our arrays; most of it is numpy's own."""

    def __mul__(self, other: Operand) -> Operand:
        return np.matrix.__mul__(self, other)

    def __array_function__(
        self, function: Operand, types: Operand, args: Operand, options: Operand
    ) -> Operand:
        if function in REDUCTIONS and _axis(args[1:], options) is not None:
            options = {**options, "keepdims": True}
        return super().__array_function__(function, types, args, options)

    def getA(self) -> Operand:
        """The array."""
        return self.view(BallArray)

    def getA1(self) -> Operand:
        """The entries in one dimension."""
        return self.view(BallArray).ravel()

    A = property(getA)  # pyright: ignore[reportIncompatibleMethodOverride] - as numpy defines it
    A1 = property(getA1)  # pyright: ignore[reportIncompatibleMethodOverride] - as numpy does


def _axis(args: Operand, options: Operand) -> Operand:
    """The axis that a reduction was given."""
    return args[0] if args else options.get("axis")


def _method(name: str) -> Operand:
    """The method of a matrix, whose results keep both dimensions."""

    def method(self: BallMatrix, *args: Operand, **options: Operand) -> Operand:
        function = getattr(np, name)
        if function in REDUCTIONS and _axis(args, options) is not None:
            options["keepdims"] = True
        result = current().functions[function](self, *args, **options)
        return result.view(BallMatrix) if isinstance(result, BallArray) else result

    return method


for _name in METHODS:
    setattr(BallMatrix, _name, _method(_name))
BallArray.as_matrix = BallMatrix
