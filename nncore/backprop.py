"""
The forward pass and backpropagation, as functions of weights, biases, x and y.

Every list has one entry for each layer, and layer 0 owns nothing: its entries are empty, and
``weights[0]`` and ``biases[0]`` are never read.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from .activations import Activation
from .arrays import Array, Matrix, Vector, as_array, as_matrices, as_matrix
from .costs import OutputCost
from .kernels import bias_gradient, layer_error, layer_forward, output_error, weight_gradient

__all__ = ["ForwardPass", "Gradient", "backprop", "forward", "mean_cost"]

Weights: TypeAlias = Sequence[Matrix[Any, Any]]
Biases: TypeAlias = Sequence[Vector[Any]]


class ForwardPass(NamedTuple):
    """
    The weighted inputs and activations of every layer.

    Parameters
    ----------
    zs : list of numpy.ndarray
        ``zs[l]`` of shape ``(batch, sizes[l])``; ``zs[0]`` is empty, shape ``(batch, 0)``.
    activations : list of numpy.ndarray
        ``activations[l]`` of shape ``(batch, sizes[l])``; ``activations[0]`` is x.

    References
    ----------
    .. [1] M. Nielsen, "Neural Networks and Deep Learning", Determination Press, 2015,
           chapter 2, equation 25.

    Examples
    --------
    >>> from nncore import Network
    >>> zs, activations = Network([2, 3, 1], rng=0).forward([[0.0, 1.0]])
    >>> len(zs), len(activations)
    (3, 3)
    """

    zs: list[Array]
    activations: list[Array]


class Gradient(NamedTuple):
    """
    The derivatives of the cost with respect to weights and biases.

    Parameters
    ----------
    nabla_w : list of numpy.ndarray
        dC/dw^l, ``nabla_w[l]`` of the shape of ``weights[l]``; empty for layer 0.
    nabla_b : list of numpy.ndarray
        dC/db^l, ``nabla_b[l]`` of the shape of ``biases[l]``; empty for layer 0.

    References
    ----------
    .. [1] M. Nielsen, "Neural Networks and Deep Learning", Determination Press, 2015,
           chapter 2, equations BP3 and BP4.

    Examples
    --------
    >>> from nncore import Network
    >>> nabla_w, nabla_b = Network([2, 3, 1], rng=0).backprop([0.0, 1.0], [1.0])
    >>> nabla_b[2].shape
    (1,)
    """

    nabla_w: list[Array]
    nabla_b: list[Array]


def forward(
    weights: Weights, biases: Biases, x: Matrix[Any, Any], hidden: Activation, cost: OutputCost
) -> ForwardPass:
    """Return zs and activations of the batch x; ``activations[0]`` is x."""
    last = len(weights) - 1
    zs, activations = [_nothing(x, len(x), 0)], [as_array(x)]
    for l in range(1, last + 1):
        z = layer_forward(weights[l], biases[l], as_matrix(activations[l - 1]))
        activation = cost.output if l == last else hidden
        zs.append(as_array(z))
        activations.append(as_array(activation.apply(z)))
    return ForwardPass(zs, activations)


def mean_cost(
    weights: Weights, z: Matrix[Any, Any], y: Matrix[Any, Any], cost: OutputCost, l2: float
) -> Any:
    """Return C for last weighted inputs z: the mean over the batch, and the l2 penalty."""
    mean = cost.values(z, y).sum() / len(y)
    if not l2:
        return mean
    return mean + l2 * sum((w * w).sum() for w in weights[1:]) / 2


def backprop(
    weights: Weights,
    forward_pass: ForwardPass,
    y: Matrix[Any, Any],
    hidden: Activation,
    cost: OutputCost,
    l2: float,
) -> Gradient:
    """Return the gradient of the cost of a batch from its forward pass and its targets."""
    zs, activations = map(as_matrices, forward_pass)
    last = len(weights) - 1
    x = activations[0]
    nabla_w = [_nothing(x, as_array(x).shape[1], 0)] * (last + 1)
    nabla_b = [_nothing(x, 0)] * (last + 1)

    delta = output_error(cost, zs[last], y)  # BP1
    for l in range(last, 0, -1):
        if l < last:
            delta = layer_error(hidden, zs[l], weights[l + 1], delta)  # BP2
        nabla_b[l] = as_array(bias_gradient(delta))  # BP3
        nabla_w[l] = as_array(weight_gradient(delta, activations[l - 1]))  # BP4
        if l2:
            nabla_w[l] = nabla_w[l] + l2 * as_array(weights[l])
    return Gradient(nabla_w, nabla_b)


def _nothing(x: Matrix[Any, Any], *shape: int) -> Array:
    """Return an empty array for layer 0, of the dtype of x."""
    return np.empty(shape, as_array(x).dtype)
