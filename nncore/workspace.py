"""Every buffer of the engine, in one place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, TypeAlias

import numpy as np

from .arrays import Array

#: An array that numpy's functions fill and the kernels, which know its dimensions, multiply.
Buffer: TypeAlias = Any

__all__ = ["Buffer", "Buffers", "Flat", "Layer", "make_buffers"]


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


class Buffers(NamedTuple):
    """The buffers for mini-batches of one length; x is ``a_prev`` of the first layer."""

    pixels: Array
    x: Array
    layers: list[Layer]


def make_buffers(length: int, parameters: Flat, gradient: Flat) -> Buffers:
    """Return new buffers around the parameters and the gradient."""
    dtype = parameters.all.dtype
    x = a_prev = np.empty((length, parameters.weights[0].shape[1]), dtype)
    layers: list[Layer] = []
    ones = np.ones(length, dtype)
    # The columns of hidden layers one behind the other: in float32 the product with many inputs
    # then takes 0.7 times as long, a whole step 0.9 times; in float64 1.2 and 1.1 times.
    hidden: Literal["C", "F"] = "F" if dtype == np.float32 else "C"
    for w, b, nabla_w, nabla_b in zip(
        parameters.weights, parameters.biases, gradient.weights, gradient.biases, strict=True
    ):
        order: Literal["C", "F"] = "C" if b is parameters.biases[-1] else hidden
        z, a, spare, delta = (np.empty((length, len(b)), dtype, order) for _ in range(4))
        below = layers[-1] if layers else None
        layers.append(
            Layer(w, w.T, b, nabla_w, nabla_b, a_prev, z, a, spare, delta, delta.T, ones, below)
        )
        a_prev = a
    return Buffers(np.empty(x.shape, np.uint8), x, layers)
