"""The buffers of parameters, gradient and layers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np

from .arrays import Array

#: An array that numpy's functions fill and the kernels, which know its dimensions, multiply.
Buffer: TypeAlias = Any
#: Which entries of a matrix stand one behind the other: rows, or columns.
Order: TypeAlias = Literal["C", "F"]

__all__ = ["Buffer", "Flat", "Layer", "Order", "make_layers"]


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


def make_layers(x: Array, parameters: Flat, gradient: Flat, hidden: Order) -> list[Layer]:
    """Return the layers for a mini-batch x, buffers of hidden ones in this order."""
    layers: list[Layer] = []
    a_prev, ones = x, np.ones(len(x), x.dtype)
    for w, b, nabla_w, nabla_b in zip(
        parameters.weights, parameters.biases, gradient.weights, gradient.biases, strict=True
    ):
        order: Order = "C" if b is parameters.biases[-1] else hidden
        z, a, spare, delta = (np.empty((len(x), len(b)), x.dtype, order) for _ in range(4))
        below = layers[-1] if layers else None
        layers.append(
            Layer(w, w.T, b, nabla_w, nabla_b, a_prev, z, a, spare, delta, delta.T, ones, below)
        )
        a_prev = a
    return layers
