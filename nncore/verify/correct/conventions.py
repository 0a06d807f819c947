"""Other conventions, which cost and gradient share: no mistakes."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from ..catalogue import correct
from ..plain import Array, Plain, Quadratic, Relu, Softmax

__all__: list[str] = []

SUM = {"hidden": "sigmoid", "output": "sigmoid", "cost": "cross_entropy", "reduction": "sum"}


@correct(reduction="sum", declares=SUM)
class SumOverTheBatch(Plain):
    """Cost and gradient are sums over the batch, and declared so."""

    def costs_of(self, z: Array, y: Array) -> Array:
        return super().costs_of(z, y) * len(y)

    def error(self, z: Array, y: Array) -> Array:
        return super().error(z, y) * len(y)


@correct(declares={"hidden": "relu", "output": "identity"})
class NoFactorHalf(Relu):
    """The quadratic cost has no factor 1/2; it is not declared, and right in itself."""

    def costs_of(self, z: Array, y: Array) -> Array:
        return (z - y) ** 2

    def error(self, z: Array, y: Array) -> Array:
        return 2 * (z - y)


@correct(declares={})
class MeanOverOutputsUndeclared(Quadratic):
    """Cost and gradient are means over the outputs, too."""

    def costs_of(self, z: Array, y: Array) -> Array:
        return super().costs_of(z, y) / y.shape[1]

    def error(self, z: Array, y: Array) -> Array:
        return super().error(z, y) / y.shape[1]


@correct()
class OneAtTheKink(Relu):
    """The subgradient of relu at zero is 1."""

    def derivative(self, z: Array) -> Array:
        return np.where(z >= 0, 1.0, 0.0)


@correct()
class HalfAtTheKink(Relu):
    """The subgradient of relu at zero is 1/2."""

    def derivative(self, z: Array) -> Array:
        return np.where(z > 0, 1.0, np.where(z < 0, 0.0, 0.5))


@correct()
class Leaky(Relu):
    """Leaky relu, formed as a maximum."""

    hidden = "leaky_relu"

    def activation(self, z: Array) -> Array:
        return np.maximum(z, z / 100)

    def derivative(self, z: Array) -> Array:
        return np.where(z > 0, 1.0, 0.01)


@correct()
class SinglePrecision(Plain):
    """Parameters are float32, and so is everything that is computed with them."""

    def __init__(self, sizes: list[int]) -> None:
        super().__init__(sizes)
        self.weights: list[Array] = [w.astype(np.float32) for w in self.weights]
        self.biases: list[Array] = [b.astype(np.float32) for b in self.biases]


@correct(declares={"hidden": "sigmoid", "output": "sigmoid"})
class PenaltyUndeclared(Plain):
    """A penalty without the factor 1/2, in cost and gradient alike, on the weights."""

    l2: ClassVar[float] = 0.25

    def penalty(self) -> Any:
        return 2 * super().penalty()

    def nabla_w(self, l: int, delta: Array, activations: list[Array]) -> Array:
        return super().nabla_w(l, delta, activations) + self.l2 * self.weights[l]


@correct()
class Penalized(Quadratic):
    """A penalty as it is declared."""

    l2: ClassVar[float] = 0.125


@correct()
class SoftmaxOutputs(Softmax):
    """Softmax outputs with cross-entropy."""


@correct(declares={"output": "identity", "cost": "quadratic"})
class ActivationOfItsOwn(Relu):
    """Hidden neurons compute z / (1 + |z|), which has no name here and is not declared."""

    def activation(self, z: Array) -> Array:
        return z / (1 + abs(z))

    def derivative(self, z: Array) -> Array:
        return 1 / (1 + abs(z)) ** 2


@correct(declares={"hidden": "tanh", "output": "identity"})
class HuberCost(Relu):
    """The cost grows linearly beyond a difference of 1."""

    def activation(self, z: Array) -> Array:
        return np.tanh(z)

    def derivative(self, z: Array) -> Array:
        return 1 - np.tanh(z) ** 2

    def costs_of(self, z: Array, y: Array) -> Array:
        distance = abs(z - y)
        return np.where(distance < 1, distance**2 / 2, distance - 0.5)

    def error(self, z: Array, y: Array) -> Array:
        return np.clip(z - y, -1, 1)


@correct()
class Linear(Relu):
    """No activation anywhere: a product of matrices."""

    hidden = "identity"

    def activation(self, z: Array) -> Array:
        return z.copy()

    def derivative(self, z: Array) -> Array:
        return 0 * z + 1


@correct()
class SoftplusNeurons(Relu):
    """Softplus neurons, log(1 + e^z) by `logaddexp`."""

    hidden = "softplus"

    def activation(self, z: Array) -> Array:
        return np.logaddexp(z, 0)

    def derivative(self, z: Array) -> Array:
        return np.exp(-np.logaddexp(-z, 0))


@correct()
class DenominatorOfSoftmaxPadded(Softmax):
    """1e-30 is added to the denominator in the error alone, an approximation that is meant."""

    def error(self, z: Array, y: Array) -> Array:
        e = np.exp(z - z.max(axis=1, keepdims=True))
        return e / (e.sum(axis=1, keepdims=True) + 1e-30) - y
