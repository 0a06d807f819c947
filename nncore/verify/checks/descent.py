"""What steps of gradient descent should do, by the user's own gradient."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from ..case import Array, Case, Parameters
from ..failure import Failure, assert_close
from ..subject import Subject
from ..tolerance import gradient_bounds, roundoff
from .results import named

__all__ = ["Reached", "assert_reached", "descended", "is_reached", "start"]

#: Operations that round in ``w - learning_rate * nabla_w``, and those of other ways to write it.
ROUNDED = 8
#: What a later step makes of the rounding of those before: steps are short.
SAFETY = 8


@dataclasses.dataclass(frozen=True)
class Reached:
    """
    Parameters after steps, and how far rounding may have moved them.

    Parameters
    ----------
    parameters : Parameters
        What the network should have.
    bounds : dict of str to float
        For each array by name.
    """

    parameters: Parameters
    bounds: dict[str, float]


def start(case: Case) -> Reached:
    """
    Return the parameters of a case, exactly.

    Parameters
    ----------
    case : Case
        Not modified.

    Returns
    -------
    Reached
        Before any step.
    """
    return Reached(case.parameters, dict.fromkeys(named(case.parameters), 0.0))


def descended(
    net: Subject, before: Reached, x: Array, y: Array, learning_rate: float
) -> Reached:
    """
    Return where a step of gradient descent leads, by the gradient of a new network.

    Parameters
    ----------
    net : Subject
        Its implementation; the network itself is not touched.
    before : Reached
        Where the step begins.
    x, y : ndarray
        Batch of the step.
    learning_rate : float
        In ``w - learning_rate * nabla_w``.

    Returns
    -------
    Reached
        A new one.
    """
    new = net.another(before.parameters)
    gradient, parameters = new.gradient(x, y), new.parameters().copy()
    unit = roundoff(new, *named(gradient).values())
    own = named(parameters)
    slopes, bounds = named(gradient), {}
    pairs = gradient_bounds(new, x, y)
    for name, array in own.items():
        owed = pairs[_layer(name)][name.startswith("biases")]
        size = _largest(array) + learning_rate * _largest(slopes[name])
        step = learning_rate * owed + ROUNDED * unit * size
        bounds[name] = SAFETY * before.bounds[name] + step
    weights = [w - learning_rate * g for w, g in _pairs(parameters.weights, gradient.weights)]
    biases = [b - learning_rate * g for b, g in _pairs(parameters.biases, gradient.biases)]
    return Reached(Parameters(parameters.sizes, weights, biases), bounds)


def assert_reached(when: str, net: Subject, expected: Reached) -> None:
    """
    Raise unless a network has the parameters that steps lead to, up to rounding.

    Parameters
    ----------
    when : str
        Begins the message.
    net : Subject
        The network.
    expected : Reached
        From `descended`.

    Raises
    ------
    Failure
        With the first array that differs.
    """
    __tracebackhide__ = True
    there = named(net.parameters())
    for name, array in named(expected.parameters).items():
        assert_close(f"{when}: {name}", there[name], array, expected.bounds[name])


def is_reached(net: Subject, expected: Reached) -> bool:
    """
    Return whether a network has the parameters that steps lead to, up to rounding.

    Parameters
    ----------
    net : Subject
        The network.
    expected : Reached
        From `descended`.

    Returns
    -------
    bool
        What `assert_reached` would not complain about.
    """
    try:
        assert_reached("", net, expected)
    except Failure:
        return False
    return True


def _pairs(parameters: Sequence[Array], gradient: Sequence[Array]) -> list[tuple[Array, Array]]:
    """Return arrays with their derivatives, layer 0 without any."""
    return list(zip(parameters, [parameters[0] * 0, *gradient[1:]], strict=True))


def _layer(name: str) -> int:
    """Return the layer in a name such as ``weights[2]``."""
    return int(name.partition("[")[2][:-1])


def _largest(array: Array) -> float:
    """Return the largest size of an entry."""
    return float(np.abs(array).max())
