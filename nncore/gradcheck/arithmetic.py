"""The two kinds of foreign numbers: balls and rationals."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import flint

if TYPE_CHECKING:
    from collections.abc import Callable

    from .tape import Matrix, Number, Operand

__all__ = ["Balls", "Rationals"]


class Balls:
    """Midpoints with rigorous radii (F. Johansson, Arb, IEEE Trans. Comput. 66, 2017).

    Parameters
    ----------
    bits : int
        Of the midpoints.
    """

    def __init__(self, bits: int) -> None:
        self.name = f"balls of {bits} bits"
        self.bits = bits
        # A float is exact at any precision.
        self.exact: Callable[[float], Number] = flint.arb
        self.matrix: Callable[[int, int, list[Number]], Matrix] = flint.arb_mat
        self._underflow = flint.arb(0, math.ldexp(1.0, -1022))

    def widened(self, value: float, ulp: int) -> Number:
        """See `Arithmetic`."""
        return flint.arb(value, flint.arb(ulp) * flint.arb(math.ulp(value)))

    def order(self, left: Number, right: Number) -> int | None:
        """See `Arithmetic`."""
        if left > right:
            return 1
        if left < right:
            return -1
        return 0 if left.is_exact() and left == right else None

    def finite(self, number: Number) -> bool:
        """See `Arithmetic`."""
        return bool(number.is_finite())

    def hull(self, left: Number, right: Number) -> Number:
        """See `Arithmetic`."""
        return left.union(right)

    def blurred(self, number: Number) -> Number:
        """See `Arithmetic`."""
        return number + self._underflow

    def context(self) -> Operand:
        """See `Arithmetic`."""
        return flint.ctx.workprec(self.bits)


class Rationals:
    """Fractions: no radius, and no function beyond the four operations."""

    def __init__(self) -> None:
        self.name = "rationals"
        self.exact: Callable[[float], Number] = lambda v: flint.fmpq(*v.as_integer_ratio())
        self.matrix: Callable[[int, int, list[Number]], Matrix] = flint.fmpq_mat

    def widened(self, value: float, ulp: int) -> Number:
        """See `Arithmetic`: never asked for, equality needs no width."""
        raise NotImplementedError

    def order(self, left: Number, right: Number) -> int | None:
        """See `Arithmetic`."""
        return int(left > right) - int(left < right)

    def finite(self, number: Number) -> bool:
        """See `Arithmetic`."""
        return number is not None

    def hull(self, left: Number, right: Number) -> Number:
        """See `Arithmetic`."""
        raise NotImplementedError

    def blurred(self, number: Number) -> Number:
        """See `Arithmetic`."""
        return number

    def context(self) -> Operand:
        """See `Arithmetic`."""
        return flint.ctx.workprec(64)
