"""What the user's functions can reach and may change: kept before a run, put back after it.

Objects that keep activations, running means or buffers between calls would otherwise carry the
numbers of one run into the next, or out of the check.
"""

from __future__ import annotations

import dis
import functools
import inspect
import types
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from .frames import is_users

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["State"]

# Whatever the user's code holds.
Thing: TypeAlias = Any
# Lists of numbers can be long; objects that change between calls are few.
MOST_THINGS = 20_000
_PLAIN = (bool, int, float, complex, str, bytes, np.generic, type(None))


class State:
    """The names, attributes and items that some functions can reach.

    Parameters
    ----------
    *functions : callable
        The user's own. Their closures, objects and globals are followed, and from there
        whatever belongs to files that are not installed.
    """

    def __init__(self, *functions: Callable[..., Thing]) -> None:
        # Things by identity: their like never stands for another.
        self._seen: dict[int, Thing] = {}
        self._dicts: list[tuple[dict[Thing, Thing], dict[Thing, Thing]]] = []
        self._lists: list[tuple[list[Thing], list[Thing]]] = []
        self._cells: list[tuple[types.CellType, Thing]] = []
        self._arrays: list[tuple[Thing, Thing]] = []
        self._globals: list[tuple[dict[str, Thing], str, Thing]] = []
        waiting: list[Thing] = list(functions)
        while waiting and len(self._seen) < MOST_THINGS:
            thing = waiting.pop()
            if not isinstance(thing, _PLAIN) and id(thing) not in self._seen:
                self._seen[id(thing)] = thing
                waiting += self._keep(thing)

    def restore(self) -> None:
        """Put every name, attribute and item back."""
        for now, before in self._dicts:
            if not _is_same(now.items(), before.items()):
                now.clear()
                now.update(before)
        for items, kept in self._lists:
            if not _is_same(items, kept):
                items[:] = kept
        for cell, content in self._cells:
            cell.cell_contents = content
        for names, name, value in self._globals:
            names[name] = value
        for array, entries in self._arrays:
            array[...] = entries

    def _keep(self, thing: Thing) -> Iterable[Thing]:
        """Remember what a thing holds; what to look at next."""
        looks: list[tuple[Any, Callable[[Thing], Iterable[Thing]]]] = [
            (dict, self._of_dict),
            (list, self._of_list),
            ((tuple, set, frozenset), list),
            (np.ndarray, self._of_array),
            (types.FunctionType, self._of_function),
            (types.MethodType, lambda method: [method.__self__, method.__func__]),
            (functools.partial, lambda call: [call.func, call.args, call.keywords]),
            (type, lambda kind: [*vars(kind).values()] if _is_users(kind) else []),
            (types.ModuleType, _of_module),
        ]
        for kinds, look in looks:
            if isinstance(thing, kinds):
                return look(thing)
        return _of_object(thing)

    def _of_dict(self, items: dict[Thing, Thing]) -> Iterable[Thing]:
        """The values."""
        self._dicts.append((items, dict(items)))
        return list(items.values())

    def _of_list(self, items: list[Thing]) -> Iterable[Thing]:
        """The items."""
        self._lists.append((items, list(items)))
        return list(items)

    def _of_array(self, array: Thing) -> Iterable[Thing]:
        """Nothing: an array of objects is kept, and one of floats cannot hold our numbers."""
        if array.dtype.kind == "O":
            self._arrays.append((array, array.copy()))
        return []

    def _of_function(self, function: types.FunctionType) -> Iterable[Thing]:
        """The cells, defaults and globals that a function uses."""
        found: list[Thing] = [inspect.unwrap(function)]
        if not is_users(function.__code__.co_filename):
            return found
        found += [function.__defaults__, function.__kwdefaults__]
        for cell in function.__closure__ or ():
            if _is_filled(cell):
                self._cells.append((cell, cell.cell_contents))
                found.append(cell.cell_contents)
        names = function.__globals__
        for name, is_set in _names(function.__code__):
            if name in names:
                found.append(names[name])
                if is_set:
                    self._globals.append((names, name, names[name]))
        return found


def _of_module(module: types.ModuleType) -> Iterable[Thing]:
    """What a module of the user's holds."""
    return list(vars(module).values()) if is_users(_file(module)) else []


def _of_object(thing: Thing) -> Iterable[Thing]:
    """The attributes of an object, and what its class holds."""
    inner = getattr(thing, "__dict__", None)
    if not isinstance(inner, dict) or not _is_users(type(thing)):
        return []
    return [inner, *type(thing).__mro__]


def _is_same(now: Iterable[Thing], before: Iterable[Thing]) -> bool:
    """Whether the same things stand in the same places."""
    these, those = list(now), list(before)
    if len(these) != len(those):
        return False
    pairs = zip(these, those, strict=True)
    return all(
        a is b or (isinstance(a, tuple) and isinstance(b, tuple) and _is_same(a, b))
        for a, b in pairs
    )


@functools.lru_cache(maxsize=1000)  # to disassemble takes as long as a small check
def _names(code: types.CodeType) -> list[tuple[str, bool]]:
    """The global names in a function and in those within it, and whether it sets them."""
    found = [
        (str(instruction.argval), instruction.opname == "STORE_GLOBAL")
        for instruction in dis.get_instructions(code)
        if instruction.opname.endswith("_GLOBAL")
    ]
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            found += _names(constant)
    return found


def _is_filled(cell: types.CellType) -> bool:
    """Whether the variable of a closure has a value."""
    try:
        cell.cell_contents  # noqa: B018 - empty cells raise
    except ValueError:
        return False
    return True


def _is_users(kind: type) -> bool:
    """Whether a class stands in a file that is not installed."""
    return is_users(_file(inspect.getmodule(kind)))


def _file(module: types.ModuleType | None) -> str:
    """The file of a module; a name that is no file for one that was typed in."""
    if module is None:
        return "<frozen>"
    default = "<stdin>" if module.__name__ == "__main__" else "<frozen>"
    return getattr(module, "__file__", None) or default
