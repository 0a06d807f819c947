"""The same functions in ball arithmetic, which encloses exact values: the judge of errors."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from flint import arb, ctx

from .formats import Format

__all__ = ["BALLS", "ball_error", "precision"]

START, LIMIT = 128, 8192
#: How many digits of an error in ulp are wanted, in bits.
SHARP = 20


@contextmanager
def precision(bits: int) -> Iterator[None]:
    """Let balls have so many bits inside the block."""
    before, ctx.prec = ctx.prec, bits
    try:
        yield
    finally:
        ctx.prec = before


def _exp(z: Any) -> Any:
    """Return e^-|z|."""
    return (-abs(z)).exp()


def _sigmoid(z: Any) -> Any:
    e = _exp(z)
    return (e if z < 0 else 1) / (1 + e)


def _sigmoid_prime(z: Any) -> Any:
    e = _exp(z)
    return e / ((1 + e) * (1 + e))


def _softplus(z: Any) -> Any:
    return max(z, arb(0)) + _exp(z).log1p()


BALLS: Mapping[str, Callable[[Any], Any]] = {
    "sigmoid": _sigmoid,
    "sigmoid_prime": _sigmoid_prime,
    "tanh": lambda z: z.tanh(),
    "tanh_prime": lambda z: 4 * _sigmoid_prime(2 * z),
    "softplus": _softplus,
    "softplus_prime": _sigmoid,
    "relu": lambda z: max(z, arb(0)),
    "relu_prime": lambda z: arb(1 if z > 0 else 0),
    "leaky_relu": lambda z: z if z > 0 else z / 100,
    "leaky_relu_prime": lambda z: arb(1) if z > 0 else arb(1) / 100,
    "identity": lambda z: z,
    "identity_prime": lambda _: arb(1),
}


def ball_error(value: float, exact: Callable[[], Any], kind: Format) -> tuple[float, bool]:
    """
    Return the error of a value in ulp of the exact number, and whether that number is normal.

    `exact` computes a ball at the precision that is set; it is raised until the error is known
    to `SHARP` bits. An exact number far below the smallest float counts as 0.
    """
    if not math.isfinite(value):
        return math.inf, True
    bits = START
    while bits <= LIMIT:
        with precision(bits):
            ball = arb(exact())
            size = abs(ball)
            if size < arb(2) ** (kind.smallest - 60):
                return float(abs(arb(value)) / arb(2) ** kind.smallest), False
            if size > 0:
                exponent = _exponent(size)
                ulp = arb(2) ** max(exponent - kind.digits + 1, kind.smallest)
                error = abs(arb(value) - ball) / ulp
                if float(error.rad()) < 2.0**-SHARP:
                    return float(error.mid()), exponent >= kind.minimum
        bits *= 2
    msg = f"{LIMIT} bits do not tell the error of {value!r}"
    raise ArithmeticError(msg)


def _exponent(size: Any) -> int:
    """Return floor(log2 size)."""
    mantissa, exponent = size.mid().man_exp()
    return int(exponent) + int(mantissa).bit_length() - 1
