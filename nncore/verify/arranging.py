"""The arrangement of weights and biases, found out from shapes."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from .access import AdapterError, as_array
from .arrangement import ORDERS, Arrangement
from .case import Array
from .leaves import depth_of, flatten

__all__ = ["arrangement_of"]


def arrangement_of(
    value: Any,
    role: str,
    sizes: Sequence[int],
    *,
    layer0: bool | None = None,
    like: Arrangement | None = None,
) -> Arrangement:
    """
    Find out the arrangement of a structure.

    Parameters
    ----------
    value : Any
        Nested lists, tuples, dicts of arrays, or a vector.
    role : str
        What it is, for the error.
    sizes : sequence of int
        Of its network; no two layers should be equally wide.
    layer0 : bool, optional
        Whether entries for layer 0 must, or must not, be there.
    like : Arrangement, optional
        Of the parameters, whose order a vector has.

    Returns
    -------
    Arrangement
        The first that fits.

    Raises
    ------
    AdapterError
        If none fits.
    """
    depth = depth_of(value)
    leaves = [as_array(leaf) for leaf in flatten(value, depth)]
    for candidate in _candidates(layer0, like):
        if _fits(candidate, leaves, sizes):
            return dataclasses.replace(candidate, depth=depth)
    shapes = ", ".join(str(leaf.shape) for leaf in leaves)
    pairs = list(itertools.pairwise(sizes))
    msg = (
        f"{role}: for sizes {list(sizes)} arrays of shapes {shapes} came; expected are "
        f"weights {', '.join(str((b, a)) for a, b in pairs)}, or all of them transposed, "
        f"and biases of {', '.join(str(b) for _, b in pairs)} entries, with or without "
        f"entries for layer 0"
    )
    raise AdapterError(msg)


def _candidates(layer0: bool | None, like: Arrangement | None) -> Iterator[Arrangement]:
    """Yield the arrangements, usual ones first."""
    flags = (False, True) if layer0 is None else (layer0,)
    for transposed, order in itertools.product((False, True), ORDERS):
        for weights0, biases0 in itertools.product(flags, flags):
            yield Arrangement(order, weights0, biases0, transposed)
    # Where a vector holds everything, shapes do not tell in which order.
    order, transposed = (ORDERS[2], False) if like is None else (like.order, like.transposed)
    yield Arrangement(order, transposed=transposed, flat=True)


def _fits(arrangement: Arrangement, leaves: Sequence[Array], sizes: Sequence[int]) -> bool:
    """Whether the number and the shapes of the arrays of a structure are right."""
    places = arrangement.places(sizes)
    shapes = [arrangement.shape(place, sizes) for place in places]
    if arrangement.flat:
        return len(leaves) == 1 and leaves[0].size == sum(map(np.prod, shapes))
    return len(leaves) == len(places) and all(
        not place[1] or _is(leaf, shape)
        for place, leaf, shape in zip(places, leaves, shapes, strict=True)
    )


def _is(leaf: Array, shape: tuple[int, ...]) -> bool:
    """Whether an array has this shape, but for dimensions of 1 in biases."""
    return leaf.size == shape[0] if len(shape) == 1 else leaf.shape == shape
