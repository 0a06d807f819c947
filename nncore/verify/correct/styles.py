"""Networks that are organized in other ways: columns, single examples, layers, functions."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from ..catalogue import correct
from ..plain import Array, Plain, Relu, sigmoid

__all__: list[str] = []

LOGISTIC = {"hidden": "sigmoid", "output": "sigmoid", "cost": "cross_entropy"}


@correct(
    weights="w",
    biases="b",
    forward="feed",
    cost="cost",
    gradient="backprop",
    layout="columns",
    declares={"hidden": "sigmoid", "output": "sigmoid", "cost": "quadratic"},
)
class Columns:
    """Examples are columns, biases columns, lists begin with layer 1: as in a known book."""

    def __init__(self, sizes: list[int]) -> None:
        rng = np.random.default_rng(0)
        self.w: list[Array] = [rng.normal(size=(m, n)) for n, m in pairwise(sizes)]
        self.b: list[Array] = [np.zeros((m, 1)) for m in sizes[1:]]

    def feed(self, a: Array) -> Array:
        """Return the outputs, one column for each example."""
        for w, b in zip(self.w, self.b, strict=True):
            a = sigmoid(w @ a + b)
        return a

    def cost(self, x: Array, y: Array) -> Any:
        """Return half the mean squared distance."""
        return ((self.feed(x) - y) ** 2).sum() / x.shape[1] / 2

    def backprop(self, x: Array, y: Array) -> tuple[list[Array], list[Array]]:
        """Return the gradient, the derivatives by biases first."""
        activations, zs = [x], []
        for w, b in zip(self.w, self.b, strict=True):
            zs.append(w @ activations[-1] + b)
            activations.append(sigmoid(zs[-1]))
        nabla_w: list[Array] = []
        nabla_b: list[Array] = []
        delta = (activations[-1] - y) / x.shape[1]
        for l in range(1, len(self.w) + 1):
            delta = delta * sigmoid(zs[-l]) * sigmoid(-zs[-l])
            nabla_w.insert(0, delta @ activations[-l - 1].T)
            nabla_b.insert(0, delta.sum(axis=1, keepdims=True))
            delta = self.w[-l].T @ delta
        return nabla_w, nabla_b


@correct(
    weights="w",
    biases="b",
    forward="feed",
    cost="cost",
    gradient="backprop",
    layout="single",
    declares={"hidden": "tanh", "output": "tanh", "cost": "quadratic"},
)
class SingleVectors:
    """One example at a time, a vector; the batch is the caller's business."""

    def __init__(self, sizes: list[int]) -> None:
        rng = np.random.default_rng(0)
        self.w: list[Array] = [rng.normal(size=(m, n)) for n, m in pairwise(sizes)]
        self.b: list[Array] = [rng.normal(size=m) for m in sizes[1:]]

    def layers(self, x: Array) -> list[Array]:
        """Return the activations of one example."""
        activations = [x]
        for w, b in zip(self.w, self.b, strict=True):
            activations.append(np.tanh(w @ activations[-1] + b))
        return activations

    def feed(self, x: Array) -> Array:
        """Return the output of one example."""
        return self.layers(x)[-1]

    def cost(self, x: Array, y: Array) -> Any:
        """Return half the squared distance."""
        return ((self.feed(x) - y) ** 2).sum() / 2

    def backprop(self, x: Array, y: Array) -> tuple[list[Array], list[Array]]:
        """Return the gradient of one example."""
        activations = self.layers(x)
        nabla_w, nabla_b = list(self.w), list(self.b)
        delta = activations[-1] - y
        for l in reversed(range(len(self.w))):
            delta = delta * (1 - activations[l + 1] ** 2)
            nabla_w[l], nabla_b[l] = delta[:, None] * activations[l][None, :], delta
            delta = self.w[l].T @ delta
        return nabla_w, nabla_b


@correct(
    weights="w",
    biases="b",
    forward="feed",
    cost="cost",
    gradient="backprop",
    layout="single",
    reduction="sum",
)
class SingleColumns(Columns):
    """One example at a time, a column; costs of a batch are added up."""


