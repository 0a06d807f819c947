"""Networks made of others: units in other places, split, left out, scaled; layers joined."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .case import Array, Parameters

__all__ = [
    "composed",
    "permuted",
    "scaled_unit",
    "split_unit",
    "with_layer",
    "without_outgoing",
    "without_unit",
]


def _lists(p: Parameters) -> tuple[list[Array], list[Array]]:
    """Return copies of weights and biases in float64."""
    return [w.astype(float) for w in p.weights], [b.astype(float) for b in p.biases]


def permuted(p: Parameters, orders: Sequence[Array]) -> Parameters:
    """
    Return parameters with the units of each layer in another order.

    Parameters
    ----------
    p : Parameters
        Parameters or a gradient; not modified.
    orders : sequence of ndarray of int
        By layer, layer 0 are the inputs.

    Returns
    -------
    Parameters
        Unit j of layer l is the former ``orders[l][j]``.
    """
    weights = [p.weights[l][np.ix_(orders[l], orders[l - 1])] for l in range(1, len(p.sizes))]
    biases = [p.biases[l][orders[l]] for l in range(1, len(p.sizes))]
    return Parameters(p.sizes, [[], *weights], [[], *biases])


def split_unit(p: Parameters, l: int, j: int) -> Parameters:
    """
    Return parameters with a copy of a hidden unit, and halves of its outgoing weights.

    Parameters
    ----------
    p : Parameters
        Not modified.
    l, j : int
        Hidden layer, and unit in it.

    Returns
    -------
    Parameters
        Of a network that computes the same; the copy is the last unit of layer l.
    """
    weights, biases = _lists(p)
    weights[l] = np.vstack([weights[l], weights[l][j : j + 1]])
    biases[l] = np.append(biases[l], biases[l][j])
    half = weights[l + 1][:, j : j + 1] / 2
    weights[l + 1] = np.hstack([weights[l + 1], half])
    weights[l + 1][:, j : j + 1] = half
    sizes = [n + (k == l) for k, n in enumerate(p.sizes)]
    return Parameters(sizes, weights, biases)


def without_outgoing(p: Parameters, l: int, j: int) -> Parameters:
    """
    Return parameters in which nothing leaves a hidden unit.

    Parameters
    ----------
    p : Parameters
        Not modified.
    l, j : int
        Hidden layer, and unit in it.

    Returns
    -------
    Parameters
        With zeros for its outgoing weights.
    """
    weights, biases = _lists(p)
    weights[l + 1][:, j] = 0
    return Parameters(p.sizes, weights, biases)


def without_unit(p: Parameters, l: int, j: int) -> Parameters:
    """
    Return parameters without a hidden unit.

    Parameters
    ----------
    p : Parameters
        Not modified.
    l, j : int
        Hidden layer of two or more units, and unit in it.

    Returns
    -------
    Parameters
        Of a network with one unit less.
    """
    weights, biases = _lists(p)
    weights[l], biases[l] = np.delete(weights[l], j, axis=0), np.delete(biases[l], j)
    weights[l + 1] = np.delete(weights[l + 1], j, axis=1)
    return Parameters([n - (k == l) for k, n in enumerate(p.sizes)], weights, biases)


def with_layer(p: Parameters, l: int) -> Parameters:
    """
    Return parameters with a layer that passes on the activations of layer l.

    Parameters
    ----------
    p : Parameters
        Not modified.
    l : int
        Hidden layer.

    Returns
    -------
    Parameters
        With an identity matrix and no biases after layer l.
    """
    weights, biases = _lists(p)
    weights.insert(l + 1, np.eye(p.sizes[l]))
    biases.insert(l + 1, np.zeros(p.sizes[l]))
    sizes = [*p.sizes[: l + 1], p.sizes[l], *p.sizes[l + 1 :]]
    return Parameters(sizes, weights, biases)


def scaled_unit(p: Parameters, l: int, j: int, into: float, out: float) -> Parameters:
    """
    Return parameters with factors at a hidden unit.

    Parameters
    ----------
    p : Parameters
        Parameters, or a gradient with the inverse factors; not modified.
    l, j : int
        Hidden layer, and unit in it.
    into, out : float
        Of its incoming weights and its bias, and of its outgoing weights.

    Returns
    -------
    Parameters
        Of the same sizes.
    """
    weights, biases = _lists(p)
    weights[l][j] *= into
    biases[l][j] *= into
    weights[l + 1][:, j] *= out
    return Parameters(p.sizes, weights, biases)


def composed(first: Parameters, second: Parameters) -> Parameters:
    """
    Return the parameters of two networks one after the other.

    Parameters
    ----------
    first, second : Parameters
        The second has as many inputs as the first has outputs.

    Returns
    -------
    Parameters
        Of the network that applies the first, then the second.
    """
    return Parameters(
        [*first.sizes, *second.sizes[1:]],
        [*first.weights, *second.weights[1:]],
        [*first.biases, *second.biases[1:]],
    )
