"""How an implementation arranges weights and biases, found out from the shapes of one network."""

from __future__ import annotations

import dataclasses
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np

from .access import AdapterError, as_array
from .case import Array, Parameters

__all__ = ["PROBE", "Arrangement", "flatten"]

#: Sizes for which no two arrays of parameters have the same number of entries.
PROBE = (3, 5, 4, 2)

#: "w" or "b", and the layer; layer 0 is a placeholder.
Place: TypeAlias = tuple[str, int]

ORDERS = (
    "weights, then biases",
    "biases, then weights",
    "weights and biases of each layer",
    "biases and weights of each layer",
)


@dataclasses.dataclass(frozen=True)
class Arrangement:
    """
    The order and orientation of arrays in a user's structure.

    Parameters
    ----------
    order : str
        One of `ORDERS`.
    weights0, biases0 : bool
        Whether there is an entry for layer 0.
    transposed : bool
        Whether weights are stored as ``(sizes[l-1], sizes[l])``.
    flat : bool
        Whether all entries stand in one vector.
    """

    order: str
    weights0: bool = False
    biases0: bool = False
    transposed: bool = False
    flat: bool = False

    @classmethod
    def of(cls, value: Any, role: str, layer0: bool | None = None) -> Arrangement:
        """
        Find out the arrangement of a structure made for the sizes `PROBE`.

        Parameters
        ----------
        value : Any
            Nested lists, tuples, dicts of arrays, or a vector.
        role : str
            What it is, for the error.
        layer0 : bool, optional
            Whether entries for layer 0 must, or must not, be there.

        Returns
        -------
        Arrangement
            The first that fits.

        Raises
        ------
        AdapterError
            If none fits.
        """
        leaves = [as_array(leaf) for leaf in flatten(value)]
        for arrangement in _candidates(layer0):
            if arrangement._fits(leaves):
                return arrangement
        shapes = ", ".join(str(leaf.shape) for leaf in leaves) or "none"
        msg = (
            f"{role}: for sizes {list(PROBE)} arrays of shapes {shapes} came; expected are "
            f"weights (5, 3), (4, 5), (2, 4), or all of them transposed, and biases of 5, 4, 2 "
            f"entries, with or without entries for layer 0"
        )
        raise AdapterError(msg)

    def places(self, sizes: Sequence[int]) -> list[Place]:
        """
        Return what stands where for a network of these sizes.

        Parameters
        ----------
        sizes : sequence of int
            Of the network.

        Returns
        -------
        list of pairs
            "w" or "b", and the layer, in the order of the leaves; layer 0 is a placeholder.
        """
        w = [("w", l) for l in range(0 if self.weights0 else 1, len(sizes))]
        b = [("b", l) for l in range(0 if self.biases0 else 1, len(sizes))]
        if "each layer" in self.order:
            both = w + b if self.order.startswith("weights") else b + w
            return sorted(both, key=lambda place: place[1])
        return w + b if self.order.startswith("weights") else b + w

    def canonical(self, value: Any, sizes: Sequence[int], role: str) -> Parameters:
        """
        Bring a user's structure to canonical form.

        Parameters
        ----------
        value : Any
            In this arrangement.
        sizes : sequence of int
            Of its network.
        role : str
            What it is, for the message.

        Returns
        -------

        Parameters
        ----------
            Arrays that may share memory with the user's.

        Raises
        ------
        AssertionError
            If it has another number of arrays or entries.
        """
        weights: list[Any] = [np.empty(0)] * len(sizes)
        biases: list[Any] = [np.empty(0)] * len(sizes)
        for (kind, l), leaf in zip(
            self.places(sizes), self.leaves(value, sizes, role), strict=True
        ):
            if not l:
                continue
            shape = self.shape((kind, l), sizes)
            array = as_array(leaf)
            if array.size != np.prod(shape):
                name = f"{'weights' if kind == 'w' else 'biases'}[{l}]"
                msg = f"{role}: {name} has shape {array.shape}, but should have {shape}"
                raise AssertionError(msg)
            array = array.reshape(shape)
            if kind == "w":
                weights[l] = array.T if self.transposed else array
            else:
                biases[l] = array
        return Parameters(sizes, weights, biases)

    def leaves(self, value: Any, sizes: Sequence[int], role: str) -> list[Any]:
        """
        Return the arrays of a user's structure, views into it if it is a vector.

        Parameters
        ----------
        value : Any
            In this arrangement.
        sizes : sequence of int
            Of its network.
        role : str
            What it is, for the message.

        Returns
        -------
        list
            As many as `places` tells.

        Raises
        ------
        AssertionError
            If there are more or fewer.
        """
        found = list(flatten(value))
        places = self.places(sizes)
        if self.flat and len(found) == 1:
            vector = as_array(found[0])
            counts = [int(np.prod(self.shape(place, sizes))) for place in places]
            if vector.size == sum(counts):
                return np.split(vector.reshape(-1), np.cumsum(counts)[:-1])
            msg = f"{role}: the vector has {vector.size} entries, but should have {sum(counts)}"
            raise AssertionError(msg)
        if len(found) != len(places):
            msg = (
                f"{role}: {len(found)} arrays came for sizes {list(sizes)}, but there should "
                f"be {len(places)}"
            )
            raise AssertionError(msg)
        return found

    def shape(self, place: Place, sizes: Sequence[int]) -> tuple[int, ...]:
        """
        Return the shape in which an array is stored, biases as vectors.

        Parameters
        ----------
        place : pair
            "w" or "b", and the layer.
        sizes : sequence of int
            Of the network.

        Returns
        -------
        tuple of int
            Of two dimensions for weights, of one for biases.
        """
        kind, l = place
        if kind == "b":
            return (sizes[l],)
        shape = (sizes[l], sizes[l - 1])
        return shape[::-1] if self.transposed else shape

    def native(self, parameters: Parameters, like: Sequence[Any]) -> list[Any]:
        """
        Return parameters in this arrangement, shaped as the user's own.

        Parameters
        ----------
        parameters : Parameters
            In canonical form; not modified.
        like : sequence of arrays
            The user's own; placeholders of layer 0 are taken from it.

        Returns
        -------
        list of arrays
            As many as `like`.
        """
        if self.flat:
            parts = [self._part(place, parameters) for place in self.places(parameters.sizes)]
            return [np.concatenate([part.reshape(-1) for part in parts])]
        arrays: list[Any] = []
        for (kind, l), own in zip(self.places(parameters.sizes), like, strict=True):
            if not l:
                arrays.append(own)
                continue
            arrays.append(self._part((kind, l), parameters).reshape(as_array(own).shape))
        return arrays

    def _part(self, place: Place, parameters: Parameters) -> Array:
        """Return one array of parameters, in the user's orientation."""
        kind, l = place
        array: Array = (parameters.weights if kind == "w" else parameters.biases)[l]
        return array.T if kind == "w" and self.transposed else array

    def _fits(self, leaves: Sequence[Array]) -> bool:
        """Whether arrays made for `PROBE` are arranged so."""
        places = self.places(PROBE)
        if self.flat:
            count = sum(int(np.prod(self.shape(place, PROBE))) for place in places)
            return len(leaves) == 1 and leaves[0].size == count
        return len(leaves) == len(places) and all(
            not place[1] or _is(leaf, self.shape(place, PROBE))
            for place, leaf in zip(places, leaves, strict=True)
        )


