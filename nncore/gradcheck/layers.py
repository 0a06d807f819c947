"""What is known of the network behind a gradient, for mistakes that only layers explain."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from .structure import FloatArray

__all__ = ["Layers"]

Function: TypeAlias = Callable[[FloatArray], FloatArray]


@dataclasses.dataclass
class Layers:
    """The quantities of a network at a point; lists are indexed by layer, layer 0 is the input.

    Parameters
    ----------
    weights : list of float arrays
        ``weights[l]`` of shape (n_l, n_{l-1}); ``weights[0]`` is not read.
    zs, activations : lists of float arrays
        Of shape (batch, n_l); ``zs[0]`` is not read.
    delta : float array
        Output error dC/dz^L of shape (batch, n_L), with the batch's factor in it.
    functions, primes : lists of callables
        Activation of each layer and its derivative with respect to z; layer 0 is not read.
    targets : float array
        Of shape (batch, n_L).
    weight_places, bias_places : lists of int
        Which array of the parameters holds the weights and biases of layer l; -1 for layer 0.
    transposed : bool
        Whether the parameters hold the weights as (n_{l-1}, n_l).
    l2 : float
        The penalty in the cost is l2 / 2 times the sum of squared weights.
    learning_rate : float, optional
        Of the step that may have been made too early.
    """

    weights: list[FloatArray]
    zs: list[FloatArray]
    activations: list[FloatArray]
    delta: FloatArray
    functions: list[Function]
    primes: list[Function]
    targets: FloatArray
    weight_places: list[int]
    bias_places: list[int]
    transposed: bool = False
    l2: float = 0.0
    learning_rate: float | None = None

    @property
    def last(self) -> int:
        """Index of the output layer."""
        return len(self.weights) - 1

    @property
    def batch(self) -> int:
        """Number of examples."""
        return len(self.delta)

    def deltas(
        self,
        delta: FloatArray | None = None,
        *,
        prime: Callable[[int], FloatArray] | None = None,
        back: Callable[[int], FloatArray] | None = None,
    ) -> list[FloatArray]:
        """Errors of all layers by BP2 (Nielsen, Neural Networks and Deep Learning, chapter 2).

        Parameters
        ----------
        delta : float array, optional
            Another output error.
        prime : callable, optional
            From layer to what stands for the derivative of its activation.
        back : callable, optional
            From layer to the matrix through which the error of the layer above comes back.

        Returns
        -------
        list of float arrays
            ``delta[l] = (delta[l+1] @ w[l+1]) * phi'(z[l])``; entry 0 is empty.
        """
        prime = prime or (lambda l: self.primes[l](self.zs[l]))
        back = back or (lambda l: self.weights[l + 1])
        deltas = [np.empty(0)] * self.last + [self.delta if delta is None else delta]
        for l in range(self.last - 1, 0, -1):
            deltas[l] = deltas[l + 1] @ back(l) * prime(l)
        return deltas

    def gradient(
        self,
        deltas: list[FloatArray] | None = None,
        *,
        inputs: Callable[[int], FloatArray] | None = None,
        bias: Callable[[FloatArray], FloatArray] | None = None,
    ) -> dict[int, FloatArray]:
        """The gradient of all layers by BP3 and BP4, with the penalty.

        Parameters
        ----------
        deltas : list of float arrays, optional
            Other errors.
        inputs : callable, optional
            From layer to what stands for the activations below it.
        bias : callable, optional
            From error to what stands for its sum over the batch.

        Returns
        -------
        dict of int to float array
            By the place of each array in the parameters.
        """
        deltas = deltas if deltas is not None else self.deltas()
        inputs = inputs or (lambda l: self.activations[l - 1])
        bias = bias or (lambda delta: delta.sum(axis=0))
        found: dict[int, FloatArray] = {}
        for l in range(1, self.last + 1):
            nabla = deltas[l].T @ inputs(l) + self.l2 * self.weights[l]
            found[self.weight_places[l]] = nabla.T if self.transposed else nabla
            found[self.bias_places[l]] = bias(deltas[l])
        return found
