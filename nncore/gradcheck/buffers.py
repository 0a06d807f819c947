"""The last resort: numpy's allocations, in the user's own files, give arrays of our numbers.

Nothing of numpy is changed. The names that the user's modules hold (`np`, `zeros`, `math`,
`float`) stand for other things while the check runs, and are put back whatever happens.
"""

from __future__ import annotations

import builtins
import contextlib
import gc
import inspect
import math
import sys
import types
import weakref
from typing import TYPE_CHECKING, Any

import numpy as np

from .balls import Ball, BallArray, wrapped
from .entries import balls
from .frames import is_users
from .functions import FUNCTIONS, log_softmax, logsumexp, softmax
from .run import LOCK, current, user_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .tape import Operand

__all__ = ["served", "survivors"]

# Arrays made for the user's code, with the lines that asked for them.
_allocated: list[tuple[weakref.ref[Any], str]] = []
_LIBRARIES = ("numpy", "scipy", "math")


def _is_float(dtype: Operand) -> bool:
    """Whether numpy would make an array of floats."""
    return dtype is None or dtype is Float or np.dtype(dtype).kind == "f"


def _filled(value: int) -> Callable[..., Any]:
    """`np.zeros`, `np.ones` or `np.empty`."""

    def allocate(shape: Operand, dtype: Operand = None, *_: Operand, **__: Operand) -> Operand:
        if not _is_float(dtype):
            return np.full(shape, value, dtype=dtype)
        if dtype is not None and np.dtype(dtype).itemsize < np.dtype(float).itemsize:
            current().roundings.append(user_line())
        number = np.ndarray.item(balls(value))
        buffer = np.full(shape, number, dtype=object).view(BallArray)
        _allocated.append((weakref.ref(buffer), user_line()))
        return buffer

    return allocate


def _full(shape: Operand, fill_value: Operand, dtype: Operand = None, **_: Operand) -> Operand:
    """`np.full`."""
    if not _is_float(dtype) or not isinstance(fill_value, float | Ball):
        return np.full(shape, fill_value, dtype=dtype)
    array = np.empty(shape, dtype=object).view(BallArray)
    array[...] = balls(fill_value)
    return array


def _made(make: Callable[..., Any]) -> Callable[..., Any]:
    """`np.array` and its kin: plain arrays as they are, our numbers in our arrays."""

    def convert(
        thing: Operand, dtype: Operand = None, *args: Operand, **options: Operand
    ) -> Operand:
        if dtype is Float:
            dtype = float
        if not _is_float(dtype):
            return make(thing, dtype, *args, **options)
        array = make(thing, None, *args, **options)
        if array.dtype.kind != "O":
            return make(thing, dtype, *args, **options)
        ours = wrapped(array)
        return ours if dtype is None else FUNCTIONS[np.ndarray.astype](ours, dtype)

    return convert


class _FloatType(type):
    """So that `isinstance(x, float)` means what it says."""

    def __instancecheck__(cls, thing: Operand) -> bool:
        return isinstance(thing, builtins.float)


class Float(float, metaclass=_FloatType):
    """`float` that lets our numbers pass."""

    def __new__(cls, thing: Operand = 0.0) -> Operand:
        """The float, or our number as it is."""
        if isinstance(thing, BallArray) and thing.size == 1:
            return np.ndarray.item(thing)
        return thing if isinstance(thing, Ball) else builtins.float(thing)


def _vectorize(pyfunc: Operand, *_: Operand, **__: Operand) -> Operand:
    """`np.vectorize`, whose output type follows from the outputs."""
    return np.vectorize(pyfunc, otypes=[object])


def _mathematical(name: str) -> Callable[..., Any]:
    """A function of `math` that also takes our numbers."""
    plain, ours = getattr(math, name), getattr(np, {"pow": "power"}.get(name, name))

    def function(*args: Operand) -> Operand:
        known = any(isinstance(arg, Ball | BallArray) for arg in args)
        return ours(*args) if known else plain(*args)

    return function


