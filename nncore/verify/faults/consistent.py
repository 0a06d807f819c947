"""Mistakes that cost and gradient share: only what the network declares gives them away."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from ..catalogue import fault
from ..plain import Array, Plain, Quadratic, Relu, Softmax, sigmoid, softplus

__all__: list[str] = []


@fault("forward_matches_definition", source="DeepCrime 2021: change activation function")
class OtherActivation(Plain):
    """Hidden neurons are said to be sigmoid, but are tanh."""

    def activation(self, z: Array) -> Array:
        return np.tanh(z)

    def derivative(self, z: Array) -> Array:
        return 1 - np.tanh(z) ** 2


@fault("forward_matches_definition")
class SteepSigmoid(Plain):
    """The sigmoid has slope 1/2 at zero, for it is one of 2 z."""

    def activation(self, z: Array) -> Array:
        return sigmoid(2 * z)

    def derivative(self, z: Array) -> Array:
        return 2 * super().derivative(2 * z)


@fault("forward_matches_definition")
class LeaksTooMuch(Relu):
    """Relu leaks with slope 0.01, forward and backward."""

    def activation(self, z: Array) -> Array:
        return np.where(z > 0, z, z / 100)

    def derivative(self, z: Array) -> Array:
        return np.where(z > 0, 1, 1 / 100)


@fault("forward_matches_definition", source="DeepCrime 2021: remove activation function")
class OutputNotActivated(Quadratic):
    """The last layer returns its weighted inputs, though it is said to be sigmoid."""

    def output(self, z: Array) -> Array:
        return z

    def error(self, z: Array, y: Array) -> Array:
        return z - y


@fault("forward_matches_definition", source="DeepCrime 2021: remove activation function")
class FirstHiddenLayerLinear(Plain):
    """The first hidden layer is not activated."""

    def forward(self, x: Array) -> tuple[list[Array], list[Array]]:
        zs, activations = super().forward(x)
        if len(zs) > 2:
            activations[1] = zs[1]
            for l in range(2, len(zs)):
                zs[l] = self.weighted(l, activations[l - 1])
                is_last = l == len(zs) - 1
                activations[l] = self.output(zs[l]) if is_last else self.activation(zs[l])
        return zs, activations

    def backward(self, l: int, delta: Array, zs: list[Array]) -> Array:
        return delta @ self.weights[2] if l == 1 else super().backward(l, delta, zs)


@fault("forward_matches_loops", source="DeepCrime 2021: remove bias")
class BiasLeftOut(Plain):
    """Biases are declared, learned with derivative 0, and never added."""

    def weighted(self, l: int, a: Array) -> Array:
        return a @ self.weights[l].T

    def nabla_b(self, l: int, delta: Array) -> Array:
        return 0 * super().nabla_b(l, delta)


@fault("forward_matches_loops", source="DeepCrime 2021: remove bias")
class LastBiasLeftOut(Plain):
    """The output layer has no biases, though it keeps some."""

    def is_last(self, l: int) -> bool:
        """Return whether l is the output layer."""
        return l == len(self.sizes) - 1

    def weighted(self, l: int, a: Array) -> Array:
        return super().weighted(l, a) - self.biases[l] * self.is_last(l)

    def nabla_b(self, l: int, delta: Array) -> Array:
        return super().nabla_b(l, delta) * (not self.is_last(l))


@fault("forward_matches_loops")
class BiasSubtracted(Plain):
    """Biases are thresholds, subtracted from the weighted inputs."""

    def weighted(self, l: int, a: Array) -> Array:
        return a @ self.weights[l].T - self.biases[l]

    def nabla_b(self, l: int, delta: Array) -> Array:
        return -super().nabla_b(l, delta)


@fault("forward_matches_loops", source="Islam 2019: unaligned tensor")
class SquareWeightsTransposed(Plain):
    """Square weights are used transposed, in cost and gradient alike."""

    def weighted(self, l: int, a: Array) -> Array:
        w = self.weights[l]
        return a @ (w if self.is_square(l) else w.T) + self.biases[l]

    def is_square(self, l: int) -> bool:
        """Return whether layer l has as many neurons as the one before."""
        return self.sizes[l] == self.sizes[l - 1]

    def nabla_w(self, l: int, delta: Array, activations: list[Array]) -> Array:
        nabla = super().nabla_w(l, delta, activations)
        return nabla.T if self.is_square(l) else nabla

    def backward(self, l: int, delta: Array, zs: list[Array]) -> Array:
        w = self.weights[l + 1]
        w = w.T if self.is_square(l + 1) else w
        return (delta @ w) * self.derivative(zs[l])


@fault("forward_matches_loops", source="DeepCrime 2021: change dropout rate")
class DropoutScaleLeft(Plain):
    """Hidden activations are halved, as if half of the neurons were dropped."""

    def weighted(self, l: int, a: Array) -> Array:
        return super().weighted(l, a if l == 1 else a / 2)

    def nabla_w(self, l: int, delta: Array, activations: list[Array]) -> Array:
        return super().nabla_w(l, delta, activations) / (1 if l == 1 else 2)

    def backward(self, l: int, delta: Array, zs: list[Array]) -> Array:
        return super().backward(l, delta, zs) / 2


@fault("forward_matches_definition")
class SoftmaxWithTemperature(Softmax):
    """Softmax is taken of z / 2."""

    def output(self, z: Array) -> Array:
        return super().output(z / 2)

    def costs_of(self, z: Array, y: Array) -> Array:
        return super().costs_of(z / 2, y)

    def error(self, z: Array, y: Array) -> Array:
        return super().error(z, y) / 2


@fault("cost_matches_definition")
class CostWithoutHalf(Relu):
    """The quadratic cost lacks its factor 1/2, and so does the gradient."""

    def costs_of(self, z: Array, y: Array) -> Array:
        return (z - y) ** 2

    def error(self, z: Array, y: Array) -> Array:
        return 2 * (z - y)


@fault("cost_matches_definition", source="DeepCrime 2021: change loss function")
class OtherCost(Plain):
    """The cost is said to be cross-entropy, but is quadratic."""

    def costs_of(self, z: Array, y: Array) -> Array:
        return (self.output(z) - y) ** 2 / 2

    def error(self, z: Array, y: Array) -> Array:
        return (self.output(z) - y) * self.derivative(z)


@fault("cost_matches_definition", source="Humbatova 2020: wrong loss function calculation")
class HalfOfCrossEntropy(Plain):
    """Cross-entropy counts y log a, but not (1 - y) log (1 - a)."""

    def costs_of(self, z: Array, y: Array) -> Array:
        return y * softplus(-z)

    def error(self, z: Array, y: Array) -> Array:
        return y * (self.output(z) - 1)


@fault("cost_matches_definition")
class MeanOverOutputs(Quadratic):
    """Cost and gradient are means over the outputs as well as over the batch."""

    def costs_of(self, z: Array, y: Array) -> Array:
        return super().costs_of(z, y) / y.shape[1]

    def error(self, z: Array, y: Array) -> Array:
        return super().error(z, y) / y.shape[1]


@fault("cost_matches_definition", source="DeepCrime 2021: change of weights regularisation")
class PenaltyWithoutHalf(Plain):
    """The penalty lacks its factor 1/2 in cost and gradient."""

    l2: ClassVar[float] = 0.25

    def penalty(self) -> Any:
        return 2 * super().penalty()

    def nabla_w(self, l: int, delta: Array, activations: list[Array]) -> Array:
        return super().nabla_w(l, delta, activations) + self.l2 * self.weights[l]


@fault("cost_matches_definition", source="DeepCrime 2021: remove weights regularisation")
class PenaltyIgnored(Plain):
    """The network says that it has a penalty, and has none."""

    l2: ClassVar[float] = 0.25

    def penalty(self) -> Any:
        return 0.0

    def nabla_w(self, l: int, delta: Array, activations: list[Array]) -> Array:
        return delta.T @ activations[l - 1] / len(delta)


@fault("cost_matches_definition", source="DeepCrime 2021: change labels")
class TargetsSmoothed(Plain):
    """Targets are smoothed by a tenth inside cost and gradient."""

    def costs_of(self, z: Array, y: Array) -> Array:
        return super().costs_of(z, 0.9 * y + 0.05)

    def error(self, z: Array, y: Array) -> Array:
        return super().error(z, 0.9 * y + 0.05)


@fault("cost_matches_definition")
class CostTinyFactor(Quadratic):
    """Cost and gradient are both 1e-9 too large."""

    def costs_of(self, z: Array, y: Array) -> Array:
        return super().costs_of(z, y) * (1 + 1e-9)

    def error(self, z: Array, y: Array) -> Array:
        return super().error(z, y) * (1 + 1e-9)
