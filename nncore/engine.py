"""
The mathematics of `backprop` in preallocated buffers: what `fit` runs.

A step checks nothing and allocates nothing. To run (or to time) it alone, on float arrays of
the network's dtype or `Pixels`, rows contiguous::

    engine = Engine(sizes, hidden, cost, l2, dtype, batch_size, SGD())
    engine.load(weights, biases)                      # copies; entry 0 is not read
    cost = engine.epoch(x, y, order, learning_rate)   # one step for each mini-batch
    weights, biases = engine.copies()                 # new arrays; without entry 0

What a trick saves stands beside it, as a share of a whole step at 784-30-10, batch 10, float64,
one thread, where the matrix products alone take about half.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import Any

import numpy as np

from .activations import Activation
from .arrays import Array, Matrix, as_array, as_matrix, run
from .blas import fused_update
from .blocks import Block, Examples, batches_of_a_block, blocks_of, looks_ahead
from .buffers import buffer
from .costs import OutputCost
from .inplace import in_place, output_error_in_place
from .optimizers import Optimizer
from .steps import Step, Window
from .update import Update
from .workspace import Flat

__all__ = ["Engine"]

#: Examples whose cost is evaluated at once.
WINDOW = 1000


class Engine:
    """
    Parameters in training, and every buffer that a step needs.

    Parameters
    ----------
    sizes : sequence of int
        Neurons of each layer.
    hidden : Activation
        Activation of the hidden layers.
    cost : OutputCost
        The cost, with the output activation in it.
    l2 : float
        Weight of the penalty.
    dtype : numpy.dtype
        float64 or float32.
    batch_size : int
        Examples of a mini-batch.
    optimizer : Optimizer
        Moves the parameters.
    blas : {"numpy", "scipy"}
        Whose matrix product updates the weights, where the optimizer is plain.

    Raises
    ------
    ModuleNotFoundError
        If `blas` is "scipy" and scipy is not installed.
    ValueError
        If the optimizer remembers another network.

    Examples
    --------
    >>> from nncore.activations import ACTIVATIONS
    >>> from nncore.costs import output_cost
    >>> from nncore.optimizers import SGD
    >>> sigmoid = ACTIVATIONS["sigmoid"]
    >>> cost, dtype = output_cost(sigmoid, "cross_entropy"), np.dtype("f8")
    >>> engine = Engine([2, 3, 1], sigmoid, cost, 0.0, dtype, 10, SGD())
    >>> x, y = np.ones((50, 2)), np.ones((50, 1))
    >>> engine.epoch(x, y, np.arange(50), 0.5) > engine.epoch(x, y, np.arange(50), 0.5)
    True
    """

    def __init__(
        self,
        sizes: Sequence[int],
        hidden: Activation,
        cost: OutputCost,
        l2: float,
        dtype: np.dtype[Any],
        batch_size: int,
        optimizer: Optimizer,
        blas: str = "numpy",
    ) -> None:
        self._cost, self._l2 = cost, float(l2)
        self._flat, gradient = Flat(sizes, dtype), Flat(sizes, dtype)
        self.parameters: Array = self._flat.all
        self.weights: list[Array] = self._flat.weights
        self.biases: list[Array] = self._flat.biases
        optimizer.start(self.parameters.size, dtype)
        fused = fused_update(dtype) if blas == "scipy" and optimizer.is_plain else None
        # The penalty changes weights between the steps, so nothing is known of them ahead.
        is_ahead = optimizer.is_plain and not l2 and looks_ahead(sizes, batch_size, fused)
        # To gather 40 examples at once for its own sake takes 1.05 times as long.
        self._block_size = batch_size * (batches_of_a_block(batch_size) if is_ahead else 1)
        self._update = Update(
            self._flat, gradient, optimizer, self._l2, fused, batch_size, is_ahead=is_ahead
        )
        length = self._block_size * max(1, WINDOW // self._block_size)
        z, y, factors = (buffer((length, n), dtype) for n in (sizes[-1], sizes[-1], 1))
        output_error = output_error_in_place(cost, dtype)
        self._window = Window(z, y, factors, output_error)
        parts = self._flat, gradient, in_place(hidden, dtype), self._update
        # One for each number of examples, and then for each number of rows of a window.
        self._block_of = cache(partial(Block, batch_size, *parts, is_ahead=is_ahead))
        self._blocks_of = cache(
            partial(blocks_of, self._block_of, self._block_size, self._window)
        )

    def load(self, weights: Sequence[Array], biases: Sequence[Array]) -> None:
        """Copy parameters in; entry 0 is not read."""
        views, arrays = [*self.weights, *self.biases], [*weights[1:], *biases[1:]]
        for view, array in zip(views, arrays, strict=True):
            view[...] = array

    def copies(self) -> tuple[list[Array], list[Array]]:
        """Return new arrays of the weights and biases, without entry 0."""
        return [w.copy() for w in self.weights], [b.copy() for b in self.biases]

    def is_finite(self) -> bool:
        """Return whether every parameter is a finite number."""
        return bool(np.isfinite(self.parameters).all())

    def epoch(
        self,
        x: Examples,
        y: Matrix[Any, Any],
        order: Array,
        learning_rate: float,
        factors: Array | None = None,
        advance: Callable[[int], object] = int,
    ) -> float:
        """
        Take one step for each mini-batch of the examples in this order; return the mean cost.

        Each example counts with its cost before the step of its mini-batch, times its factor,
        shape (examples, 1), plus the penalty of that moment. `advance` hears of progress.
        """
        total = 0.0
        # Infinity on the way to 0 is meant; divergence is noticed by who reads the cost.
        with np.errstate(over="ignore", invalid="ignore"):
            self._update.begin(learning_rate)
            for first in range(0, len(order), len(self._window.y)):
                rows = order[first : first + len(self._window.y)]
                total += self._steps(x, as_array(y), rows, factors)
                advance(len(rows))
        return total / len(order)

    def _steps(self, x: Examples, y: Array, rows: Array, factors: Array | None) -> float:
        """Take the steps of a window of mini-batches; return the sum of their costs."""
        weighted, total = factors is not None, 0.0
        window = self._window.part(len(rows), weighted=weighted)
        y.take(rows, 0, window.y, "clip")
        if factors is not None:
            factors.take(rows, 0, window.factors, "clip")
        for taken, block, steps in self._blocks_of(len(rows), weighted=weighted):
            block.gather(x, rows[taken])
            if self._l2:  # a block with a penalty is one mini-batch: see `is_ahead`
                total += self._l2 / 2 * self._flat.squared_weights() * len(block.x)
            self._block(block, steps)
        # The cost is evaluated for 1000 rows with the calls of one: 4 % instead of 36 %.
        costs = as_array(self._cost.values(as_matrix(window.z), as_matrix(window.y)))
        return total + float((costs if factors is None else costs * factors[rows, 0]).sum())

    def _block(self, block: Block, steps: list[Step]) -> None:
        """Take the steps of a block."""
        done = 0
        block.look_ahead()
        try:
            for examples, writes in steps:
                run(writes)
                done += examples
        finally:  # on Ctrl-C, too, every layer has taken the same steps
            block.catch_up(done)
