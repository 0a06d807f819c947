"""Constants that their authors meant as approximations: log(p + 1e-12), active clip bounds.

A small constant is a candidate where its sum is what a logarithm, a root or a division sees; a
clip bound, where it is active. Leaving candidates out shows whether they explain a difference.
An approximation is small where it is made, or where it arrives: a bound that moves its argument
by much, or stands in the gradient that is returned, is no approximation by itself.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from .balls import Ball
from .entries import balls, is_constant
from .run import current, user_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from .tape import Operand

__all__ = ["BOUND", "SMALL", "bounded", "sees_small", "with_small"]

SMALL = 1e-5  # what nobody takes for a part of the model
BOUND = "an active bound"


def with_small(add: Callable[..., Any]) -> Callable[..., Any]:
    """The addition (or subtraction) that notices small constants.

    Parameters
    ----------
    add : callable
        The addition itself.

    Returns
    -------
    callable
        Leaves the constant out where the run does.
    """

    def noticing(left: Operand, right: Operand) -> Operand:
        constant = _small(right) or _small(left)
        if constant is None:
            return add(left, right)
        key = (constant, user_line())
        if key in current().removed:
            zero = [0 if _small(side) else side for side in (left, right)]
            return add(*zero)
        result = add(left, right)
        for ball in _entries(result):
            current().sums_with_small[id(ball)] = (ball, key)
        return result

    return noticing


def sees_small(function: Callable[..., Any], kind: str, operand: int = 0) -> Callable[..., Any]:
    """A function that is singular at zero, and notices small constants in its operand.

    Parameters
    ----------
    function : callable
        The function itself.
    kind : str
        What to call it in a message, such as "a logarithm".
    operand : int, optional
        Which operand must not be zero.

    Returns
    -------
    callable
        The same function.
    """

    def noticing(*operands: Operand) -> Operand:
        seen = current().sums_with_small
        if seen and isinstance(operands[operand], Ball | np.ndarray):
            for ball in _entries(operands[operand]):
                if id(ball) in seen:
                    current().approximations[seen[id(ball)][1]] = f"added inside {kind}"
        return function(*operands)

    return noticing


def bounded(choose: Callable[[Any, Any], Any], *, always: bool) -> Callable[[Any, Any], Any]:
    """The maximum or minimum with a bound that notices whether the bound is active.

    Parameters
    ----------
    choose : callable
        `np.maximum` or `np.minimum` of two operands.
    always : bool
        Whether every bound counts (as in a clip), or only those next to 0 or 1.

    Returns
    -------
    callable
        Leaves the bound out where the run does.
    """

    def noticing(array: Operand, bound: Operand) -> Operand:
        if _bound(array, always=always) is not None:
            array, bound = bound, array
        constant = _bound(bound, always=always)
        if constant is None:
            return choose(array, bound)
        run = current()
        key = (constant, user_line())
        if key in run.removed:
            return balls(array)[()]
        limit = Ball(run.number(constant))
        run.meet([constant])
        result = choose(array, limit)
        pairs = zip(
            _entries(result),
            _entries(np.broadcast_to(balls(array), np.shape(result))),
            strict=True,
        )
        moved = [abs(float(a.value - limit.value)) for ball, a in pairs if ball is limit]
        if moved:
            run.approximations[key] = BOUND
            run.moved[key] = max([run.moved.get(key, 0.0), *moved])
            run.limits[id(limit)] = (limit, key)
        return result

    return noticing


def _entries(result: Operand) -> list[Any]:
    """The numbers in a result."""
    return [result] if type(result) is Ball else np.asarray(result).ravel().tolist()


def _small(operand: Operand) -> float | None:
    """The operand, where it is a small constant."""
    value = float(operand) if is_constant(operand) else 0.0
    return value if 0 < abs(value) < SMALL else None


def _bound(operand: Operand, *, always: bool) -> float | None:
    """The operand, where it is a bound that may be meant as an approximation."""
    if not is_constant(operand):
        return None
    value = float(operand)
    counts = math.isfinite(value) and (
        always or 0 < abs(value) < SMALL or 0 < abs(1 - value) < SMALL
    )
    return value if counts else None
