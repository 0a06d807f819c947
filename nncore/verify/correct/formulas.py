"""Other ways to compute the same numbers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..catalogue import correct
from ..plain import Array, Plain, Quadratic, Relu, Softmax

__all__: list[str] = []


@correct()
class Einsum(Plain):
    """Every product is an `einsum`."""

    def weighted(self, l: int, a: Array) -> Array:
        return np.einsum("ik,jk->ij", a, self.weights[l]) + self.biases[l]

    def nabla_w(self, l: int, delta: Array, activations: list[Array]) -> Array:
        return np.einsum("ij,ik->jk", delta, activations[l - 1]) / len(delta)

    def backward(self, l: int, delta: Array, zs: list[Array]) -> Array:
        return np.einsum("ij,jk->ik", delta, self.weights[l + 1]) * self.derivative(zs[l])


@correct()
class Loops(Plain):
    """Weighted inputs are sums in three loops."""

    def weighted(self, l: int, a: Array) -> Array:
        w, b = self.weights[l], self.biases[l]
        rows = [
            [sum(w[j, k] * row[k] for k in range(len(row))) + b[j] for j in range(len(b))]
            for row in a
        ]
        return np.array(rows)


@correct()
class Vectorized(Plain):
    """The sigmoid is a function of one number, made one of arrays by `np.vectorize`."""

    def activation(self, z: Array) -> Array:
        return np.vectorize(logistic, otypes=[float])(z)

    def output(self, z: Array) -> Array:
        return np.vectorize(logistic, otypes=[float])(z)


def logistic(z: float) -> float:
    """
    Return the sigmoid of one number.

    Parameters
    ----------
    z : float
        Weighted input.

    Returns
    -------
    float
        In [0, 1].

    Examples
    --------
    >>> logistic(0.0)
    0.5
    """
    return 1 / (1 + math.exp(-z)) if z > 0 else math.exp(z) / (1 + math.exp(z))


@correct()
class LogAddExp(Plain):
    """Everything about the sigmoid by `logaddexp`."""

    def activation(self, z: Array) -> Array:
        return np.exp(-np.logaddexp(0, -z))

    def derivative(self, z: Array) -> Array:
        return np.exp(-np.logaddexp(0, -z) - np.logaddexp(0, z))

    def costs_of(self, z: Array, y: Array) -> Array:
        return y * np.logaddexp(0, -z) + (1 - y) * np.logaddexp(0, z)


@correct()
class DerivativeFromActivations(Plain):
    """The derivative is a (1 - a), from activations that are kept."""

    def gradient(self, x: Array, y: Array) -> tuple[list[Array], list[Array]]:
        _, activations = self.forward(x)
        nabla_w, nabla_b = list(self.weights), list(self.biases)
        delta = (activations[-1] - y) / len(y)
        for l in range(len(self.sizes) - 1, 0, -1):
            nabla_w[l] = delta.T @ activations[l - 1]
            nabla_b[l] = delta.sum(axis=0)
            a = activations[l - 1]
            delta = (delta @ self.weights[l]) * (a * (1 - a))
        return nabla_w, nabla_b


@correct()
class ExampleByExample(Quadratic):
    """Gradients of single examples are added up, as in the first chapter of a textbook."""

    def gradient(self, x: Array, y: Array) -> tuple[list[Array], list[Array]]:
        each = [super(ExampleByExample, self).gradient(x[[i]], y[[i]]) for i in range(len(x))]
        nabla_w = [sum(layers[1:], layers[0]) / len(x) for layers in zip(*(w for w, _ in each))]
        nabla_b = [sum(layers[1:], layers[0]) / len(x) for layers in zip(*(b for _, b in each))]
        return nabla_w, nabla_b


@correct()
class Recursive(Plain):
    """Backpropagation as a function that calls itself, forward on the way down."""

    def gradient(self, x: Array, y: Array) -> tuple[list[Array], list[Array]]:
        nabla_w, nabla_b = list(self.weights), list(self.biases)

        def error_of_input(l: int, a: Array) -> Array:
            z = self.weighted(l, a)
            if l == len(self.sizes) - 1:
                delta = self.error(z, y)
            else:
                delta = error_of_input(l + 1, self.activation(z)) * self.derivative(z)
            nabla_w[l] = self.nabla_w(l, delta, {l - 1: a})  # type: ignore[arg-type]
            nabla_b[l] = self.nabla_b(l, delta)
            return delta @ self.weights[l]

        error_of_input(1, self.checked(x))
        return nabla_w, nabla_b


@correct()
class FullJacobian(Softmax):
    """The error of softmax by the whole Jacobian of each example: diag(a) - a a^T."""

    costs = "quadratic"

    def costs_of(self, z: Array, y: Array) -> Array:
        return (self.output(z) - y) ** 2 / 2

    def error(self, z: Array, y: Array) -> Array:
        a = self.output(z)
        jacobians = a[:, :, None] * (np.eye(a.shape[1]) - a[:, None, :])
        return (jacobians * (a - y)[:, None, :]).sum(axis=2)


@correct()
class MaskedRelu(Relu):
    """Relu sets the negative entries of a copy to zero, and so do its derivatives."""

    def activation(self, z: Array) -> Array:
        return z * (z > 0)

    def backward(self, l: int, delta: Array, zs: list[Array]) -> Array:
        below = delta @ self.weights[l + 1]
        below[zs[l] <= 0] = 0
        return below


@correct()
class DotAndOuter(Plain):
    """`np.dot` for products, sums of outer products for gradients."""

    def weighted(self, l: int, a: Array) -> Array:
        return np.dot(a, self.weights[l].T) + self.biases[l]

    def nabla_w(self, l: int, delta: Array, activations: list[Array]) -> Array:
        pairs = zip(delta, activations[l - 1], strict=True)
        products: list[Any] = [d[:, None] * a[None, :] for d, a in pairs]
        return sum(products[1:], products[0]) / len(delta)


@correct()
class OnesForSums(Plain):
    """Sums over the batch are products with a vector of ones, and means their quotient."""

    def nabla_b(self, l: int, delta: Array) -> Array:  # noqa: ARG002
        return np.ones(len(delta)) @ delta / len(delta)


@correct()
class MeanByNumpy(Quadratic):
    """Means are `np.mean`, differences `np.subtract`, squares `np.square`."""

    def nabla_b(self, l: int, delta: Array) -> Array:  # noqa: ARG002
        return np.mean(delta, axis=0)

    def costs_of(self, z: Array, y: Array) -> Array:
        return np.square(np.subtract(self.output(z), y)) / 2


@correct()
class HyperbolicSquare(Quadratic):
    """The derivative of tanh is 1 - tanh^2, computed twice."""

    def derivative(self, z: Array) -> Array:
        return 1 - np.tanh(z) ** 2


@correct()
class LogSumExp(Softmax):
    """The cost of softmax is a difference of logarithms, by `np.logaddexp.reduce`."""

    def costs_of(self, z: Array, y: Array) -> Array:
        return y * (np.logaddexp.reduce(z, axis=1, keepdims=True) - z)


@correct()
class HeavisideDerivative(Relu):
    """The derivative of relu is `np.heaviside`."""

    def derivative(self, z: Array) -> Array:
        return np.heaviside(z, 0.0)
