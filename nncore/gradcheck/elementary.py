"""Each elementary function beside its partial derivatives.

A partial takes the value first, then the operands; None stands for 1. The forms are those that
keep relative accuracy where the derivative is tiny (sech instead of 1 - tanh, for one).
"""

# ruff: noqa: ARG005 - the partials share one signature, whatever they use of it

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np

from .tape import Number

__all__ = ["BINARY", "UNARY", "Elementary"]

Partial = Callable[..., Number]


@dataclasses.dataclass(frozen=True)
class Elementary:
    """A function of one or two numbers.

    Parameters
    ----------
    value : callable
        The function.
    partials : tuple of callables
        Its derivative with respect to each operand.
    """

    value: Callable[..., Number]
    partials: tuple[Partial | None, ...]


def expit(x: Number) -> Number:
    """The logistic function, without cancellation on either side."""
    return 1 / (1 + (-x).exp())


def _softplus(x: Number) -> Number:
    """log(1 + exp(x)), without overflow."""
    return x.nonnegative_part() + (-abs(x)).exp().log1p()


def _logaddexp(x: Number, y: Number) -> Number:
    """log(exp(x) + exp(y))."""
    return y + _softplus(x - y)


def _power(x: Number, y: Number) -> Number:
    """The power x^y; integer powers by multiplication, so that x may have any sign."""
    n = _integer(y)
    if n is not None:
        return _multiplied(x, n)
    return x.sqrt() if y == 0.5 else x**y  # 0.5 is exact


def _power_prime(_: Number, x: Number, y: Number) -> Number:
    """The derivative y x^(y - 1)."""
    n = _integer(y)
    if n is not None:
        return n * _multiplied(x, n - 1) if n else 0 * x
    return 1 / (2 * x.sqrt()) if y == 0.5 else y * x ** (y - 1)


def _multiplied(x: Number, n: int) -> Number:
    """An integer power; flint's own is not finite for a ball that contains 0."""
    if n < 0:
        return 1 / _multiplied(x, -n)
    if n < 2:
        return x if n else 0 * x + 1
    half = _multiplied(x, n // 2)
    return half * half * x if n % 2 else half * half


def _integer(y: Number) -> int | None:
    """The exponent, where it is an integer without a radius."""
    if hasattr(y, "q"):
        return int(y.p) if y.q == 1 else None
    return int(y.unique_fmpz()) if y.is_exact() and y.is_integer() else None


def _two_over_root_pi(x: Number) -> Number:
    """2 / sqrt(pi), in the precision of the run."""
    return 2 / type(x).pi().sqrt()


def _log_of(x: Number, base: int) -> Number:
    """The natural logarithm of the base."""
    return type(x)(base).log()


def _cbrt(x: Number) -> Number:
    """The real cube root."""
    root = abs(x).root(3)
    return (
        root
        if x > 0
        else -root
        if x < 0
        else x.nonnegative_part().root(3).union(-(-x).nonnegative_part().root(3))
    )


UNARY: dict[Any, Elementary] = {
    np.negative: Elementary(lambda x: -x, (lambda y, x: -1,)),
    np.exp: Elementary(lambda x: x.exp(), (lambda y, x: y,)),
    np.exp2: Elementary(lambda x: (x * _log_of(x, 2)).exp(), (lambda y, x: y * _log_of(x, 2),)),
    np.expm1: Elementary(lambda x: x.expm1(), (lambda y, x: x.exp(),)),
    np.log: Elementary(lambda x: x.log(), (lambda y, x: 1 / x,)),
    np.log2: Elementary(
        lambda x: x.log() / _log_of(x, 2), (lambda y, x: 1 / (x * _log_of(x, 2)),)
    ),
    np.log10: Elementary(
        lambda x: x.log() / _log_of(x, 10), (lambda y, x: 1 / (x * _log_of(x, 10)),)
    ),
    np.log1p: Elementary(lambda x: x.log1p(), (lambda y, x: 1 / (1 + x),)),
    np.sqrt: Elementary(lambda x: x.sqrt(), (lambda y, x: 1 / (2 * y),)),
    np.cbrt: Elementary(_cbrt, (lambda y, x: 1 / (3 * y * y),)),
    np.square: Elementary(lambda x: x * x, (lambda y, x: 2 * x,)),
    np.reciprocal: Elementary(lambda x: 1 / x, (lambda y, x: -y * y,)),
    np.sin: Elementary(lambda x: x.sin(), (lambda y, x: x.cos(),)),
    np.cos: Elementary(lambda x: x.cos(), (lambda y, x: -x.sin(),)),
    np.tan: Elementary(lambda x: x.tan(), (lambda y, x: 1 + y * y,)),
    np.arcsin: Elementary(lambda x: x.asin(), (lambda y, x: 1 / (1 - x * x).sqrt(),)),
    np.arccos: Elementary(lambda x: x.acos(), (lambda y, x: -1 / (1 - x * x).sqrt(),)),
    np.arctan: Elementary(lambda x: x.atan(), (lambda y, x: 1 / (1 + x * x),)),
    np.sinh: Elementary(lambda x: x.sinh(), (lambda y, x: x.cosh(),)),
    np.cosh: Elementary(lambda x: x.cosh(), (lambda y, x: x.sinh(),)),
    np.tanh: Elementary(lambda x: x.tanh(), (lambda y, x: x.sech() ** 2,)),
    np.arcsinh: Elementary(lambda x: x.asinh(), (lambda y, x: 1 / (1 + x * x).sqrt(),)),
    np.arccosh: Elementary(
        lambda x: x.acosh(), (lambda y, x: 1 / ((x - 1).sqrt() * (x + 1).sqrt()),)
    ),
    np.arctanh: Elementary(lambda x: x.atanh(), (lambda y, x: 1 / (1 - x * x),)),
    "expit": Elementary(expit, (lambda y, x: y * expit(-x),)),
    "erf": Elementary(lambda x: x.erf(), (lambda y, x: _two_over_root_pi(x) * (-x * x).exp(),)),
    "erfc": Elementary(
        lambda x: x.erfc(), (lambda y, x: -_two_over_root_pi(x) * (-x * x).exp(),)
    ),
    "log_expit": Elementary(lambda x: -_softplus(-x), (lambda y, x: expit(-x),)),
}


BINARY: dict[Any, Elementary] = {
    np.add: Elementary(lambda x, y: x + y, (None, None)),
    np.subtract: Elementary(lambda x, y: x - y, (None, lambda v, x, y: -1)),
    np.multiply: Elementary(lambda x, y: x * y, (lambda v, x, y: y, lambda v, x, y: x)),
    np.true_divide: Elementary(
        lambda x, y: x / y, (lambda v, x, y: 1 / y, lambda v, x, y: -v / y)
    ),
    np.power: Elementary(_power, (_power_prime, lambda v, x, y: v * x.log())),
    np.logaddexp: Elementary(
        _logaddexp, (lambda v, x, y: expit(x - y), lambda v, x, y: expit(y - x))
    ),
    np.hypot: Elementary(
        lambda x, y: (x * x + y * y).sqrt(),
        (lambda v, x, y: x / v, lambda v, x, y: y / v),
    ),
    np.arctan2: Elementary(
        lambda y, x: type(x).atan2(y, x),
        (lambda v, y, x: x / (x * x + y * y), lambda v, y, x: -y / (x * x + y * y)),
    ),
}
BINARY[np.float_power] = BINARY[np.power]
