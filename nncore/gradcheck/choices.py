"""Maxima, comparisons and signs: decided only where numbers are strictly apart.

Where they are not, a maximum is enclosed with all its generalised derivatives, a comparison of
overlapping numbers asks for more precision, and one of equal numbers is marked as a tie.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .balls import Ball, array_of
from .elementary import UNARY
from .entries import balls
from .operations import apply, columns, emitted, unwrapped
from .run import current, user_line
from .tape import CONSTANT, Sparse

if TYPE_CHECKING:
    from .tape import Operand

__all__ = [
    "absolute",
    "choice",
    "compare",
    "finiteness",
    "heaviside",
    "larger",
    "sign_of",
    "signs",
]


def larger(left: Ball, right: Ball, sign: int = 1) -> Ball:
    """The larger of two numbers (the smaller where sign is -1).

    Parameters
    ----------
    left, right : Ball
        The numbers.
    sign : int, optional
        1 or -1.

    Returns
    -------
    Ball
        One of the two where their order is known; else a number that encloses both, whose
        partial derivatives enclose every generalised derivative (F. H. Clarke, Optimization
        and Nonsmooth Analysis, SIAM 1990).
    """
    run = current()
    order = run.order(left, right)
    if order:
        return left if order == sign else right
    if order == 0 and not run.is_tie(left, right):
        return left
    if order is None and run.rough:
        run.doubt()
    if run.arithmetic.name == "rationals":
        msg = "a tie of two rationals has no derivative"
        raise run.defeated(msg)
    value = left.value.max(right.value) if sign == 1 else left.value.min(right.value)
    out = emitted([value], [[left.slot], [right.slot]])[0]
    if run.recording and out.slot != CONSTANT:
        run.ties.setdefault(user_line(), False)
        share = run.arithmetic.hull(run.arithmetic.exact(0), run.arithmetic.exact(1))
        for ball in (left, right):
            if ball.slot != CONSTANT:
                run.tape.record(Sparse([out.slot], [ball.slot], [share]))
    return out


def choice(sign: int) -> Operand:
    """`np.maximum` or `np.minimum`."""

    def choose(left: Operand, right: Operand) -> Operand:
        shape, (lefts, rights) = columns((left, right))
        chosen = [larger(a, b, sign) for a, b in zip(lefts, rights, strict=True)]
        return unwrapped(array_of(chosen, shape))

    return choose


def absolute(array: Operand) -> Operand:
    """|x| = max(x, -x)."""
    return choice(1)(array, apply(UNARY[np.negative], array))


def sign_of(left: Ball, right: Ball) -> int:
    """Sign of ``left - right``, as data of the program.

    Parameters
    ----------
    left, right : Ball
        The numbers.

    Returns
    -------
    int
        1, 0 or -1.

    Raises
    ------
    Undecided
        If the enclosures overlap.
    """
    run = current()
    order = run.order(left, right)
    if order is None:
        if not run.rough:
            raise run.undecided()
        run.doubt()
        a, b = left.value.mid(), right.value.mid()
        return int(a > b) - int(a < b)
    if order == 0 and run.is_tie(left, right):
        run.ties[user_line()] = True
        return run.forced
    return order


def compare(holds: Operand) -> Operand:
    """A comparison as data.

    Parameters
    ----------
    holds : callable
        Whether the comparison holds for the sign of the difference.

    Returns
    -------
    callable
        The comparison of two arrays, entry by entry.
    """

    def comparison(left: Operand, right: Operand) -> Operand:
        shape, (lefts, rights) = columns((left, right))
        signs = [holds(sign_of(a, b)) for a, b in zip(lefts, rights, strict=True)]
        result = np.array(signs, dtype=bool).reshape(shape)
        return result if shape else result[()]

    return comparison


def signs(array: Operand) -> Operand:
    """The sign of each entry, a constant."""
    zero = Ball(current().arithmetic.exact(0))
    ours = balls(array)
    signs = [sign_of(ball, zero) for ball in np.asarray(ours).ravel().tolist()]
    return unwrapped(array_of([Ball(current().number(s)) for s in signs], ours.shape))


def finiteness(answer: bool) -> Operand:
    """`np.isfinite`, or the answer for a finite number of another question."""

    def question(array: Operand) -> Operand:
        ours = balls(array)
        entries = np.asarray(ours).ravel().tolist()
        if not all(current().arithmetic.finite(ball.value) for ball in entries):
            raise current().undecided()
        return np.full(ours.shape, answer)[()]

    return question


def heaviside(x: Operand, at_zero: Operand) -> Operand:
    """`np.heaviside`: 0, 1, or at an exact zero the second operand."""
    shape, (column, values) = columns((x, at_zero))
    zero, one = (Ball(current().arithmetic.exact(n)) for n in (0, 1))
    steps = [
        (value, one, zero)[sign_of(ball, zero)]
        for ball, value in zip(column, values, strict=True)
    ]
    return unwrapped(array_of(steps, shape))
