"""Functions of textbooks that overflow where they are written as they are in textbooks."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np

__all__ = ["Array", "sigmoid", "softplus"]

#: An array of floats, or of whatever a judge computes with.
Array: TypeAlias = Any


def sigmoid(z: Array) -> Array:
    """
    Return 1 / (1 + e^-z) without overflow.

    Parameters
    ----------
    z : ndarray
        Weighted inputs, not modified.

    Returns
    -------
    ndarray
        Of the same shape.

    Examples
    --------
    >>> sigmoid(np.array([-1000.0, 0.0]))
    array([0. , 0.5])
    """
    e = np.exp(np.where(z.real < 0, z, -z))
    return np.where(z.real < 0, e, 1) / (1 + e)


def softplus(z: Array) -> Array:
    """
    Return log(1 + e^z) without overflow.

    Parameters
    ----------
    z : ndarray
        Weighted inputs, not modified.

    Returns
    -------
    ndarray
        Of the same shape.

    Examples
    --------
    >>> softplus(np.array([-1000.0, 1000.0]))
    array([   0., 1000.])
    """
    return np.where(z.real < 0, 0, z) + np.log1p(np.exp(np.where(z.real < 0, z, -z)))
