"""Every buffer of the engine, in one place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple, TypeAlias

import numpy as np

from .arrays import Array

#: An array that numpy's functions fill and the kernels, which know its dimensions, multiply.
Buffer: TypeAlias = Any
#: Which entries of a matrix stand one behind the other: rows, or columns.
Order: TypeAlias = Literal["C", "F"]

__all__ = ["Ahead", "Block", "Buffer", "Flat", "Layer", "make_block"]


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
    #: Of a first layer whose products were taken ahead: see `Ahead`.
    overlap: Buffer = None
    earlier: Buffer = None


class Ahead(NamedTuple):
    """Products of the first layer for all mini-batches of a block, one behind the other."""

    first: Layer
    x_t: Buffer
    product: Buffer
    overlap: Buffer


class Block(NamedTuple):
    """The buffers of examples that are gathered at once, and which step uses which."""

    pixels: Array
    x: Array
    ahead: Ahead | None
    steps: list[tuple[slice, list[Layer]]]


def make_block(
    length: int, batch_size: int, parameters: Flat, gradient: Flat, *, is_ahead: bool
) -> Block:
    """Return new buffers around the parameters and the gradient."""
    dtype = parameters.all.dtype
    x = np.empty((length, parameters.weights[0].shape[1]), dtype)
    batches = [slice(i, min(i + batch_size, length)) for i in range(0, length, batch_size)]
    lengths = {batch.stop - batch.start for batch in batches}
    # The columns of hidden layers one behind the other: in float32 the product with many inputs
    # then takes 0.7 times as long, a whole step 0.9 times; in float64 1.2 and 1.1 times.
    order: Order = "F" if dtype == np.float32 else "C"
    shared = {
        n: _make_layers(x[:n], parameters, gradient, "C" if is_ahead else order)
        for n in lengths
    }
    steps = [(batch, shared[batch.stop - batch.start]) for batch in batches]
    if not is_ahead:
        return Block(np.empty(x.shape, np.uint8), x, None, steps)
    (first, *_) = _make_layers(x, parameters, gradient, "C")
    ahead = Ahead(
        first, x.T, np.empty_like(first.z, order=order), np.empty((length, length), dtype)
    )
    steps = [(batch, _looking_ahead(layers, batch, ahead)) for batch, layers in steps]
    return Block(np.empty(x.shape, np.uint8), x, ahead, steps)


def _make_layers(x: Array, parameters: Flat, gradient: Flat, hidden: Order) -> list[Layer]:
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


def _looking_ahead(layers: list[Layer], batch: slice, ahead: Ahead) -> list[Layer]:
    """Return layers whose first one reads and writes its rows of the block."""
    first = replace(
        layers[0],
        a_prev=ahead.first.a_prev[batch],
        z=ahead.first.z[batch],
        delta=ahead.first.delta[batch],
        overlap=ahead.overlap[batch, : batch.start],
        earlier=ahead.first.delta[: batch.start],
    )
    return [first, replace(layers[1], below=first), *layers[2:]]
