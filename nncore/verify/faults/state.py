"""What is kept, shared or changed although nobody asked for it."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from ..catalogue import fault
from ..plain import Array, Plain, Quadratic, Relu

__all__: list[str] = []


@fault("arguments_are_unmodified")
class ExamplesCentredInPlace(Plain):
    """`x -= x.mean(axis=0)` changes the caller's examples."""

    def checked(self, x: Array) -> Array:
        x = super().checked(x)
        x -= x.sum(axis=0) / len(x)
        return x


@fault("arguments_are_unmodified")
class ExamplesClippedInPlace(Plain):
    """`np.clip(x, -4, 4, out=x)` changes the caller's examples, some of the time."""

    def predict(self, x: Array) -> Array:
        return super().predict(np.clip(x, -4, 4, out=x))


@fault("arguments_are_unmodified")
class TargetsBecomeErrors(Quadratic):
    """The error is formed in the memory of the targets: `y -= a`."""

    def gradient(self, x: Array, y: Array) -> tuple[list[Array], list[Array]]:
        result = super().gradient(x, y)
        y -= self.predict(x)
        return result


@fault("parameters_are_unmodified")
class WeightsDecayInGradient(Plain):
    """Computing a gradient lets the weights decay."""

    def gradient(self, x: Array, y: Array) -> tuple[list[Array], list[Array]]:
        result = super().gradient(x, y)
        for l in range(1, len(self.weights)):
            self.weights[l] *= 0.999
        return result


@fault("parameters_are_unmodified")
class CostTrains(Plain):
    """Evaluating the cost takes a step: one function does both, training by default."""

    def cost(self, x: Array, y: Array) -> Any:
        value = super().cost(x, y)
        self.step(x, y, 0.01)
        return value


@fault("calls_are_repeatable", source="Humbatova 2020: missing API call (zero_grad)")
class GradientsAccumulate(Plain):
    """Gradients are added to those of the call before; nobody sets them to zero."""

    nabla: tuple[list[Array], list[Array]] | None = None

    def gradient(self, x: Array, y: Array) -> tuple[list[Array], list[Array]]:
        new_w, new_b = super().gradient(x, y)
        if self.nabla is not None:
            new_w = [old + new for old, new in zip(self.nabla[0], new_w, strict=True)]
            new_b = [old + new for old, new in zip(self.nabla[1], new_b, strict=True)]
        self.nabla = new_w, new_b
        return self.nabla


@fault("earlier_results_survive")
class GradientBufferShared(Plain):
    """Every call writes its gradient into the same arrays, those of earlier results."""

    def __init__(self, sizes: list[int]) -> None:
        super().__init__(sizes)
        self.buffers: list[Array] = [np.zeros_like(w) for w in self.weights]

    def gradient(self, x: Array, y: Array) -> tuple[list[Array], list[Array]]:
        nabla_w, nabla_b = super().gradient(x, y)
        for buffer, nabla in zip(self.buffers, nabla_w, strict=True):
            buffer[...] = nabla
        return list(self.buffers), nabla_b


@fault("earlier_results_survive")
class OutputBufferShared(Plain):
    """Outputs are written into an array that lives as long as the network."""

    buffer: Array = np.empty((0, 0))

    def predict(self, x: Array) -> Array:
        a = super().predict(x)
        if self.buffer.shape != a.shape:
            self.buffer = np.empty(a.shape)
        self.buffer[...] = a
        return self.buffer


@fault("results_own_their_memory")
class CacheHandedOut(Plain):
    """Outputs are cached by content, and the caller gets the cached array itself."""

    def __init__(self, sizes: list[int]) -> None:
        super().__init__(sizes)
        self.cache: dict[tuple[Any, ...], Array] = {}

    def predict(self, x: Array) -> Array:
        arrays = (np.asarray(x), *self.weights, *self.biases)
        key = tuple(array.tobytes() for array in arrays)
        if key not in self.cache:
            self.cache[key] = super().predict(x)
        return self.cache[key]


