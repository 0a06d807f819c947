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
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "CONSTANT",
    "Factor",
    "Matrix",
    "Number",
    "Operand",
    "Product",
    "Sparse",
    "Sums",
    "Tape",
]

Number: TypeAlias = Any  # flint's arb or fmpq, which carry no types of their own
Matrix: TypeAlias = Any  # flint's arb_mat or fmpq_mat
# What numpy's functions take and give on our numbers: they say it in no type.
Operand: TypeAlias = Any
Slots: TypeAlias = Sequence[int]
# The absolute values of numbers: floats, or numbers where floats overflow.
Sizes: TypeAlias = Callable[[Iterable[Number]], Iterable[Number]]

# From so many on, an array is quicker than a loop.
MANY = 64
# The slot of every number that does not depend on the parameters.
CONSTANT = 1 << 62
# Slots are never used twice, so a number left over from an earlier run is recognised.
_slots = itertools.count()


class Sums:
    """Numbers by slot, each the sum of what was added to it.

    Most slots are those of parameters, of which a product adds to a whole matrix at once: they
    have an array, which takes a third of the time of the dict that the others have.

    Parameters
    ----------
    leaves : sequence of int, optional
        The slots of the parameters: in a row, and before all others.
    dtype : type, optional
        Of the sums of the parameters.
    """

    def __init__(self, leaves: Slots = (), dtype: type = object) -> None:
        self.by_slot: dict[int, Number] = {}
        self._first, self._end = (leaves[0], leaves[-1] + 1) if leaves else (0, 0)
        self._of_leaves: NDArray[Any] = np.zeros(len(leaves), dtype)
        self._is_reached: NDArray[np.bool_] = np.zeros(len(leaves), bool)

    def add(self, slots: Slots, terms: Sequence[Number]) -> None:
        """Add each term to the sum of its slot."""
        if len(slots) >= MANY and max(slots) < self._end:
            self._add_to_leaves(np.fromiter(slots, int) - self._first, terms)
            return
        by_slot = self.by_slot
        for slot, term in zip(slots, terms, strict=True):
            if slot in by_slot:
                by_slot[slot] = by_slot[slot] + term
            else:
                by_slot[slot] = term

    def _add_to_leaves(self, places: NDArray[np.int_], terms: Sequence[Number]) -> None:
        """Add each term to the sum at its place among the parameters."""
        array = np.fromiter(terms, self._of_leaves.dtype, len(places))
        before = np.count_nonzero(self._is_reached)
        self._is_reached[places] = True
        if np.count_nonzero(self._is_reached) == before + len(places):  # all new, and once
            self._of_leaves[places] = array
        else:
            np.add.at(self._of_leaves, places, array)

    def of_leaves(self, zero: Number) -> list[Number]:
        """The sums of the parameters; zero where nothing was added."""
        sums: list[Number] = np.where(self._is_reached, self._of_leaves, zero).tolist()
        for slot, term in self.by_slot.items():
            if slot < self._end:
                sums[slot - self._first] = sums[slot - self._first] + term
        return sums


class Node(Protocol):
    """How some slots depend on others."""

    def back(self, sums: Sums, sizes: Sizes | None) -> None:
        """Pass what has reached the results on to the operands, by their sizes if asked for."""
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

    def back(self, sums: Sums, sizes: Sizes | None) -> None:
        """See `Node`."""
        reached = sums.by_slot
        if self.partials is None:
            pairs = zip(self.outs, self.operands, strict=True)
            terms = [(operand, reached[out]) for out, operand in pairs if out in reached]
        else:
            partials = self.partials if sizes is None else sizes(self.partials)
            triples = zip(self.outs, self.operands, partials, strict=True)
            terms = [
                (operand, p * reached[out]) for out, operand, p in triples if out in reached
            ]
        sums.add([slot for slot, _ in terms], [term for _, term in terms])

    def forward(self, tangent: Sums) -> None:
        """See `Node`."""
        moving = tangent.by_slot
        partials = self.partials or [1] * len(self.outs)
        triples = zip(self.outs, self.operands, partials, strict=True)
        terms = [(out, p * moving[slot]) for out, slot, p in triples if slot in moving]
        tangent.add([slot for slot, _ in terms], [term for _, term in terms])


