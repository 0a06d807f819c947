"""
Arithmetic on unevaluated sums of two floats, about 106 bits, for whole arrays.

Algorithms after T. Dekker, "A floating-point technique for extending the available precision",
Numerische Mathematik 18 (1971). Each operation has a relative error of at most 2^-100, a loose
reading of M. Joldes, J.-M. Muller, V. Popescu, "Tight and rigorous error bounds for basic
building blocks of double-word arithmetic", ACM TOMS 44 (2017), as long as nothing overflows
and no low part underflows: numbers between 2^-400 and 2^400 are safe.
"""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

__all__ = ["Array", "DoubleDouble", "exact", "where"]

Array: TypeAlias = npt.NDArray[Any]

#: Splits 53 bits in two halves.
SPLITTER = 2.0**27 + 1


class DoubleDouble(NamedTuple):
    """The sum high + low, where high is the sum rounded."""

    high: Array
    low: Array

    def __add__(self, other: DoubleDouble | float) -> DoubleDouble:  # type: ignore[override]
        """Return the sum; of numbers of different signs too."""
        b = _double_double(other)
        high, high_error = _two_sum(self.high, b.high)
        low, low_error = _two_sum(self.low, b.low)
        high, error = _fast_two_sum(high, high_error + low)
        return DoubleDouble(*_fast_two_sum(high, error + low_error))

    def __neg__(self) -> DoubleDouble:
        return DoubleDouble(-self.high, -self.low)

    def __sub__(self, other: DoubleDouble | float) -> DoubleDouble:
        return self + -_double_double(other)

    def __mul__(self, other: DoubleDouble | float) -> DoubleDouble:  # type: ignore[override]
        b = _double_double(other)
        high, error = _two_product(self.high, b.high)
        return DoubleDouble(
            *_fast_two_sum(high, error + (self.high * b.low + self.low * b.high))
        )

    def __truediv__(self, other: DoubleDouble | float) -> DoubleDouble:
        """Return the quotient: a float, corrected twice."""
        b = _double_double(other)
        first = self.high / b.high
        rest = self - b * exact(first)
        second = rest.high / b.high
        rest = rest - b * exact(second)
        return exact(first) + exact(second) + exact(rest.high / b.high)

    def scaled(self, exponent: Array | int) -> DoubleDouble:
        """Return the number times 2^exponent, which is exact in the safe range."""
        return DoubleDouble(np.ldexp(self.high, exponent), np.ldexp(self.low, exponent))


def exact(value: Array | float) -> DoubleDouble:
    """Return floats as they are."""
    high = np.asarray(value, np.float64)
    return DoubleDouble(high, np.zeros_like(high))


def where(condition: Array, one: DoubleDouble, other: DoubleDouble) -> DoubleDouble:
    """Return `one` where the condition holds and `other` elsewhere."""
    return DoubleDouble(*(np.where(condition, a, b) for a, b in zip(one, other, strict=True)))


def _double_double(value: DoubleDouble | float) -> DoubleDouble:
    """Return a number as a double-double."""
    return value if isinstance(value, DoubleDouble) else exact(value)


def _two_sum(a: Array, b: Array) -> tuple[Array, Array]:
    """Return a + b rounded, and what rounding left out."""
    total = a + b
    part = total - a
    return total, (a - (total - part)) + (b - part)


def _fast_two_sum(a: Array, b: Array) -> tuple[Array, Array]:
    """Return the same where |a| >= |b|."""
    total = a + b
    return total, b - (total - a)


def _two_product(a: Array, b: Array) -> tuple[Array, Array]:
    """Return a b rounded, and what rounding left out."""
    product = a * b
    (a1, a2), (b1, b2) = _split(a), _split(b)
    return product, ((a1 * b1 - product) + a1 * b2 + a2 * b1) + a2 * b2


def _split(a: Array) -> tuple[Array, Array]:
    """Return a as the sum of two floats of half as many bits."""
    scaled = SPLITTER * a
    high = scaled - (scaled - a)
    return high, a - high
