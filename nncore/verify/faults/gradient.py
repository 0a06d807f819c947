"""Mistakes in backpropagation, in equations that the cost does not share."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from ..catalogue import fault
from ..plain import Array, Plain, Quadratic, Relu, Softmax, sigmoid

__all__: list[str] = []


@fault("gradient_is_certified", source="Humbatova 2020: wrong loss function calculation")
class OutputDerivativeForgotten(Quadratic):
    """The error of the output layer lacks the derivative of the output activation."""

    def error(self, z: Array, y: Array) -> Array:
        return self.output(z) - y


@fault("gradient_is_certified")
class OutputDerivativeTooMuch(Plain):
    """The error of cross-entropy is multiplied by a derivative that has cancelled already."""

    def error(self, z: Array, y: Array) -> Array:
        return (self.output(z) - y) * self.derivative(z)


@fault("gradient_is_certified")
class HiddenDerivativeForgotten(Plain):
    """Errors go back through the weights, but not through the activation."""

    def backward(self, l: int, delta: Array, zs: list[Array]) -> Array:  # noqa: ARG002
        return delta @ self.weights[l + 1]


@fault("gradient_is_certified")
class DerivativeOfActivation(Plain):
    """The derivative, written for weighted inputs, is given activations."""

    def derivative(self, z: Array) -> Array:
        return super().derivative(sigmoid(z))


@fault("gradient_is_certified")
class DerivativeOfTheLayerBelow(Plain):
    """The derivative is taken at the weighted inputs of the layer below: l - 1 for l."""

    def backward(self, l: int, delta: Array, zs: list[Array]) -> Array:
        below = zs[l - 1] if zs[l - 1].shape == zs[l].shape else zs[l]
        return (delta @ self.weights[l + 1]) * self.derivative(below)


@fault("gradient_is_certified", source="Islam 2019: unaligned tensor")
class TransposeForgotten(Plain):
    """Errors go back through the transposed weights, which only square layers let pass."""

    def backward(self, l: int, delta: Array, zs: list[Array]) -> Array:
        w = self.weights[l + 1]
        w = w.T if w.shape[0] == w.shape[1] else w
        return (delta @ w) * self.derivative(zs[l])


@fault("gradient_is_certified")
class ErrorWithWrongSign(Plain):
    """The error is target minus output: the gradient points down, and training climbs."""

    def error(self, z: Array, y: Array) -> Array:
        return y - self.output(z)


@fault("gradient_is_certified")
class MeanForgotten(Plain):
    """The cost is a mean over the batch, the gradient a sum."""

    def error(self, z: Array, y: Array) -> Array:
        return super().error(z, y) * len(y)


@fault("gradient_is_certified")
class BiasesSummed(Plain):
    """Derivatives by weights are means over the batch, those by biases sums."""

    def nabla_b(self, l: int, delta: Array) -> Array:  # noqa: ARG002
        return delta.sum(axis=0)


@fault("gradient_is_certified")
class BiasesAveraged(Plain):
    """`mean()` without an axis: all neurons of a layer get one derivative."""

    def nabla_b(self, l: int, delta: Array) -> Array:
        return np.full(self.sizes[l], 1.0) * (delta.sum() / delta.size)


@fault("gradient_is_certified")
class MeanOverOutputsToo(Plain):
    """`np.mean` divides the gradient by batch times outputs, the cost by the batch."""

    def error(self, z: Array, y: Array) -> Array:
        return super().error(z, y) / y.shape[1]


@fault("gradient_is_certified", source="Islam 2019: control and sequence bug")
class LastExampleOnly(Plain):
    """The loop over examples assigns where it should add."""

    def nabla_w(self, l: int, delta: Array, activations: list[Array]) -> Array:
        return delta[-1:].T @ activations[l - 1][-1:] / len(delta)


@fault("gradient_is_certified", source="Islam 2019: control and sequence bug")
class FirstLayerLeftOut(Plain):
    """The loop over layers ends one too early: layer 1 never learns."""

    def nabla_w(self, l: int, delta: Array, activations: list[Array]) -> Array:
        return super().nabla_w(l, delta, activations) * (l > 1)

    def nabla_b(self, l: int, delta: Array) -> Array:
        return super().nabla_b(l, delta) * (l > 1)


@fault("gradient_is_certified")
class WeightedInputsForActivations(Plain):
    """Derivatives by weights are formed with z of the layer below, not with its activations."""

    def forward(self, x: Array) -> tuple[list[Array], list[Array]]:
        zs, activations = super().forward(x)
        self.zs = zs
        return zs, activations

    def nabla_w(self, l: int, delta: Array, activations: list[Array]) -> Array:
        below = self.zs[l - 1] if l > 1 else activations[0]
        return delta.T @ below / len(delta)


@fault("gradient_is_certified")
class FactorTwo(Relu):
    """The cost has a factor 1/2, the gradient is that of the cost without it."""

    def error(self, z: Array, y: Array) -> Array:
        return 2 * (self.output(z) - y)


@fault("gradient_is_certified")
class SoftmaxDiagonal(Softmax):
    """With the quadratic cost, softmax is derived as if each output depended on its z alone."""

    costs = "quadratic"

    def costs_of(self, z: Array, y: Array) -> Array:
        return (self.output(z) - y) ** 2 / 2

    def error(self, z: Array, y: Array) -> Array:
        a = self.output(z)
        return (a - y) * a * (1 - a)


@fault("gradient_is_certified")
class LeakySlopeOnlyForward(Relu):
    """Forward leaks with slope 0.01, the derivative is that of plain relu."""

    hidden = "leaky_relu"

    def activation(self, z: Array) -> Array:
        return np.where(z > 0, z, z / 100)


@fault("gradient_is_certified")
class DerivativeOfError(Relu):
    """Errors are let through where they, not z, are positive: guided backpropagation."""

    def backward(self, l: int, delta: Array, zs: list[Array]) -> Array:  # noqa: ARG002
        below = delta @ self.weights[l + 1]
        return below * self.derivative(below)


@fault("gradient_is_certified")
class SquareForgotten(Quadratic):
    """The derivative of tanh is 1 - a instead of 1 - a^2."""

    def derivative(self, z: Array) -> Array:
        return 1 - np.tanh(z)


@fault("gradient_is_certified", source="DeepCrime 2021: change of weights regularisation")
class PenaltyWithoutGradient(Plain):
    """The cost has an l2 penalty, the gradient forgets it."""

    l2: ClassVar[float] = 0.25

    def nabla_w(self, l: int, delta: Array, activations: list[Array]) -> Array:
        return delta.T @ activations[l - 1] / len(delta)


@fault("gradient_is_certified", source="DeepCrime 2021: change of weights regularisation")
class PenaltyTwice(Plain):
    """The derivative of l2 / 2 w^2 is taken to be 2 l2 w."""

    l2: ClassVar[float] = 0.25

    def nabla_w(self, l: int, delta: Array, activations: list[Array]) -> Array:
        return super().nabla_w(l, delta, activations) + self.l2 * self.weights[l]


@fault("gradient_is_certified")
class PenaltyOnBiases(Plain):
    """The gradient penalizes biases, which the cost does not."""

    l2: ClassVar[float] = 0.25

    def nabla_b(self, l: int, delta: Array) -> Array:
        return super().nabla_b(l, delta) + self.l2 * self.biases[l]


@fault("gradient_is_certified")
class PenaltyDividedByBatch(Plain):
    """The derivative of the penalty is divided by the batch, the penalty is not."""

    l2: ClassVar[float] = 0.25

    def nabla_w(self, l: int, delta: Array, activations: list[Array]) -> Array:
        data = delta.T @ activations[l - 1]
        return (data + self.l2 * self.weights[l]) / len(delta)


@fault("taylor_remainder", source="DeepCrime 2021: change of gradient clipping")
class GradientClipped(Relu):
    """Derivatives are clipped to [-1, 1] inside the gradient, where nobody asked for it."""

    def nabla_w(self, l: int, delta: Array, activations: list[Array]) -> Array:
        return np.clip(super().nabla_w(l, delta, activations), -1, 1)


@fault("gradient_is_certified")
class WiderLayerOnePercent(Plain):
    """A layer that is wider than its input gets a gradient one percent too large."""

    def nabla_w(self, l: int, delta: Array, activations: list[Array]) -> Array:
        nabla = super().nabla_w(l, delta, activations)
        return nabla * 1.01 if self.sizes[l] > self.sizes[l - 1] else nabla


@fault("gradient_by_complex_step")
class ImpulseKept(Plain):
    """A tenth of the gradient of the call before is mixed in: momentum inside the gradient."""

    before: tuple[list[Array], list[Array]] | None = None

    def gradient(self, x: Array, y: Array) -> tuple[list[Array], list[Array]]:
        now = super().gradient(x, y)
        before, self.before = self.before or now, now
        mixed = [
            [new + old / 10 for new, old in zip(ours, theirs, strict=True)]
            for ours, theirs in zip(now, before, strict=True)
        ]
        return mixed[0], mixed[1]


@fault("gradient_by_differences")
class ErrorOfTheWrongExample(Plain):
    """Errors and activations of different examples are paired: the batch is reversed once."""

    def nabla_w(self, l: int, delta: Array, activations: list[Array]) -> Array:
        return super().nabla_w(l, delta[::-1], activations)
