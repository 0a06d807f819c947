"""The entries of whatever the user's code hands over, as numbers of the run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .balls import Ball, array_of
from .run import current
from .tape import CONSTANT, Operand

if TYPE_CHECKING:
    from .structure import AnyArray

__all__ = ["balls", "entries_and_slots", "entries_of", "is_constant"]


def is_constant(thing: Operand) -> bool:
    """Whether a thing is a plain number.

    Parameters
    ----------
    thing : Operand
        Whatever a function was given.

    Returns
    -------
    bool
        Not so for our numbers, which say that they are floats, for arrays and for truth values.
    """
    if type(thing) is Ball or isinstance(thing, bool):
        return False
    return isinstance(thing, float | int | np.number)


def balls(thing: Operand) -> Operand:
    """Anything as an array of our numbers.

    Parameters
    ----------
    thing : Operand
        A number, an array, or lists of them; floats become constants of the run.

    Returns
    -------
    BallArray
        Of the same shape; a constant has the slot `CONSTANT`.
    """
    if type(thing) is Ball:
        return array_of([thing], ())
    run = current()
    if isinstance(thing, int | float):  # not a number of ours, which says that it is one
        run.meet([thing] if isinstance(thing, float) else [])
        return array_of([Ball(run.number(thing))], ())
    array = thing if isinstance(thing, np.ndarray) else np.asarray(thing)
    return array_of(entries_of(array), array.shape)


def entries_of(array: AnyArray) -> list[Ball]:
    """The entries of an array as numbers of the run.

    Parameters
    ----------
    array : ndarray
        Of our numbers, or of floats, which become constants of the run.

    Returns
    -------
    list of Ball
        Row by row.
    """
    return entries_and_slots(array)[0]


def entries_and_slots(array: AnyArray) -> tuple[list[Ball], list[int]]:
    """The entries of an array as numbers of the run, and their slots.

    Parameters
    ----------
    array : ndarray
        As for `entries_of`.

    Returns
    -------
    pair of lists
        Row by row.
    """
    run = current()
    kind = array.dtype.kind
    flat = np.asarray(array).ravel().tolist()
    if kind == "O":
        try:
            return _ours(flat)
        except AttributeError:  # rare, and to ask for every type first takes time
            return _ours([e if type(e) is Ball else _constant(e) for e in flat])
    if kind not in "fiub":
        msg = f"an array of dtype {array.dtype} meets the parameters"
        raise run.defeated(msg)
    if kind == "f":
        run.meet(flat)
        if array.dtype.itemsize < np.dtype(float).itemsize:
            run.meet_short(flat)
    return list(map(Ball, run.numbers(flat))), [CONSTANT] * len(flat)


def _constant(entry: Operand) -> Ball:
    """A number that stands among ours in an array."""
    run = current()
    if isinstance(entry, np.floating) and entry.itemsize < np.dtype(float).itemsize:
        run.meet_short([float(entry)])
    plain = entry.item() if isinstance(entry, np.generic) else entry
    if not isinstance(plain, int | float):
        msg = f"an array holds a {type(plain).__name__}"
        raise run.defeated(msg)
    if isinstance(plain, float):
        run.meet([plain])
    return Ball(run.number(plain))


def _ours(entries: list[Ball]) -> tuple[list[Ball], list[int]]:
    """Entries and slots, unless one was kept from an earlier run or is none of ours."""
    start, slots = current().tape.start, [entry.slot for entry in entries]
    if min(slots, default=start) < start:
        msg = "a number kept from an earlier call is used again: hidden state"
        raise current().defeated(msg)
    return entries, slots
