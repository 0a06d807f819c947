"""What a law is tried on: the parameters of a network, and a batch."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

__all__ = ["Array", "Case", "Parameters"]

Array: TypeAlias = npt.NDArray[Any]


@dataclasses.dataclass(repr=False, eq=False)
class Parameters:
    """
    Weights and biases in canonical form: lists with one entry for each layer, layer 0 empty.

    Parameters
    ----------
    sizes : sequence of int
        Neurons of each layer, input layer first.
    weights : sequence of array_like
        ``weights[l]`` of shape ``(sizes[l], sizes[l-1])``; ``weights[0]`` is not read.
    biases : sequence of array_like
        ``biases[l]`` of shape ``(sizes[l],)``; ``biases[0]`` is not read.

    Raises
    ------
    ValueError
        If the lists are not as long as `sizes`, or an array has another number of entries.

    Examples
    --------
    >>> Parameters([1, 2], [[], [[1, 1]]], [[], [0, 0]]).weights[1].shape
    (2, 1)
    >>> twin = Parameters([1, 1], [[], [[2.0]]], [[], [0.0]]).copy()
    >>> twin.last, twin.weights[twin.last]
    (1, array([[2.]]))
    """

    sizes: Sequence[int]
    weights: Sequence[Any]
    biases: Sequence[Any]

    def __post_init__(self) -> None:
        self.sizes = tuple(int(n) for n in self.sizes)
        for name, arrays in (("weights", self.weights), ("biases", self.biases)):
            if len(arrays) != len(self.sizes):
                msg = (
                    f"`{name}` must have an entry for each of {len(self.sizes)} layers, it has "
                    f"{len(arrays)}"
                )
                raise ValueError(msg)
        n = self.sizes
        pairs = range(1, len(n))
        self.weights = [np.empty((n[0], 0))] + [
            _numbers(self.weights[l]).reshape(n[l], n[l - 1]) for l in pairs
        ]
        self.biases = [np.empty(0)] + [_numbers(self.biases[l]).reshape(n[l]) for l in pairs]

    @property
    def last(self) -> int:
        """Index of the output layer."""
        return len(self.sizes) - 1

    def copy(self) -> Parameters:
        """
        Return the same parameters in arrays of their own.

        Returns
        -------
        case.Parameters
            Equal, and sharing no memory.
        """
        return Parameters(
            self.sizes, [w.copy() for w in self.weights], [b.copy() for b in self.biases]
        )


@dataclasses.dataclass(repr=False, eq=False)
class Case:
    """
    A network's parameters, a batch, and a seed for whatever else a law draws.

    Printed, it is an expression that makes it again.

    Parameters
    ----------
    sizes : sequence of int
        As of `Parameters`.
    weights, biases : sequence of array_like
        As of `Parameters`, and of the same shapes.
    x : array_like of shape (batch, sizes[0])
        Examples, as rows.
    y : array_like of shape (batch, sizes[-1])
        Their targets.
    seed : int
        Of `rng`.

    Raises
    ------
    ValueError
        If shapes do not fit `sizes`.

    Examples
    --------
    >>> Case([1, 1], [[], [[2.0]]], [[], [0.0]], x=[[1.0]], y=[[1.0]])
    Case(sizes=[1, 1], weights=[[], [[2.0]]], biases=[[], [0.0]], x=[[1.0]], y=[[1.0]], seed=0)
    >>> case = Case([1, 1], [[], [[2.0]]], [[], [0.0]], x=[[1.0]], y=[[1.0]])
    >>> case.batch, case.parameters.sizes, case.replaced(seed=3).seed
    (1, (1, 1), 3)
    >>> int(case.rng().integers(9)) == int(case.rng().integers(9))
    True
    """

    sizes: Sequence[int]
    weights: Sequence[Any]
    biases: Sequence[Any]
    x: Any
    y: Any
    seed: int = 0

    def __post_init__(self) -> None:
        parameters = Parameters(self.sizes, self.weights, self.biases)
        self.sizes = parameters.sizes
        self.weights, self.biases = parameters.weights, parameters.biases
        self.x = _numbers(self.x).reshape(-1, self.sizes[0])
        self.y = _numbers(self.y).reshape(-1, self.sizes[-1])
        if len(self.x) != len(self.y):
            msg = f"`x` has {len(self.x)} rows, but `y` has {len(self.y)}"
            raise ValueError(msg)

    @property
    def parameters(self) -> Parameters:
        """Weights and biases alone."""
        return Parameters(self.sizes, self.weights, self.biases)

    @property
    def batch(self) -> int:
        """Number of examples."""
        return len(self.x)

    def rng(self) -> np.random.Generator:
        """
        Return a generator for what a law draws beyond the case.

        Returns
        -------
        numpy.random.Generator
            A new one, of the same seed in each call.
        """
        return np.random.default_rng(self.seed)

    def replaced(self, **changes: Any) -> Case:
        """
        Return the case with other values in some places.

        Parameters
        ----------
        **changes : Any
            As the parameters of the class.

        Returns
        -------
        Case
            A new one; this one is not modified.
        """
        return dataclasses.replace(self, **changes)

    def __repr__(self) -> str:
        weights = [[], *(w.tolist() for w in self.weights[1:])]
        biases = [[], *(b.tolist() for b in self.biases[1:])]
        return (
            f"Case(sizes={list(self.sizes)}, weights={weights}, biases={biases}, "
            f"x={self.x.tolist()}, y={self.y.tolist()}, seed={self.seed})"
        )


def _numbers(value: Any) -> Array:
    """Return an array, of floats where integers are written; foreign numbers stay."""
    array: Array = np.asanyarray(value)
    if array.dtype.kind in "biu":
        array = array.astype(float)
    return array
