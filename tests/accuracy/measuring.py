"""The largest errors of elementwise functions, and where they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from flint import arb

from .balls import BALLS, ball_error, precision
from .double_double import Array
from .formats import Format, errors_in_ulp
from .reference import BITS, Reference

__all__ = ["Worst", "check_reference", "measure_chunk"]

#: So many of the worst points are decided by balls.
KEPT = 25


@dataclass
class Worst:
    """The worst points of one function so far, and what it gave there."""

    points: Array = field(default_factory=lambda: np.empty(0))
    values: Array = field(default_factory=lambda: np.empty(0))
    errors: Array = field(default_factory=lambda: np.empty(0))
    #: The largest error of a result below the smallest normal number.
    subnormal: float = 0.0
    #: What was raised, and at a point where it was.
    warning: str = ""
    count: int = 0

    def add(self, z: Array, values: Array, errors: Array, is_normal: Array) -> None:
        """Take in the errors of a chunk."""
        self.count += len(z)
        if not is_normal.all():
            self.subnormal = max(self.subnormal, float(errors[~is_normal].max()))
        counted = np.where(is_normal, errors, -1.0)
        kept = np.argsort(counted)[-KEPT:]
        kept = kept[counted[kept] >= 0]
        self.points = np.concatenate([self.points, z[kept]])
        self.values = np.concatenate([self.values, values[kept]])
        self.errors = np.concatenate([self.errors, errors[kept]])
        order = np.argsort(self.errors)[-KEPT:]
        self.points, self.values = self.points[order], self.values[order]
        self.errors = self.errors[order]

    def decide(self, name: str, kind: Format) -> tuple[float, float]:
        """Return the largest error by balls, and its point; 0 without a normal result."""
        decided = [(0.0, 0.0)]
        for z, value in zip(self.points, self.values, strict=True):
            exact = _ball(name, float(z))
            decided.append((ball_error(float(value), exact, kind)[0], float(z)))
        return max(decided)


def measure_chunk(
    function: Callable[[Array], Array],
    z: Array,
    exact: Reference,
    kind: Format,
    worst: Worst,
) -> None:
    """Take in the errors of a function at some points."""
    try:
        with np.errstate(over="raise", divide="raise", invalid="raise"):
            values = function(z)
    except FloatingPointError as error:
        worst.warning = str(error)
        with np.errstate(all="ignore"):
            values = function(z)
    worst.add(z, values, *errors_in_ulp(values, exact, kind))


def check_reference(name: str, z: Array, exact: Reference) -> None:
    """Raise ArithmeticError unless the reference is within its bound of the ball."""
    (highs, lows), exponents = exact
    with precision(4 * BITS):
        for point, high, low, exponent in zip(z, highs, lows, exponents, strict=True):
            ball = arb(_ball(name, float(point))())
            if abs(ball) < arb(2) ** -1200:
                continue  # nothing beside the smallest float
            value = (arb(float(high)) + arb(float(low))) * arb(2) ** int(exponent)
            if not abs(value - ball) <= abs(ball) * arb(2) ** -BITS:
                msg = f"the reference of {name} is off by more than 2^-{BITS} at {point!r}"
                raise ArithmeticError(msg)


def _ball(name: str, z: float) -> Callable[[], arb]:
    """Return what computes the exact value in the precision that is set."""
    return lambda: BALLS[name](arb(z))
