"""Layer 0, which owns nothing, is given something to do."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from ..catalogue import fault
from ..plain import Array, Plain

__all__: list[str] = []


@fault("forward_matches_loops", source="DeepCrime 2021: add activation function")
class InputActivated(Plain):
    """The input layer is activated like the others."""

    def forward(self, x: Array) -> tuple[list[Array], list[Array]]:
        return super().forward(self.activation(self.checked(x)))


@fault("layer_zero_is_redundant", source="DeepCrime 2021: add bias")
class InputBiased(Plain):
    """Layer 0 has biases, and they are added to the input."""

    def __init__(self, sizes: list[int]) -> None:
        super().__init__(sizes)
        self.biases[0] = np.full(sizes[0], 0.5)

    def weighted(self, l: int, a: Array) -> Array:
        return super().weighted(l, a + self.biases[0] if l == 1 else a)

    def nabla_w(self, l: int, delta: Array, activations: list[Array]) -> Array:
        below = activations[l - 1] + (self.biases[0] if l == 1 else 0)
        return delta.T @ below / len(delta)


@fault("layer_zero_is_redundant")
class PlaceholderPenalized(Plain):
    """Layer 0 holds ones as placeholders, and the penalty sums over all layers."""

    l2: ClassVar[float] = 0.25

    def __init__(self, sizes: list[int]) -> None:
        super().__init__(sizes)
        self.weights[0] = np.ones((sizes[0], 1))

    def penalty(self) -> Any:
        return self.l2 * sum((w * w).sum() for w in self.weights) / 2


@fault("forward_matches_loops")
class InputCentred(Plain):
    """activations[0] is the input minus its mean over the batch."""

    def checked(self, x: Array) -> Array:
        x = super().checked(x)
        return x - x.sum(axis=0) / len(x)


@fault("forward_matches_loops", source="Humbatova 2020: wrong preprocessing")
class InputScaledTwice(Plain):
    """The input is divided by 255 inside the network, although pixels come in [0, 1]."""

    def checked(self, x: Array) -> Array:
        return super().checked(x) / 255


@fault("gradient_is_certified")
class FirstActivationIsWeighted(Plain):
    """activations[0] is z of layer 1 where widths allow it: the lists are shifted by one."""

    def forward(self, x: Array) -> tuple[list[Array], list[Array]]:
        zs, activations = super().forward(x)
        if zs[1].shape == activations[0].shape:
            activations[0] = zs[1]
        return zs, activations


@fault("network_survives_saving")
class PlaceholderSavedForFirstLayer(Plain):
    """Files hold layers 0 to L - 1: the last layer is lost, layer 0 kept."""

    def save(self, path: str) -> None:
        with open(path, "wb") as file:  # noqa: PTH123 - as beginners do
            np.savez(file, *self.weights[1:-1], *self.biases[1:-1])

    def load(self, path: str) -> None:
        with np.load(path) as file:
            arrays = [file[name] for name in file.files]
        own = [*self.weights[1:-1], *self.biases[1:-1]]
        for array, read in zip(own, arrays, strict=True):
            array[...] = read
