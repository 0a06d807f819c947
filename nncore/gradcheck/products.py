"""Products of matrices: one node of the tape for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .balls import BallArray, array_of, balls, entries_of
from .operations import emitted, unwrapped
from .run import current
from .tape import CONSTANT, Matrix, Operand, Product

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["factor", "matmul"]


def matmul(left: Operand, right: Operand) -> Operand:
    """``left @ right`` as numpy defines it, one node for each product of two matrices.

    Parameters
    ----------
    left, right : array_like
        Vectors, matrices or stacks of matrices.

    Returns
    -------
    BallArray or Ball
        The product.
    """
    a, b = (factor(side) for side in (left, right))
    if not a.ndim or not b.ndim:
        msg = "matmul: an operand has no dimensions"
        raise ValueError(msg)
    rows = a[None, :] if a.ndim == 1 else a
    columns = b[:, None] if b.ndim == 1 else b
    if rows.shape[-1] != columns.shape[-2]:
        msg = f"matmul: shapes {a.shape} and {b.shape} do not fit"
        raise ValueError(msg)
    if rows.ndim == columns.ndim == 2:
        product = _product(rows, columns)
    else:
        stack = np.broadcast_shapes(rows.shape[:-2], columns.shape[:-2])
        rows = np.broadcast_to(rows, stack + rows.shape[-2:])
        columns = np.broadcast_to(columns, stack + columns.shape[-2:])
        product = np.empty((*stack, rows.shape[-2], columns.shape[-1]), dtype=object)
        for index in np.ndindex(*stack):
            product[index] = _product(rows[index], columns[index])
    if a.ndim == 1:
        product = product[..., 0, :]
    if b.ndim == 1:
        product = product[..., 0]
    return unwrapped(product.view(BallArray)) if isinstance(product, np.ndarray) else product


def _product(left: Operand, right: Operand) -> Operand:
    """The product of two matrices."""
    run = current()
    (a, a_slots), (b, b_slots) = _matrix(left), _matrix(right)
    values = run.factors.product(a, b)
    least = CONSTANT if a_slots is b_slots is None else run.tape.start
    outs = emitted(values, [[least] * (len(values) if least == CONSTANT else 1)])
    if run.recording and least != CONSTANT:
        numbers = [ball.slot for ball in outs]
        run.tape.record(Product(numbers, a, b, a_slots, b_slots, run.arithmetic.matrix))
    return np.asarray(array_of(outs, (left.shape[0], right.shape[1])))


def factor(thing: Operand) -> Operand:
    """A factor of a product of matrices.

    Parameters
    ----------
    thing : array_like
        Numbers of ours, or of the user's.

    Returns
    -------
    ndarray
        An array as it is: its entries are looked at where it is multiplied, and those of
        floats need no place on the tape.
    """
    is_array = isinstance(thing, np.ndarray) and thing.dtype.kind in "fO"
    return np.asarray(thing) if is_array else np.asarray(balls(thing))


def _matrix(array: Operand) -> tuple[Matrix, Sequence[int] | None]:
    """The matrix of the values, and the slots of the entries (None: constants)."""
    run = current()
    slots = None
    if array.dtype.kind == "f":
        flat = array.ravel().tolist()
        run.meet(flat)
        if array.dtype.itemsize < np.dtype(float).itemsize:
            run.meet_short(flat)
        values = run.factors.numbers(flat, run.numbers)
    else:
        entries = entries_of(array)
        values = [ball.value for ball in entries]
        slots = [ball.slot for ball in entries]
        slots = None if min(slots, default=CONSTANT) == CONSTANT else slots
    rows, columns = array.shape
    return run.factors.matrix(rows, columns, values, run.arithmetic.matrix), slots
