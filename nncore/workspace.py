"""Parameters, or a gradient, in one buffer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .arrays import Array
from .buffers import buffer

__all__ = ["Flat"]


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
        self.all: Array = buffer((ends[-1],), dtype)
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
