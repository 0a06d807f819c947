"""Checks of settings: a wrong one is refused with its name, the rule and its value."""

from __future__ import annotations

import math
import operator
from collections.abc import Mapping
from numbers import Rational
from typing import Any, SupportsIndex, TypeVar, cast

import numpy as np

__all__ = ["check_functions", "choose", "generator", "integer", "real", "truth"]

S = TypeVar("S")
T = TypeVar("T")


def integer(name: str, value: object, *, minimum: int) -> int:
    """Return `value` as an int of at least `minimum`, or raise TypeError or ValueError."""
    try:
        is_truth = isinstance(value, (bool, np.bool_))
        number = None if is_truth else operator.index(cast("SupportsIndex", value))
    except TypeError:  # arrays have `__index__` too, for the sake of those of one integer
        number = None
    if number is None:
        msg = f"`{name}` must be an integer; got {value!r}"
        raise TypeError(msg)
    if number < minimum:
        msg = f"`{name}` must be at least {minimum}; got {number}"
        raise ValueError(msg)
    return number


def real(name: str, value: Any) -> Any:
    """
    Return `value`, a finite real number >= 0, or raise TypeError or ValueError.

    Integers and rationals stay exact, for networks of exact numbers: `float` makes them floats.
    """
    # A numpy scalar would carry its own dtype into every product.
    number = value.item() if isinstance(value, np.generic) else value
    if isinstance(number, bool) or not isinstance(number, (int, float, Rational)):
        msg = f"`{name}` must be a real number; got {value!r}"
        raise TypeError(msg)
    try:
        is_finite = math.isfinite(number)
    except OverflowError:
        msg = f"`{name}` must fit into a float; got {value!r}"
        raise ValueError(msg) from None
    # To type checkers a Rational has no order; the module of Fraction is slow to import.
    if not (cast("Any", number) >= 0 and is_finite):
        msg = f"`{name}` must be finite and not negative; got {value!r}"
        raise ValueError(msg)
    return number


def truth(name: str, value: object) -> bool:
    """Return True or False, or raise TypeError."""
    if not isinstance(value, bool):
        msg = f"`{name}` must be True or False; got {value!r}"
        raise TypeError(msg)
    return value


def generator(rng: object) -> np.random.Generator:
    """Return the generator that `rng`, a generator, a seed or None, stands for."""
    if isinstance(rng, np.random.Generator):
        return rng
    if rng is None:
        return np.random.default_rng()
    try:
        return np.random.default_rng(integer("rng", rng, minimum=0))
    except TypeError:
        msg = f"`rng` must be a numpy.random.Generator, an integer seed or None; got {rng!r}"
        raise TypeError(msg) from None


def choose(
    name: str,
    choice: object,
    known: Mapping[str, T],
    kind: type[S],
    *more: str,
) -> S | T:
    """Return the known object that `choice` names, or `choice` itself if of that `kind`."""
    names = ", ".join(sorted([*known, *more]))
    if isinstance(choice, kind):
        own = getattr(choice, "name", None)
        if own in {*known, *more} and choice != known.get(own):
            msg = f"`{name}` may not be called {own!r}, which is the name of a built-in one"
            raise ValueError(msg)
        return choice
    if not isinstance(choice, str):
        msg = f"`{name}` must be one of {names}, or an object of your own; got {choice!r}"
        raise TypeError(msg)
    if choice not in known:
        msg = f"`{name}` must be one of {names}; got {choice!r}"
        raise ValueError(msg)
    return known[choice]


def check_functions(kind: str, name: object, **functions: object) -> None:
    """Raise TypeError unless `name` is a name and every one of `functions` can be called."""
    if not isinstance(name, str) or not name:
        msg = f"`name` of the {kind} must be a string that is not empty; got {name!r}"
        raise TypeError(msg)
    for field, function in functions.items():
        if not callable(function):
            msg = f"`{field}` of {kind} {name!r} must be a function; got {function!r}"
            raise TypeError(msg)
