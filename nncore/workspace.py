"""The buffers of parameters, gradient and layers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, TypeAlias

import numpy as np

from .arrays import Array

#: An array that numpy's functions fill and the kernels, which know its dimensions, multiply.
Buffer: TypeAlias = Any
#: Which entries of a matrix stand one behind the other: rows, or columns.
Order: TypeAlias = Literal["C", "F"]

__all__ = ["Buffer", "Flat", "Layer", "Order", "make_layers"]

#: Numbers of a buffer that the activations take at once: 256 KB, and 64 rows at least. With the
#: buffer of z reused for a, a step at 784-512-512-10, batch 1024, takes 0.97 times as long.
PART_BYTES, LEAST_ROWS = 2**18, 64


class Flat:
    """
    Numbers for all weights, then for all biases, in one buffer with views for each layer.

    One buffer makes an update one call instead of one for each array, and the penalty one
    product. The lists have no entry for layer 0.
    """

    def __init__(self, sizes: Sequence[int], dtype: np.dtype[Any]) -> None:
        shapes: list[tuple[int, ...]] = [*zip(sizes[1:], sizes[:-1], strict=True)]
        shapes += [(n,) for n in sizes[1:]]
        ends = np.cumsum([int(np.prod(shape)) for shape in shapes])
        self.all: Array = np.zeros(ends[-1], dtype)
        parts = np.split(self.all, ends[:-1])
        views = [part.reshape(shape) for part, shape in zip(parts, shapes, strict=True)]
        layers = len(sizes) - 1
        self.weights: list[Array] = views[:layers]
        self.biases: list[Array] = views[layers:]
        self.all_weights: Array = self.all[: ends[layers - 1]]
        self.all_biases: Array = self.all[ends[layers - 1] :]

    def squared_weights(self) -> float:
        """Return the sum of the squares of all weights."""
        return float(np.dot(self.all_weights, self.all_weights))


class Part(NamedTuple):
    """Rows of a layer that fit a cache; function by function over all of them takes longer."""

    z: Buffer
    a: Buffer
    spare: Buffer
    delta: Buffer


@dataclass(slots=True)
class Layer:
    """What a step touches in a layer: parameters, gradient and buffers of a mini-batch."""

    w: Buffer
    w_t: Buffer
    b: Buffer
    nabla_w: Buffer
    nabla_b: Buffer
    a_prev: Buffer
    z: Buffer
    a: Buffer
    spare: Buffer
    delta: Buffer
    delta_t: Buffer
    ones: Buffer
    below: Layer | None
    #: Of a first layer whose products are taken ahead: see `blocks`.
    overlap: Buffer = None
    earlier: Buffer = None
    parts: list[Part] = field(init=False)

    def __post_init__(self) -> None:
        rows = max(LEAST_ROWS, PART_BYTES // self.z[:1].nbytes)
        parts = [slice(i, i + rows) for i in range(0, len(self.z), rows)]
        self.parts = [Part(self.z[p], self.a[p], self.spare[p], self.delta[p]) for p in parts]


def make_layers(
    x: Array, parameters: Flat, gradient: Flat, hidden: Order, *, keeps_z: bool
) -> list[Layer]:
    """Return the layers for x, hidden ones' buffers in this order; a is z if it is not kept."""
    layers: list[Layer] = []
    a_prev, ones = x, np.ones(len(x), x.dtype)
    for w, b, nabla_w, nabla_b in zip(
        parameters.weights, parameters.biases, gradient.weights, gradient.biases, strict=True
    ):
        order: Order = "C" if b is parameters.biases[-1] else hidden
        z, spare, delta = (np.empty((len(x), len(b)), x.dtype, order) for _ in range(3))
        a = np.empty_like(z) if keeps_z else z
        below = layers[-1] if layers else None
        layers.append(
            Layer(w, w.T, b, nabla_w, nabla_b, a_prev, z, a, spare, delta, delta.T, ones, below)
        )
        a_prev = a
    return layers
