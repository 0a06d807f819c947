"""
The built-in activations without allocation: the textbook's functions, in buffers.

Returned is what writes the buffers whenever it is called, in this order. ``forward(z, a,
spare)`` writes a = sigma(z) and may leave in `spare` what the derivative can use again;
``backward(z, a, spare, delta)`` multiplies `delta` by sigma'(z). z is only read, and where the
derivative does not read it, a may be z itself.
Both agree with `activations` to a few ulp, and no digit is lost where a function saturates:
the slope of the sigmoid is a / (1 + e^z), not a (1 - a), at the same price. Results below the
smallest normal number may differ by as much.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from .activations import Activation
from .arrays import Array, Writes, as_array, as_matrix
from .costs import OutputCost

__all__ = ["InPlace", "OutputError", "in_place", "output_error_in_place"]

#: error(z, a, spare, y, delta): dC/dz of the outputs, not divided by the batch, to delta.
OutputError: TypeAlias = Callable[[Array, Array, Array, Array, Array], Writes]


class InPlace(NamedTuple):
    """An activation and the product with its derivative, both written into buffers."""

    forward: Callable[[Array, Array, Array], Writes]
    backward: Callable[[Array, Array, Array, Array], Writes]
    reads_z: bool  # whether backward does, so that a needs a buffer of its own


class _BuiltIn:
    """The built-in functions; their constants are arrays, which ufuncs take faster: 2 %."""

    def __init__(self, dtype: np.dtype[Any]) -> None:
        self._zero, self._one = np.zeros((), dtype), np.ones((), dtype)
        self._hundred, self._hundredth = np.array(100, dtype), self._one / 100
        # e^z is finite up to here, and 1 / e^z below the smallest normal number beyond.
        self._largest = np.array(np.floor(np.log(np.finfo(dtype).max)), dtype)

    def named(self) -> Mapping[str, InPlace]:
        """Return the functions by name; no activation of the user's own has such a name."""
        return {
            "sigmoid": InPlace(
                self._sigmoid_and_prime, self._times_sigmoid_prime, reads_z=False
            ),
            "tanh": InPlace(self._tanh, self._times_tanh_prime, reads_z=True),
            "relu": InPlace(self._relu, self._times_relu_prime, reads_z=False),
            "leaky_relu": InPlace(
                self._leaky_relu, self._times_leaky_relu_prime, reads_z=False
            ),
            "softplus": InPlace(self._softplus, self._times_softplus_prime, reads_z=True),
            "identity": InPlace(_copy, _nothing, reads_z=False),
        }

    def sigmoid(self, z: Array, a: Array, spare: Array) -> Writes:
        """Write e^z / (1 + e^z), and 1 + e^z to spare."""
        return [
            partial(np.minimum, z, self._largest, out=a),
            partial(np.exp, a, a),
            partial(np.add, a, self._one, spare),
            partial(np.divide, a, spare, a),
        ]

    def _sigmoid_and_prime(self, z: Array, a: Array, spare: Array) -> Writes:
        """Write the sigmoid, and its derivative a / (1 + e^z) to spare."""
        # Here, and not behind the products of the layers above, a is still in the cache: 2 %.
        return [*self.sigmoid(z, a, spare), partial(np.divide, a, spare, spare)]

    def _times_sigmoid_prime(self, _: Array, _a: Array, spare: Array, delta: Array) -> Writes:
        """Multiply delta by the derivative that stands in spare."""
        return [partial(np.multiply, delta, spare, delta)]

    def _tanh(self, z: Array, a: Array, _: Array) -> Writes:
        """Write tanh z."""
        return [partial(np.tanh, z, a)]

    def _times_tanh_prime(self, z: Array, _: Array, spare: Array, delta: Array) -> Writes:
        """Divide delta by cosh^2 z, which may be infinite; 1 - a^2 would lose digits."""
        return [
            partial(np.cosh, z, spare),
            partial(np.divide, delta, spare, delta),
            partial(np.divide, delta, spare, delta),
        ]

    def _relu(self, z: Array, a: Array, _: Array) -> Writes:
        """Write max(z, 0)."""
        return [partial(np.maximum, z, self._zero, out=a)]

    def _times_relu_prime(self, _: Array, a: Array, spare: Array, delta: Array) -> Writes:
        """Multiply delta by the sign of a, which is 0 or 1."""
        return [
            partial(np.sign, a, spare),
            partial(np.multiply, delta, spare, delta),
        ]

    def _leaky_relu(self, z: Array, a: Array, spare: Array) -> Writes:
        """Write max(z, z / 100)."""
        return [
            partial(np.divide, z, self._hundred, spare),
            partial(np.maximum, z, spare, out=a),
        ]

    def _times_leaky_relu_prime(self, _: Array, a: Array, spare: Array, delta: Array) -> Writes:
        """Multiply delta by max(sign a, 1 / 100)."""
        return [
            partial(np.sign, a, spare),
            partial(np.maximum, spare, self._hundredth, out=spare),
            partial(np.multiply, delta, spare, delta),
        ]

    def _softplus(self, z: Array, a: Array, _: Array) -> Writes:
        """Write ln(1 + e^z), which is never below z."""
        return [
            partial(np.minimum, z, self._largest, out=a),
            partial(np.exp, a, a),
            partial(np.log1p, a, a),
            partial(np.maximum, a, z, out=a),
        ]

    def _times_softplus_prime(self, z: Array, _: Array, spare: Array, delta: Array) -> Writes:
        """Divide delta by 1 + e^-z, which may be infinite: its reciprocal is the sigmoid."""
        return [
            partial(np.negative, z, spare),
            partial(np.exp, spare, spare),
            partial(np.add, spare, self._one, spare),
            partial(np.divide, delta, spare, delta),
        ]


