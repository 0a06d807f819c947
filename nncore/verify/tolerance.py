"""
How far rounding may move the results of a network of which nothing is known.

What rounding does inside is measured, not assumed: weights, biases and inputs are moved by a few
units of roundoff, up and down, and what the results do then is what rounding may do to them.
For a product of a matrix and a vector that is the backward error of N. Higham, "Accuracy and
Stability of Numerical Algorithms", SIAM 2002, section 3.5. An activation near saturation hides
its own rounding from that, so an absolute part is added, which assumes slopes of at most 1.

Where a network is declared to be made of sums and products alone, and the numbers are multiples
of a power of two of few enough bits, nothing is rounded, and the bounds are 0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

import numpy as np

from .access import as_array
from .case import Array, Parameters
from .subject import Subject

__all__ = ["DOUBLE", "Bounds", "cost_bound", "gradient_bounds", "output_bound", "roundoff"]

#: Unit roundoff of float64.
DOUBLE = 2.0**-53
SINGLE = 2.0**-24
#: By how many units each number is moved, and how often, up and down.
MOVED = 16
TIMES = 2
#: What other orders of summation may do beyond what was measured.
SAFETY = 8
#: Bits after the binary point of numbers that count as exact.
FRACTION = 8

#: Bounds on the gradient by layer, of all weights and of all biases; layer 0 has none.
Bounds: TypeAlias = list[tuple[float, float]]
Quantity: TypeAlias = Callable[[Subject, Array], list[Array]]


def roundoff(net: Subject, *results: Array) -> float:
    """
    Return the unit roundoff of the floats in which an implementation computes.

    Parameters
    ----------
    net : Subject
        Of which the parameters are looked at.
    *results : ndarray
        What it returned.

    Returns
    -------
    float
        Of the least precise floats among parameters and results; of float32 as well where all
        results are numbers of float32, though kept in float64.
    """
    own = net.parameters()
    arrays = [as_array(a) for a in (*own.weights[1:], *own.biases[1:], *results)]
    units = [np.finfo(a.dtype).eps / 2 for a in arrays if a.dtype.kind == "f"]
    units += [SINGLE for a in results if _is_single(a)]
    return float(max(units, default=DOUBLE))


def _is_single(array: Array) -> bool:
    """Whether numbers that need many bits are all those of float32."""
    numbers = np.asarray(array, float)
    with np.errstate(all="ignore"):
        fits = numbers.astype(np.float32).astype(float) == numbers
        long = (np.frexp(numbers)[0] * 2.0**16) % 1 != 0
    return bool(fits.all() and long.any())


def output_bound(net: Subject, x: Array) -> float:
    """
    Return how far rounding may move the outputs.

    Parameters
    ----------
    net : Subject
        The network.
    x : ndarray of shape (batch, sizes[0])
        Examples.

    Returns
    -------
    float
        For every output alike; 0 where nothing is rounded, infinite where that is not known.
    """
    outputs = net.predict(x)
    unit = roundoff(net, outputs)
    if unit == DOUBLE and is_exact(net, x):
        return 0.0
    measured = _measured(net, x, unit, lambda net, x: [net.predict(x)])[0]
    return _known(measured + MOVED * unit * _noise(net.parameters())[0])


def cost_bound(net: Subject, x: Array, y: Array) -> float:
    """
    Return how far rounding may move the cost.

    Parameters
    ----------
    net : Subject
        The network.
    x, y : ndarray
        Examples and targets.

    Returns
    -------
    float
        Infinite where that is not known.
    """
    a = net.predict(x).astype(float)
    unit = roundoff(net, a)
    measured = _measured(net, x, unit, lambda net, x: [np.asarray(net.cost(x, y), float)])[0]
    off = abs(a) + abs(y)
    if ((a >= 0) & (a <= 1)).all():  # there may be a logarithm
        with np.errstate(divide="ignore", invalid="ignore"):
            off = off + np.where(y == 0, 0, abs(y) / a) + np.where(y == 1, 0, 1 / (1 - a))
    noise = MOVED * unit * (1 + _noise(net.parameters())[0])
    return _known(measured + noise * float(off.sum()))


def gradient_bounds(net: Subject, x: Array, y: Array) -> Bounds:
    """
    Return how far rounding may move the gradient.

    Parameters
    ----------
    net : Subject
        The network.
    x, y : ndarray
        Examples and targets.

    Returns
    -------
    list of pairs of float
        By layer, for all weights and for all biases alike; 0 where nothing is rounded, infinite
        where that is not known.
    """

    def quantity(net: Subject, x: Array) -> list[Array]:
        gradient = net.gradient(x, y)
        return [*gradient.weights[1:], *gradient.biases[1:]]

    unit = roundoff(net, *quantity(net, x))
    last = len(net.sizes) - 1
    if unit == DOUBLE and is_exact(net, x, y):
        return [(0.0, 0.0)] * (last + 1)
    measured = _measured(net, x, unit, quantity)
    a = net.predict(x).astype(float) if "outputs" in net.traits.offers else np.ones(1)
    factor = MOVED * unit * (1 + _largest(a) + _largest(y))
    factor *= 1 if net.adapter.reduction == "mean" else len(x)
    sizes, noise = _sizes(net, x), _noise(net.parameters())
    bounds = [(0.0, 0.0)]
    for l in range(1, last + 1):
        w, b = measured[l - 1], measured[last + l - 1]
        # An error of an activation anywhere may turn each slope on the way.
        every = factor * noise[l] * (1 + noise[0])
        bounds.append((_known(w + every * (1 + sizes[l - 1])), _known(b + every)))
    return bounds


def is_exact(net: Subject, x: Array, y: Array | None = None) -> bool:
    """
    Return whether a network is declared to be made of sums and products that round nothing.

    Parameters
    ----------
    net : Subject
        The network.
    x : ndarray of shape (batch, sizes[0])
        Examples.
    y : ndarray of shape (batch, sizes[-1]), optional
        Targets, where its gradient is meant and not its outputs.

    Returns
    -------
    bool
        Whether outputs, or gradient, are the same whatever the order of summation.
    """
    said, p = net.adapter.declares, net.parameters()
    if not {said.get("hidden"), said.get("output")} <= {"identity", "relu"}:
        return False
    arrays = [x, *p.weights[1:], *p.biases[1:], *([] if y is None else [y])]
    if any(((a.astype(float) * 2.0**FRACTION) % 1).any() for a in arrays):
        return False
    # The largest number that occurs, in units of the last place of what is summed.
    bits = 2.0 ** _fraction(arrays)
    sizes = [float(abs(x).max())]
    for w, b in zip(p.weights[1:], p.biases[1:], strict=True):
        sizes.append(float((abs(w).sum(axis=1) * sizes[-1] + abs(b)).max()))
    if y is None:
        return sizes[-1] * bits ** len(sizes) < 1 / DOUBLE
    is_quadratic = said.get("cost") == "quadratic" and said.get("l2") == 0
    if not is_quadratic or len(x) & (len(x) - 1):
        return False
    error = sizes[-1] + float(abs(y).max())
    for w in p.weights[1:]:
        error *= max(1.0, float(abs(w).sum(axis=0).max()))
    # A batch is summed and divided, a square differentiated.
    return 8 * len(x) * error * max(sizes) * bits ** (2 * len(sizes)) < 1 / DOUBLE


def _fraction(arrays: list[Array]) -> int:
    """Return how many bits after the binary point the numbers need."""
    return next(
        bits
        for bits in range(FRACTION + 1)
        if not any(((a.astype(float) * 2.0**bits) % 1).any() for a in arrays)
    )


def _measured(net: Subject, x: Array, unit: float, quantity: Quantity) -> list[float]:
    """Return what moving all numbers by a few units does to results, and their own rounding."""
    found = quantity(net, x)
    most = [MOVED * unit * _largest(a) for a in found]
    for parameters, rows in _moved(net, x, unit):
        changed = quantity(net.another(parameters), rows)
        with np.errstate(all="ignore"):
            change = [_largest(a - b) for a, b in zip(changed, found, strict=True)]
        most = [float(np.maximum(*pair)) for pair in zip(most, change, strict=True)]
    return [SAFETY * each for each in most]


def _moved(net: Subject, x: Array, unit: float) -> Iterator[tuple[Parameters, Array]]:
    """Yield parameters and examples a few units beside their own, and opposite to that."""
    own, rng = net.parameters(), np.random.default_rng(0)
    for _ in range(TIMES):
        arrays = [np.asarray(a, float) for a in (*own.weights, *own.biases, x)]
        steps = [a * MOVED * unit * rng.choice([-1.0, 1.0], a.shape) for a in arrays]
        for sign in (1, -1):
            *moved, rows = (a + sign * s for a, s in zip(arrays, steps, strict=True))
            count = len(own.sizes)
            yield Parameters(own.sizes, moved[:count], moved[count:]), rows


def _noise(p: Parameters) -> list[float]:
    """Return by how much errors of 1 in the activations of layers l and later may grow."""
    noise = [1.0]
    for w in p.weights[:0:-1]:
        size = max(_largest(abs(w.astype(float)).sum(axis=axis)) for axis in (0, 1))
        noise.insert(0, 1 + noise[0] * max(1.0, size))
    return noise


def _sizes(net: Subject, x: Array) -> list[float]:
    """Return how large the activations of each layer may be."""
    sizes, p = [_largest(x)], net.parameters()
    for w, b in zip(p.weights[1:], p.biases[1:], strict=True):
        z = abs(w.astype(float)).sum(axis=1) * sizes[-1] + abs(b.astype(float))
        is_bounded = net.adapter.declares.get("hidden") in {"sigmoid", "tanh"}
        sizes.append(1.0 if is_bounded else 1 + _largest(z))
    return sizes


def _largest(array: Array) -> float:
    """Return the largest size of an entry; NaN if there is one."""
    return float(np.max(np.abs(np.asarray(array, float))))


def _known(bound: float) -> float:
    """Return a bound, infinite if it was not found."""
    return bound if np.isfinite(bound) else np.inf
