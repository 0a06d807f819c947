"""nncore itself, the textbook in plain numpy, and the limit: the matrix products alone."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from .problem import Array, Peer, Problem


class Nncore(Peer):
    """`Network.fit` as a user calls it."""

    settings: ClassVar[dict[str, Any]] = {}

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.net = problem.network()

    def train(self, epochs: int) -> None:
        self.net.fit(
            *self.problem.digits,
            epochs=epochs,
            batch_size=self.problem.batch_size,
            learning_rate=self.problem.learning_rate,
            rng=self.rng,
            progress=False,
            **self.settings,
        )

    def parameters(self) -> tuple[list[Array], list[Array]]:
        return self.net.weights[1:], self.net.biases[1:]


class NncoreScipy(Nncore):
    """The same with scipy's fused update."""

    settings: ClassVar[dict[str, Any]] = {"blas": "scipy"}


class PlainNumpy(Peer):
    """Backpropagation for a batch in eight lines, as a textbook writes it."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        net = problem.network()
        self.w, self.b, self.y = net.weights[1:], net.biases[1:], problem.targets
        self.output = softmax if problem.output == "softmax" else sigmoid

    def step(self, batch: Array) -> None:
        a = [self.problem.digits.x[batch]]
        for w, b in zip(self.w[:-1], self.b[:-1], strict=True):
            a.append(sigmoid(a[-1] @ w.T + b))
        a.append(self.output(a[-1] @ self.w[-1].T + self.b[-1]))
        delta = (a[-1] - self.y[batch]) / len(batch)
        for l in reversed(range(len(self.w))):
            nabla_w, nabla_b = delta.T @ a[l], delta.sum(axis=0)
            delta = delta @ self.w[l] * (a[l] * (1 - a[l])) if l else delta
            self.w[l] = self.w[l] - self.problem.learning_rate * nabla_w
            self.b[l] = self.b[l] - self.problem.learning_rate * nabla_b

    def parameters(self) -> tuple[list[Array], list[Array]]:
        return self.w, self.b


def sigmoid(z: Array) -> Array:
    """Return 1 / (1 + e^-z)."""
    result: Array = 1 / (1 + np.exp(-z))
    return result


def softmax(z: Array) -> Array:
    """Return e^z_j / sum_k e^z_k for each row."""
    e = np.exp(z - z.max(axis=1, keepdims=True))
    result: Array = e / e.sum(axis=1, keepdims=True)
    return result


class Products(Peer):
    """The matrix products of a step, in buffers that are always the same, and nothing else."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.w = problem.network().weights[1:]
        self.a = [self._ones(n) for n in problem.sizes]
        self.delta = [self._ones(n) for n in problem.sizes]
        self.z = [self._ones(n) for n in problem.sizes]
        self.nabla_w = [np.empty_like(w) for w in self.w]

    def _ones(self, n: int) -> Array:
        return np.ones((self.problem.batch_size, n), self.problem.dtype)

    def step(self, batch: Array) -> None:  # noqa: ARG002 - every batch costs the same
        for l, w in enumerate(self.w):
            np.dot(self.a[l], w.T, out=self.z[l + 1])
        for l, w in reversed([*enumerate(self.w)]):
            np.dot(self.delta[l + 1].T, self.a[l], out=self.nabla_w[l])
            if l:
                np.dot(self.delta[l + 1], w, out=self.z[l])