def in_place(activation: Activation, dtype: np.dtype[Any]) -> InPlace:
    """Return an activation in buffers; own functions get copies of z, which they may keep."""

    def forward(z: Array, a: Array, _: Array) -> Writes:
        def write() -> None:
            a[...] = as_array(activation.apply(as_matrix(z.copy())))

        return [write]

    def backward(z: Array, _a: Array, _: Array, delta: Array) -> Writes:
        def write() -> None:
            np.multiply(delta, as_array(activation.slope(as_matrix(z.copy()))), out=delta)

        return [write]

    return _BuiltIn(dtype).named().get(activation.name) or InPlace(
        forward, backward, reads_z=True
    )


def output_error_in_place(cost: OutputCost, dtype: np.dtype[Any]) -> OutputError:
    """Return what writes the output error (BP1) of a cost: the textbook, if nothing faster."""
    output = _BuiltIn(dtype).named().get(cost.output.name)

    def sigmoid_cross_entropy(
        z: Array, a: Array, spare: Array, y: Array, delta: Array
    ) -> Writes:
        return [*sigmoid(z, a, spare), partial(np.subtract, a, y, delta)]

    def softmax_cross_entropy(
        z: Array, a: Array, spare: Array, y: Array, delta: Array
    ) -> Writes:
        column = spare[:, :1]
        over_a_row = {"axis": 1, "keepdims": True, "out": column}
        return [
            partial(np.maximum.reduce, z, **over_a_row),
            partial(np.subtract, z, column, a),
            partial(np.exp, a, a),
            partial(np.add.reduce, a, **over_a_row),
            partial(np.divide, a, column, a),
            partial(np.add.reduce, y, **over_a_row),
            partial(np.multiply, a, column, a),
            partial(np.subtract, a, y, delta),
        ]

    def quadratic(z: Array, a: Array, spare: Array, y: Array, delta: Array) -> Writes:
        difference = partial(np.subtract, a, y, delta)
        return [*forward(z, a, spare), difference, *backward(z, a, spare, delta)]

    def textbook(z: Array, _: Array, _s: Array, y: Array, delta: Array) -> Writes:
        def write() -> None:
            delta[...] = as_array(cost.output_error(as_matrix(z.copy()), as_matrix(y)))

        return [write]

    # The names of the built-in costs are reserved too.
    if cost.name == "cross_entropy" and output is None:
        return softmax_cross_entropy
    if cost.name == "cross_entropy":
        sigmoid = _BuiltIn(dtype).sigmoid
        return sigmoid_cross_entropy
    if cost.name == "quadratic" and output is not None:
        forward, backward, _ = output
        return quadratic
    return textbook


def _copy(z: Array, a: Array, _: Array) -> Writes:
    """Write z to a."""
    return [partial(np.copyto, a, z)]


def _nothing(*_: Array) -> Writes:
    """Leave the error as it is: the slope is 1."""
    return []