class Dense:
    """One layer, which keeps what it needs to go back."""

    x: Array
    z: Array
    weight_slope: Array
    bias_slope: Array

    def __init__(self, inputs: int, outputs: int, *, is_last: bool) -> None:
        self.weight: Array = np.random.default_rng(inputs).normal(size=(inputs, outputs))
        self.bias: Array = np.zeros((1, outputs))
        self.is_last = is_last

    def forward(self, x: Array) -> Array:
        """Return the activations of the layer."""
        self.x, self.z = x, x @ self.weight + self.bias
        return self.z if self.is_last else np.maximum(self.z, 0)

    def backward(self, slope: Array) -> Array:
        """Return the slope by the input; keep those by weight and bias."""
        delta = slope if self.is_last else np.where(self.z > 0, slope, 0 * slope)
        self.weight_slope = self.x.T @ delta
        self.bias_slope = delta.sum(axis=0, keepdims=True)
        return delta @ self.weight.T


@correct(
    weights=lambda net: [layer.weight for layer in net.layers],
    biases=lambda net: [layer.bias for layer in net.layers],
    forward="forward",
    cost="cost",
    gradient="gradient",
    step="step",
    declares={"hidden": "relu", "output": "identity", "cost": "quadratic"},
)
class ClassForEachLayer:
    """Layers are objects that keep weights, inputs and slopes."""

    def __init__(self, sizes: list[int]) -> None:
        last = len(sizes) - 2
        self.layers: list[Dense] = [
            Dense(n, m, is_last=l == last) for l, (n, m) in enumerate(pairwise(sizes))
        ]

    def forward(self, x: Array) -> Array:
        """Return the outputs."""
        for layer in self.layers:
            x = layer.forward(x)
        return x.copy()

    def cost(self, x: Array, y: Array) -> Any:
        """Return half the mean squared distance."""
        return ((self.forward(x) - y) ** 2).sum() / len(x) / 2

    def gradient(self, x: Array, y: Array) -> list[tuple[Array, Array]]:
        """Return what each layer keeps after a pass back."""
        slope = (self.forward(x) - y) / len(x)
        for layer in reversed(self.layers):
            slope = layer.backward(slope)
        return [(layer.weight_slope, layer.bias_slope) for layer in self.layers]

    def step(self, x: Array, y: Array, learning_rate: float) -> None:
        """Move every layer."""
        self.gradient(x, y)
        for layer in self.layers:
            layer.weight -= learning_rate * layer.weight_slope
            layer.bias -= learning_rate * layer.bias_slope


class Pass(NamedTuple):
    """A forward pass."""

    activations: list[Array]
    zs: list[Array]


@correct()
class NamedPass(Plain):
    """Forward returns a named tuple, activations first."""

    def forward(self, x: Array) -> Any:
        zs, activations = super().forward(x)
        return Pass(activations, zs)

    def predict(self, x: Array) -> Array:
        return self.forward(x).activations[-1]

    def cost(self, x: Array, y: Array) -> Any:
        return self.costs_of(self.forward(x).zs[-1], y).sum() / len(x)

    def gradient(self, x: Array, y: Array) -> tuple[list[Array], list[Array]]:
        inner = Plain(self.sizes)
        inner.weights, inner.biases = self.weights, self.biases
        return inner.gradient(x, y)


@correct(forward="run", zs="kept.zs", activations="kept.activations")
class KeptInAttributes(Plain):
    """Forward returns the outputs and keeps the rest in attributes."""

    def run(self, x: Array) -> Array:
        """Return the outputs."""
        zs, activations = self.forward(x)
        self.kept: Pass = Pass(activations, zs)
        return activations[-1]


@correct(gradient=lambda net, x, y: net.slopes_after(x, y))
class GradientInAttributes(Plain):
    """Backpropagation returns nothing; the gradient is fetched from attributes."""

    slopes_w: list[Array]
    slopes_b: list[Array]

    def backpropagate(self, x: Array, y: Array) -> None:
        """Keep the gradient."""
        self.slopes_w, self.slopes_b = self.gradient(x, y)

    def slopes_after(self, x: Array, y: Array) -> tuple[list[Array], list[Array]]:
        """Return the gradient that is kept."""
        self.backpropagate(x, y)
        return self.slopes_w, self.slopes_b


