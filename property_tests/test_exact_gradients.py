"""
Backpropagation over the rationals: equal to the derivative, with no tolerance at all.

What agrees here agrees as a formula: no rounding hides a wrong index, transpose or factor.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from comparisons import assert_close
from exact import SQUARE, exact_cases
from hypothesis import given
from strategies import Array, Case


@dataclass(frozen=True)
class Dual:
    """value + slope epsilon, with epsilon^2 = 0: arithmetic that carries a derivative along."""

    value: Any
    slope: Any = Fraction(0)  # an int would become a float when halved

    def __add__(self, other: Any) -> Dual:
        other = _dual(other)
        return Dual(self.value + other.value, self.slope + other.slope)

    def __mul__(self, other: Any) -> Dual:
        other = _dual(other)
        return Dual(
            self.value * other.value, self.value * other.slope + self.slope * other.value
        )

    def __neg__(self) -> Dual:
        return Dual(-self.value, -self.slope)

    def __sub__(self, other: Any) -> Dual:
        return self + -_dual(other)

    def __rsub__(self, other: Any) -> Dual:
        return _dual(other) - self

    def __truediv__(self, other: int) -> Dual:
        return Dual(self.value / other, self.slope / other)

    __radd__ = __add__
    __rmul__ = __mul__


def _dual(number: Any) -> Dual:
    """Return a number as a dual number; a constant has slope 0."""
    return number if isinstance(number, Dual) else Dual(number)


def parameters(case: Case) -> Iterator[tuple[str, Array, Array]]:
    """Yield name, parameters and gradient of each layer, weights and biases apart."""
    nabla_w, nabla_b = case.net.backprop(case.x, case.y)
    for l in range(1, case.net.num_layers):
        yield f"nabla_w[{l}]", case.net.weights[l], nabla_w[l]
        yield f"nabla_b[{l}]", case.net.biases[l], nabla_b[l]


def moved(case: Case, theta: Array, index: tuple[int, ...], value: Any) -> Any:
    """Return the cost where the parameter theta[index] has another value."""
    kept, theta[index] = theta[index], value
    try:
        return case.net.cost(case.x, case.y)
    finally:
        theta[index] = kept


def gradient_by(slope: Callable[[Array, tuple[int, ...]], Any], theta: Array) -> Array:
    """Return the slope along each entry of theta."""
    gradient = np.empty_like(theta)
    for index in np.ndindex(theta.shape):
        gradient[index] = slope(theta, index)
    return gradient


@given(case=exact_cases(hidden="identity"))
def test_backprop_equals_the_central_difference_of_an_identity_network(case: Case) -> None:
    """With identity units the cost is a quadratic in each parameter: differences are exact."""

    def slope(theta: Array, index: tuple[int, ...]) -> Fraction:
        above = moved(case, theta, index, theta[index] + 1)
        below = moved(case, theta, index, theta[index] - 1)
        return Fraction(above - below) / 2

    for name, theta, nabla in parameters(case):
        assert_close(name, nabla, gradient_by(slope, theta), 0, case)


@given(case=exact_cases(hidden=SQUARE))
def test_backprop_equals_the_derivative_by_dual_numbers(case: Case) -> None:
    """With polynomial units the derivative of the cost is rational, and backprop equals it."""

    def slope(theta: Array, index: tuple[int, ...]) -> Any:
        return moved(case, theta, index, Dual(theta[index], Fraction(1))).slope

    for name, theta, nabla in parameters(case):
        assert_close(name, nabla, gradient_by(slope, theta), 0, case)
