"""
How far rounding may move what a network computes.

The error of a product of matrices with inner dimension n is at most about n u |A| |B|
(N. Higham, "Accuracy and Stability of Numerical Algorithms", SIAM 2002, section 3.5). An error
passes through an activation multiplied with its slope, which is at most 1, and through its
derivative multiplied with its curvature, which is at most 1 as well, except at a kink, where
the slope may be off by all of it. Terms of second order in u are left out; constants are
rounded up.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from strategies import Array, Case

__all__ = ["Rounding", "rounding"]

#: Unit roundoff of float64.
U = 2.0**-53
#: What an activation or its derivative may be off by, in U, where its argument is exact.
FUNCTION = 16
#: Keeps a bound from underflow to 0 where the results underflow.
TINY = 1e-290


class Rounding(NamedTuple):
    """Bounds on the rounding errors of results, as lists over the layers, and of the cost."""

    activations: list[Array]
    nabla_w: list[Array]
    nabla_b: list[Array]
    cost: float


def rounding(case: Case) -> Rounding:
    """Return how far the results of a case may be from the exact ones; 0 for rationals."""
    net, x, y = case
    (zs, activations), gradient = net.forward(x), net.backprop(x, y)
    if x.dtype == object:
        exact = ([0 * array for array in arrays] for arrays in (activations, *gradient))
        a_error, nabla_w, nabla_b = exact
        return Rounding(a_error, nabla_w, nabla_b, 0)
    last = net.num_layers - 1
    hidden, output = ("relu" in part for part in repr(net).split("output=", maxsplit=1))
    w = [abs(w) for w in net.weights]

    z_error, a_error = [np.zeros_like(zs[0])], [np.zeros_like(x)]
    for l in range(1, last + 1):
        terms = abs(activations[l - 1]) @ w[l].T + abs(net.biases[l])
        z_error.append(a_error[l - 1] @ w[l].T + (net.sizes[l - 1] + 2) * U * terms)
        widest = _widest(z_error[l]) if l == last else z_error[l]  # a softmax mixes its row
        a_error.append(widest + FUNCTION * U * abs(activations[l]) + TINY)

    # The softmax of n outputs is the widest case: |dC/dz| <= 2 max |a - y|, of n terms.
    delta = 2 * _widest(abs(activations[last] - y)) + TINY
    cost = _cost_error(case, delta, a_error[last], z_error[last])
    error = 2 * _widest(a_error[last]) + delta * _widest(
        _slope_error(output, zs[last], z_error[last])
    )
    error = error + (net.sizes[last] + FUNCTION) * U * _widest(abs(activations[last]) + abs(y))
    delta, error = delta / len(y), error / len(y)

    nabla_w, nabla_b = [0 * g for g in gradient.nabla_w], [0 * g for g in gradient.nabla_b]
    for l in range(last, 0, -1):
        if l < last:
            terms = delta @ w[l + 1]
            error = error @ w[l + 1] + terms * _slope_error(hidden, zs[l], z_error[l])
            error = error + (net.sizes[l + 1] + FUNCTION) * U * terms
            delta = terms
        error = error + (len(y) + 2) * U * delta
        nabla_b[l] = error.sum(axis=0)
        nabla_w[l] = error.T @ abs(activations[l - 1]) + delta.T @ a_error[l - 1]
        nabla_w[l] = nabla_w[l] + 4 * U * (w[l] + abs(gradient.nabla_w[l]))  # the penalty
    return Rounding(a_error, nabla_w, nabla_b, cost)


def _cost_error(case: Case, delta: Array, a_error: Array, z_error: Array) -> float:
    """Return how far the cost may be off: by errors that reach it, and by its own sums."""
    net, x, y = case
    passed = abs(delta) * (z_error if "cross_entropy" in repr(net) else a_error)
    terms = y.size + FUNCTION + sum(w.size for w in net.weights)  # none of them negative
    return float(passed.sum() / len(y) + terms * U * net.cost(x, y) + TINY)


def _widest(errors: Array) -> Array:
    """Return the largest entry of each row, in every place of the row."""
    widest: Array = np.broadcast_to(errors.max(axis=1, keepdims=True), errors.shape)
    return widest


def _slope_error(has_kink: bool, z: Array, z_error: Array) -> Array:
    """Return how far the slope at z may be off: at a kink by all of it."""
    return (abs(z) <= z_error).astype(float) if has_kink else z_error
