"""Put other arrays into the places where an object keeps its own, wherever those are."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping, Sequence
from typing import Any

__all__ = ["replace"]

# Objects inside objects: a network holds layers, which hold lists.
DEEPEST = 6


def replace(root: Any, old: Sequence[Any], new: Sequence[Any]) -> bool:
    """
    Replace objects by others in everything that the root holds.

    Parameters
    ----------
    root : Any
        An object, list or dict.
    old, new : sequences
        What is looked for, by identity, and what takes its place.

    Returns
    -------
    bool
        Whether every one was found.

    Examples
    --------
    >>> first, second = [0], [1]
    >>> holder = {"layers": [(first, "bias")]}
    >>> replace(holder, [first], [second]), holder
    (True, {'layers': [([1], 'bias')]})
    """
    changes = {id(a): b for a, b in zip(old, new, strict=True)}
    found: set[int] = set()
    _visit(root, changes, found, set(), 0)
    return found == set(changes)


def _visit(
    holder: Any, changes: dict[int, Any], found: set[int], seen: set[int], depth: int
) -> None:
    """Replace inside one holder, and in what it holds."""
    if id(holder) in seen or depth > DEEPEST:
        return
    seen.add(id(holder))
    for key, value in list(_items(holder)):
        if id(value) in changes:
            found.add(id(value))
            _put(holder, key, changes[id(value)])
        elif isinstance(value, tuple):
            inside = list(value)
            _visit(inside, changes, found, seen, depth + 1)
            if any(a is not b for a, b in zip(inside, value, strict=True)):
                made = getattr(type(value), "_make", type(value))  # named tuples, too
                _put(holder, key, made(inside))
        else:
            _visit(value, changes, found, seen, depth + 1)


def _items(holder: Any) -> Iterator[tuple[Any, Any]]:
    """Yield keys and values of a list, a dict, or the attributes of an object."""
    if isinstance(holder, list):
        yield from enumerate(holder)
    elif isinstance(holder, MutableMapping):
        yield from holder.items()
    elif not isinstance(holder, type):
        yield from getattr(holder, "__dict__", {}).items()


def _put(holder: Any, key: Any, value: Any) -> None:
    """Put a value in the place of another."""
    if isinstance(holder, (list, MutableMapping)):
        holder[key] = value
    else:
        vars(holder)[key] = value
