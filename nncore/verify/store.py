"""The parameters of one network: read, written in place, or replaced by other numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .access import AdapterError, as_array, call, read
from .adapter import Adapter
from .arrangement import Arrangement
from .case import Array, Parameters
from .holders import replace
from .leaves import rebuild

__all__ = ["Store", "stored"]


def stored(net: Any, adapter: Adapter) -> Any:
    """
    Return the parameters that a network holds, in its own structure.

    Parameters
    ----------
    net : Any
        The user's network.
    adapter : Adapter
        What the user said.

    Returns
    -------
    Any
        ``[weights, biases]``, or `weights` alone where it holds both.

    Raises
    ------
    AdapterError
        If the adapter does not tell where they are.
    """
    if adapter.weights is None:
        msg = "`weights` must be given: this needs parameters that can be read"
        raise AdapterError(msg)
    weights = read(net, adapter.weights, "weights")
    if adapter.biases is None:
        return weights
    return [weights, read(net, adapter.biases, "biases")]


class Store:
    """
    The parameters of one network.

    Floats are written into the network's own arrays. Foreign numbers, which do not fit there,
    take their places until floats are written again.

    Parameters
    ----------
    net : Any
        The user's network.
    adapter : Adapter
        What the user said.
    arrangement : Arrangement
        How the parameters are arranged.
    sizes : sequence of int
        Of the network.
    """

    # A judge puts back attributes that its runs changed, in objects with a ``__dict__``. It
    # does not follow libraries, though, and what was put into their objects must be remembered.
    __slots__ = ("_adapter", "_arrangement", "_displaced", "_sizes", "net")

    net: Any

    def __init__(
        self, net: Any, adapter: Adapter, arrangement: Arrangement, sizes: Sequence[int]
    ) -> None:
        self.net, self._adapter, self._arrangement = net, adapter, arrangement
        self._sizes = sizes
        # What stands in the places of others: the network's own, and the other.
        self._displaced: list[tuple[Any, Any]] = []

    def read(self) -> Parameters:
        """
        Return the parameters as they are now.

        Returns
        -------
        case.Parameters
            Arrays that may be the network's own memory.

        Raises
        ------
        AssertionError
            If their number or shapes do not fit the sizes.
        """
        return self._arrangement.canonical(
            stored(self.net, self._adapter), self._sizes, "parameters"
        )

    def write(self, parameters: Parameters) -> Any:
        """
        Write parameters into the network.

        Parameters
        ----------
        parameters : Parameters
            In canonical form; not modified, and not kept by anything but the network.

        Returns
        -------
        Any
            What the user's own `set_parameters` returned.

        Raises
        ------
        AdapterError
            If they cannot be written.
        """
        self._restore()
        structure = stored(self.net, self._adapter)
        own = self._arrangement.flatten(structure)
        arrays = self._arrangement.native(parameters, own)
        if self._adapter.set_parameters is not None:
            made = rebuild(structure, iter(arrays), self._arrangement.depth)
            parts = (made,) if self._adapter.biases is None else made
            return call(self.net, self._adapter.set_parameters, "set_parameters", *parts)
        if all(map(_fits, arrays, own)):
            for place, array in zip(own, arrays, strict=True):
                _write(place, array)
        else:
            self._displace(own, arrays)
        return None

    def _displace(self, own: list[Any], arrays: list[Any]) -> None:
        """Put arrays into the places of the network's own, and of what owns their memory."""
        changes: dict[int, tuple[Any, Any]] = {}
        for old, new in zip(own, arrays, strict=True):
            owner, other = _owner(old), new
            if owner is not old:
                changes.setdefault(id(owner), (owner, _like(owner, new)))
                other = _same_view(old, *changes[id(owner)])
                other.view(np.ndarray)[...] = new.view(np.ndarray)
            changes[id(old)] = (old, other.tolist() if isinstance(old, list) else other)
        self._displaced = list(changes.values())
        found = replace(self.net, self._displaced)
        if not all(found & {id(old), id(_owner(old))} for old in own):
            self._restore()
            msg = "other numbers cannot be put into these parameters; give `set_parameters=`"
            raise AdapterError(msg)

    def _restore(self) -> None:
        """Put the network's own arrays back into their places, if others stand there."""
        if not self._displaced:  # looking through the whole network would find nothing
            return
        replace(self.net, [(other, own) for own, other in self._displaced])
        self._displaced = []


def _owner(array: Any) -> Any:
    """Return the array that owns the memory, itself where that cannot be told."""
    while isinstance(array, np.ndarray) and isinstance(array.base, np.ndarray):
        array = array.base
    return array


def _like(owner: Array, new: Array) -> Array:
    """Return an array with the numbers of the owner, for numbers of another kind."""
    return np.array(owner, dtype=_dtype(new)).view(type(new))


def _same_view(view: Array, owner: Array, other: Array) -> Array:
    """Return the entries of another array that a view shows of its owner."""
    start = view.__array_interface__["data"][0] - owner.__array_interface__["data"][0]
    plain = other.view(np.ndarray)
    memory = plain.reshape(-1) if plain.flags.c_contiguous else plain.T.reshape(-1)
    return np.lib.stride_tricks.as_strided(
        memory[start // owner.itemsize :],
        view.shape,
        [stride // owner.itemsize * plain.itemsize for stride in view.strides],
    ).view(type(other))


def _dtype(array: Any) -> np.dtype[Any]:
    """Return the dtype that an array has in memory, whatever its class tells."""
    dtype: np.dtype[Any] = np.ndarray.dtype.__get__(as_array(array))
    return dtype


def _fits(array: Any, own: Any) -> bool:
    """Whether numbers can be written into an array of the user's without losing their kind."""
    return np.can_cast(_dtype(array), _dtype(own), "same_kind")


def _write(own: Any, array: Array) -> None:
    """Write numbers into an array, a tensor, or nested lists of the user's."""
    if isinstance(own, list):
        own[:] = array.tolist()
        return
    target = as_array(own)
    try:
        target[...] = array
    except (TypeError, ValueError) as error:
        msg = (
            f"parameters of type {type(own).__name__} cannot be written: {error}; give "
            f"`set_parameters=`"
        )
        raise AdapterError(msg) from error
