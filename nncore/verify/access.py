"""Names and callables of an adapter: what they stand for in a user's network."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from .case import Array

__all__ = ["Accessor", "AdapterError", "as_array", "call", "read"]

#: An attribute or method by name (dots lead inside), a callable that takes the network first,
#: or a method with the attributes in which it leaves its results.
Accessor: TypeAlias = str | Callable[..., Any] | tuple[str | Callable[..., Any], ...]


class AdapterError(ValueError):
    """
    An adapter that does not fit the implementation; the message says what to change.

    Examples
    --------
    >>> read([1, 2], "weights", "weights")
    Traceback (most recent call last):
    nncore.verify.access.AdapterError: ...
    """


def read(net: Any, accessor: Accessor, role: str) -> Any:
    """
    Return what an accessor stands for in a network.

    Parameters
    ----------
    net : Any
        The user's network.
    accessor : str, callable or tuple of those
        A name, with dots that lead inside, or a function of the network; several of them.
    role : str
        The adapter's argument, for the error.

    Returns
    -------
    Any
        The attribute, or what the function returned; of a tuple, a list of those.

    Raises
    ------
    AdapterError
        If the network has no such name; it lists those that it has.

    Examples
    --------
    >>> read(np.ones(3), "T.shape", role="weights")
    (3,)
    """
    if isinstance(accessor, tuple):
        return [read(net, each, role) for each in accessor]
    if callable(accessor):
        return accessor(net)
    value = net
    for name in accessor.split("."):
        try:
            value = getattr(value, name)
        except AttributeError:
            if hasattr(type(value), name):
                raise  # a property of theirs that failed inside
            msg = (
                f"`{role}`: {type(value).__name__} has no attribute {name!r}; it has "
                f"{', '.join(_names(value)) or 'none'}"
            )
            raise AdapterError(msg) from None
    return value


def call(net: Any, accessor: Accessor, role: str, *arguments: Any) -> Any:
    """
    Call what an accessor stands for.

    Parameters
    ----------
    net : Any
        The user's network.
    accessor : str, callable or tuple of those
        The name of a method, or a function that takes the network first. Of a tuple the first
        is called, and the others say where it left its results.
    role : str
        The adapter's argument, for the error.
    *arguments : Any
        Passed on.

    Returns
    -------
    Any
        What the call returned, or a list of what it left.

    Raises
    ------
    AdapterError
        If the name is missing or nothing that can be called.

    Examples
    --------
    >>> call(np.ones(3), "sum", "cost", 0)
    np.float64(3.0)
    """
    if isinstance(accessor, tuple):
        call(net, accessor[0], role, *arguments)
        return read(net, accessor[1:], role)
    if callable(accessor):
        return accessor(net, *arguments)
    method = read(net, accessor, role)
    if not callable(method):
        msg = (
            f"`{role}`: {accessor!r} of {type(net).__name__} is no method, it is {method!r:.60}"
        )
        raise AdapterError(msg)
    return method(*arguments)


def as_array(value: Any) -> Array:
    """
    Return numbers of any library as an array, in the same memory where that is possible.

    Parameters
    ----------
    value : Any
        An array, a tensor that can be detached, nested lists, a number.

    Returns
    -------
    numpy.ndarray
        Subclasses and foreign numbers stay what they are.
    """
    if hasattr(value, "detach"):
        value = value.detach().cpu().numpy()
    return np.asanyarray(value)


def _names(value: Any) -> list[str]:
    """Return the public names of an object."""
    return sorted(name for name in dir(value) if not name.startswith("_"))
