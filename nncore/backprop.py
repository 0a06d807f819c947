"""
The forward pass and backpropagation, as functions of weights, biases, x and y.

Every list has one entry for each layer, and layer 0 owns nothing: its entries are empty, and
``weights[0]`` and ``biases[0]`` are never read.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias, TypeVar

import numpy as np

from .activations import Activation
from .arrays import (
    Array,
    Array1D,
    Array2D,
    Matrix,
    Vector,
    Width,
    as_array,
    as_arrays,
    as_matrices,
    as_matrix,
    as_vector,
)
from .costs import OutputCost
from .kernels import bias_gradient, layer_error, layer_forward, output_error, weight_gradient

__all__ = ["ForwardPass", "Gradient", "backprop", "forward", "mean_cost"]

B = TypeVar("B", bound=int)
Weights: TypeAlias = Sequence[Matrix[Width, Width]]
Biases: TypeAlias = Sequence[Vector[Width]]


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

    nabla_w: list[Array2D]
    nabla_b: list[Array1D]


def forward(
    weights: Weights, biases: Biases, x: Matrix[B, Width], hidden: Activation, cost: OutputCost
) -> ForwardPass:
    """Return zs and activations of the batch x; ``activations[0]`` is x."""
    last = len(weights) - 1
    zs: list[Matrix[B, Width]] = [as_matrix(_nothing(x, len(x), 0))]
    activations: list[Matrix[B, Width]] = [x]
    for l in range(1, last + 1):
        zs.append(layer_forward(weights[l], biases[l], activations[l - 1]))
        activation = cost.output if l == last else hidden
        activations.append(activation.apply(zs[l]))
    return ForwardPass(as_arrays(zs), as_arrays(activations))


def mean_cost(
    weights: Weights, z: Matrix[B, Width], y: Matrix[B, Width], cost: OutputCost, l2: float
) -> Any:
    """Return C for last weighted inputs z: the mean over the batch, and the l2 penalty."""
    mean = cost.values(z, y).sum() / len(y)
    if not l2:
        return mean
    return mean + l2 * sum((w * w).sum() for w in weights[1:]) / 2


def backprop(
    weights: Weights,
    forward_pass: ForwardPass,
    y: Matrix[B, Width],
    hidden: Activation,
    cost: OutputCost,
    l2: float,
) -> Gradient:
    """Return the gradient of the cost of a batch from its forward pass and its targets."""
    zs: list[Matrix[B, Width]] = as_matrices(forward_pass.zs)
    activations: list[Matrix[B, Width]] = as_matrices(forward_pass.activations)
    last = len(weights) - 1
    x = activations[0]
    inputs = as_array(x).shape[1]
    nabla_w: list[Matrix[Width, Width]] = [as_matrix(_nothing(x, inputs, 0))] * (last + 1)
    nabla_b: list[Vector[Width]] = [as_vector(_nothing(x, 0))] * (last + 1)

    delta = output_error(cost, zs[last], y)  # BP1
    for l in range(last, 0, -1):
        if l < last:
            delta = layer_error(weights[l + 1], delta, hidden.slope(zs[l]))  # BP2
        nabla_b[l] = bias_gradient(delta)  # BP3
        nabla_w[l] = weight_gradient(delta, activations[l - 1])  # BP4
        if l2:
            nabla_w[l] = nabla_w[l] + l2 * weights[l]
    return Gradient(as_arrays(nabla_w), as_arrays(nabla_b))


def _nothing(x: Matrix[B, Width], *shape: int) -> Array:
    """Return an empty array for layer 0, of the dtype of x."""
    return np.empty(shape, as_array(x).dtype)
