"""`np.einsum`: sums over labelled axes, two operands at a time, as products of matrices."""

from __future__ import annotations

import string
from typing import TYPE_CHECKING, Any

import numpy as np

from .entries import balls
from .operations import summed
from .products import matmul

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .tape import Operand

__all__ = ["einsum"]

# In the order of their codes: a result that is not stated has its labels in this order.
LETTERS = string.ascii_uppercase + string.ascii_lowercase
ELLIPSIS = "..."
# Labels of the axes that an ellipsis stands for, from the last to the first: no letters.
FIRST_NAMELESS = 0x100


def einsum(*operands: Operand, optimize: Operand = None) -> Operand:
    """`np.einsum`, from left to right."""
    del optimize  # the order of summation does not matter to balls
    terms, stated, arrays = _parsed(operands)
    nameless = [
        array.ndim - len(term.replace(ELLIPSIS, "")) if ELLIPSIS in term else 0
        for term, array in zip(terms, arrays, strict=True)
    ]
    terms = [_expanded(*each) for each in zip(terms, nameless, strict=True)]
    output = _implied(terms) if stated is None else _expanded(stated, max(nameless))
    parts = _of_equal_sizes([_diagonal(*each) for each in zip(terms, arrays, strict=True)])
    labels, array = parts[0]
    for position in range(1, len(parts)):
        wanted = set(output).union(*terms[position + 1 :])
        labels, array = _pair(labels, array, *parts[position], wanted)
    labels, array = _without(labels, array, set(output))
    return array.transpose([labels.index(c) for c in output])[()]


def _parsed(operands: Sequence[Any]) -> tuple[list[str], str | None, list[Any]]:
    """The labels of each operand, those of the result if they are stated, and the operands."""
    if isinstance(operands[0], str):
        inputs, arrow, stated = operands[0].replace(" ", "").partition("->")
        return inputs.split(","), stated if arrow else None, list(map(balls, operands[1:]))
    # Operands and lists of numbers in turns, with one for the result as an odd one out.
    count = len(operands) // 2 * 2
    terms = list(map(_lettered, operands[1:count:2]))
    output = _lettered(operands[-1]) if len(operands) > count else None
    return terms, output, list(map(balls, operands[:count:2]))


def _lettered(numbers: Sequence[Any]) -> str:
    """The labels as text."""
    return "".join(ELLIPSIS if n is Ellipsis else LETTERS[n] for n in numbers)


def _expanded(labels: str, count: int) -> str:
    """The labels with one for each of the axes that an ellipsis stands for."""
    names = "".join(chr(FIRST_NAMELESS + i) for i in reversed(range(count)))
    return labels.replace(ELLIPSIS, names)


def _implied(terms: list[str]) -> str:
    """The labels of a result that is not stated: the nameless ones, and what occurs once."""
    every = "".join(terms)
    nameless = {label for label in every if ord(label) >= FIRST_NAMELESS}
    once = {label for label in every if every.count(label) == 1} - nameless
    return "".join([*sorted(nameless, reverse=True), *sorted(once)])


def _of_equal_sizes(parts: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """The arrays with axes of size 1 stretched to the size that their label has elsewhere."""
    sizes: dict[str, int] = {}
    for labels, array in parts:
        for label, size in zip(labels, array.shape, strict=True):
            sizes[label] = size if sizes.get(label, 1) == 1 else sizes[label]
    return [
        (labels, np.broadcast_to(array, [sizes[label] for label in labels], subok=True))
        for labels, array in parts
    ]


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
