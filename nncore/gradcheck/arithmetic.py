"""What a kind of foreign numbers offers, and the two that there are: balls and rationals."""

from __future__ import annotations

import contextlib
import math
from typing import TYPE_CHECKING, Any, Protocol

import flint

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from .tape import Matrix, Number

__all__ = ["Arithmetic", "Balls", "Rationals"]


class Arithmetic(Protocol):
    """A kind of foreign number."""

    name: str
    # The number equal to a float or an int.
    exact: Callable[[float], Number]
    # The matrix with so many rows and columns and these entries, row by row.
    matrix: Callable[[int, int, list[Number]], Matrix]

    def widened(self, value: float, ulp: int) -> Number:
        """Number that contains all within so many ulp of the value."""
        ...

    def order(self, left: Number, right: Number) -> int | None:
        """Sign of ``left - right``, None where the enclosures overlap."""
        ...

    def finite(self, number: Number) -> bool:
        """Whether the number is known to be finite."""
        ...

    def hull(self, left: Number, right: Number) -> Number:
        """Number that contains both."""
        ...

    def blurred(self, number: Number) -> Number:
        """Number that contains what underflow may leave of it."""
        ...

    def roughened(self, matrix: Matrix) -> Matrix:
        """Matrix that allows for a rounding of each entry: products are rounded in the end."""
        ...

    def shortened(self, number: Number) -> Number:
        """Number that contains it rounded to single precision."""
        ...

    def context(self) -> AbstractContextManager[Any]:
        """Context manager in which its operations are valid."""
        ...


class Balls:
    """Midpoints with rigorous radii (F. Johansson, Arb, IEEE Trans. Comput. 66, 2017).

    Parameters
    ----------
    bits : int
        Of the midpoints.
    smallest : int, optional
        The power of two below which floats underflow.
    """

    def __init__(self, bits: int, smallest: int = -1022) -> None:
        self.name: str = f"balls of {bits} bits"
        self.bits = bits
        # A float is exact at any precision.
        self.exact: Callable[[float], Number] = flint.arb
        self.matrix: Callable[[int, int, list[Number]], Matrix] = flint.arb_mat
        self._single = flint.arb(1, math.ldexp(1.0, -24))
        self._rounding = flint.arb(1, math.ldexp(1.0, -bits))
        self._underflow = flint.arb(0, math.ldexp(1.0, smallest))

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

    def roughened(self, matrix: Matrix) -> Matrix:
        """See `Arithmetic`."""
        return matrix * self._rounding

    def shortened(self, number: Number) -> Number:
        """See `Arithmetic`."""
        return number * self._single

    def context(self) -> AbstractContextManager[Any]:
        """See `Arithmetic`."""
        return flint.ctx.workprec(self.bits)


class Rationals:
    """Fractions: no radius, and no function beyond the four operations."""

    def __init__(self) -> None:
        self.name = "rationals"
        self.exact: Callable[[float], Number] = lambda v: flint.fmpq(*v.as_integer_ratio())
        self.matrix: Callable[[int, int, list[Number]], Matrix] = flint.fmpq_mat

    def order(self, left: Number, right: Number) -> int | None:
        """See `Arithmetic`."""
        return int(left > right) - int(left < right)

    def finite(self, number: Number) -> bool:
        """See `Arithmetic`."""
        del number
        return True

    def widened(self, *_: Any, **__: Any) -> Number:
        """See `Arithmetic`: a fraction has no width."""
        msg = "fractions are exact, nothing encloses them"
        raise NotImplementedError(msg)

    hull: Callable[..., Number] = widened
    blurred: Callable[..., Number] = widened
    roughened: Callable[..., Matrix] = widened
    shortened: Callable[..., Number] = widened

    def context(self) -> AbstractContextManager[Any]:
        """See `Arithmetic`: precision does not matter."""
        return contextlib.nullcontext()
