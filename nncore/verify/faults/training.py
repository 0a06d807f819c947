"""A right gradient, wrongly used."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from ..catalogue import fault
from ..plain import Array, Plain

__all__: list[str] = []


@fault("step_is_gradient_descent", source="DeepCrime 2021: change learning rate")
class LearningRateTwice(Plain):
    """The learning rate is in the gradient and in the update."""

    def step(self, x: Array, y: Array, learning_rate: float) -> None:
        super().step(x, y, learning_rate * learning_rate)


@fault("step_is_gradient_descent")
class StepUphill(Plain):
    """The update adds the gradient."""

    def step(self, x: Array, y: Array, learning_rate: float) -> None:
        super().step(x, y, -learning_rate)


@fault("step_is_gradient_descent")
class StepDividedByBatch(Plain):
    """The update divides by the batch what is a mean already."""

    def step(self, x: Array, y: Array, learning_rate: float) -> None:
        super().step(x, y, learning_rate / len(x))


@fault("step_is_gradient_descent", source="Islam 2019: control and sequence bug")
class BiasesNotUpdated(Plain):
    """The update forgets the biases."""

    def step(self, x: Array, y: Array, learning_rate: float) -> None:
        nabla_w, _ = self.gradient(x, y)
        for l in range(1, len(self.sizes)):
            self.weights[l] -= learning_rate * nabla_w[l]


@fault("step_is_gradient_descent", source="Islam 2019: control and sequence bug")
class UpdatedBeforeBackpropagation(Plain):
    """Each layer is updated before the error goes back through it."""

    def step(self, x: Array, y: Array, learning_rate: float) -> None:
        zs, activations = self.forward(x)
        delta = self.error(zs[-1], y)
        for l in reversed(range(1, len(zs))):
            self.weights[l] -= learning_rate * self.nabla_w(l, delta, activations)
            self.biases[l] -= learning_rate * self.nabla_b(l, delta)
            delta = self.backward(l - 1, delta, zs) if l > 1 else delta


@fault("step_is_gradient_descent")
class LayersStepInTurn(Plain):
    """The gradient is computed anew for each layer, after those before have moved."""

    def step(self, x: Array, y: Array, learning_rate: float) -> None:
        for l in range(1, len(self.sizes)):
            nabla_w, nabla_b = self.gradient(x, y)
            self.weights[l] -= learning_rate * nabla_w[l]
            self.biases[l] -= learning_rate * nabla_b[l]


@fault("step_is_gradient_descent", source="DeepCrime 2021: change optimisation function")
class RateDecays(Plain):
    """Each step makes the learning rate of the next one smaller, untold."""

    decay: float = 0.9

    def step(self, x: Array, y: Array, learning_rate: float) -> None:
        super().step(x, y, learning_rate * self.decay)
        self.decay *= 0.9


@fault("step_is_gradient_descent", source="DeepCrime 2021: change of weights regularisation")
class PenaltyAppliedTwice(Plain):
    """Weights decay in the gradient, and once more in the update."""

    l2: ClassVar[float] = 0.25

    def step(self, x: Array, y: Array, learning_rate: float) -> None:
        for l in range(1, len(self.sizes)):
            self.weights[l] *= 1 - learning_rate * self.l2
        super().step(x, y, learning_rate)


@fault("step_is_gradient_descent")
class BiasesDecay(Plain):
    """The update lets the biases decay with the weights."""

    l2: ClassVar[float] = 0.25

    def step(self, x: Array, y: Array, learning_rate: float) -> None:
        nabla_w, nabla_b = self.gradient(x, y)
        for l in range(1, len(self.sizes)):
            self.weights[l] -= learning_rate * nabla_w[l]
            self.biases[l] -= learning_rate * (nabla_b[l] + self.l2 * self.biases[l])


@fault("last_batch_counts", source="DeepCrime 2021: remove portion of training data")
class PartialBatchDropped(Plain):
    """The last batch is left out where it is not full."""

    def batches(
        self, x: Array, y: Array, batch_size: int, rng: np.random.Generator
    ) -> Iterator[tuple[Array, Array]]:
        for batch in super().batches(x, y, batch_size, rng):
            if len(batch[0]) == batch_size:
                yield batch


@fault("last_batch_counts")
class PartialBatchDividedByBatchSize(Plain):
    """The last batch is divided by `batch_size`, not by the number of its examples."""

    def fit(
        self,
        x: Array,
        y: Array,
        epochs: int,
        batch_size: int,
        learning_rate: float,
        rng: np.random.Generator,
    ) -> None:
        for _ in range(epochs):
            for batch in self.batches(x, y, batch_size, rng):
                self.step(*batch, learning_rate * len(batch[0]) / batch_size)


@fault("pairs_stay_together", source="Humbatova 2020: wrong position of data shuffle operation")
class ExamplesShuffledAlone(Plain):
    """Examples are shuffled, their targets are not."""

    def batches(
        self, x: Array, y: Array, batch_size: int, rng: np.random.Generator
    ) -> Iterator[tuple[Array, Array]]:
        x = rng.permutation(x)
        for start in range(0, len(x), batch_size):
            chosen = slice(start, start + batch_size)
            yield x[chosen], y[chosen]


@fault("pairs_stay_together")
class ShuffledTwice(Plain):
    """Examples and targets are shuffled one after the other, with different results."""

    def batches(
        self, x: Array, y: Array, batch_size: int, rng: np.random.Generator
    ) -> Iterator[tuple[Array, Array]]:
        x, y = rng.permutation(x), rng.permutation(y)
        for start in range(0, len(x), batch_size):
            chosen = slice(start, start + batch_size)
            yield x[chosen], y[chosen]


@fault("every_example_once")
class DrawnWithReplacement(Plain):
    """Batches are drawn with `rng.integers`: some examples come twice, some never."""

    def batches(
        self, x: Array, y: Array, batch_size: int, rng: np.random.Generator
    ) -> Iterator[tuple[Array, Array]]:
        order = rng.integers(0, len(x), len(x))
        yield from super().batches(x[order], y[order], batch_size, rng)


@fault("every_example_once", source="DeepCrime 2021: remove portion of training data")
class LastExampleLeftOut(Plain):
    """`range(0, len(x) - 1)`: the last example is never seen."""

    def batches(
        self, x: Array, y: Array, batch_size: int, rng: np.random.Generator
    ) -> Iterator[tuple[Array, Array]]:
        keep = max(len(x) - 1, 1)
        yield from super().batches(x[:keep], y[:keep], batch_size, rng)


@fault("every_example_once")
class BatchesOverlap(Plain):
    """Each batch begins with the last example of the one before."""

    def batches(
        self, x: Array, y: Array, batch_size: int, rng: np.random.Generator
    ) -> Iterator[tuple[Array, Array]]:
        order = rng.permutation(len(x))
        for start in range(0, len(x), batch_size):
            chosen = order[max(start - 1, 0) : start + batch_size]
            yield x[chosen], y[chosen]


@fault("every_example_once", source="DeepCrime 2021: change number of epochs")
class EpochsFromOne(Plain):
    """`range(1, epochs)` runs one epoch too few."""

    def fit(
        self,
        x: Array,
        y: Array,
        epochs: int,
        batch_size: int,
        learning_rate: float,
        rng: np.random.Generator,
    ) -> None:
        super().fit(x, y, epochs - 1, batch_size, learning_rate, rng)


@fault("last_batch_counts", source="DeepCrime 2021: disable batching")
class BatchSizeIgnored(Plain):
    """Training takes one step an epoch, whatever the batch size."""

    def batches(
        self,
        x: Array,
        y: Array,
        batch_size: int,  # noqa: ARG002
        rng: np.random.Generator,
    ) -> Iterator[tuple[Array, Array]]:
        yield from super().batches(x, y, len(x), rng)


@fault("same_seed_same_run", source="Islam 2019: reproducibility")
class SeedIgnored(Plain):
    """Training shuffles with a generator of its own, whatever `rng` is given."""

    def batches(
        self,
        x: Array,
        y: Array,
        batch_size: int,
        rng: np.random.Generator,  # noqa: ARG002
    ) -> Iterator[tuple[Array, Array]]:
        yield from super().batches(x, y, batch_size, np.random.default_rng())


@fault("arguments_are_unmodified")
class CallersExamplesShuffled(Plain):
    """`fit` shuffles the caller's arrays in place."""

    def batches(
        self, x: Array, y: Array, batch_size: int, rng: np.random.Generator
    ) -> Iterator[tuple[Array, Array]]:
        order = rng.permutation(len(x))
        x[...], y[...] = x[order], y[order]
        yield from super().batches(x, y, batch_size, rng)


