"""The network in 50 digits and more, by mpmath, and its derivative from values of the cost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
from strategies import Array

from .libraries import Functions, Model, Results, forward, mean_cost

__all__ = ["compute", "exact"]

#: Digits, and the step of central differences: their error is about step^2 = 1e-60, and
#: 110 digits leave as many after the division by the step.
DIGITS, STEP = 110, mpmath.mpf(10) ** -30


def exact(array: Any) -> Array:
    """Return floats as numbers of mpmath."""
    array = np.asarray(array)
    numbers = np.empty(array.size, object)
    numbers[:] = [mpmath.mpf(float(v)) for v in array.flat]
    return numbers.reshape(array.shape)


def _each(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return a function of arrays from a function of numbers."""
    of_arrays: Callable[[Any], Any] = np.frompyfunc(function, 1, 1)
    return of_arrays


def _log_softmax(z: Array) -> Array:
    """Return z - ln sum e^z of each row."""
    totals = np.array([[mpmath.log(sum(mpmath.exp(v) for v in row))] for row in z])
    difference: Array = z - totals
    return difference


FUNCTIONS: Functions = {
    "sigmoid": _each(lambda z: 1 / (1 + mpmath.exp(-z))),
    "tanh": _each(mpmath.tanh),
    "relu": _each(lambda z: max(z, mpmath.mpf(0))),
    "leaky_relu": _each(lambda z: z if z > 0 else z / 100),
    "softplus": _each(lambda z: mpmath.log(1 + mpmath.exp(z))),
    "identity": lambda z: z,
    "softmax": lambda z: _each(mpmath.exp)(_log_softmax(z)),
    "log_softmax": _log_softmax,
}


def compute(
    model: Model, weights: list[Array], biases: list[Array], x: Array, y: Array
) -> Results:
    """Return the results to more than 50 digits."""
    with mpmath.workdps(DIGITS):
        parameters = [[exact(p) for p in ps] for ps in (weights, biases)]
        examples, targets = exact(x), exact(y)

        def cost() -> Any:
            return mean_cost(FUNCTIONS, model, parameters, examples, targets)

        _, activations = forward(FUNCTIONS, model, parameters, examples)
        nabla_w, nabla_b = ([_slopes(cost, p) for p in ps] for ps in parameters)
        return Results(activations, cost(), nabla_w, nabla_b)


def _slopes(cost: Callable[[], Any], parameters: Array) -> Array:
    """Return the derivative by each entry, as a central difference."""
    slopes = np.empty_like(parameters)
    for index in np.ndindex(parameters.shape):
        kept = parameters[index]
        parameters[index] = kept + STEP
        above = cost()
        parameters[index] = kept - STEP
        slopes[index] = (above - cost()) / (2 * STEP)
        parameters[index] = kept
    return slopes
