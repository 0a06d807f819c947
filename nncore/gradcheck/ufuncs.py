"""The table of numpy's universal functions on our numbers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from .approximations import bounded, sees_small, with_small
from .balls import Ball, array_of
from .choices import absolute, choice, compare, finiteness, heaviside, signs
from .elementary import BINARY, UNARY
from .entries import balls, is_constant
from .operations import apply, unwrapped
from .products import matmul
from .run import current
from .tape import CONSTANT

if TYPE_CHECKING:
    from .elementary import Elementary
    from .tape import Operand

__all__ = ["UFUNCS"]


def _elementwise(function: Elementary) -> Operand:
    """The operation of a table's entry."""
    return lambda *operands: apply(function, *operands)


def _power(base: Operand, exponent: Operand) -> Operand:
    """The power; an exponent such as 2.0 is the integer, which nothing has rounded."""
    if is_constant(exponent) and float(exponent).is_integer():
        exponent = int(exponent)
    if is_constant(exponent) and exponent == 0.5:
        return UFUNCS[np.sqrt](base)
    if is_constant(base) and base == math.e:  # the float nearest to e stands for it
        return UFUNCS[np.exp](exponent)
    return apply(BINARY[np.power], base, exponent)


def _xlogy(x: Operand, y: Operand) -> Operand:
    """The product x log(y), which is 0 where x is an exact 0."""
    ours, others = np.broadcast_arrays(np.asarray(balls(x)), np.asarray(balls(y)))
    zero = current().arithmetic.exact(0)
    return unwrapped(
        array_of(
            [
                Ball(zero) if a.value == 0 and a.slot == CONSTANT else a * np.log(b)
                for a, b in zip(ours.ravel().tolist(), others.ravel().tolist(), strict=True)
            ],
            ours.shape,
        )
    )


# Before any of them notices constants meant as approximations.
_plain: dict[Any, Any] = {
    np.heaviside: heaviside,
    np.matmul: matmul,
    np.maximum: choice(1),
    np.fmax: choice(1),
    np.minimum: choice(-1),
    np.fmin: choice(-1),
    np.absolute: absolute,
    np.fabs: absolute,
    np.sign: signs,
    np.positive: lambda x: unwrapped(balls(x).copy()),
    np.conjugate: lambda x: unwrapped(balls(x).copy()),
    np.greater: compare(lambda sign: sign > 0),
    np.greater_equal: compare(lambda sign: sign >= 0),
    np.less: compare(lambda sign: sign < 0),
    np.less_equal: compare(lambda sign: sign <= 0),
    np.equal: compare(lambda sign: sign == 0),
    np.not_equal: compare(lambda sign: sign != 0),
    np.isfinite: finiteness(True),
    np.isnan: finiteness(False),
    np.isinf: finiteness(False),
} | {ufunc: _elementwise(function) for ufunc, function in (UNARY | BINARY).items()}
_noticing_power = sees_small(_power, "a power")

UFUNCS: dict[Any, Any] = _plain | {
    np.add: with_small(_plain[np.add]),
    np.subtract: with_small(_plain[np.subtract]),
    np.log: sees_small(_plain[np.log], "a logarithm"),
    np.log2: sees_small(_plain[np.log2], "a logarithm"),
    np.log10: sees_small(_plain[np.log10], "a logarithm"),
    np.sqrt: sees_small(_plain[np.sqrt], "a root"),
    np.power: _noticing_power,
    np.float_power: _noticing_power,
    np.true_divide: sees_small(_plain[np.true_divide], "a division", 1),
    np.reciprocal: sees_small(_plain[np.reciprocal], "a division"),
    np.maximum: bounded(choice(1), always=False),
    np.minimum: bounded(choice(-1), always=False),
    # What numpy 2.5 and later ask arrays of objects for by `.real` and `.imag`.
    "real": lambda x: x,
    "imag": lambda x: np.zeros(np.shape(x)),
    # scipy.special's own, by name.
    "xlogy": _xlogy,
    "xlog1py": lambda x, y: _xlogy(x, 1 + balls(y)),
    "entr": lambda x: -_xlogy(x, x),
    "rel_entr": lambda x, y: _xlogy(x, balls(x) / y),
    "kl_div": lambda x, y: _xlogy(x, balls(x) / y) - x + y,
    "logit": lambda p: np.log(balls(p) / (1 - balls(p))),
}