@fault("calls_are_repeatable", source="Humbatova 2020: dropout at evaluation")
class DropoutAtEvaluation(Plain):
    """Hidden neurons are dropped at random, in evaluation as in training."""

    def __init__(self, sizes: list[int]) -> None:
        super().__init__(sizes)
        self.rng: np.random.Generator = np.random.default_rng(0)

    def predict(self, x: Array) -> Array:
        return super().predict(x * (self.rng.random(x.shape) < 0.5))


@fault("calls_are_independent")
class CachedByIdentity(Plain):
    """Outputs are cached by `id(x)`, although an array may change or be another one."""

    def __init__(self, sizes: list[int]) -> None:
        super().__init__(sizes)
        self.cache: dict[int, Array] = {}

    def predict(self, x: Array) -> Array:
        if id(x) not in self.cache or len(self.cache[id(x)]) != len(x):
            self.cache[id(x)] = super().predict(x)
        return self.cache[id(x)].copy()


@fault("calls_are_independent")
class CachedByShape(Plain):
    """A batch of the same shape and the same sum is taken to be the same batch."""

    key: tuple[Any, ...] = ()
    value: Array

    def predict(self, x: Array) -> Array:
        key = (x.shape, x.ravel()[0])
        if key != self.key:
            self.key, self.value = key, super().predict(x)
        return self.value.copy()


@fault("calls_are_independent")
class GradientOfTheLastForward(Plain):
    """Backpropagation uses what the last forward pass kept, whatever batch it was."""

    kept: tuple[list[Array], list[Array]] | None = None

    def predict(self, x: Array) -> Array:
        self.kept = super().forward(x)
        return self.kept[1][-1].copy()

    def gradient(self, x: Array, y: Array) -> tuple[list[Array], list[Array]]:
        kept, self.kept = self.kept, None
        if kept is None or len(kept[0][-1]) != len(y):
            return super().gradient(x, y)
        zs, activations = kept
        nabla_w, nabla_b = list(self.weights), list(self.biases)
        delta = self.error(zs[-1], y)
        for l in reversed(range(1, len(zs))):
            nabla_w[l] = self.nabla_w(l, delta, activations)
            nabla_b[l] = self.nabla_b(l, delta)
            delta = self.backward(l - 1, delta, zs) if l > 1 else delta
        return nabla_w, nabla_b


@fault("calls_are_independent", source="Humbatova 2020: incorrect state sharing")
class RunningMean(Plain):
    """Inputs are centred by a running mean that every call updates."""

    mean: Any = 0.0

    def predict(self, x: Array) -> Array:
        self.mean = 0.9 * self.mean + 0.1 * x.sum(axis=0) / len(x)
        return super().predict(x - self.mean)


@fault("list_lengths")
class DefaultListShared(Plain):
    """`def forward(self, x, zs=[])`: the default list is that of the call before."""

    def forward(self, x: Array, zs: list[Array] = []) -> tuple[list[Array], list[Array]]:  # noqa: B006
        new, activations = super().forward(x)
        zs += new
        return list(zs), activations


@fault("networks_are_independent")
class ParametersOfTheClass(Plain):
    """Parameters live on the class: all networks of the same sizes share them."""

    weights: list[Array]
    biases: list[Array]

    shared: ClassVar[dict[tuple[int, ...], tuple[list[Array], list[Array]]]] = {}

    def __init__(self, sizes: list[int]) -> None:
        super().__init__(sizes)
        mine = (self.weights, self.biases)
        self.weights, self.biases = self.shared.setdefault(tuple(sizes), mine)


@fault("step_is_gradient_descent")
class WeightsCachedTransposed(Plain):
    """The transposed weights are kept for speed, and not renewed after a step."""

    transposed: list[Array] | None = None

    def weighted(self, l: int, a: Array) -> Array:
        if self.transposed is None:
            self.transposed = [w.T.copy() for w in self.weights]
        return a @ self.transposed[l] + self.biases[l]


@fault("forward_matches_loops")
class ReluInPlace(Relu):
    """Relu overwrites the weighted inputs that the network returns."""

    def activation(self, z: Array) -> Array:
        return np.maximum(z, 0, out=z)