_REPLACED: dict[int, tuple[Any, Any]] = {
    id(original): (original, ours)
    for original, ours in [
        (np.zeros, _filled(0)),
        (np.ones, _filled(1)),
        (np.empty, _filled(0)),
        (np.full, _full),
        (np.array, _made(np.array)),
        (np.asarray, _made(np.asarray)),
        (np.asanyarray, _made(np.asanyarray)),
        (np.ascontiguousarray, _made(np.ascontiguousarray)),
        (np.vectorize, _vectorize),
        *(
            (getattr(math, name), _mathematical(name))
            for name in [
                "exp",
                "log",
                "log2",
                "log10",
                "log1p",
                "expm1",
                "sqrt",
                "tanh",
                "sinh",
                "cosh",
                "sin",
                "cos",
                "tan",
                "pow",
                "fabs",
                "hypot",
                "isfinite",
                "isnan",
                "isinf",
            ]
        ),
    ]
}
_BY_NAME = {"logsumexp": logsumexp, "softmax": softmax, "log_softmax": log_softmax}


def _replacement(value: Operand) -> Operand:
    """What the user's code gets instead; None where it gets the thing itself."""
    if isinstance(value, types.ModuleType) and _is_library(value.__name__):
        return _Library(value)
    if id(value) in _REPLACED:
        return _REPLACED[id(value)][1]
    module = getattr(value, "__module__", None) or ""
    if isinstance(value, types.FunctionType) and module.startswith("scipy.special"):
        return _BY_NAME.get(value.__name__)
    return None


class _Library(types.ModuleType):
    """A library as the user's code sees it."""

    def __init__(self, library: types.ModuleType) -> None:
        super().__init__(library.__name__)
        self.__library = library

    def __getattr__(self, name: str) -> Operand:
        value = getattr(self.__library, name)
        replacement = _replacement(value)
        return value if replacement is None else replacement


def survivors() -> list[str]:
    """Lines whose arrays the user's code kept.

    Returns
    -------
    list of str
        Forgotten once told.
    """
    gc.collect()
    lines = sorted({line for buffer, line in _allocated if buffer() is not None})
    _allocated.clear()
    return lines


@contextlib.contextmanager
def served(*functions: Operand) -> Iterator[None]:
    """Let the user's files make arrays of our numbers.

    Parameters
    ----------
    *functions : callable
        The user's own; their files count, and all others that are not installed.

    Yields
    ------
    None
        Everything is put back at the end.
    """
    changed: list[tuple[dict[str, Any], str, Any]] = []
    missing = object()
    LOCK.acquire()
    try:
        for names in _namespaces(functions):
            for name, value in list(names.items()):
                replacement = _replacement(value) if not name.startswith("__") else None
                if replacement is not None:
                    changed.append((names, name, value))
                    names[name] = replacement
            changed.append((names, "float", names.get("float", missing)))
            names["float"] = Float
        yield
    finally:
        for names, name, value in reversed(changed):
            if value is missing:
                del names[name]
            else:
                names[name] = value
        LOCK.release()


def _is_library(module: str) -> bool:
    """Whether it is one of those that arrays and functions come from."""
    return module.partition(".")[0] in _LIBRARIES


def _namespaces(functions: tuple[Any, ...]) -> list[dict[str, Any]]:
    """The globals of the user's files."""
    found = {}
    for function in functions:
        inner = inspect.unwrap(function)
        inner = getattr(inner, "__func__", getattr(inner, "func", inner))
        names = getattr(inner, "__globals__", None)
        if names is not None and not _is_library(names.get("__name__", "")):
            found[id(names)] = names
    for module in list(sys.modules.values()):
        file = getattr(module, "__file__", None)
        if (file and is_users(file)) or module is sys.modules.get("__main__"):
            found[id(vars(module))] = vars(module)
    return list(found.values())