@correct(forward="predict")
class OutputsOnly(Plain):
    """Forward returns the outputs and shows no layer."""


@correct(forward=None, predict=None, declares={})
class CostAndGradientOnly(Plain):
    """There is a cost and a gradient, and nothing else to see."""


@correct(cost=None, gradient=None, step=None, fit=None)
class ForwardOnly(Relu):
    """A network that is run, and was trained elsewhere."""


@correct(cost=None, declares={"hidden": "sigmoid", "output": "sigmoid"})
class NoCost(Plain):
    """There is a gradient without its cost."""


@correct(
    weights="params",
    forward=lambda net, x: logistic_outputs(net.params, x),
    cost=lambda net, x, y: logistic_cost(net.params, x, y),
    gradient=lambda net, x, y: logistic_gradient(net.params, x, y),
    declares=LOGISTIC,
)
class Functions:
    """Functions of parameters; the class only holds them."""

    def __init__(self, sizes: list[int]) -> None:
        rng = np.random.default_rng(0)
        self.params: list[dict[str, Array]] = [
            {"weight": rng.normal(size=(m, n)), "bias": np.zeros(m)} for n, m in pairwise(sizes)
        ]


def logistic_outputs(params: list[dict[str, Array]], x: Array) -> Array:
    """
    Return the outputs of a network of sigmoid neurons.

    Parameters
    ----------
    params : list of dict
        With keys "weight" and "bias".
    x : ndarray
        Examples as rows, not modified.

    Returns
    -------
    ndarray
        Outputs as rows.
    """
    for layer in params:
        x = sigmoid(x @ layer["weight"].T + layer["bias"])
    return x


def logistic_cost(params: list[dict[str, Array]], x: Array, y: Array) -> Any:
    """
    Return the mean cross-entropy.

    Parameters
    ----------
    params : list of dict
        With keys "weight" and "bias".
    x, y : ndarray
        Examples and targets as rows, not modified.

    Returns
    -------
    number
        Of the batch.
    """
    *hidden, last = params
    z = logistic_outputs(hidden, x) @ last["weight"].T + last["bias"]
    return (np.logaddexp(0, z) - y * z).sum() / len(x)


def logistic_gradient(
    params: list[dict[str, Array]], x: Array, y: Array
) -> list[dict[str, Array]]:
    """
    Return the gradient of the mean cross-entropy.

    Parameters
    ----------
    params : list of dict
        With keys "weight" and "bias".
    x, y : ndarray
        Examples and targets as rows, not modified.

    Returns
    -------
    list of dict
        As `params`.
    """
    if len(params) > 1:
        first, *rest = params
        z = x @ first["weight"].T + first["bias"]
        above = logistic_gradient(rest, sigmoid(z), y)
        delta = errors(rest, sigmoid(z), y) * sigmoid(z) * sigmoid(-z)
        return [{"weight": delta.T @ x, "bias": delta.sum(axis=0)}, *above]
    delta = (logistic_outputs(params, x) - y) / len(x)
    return [{"weight": delta.T @ x, "bias": delta.sum(axis=0)}]


def errors(params: list[dict[str, Array]], x: Array, y: Array) -> Array:
    """
    Return the derivative of the mean cross-entropy by the input.

    Parameters
    ----------
    params : list of dict
        With keys "weight" and "bias".
    x, y : ndarray
        Examples and targets as rows, not modified.

    Returns
    -------
    ndarray
        Of the shape of `x`.
    """
    first, *rest = params
    z = x @ first["weight"].T + first["bias"]
    if rest:
        return (errors(rest, sigmoid(z), y) * sigmoid(z) * sigmoid(-z)) @ first["weight"]
    return (sigmoid(z) - y) / len(x) @ first["weight"]