def flatten(value: Any) -> Iterator[Any]:
    """
    Yield the arrays of nested lists, tuples and dicts.

    Parameters
    ----------
    value : Any
        A structure of arrays. A dict whose keys all end in numbers is read in their order.

    Yields
    ------
    Any
        Arrays, tensors, numbers, or lists of numbers.

    Examples
    --------
    >>> [leaf.shape for leaf in flatten({"w2": np.ones(2), "w1": np.ones(3)})]
    [(3,), (2,)]
    """
    if isinstance(value, Mapping):
        for key in sorted(value, key=_number) if all(map(_number, value)) else value:
            yield from _inside(value[key])
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _inside(item)
    else:
        yield value


def _candidates(layer0: bool | None) -> Iterator[Arrangement]:
    """Yield the arrangements, usual ones first."""
    flags = (False, True) if layer0 is None else (layer0,)
    for transposed, order in itertools.product((False, True), ORDERS):
        for weights0, biases0 in itertools.product(flags, flags):
            yield Arrangement(order, weights0, biases0, transposed)
    yield Arrangement(ORDERS[2], flat=True)


def _is(leaf: Array, shape: tuple[int, ...]) -> bool:
    """Whether an array has this shape, but for dimensions of 1 in biases."""
    if len(shape) == 1:
        return leaf.size == shape[0]
    return leaf.shape == shape


def _inside(item: Any) -> Iterator[Any]:
    """Yield the arrays of an item of a structure: itself, or those that it holds."""
    if isinstance(item, Mapping) or (isinstance(item, (list, tuple)) and not _is_array(item)):
        yield from flatten(item)
    else:
        yield item


def _is_array(numbers: Sequence[Any]) -> bool:
    """Whether nested lists are a vector or a matrix of numbers."""
    if any((hasattr(item, "shape") and np.ndim(item)) or item is None for item in numbers):
        return False
    try:
        return 0 < np.ndim(np.asarray(numbers, dtype=float)) <= 2
    except (TypeError, ValueError):
        return False


def _number(key: Any) -> tuple[int] | None:
    """Return the number at the end of a key, which may be absent."""
    found = re.search(r"\d+$", str(key))
    return (int(found.group()),) if found else None
