"""A tape of numbers: every derivative of one of them in a single pass backwards.

The numbers are foreign (balls or rationals); each has a slot, and a node of the tape says how
the slots of its results depend on the slots of its operands. A second pass carries magnitudes,
the sums of absolute contributions: the scale on which each derivative is judged
(A. Griewank and A. Walther, Evaluating Derivatives, 2nd ed., SIAM 2008, chapter 3).
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["CONSTANT", "Matrix", "Number", "Operand", "Product", "Sparse", "Sums", "Tape"]

Number: TypeAlias = Any  # flint's arb or fmpq, which carry no types of their own
Matrix: TypeAlias = Any  # flint's arb_mat or fmpq_mat
# What numpy's functions take and give on our numbers: they say it in no type.
Operand: TypeAlias = Any
Slots: TypeAlias = Sequence[int]
Terms: TypeAlias = Iterable[tuple[int, Number]]
Size: TypeAlias = Callable[[Number], Number]

# The slot of every number that does not depend on the parameters.
CONSTANT = 1 << 62
# Slots are never used twice, so a number left over from an earlier run is recognised.
_slots = itertools.count()


class Sums:
    """Numbers by slot, each the sum of what was added to it."""

    def __init__(self) -> None:
        self.by_slot: dict[int, Number] = {}

    def add(self, terms: Terms) -> None:
        """Add each term to the sum of its slot."""
        by_slot = self.by_slot
        for slot, term in terms:
            if slot in by_slot:
                by_slot[slot] = by_slot[slot] + term
            else:
                by_slot[slot] = term


class Node(Protocol):
    """How some slots depend on others."""

    def back(self, sums: Sums, size: Size | None) -> None:
        """Pass what has reached the results on to the operands, by the sizes if there are."""
        ...

    def forward(self, tangent: Sums) -> None:
        """Pass the tangents of the operands on to the results."""
        ...


@dataclasses.dataclass(frozen=True)
class Sparse:
    """``out`` depends on ``operand`` with the partial derivative ``partial`` (None: 1)."""

    outs: Slots
    operands: Slots
    partials: Sequence[Number] | None

    def back(self, sums: Sums, size: Size | None) -> None:
        """See `Node`."""
        reached = sums.by_slot
        if self.partials is None:
            pairs = zip(self.outs, self.operands, strict=True)
            sums.add([(operand, reached[out]) for out, operand in pairs if out in reached])
            return
        partials = self.partials if size is None else map(size, self.partials)
        triples = zip(self.outs, self.operands, partials, strict=True)
        sums.add([(operand, p * reached[out]) for out, operand, p in triples if out in reached])

    def forward(self, tangent: Sums) -> None:
        """See `Node`."""
        moving = tangent.by_slot
        partials = self.partials or [1] * len(self.outs)
        triples = zip(self.outs, self.operands, partials, strict=True)
        tangent.add([(out, p * moving[slot]) for out, slot, p in triples if slot in moving])


@dataclasses.dataclass(frozen=True)
class Product:
    """``out = left @ right``, with the slots of each in row-major order (None: constants)."""

    outs: Slots
    left: Matrix
    right: Matrix
    left_slots: Slots | None
    right_slots: Slots | None
    matrix: Callable[[int, int, list[Number]], Matrix]

    def back(self, sums: Sums, size: Size | None) -> None:
        """See `Node`: with G at the results, G @ right.T and left.T @ G."""
        reached = sums.by_slot
        if not any(out in reached for out in self.outs):
            return
        entries = [reached.get(out, 0) for out in self.outs]
        rows, columns = self.left.nrows(), self.right.ncols()
        if size is None:
            g = self.matrix(rows, columns, entries)
            if self.left_slots is not None:
                back = g * self.right.transpose()
                sums.add(zip(self.left_slots, back.entries(), strict=True))
            if self.right_slots is not None:
                back = self.left.transpose() * g
                sums.add(zip(self.right_slots, back.entries(), strict=True))
            return
        sizes = np.array(entries).reshape(rows, columns)
        if self.left_slots is not None:
            terms = sizes @ _sizes(self.right, size).T
            sums.add(zip(self.left_slots, terms.ravel().tolist(), strict=True))
        if self.right_slots is not None:
            terms = _sizes(self.left, size).T @ sizes
            sums.add(zip(self.right_slots, terms.ravel().tolist(), strict=True))

    def forward(self, tangent: Sums) -> None:
        """See `Node`: d(left @ right) = d left @ right + left @ d right."""
        for slots, factor in ((self.left_slots, self.left), (self.right_slots, self.right)):
            if slots is None:
                continue
            moving = [tangent.by_slot.get(slot, 0) for slot in slots]
            moving = self.matrix(factor.nrows(), factor.ncols(), moving)
            change = moving * self.right if factor is self.left else self.left * moving
            tangent.add(zip(self.outs, change.entries(), strict=True))


class Tape:
    """What was computed in one run.

    Parameters
    ----------
    recording : bool, optional
        False where only values are wanted; slots then only tell runs apart.
    """

    def __init__(self, *, recording: bool = True) -> None:
        self.start: int = next(_slots)
        self.recording = recording
        self.nodes: list[Node] = []
        # Forward tangents along a direction, where one is set.
        self.tangents: Sums | None = None

    def slots(self, count: int) -> Slots:
        """So many new slots.

        Parameters
        ----------
        count : int
            How many.

        Returns
        -------
        sequence of int
            Never used before; all the same where nothing is recorded.
        """
        if not self.recording:
            return [self.start] * count
        return list(itertools.islice(_slots, count))

    def record(self, node: Node) -> None:
        """Append a node, and move its results where a direction is set.

        Parameters
        ----------
        node : Node
            Its results are new.
        """
        self.nodes.append(node)
        if self.tangents is not None:
            node.forward(self.tangents)

    def gradient(self, slot: int, one: Number) -> dict[int, Number]:
        """Derivatives of one number with respect to all others.

        Parameters
        ----------
        slot : int
            The slot of that number.
        one : Number
            The derivative of the number with respect to itself.

        Returns
        -------
        dict
            By slot; a slot that is missing has the derivative 0.
        """
        return self._passed_back(slot, one, None)

    def magnitudes(self, slot: int, size: Size, one: Number) -> dict[int, Number]:
        """Sums of the absolute values of the contributions to each derivative.

        Parameters
        ----------
        slot : int
            The slot of the number that is differentiated.
        size : callable
            The absolute value of a number: a float, or a number where floats overflow.
        one : Number
            The size of 1.

        Returns
        -------
        dict
            By slot.
        """
        return self._passed_back(slot, one, size)

    def _passed_back(self, slot: int, one: Number, size: Size | None) -> dict[int, Number]:
        """What reaches each slot when one number is passed back through all nodes."""
        sums = Sums()
        sums.add([(slot, one)])
        for node in reversed(self.nodes):
            node.back(sums, size)
        return sums.by_slot


def _sizes(matrix: Matrix, size: Size) -> NDArray[Any]:
    """The sizes of the entries."""
    entries = np.array([size(entry) for entry in matrix.entries()])
    return entries.reshape(matrix.nrows(), matrix.ncols())
