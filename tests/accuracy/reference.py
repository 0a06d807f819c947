"""
The elementwise functions to more than 75 bits, vectorised: what errors are measured against.

The exponential is reduced by multiples of ln 2 in three parts, divided by 2^9, summed as a
Taylor series of nine terms, whose remainder is below 2^-106, and squared nine times as
e^2r - 1 = (e^r - 1)(e^r + 1), which doubles the relative error each time: twenty operations of
2^-100 become less than 2^-86. What follows adds a few operations more: `BITS` is a loose bound
for all of it. That it holds is checked against balls in every run, and balls decide on the
worst points.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import NamedTuple, TypeAlias

import numpy as np

from .double_double import Array, DoubleDouble, exact, where

__all__ = ["BITS", "REFERENCES", "Reference"]

#: Relative errors are below 2^-BITS.
BITS = 75
#: Beyond this e^-|z| is nothing beside 1: e^-140 < 2^-200.
TAIL = 140.0
HALVINGS = 9
#: 1 / 1!, 1 / 2!, ...: the first four as double-doubles, the small rest as floats.
INVERSE_FACTORIALS = [Fraction(1, math.factorial(n)) for n in range(1, 10)]
PRECISE = 4
# ln 2 to 160 bits; the first two parts have 33 bits, so that products with k are exact.
LN2 = Fraction(0xB17217F7D1CF79ABC9E3B39803F2F6AF40F343267, 1 << 164)


class Reference(NamedTuple):
    """A value times 2^exponent: results below the safe range of double-doubles are scaled."""

    value: DoubleDouble
    exponent: Array


Function: TypeAlias = Callable[[Array], Reference]


def _parts(number: Fraction, bits: int, count: int) -> list[float]:
    """Return a number as a sum of floats, all but the last of so many bits."""
    parts: list[float] = []
    for _ in range(count - 1):
        unit = Fraction(2) ** (math.floor(math.log2(abs(number))) - bits + 1)
        parts.append(float(math.floor(number / unit) * unit))
        number -= Fraction(parts[-1])
    return [*parts, float(number)]


LN2_PARTS = _parts(LN2, 33, 4)
COEFFICIENTS = [_parts(c, 53, 2) for c in INVERSE_FACTORIALS[:PRECISE]]
SMALL_COEFFICIENTS = [float(c) for c in INVERSE_FACTORIALS[PRECISE:]]


def _expm1_small(r: DoubleDouble) -> DoubleDouble:
    """Return e^r - 1 for |r| < 0.7."""
    r = r.scaled(-HALVINGS)
    rest = np.polynomial.polynomial.polyval(r.high, SMALL_COEFFICIENTS)
    value = exact(rest)
    for high, low in reversed(COEFFICIENTS):
        value = value * r + DoubleDouble(np.array(high), np.array(low))
    value = value * r
    for _ in range(HALVINGS):
        value = value * (value + 2.0)
    return value


def _reduced(z: Array) -> tuple[DoubleDouble, Array]:
    """Return e^r - 1 and k with z = k ln 2 + r, |r| <= 0.35."""
    k = np.rint(z / LN2_PARTS[0])
    r = exact(z)
    for part in LN2_PARTS:
        r = r - exact(k) * exact(part)
    return _expm1_small(r), k.astype(np.int64)


def _exp(z: Array) -> tuple[DoubleDouble, Array]:
    """Return m and k with e^z = m 2^k for -1e6 < z <= 0."""
    value, k = _reduced(z)
    return value + 1.0, k


def _exp_safe(z: Array) -> tuple[DoubleDouble, DoubleDouble, Array]:
    """Return e^z, where it is not far below 2^-200, and m and k beside it."""
    m, k = _exp(z)
    return m.scaled(np.maximum(k, -300)), m, k


def _minus_abs(z: Array) -> Array:
    """Return -|z|, not below what takes every function to its limit."""
    negative: Array = np.maximum(-abs(z), -1e5)
    return negative


def _plain(value: DoubleDouble) -> Reference:
    """Return a value that needs no scaling."""
    return Reference(value, np.zeros(value.high.shape, np.int64))


def _with_tail(
    is_tail: Array, value: DoubleDouble, tail: DoubleDouble, exponent: Array
) -> Reference:
    """Return tail times 2^exponent in the tail, and the value elsewhere."""
    return Reference(where(is_tail, tail, value), np.where(is_tail, exponent, 0))


def _sigmoid(z: Array) -> Reference:
    """1 / (1 + e^-z)."""
    e, m, k = _exp_safe(_minus_abs(z))
    a = where(z < 0, e, exact(np.ones_like(z))) / (e + 1.0)
    return _with_tail(z < -TAIL, a, m, k)


def _sigmoid_prime(z: Array) -> Reference:
    """e^-|z| / (1 + e^-|z|)^2."""
    e, m, k = _exp_safe(_minus_abs(z))
    return _with_tail(abs(z) > TAIL, e / ((e + 1.0) * (e + 1.0)), m, k)


def _tanh(z: Array) -> Reference:
    """(1 - e^-2|z|) / (1 + e^-2|z|) with the sign of z; z itself where z^2 < 2^-120."""
    two_z = 2 * _minus_abs(z)
    is_small = two_z > -0.7
    small = _expm1_small(exact(np.where(is_small, two_z, 0)))
    expm1 = where(is_small, small, _exp_safe(two_z)[0] - 1.0)
    value = -expm1 / (expm1 + 2.0)
    value = where(z < 0, -value, value)
    mantissa, exponent = np.frexp(z)
    return _with_tail(abs(z) < 2.0**-60, value, exact(mantissa), exponent)


def _tanh_prime(z: Array) -> Reference:
    """4 e^-2|z| / (1 + e^-2|z|)^2."""
    e, m, k = _exp_safe(2 * _minus_abs(z))
    value = e * 4.0 / ((e + 1.0) * (e + 1.0))
    return _with_tail(abs(z) > TAIL / 2, value, m, k + 2)


def _log1p(e: DoubleDouble) -> DoubleDouble:
    """Return ln(1 + e) for 0 <= e <= 1: a float, corrected by a step of Halley's method."""
    start = exact(np.log1p(e.high))
    back = _expm1_small(start)
    return start + (e - back) * 2.0 / (e + back + 2.0)


