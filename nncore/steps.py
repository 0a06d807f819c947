"""A step of training: the equations of `backprop` in their order, as calls made beforehand."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import numpy as np

from .arrays import Array, Writes
from .buffers import Buffer
from .inplace import OutputError
from .layers import Layer
from .update import Update

__all__ = ["Step", "Window", "backward", "forward"]


class Step(NamedTuple):
    """A step on so many examples, and what it calls, in this order."""

    examples: int
    writes: Writes


class Window(NamedTuple):
    """
    Examples whose cost is evaluated at once.

    They have z^L, targets y and, where these are given, factors, shape (examples, 1).
    """

    z: Buffer
    y: Array
    factors: Array | None
    output_error: OutputError

    def part(self, rows: int, *, weighted: bool) -> Window:
        """Return the first rows, with or without their factors."""
        factors = self.factors[:rows] if weighted and self.factors is not None else None
        return self._replace(z=self.z[:rows], y=self.y[:rows], factors=factors)

    def output(self, last: Layer, rows: slice) -> Writes:
        """Return what writes z^L of these rows and, to the last layer, their error (BP1)."""
        z, y = self.z[rows], self.y[rows]
        writes = last.forward_to(z) + self.output_error(z, last.a, last.spare, y, last.delta)
        if self.factors is not None:
            writes.append(partial(np.multiply, last.delta, self.factors[rows], last.delta))
        return writes


def forward(layers: list[Layer]) -> Writes:
    """Return what writes z and a of the hidden layers."""
    return [write for layer in layers[:-1] for write in layer.forward + layer.activate]


def backward(layers: list[Layer], update: Update) -> Writes:
    """Return what follows the output error: errors of all layers, gradients, the update."""
    delta = layers[-1].delta
    writes: Writes = [partial(np.multiply, delta, update.share(len(delta)), delta)]
    for number in range(len(layers), 0, -1):
        layer = layers[number - 1]
        writes += layer.error_below  # BP2
        if layer.earlier is None:  # the others catch up behind their block
            writes += layer.bias_gradient  # BP3
            writes += update.weights(number, layer)  # BP4
    return writes + update.rest()
