"""
Mini-batches whose examples are gathered at once, and what the first layer gains by it.

A product with 40 rows takes far less than four with 10, where BLAS spends its time on copying
the weights, and 40 examples can move the weights at once. Plain descent moves the first layer
by products of examples that are known before, so its weighted inputs for a whole block of
mini-batches follow from the parameters w and b before the block::

    z_t = w x_t + b - sum over earlier s of (x_t . x_s + 1) delta_s

with delta_s the errors times the learning rate; and w and b are moved once, behind the block. A
step at 784-30-10, batch 1, takes 0.6 times as long; one at 784-150-10, batch 10, 0.7 times.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from itertools import zip_longest
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from .arrays import Array, Matrix, Pixels, Writes, as_array, as_matrix, run
from .blas import FusedUpdate
from .buffers import Order, buffer
from .inplace import InPlace
from .kernels import forward_into, overlap_into
from .layers import Layer, make_layers
from .products import has_small_products
from .steps import Step, Window, backward, forward
from .update import Update
from .workspace import Flat

__all__ = ["Block", "Examples", "MiniBatch", "batches_of_a_block", "blocks_of", "looks_ahead"]

#: Examples as a network of real numbers takes them.
Examples: TypeAlias = Matrix[Any, Any] | Pixels

#: Examples of a block that looks ahead. The overlaps of more cost more than they save.
EXAMPLES = 40
#: Looking ahead pays from so many mini-batches on, and so many neurons for each example: with
#: AVX-512 a step with 30, 64, 100, 150 neurons takes 0.95, 0.96, 0.91, 0.71 times as long at
#: batch 10, and 0.73 times with 30 at batch 5; with AVX2 0.83, 0.74, 0.68 times with 64, 100,
#: 150, and longer with 30. Where scipy's product moves the weights it saves a part of the same.
LEAST_BATCHES, LEAST_NEURONS, LEAST_NEURONS_AVX2, LEAST_NEURONS_FUSED = 4, 2, 6, 12
#: Rows whose overlaps are taken at once, where small products are fast: the largest mini-batch.
OVERLAPPING = EXAMPLES // LEAST_BATCHES
#: Examples up to which float32 keeps columns together.
MOST_COLUMNS = 64


def batches_of_a_block(batch_size: int) -> int:
    """Return how many mini-batches the first layer can look ahead."""
    return max(1, EXAMPLES // batch_size)


def looks_ahead(sizes: Sequence[int], batch_size: int, fused: FusedUpdate | None) -> bool:
    """Return whether the first layer should take the products of a whole block at once."""
    neurons = LEAST_NEURONS if has_small_products() else LEAST_NEURONS_AVX2
    if fused:
        neurons = LEAST_NEURONS_FUSED
    is_hidden = len(sizes) > 2
    pays = batches_of_a_block(batch_size) >= LEAST_BATCHES and sizes[1] >= neurons * batch_size
    return is_hidden and pays


class MiniBatch(NamedTuple):
    """Rows of a block, their layers, and what a step calls before and after the output."""

    rows: slice
    layers: list[Layer]
    forward: Writes
    backward: Writes


class Block:
    """Buffers of examples that are gathered at once, and the layers that share them."""

    def __init__(
        self,
        batch_size: int,
        parameters: Flat,
        gradient: Flat,
        hidden: InPlace,
        update: Update,
        length: int,
        *,
        is_ahead: bool,
    ) -> None:
        dtype = parameters.all.dtype
        make = partial(make_layers, parameters=parameters, gradient=gradient, hidden=hidden)
        self.x: Array = buffer((length, parameters.weights[0].shape[1]), dtype)
        self._pixels = buffer(self.x.shape, np.uint8)
        # The columns of hidden layers one behind the other: a step of float32 takes 0.93 times
        # as long with AVX2 and 1.02 times with AVX-512 at 784-30-10, batch 10, 0.98 and 0.85
        # times at 784-100-10, batch 32, and no less from batch 100 on; float64 gains nothing.
        order: Order = "F" if dtype == np.float32 and length <= MOST_COLUMNS else "C"
        #: The first layer for the whole block, where it looks ahead.
        self.first: Layer | None = None
        self._ahead: Writes = []
        self._behind: Writes = []
        batches = [slice(i, min(i + batch_size, length)) for i in range(0, length, batch_size)]
        overlaps: list[Array] = []
        if is_ahead:
            self.first = make(self.x, order="C")[0]
            writes, overlaps = _overlaps(self.x, batches)
            self._ahead = [*_products_ahead(self.first, order), *writes]
            self._behind = _moves_behind(self.first, update.fused)
        shared = {
            rows: make(self.x[:rows], order="C" if is_ahead else order)
            for rows in {batch.stop - batch.start for batch in batches}
        }
        self.batches: list[MiniBatch] = []
        for batch, overlap in zip_longest(batches, overlaps):
            layers = self._layers(shared[batch.stop - batch.start], batch, overlap)
            passes = forward(layers), backward(layers, update)
            self.batches.append(MiniBatch(batch, layers, *passes))

    def _layers(self, layers: list[Layer], batch: slice, overlap: Array | None) -> list[Layer]:
        """Return the layers of a mini-batch; a first one that looks ahead is part of all."""
        if self.first is None:
            return layers
        first = replace(
            layers[0],
            z=self.first.z[batch],
            delta=self.first.delta[batch],
            overlap=overlap,
            earlier=self.first.delta[: batch.start],
        )
        return [first, replace(layers[1], below=first), *layers[2:]]

    def steps_at(self, start: int, window: Window) -> list[Step]:
        """Return the steps on the rows of a window that begin at `start`."""
        steps = []
        for batch, layers, forward_pass, backward_pass in self.batches:
            output = window.output(layers[-1], slice(start + batch.start, start + batch.stop))
            writes = forward_pass + output + backward_pass
            steps.append(Step(batch.stop - batch.start, writes))
        return steps

    def gather(self, x: Examples, rows: Array) -> None:
        """Write rows of x to the first activations."""
        # Indices are never out of range, and mode="clip" needs no guarding copy: 9 %.
        if isinstance(x, Pixels):  # an eighth of the memory of float64, at the same speed
            x.array.take(rows, 0, self._pixels, "clip")
            np.divide(self._pixels, self.x.dtype.type(x.scale), self.x)
        else:
            as_array(x).take(rows, 0, self.x, "clip")

    def look_ahead(self) -> None:
        """Take the products with the first weights of all mini-batches, where it pays."""
        run(self._ahead)

    def catch_up(self, done: int) -> None:
        """Move a first layer that looked ahead by the steps on the first `done` examples."""
        if self.first is not None:
            self.first.delta[done:] = 0
        run(self._behind)


def _products_ahead(first: Layer, order: Order) -> Writes:
    """Return what takes the products with the first weights of a block."""
    x, z = as_matrix(first.a_prev), first.z
    # The steps take rows of z, whose columns are not together.
    product = z if order == "C" else buffer(z.shape, z.dtype, order)
    copy = [] if product is z else [partial(np.copyto, z, product)]
    return [*forward_into(first.w.T, first.b, x, as_matrix(product)), *copy]


def _overlaps(x: Array, batches: list[slice]) -> tuple[Writes, list[Array]]:
    """Return what takes the overlaps of each mini-batch with those before it, and where to."""
    writes: Writes = []
    overlaps: list[Array] = []
    # In one product with itself for AVX2; only with what comes before for AVX-512, where a step
    # at 784-64-10, batch 10, then takes 0.91 to 0.94 times as long.
    rows_at_once = OVERLAPPING if has_small_products() else len(x)
    together = math.ceil(rows_at_once / batches[0].stop)
    for i in range(0, len(batches), together):
        members = batches[i : i + together]
        start, earlier = members[0].start, members[-1].start
        if 1 < len(members) == len(batches):
            earlier = len(x)
        rows = x[start : members[-1].stop]
        overlap = buffer((len(rows), earlier), x.dtype)
        if earlier:
            writes += overlap_into(*map(as_matrix, (rows, x[:earlier].T, overlap)))
        overlaps += [overlap[b.start - start : b.stop - start, : b.start] for b in members]
    return writes, overlaps


def _moves_behind(first: Layer, fused: FusedUpdate | None) -> Writes:
    """Return what moves the first layer by the errors of a whole block."""
    w, b, nabla_w, nabla_b = first.w, first.b, first.nabla_w, first.nabla_b
    # The steps move all biases, and leave these as they are: their gradient is 0 meanwhile.
    zero = [partial(np.subtract, b, nabla_b, b), partial(nabla_b.fill, 0)]
    biases: Writes = [*first.bias_gradient, *zero]
    if fused is not None:
        return [*biases, partial(fused, w, first.delta, first.a_prev, 1.0)]
    return [*biases, *first.weight_gradient, partial(np.subtract, w, nabla_w, w)]


def blocks_of(
    block_of: Callable[[int], Block], size: int, window: Window, rows: int, *, weighted: bool
) -> list[tuple[slice, Block, list[Step]]]:
    """
    Return the blocks of the first rows of a window, each with its rows and its steps.

    They are the same for every window: to slice y and z^L anew at each step, and to copy z^L to
    where its cost is evaluated, would add 3 %.
    """
    blocks, window = [], window.part(rows, weighted=weighted)
    for start in range(0, rows, size):
        block = block_of(min(size, rows - start))
        taken = slice(start, start + len(block.x))
        blocks.append((taken, block, block.steps_at(start, window)))
    return blocks
