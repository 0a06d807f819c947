"""
Activations as textbooks define them, on plain floats.

Nothing here shares a line with nncore's core or with any network under test. Definitions after
M. Nielsen, "Neural Networks and Deep Learning", Determination Press, 2015, chapters 1 to 3;
leaky_relu after Maas, Hannun, Ng (ICML 2013), softplus after Dugas et al. (NIPS 2000).
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Sequence
from typing import TypeAlias

__all__ = ["ACTIVATIONS", "COSTS", "Activation", "Row", "log_sum", "softmax", "softplus"]

Row: TypeAlias = list[float]
Function: TypeAlias = Callable[[float], float]


@dataclasses.dataclass(frozen=True)
class Activation:
    """
    An activation of a single neuron; slopes and curvatures are at most 1.

    Parameters
    ----------
    function, prime : callable
        From z to the activation, and to its derivative.
    is_linear : bool
        Whether it is computed without rounding but for a factor, piece by piece.
    has_kink : bool
        Whether the derivative jumps at 0.
    is_bounded : bool
        Whether no activation is larger than 1.
    """

    function: Function
    prime: Function
    is_linear: bool = False
    has_kink: bool = False
    is_bounded: bool = False


def _sigmoid(z: float) -> float:
    """Return 1 / (1 + e^-z)."""
    return 1 / (1 + math.exp(-z)) if z >= 0 else math.exp(z) / (1 + math.exp(z))


def _sigmoid_prime(z: float) -> float:
    """Return sigma(z) sigma(-z)."""
    return _sigmoid(z) * _sigmoid(-z)


def _tanh_prime(z: float) -> float:
    """Return 1 - tanh(z)^2, which is 4 sigma(2z) sigma(-2z)."""
    return 4 * _sigmoid_prime(2 * z)


def softplus(z: float) -> float:
    """
    Return ln(1 + e^z).

    Parameters
    ----------
    z : float
        Any number.

    Returns
    -------
    float
        Without overflow.
    """
    return max(z, 0.0) + math.log1p(math.exp(-abs(z)))


#: Every activation of which there is an independent definition, but for softmax.
ACTIVATIONS = {
    "sigmoid": Activation(_sigmoid, _sigmoid_prime, is_bounded=True),
    "tanh": Activation(math.tanh, _tanh_prime, is_bounded=True),
    "relu": Activation(
        lambda z: max(z, 0.0), lambda z: float(z > 0), is_linear=True, has_kink=True
    ),
    "leaky_relu": Activation(
        lambda z: z if z > 0 else z / 100,
        lambda z: 1.0 if z > 0 else 0.01,
        is_linear=True,
        has_kink=True,
    ),
    "softplus": Activation(softplus, _sigmoid),
    "identity": Activation(lambda z: z, lambda _: 1.0, is_linear=True),
}

#: Every cost of which there is an independent definition.
COSTS = ("quadratic", "cross_entropy")


def softmax(z: Sequence[float]) -> Row:
    """
    Return e^z_j / sum_k e^z_k.

    Parameters
    ----------
    z : sequence of float
        Weighted inputs of one example.

    Returns
    -------
    list of float
        They sum to 1.
    """
    powers = [math.exp(v - max(z)) for v in z]
    return [power / sum(powers) for power in powers]


def log_sum(z: Sequence[float]) -> float:
    """
    Return ln sum_k e^z_k.

    Parameters
    ----------
    z : sequence of float
        Weighted inputs of one example.

    Returns
    -------
    float
        Without overflow.
    """
    return max(z) + math.log(sum(math.exp(v - max(z)) for v in z))