class Factor(NamedTuple):
    """A factor of a product: entries row by row, their slots (None: constants), the matrix."""

    entries: list[Number]
    slots: Slots | None
    matrix: Matrix


@dataclasses.dataclass(frozen=True)
class Product:
    """``out = left @ right``, with the slots of the results in row-major order."""

    outs: Slots
    left: Factor
    right: Factor
    make: Callable[[int, int, list[Number]], Matrix]

    def back(self, sums: Sums, sizes: Sizes | None) -> None:
        """See `Node`: with G at the results, G @ right.T and left.T @ G."""
        reached = sums.by_slot
        if not any(out in reached for out in self.outs):
            return
        entries = [reached.get(out, 0) for out in self.outs]
        rows, columns = self.left.matrix.nrows(), self.right.matrix.ncols()
        if sizes is None:
            g = self.make(rows, columns, entries)
            if self.left.slots is not None:
                back = g * self.right.matrix.transpose()
                sums.add(self.left.slots, back.entries())
            if self.right.slots is not None:
                back = self.left.matrix.transpose() * g
                sums.add(self.right.slots, back.entries())
            return
        g = np.array(entries).reshape(rows, columns)
        if self.left.slots is not None:
            terms = g @ _array(sizes, self.right).T
            sums.add(self.left.slots, terms.ravel().tolist())
        if self.right.slots is not None:
            terms = _array(sizes, self.left).T @ g
            sums.add(self.right.slots, terms.ravel().tolist())

    def forward(self, tangent: Sums) -> None:
        """See `Node`: d(left @ right) = d left @ right + left @ d right."""
        left, right = self.left.matrix, self.right.matrix
        for slots, factor in ((self.left.slots, left), (self.right.slots, right)):
            if slots is None:
                continue
            moving = [tangent.by_slot.get(slot, 0) for slot in slots]
            moving = self.make(factor.nrows(), factor.ncols(), moving)
            change = moving * right if factor is left else left * moving
            tangent.add(self.outs, change.entries())


class Tape:
    """What was computed in one run.

    Parameters
    ----------
    recording : bool
        False where only values are wanted; slots then only tell runs apart.
    """

    def __init__(self, *, recording: bool) -> None:
        self.start: int = next(_slots)
        self.recording = recording
        self.leaves: Slots = []
        self.nodes: list[Node] = []
        # Forward tangents along a direction, where one is set.
        self.tangents: Sums | None = None

    def parameters(self, count: int) -> Slots:
        """The slots of the parameters, to be asked for before any others.

        Parameters
        ----------
        count : int
            How many.

        Returns
        -------
        sequence of int
            In a row where anything is recorded.
        """
        self.leaves = self.slots(count)
        return self.leaves

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

    def gradient(
        self, slot: int, zero: Number, one: Number, sizes: Sizes | None = None
    ) -> list[Number]:
        """Derivatives of one number with respect to the parameters.

        Parameters
        ----------
        slot : int
            The slot of that number.
        zero, one : Number
            What reaches parameters on which it does not depend, and what reaches itself.
        sizes : callable, optional
            Sum absolute values of the contributions instead, and how to take them: as floats,
            or as numbers where floats overflow.

        Returns
        -------
        list of Number
            In the order of the parameters.
        """
        sums = Sums(self.leaves, float if isinstance(one, float) else object)
        sums.add([slot], [one])
        for node in reversed(self.nodes):
            node.back(sums, sizes)
        return sums.of_leaves(zero)


def _array(sizes: Sizes, factor: Factor) -> NDArray[Any]:
    """The sizes of the entries."""
    flat = np.array(list(sizes(factor.entries)))
    return flat.reshape(factor.matrix.nrows(), factor.matrix.ncols())