@fault("fit_is_steps", source="DeepCrime 2021: change weights initialisation")
class StartedAnew(Plain):
    """`fit` draws new parameters before it begins: what was learned is lost."""

    def fit(
        self,
        x: Array,
        y: Array,
        epochs: int,
        batch_size: int,
        learning_rate: float,
        rng: np.random.Generator,
    ) -> None:
        for w in self.weights:
            w[...] = rng.normal(size=w.shape)
        super().fit(x, y, epochs, batch_size, learning_rate, rng)


@fault("fit_is_steps")
class OnlyLastLayerTrained(Plain):
    """`fit` freezes all layers but the last."""

    def fit(
        self,
        x: Array,
        y: Array,
        epochs: int,
        batch_size: int,
        learning_rate: float,
        rng: np.random.Generator,
    ) -> None:
        before = [w.copy() for w in self.weights]
        super().fit(x, y, epochs, batch_size, learning_rate, rng)
        for w, old in zip(self.weights[:-1], before, strict=False):
            w[...] = old


@fault("fit_is_steps", source="DeepCrime 2021: change optimisation function")
class MomentumUntold(Plain):
    """Training has a momentum of a tenth that nobody asked for."""

    def fit(
        self,
        x: Array,
        y: Array,
        epochs: int,
        batch_size: int,
        learning_rate: float,
        rng: np.random.Generator,
    ) -> None:
        velocity = [np.zeros_like(w) for w in self.weights]
        for _ in range(epochs):
            for batch in self.batches(x, y, batch_size, rng):
                before = [w.copy() for w in self.weights]
                self.step(*batch, learning_rate)
                for l in range(1, len(self.sizes)):
                    self.weights[l] += velocity[l] / 10
                    velocity[l] = self.weights[l] - before[l]
