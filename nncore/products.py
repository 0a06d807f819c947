"""Matrix products that are called again and again: bound to their arrays, in the best parts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["bound_product", "has_small_products", "rows_at_once"]

#: With AVX-512 OpenBLAS multiplies with a transposed matrix in a way of its own, which copies
#: nothing, where the result has at most so many numbers, of so many terms in all: 10 rows of
#: 784 numbers by 120 rows take 13 us in float32, by 121 rows 75 us.
SMALL_RESULT, SMALL_TERMS = 1200, 10**6
#: Where parts as small as that pay: a product takes 0.2 to 0.5 times as long with 10 rows, 0.4
#: to 0.7 times with 32, 0.6 to 0.95 times with 100. Sums of fewer terms lose by it, and so does
#: a matrix of more bytes, which every part reads again.
LEAST_INPUTS, MOST_INPUTS, MOST_ROWS, MOST_BYTES = 300, 1500, 100, 10**6


@cache
def has_small_products() -> bool:
    """Return whether numpy multiplies by OpenBLAS, on a processor with AVX-512."""
    config: Mapping[str, Any] = np.show_config(mode="dicts")
    found = config["SIMD Extensions"].get("found", ())
    blas = config["Build Dependencies"]["blas"]["name"]
    # The names before numpy 2.4, and since.
    return "openblas" in blas and not {"AVX512_SKX", "X86_V4"}.isdisjoint(found)


def rows_at_once(rows: int, inputs: int, outputs: int, itemsize: int) -> int:
    """Return how many rows are best multiplied at once with a transposed matrix, at least 1."""
    is_in_parts = (
        has_small_products()
        and LEAST_INPUTS <= inputs <= MOST_INPUTS
        and min(rows, outputs) <= MOST_ROWS
        and inputs * outputs * itemsize <= MOST_BYTES
    )
    small = min(SMALL_RESULT // outputs, SMALL_TERMS // (inputs * outputs))
    return small if is_in_parts and small > 1 else rows


def bound_product(
    left: npt.NDArray[Any], right: npt.NDArray[Any], out: npt.NDArray[Any]
) -> list[Callable[[], object]]:
    """
    Return what writes ``left @ right`` to `out`, in this order.

    BLAS writes rows; columns are the rows of the transposed product.
    """
    if not out.flags.c_contiguous:
        left, right, out = right.T, left.T, out.T
    if left.ndim == 1 or right.flags.c_contiguous:
        return [partial(left.dot, right, out)]
    inputs, outputs = right.shape
    rows = rows_at_once(len(left), inputs, outputs, right.itemsize)
    parts = (slice(first, first + rows) for first in range(0, len(left), rows))
    return [partial(left[part].dot, right, out[part]) for part in parts]
