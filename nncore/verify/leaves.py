"""The arrays inside somebody's structure, in order: nested lists, tuples, dicts, iterators."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

__all__ = ["depth_of", "flatten", "is_container", "items_of", "rebuild"]


def is_container(value: Any) -> bool:
    """
    Tell whether an object holds arrays, and is none.

    Parameters
    ----------
    value : Any
        Anything.

    Returns
    -------
    bool
        True for what can be iterated and has no shape, and for arrays of arrays.

    Examples
    --------
    >>> is_container([1.0]), is_container(np.ones(1)), is_container("ab")
    (True, False, False)
    """
    if isinstance(value, np.ndarray):
        # In memory: a subclass may tell another dtype, or none after its time.
        is_objects = np.ndarray.dtype.__get__(value).kind == "O" and value.ndim == 1
        return bool(is_objects) and any(map(_has_shape, value.view(np.ndarray)))
    return (
        hasattr(value, "__iter__")
        and not hasattr(value, "shape")
        and not isinstance(value, (str, bytes))
    )


def items_of(container: Any) -> list[Any]:
    """
    Return what a container holds, in order.

    Parameters
    ----------
    container : Any
        A dict is read by the numbers at the ends of its keys, then by name: the order in which
        keys were entered may change with the next call.

    Returns
    -------
    list
        Its items, or its values.

    Examples
    --------
    >>> items_of({"w2": 1, "b2": 2, "w1": 3, "b1": 4})
    [4, 3, 2, 1]
    """
    if isinstance(container, Mapping):
        return [container[key] for key in _keys(container)]
    return list(container)


def flatten(value: Any, depth: int | None = None) -> Iterator[Any]:
    """
    Yield the arrays of nested containers.

    Parameters
    ----------
    value : Any
        A structure of arrays.
    depth : int, optional
        How many containers are opened on the way to an array. Found out where it is not said:
        lists of numbers that make a vector or a matrix are arrays.

    Yields
    ------
    Any
        Arrays, tensors, numbers, or lists of numbers.

    Examples
    --------
    >>> [leaf.shape for leaf in flatten({"w2": np.ones(2), "w1": np.ones(3)})]
    [(3,), (2,)]
    >>> list(flatten([[1], [2]], depth=1))
    [[1], [2]]
    """
    for leaf, _ in _leaves(value, depth, 0):
        yield leaf


def depth_of(value: Any) -> int:
    """
    Return how many containers are opened on the way to the deepest array.

    Parameters
    ----------
    value : Any
        A structure of arrays.

    Returns
    -------
    int
        0 for an array alone.

    Examples
    --------
    >>> depth_of([[np.ones(1)], [np.ones(1)]]), depth_of([[1.0, 2.0]])
    (2, 1)
    """
    return max((depth for _, depth in _leaves(value, None, 0)), default=0)


def rebuild(value: Any, leaves: Iterator[Any], depth: int) -> Any:
    """
    Return a structure like another, with other arrays.

    Parameters
    ----------
    value : Any
        Lists, tuples and dicts; not modified.
    leaves : iterator
        The arrays, in the order of `flatten`.
    depth : int
        How many containers are opened on the way to an array.

    Returns
    -------
    Any
        Lists, tuples and dicts as they are in `value`; lists for other containers.

    Examples
    --------
    >>> rebuild([(1, {"a": 2}), 3], iter("xyz"), depth=3)
    [('x', {'a': 'y'}), 'z']
    """
    if not depth or not is_container(value):
        return next(leaves)
    made = [rebuild(item, leaves, depth - 1) for item in items_of(value)]
    if isinstance(value, Mapping):
        return dict(zip(_keys(value), made, strict=True))
    if isinstance(value, tuple):
        return getattr(type(value), "_make", tuple)(made)
    return made


def _leaves(value: Any, depth: int | None, level: int) -> Iterator[tuple[Any, int]]:
    """Yield arrays with the number of containers around them."""
    # What is given as a structure is one, even where its numbers would make a matrix.
    is_leaf = level == depth if depth is not None else level and _is_array(value)
    if is_leaf or not is_container(value):
        yield value, level
        return
    for item in items_of(value):
        yield from _leaves(item, depth, level + 1)


def _keys(container: Mapping[Any, Any]) -> list[Any]:
    """Return the keys by the numbers at their ends, then by name."""
    return sorted(container, key=lambda key: (_number(key), str(key)))


def _is_array(value: Any) -> bool:
    """Whether lists are a vector or a matrix of numbers; an empty list is a vector."""
    if not isinstance(value, (list, tuple)) or any(map(_has_shape, value)):
        return False
    try:
        return 0 < np.ndim(np.asarray(value, dtype=float)) <= 2
    except (TypeError, ValueError):
        return False


def _has_shape(value: Any) -> bool:
    """Whether this is an array that is no number."""
    return bool(getattr(value, "shape", ()))


def _number(key: Any) -> int:
    """Return the number at the end of a key, or -1."""
    found = re.search(r"\d+$", str(key))
    return int(found.group()) if found else -1
