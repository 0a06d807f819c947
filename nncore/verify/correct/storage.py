"""Parameters in other places, orders and orientations."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from ..catalogue import correct
from ..plain import Array, Plain, Quadratic, sigmoid

__all__: list[str] = []


@correct()
class RowBiases(Plain):
    """Biases are rows of shape (1, n)."""

    def __init__(self, sizes: list[int]) -> None:
        super().__init__(sizes)
        self.biases: list[Array] = [b[None, :] for b in self.biases]

    def nabla_b(self, l: int, delta: Array) -> Array:  # noqa: ARG002
        return delta.sum(axis=0, keepdims=True) / len(delta)


@correct()
class TransposedWeights(Plain):
    """Weights have shape (inputs, outputs), so that z = a w + b."""

    def __init__(self, sizes: list[int]) -> None:
        super().__init__(sizes)
        self.weights: list[Array] = [w.T.copy() for w in self.weights]

    def weighted(self, l: int, a: Array) -> Array:
        return a @ self.weights[l] + self.biases[l]

    def nabla_w(self, l: int, delta: Array, activations: list[Array]) -> Array:
        return activations[l - 1].T @ delta / len(delta)

    def backward(self, l: int, delta: Array, zs: list[Array]) -> Array:
        return (delta @ self.weights[l + 1].T) * self.derivative(zs[l])


@correct()
class FortranWeights(Plain):
    """Weights lie in memory column by column."""

    def __init__(self, sizes: list[int]) -> None:
        super().__init__(sizes)
        self.weights: list[Array] = [np.asfortranarray(w) for w in self.weights]


@correct()
class GarbageInLayerZero(Plain):
    """Layer 0 holds NaN and infinity, which nobody reads."""

    def __init__(self, sizes: list[int]) -> None:
        super().__init__(sizes)
        self.weights[0] = np.full((sizes[0], 2), np.nan)
        self.biases[0] = np.full(sizes[0], np.inf)


@correct()
class NothingInLayerZero(Plain):
    """Layer 0 holds None."""

    def __init__(self, sizes: list[int]) -> None:
        super().__init__(sizes)
        self.weights[0] = self.biases[0] = None


@correct(weights="blocks", biases=None, gradient="gradient_blocks")
class BiasesInsideWeights(Plain):
    """One matrix for each layer, whose last column are the biases; both are views into it."""

    def __init__(self, sizes: list[int]) -> None:
        super().__init__(sizes)
        blocks = [
            np.column_stack([w, b])
            for w, b in zip(self.weights[1:], self.biases[1:], strict=True)
        ]
        self.weights[1:] = [block[:, :-1] for block in blocks]
        self.biases[1:] = [block[:, -1] for block in blocks]

    @property
    def blocks(self) -> list[Any]:
        """Weights and biases, layer by layer."""
        return list(zip(self.weights[1:], self.biases[1:], strict=True))

    def gradient_blocks(self, x: Array, y: Array) -> list[Any]:
        """Return their derivatives in the same order."""
        nabla_w, nabla_b = self.gradient(x, y)
        return list(zip(nabla_w[1:], nabla_b[1:], strict=True))


@correct(
    weights=lambda net: net.upside_down[0][::-1],
    biases=lambda net: net.upside_down[1][::-1],
    gradient=lambda net, x, y: [part[::-1] for part in net.from_the_end(x, y)],
)
class StoredFromTheEnd(Plain):
    """Lists begin with the output layer; functions in the adapter turn them around."""

    def __init__(self, sizes: list[int]) -> None:
        super().__init__(sizes)
        self.upside_down: tuple[list[Array], list[Array]] = (
            self.weights[:0:-1],
            self.biases[:0:-1],
        )

    def forward(self, x: Array) -> tuple[list[Array], list[Array]]:
        self.weights[1:], self.biases[1:] = (part[::-1] for part in self.upside_down)
        return super().forward(x)

    def from_the_end(self, x: Array, y: Array) -> tuple[list[Array], list[Array]]:
        """Return the gradient, output layer first."""
        nabla_w, nabla_b = self.gradient(x, y)
        return nabla_w[:0:-1], nabla_b[:0:-1]


DECLARED = {"hidden": "sigmoid", "output": "sigmoid", "cost": "cross_entropy"}


class Vector:
    """A network whose parameters are one vector, layer by layer, weights before biases."""

    def __init__(self, sizes: list[int]) -> None:
        self.plain: Plain = Plain(sizes)
        self.theta: Array = self.pack(self.plain.weights, self.plain.biases)

    def pack(self, weights: list[Array], biases: list[Array]) -> Array:
        """Return arrays as one vector."""
        pairs = zip(weights[1:], biases[1:], strict=True)
        return np.concatenate([part.ravel() for pair in pairs for part in pair])

    def unpacked(self) -> Plain:
        """Return the network with views of the vector for parameters."""
        rest = self.theta
        for l, (n, m) in enumerate(
            zip(self.plain.sizes, self.plain.sizes[1:], strict=False), 1
        ):
            w, b, rest = rest[: m * n], rest[m * n : m * n + m], rest[m * n + m :]
            self.plain.weights[l], self.plain.biases[l] = w.reshape(m, n), b
        return self.plain

    def forward(self, x: Array) -> tuple[list[Array], list[Array]]:
        """Return zs and activations."""
        return self.unpacked().forward(x)

    def cost(self, x: Array, y: Array) -> Any:
        """Return the mean cost."""
        return self.unpacked().cost(x, y)

    def slope(self, x: Array, y: Array) -> Array:
        """Return the derivative by the vector."""
        return self.pack(*self.unpacked().gradient(x, y))

    def step(self, x: Array, y: Array, learning_rate: float) -> None:
        """Move the vector down the gradient."""
        self.theta -= learning_rate * self.slope(x, y)


@correct(
    weights="theta",
    forward="forward",
    cost="cost",
    gradient="slope",
    step="step",
    declares=DECLARED,
)
class FlatVector(Vector):
    """Parameters and gradient are flat vectors."""


@correct(set_parameters="replaced")
class FrozenParameters(Plain):
    """Parameters are read-only arrays; new ones make a new network."""

    weights: list[Array]
    biases: list[Array]

    def __init__(self, sizes: list[int]) -> None:
        super().__init__(sizes)
        self.freeze()

    def freeze(self) -> None:
        """Forbid writing into the parameters."""
        for array in (*self.weights, *self.biases):
            array.flags.writeable = False

    def replaced(self, weights: list[Array], biases: list[Array]) -> FrozenParameters:
        """Return a new network with these parameters."""
        new = FrozenParameters(self.sizes)
        new.weights = [np.array(w) for w in weights]
        new.biases = [np.array(b) for b in biases]
        return new

    def step(self, x: Array, y: Array, learning_rate: float) -> None:
        nabla = self.gradient(x, y)
        for own, slopes in zip((self.weights, self.biases), nabla, strict=True):
            own[1:] = [
                array - learning_rate * slope
                for array, slope in zip(own[1:], slopes[1:], strict=True)
            ]
        self.freeze()

    def load(self, path: str) -> None:
        new = Plain(self.sizes)
        new.load(path)
        self.weights, self.biases = new.weights, new.biases


@correct(weights="table", cost="cost", gradient="slopes", forward="forward", step="step")
class DictOfParameters:
    """Parameters and gradient are dicts with keys W1, b1, W2, ..."""

    def __init__(self, sizes: list[int]) -> None:
        net = Quadratic(sizes)
        self.count: int = len(sizes)
        self.table: dict[str, Array] = {f"W{l}": net.weights[l] for l in range(1, self.count)}
        self.table |= {f"b{l}": net.biases[l] for l in range(1, self.count)}

    def forward(self, x: Array) -> list[Array]:
        """Return the activations, that of the input first."""
        activations = [x]
        for l in range(1, self.count):
            z = activations[-1] @ self.table[f"W{l}"].T + self.table[f"b{l}"]
            activations.append(np.tanh(z))
        return activations

    def cost(self, x: Array, y: Array) -> Any:
        """Return half the mean squared distance."""
        return ((self.forward(x)[-1] - y) ** 2).sum() / len(x) / 2

    def slopes(self, x: Array, y: Array) -> dict[str, Array]:
        """Return the derivatives under the names of the parameters."""
        activations = self.forward(x)
        delta, found = (activations[-1] - y) / len(y), {}
        for l in range(self.count - 1, 0, -1):
            delta = delta * (1 - activations[l] ** 2)
            found[f"W{l}"] = delta.T @ activations[l - 1]
            found[f"b{l}"] = delta.sum(axis=0)
            delta = delta @ self.table[f"W{l}"]
        return found

    def step(self, x: Array, y: Array, learning_rate: float) -> None:
        """Move each parameter down its slope."""
        for name, slope in self.slopes(x, y).items():
            self.table[name] -= learning_rate * slope


@correct(weights="pairs", cost="cost", gradient="slopes", forward="predict")
class TuplesOfLayers:
    """A list of tuples (w, b), and functions that take them."""

    def __init__(self, sizes: list[int]) -> None:
        rng = np.random.default_rng(0)
        self.pairs: list[tuple[Array, Array]] = [
            (rng.normal(size=(m, n)), np.zeros(m)) for n, m in pairwise(sizes)
        ]

    def predict(self, x: Array) -> Array:
        """Return the outputs."""
        for w, b in self.pairs:
            x = sigmoid(x @ w.T + b)
        return x

    def cost(self, x: Array, y: Array) -> Any:
        """Return the mean squared distance."""
        return ((self.predict(x) - y) ** 2).sum() / len(x)

    def slopes(self, x: Array, y: Array) -> list[tuple[Array, Array]]:
        """Return the derivatives as a list of tuples."""
        activations = [x]
        for w, b in self.pairs:
            activations.append(sigmoid(activations[-1] @ w.T + b))
        delta, found = 2 * (activations[-1] - y) / len(x), []
        for (w, _), a, below in zip(
            self.pairs[::-1], activations[:0:-1], activations[-2::-1], strict=True
        ):
            delta = delta * a * (1 - a)
            found.append((delta.T @ below, delta.sum(axis=0)))
            delta = delta @ w
        return found[::-1]
