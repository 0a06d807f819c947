"""How the strategies draw integers and choices, and what they refuse as bounds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from typing import Any

from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

__all__ = [
    "check_choices",
    "check_count",
    "check_range",
    "integer",
    "integers",
    "one_of",
    "seed_of",
]

# Hypothesis draws constants that stand in the loaded modules more often than other numbers: one
# seed would try other cases after another import. So integers are drawn far from those that
# programs contain, and from ranges of at most 128, in which Hypothesis draws them directly.
# (Bytes are not: a literal would have to be as long as an array.)
FAR = 0xE000_0000_0000
LAST_SEED = 127


def one_of(
    draw: st.DrawFn, name: str, choices: Sequence[Any], known: Sequence[Any] | None = None
) -> Any:
    """Return one of the choices, the first the simplest, or raise an error."""
    check_choices(name, choices, known)
    return choices[draw(_far(len(choices) - 1)) - FAR]


def integer(draw: st.DrawFn, name: str, low: int, high: int) -> int:
    """Return an integer of at least 1 within bounds, or raise an error."""
    check_range(name, low, high, at_least=1)
    return low + draw(_far(high - low)) - FAR


def check_choices(name: str, choices: Any, known: Sequence[str] | None) -> None:
    """Raise InvalidArgument unless there are choices, all of them known."""
    if isinstance(choices, str) or not isinstance(choices, Sequence) or not choices:
        msg = f"{name}={choices!r} must be a sequence of at least one choice"
        raise InvalidArgument(msg)
    unknown = [] if known is None else [choice for choice in choices if choice not in known]
    if known is not None and unknown:
        msg = f"{name}={choices!r} holds {unknown[0]!r}; known are {', '.join(known)}"
        raise InvalidArgument(msg)


def check_range(name: str, low: int, high: int, *, at_least: int) -> None:
    """Raise InvalidArgument unless at_least <= low <= high, all of them integers."""
    check_count(f"min_{name}", low, at_least=at_least)
    check_count(f"max_{name}", high)
    if high < low:
        msg = f"max_{name}={high} must not be less than min_{name}={low}"
        raise InvalidArgument(msg)


def check_count(name: str, value: Any, *, at_least: float = -math.inf) -> None:
    """Raise InvalidArgument unless this is an integer, and large enough."""
    if isinstance(value, bool) or not isinstance(value, int):
        msg = f"{name}={value!r} must be an integer"
        raise InvalidArgument(msg)
    if value < at_least:
        msg = f"{name}={value} must be at least {at_least}"
        raise InvalidArgument(msg)


def integers(draw: st.DrawFn, low: int, high: int, min_size: int, max_size: int) -> list[int]:
    """Return a list of integers within bounds, short and low ones first."""
    return [low + drawn - FAR for drawn in draw(_lists(high - low, min_size, max_size))]


def seed_of(draw: st.DrawFn) -> int:
    """Return a seed."""
    return draw(_far(LAST_SEED)) - FAR


@cache
def _lists(high: int, min_size: int, max_size: int) -> st.SearchStrategy[list[int]]:
    """Return a strategy for lists of integers from `FAR` on, short and low ones first."""
    return st.lists(_far(high), min_size=min_size, max_size=max_size)


@cache
def _far(high: int) -> st.SearchStrategy[int]:
    """Return a strategy for integers from `FAR` on, the lowest the simplest."""
    return st.integers(FAR, FAR + high)
