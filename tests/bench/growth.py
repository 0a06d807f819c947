"""How the time of nncore grows with width, depth and batch, beside the products alone."""

from __future__ import annotations

from .measuring import Timing, measure
from .peers import LIMIT, NNCORE, make
from .problem import CLASSES, PIXELS, Digits, Problem

#: Sizes and batch size, under what is varied and its value.
VARIED: dict[str, dict[int, tuple[tuple[int, ...], int]]] = {
    "width": {n: ((PIXELS, n, CLASSES), 32) for n in (16, 32, 64, 128, 256, 512, 1024)},
    "depth": {n: ((PIXELS, *[128] * n, CLASSES), 32) for n in (1, 2, 4, 8, 16)},
    "batch": {n: ((PIXELS, 100, CLASSES), n) for n in (1, 4, 16, 64, 256, 1024)},
}


def growth(
    digits: Digits, output: str, *, examples: int, epochs: int, rounds: int
) -> dict[str, dict[int, Timing]]:
    """Return the timing of every size, for each thing that is varied."""
    result: dict[str, dict[int, Timing]] = {}
    for varied, sizes_and_batches in VARIED.items():
        result[varied] = {}
        for value, (sizes, batch_size) in sizes_and_batches.items():
            count = max(examples // batch_size, 1) * batch_size
            problem = Problem(sizes, batch_size, digits.take(count, "float64"), output)
            peers = make(problem, [NNCORE, LIMIT])
            result[varied][value] = measure(peers, examples=count, epochs=epochs, rounds=rounds)
    return result
