"""What elementwise functions and sums do on arrays of our numbers, and write on the tape."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from .balls import Ball, array_of
from .entries import balls
from .run import current
from .tape import CONSTANT, Sparse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .elementary import Elementary
    from .tape import Number, Operand

__all__ = ["apply", "columns", "emitted", "groups", "summed", "unwrapped"]


def unwrapped(array: Operand) -> Operand:
    """An array without dimensions as the number it holds, as numpy's functions return it."""
    return array if array.ndim else np.ndarray.item(array)


def apply(function: Elementary, *operands: Operand) -> Operand:
    """A function of corresponding entries.

    Parameters
    ----------
    function : Elementary
        With its partial derivatives.
    *operands : array_like
        Broadcast against each other.

    Returns
    -------
    BallArray or Ball
        Recorded on the tape.
    """
    shape, entries = columns(operands)
    inputs = [[ball.value for ball in column] for column in entries]
    try:
        values = list(map(function.value, *inputs))
    except Exception as error:  # flint raises many kinds: rationals have no exp, no 1 / 0
        reason = f"{current().arithmetic.name} cannot follow this: {error}"
        raise current().defeated(reason) from error
    terms = [
        ([ball.slot for ball in column], partial)
        for column, partial in zip(entries, function.partials, strict=True)
    ]
    outs = emitted(values, [slots for slots, _ in terms])
    if current().recording:
        for slots, partial in terms:
            _record(outs, slots, partial, values, inputs)
    return unwrapped(array_of(outs, shape))


def columns(operands: Sequence[Any]) -> tuple[tuple[int, ...], list[list[Ball]]]:
    """Common shape, and the corresponding entries of the operands."""
    arrays = [np.asarray(balls(operand)) for operand in operands]
    if any(array.shape != arrays[0].shape for array in arrays):
        arrays = list(np.broadcast_arrays(*arrays))
    return arrays[0].shape, [array.ravel().tolist() for array in arrays]


def emitted(values: Sequence[Number], operands: Sequence[Sequence[int]]) -> list[Ball]:
    """New numbers, constant where all operands in the same place are."""
    run = current()
    if run.roundings:
        values = list(map(run.arithmetic.shortened, values))
    if run.rough:
        values = [run.arithmetic.blurred(value) for value in values]
    slots: Sequence[int] = run.tape.slots(len(values))
    if all(max(column, default=0) == CONSTANT for column in operands):
        depends = [min(entry) for entry in zip(*operands, strict=True)]
        slots = [
            CONSTANT if least == CONSTANT else slot
            for slot, least in zip(slots, depends, strict=True)
        ]
    return list(map(Ball, values, slots))


def _record(
    outs: Sequence[Ball],
    slots: Sequence[int],
    partial: Operand,
    values: Sequence[Number],
    inputs: Sequence[Sequence[Number]],
) -> None:
    """Write on the tape how the results depend on one operand."""
    if min(slots, default=CONSTANT) == CONSTANT:
        return
    places = range(len(slots))
    if max(slots) == CONSTANT:
        places = [i for i in places if slots[i] != CONSTANT]  # type: ignore[assignment]
    partials = None
    if partial is not None:
        partials = [partial(values[i], *(column[i] for column in inputs)) for i in places]
    node = Sparse([outs[i].slot for i in places], [slots[i] for i in places], partials)
    current().tape.record(node)


def summed(array: Operand, axis: Operand = None, *, keepdims: bool = False) -> Operand:
    """Sum over some axes, one node for all.

    Parameters
    ----------
    array : array_like
        The terms.
    axis : int or tuple of int, optional
        As for `numpy.sum`.
    keepdims : bool, optional
        As for `numpy.sum`.

    Returns
    -------
    BallArray or Ball
        The sums.
    """
    run = current()
    ours = np.asarray(balls(array))
    rows, shape = groups(ours, axis, keepdims=keepdims)
    zero = run.arithmetic.exact(0)
    values = [sum((ball.value for ball in group), zero) for group in rows]
    least = [min((ball.slot for ball in group), default=CONSTANT) for group in rows]
    outs = emitted(values, [least])
    if run.recording:
        pairs = [
            (out.slot, ball.slot)
            for out, group in zip(outs, rows, strict=True)
            for ball in group
            if ball.slot != CONSTANT
        ]
        if pairs:
            run.tape.record(Sparse([o for o, _ in pairs], [i for _, i in pairs], None))
    return unwrapped(array_of(outs, shape))


def groups(
    array: Operand, axis: Operand, *, keepdims: bool
) -> tuple[list[list[Any]], tuple[int, ...]]:
    """The entries that a reduction joins.

    Parameters
    ----------
    array : ndarray
        Of any numbers.
    axis : int, tuple of int or None
        As for `numpy.sum`.
    keepdims : bool
        As for `numpy.sum`.

    Returns
    -------
    pair
        The entries along the axes for each place that is left, and the shape of the places.
    """
    ndim = array.ndim
    if axis is None:
        axes = tuple(range(ndim))
    else:
        axes = tuple(
            int(a) % ndim for a in (axis if isinstance(axis, tuple | list) else (axis,))
        )
    kept = [a for a in range(ndim) if a not in axes]
    shape = tuple(array.shape[a] for a in kept)
    count = math.prod(array.shape[a] for a in axes)
    rows = array.transpose(*kept, *axes).reshape(math.prod(shape), count).tolist()
    if keepdims:
        shape = tuple(1 if a in axes else array.shape[a] for a in range(ndim))
    return rows, shape
