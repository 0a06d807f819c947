"""Products of arrays over some of their axes, each as one product of matrices."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .entries import balls
from .products import factor, matmul
from .run import current
from .ufuncs import UFUNCS

if TYPE_CHECKING:
    from .tape import Operand

__all__ = ["dot", "inner", "outer", "tensordot", "vdot"]


def dot(a: Operand, b: Operand, out: Operand = None) -> Operand:
    """`np.dot`: over the last axis of `a` and the last but one of `b`."""
    left, right = factor(a), factor(b)
    if not left.ndim or not right.ndim:
        result = UFUNCS[np.multiply](left, right)
    elif max(left.ndim, right.ndim) <= 2:
        result = matmul(left, right)
    else:
        result = tensordot(left, right, ([-1], [max(right.ndim - 2, 0)]))
    if out is None:
        return result
    if out.dtype.kind != "O":
        msg = (
            f"np.dot writes into an array of dtype {out.dtype}; make that array with "
            "np.zeros_like of an input"
        )
        raise current().defeated(msg)
    out[...] = result
    return out


def vdot(a: Operand, b: Operand) -> Operand:
    """`np.vdot`."""
    return matmul(balls(a).ravel(), balls(b).ravel())


def inner(a: Operand, b: Operand) -> Operand:
    """`np.inner`: over the last axes."""
    left, right = balls(a), balls(b)
    if not left.ndim or not right.ndim:
        return UFUNCS[np.multiply](left, right)
    return tensordot(left, right, ([-1], [-1]))


def outer(a: Operand, b: Operand, out: Operand = None) -> Operand:
    """`np.outer`."""
    return dot(balls(a).reshape(-1, 1), balls(b).reshape(1, -1), out)


def tensordot(a: Operand, b: Operand, axes: Operand = 2) -> Operand:
    """`np.tensordot`."""
    left, right = balls(a), balls(b)
    if isinstance(axes, int):
        axes = (range(left.ndim - axes, left.ndim), range(axes))
    over_a, over_b = ([int(i) for i in np.atleast_1d(list(np.atleast_1d(x)))] for x in axes)
    over_a = [i % left.ndim for i in over_a]
    over_b = [i % right.ndim for i in over_b]
    free_a = [i for i in range(left.ndim) if i not in over_a]
    free_b = [i for i in range(right.ndim) if i not in over_b]
    shape = [left.shape[i] for i in free_a] + [right.shape[i] for i in free_b]
    inside = int(np.prod([left.shape[i] for i in over_a]))
    rows = left.transpose(free_a + over_a).reshape(-1, inside)
    columns = right.transpose(over_b + free_b).reshape(inside, -1)
    result = matmul(rows, columns).reshape(shape)
    return result if shape else result[()]
