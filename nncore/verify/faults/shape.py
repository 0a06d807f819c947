"""Wrong axes, shapes and indices that broadcasting or equal sizes let pass."""

from __future__ import annotations

import numpy as np

from ..catalogue import fault
from ..plain import Array, Plain, Quadratic, Softmax

__all__: list[str] = []


@fault(
    "outputs_of_a_batch_are_those_of_its_examples", source="Humbatova 2020: wrong tensor shape"
)
class SoftmaxOverTheBatch(Softmax):
    """Softmax sums over axis 0: the examples of a batch share one distribution."""

    def output(self, z: Array) -> Array:
        e = np.exp(z - z.max(axis=0))
        return e / e.sum(axis=0)


@fault("cost_matches_definition", source="Humbatova 2020: wrong tensor shape")
class TargetsBroadcast(Quadratic):
    """Targets of one output lose their axis, and are subtracted from every example's output."""

    def costs_of(self, z: Array, y: Array) -> Array:
        if y.shape[1] > 1:
            return super().costs_of(z, y)
        return ((self.output(z) - y[:, 0]) ** 2 / 2).sum(axis=1) / len(y)


@fault("forward_matches_loops", source="Humbatova 2020: wrong defined input shape")
class LayoutGuessed(Plain):
    """Examples are taken to be columns where their shape allows it."""

    def checked(self, x: Array) -> Array:
        return super().checked(x.T if len(x) == x.shape[1] else x)


@fault("forward_matches_loops", source="Islam 2019: unaligned tensor", layout="columns")
class ReshapedForTransposed(Plain):
    """Columns become rows by `reshape`, which scrambles the examples, instead of `.T`."""

    def forward(self, x: Array) -> tuple[list[Array], list[Array]]:
        zs, activations = super().forward(x.reshape(-1, self.sizes[0]))
        return [z.T for z in zs], [a.T for a in activations]

    def cost(self, x: Array, y: Array) -> Array:
        z = self.forward(x)[0][-1].T
        return self.costs_of(z, y.T).sum() / len(z)

    def gradient(self, x: Array, y: Array) -> tuple[list[Array], list[Array]]:
        return ColumnsInside(self).gradient(x.reshape(-1, self.sizes[0]), y.T)


class ColumnsInside(Plain):
    """The rows inside of a network of columns."""

    def __init__(self, outside: Plain) -> None:
        self.sizes: list[int] = outside.sizes
        self.weights: list[Array] = outside.weights
        self.biases: list[Array] = outside.biases


@fault("gradient_is_certified")
class GradientReshaped(Plain):
    """The outer product comes out transposed, and is reshaped until it fits."""

    def nabla_w(self, l: int, delta: Array, activations: list[Array]) -> Array:
        product = activations[l - 1].T @ delta / len(delta)
        return product.reshape(self.weights[l].shape)


@fault("gradient_is_certified")
class BatchIsOutputs(Plain):
    """The mean divides by `y.shape[1]`, the outputs, instead of `y.shape[0]`, the batch."""

    def error(self, z: Array, y: Array) -> Array:
        return super().error(z, y) * len(y) / y.shape[1]


@fault("batch_is_additive", source="Islam 2019: incorrect model parameter or structure")
class BatchSizeFixed(Plain):
    """The mean divides by 32, the batch size that the author always used."""

    def costs_of(self, z: Array, y: Array) -> Array:
        return super().costs_of(z, y) * len(y) / 32

    def error(self, z: Array, y: Array) -> Array:
        return super().error(z, y) * len(y) / 32


@fault("gradient_is_certified")
class ActivationsOfTheSameLayer(Plain):
    """Derivatives by weights use the activations of layer l where they need those of l - 1."""

    def nabla_w(self, l: int, delta: Array, activations: list[Array]) -> Array:
        fits = activations[l].shape == activations[l - 1].shape
        return delta.T @ activations[l if fits else l - 1] / len(delta)


@fault("gradient_is_certified")
class BiasesOfTheLastLayer(Plain):
    """Index -1 is met: the last biases get the derivatives of the first, where widths agree."""

    def gradient(self, x: Array, y: Array) -> tuple[list[Array], list[Array]]:
        nabla_w, nabla_b = super().gradient(x, y)
        if nabla_b[1].shape == nabla_b[-1].shape:
            nabla_b[-1] = nabla_b[1]
        return nabla_w, nabla_b


@fault("forward_matches_loops", source="Humbatova 2020: wrong defined output shape")
class BatchCutOff(Plain):
    """Hidden layers keep what they know of the first four examples only."""

    def forward(self, x: Array) -> tuple[list[Array], list[Array]]:
        zs, activations = super().forward(x)
        return [z[:4] for z in zs[:-1]] + zs[-1:], activations


@fault("bad_shapes_raise", source="Humbatova 2020: wrong tensor shape")
class ExamplesOfAnySize(Plain):
    """Examples that are too wide are cut, those too narrow padded with zeros."""

    def checked(self, x: Array) -> Array:
        wide = np.zeros((len(x), self.sizes[0])) + 0 * x[:, :1]
        width = min(x.shape[1], self.sizes[0])
        wide[:, :width] = x[:, :width]
        return wide


@fault("bad_sizes_raise", source="Humbatova 2020: wrong number of neurons in layer")
class LayersWithoutNeurons(Plain):
    """Sizes of zero are accepted: the output no longer depends on the input."""

    def __init__(self, sizes: list[int]) -> None:
        super().__init__([max(int(size), 1) for size in sizes] or [1, 1])
        self.sizes: list[int] = list(sizes)
