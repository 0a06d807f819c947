"""The network under test as its own code sees it: called with its own kind of arguments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from . import access
from .access import AdapterError, read
from .adapter import Adapter
from .case import Array
from .leaves import items_of
from .passes import Shown, shown

if TYPE_CHECKING:
    from .traits import Traits

__all__ = ["Native"]


class Native:
    """
    A network of the user's, and the calls of its functions.

    Arguments are handed over as fresh arrays in the user's layout; results come back as the
    user returned them. So nothing that a user's code does to its arguments or keeps of them is
    hidden from a law that looks at `handed`, and none of its results from one that looks at
    `raw`.

    Parameters
    ----------
    net : Any
        The user's object.
    adapter : Adapter
        What the user said.
    traits : Traits
        What was found out about the implementation.
    sizes : sequence of int
        Of the network.
    """

    def __init__(
        self, net: Any, adapter: Adapter, traits: Traits, sizes: Sequence[int]
    ) -> None:
        self.net: Any = net
        self.adapter: Adapter = adapter
        self.traits: Traits = traits
        self.sizes: tuple[int, ...] = tuple(sizes)
        #: The very arrays of examples that the last call was given, in the user's layout.
        self.handed: list[Array] = []
        self._batch = 0

    def native(self, rows: Array) -> list[Array]:
        """
        Return examples as the user's code takes them.

        Parameters
        ----------
        rows : ndarray of shape (batch, n)
            Examples; not modified.

        Returns
        -------
        list of ndarray
            One array for the batch, or one for each example; in memory of their own.
        """
        return self.traits.layout.native(rows)

    def rows(self, results: Any, width: int) -> Array:
        """
        Bring what the user's calls returned for the last batch to rows.

        Parameters
        ----------
        results : sequence
            What each call returned.
        width : int
            Neurons of the layer.

        Returns
        -------
        ndarray of shape (batch, width)
            The user's own memory, but for single examples; foreign numbers stay what they are.

        Raises
        ------
        AssertionError
            If a shape does not fit.
        """
        return self.traits.layout.rows(results, self._batch, width)

    def raw(self, role: str, *batch: Array, after: tuple[Any, ...] = ()) -> list[Any]:
        """
        Return the very objects that the user's function returned.

        Parameters
        ----------
        role : str
            "forward", "predict", "cost", "gradient" or "step".
        *batch : ndarray
            Examples, and targets, as rows; `handed` holds what is made of them.
        after : tuple
            Arguments after those.

        Returns
        -------
        list
            Of the call for the batch, or of the calls for each example.

        Raises
        ------
        AdapterError
            If the adapter does not give this function.
        """
        return [self.call(role, *given, *after) for given in self._hand(*batch)]

    def call(self, role: str, *arguments: Any) -> Any:
        """
        Call the user's function with the user's own kind of arguments.

        Parameters
        ----------
        role : str
            Of the adapter.
        *arguments : Any
            Handed over as they are: in the user's layout, in any memory, of any dtype.

        Returns
        -------
        Any
            The very object that came back.

        Raises
        ------
        AdapterError
            If the adapter does not give this function.
        """
        accessor = getattr(self.adapter, role)
        if accessor is None:
            msg = f"`{role}` is not given"
            raise AdapterError(msg)
        return access.call(self.net, accessor, role, *arguments)

    def shown(self, x: Array) -> list[Shown]:
        """
        Return what the user's forward pass shows, in its own form.

        Parameters
        ----------
        x : ndarray of shape (batch, sizes[0])
            Examples; not modified by us.

        Returns
        -------
        list of Shown
            Of the call for the batch, or of the calls for each example.
        """
        layout = self.traits.layout
        if not layout.is_single:
            (given,) = self._hand(x)
            return [self.seen_in(self.call("forward", *given))]
        # What one call returns may be overwritten by the next.
        return [self.seen_in(self.call("forward", *g)).copied() for g in self._hand(x)]

    def seen_in(self, result: Any) -> Shown:
        """
        Return what one result of `forward` shows, with what was left in attributes.

        Parameters
        ----------
        result : Any
            Of the last call.

        Returns
        -------
        Shown
            In the user's own form.
        """
        batch = 1 if self.traits.layout.is_single else self._batch
        seen = shown(result, batch, self.sizes[-1], self.traits.layout)
        zs, activations = (
            getattr(seen, name)
            if accessor is None
            else items_of(read(self.net, accessor, name))
            for name, accessor in (
                ("zs", self.adapter.zs),
                ("activations", self.adapter.activations),
            )
        )
        if result is None and activations is not None:
            return Shown(activations[-1], zs, activations)
        return Shown(seen.output, zs, activations)

    def _hand(self, *batch: Array) -> list[tuple[Array, ...]]:
        """Return the arguments of each call, and remember them."""
        native = [self.native(rows) for rows in batch]
        self._batch = len(batch[0])
        self.handed = [array for arrays in native for array in arrays]
        return list(zip(*native, strict=True))
