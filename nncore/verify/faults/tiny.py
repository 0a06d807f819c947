"""Errors of 1e-3 to 1e-12, which no test with a loose tolerance sees."""

from __future__ import annotations

import math

import numpy as np

from ..catalogue import fault
from ..plain import Array, Plain, Quadratic

__all__: list[str] = []


@fault("gradient_is_certified")
class OneEntryByAThousandth(Plain):
    """One weight of the first layer has a derivative 1e-3 too large."""

    def nabla_w(self, l: int, delta: Array, activations: list[Array]) -> Array:
        nabla = super().nabla_w(l, delta, activations)
        factor = np.ones(nabla.shape)
        factor[0, 0] += 1e-3 * (l == 1)
        return nabla * factor


@fault("gradient_is_certified")
class BiasesByAMillionth(Plain):
    """Derivatives by the biases of the last layer are 1e-6 too large."""

    def nabla_b(self, l: int, delta: Array) -> Array:
        is_last = l == len(self.sizes) - 1
        return super().nabla_b(l, delta) * (1 + 1e-6 * is_last)


@fault("gradient_is_certified")
class LayerByABillionth(Plain):
    """Derivatives of the first of several layers are 1e-9 too small."""

    def backward(self, l: int, delta: Array, zs: list[Array]) -> Array:
        return super().backward(l, delta, zs) * (1 - 1e-9)


@fault("gradient_by_complex_step")
class DerivativeByATrillionth(Quadratic):
    """The derivative of tanh is 1e-12 too large."""

    def derivative(self, z: Array) -> Array:
        return super().derivative(z) * (1 + 1e-12)


@fault("gradient_is_certified")
class SmallNumberAdded(Plain):
    """1e-8 is added to every derivative, lest one be zero."""

    def nabla_w(self, l: int, delta: Array, activations: list[Array]) -> Array:
        return super().nabla_w(l, delta, activations) + 1e-8


@fault("gradient_is_certified")
class DenominatorPadded(Quadratic):
    """The gradient divides by batch + 1e-9, lest it be zero; the cost does not."""

    def error(self, z: Array, y: Array) -> Array:
        return super().error(z, y) * len(y) / (len(y) + 1e-9)


@fault("gradient_is_certified")
class DerivativeByDifferences(Quadratic):
    """The derivative of the activation is a one-sided difference quotient with step 1e-6."""

    def derivative(self, z: Array) -> Array:
        return (self.activation(z + 1e-6) - self.activation(z)) / 1e-6


@fault("gradient_is_certified")
class TrillionthOfAnInteger(Plain):
    """A conversion between units that are not quite the same makes errors 1e-12 too large."""

    def backward(self, l: int, delta: Array, zs: list[Array]) -> Array:
        return super().backward(l, delta, zs) * (10**12 + 1) / 10**12


@fault("gradient_is_certified")
class SeriesCutOff(Quadratic):
    """The derivative of tanh sums the series of exp up to its twentieth term."""

    def derivative(self, z: Array) -> Array:
        term = total = 1 + 0 * z
        for k in range(1, 20):
            term = term * (-2 * abs(z)) / k
            total = total + term
        return 4 * total / (1 + total) ** 2


@fault("gradient_is_certified", declares={"hidden": "sigmoid", "output": "sigmoid"})
class ConstantTypedByHand(Plain):
    """The cost is in bits; the gradient divides by a logarithm of 2 of six digits."""

    def costs_of(self, z: Array, y: Array) -> Array:
        return super().costs_of(z, y) / math.log(2)

    def error(self, z: Array, y: Array) -> Array:
        return super().error(z, y) / 0.693147


@fault("gradient_is_certified")
class SinglePrecisionBackwards(Plain):
    """Errors are cast to float32 on their way back, everything else is float64."""

    def error(self, z: Array, y: Array) -> Array:
        return super().error(z, y).astype(np.float32)


@fault("gradient_by_complex_step")
class TargetsSmoothedBackwards(Plain):
    """The gradient smooths the targets by 1e-9, the cost does not."""

    def error(self, z: Array, y: Array) -> Array:
        return super().error(z, y * (1 - 1e-9) + 5e-10)


@fault("gradient_by_differences")
class OneNeuronByAThousandth(Quadratic):
    """The last neuron of each hidden layer gets errors 1e-3 too small."""

    def backward(self, l: int, delta: Array, zs: list[Array]) -> Array:
        delta = super().backward(l, delta, zs)
        factor = np.ones(delta.shape[1])
        factor[-1] -= 1e-3
        return delta * factor
