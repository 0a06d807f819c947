"""The two floating-point formats, and errors in units of their last place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from .double_double import Array
from .reference import Reference

__all__ = ["FORMATS", "Format", "errors_in_ulp"]


class Format(NamedTuple):
    """A float type: digits, and the exponents of the smallest normal and smallest float."""

    name: str
    digits: int
    minimum: int
    smallest: int


FORMATS: Mapping[str, Format] = {
    name: Format(name, info.nmant + 1, int(info.minexp), int(info.minexp) - info.nmant)
    for name, info in ((n, np.finfo(n)) for n in ("float64", "float32"))
}


def errors_in_ulp(values: Array, exact: Reference, kind: Format) -> tuple[Array, Array]:
    """
    Return the errors of values in ulp of the exact numbers, and where those are normal.

    ulp(x) is the distance of the floats around x: 2^(e - p + 1) for 2^e <= |x| < 2^(e + 1), and
    never less than the smallest float (J.-M. Muller, "On the definition of ulp(x)", INRIA
    RR-5504, 2005; the variant of Goldberg and Harrison for real x). What is not finite is
    infinitely wrong. An exact number far below the smallest float counts as 0.
    """
    (high, low), scale = exact
    is_nothing = np.frexp(high)[1] + scale < kind.smallest - 60
    high, low, scale = (np.where(is_nothing, 0, part) for part in (high, low, scale))
    mantissa, exponent = np.frexp(high)
    # Just below a power of two the floats are closer.
    is_below = (abs(mantissa) == 0.5) & (np.sign(low) == -np.sign(high)) & (low != 0)
    exponent = exponent - 1 - is_below
    is_normal = (exponent + scale >= kind.minimum) & (high != 0)
    lowest = kind.smallest - scale
    last_place = np.where(high == 0, lowest, np.maximum(exponent - kind.digits + 1, lowest))
    with np.errstate(over="ignore", invalid="ignore"):
        scaled = np.ldexp(values.astype(np.float64), -scale)
        difference = abs((scaled - high) - low)
        # 2^-last_place may be infinite where the difference is 0.
        errors = np.where(difference == 0, 0.0, np.ldexp(difference, -last_place))
    return np.where(np.isfinite(values), errors, np.inf), is_normal
