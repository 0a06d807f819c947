"""What steps of gradient descent should do, by the user's own gradient."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from ..case import Array, Parameters
from ..failure import Failure, assert_close
from ..subject import Subject
from ..tolerance import Bounds, gradient_bounds, roundoff
from .results import named

__all__ = ["Course", "assert_reached", "is_reached"]

#: Operations that round in ``w - learning_rate * nabla_w``, and those of other ways to write it.
ROUNDED = 8
#: By how much the rounding of a gradient may grow along a short course.
SAFETY = 8


@dataclasses.dataclass(frozen=True)
class Course:
    """
    Where steps of gradient descent lead, and how far rounding may lead astray.

    Parameters
    ----------
    net : Subject
        The implementation; the network itself is not touched.
    parameters : Parameters
        Course so far.
    owed : Bounds
        What the gradient owes to rounding, by layer, of weights and of biases.
    bounds : dict of str to float
        How far each array may be off, by name.
    """

    net: Subject
    parameters: Parameters
    owed: Bounds
    bounds: dict[str, float]

    @classmethod
    def at(cls, net: Subject, parameters: Parameters, x: Array, y: Array) -> Course:
        """
        Return the course that begins at parameters.

        Parameters
        ----------
        net : Subject
            The implementation; the network itself is not touched.
        parameters : Parameters
            Not modified.
        x, y : ndarray
            All examples that the course will see.

        Returns
        -------
        Course
            Without any step.
        """
        owed = gradient_bounds(net.another(parameters), x, y)
        # A part of the examples may owe as much as all of them, undivided.
        owed = [(len(x) * SAFETY * w, len(x) * SAFETY * b) for w, b in owed]
        return cls(net, parameters, owed, dict.fromkeys(named(parameters), 0.0))

    def step(self, x: Array, y: Array, learning_rate: float) -> Course:
        """
        Return the course after a step by the gradient of a new network.

        Parameters
        ----------
        x, y : ndarray
            Batch of the step.
        learning_rate : float
            In ``w - learning_rate * nabla_w``.

        Returns
        -------
        Course
            A new one.
        """
        new = self.net.another(self.parameters)
        gradient, own = new.gradient(x, y), new.parameters()
        slopes, bounds = named(gradient), {}
        unit = roundoff(new, *slopes.values())
        for name, array in named(own).items():
            owed = self.owed[_layer(name)][name.startswith("biases")]
            size = _largest(array) + learning_rate * _largest(slopes[name])
            bounds[name] = 2 * self.bounds[name] + learning_rate * owed + ROUNDED * unit * size
        parameters = Parameters(
            own.sizes,
            _moved(own.weights, gradient.weights, learning_rate),
            _moved(own.biases, gradient.biases, learning_rate),
        )
        return dataclasses.replace(self, parameters=parameters, bounds=bounds)


def assert_reached(when: str, net: Subject, expected: Course) -> None:
    """
    Raise unless a network has the parameters that steps lead to, up to rounding.

    Parameters
    ----------
    when : str
        Begins the message.
    net : Subject
        The network.
    expected : Course
        The course that it should have taken.

    Raises
    ------
    Failure
        With the first array that differs.
    """
    __tracebackhide__ = True
    there = named(net.parameters())
    for name, array in named(expected.parameters).items():
        assert_close(f"{when}: {name}", there[name], array, expected.bounds[name])


def is_reached(net: Subject, expected: Course) -> bool:
    """
    Return whether a network has the parameters that steps lead to, up to rounding.

    Parameters
    ----------
    net : Subject
        The network.
    expected : Course
        The course that it should have taken.

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


def _moved(
    arrays: Sequence[Array], gradient: Sequence[Array], learning_rate: float
) -> list[Array]:
    """Return arrays after a step, layer 0 as it is."""
    pairs = zip(arrays[1:], gradient[1:], strict=True)
    return [arrays[0], *(array - learning_rate * nabla for array, nabla in pairs)]


def _layer(name: str) -> int:
    """Return the layer in a name such as ``weights[2]``."""
    return int(name.partition("[")[2][:-1])


def _largest(array: Array) -> float:
    """Return the largest size of an entry."""
    return float(np.abs(array).max())
