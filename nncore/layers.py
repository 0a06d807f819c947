"""The layers of a mini-batch: their buffers, and what writes them in a step."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

from .arrays import Array, Writes
from .buffers import Buffer, Order, buffer
from .inplace import InPlace
from .kernels import (
    bias_gradient_into,
    catch_up_into,
    error_into,
    forward_into,
    forward_spread_into,
    weight_gradient_into,
)
from .workspace import Flat

__all__ = ["Layer", "Part", "make_layers"]

#: Numbers of a buffer that the activations take at once: 256 KB, and 64 rows at least. With the
#: buffer of z reused for a, a step at 784-512-512-10, batch 1024, takes 0.97 times as long.
PART_BYTES, LEAST_ROWS = 2**18, 64
#: Up to this size biases are spread to all rows before they are added: a step at 784-30-10,
#: batch 10, takes 0.99 times as long in float64 and 0.97 times in float32. Beyond it the copy
#: takes more than it saves: 1.04 times at 784-512-512-10, batch 128, float32.
SPREAD_BYTES = 2**15


class Part(NamedTuple):
    """Rows of a layer that fit a cache; function by function over all of them takes longer."""

    z: Buffer
    a: Buffer
    spare: Buffer
    delta: Buffer


@dataclass(slots=True)
class Layer:
    """The buffers that a step touches in a layer, and what writes them."""

    w: Buffer
    b: Buffer
    nabla_w: Buffer
    nabla_b: Buffer
    a_prev: Buffer
    z: Buffer
    a: Buffer
    spare: Buffer
    delta: Buffer
    hidden: InPlace
    below: Layer | None
    #: Of a first layer whose products are taken ahead: see `blocks`.
    overlap: Buffer = None
    earlier: Buffer = None
    parts: list[Part] = field(init=False)
    forward: Writes = field(init=False)
    activate: Writes = field(init=False)
    error_below: Writes = field(init=False)
    bias_gradient: Writes = field(init=False)
    weight_gradient: Writes = field(init=False)

    def __post_init__(self) -> None:
        rows = max(LEAST_ROWS, PART_BYTES // self.z[:1].nbytes)
        parts = [slice(i, i + rows) for i in range(0, len(self.z), rows)]
        self.parts = [Part(self.z[p], self.a[p], self.spare[p], self.delta[p]) for p in parts]
        self.forward = self.forward_to(self.z)
        if self.earlier is not None:
            catch_up = catch_up_into(self.overlap, self.earlier, self.spare, self.z)
            self.forward = catch_up if len(self.earlier) else []
        forward, backward, _ = self.hidden
        self.activate = [
            write for z, a, spare, _ in self.parts for write in forward(z, a, spare)
        ]
        self.error_below = []
        if self.below is not None:
            slopes = (write for part in self.below.parts for write in backward(*part))
            self.error_below = [*error_into(self.w, self.delta, self.below.delta), *slopes]
        ones: Buffer = buffer(self.z[:, 0].shape, self.z.dtype)
        ones.fill(1)
        self.bias_gradient = bias_gradient_into(ones, self.delta, self.nabla_b)
        self.weight_gradient = weight_gradient_into(self.delta.T, self.a_prev, self.nabla_w)

    def forward_to(self, z: Buffer) -> Writes:
        """Return what writes z^l, without its activations."""
        if z.nbytes > SPREAD_BYTES:
            return forward_into(self.w.T, self.b, self.a_prev, z)
        return forward_spread_into(self.w.T, self.b, self.a_prev, self.spare, z)


def make_layers(
    x: Array, parameters: Flat, gradient: Flat, hidden: InPlace, order: Order
) -> list[Layer]:
    """Return the layers for x, buffers of hidden ones in this order, a over z if not read."""
    layers: list[Layer] = []
    a_prev = x
    for w, b, nabla_w, nabla_b in zip(
        parameters.weights, parameters.biases, gradient.weights, gradient.biases, strict=True
    ):
        is_last = b is parameters.biases[-1]
        make = partial(buffer, (len(x), len(b)), x.dtype, "C" if is_last else order)
        z, spare, delta = make(), make(), make()
        a = make() if hidden.reads_z or is_last else z
        below = layers[-1] if layers else None
        layers.append(Layer(w, b, nabla_w, nabla_b, a_prev, z, a, spare, delta, hidden, below))
        a_prev = a
    return layers
