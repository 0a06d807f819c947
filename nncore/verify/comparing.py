"""Compare outputs and gradients of networks, and say of which layer an entry is wrong."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .case import Array, Parameters
from .failure import assert_close
from .tolerance import Bounds

__all__ = ["assert_gradients", "is_finite", "together", "without_penalty"]


def is_finite(*results: Array | Parameters) -> bool:
    """
    Return whether results hold neither NaN nor infinity.

    Parameters
    ----------
    *results : ndarray or Parameters
        Outputs, costs, gradients.

    Returns
    -------
    bool
        False where other laws than those of rearrangement must speak.
    """
    arrays: list[Array] = []
    for result in results:
        if isinstance(result, Parameters):
            arrays += [*result.weights[1:], *result.biases[1:]]
        else:
            arrays.append(result)
    return all(bool(np.isfinite(np.asarray(array, float)).all()) for array in arrays)


def assert_gradients(
    got: Parameters, expected: Parameters, bounds: Bounds | Parameters, *, name: str = ""
) -> None:
    """
    Raise unless two gradients agree within bounds.

    Parameters
    ----------
    got, expected : Parameters
        Of the same sizes.
    bounds : list of pairs, or Parameters
        By layer, of weights and of biases.
    name : str
        What is said before the entry.

    Raises
    ------
    Failure
        With the worst entry of the first layer that differs, from the output on: errors of
        later layers spread to earlier ones.
    """
    __tracebackhide__ = True
    if isinstance(bounds, Parameters):
        pairs = list(zip(bounds.weights, bounds.biases, strict=True))
    else:
        pairs = list(bounds)
    lead = f"{name}, the" if name else "the"
    for l in range(expected.last, 0, -1):
        bound_w, bound_b = pairs[l]
        parts = (
            ("biases", got.biases, expected.biases, bound_b),
            ("weights", got.weights, expected.weights, bound_w),
        )
        for kind, mine, right, bound in parts:
            assert_close(f"{lead} gradient of {kind}[{l}]", mine[l], right[l], bound)


def together(gradients: Sequence[tuple[float, Parameters]]) -> Parameters:
    """
    Return a sum of gradients, each times a factor.

    Parameters
    ----------
    gradients : sequence of pairs
        Factor and gradient.

    Returns
    -------
    sum : Parameters
        In float64.
    """
    _, first = gradients[0]

    def summed(kind: str) -> list[Array]:
        lists = [[np.asarray(a, float) for a in getattr(g, kind)] for _, g in gradients]
        factors = [factor for factor, _ in gradients]
        return [
            np.asarray(sum(f * a for f, a in zip(factors, layer, strict=True)))
            for layer in zip(*lists, strict=True)
        ]

    return Parameters(first.sizes, summed("weights"), summed("biases"))


def without_penalty(
    got: Parameters, expected: Parameters, parameters: Parameters
) -> Parameters:
    """
    Return a gradient less the multiple of the weights by which it exceeds another.

    Parameters
    ----------
    got, expected : Parameters
        Gradients.
    parameters : Parameters
        Of which the weights may be punished.

    Returns
    -------
    gradient : Parameters
        `got` without the penalty that explains most of the difference.
    """
    difference = together([(1.0, got), (-1.0, expected)])
    pairs = list(zip(difference.weights[1:], parameters.weights[1:], strict=True))
    squares = sum(float((w * w).sum()) for _, w in pairs)
    product = sum(float((d * w).sum()) for d, w in pairs)
    l2 = max(product / squares, 0.0) if squares else 0.0
    penalty = Parameters(got.sizes, parameters.weights, [0 * b for b in parameters.biases])
    return together([(1.0, got), (-l2, penalty)])
