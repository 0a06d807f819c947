"""
Backpropagation against the complex step: dC/dtheta = Im C(theta + ih) / h.

Nothing is subtracted, so h can be so small that the truncation h^2 C''' / 6 is nothing, and
only rounding is left (W. Squire, G. Trapp, "Using complex variables to estimate derivatives of
real functions", SIAM Review 40, 1998). At a kink both sides take the branch of the real part.
"""

from __future__ import annotations

import numpy as np
from comparisons import assert_close
from hypothesis import given
from rounding import rounding
from strategies import Array, Case, cases

#: Tiny against every parameter, and far from underflow in what it is multiplied with.
STEP = 1e-30


def complex_step(case: Case, parameters: list[Array], l: int) -> Array:
    """Return the slope of the cost along each entry of parameters[l]."""
    theta = parameters[l]
    slopes = np.empty(theta.shape)
    for index in np.ndindex(theta.shape):
        parameters[l] = theta.astype(complex)
        parameters[l][index] += STEP * 1j
        slopes[index] = case.net.cost(case.x, case.y).imag / STEP
    parameters[l] = theta
    return slopes


@given(case=cases(max_layers=4, max_width=5))
def test_backprop_is_the_complex_step(case: Case) -> None:
    """Every entry of the gradient is the complex step along its parameter, up to rounding."""
    nabla_w, nabla_b = case.net.backprop(case.x, case.y)
    bounds = rounding(case)
    # The step is one more evaluation with roundings of its own, on twice as many numbers.
    for l in range(1, case.net.num_layers):
        expected = complex_step(case, case.net.weights, l)
        assert_close(f"nabla_w[{l}]", nabla_w[l], expected, 4 * bounds.nabla_w[l], case)
        expected = complex_step(case, case.net.biases, l)
        assert_close(f"nabla_b[{l}]", nabla_b[l], expected, 4 * bounds.nabla_b[l], case)
