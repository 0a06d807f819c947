"""How a step moves the parameters: by the optimizer, the penalty, and products that do both."""

from __future__ import annotations

from functools import partial

import numpy as np

from .arrays import Array, Writes
from .blas import LARGE_BATCH, SMALL_LAYER, FusedUpdate
from .buffers import buffer
from .layers import Layer
from .optimizers import Optimizer
from .workspace import Flat

__all__ = ["Update"]


class Update:
    """
    What moves the parameters in a step, and the numbers in it that the learning rate sets.

    Parameters
    ----------
    parameters, gradient : Flat
        What moves, and where the steps write the gradient.
    optimizer : Optimizer
        Moves what no product moves.
    l2 : float
        Weight of the penalty.
    fused : FusedUpdate or None
        A product that moves weights; only with an optimizer that is plain.
    batch_size : int
        Examples of a mini-batch.
    is_ahead : bool
        Whether the first weights are moved behind each block: see `blocks`.
    """

    def __init__(
        self,
        parameters: Flat,
        gradient: Flat,
        optimizer: Optimizer,
        l2: float,
        fused: FusedUpdate | None,
        batch_size: int,
        *,
        is_ahead: bool,
    ) -> None:
        self.fused: FusedUpdate | None = fused
        self._optimizer, self._l2 = optimizer, l2
        # Weights of the first layers that products move; the rest moves behind the gradient.
        large = [l for l, w in enumerate(parameters.weights, 1) if w.size >= SMALL_LAYER]
        pays = fused is not None and batch_size <= LARGE_BATCH
        self._by_product: int = max(large, default=0) if pays else 0
        elsewhere = parameters.weights[: max(self._by_product, is_ahead)]
        rest = slice(sum(w.size for w in elsewhere), None)
        self._moving, self._gradient = parameters.all[rest], gradient.all[rest]
        # A number as an array, which ufuncs take faster: 1 %.
        dtype = parameters.all.dtype
        self._penalty, self._kept = np.empty((), dtype), np.empty((), dtype)
        self._shares: dict[int, Array] = {}
        self.begin(0.0)
        self._penalize = self._penalty_into(
            parameters.all_weights[rest], gradient.all_weights[rest]
        )

    def begin(self, learning_rate: float) -> None:
        """Take the learning rate of the steps that follow."""
        self._learning_rate = learning_rate
        # It goes into the output error, a few hundred numbers, where the optimizer allows: one
        # pass less over the gradient, 4 %.
        takes_steps = self._optimizer.is_plain or self._optimizer.WANTS_STEPS
        self._scale = learning_rate if takes_steps else 1.0
        self._penalty[...] = self._scale * self._l2
        self._kept[...] = 1 - self._scale * self._l2
        for examples, share in self._shares.items():
            share[...] = self._scale / examples

    def share(self, examples: int) -> Array:
        """Return what the error of each of so many examples is multiplied by, now and later."""
        if examples not in self._shares:
            self._shares[examples] = np.array(self._scale / examples, self._kept.dtype)
        return self._shares[examples]

    def weights(self, number: int, layer: Layer) -> Writes:
        """Return what writes the gradient of a layer's weights (BP4), or moves them at once."""
        fused = self.fused
        if fused is None or number > self._by_product:
            return layer.weight_gradient

        def move() -> None:  # 9 % less than a gradient and its update
            fused(layer.w, layer.delta, layer.a_prev, float(self._kept))

        return [move]

    def rest(self) -> Writes:
        """Return what moves all parameters that no product moves."""
        if self._optimizer.is_plain:  # a call of `update` would add 2 %
            move = partial(np.subtract, self._moving, self._gradient, self._moving)
            return [*self._penalize, move]
        return [*self._penalize, self._move]

    def _move(self) -> None:
        """Let the optimizer move parameters."""
        self._optimizer.update(self._moving, self._gradient, self._learning_rate)

    def _penalty_into(self, w: Array, nabla_w: Array) -> Writes:
        """Return what brings in the penalty, which the gradient comes without."""
        if not self._l2:
            return []
        if self._optimizer.is_plain:
            # w - eta (nabla_w + l2 w) = (1 - eta l2) w - eta nabla_w, in one pass less.
            return [partial(np.multiply, w, self._kept, w)]
        decay = buffer(w.shape, w.dtype)
        return [
            partial(np.multiply, w, self._penalty, decay),
            partial(np.add, nabla_w, decay, nabla_w),
        ]
