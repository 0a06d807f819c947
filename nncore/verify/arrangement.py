"""How an implementation arranges weights and biases."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np

from .access import as_array
from .case import Array, Parameters
from .leaves import flatten

__all__ = ["ORDERS", "Arrangement"]

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
    depth : int
        How many lists, tuples or dicts are around an array.
    """

    order: str
    weights0: bool = False
    biases0: bool = False
    transposed: bool = False
    flat: bool = False
    depth: int = 1

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
        places = w + b if self.order.startswith("weights") else b + w
        return sorted(places, key=lambda place: place[1]) if "each" in self.order else places

    def flatten(self, value: Any) -> list[Any]:
        """
        Return the arrays of a user's structure.

        Parameters
        ----------
        value : Any
            In this arrangement.

        Returns
        -------
        list
            As they are.
        """
        return list(flatten(value, self.depth))

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
        found, places = self.flatten(value), self.places(sizes)
        if self.flat and len(found) == 1:
            return self._split(as_array(found[0]), sizes, role)
        if len(found) != len(places):
            msg = (
                f"{role}: {len(found)} arrays came for sizes {list(sizes)}, but there should "
                f"be {len(places)}"
            )
            raise AssertionError(msg)
        return found

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
        case.Parameters
            Arrays that may share memory with the user's.

        Raises
        ------
        AssertionError
            If it has another number of arrays or entries.
        """
        found: dict[str, list[Any]] = {kind: [np.empty(0)] * len(sizes) for kind in "wb"}
        leaves = self.leaves(value, sizes, role)
        for (kind, l), leaf in zip(self.places(sizes), leaves, strict=True):
            if l:
                found[kind][l] = self._canonical(as_array(leaf), (kind, l), sizes, role)
        return Parameters(sizes, found["w"], found["b"])

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
        places = self.places(parameters.sizes)
        if self.flat:
            parts = [self._part(place, parameters).reshape(-1) for place in places]
            return [np.concatenate(parts).reshape(np.shape(like[0]))]
        return [
            self._part(place, parameters).reshape(as_array(own).shape) if place[1] else own
            for place, own in zip(places, like, strict=True)
        ]

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

    def _split(self, vector: Array, sizes: Sequence[int], role: str) -> list[Array]:
        """Return the parts of a vector."""
        counts = [int(np.prod(self.shape(place, sizes))) for place in self.places(sizes)]
        if vector.size != sum(counts):
            msg = f"{role}: the vector has {vector.size} entries, but should have {sum(counts)}"
            raise AssertionError(msg)
        return np.split(vector.reshape(-1), np.cumsum(counts)[:-1])

    def _canonical(self, array: Array, place: Place, sizes: Sequence[int], role: str) -> Array:
        """Return one array in canonical orientation."""
        shape = self.shape(place, sizes)
        is_weight = place[0] == "w"
        is_scrambled = is_weight and array.ndim > 1 and array.shape != shape
        if array.size != np.prod(shape) or is_scrambled:
            name = f"{'weights' if is_weight else 'biases'}[{place[1]}]"
            msg = f"{role}: {name} has shape {array.shape}, but should have {shape}"
            raise AssertionError(msg)
        array = array.reshape(shape)
        return array.T if is_weight and self.transposed else array

    def _part(self, place: Place, parameters: Parameters) -> Array:
        """Return one array of parameters, in the user's orientation."""
        kind, l = place
        array: Array = (parameters.weights if kind == "w" else parameters.biases)[l]
        return array.T if kind == "w" and self.transposed else array
