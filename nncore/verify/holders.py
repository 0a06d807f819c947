"""Put other arrays into the places where an object keeps its own, wherever those are."""

from __future__ import annotations

from collections.abc import Collection, Iterator, MutableMapping
from typing import Any

import numpy as np

__all__ = ["replace"]

# Objects inside objects: a network holds layers, which hold lists.
DEEPEST = 6


def replace(root: Any, changes: Collection[tuple[Any, Any]]) -> set[int]:
    """
    Replace objects by others in everything that the root holds.

    Parameters
    ----------
    root : Any
        An object, list or dict.
    changes : collection of pairs
        What is looked for, by identity, and what takes its place.

    Returns
    -------
    set of int
        Of those that were found, their ids.

    Examples
    --------
    >>> first, second = [0], [1]
    >>> holder = {"layers": [(first, "bias")]}
    >>> replace(holder, [(first, second)]) == {id(first)}, holder
    (True, {'layers': [([1], 'bias')]})
    """
    visit = _Visit({id(old): new for old, new in changes})
    visit.inside(root, DEEPEST)
    return visit.found


class _Visit:
    """One walk through everything that an object holds."""

    def __init__(self, changes: dict[int, Any]) -> None:
        self.changes = changes
        self.found: set[int] = set()
        self.seen: set[int] = set()

    def inside(self, holder: Any, depth: int) -> None:
        """Replace inside one holder, and in what it holds."""
        if id(holder) in self.seen or not depth:
            return
        self.seen.add(id(holder))
        for key, value in list(_items(holder)):
            other = self.instead_of(value, depth - 1)
            if other is not value:
                _put(holder, key, other)

    def instead_of(self, value: Any, depth: int) -> Any:
        """Return what takes the place of a value: another one, or itself, changed inside."""
        if id(value) in self.changes:
            self.found.add(id(value))
            return self.changes[id(value)]
        if not isinstance(value, tuple):
            self.inside(value, depth)
            return value
        items = [self.instead_of(item, depth - 1) for item in value]
        if all(a is b for a, b in zip(items, value, strict=True)):
            return value
        return getattr(type(value), "_make", type(value))(items)  # named tuples, too


def _items(holder: Any) -> Iterator[tuple[Any, Any]]:
    """Yield keys and values of a list, a dict, or the attributes of an object."""
    if isinstance(holder, list) or (isinstance(holder, np.ndarray) and holder.dtype == object):
        yield from enumerate(holder)
    elif isinstance(holder, MutableMapping):
        yield from holder.items()
    elif not isinstance(holder, type):
        yield from getattr(holder, "__dict__", {}).items()
        for kind in type(holder).__mro__:
            for name in _slots(kind):
                if hasattr(holder, name):
                    yield name, getattr(holder, name)


def _slots(kind: type) -> tuple[str, ...]:
    """Return the names of a class's slots."""
    slots = vars(kind).get("__slots__", ())
    return (slots,) if isinstance(slots, str) else tuple(slots)


def _put(holder: Any, key: Any, value: Any) -> None:
    """Put a value in the place of another."""
    if isinstance(holder, (list, MutableMapping, np.ndarray)):
        holder[key] = value
    else:
        object.__setattr__(holder, key, value)  # frozen ones, too
