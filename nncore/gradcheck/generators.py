"""Random generators that a function can reach, their states kept and restored."""

from __future__ import annotations

import contextlib
import functools
import pickle
import random
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Generators"]

# A generator and its state: what they hold depends on their library.
Thing: TypeAlias = Any


class Generators:
    """The random generators of numpy and Python that some functions can reach.

    Parameters
    ----------
    *functions : callable
        Their closures, globals, defaults and objects are searched, three levels deep.
    """

    def __init__(self, *functions: Callable[..., Thing]) -> None:
        # The one that numpy's functions share, and Python's.
        shared = [np.random.get_state.__self__, random.getstate.__self__]  # type: ignore[attr-defined]
        self.found: dict[int, Thing] = {id(thing): thing for thing in shared}
        for function in functions:
            for thing in _reachable(function):
                self._keep(thing, depth=3)
        self._states: dict[int, Thing] = {i: _state(thing) for i, thing in self.found.items()}
        # Those that the functions were seen to draw from.
        self.drawn: set[int] = set()

    def restore(self) -> None:
        """Put each generator back into the state that it was found in; note which moved."""
        for i, thing in self.found.items():
            if pickle.dumps(_state(thing)) != pickle.dumps(self._states[i]):
                self.drawn.add(i)
        self._put_back()

    def restoring(self, function: Callable[[Thing], Thing]) -> Callable[[Thing], Thing]:
        """The function, each call beginning with the same generators.

        Parameters
        ----------
        function : callable
            Draws random numbers.

        Returns
        -------
        callable
            Draws the same ones in every call, from the generators that are known to move: to
            put numpy's own back takes as long as a small network.
        """

        @functools.wraps(function, updated=())
        def restored(params: Thing) -> Thing:
            self._put_back()
            return function(params)

        return restored

    def _put_back(self) -> None:
        """Put the generators that move back into their states."""
        for i in self.drawn:
            _set_state(self.found[i], self._states[i])

    def _keep(self, thing: Thing, depth: int) -> None:
        """Keep the thing if it is a generator; else look into its attributes and items."""
        if isinstance(thing, np.random.Generator | np.random.RandomState | random.Random):
            self.found[id(thing)] = thing
        elif depth:
            items = thing.values() if isinstance(thing, dict) else thing
            inner = list(items) if isinstance(thing, dict | list | tuple) else []
            with contextlib.suppress(TypeError):
                inner += list(vars(thing).values()) if not isinstance(thing, type) else []
            for part in inner[:100]:
                self._keep(part, depth - 1)


def _reachable(function: Callable[..., Thing]) -> Iterator[Thing]:
    """What the function may read: its object, closure, defaults and globals."""
    yield function
    yield getattr(function, "__self__", None)
    inner = getattr(function, "__func__", function)
    yield from (getattr(inner, "__defaults__", None) or ())
    yield from (getattr(inner, "__kwdefaults__", None) or {}).values()
    for cell in getattr(inner, "__closure__", None) or ():
        with contextlib.suppress(ValueError):
            yield cell.cell_contents
    code = getattr(inner, "__code__", None)
    names = code.co_names if code else ()
    known = getattr(inner, "__globals__", {})
    yield from (known[name] for name in names if name in known)


def _state(thing: Thing) -> Thing:
    """The state of a generator."""
    if isinstance(thing, np.random.Generator):
        return thing.bit_generator.state
    if isinstance(thing, np.random.RandomState):
        return thing.get_state()
    return thing.getstate()


def _set_state(thing: Thing, state: Thing) -> None:
    """Put the generator into the state."""
    if isinstance(thing, np.random.Generator):
        thing.bit_generator.state = state
    elif isinstance(thing, np.random.RandomState):
        thing.set_state(state)
    else:
        thing.setstate(state)