def _softplus(z: Array) -> Reference:
    """max(z, 0) + ln(1 + e^-|z|)."""
    e, m, k = _exp_safe(_minus_abs(z))
    value = exact(np.clip(z, 0, 1e5)) + _log1p(e)
    value = where(z > 1e5, exact(z), value)  # e^-z < 2^-100000
    return _with_tail(z < -TAIL, value, m, k)


def _relu(z: Array) -> Reference:
    return _plain(exact(np.maximum(z, 0)))


def _step(z: Array) -> Reference:
    return _plain(exact((z > 0).astype(np.float64)))


def _leaky_relu(z: Array) -> Reference:
    """z, or the mantissa of z / 100, which neither over- nor underflows."""
    mantissa, exponent = np.frexp(z)
    below = exact(mantissa) / 100.0
    return Reference(where(z > 0, exact(mantissa), below), exponent.astype(np.int64))


def _leaky_step(z: Array) -> Reference:
    hundredth = exact(np.ones_like(z)) / 100.0
    return _plain(where(z > 0, exact(np.ones_like(z)), hundredth))


def _identity(z: Array) -> Reference:
    return _plain(exact(z))


def _one(z: Array) -> Reference:
    return _plain(exact(np.ones_like(z)))


#: By the names of the functions that they judge.
REFERENCES: Mapping[str, Function] = {
    "sigmoid": _sigmoid,
    "sigmoid_prime": _sigmoid_prime,
    "tanh": _tanh,
    "tanh_prime": _tanh_prime,
    "softplus": _softplus,
    "softplus_prime": _sigmoid,
    "relu": _relu,
    "relu_prime": _step,
    "leaky_relu": _leaky_relu,
    "leaky_relu_prime": _leaky_step,
    "identity": _identity,
    "identity_prime": _one,
}
