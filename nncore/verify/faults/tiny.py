"""Errors of 1e-3 to 1e-12, which no test with a loose tolerance sees."""

from __future__ import annotations

import math

import numpy as np

from ..catalogue import fault
from ..plain import Array, Plain, Quadratic, Softmax

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


@fault("gradient_is_certified")
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


@fault("gradient_is_certified", source="numerical recipes copied by beginners")
class DerivativeByDifferences(Quadratic):
    """The derivative of the activation is a difference quotient with step 1e-5."""

    def derivative(self, z: Array) -> Array:
        return (self.activation(z + 1e-5) - self.activation(z - 1e-5)) / 2e-5


@fault("gradient_is_certified")
class ConstantTypedByHand(Plain):
    """The cost is in bits; the gradient divides by a logarithm of 2 of six digits."""

    def costs_of(self, z: Array, y: Array) -> Array:
        return super().costs_of(z, y) / math.log(2)

    def error(self, z: Array, y: Array) -> Array:
        return super().error(z, y) / 0.693147

    @classmethod
    def adapter(cls, **changes: object) -> object:
        declares = {"hidden": cls.hidden, "output": cls.last}
        return super().adapter(**({"declares": declares} | changes))


@fault("gradient_is_certified")
class SinglePrecisionBackwards(Plain):
    """Errors are cast to float32 on their way back, everything else is float64."""

    def error(self, z: Array, y: Array) -> Array:
        return super().error(z, y).astype(np.float32)


@fault("gradient_is_certified")
class SoftmaxPadded(Softmax):
    """The error divides by the sum of exponentials plus 1e-7, the cost does not."""

    def error(self, z: Array, y: Array) -> Array:
        e = np.exp(z - z.max(axis=1, keepdims=True))
        return e / (e.sum(axis=1, keepdims=True) + 1e-7) - y


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
