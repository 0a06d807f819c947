"""Products of arrays over some of their axes, each as one product of matrices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .balls import balls
from .operations import summed
from .products import factor, matmul
from .run import current
from .ufuncs import UFUNCS

if TYPE_CHECKING:
    from .tape import Operand

__all__ = ["dot", "einsum", "inner", "outer", "tensordot", "vdot"]


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


def einsum(subscripts: Operand, *operands: Operand, optimize: Operand = None) -> Operand:
    """`np.einsum` with letters, from left to right, two operands at a time."""
    del optimize  # the order of summation does not matter to balls
    if not isinstance(subscripts, str) or "." in subscripts:
        msg = "np.einsum is known with letters only, without an ellipsis"
        raise current().defeated(msg)
    inputs, arrow, output = subscripts.replace(" ", "").partition("->")
    terms = inputs.split(",")
    if not arrow:
        letters = inputs.replace(",", "")
        output = "".join(c for c in sorted(set(letters)) if letters.count(c) == 1)
    arrays = [balls(operand) for operand in operands]
    labels, array = _diagonal(terms[0], arrays[0])
    for position in range(1, len(terms)):
        wanted = set(output).union(*terms[position + 1 :])
        other_labels, other = _diagonal(terms[position], arrays[position])
        labels, array = _pair(labels, array, other_labels, other, wanted)
    labels, array = _without(labels, array, set(output))
    return array.transpose([labels.index(c) for c in output])[()]


def _diagonal(labels: str, array: Operand) -> tuple[str, Any]:
    """The array with each label once."""
    for label in set(labels):
        while labels.count(label) > 1:
            first, second = labels.index(label), labels.rindex(label)
            array = np.diagonal(array, axis1=first, axis2=second)
            labels = labels[:first] + labels[first + 1 : second] + labels[second + 1 :] + label
    return labels, array


def _without(labels: str, array: Operand, wanted: set[str]) -> tuple[str, Any]:
    """The array summed over the labels that nobody wants."""
    over = tuple(i for i, label in enumerate(labels) if label not in wanted)
    if over:
        array = balls(summed(array, over))
    return "".join(label for label in labels if label in wanted), array


def _pair(a: str, left: Operand, b: str, right: Operand, wanted: set[str]) -> tuple[str, Any]:
    """The product of two arrays, summed over the labels that nobody wants any more."""
    a, left = _without(a, left, wanted | set(b))
    b, right = _without(b, right, wanted | set(a))
    batch = [c for c in a if c in b and c in wanted]
    over = [c for c in a if c in b and c not in wanted]
    free_a = [c for c in a if c not in b]
    free_b = [c for c in b if c not in a]
    size = {**dict(zip(a, left.shape, strict=True)), **dict(zip(b, right.shape, strict=True))}
    stack, inside = [size[c] for c in batch], int(np.prod([size[c] for c in over]))
    rows = left.transpose([a.index(c) for c in batch + free_a + over])
    columns = right.transpose([b.index(c) for c in batch + over + free_b])
    product = matmul(
        rows.reshape([*stack, int(np.prod([size[c] for c in free_a])), inside]),
        columns.reshape([*stack, inside, int(np.prod([size[c] for c in free_b]))]),
    )
    labels = batch + free_a + free_b
    return "".join(labels), product.reshape([size[c] for c in labels])
