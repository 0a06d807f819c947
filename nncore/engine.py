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
from functools import cache, lru_cache, partial
from typing import Any

import numpy as np

from .activations import Activation
from .arrays import Array, Matrix, as_array, as_matrix
from .blas import LARGE_BATCH, SMALL_LAYER, fused_update
from .blocks import Block, Examples, Step, batches_of_a_block, blocks_of, looks_ahead
from .buffers import buffer
from .costs import OutputCost
from .inplace import in_place, output_error_in_place
from .optimizers import Optimizer
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
        self._cost = cost
        self._l2 = float(l2)
        self._flat, self._gradient = Flat(sizes, dtype), Flat(sizes, dtype)
        self.parameters: Array = self._flat.all
        self.weights: list[Array] = self._flat.weights
        self.biases: list[Array] = self._flat.biases
        self._hidden = in_place(hidden, dtype)
        self._output_error = output_error_in_place(cost, dtype)
        self._optimizer = optimizer
        self._is_plain = optimizer.is_plain and optimizer.WANTS_STEPS
        optimizer.start(self.parameters.size, dtype)
        self._fused = fused_update(dtype) if blas == "scipy" and self._is_plain else None
        # The penalty changes weights between the steps, so nothing is known of them ahead.
        is_ahead = self._is_plain and not l2 and looks_ahead(sizes, batch_size, self._fused)
        # To gather 40 examples at once for its own sake takes 1.05 times as long.
        self._block_size = batch_size * (batches_of_a_block(batch_size) if is_ahead else 1)
        # Weights of the first layers that products move; the optimizer moves all behind them.
        large = [l for l, w in enumerate(self.weights, 1) if w.size >= SMALL_LAYER]
        by_product = self._fused is not None and batch_size <= LARGE_BATCH
        self._by_product = max(large, default=0) if by_product else 0
        rest = slice(sum(w.size for w in self.weights[: max(self._by_product, is_ahead)]), None)
        self._moving, self._moving_gradient = self.parameters[rest], self._gradient.all[rest]
        self._shrinking = self._flat.all_weights[rest]
        decays = len(self._flat.all_weights) if l2 and not self._is_plain else 0
        self._decay = buffer((decays,), dtype)
        window = self._block_size * max(1, WINDOW // self._block_size)
        self._z, self._y = (buffer((window, sizes[-1]), dtype) for _ in range(2))
        kind = {"is_ahead": is_ahead, "keeps_z": self._hidden.reads_z}
        make = partial(Block, batch_size, self._flat, self._gradient, **kind)
        self._block_of = cache(make)  # one for each number of examples
        self._blocks_of = cache(
            partial(blocks_of, self._block_of, self._block_size, self._y, self._z)
        )
        self._array_of = lru_cache(8)(partial(np.array, dtype=dtype))

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
            for first in range(0, len(order), len(self._z)):
                rows = order[first : first + len(self._z)]
                total += self._window(x, as_array(y), rows, factors, learning_rate)
                advance(len(rows))
        return total / len(order)

    def _window(
        self, x: Examples, y: Array, rows: Array, factors: Array | None, rate: float
    ) -> float:
        """Take the steps of a window of mini-batches; return the sum of their costs."""
        total, z, targets = 0.0, self._z[: len(rows)], self._y[: len(rows)]
        y.take(rows, 0, targets, "clip")
        factor = None if factors is None else factors[rows]
        for taken, block, steps in self._blocks_of(len(rows)):
            block.gather(x, rows[taken])
            if self._l2:  # a block with a penalty is one mini-batch: see `is_ahead`
                total += self._l2 / 2 * self._flat.squared_weights() * len(block.x)
            self._steps(block, steps, factor, rate)
        # The cost is evaluated for 1000 rows with the calls of one: 4 % instead of 36 %.
        costs = as_array(self._cost.values(as_matrix(z), as_matrix(targets)))
        return total + float((costs if factor is None else costs * factor[:, 0]).sum())

    def _steps(
        self, block: Block, steps: list[Step], factor: Array | None, rate: float
    ) -> None:
        """Take the steps of a block; write z^L."""
        done = 0
        block.look_ahead()
        try:
            for step in steps:
                self._step(step, None if factor is None else factor[step.rows], rate)
                done += len(step.y)
        finally:  # on Ctrl-C, too, every layer has taken the same steps
            block.catch_up(done, self._fused)

    def _step(self, step: Step, factor: Array | None, rate: float) -> None:
        """Take one step; write z^L."""
        # Results go into buffers: new arrays for the products alone would add 16 %.
        (activate, times_prime, _), (_, layers, y, z, forward) = self._hidden, step
        for layer in layers[:-1]:
            layer.forward()
            for part in layer.parts:
                activate(part.z, part.a, part.spare)
        forward()
        last = layers[-1]
        self._output_error(z, last.a, last.spare, y, last.delta)  # BP1
        # The learning rate goes into the output error, a few hundred numbers, where the
        # optimizer allows: one pass less over the gradient, 4 %.
        scale = rate if self._optimizer.WANTS_STEPS else 1.0
        # A number as an array, which ufuncs take faster, is kept from step to step: 1 %.
        np.multiply(last.delta, self._array_of(scale / len(y)), last.delta)
        if factor is not None:
            np.multiply(last.delta, factor, last.delta)
        for number in range(len(layers), 0, -1):
            layer = layers[number - 1]
            if (below := layer.below) is not None:
                layer.error_below()  # BP2
                for part in below.parts:
                    times_prime(*part)
            if layer.earlier is not None:
                continue
            layer.bias_gradient()  # BP3
            if self._fused is None or number > self._by_product:
                layer.weight_gradient()  # BP4
            else:  # the product updates the weights itself: 9 %
                self._fused(layer.w, layer.delta, layer.a_prev, 1 - scale * self._l2)
        self._move(scale, rate)

    def _move(self, scale: float, rate: float) -> None:
        """Move the parameters; the gradient came multiplied by scale, without the penalty."""
        if self._l2 and self._is_plain:
            # w - eta (nabla_w + l2 w) = (1 - eta l2) w - eta nabla_w, in one pass less.
            np.multiply(self._shrinking, 1 - scale * self._l2, self._shrinking)
        elif self._l2:
            nabla_w = self._gradient.all_weights
            np.multiply(self._flat.all_weights, scale * self._l2, self._decay)
            np.add(nabla_w, self._decay, nabla_w)
        self._optimizer.update(self._moving, self._moving_gradient, rate)
