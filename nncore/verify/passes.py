"""What a forward pass shows: its outputs, and perhaps zs and activations of every layer."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from .access import as_array
from .case import Array
from .layouts import Layout
from .leaves import is_container, items_of

__all__ = ["Forward", "Shown", "shown"]


@dataclasses.dataclass(frozen=True)
class Shown:
    """
    What one call of `forward` shows, in the user's own form.

    Parameters
    ----------
    output : Any
        Of the last layer.
    zs, activations : sequence, optional
        Of each layer.
    """

    output: Any
    zs: Sequence[Any] | None = None
    activations: Sequence[Any] | None = None

    def copied(self) -> Shown:
        """
        Return the same numbers in memory of their own.

        Returns
        -------
        Shown
            What the next call cannot overwrite.
        """
        lists = [
            each and [item if item is None else as_array(item).copy() for item in each]
            for each in (self.zs, self.activations)
        ]
        return Shown(as_array(self.output).copy(), *lists)


class Forward:
    """
    A forward pass in canonical form.

    Parameters
    ----------
    calls : sequence of Shown
        One for the batch, or one for each example.
    layout : Layout
        Of the implementation.
    sizes : sequence of int
        Of the network.
    x : ndarray of shape (batch, sizes[0])
        The examples.

    Examples
    --------
    >>> call = Shown(output=np.array([[3.0]]))
    >>> Forward([call], Layout("rows"), [2, 1], np.zeros((1, 2))).output
    array([[3.]])
    """

    def __init__(
        self, calls: Sequence[Shown], layout: Layout, sizes: Sequence[int], x: Array
    ) -> None:
        self._calls, self._layout, self._sizes, self._x = calls, layout, sizes, x

    @cached_property
    def output(self) -> Array:
        """Activations of the last layer, of shape ``(batch, sizes[-1])``."""
        return self._rows([call.output for call in self._calls], len(self._sizes) - 1)

    @cached_property
    def zs(self) -> list[Array] | None:
        """
        Weighted inputs of each layer, the first one empty; None where they are not shown.

        Raises AssertionError if there is not one entry for each layer, or a shape does not fit.
        """
        found = self._lists("zs")
        return found and [np.empty((len(self._x), 0)), *found[1:]]

    @cached_property
    def activations(self) -> list[Array] | None:
        """
        Activations of each layer; None where they are not shown.

        The first entry is the examples, also where the implementation does not keep them.
        Raises AssertionError if there is not one entry for each layer, or a shape does not fit.
        """
        return self._lists("activations")

    def _lists(self, name: str) -> list[Array] | None:
        """Return an entry for each layer, as rows."""
        each = [getattr(call, name) for call in self._calls]
        if any(lists is None for lists in each):
            return None
        count, layers = len(each[0]), len(self._sizes)
        if count not in {layers, layers - 1}:
            msg = f"{name} has {count} entries, but there are {layers} layers"
            raise AssertionError(msg)
        by_layer = list(zip(*each, strict=True))
        kept = [self._x] if count < layers or name == "zs" else [self._rows(by_layer[0], 0)]
        later = by_layer[count - layers + 1 :]
        return kept + [self._rows(layer, l) for l, layer in enumerate(later, start=1)]

    def _rows(self, results: Sequence[Any], l: int) -> Array:
        """Return results of a layer as rows."""
        return self._layout.rows(results, len(self._x), self._sizes[l])


def shown(result: Any, batch: int, width: int, layout: Layout) -> Shown:
    """
    Return what a result of `forward` shows.

    Parameters
    ----------
    result : Any
        Outputs; activations; zs and activations, as a pair, a dict or attributes; or a pair of
        outputs and anything.
    batch, width : int
        Examples in the call, and neurons of the last layer.
    layout : Layout
        Of the implementation.

    Returns
    -------
    Shown
        In the user's own form.

    Examples
    --------
    >>> shown((np.ones((1, 2)), {"a cache": 0}), 1, 2, Layout()).output
    array([[1., 1.]])
    """
    if isinstance(result, Mapping):
        zs, activations = result.get("zs"), result.get("activations")
    else:
        zs, activations = getattr(result, "zs", None), getattr(result, "activations", None)
    if activations is not None:
        return _layers(zs, activations)
    levels = 0 if isinstance(result, Mapping) else _levels(result, layout)
    if not levels or (len(result) > 1 and _count(result) == batch * width):
        return Shown(result)
    if levels > 1 and len(result) == 2:
        return _layers(*result)
    is_pair = len(result) == 2 and _is_cache(result[1], layout)
    return Shown(result[0]) if is_pair else _layers(None, result)


def _layers(zs: Any, activations: Any) -> Shown:
    """Return what lists of layers show."""
    activations = items_of(activations)
    return Shown(activations[-1], None if zs is None else items_of(zs), activations)


def _levels(value: Any, layout: Layout) -> int:
    """Return how many lists are around the results of a layer."""
    levels = 0
    while is_container(value):
        there = [] if isinstance(value, Mapping) else [each for each in value if _holds(each)]
        levels += 1
        if not there:
            break
        value = there[0]
    is_array = bool(getattr(value, "shape", ()))
    return levels if is_array else max(levels - layout.dimensions, 0)


def _is_cache(value: Any, layout: Layout) -> bool:
    """Whether this is what a forward pass hands on, and no array."""
    return isinstance(value, Mapping) or _levels(value, layout) > 0


def _holds(value: Any) -> bool:
    """Whether an entry is no placeholder of layer 0."""
    return value is not None and not (isinstance(value, (list, tuple)) and not value)


def _count(result: Any) -> int:
    """Return how many numbers lists hold; -1 if they are no lists of numbers."""
    try:
        return sum(as_array(each).size for each in result)
    except (TypeError, ValueError):
        return -1
