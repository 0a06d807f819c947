"""Other ways to train, with the same steps."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from ..catalogue import correct
from ..plain import Array, Plain, Quadratic, Relu, Softmax

__all__: list[str] = []


@correct()
class StepReturnsNewNetwork(Plain):
    """A step leaves the network as it is, and returns another one."""

    def step(self, x: Array, y: Array, learning_rate: float) -> Plain:
        new = copy.deepcopy(self)
        super(StepReturnsNewNetwork, new).step(x, y, learning_rate)
        return new

    def fit(
        self,
        x: Array,
        y: Array,
        epochs: int,
        batch_size: int,
        learning_rate: float,
        rng: np.random.Generator,
    ) -> Plain:
        net: Plain = self
        for _ in range(epochs):
            for batch in self.batches(x, y, batch_size, rng):
                net = net.step(*batch, learning_rate)
        return net


@correct()
class NoShuffling(Quadratic):
    """Batches are taken in the order of the examples."""

    def batches(
        self,
        x: Array,
        y: Array,
        batch_size: int,
        rng: np.random.Generator,  # noqa: ARG002
    ) -> Iterator[tuple[Array, Array]]:
        for start in range(0, len(x), batch_size):
            yield x[start : start + batch_size], y[start : start + batch_size]


@correct()
class ShuffledBySorting(Relu):
    """The order is that of random numbers, sorted."""

    def batches(
        self, x: Array, y: Array, batch_size: int, rng: np.random.Generator
    ) -> Iterator[tuple[Array, Array]]:
        order = np.argsort(rng.random(len(x)))
        for start in range(0, len(x), batch_size):
            yield x[order[start : start + batch_size]], y[order[start : start + batch_size]]


@correct()
class ShuffledAsPairs(Softmax):
    """Examples and targets are shuffled in one array, side by side."""

    def batches(
        self, x: Array, y: Array, batch_size: int, rng: np.random.Generator
    ) -> Iterator[tuple[Array, Array]]:
        pairs = rng.permutation(np.hstack([x, y]))
        for start in range(0, len(x), batch_size):
            batch = pairs[start : start + batch_size]
            yield batch[:, : x.shape[1]], batch[:, x.shape[1] :]


@correct()
class SmallBatchFirst(Plain):
    """The batch that is not full is the first one."""

    def batches(
        self, x: Array, y: Array, batch_size: int, rng: np.random.Generator
    ) -> Iterator[tuple[Array, Array]]:
        order = rng.permutation(len(x))
        stop = len(x) % batch_size or batch_size
        while stop <= len(x):
            chosen = order[max(stop - batch_size, 0) : stop]
            yield x[chosen], y[chosen]
            stop += batch_size


@correct()
class DecayByFactor(Plain):
    """The penalty is a factor on the weights: w (1 - rate l2) - rate slope."""

    l2: ClassVar[float] = 0.25

    def step(self, x: Array, y: Array, learning_rate: float) -> None:
        nabla_w, nabla_b = self.gradient(x, y)
        for l in range(1, len(self.sizes)):
            data = nabla_w[l] - self.l2 * self.weights[l]
            self.weights[l] *= 1 - learning_rate * self.l2
            self.weights[l] -= learning_rate * data
            self.biases[l] -= learning_rate * nabla_b[l]


@correct()
class NewArraysEachStep(Plain):
    """A step puts new arrays into the lists, instead of writing into the old ones."""

    def step(self, x: Array, y: Array, learning_rate: float) -> None:
        nabla_w, nabla_b = self.gradient(x, y)
        for l in range(1, len(self.sizes)):
            self.weights[l] = self.weights[l] - learning_rate * nabla_w[l]
            self.biases[l] = self.biases[l] - learning_rate * nabla_b[l]
