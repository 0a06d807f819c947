"""A perceptron as a textbook writes it, in numpy alone: the ground for planted faults."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from .adapter import Adapter
from .stable import Array, sigmoid, softplus

__all__ = ["Array", "Plain", "Quadratic", "Relu", "Softmax", "sigmoid", "softplus"]

#: Attributes and methods that have the names of the adapter's settings.
OFFERED = (
    "weights",
    "biases",
    "forward",
    "predict",
    "cost",
    "gradient",
    "step",
    "fit",
    "save",
    "load",
)


class Plain:
    """
    Sigmoid neurons with the cross-entropy cost; rows are examples, layer 0 owns nothing.

    Each step of the computation is a method of a line or two, for subclasses to override. It
    shares no code with nncore's core: a catalogue must not judge the core by itself.

    Parameters
    ----------
    sizes : sequence of int
        Neurons of each layer, input layer first.

    Raises
    ------
    ValueError
        If there are fewer than two layers, or a layer without neurons.

    Examples
    --------
    >>> Plain([2, 3, 1]).predict(np.zeros((4, 2))).shape
    (4, 1)
    """

    hidden: ClassVar[str] = "sigmoid"
    last: ClassVar[str] = "sigmoid"
    costs: ClassVar[str] = "cross_entropy"
    l2: ClassVar[float] = 0.0

    def __init__(self, sizes: Sequence[int]) -> None:
        if len(sizes) < 2 or min(sizes) < 1:
            msg = f"sizes must be two or more numbers of at least 1, they are {sizes}"
            raise ValueError(msg)
        self.sizes: list[int] = list(sizes)
        rng = np.random.default_rng(0)
        self.weights: list[Array] = [np.empty((sizes[0], 0))]
        self.biases: list[Array] = [np.empty(0)]
        for inputs, outputs in pairwise(sizes):
            self.weights.append(rng.normal(size=(outputs, inputs)) / np.sqrt(inputs))
            self.biases.append(np.zeros(outputs))

    @classmethod
    def adapter(cls, **changes: Any) -> Adapter:
        """Return the adapter that fits this class, with some settings changed."""
        settings: dict[str, Any] = {role: role for role in OFFERED}
        settings["declares"] = {
            "hidden": cls.hidden,
            "output": cls.last,
            "cost": cls.costs,
            "reduction": "mean",
            "l2": cls.l2,
        }
        return Adapter(make=cls, **(settings | changes))

    # --- forward ---------------------------------------------------------------------------

    def activation(self, z: Array) -> Array:
        """Return the hidden activations of weighted inputs."""
        return sigmoid(z)

    def derivative(self, z: Array) -> Array:
        """Return the derivative of `activation`."""
        return sigmoid(z) * sigmoid(-z)

    def output(self, z: Array) -> Array:
        """Return the outputs of the last weighted inputs."""
        return sigmoid(z)

    def weighted(self, l: int, a: Array) -> Array:
        """Return the weighted inputs of layer l, from the activations of the layer before."""
        return a @ self.weights[l].T + self.biases[l]

    def forward(self, x: Array) -> tuple[list[Array], list[Array]]:
        """Return zs and activations, one entry for each layer."""
        x = self.checked(x)
        zs, activations = [np.empty((len(x), 0))], [x]
        for l in range(1, len(self.sizes)):
            zs.append(self.weighted(l, activations[-1]))
            is_last = l == len(self.sizes) - 1
            activations.append(self.output(zs[l]) if is_last else self.activation(zs[l]))
        return zs, activations

    def checked(self, x: Array) -> Array:
        """Return the examples, or raise where their shape does not fit."""
        if np.ndim(x) != 2 or x.shape[1] != self.sizes[0]:
            msg = f"x must have shape (batch, {self.sizes[0]}), it has {np.shape(x)}"
            raise ValueError(msg)
        return x

    def predict(self, x: Array) -> Array:
        """Return the outputs."""
        return self.forward(x)[1][-1]

    # --- cost ------------------------------------------------------------------------------

    def costs_of(self, z: Array, y: Array) -> Array:
        """Return the cost of each output of each example, from the last weighted inputs."""
        return softplus(z) - y * z

    def error(self, z: Array, y: Array) -> Array:
        """Return the derivative of `costs_of` by z."""
        return self.output(z) - y

    def penalty(self) -> Any:
        """Return l2 / 2 times the sum of squared weights."""
        return self.l2 * sum((w * w).sum() for w in self.weights[1:]) / 2

    def cost(self, x: Array, y: Array) -> Any:
        """Return the mean cost of a batch, and the penalty."""
        zs, _ = self.forward(x)
        return self.costs_of(zs[-1], y).sum() / len(x) + self.penalty()

    # --- gradient --------------------------------------------------------------------------

    def backward(self, l: int, delta: Array, zs: list[Array]) -> Array:
        """Return the error of layer l, from that of the layer above."""
        return (delta @ self.weights[l + 1]) * self.derivative(zs[l])

    def nabla_w(self, l: int, delta: Array, activations: list[Array]) -> Array:
        """Return the derivative of the cost by the weights of layer l."""
        return delta.T @ activations[l - 1] / len(delta) + self.l2 * self.weights[l]

    def nabla_b(self, l: int, delta: Array) -> Array:  # noqa: ARG002 - faults depend on l
        """Return the derivative of the cost by the biases of layer l."""
        return delta.sum(axis=0) / len(delta)

    def gradient(self, x: Array, y: Array) -> tuple[list[Array], list[Array]]:
        """Return the derivatives of the cost by weights and biases."""
        zs, activations = self.forward(x)
        nabla_w, nabla_b = [self.weights[0]] * len(zs), [self.biases[0]] * len(zs)
        delta = self.error(zs[-1], y)
        for l in reversed(range(1, len(zs))):
            nabla_w[l] = self.nabla_w(l, delta, activations)
            nabla_b[l] = self.nabla_b(l, delta)
            delta = self.backward(l - 1, delta, zs) if l > 1 else delta
        return nabla_w, nabla_b

    # --- training --------------------------------------------------------------------------

    def step(self, x: Array, y: Array, learning_rate: float) -> Any:
        """Take one step down the gradient."""
        nabla_w, nabla_b = self.gradient(x, y)
        for l in range(1, len(self.sizes)):
            self.weights[l] -= learning_rate * nabla_w[l]
            self.biases[l] -= learning_rate * nabla_b[l]

    def batches(
        self, x: Array, y: Array, batch_size: int, rng: np.random.Generator
    ) -> Iterator[tuple[Array, Array]]:
        """Yield every example with its target once, in batches, in random order."""
        order = rng.permutation(len(x))
        for start in range(0, len(x), batch_size):
            chosen = order[start : start + batch_size]
            yield x[chosen], y[chosen]

    def fit(
        self,
        x: Array,
        y: Array,
        epochs: int,
        batch_size: int,
        learning_rate: float,
        rng: np.random.Generator,
    ) -> Any:
        """Take a step for each batch of each epoch."""
        for _ in range(epochs):
            for batch in self.batches(x, y, batch_size, rng):
                self.step(*batch, learning_rate)

    # --- files -----------------------------------------------------------------------------

    def save(self, path: str) -> None:
        """Write the parameters into a file."""
        with Path(path).open("wb") as file:
            np.savez(file, *self.weights[1:], *self.biases[1:])

    def load(self, path: str) -> Any:
        """Read the parameters, or raise and change nothing."""
        own = [*self.weights[1:], *self.biases[1:]]
        with np.load(path, allow_pickle=False) as file:
            arrays = [file[f"arr_{i}"] for i in range(len(own))]
            names = file.files
        if len(names) != len(own) or [a.shape for a in arrays] != [a.shape for a in own]:
            msg = f"{path} holds a network of other sizes"
            raise ValueError(msg)
        for array, read in zip(own, arrays, strict=True):
            array[...] = read


class Relu(Plain):
    """Rectified linear hidden neurons, identity outputs, the quadratic cost."""

    hidden = "relu"
    last = "identity"
    costs = "quadratic"

    def activation(self, z: Array) -> Array:
        """Return max(z, 0)."""
        return np.maximum(z, 0)

    def derivative(self, z: Array) -> Array:
        """Return 1 where z > 0, 0 elsewhere."""
        return np.where(z > 0, 1.0, 0.0)

    def output(self, z: Array) -> Array:
        """Return z."""
        return z

    def costs_of(self, z: Array, y: Array) -> Array:
        """Return half the squared differences."""
        return (z - y) ** 2 / 2


class Quadratic(Plain):
    """Hyperbolic tangents, sigmoid outputs, the quadratic cost: each derivative is needed."""

    hidden = "tanh"
    costs = "quadratic"

    def activation(self, z: Array) -> Array:
        """Return tanh(z)."""
        return np.tanh(z)

    def derivative(self, z: Array) -> Array:
        """Return 1 / cosh(z)^2, from numbers that cannot overflow."""
        return 4 * sigmoid(2 * z) * sigmoid(-2 * z)

    def costs_of(self, z: Array, y: Array) -> Array:
        """Return half the squared differences."""
        return (self.output(z) - y) ** 2 / 2

    def error(self, z: Array, y: Array) -> Array:
        """Return the difference times the derivative of the sigmoid."""
        return (self.output(z) - y) * sigmoid(z) * sigmoid(-z)


class Softmax(Plain):
    """Sigmoid neurons, softmax outputs, the cross-entropy cost."""

    last = "softmax"

    def output(self, z: Array) -> Array:
        """Return softmax of each row."""
        e = np.exp(z - z.max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)

    def costs_of(self, z: Array, y: Array) -> Array:
        """Return minus the target times the logarithm of each output."""
        shifted = z - z.max(axis=1, keepdims=True)
        return y * (np.log(np.exp(shifted).sum(axis=1, keepdims=True)) - shifted)
