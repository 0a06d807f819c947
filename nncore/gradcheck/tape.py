"""A tape of numbers: every derivative of one of them in a single pass backwards.

The numbers are foreign (balls or rationals); each has a slot, and a node of the tape says how
the slots of its results depend on the slots of its operands. The pass also carries magnitudes,
the sums of absolute contributions, in floats: the scale on which each derivative is judged
(A. Griewank and A. Walther, Evaluating Derivatives, 2nd ed., SIAM 2008, chapter 3).
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
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

    def back(self, adjoint: Sums, magnitude: Sums) -> None:
        """Pass what has reached the results on to the operands."""
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

    def back(self, adjoint: Sums, magnitude: Sums) -> None:
        """See `Node`."""
        partials = itertools.repeat(1) if self.partials is None else self.partials
        reached, size = adjoint.by_slot, magnitude.by_slot
        live = [
            (out, operand, partial)
            for out, operand, partial in zip(self.outs, self.operands, partials, strict=False)
            if out in reached
        ]
        if self.partials is None:
            adjoint.add([(operand, reached[out]) for out, operand, _ in live])
            magnitude.add([(operand, size[out]) for out, operand, _ in live])
        else:
            adjoint.add([(operand, p * reached[out]) for out, operand, p in live])
            magnitude.add([(operand, abs(float(p)) * size[out]) for out, operand, p in live])

    def forward(self, tangent: Sums) -> None:
        """See `Node`."""
        partials = itertools.repeat(1) if self.partials is None else self.partials
        moving = tangent.by_slot
        tangent.add(
            [
                (out, partial * moving[operand])
                for out, operand, partial in zip(
                    self.outs, self.operands, partials, strict=False
                )
                if operand in moving
            ]
        )


@dataclasses.dataclass(frozen=True)
class Product:
    """``out = left @ right``, with the slots of each in row-major order (None: constants)."""

    outs: Slots
    left: Matrix
    right: Matrix
    left_slots: Slots | None
    right_slots: Slots | None
    matrix: Callable[[int, int, list[Number]], Matrix]

    def back(self, adjoint: Sums, magnitude: Sums) -> None:
        """See `Node`: the adjoints are G @ right.T and left.T @ G."""
        if not any(out in adjoint.by_slot for out in self.outs):
            return
        reached = [adjoint.by_slot.get(out, 0) for out in self.outs]
        rows, columns = self.left.nrows(), self.right.ncols()
        g = self.matrix(rows, columns, reached)
        size = np.array([magnitude.by_slot.get(out, 0.0) for out in self.outs])
        size = size.reshape(rows, columns)
        if self.left_slots is not None:
            back = g * self.right.transpose()
            adjoint.add(zip(self.left_slots, back.entries(), strict=True))
            sizes = (size @ _sizes(self.right).T).ravel().tolist()
            magnitude.add(zip(self.left_slots, sizes, strict=True))
        if self.right_slots is not None:
            back = self.left.transpose() * g
            adjoint.add(zip(self.right_slots, back.entries(), strict=True))
            sizes = (_sizes(self.left).T @ size).ravel().tolist()
            magnitude.add(zip(self.right_slots, sizes, strict=True))

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
        self.start = next(_slots)
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

    def gradient(self, slot: int, one: Number) -> tuple[Sums, Sums]:
        """Derivatives of one number with respect to all others.

        Parameters
        ----------
        slot : int
            The slot of that number.
        one : Number
            The derivative of the number with respect to itself.

        Returns
        -------
        pair of Sums
            Derivatives, and the sums of the absolute values of their contributions.
        """
        adjoint, magnitude = Sums(), Sums()
        adjoint.add([(slot, one)])
        magnitude.add([(slot, 1.0)])
        for node in self._backwards():
            node.back(adjoint, magnitude)
        return adjoint, magnitude

    def _backwards(self) -> Iterator[Node]:
        """The nodes, last first."""
        return reversed(self.nodes)


def _sizes(matrix: Matrix) -> NDArray[np.float64]:
    """About the absolute values of the entries."""
    entries = np.array([float(entry) for entry in matrix.entries()])
    sizes: NDArray[np.float64] = np.abs(entries).reshape(matrix.nrows(), matrix.ncols())
    return sizes
