"""Products of matrices: one node of the tape for each."""

from __future__ import annotations

import numpy as np

from .balls import BallArray, array_of
from .entries import balls, entries_and_slots
from .operations import emitted, unwrapped
from .run import current
from .tape import CONSTANT, Factor, Operand, Product

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


def _product(rows: Operand, columns: Operand) -> Operand:
    """The product of two matrices."""
    run = current()
    a, b = _factor(rows), _factor(columns)
    left = run.arithmetic.roughened(a.matrix) if run.rough else a.matrix
    values = run.factors.product(left, b.matrix)
    least = CONSTANT if a.slots is b.slots is None else run.tape.start
    outs = emitted(values, [[least] * (len(values) if least == CONSTANT else 1)])
    if run.recording and least != CONSTANT:
        run.tape.record(Product([ball.slot for ball in outs], a, b, run.arithmetic.matrix))
    return np.asarray(array_of(outs, (rows.shape[0], columns.shape[1])))


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


def _factor(array: Operand) -> Factor:
    """The numbers of a matrix and their places on the tape."""
    run = current()
    if array.dtype.kind != "f":
        entries, slots = entries_and_slots(array)
        numbers = [ball.value for ball in entries]
        is_constant = min(slots, default=CONSTANT) == CONSTANT
        matrix = run.factors.matrix(array.shape, numbers)
        return Factor(numbers, None if is_constant else slots, matrix)
    floats, factor = run.factors.constant(array.shape, array.ravel().tolist(), run.numbers)
    run.meet(floats)
    if array.dtype.itemsize < np.dtype(float).itemsize:
        run.meet_short(floats)
    return factor
