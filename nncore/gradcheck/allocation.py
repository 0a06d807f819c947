"""numpy's allocation functions, for a while made to return arrays that round at random."""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING

import numpy as np

from .rounding import Passing, Rounded, unwrapped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .rounding import Anything, Rounding

__all__ = ["allocating"]

# numpy's functions that make float arrays out of nothing, or out of other arrays.
FRESH = frozenset({"zeros", "ones", "empty", "full"})
COPIES = ("array", "asarray", "asanyarray", "ascontiguousarray", "asfortranarray")
_PATCHING = threading.Lock()


@contextlib.contextmanager
def allocating(rounding: Rounding) -> Iterator[None]:
    """Let numpy's allocation functions return arrays of a run, whoever calls them.

    Buffers made by ``np.zeros`` and copies by ``np.asarray`` would otherwise lose track.

    Parameters
    ----------
    rounding : Rounding
        The run.
    """
    with _PATCHING:
        before = {name: getattr(np, name) for name in (*FRESH, *COPIES)}
        try:
            for name, function in before.items():
                setattr(np, name, _allocator(function, rounding))
            yield
        finally:
            for name, function in before.items():
                setattr(np, name, function)


def _allocator(
    function: Callable[..., Anything], rounding: Rounding
) -> Callable[..., Anything]:
    """The allocation function, its float arrays wrapped."""
    makes_view = function.__name__ != "array"

    def allocate(*args: Anything, **kwargs: Anything) -> Anything:
        if rounding.busy:
            return function(*args, **kwargs)
        with rounding.inside():
            is_alone = len(args) == 1 and isinstance(args[0], Rounded) and not kwargs
            if makes_view and is_alone:
                return args[0]
            touched = _touches(args)
            array = function(*unwrapped(args, None), **unwrapped(kwargs, None))
            fresh = function.__name__ in FRESH
            is_float = array.dtype.kind in "fc"
            return rounding.wrap(array) if is_float and (fresh or touched) else array

    return allocate


def _touches(thing: Anything) -> bool:
    """Whether an array of this module is anywhere in the thing."""
    if isinstance(thing, tuple | list):
        return any(_touches(item) for item in thing)
    return isinstance(thing, Rounded | Passing)
