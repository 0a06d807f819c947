"""What the doors cost, beside the product behind them: ``python tests/benchmark_inputs.py``."""

import sys
import timeit
from collections.abc import Callable

import numpy as np

from nncore.inputs import as_batch, as_numbers, as_parameter, check_finite

F8 = np.dtype(np.float64)
ROWS = "{:>8} {:>12} {:>12} {:>12} {:>12} {:>12}\n"


def microseconds(call: Callable[[], object]) -> str:
    """The time of one call, the best of several runs."""
    timer = timeit.Timer(call)
    number = max(1, timer.autorange()[0] // 20)
    return f"{min(timer.repeat(repeat=15, number=number)) / number * 1e6:.2f}"


def row(batch: int) -> list[str]:
    """The times of the doors, and of the product, for so many examples of 784 inputs."""
    x, w = np.ones((batch, 784)), np.ones((30, 784))
    return [
        microseconds(lambda: as_numbers(x, F8, "x")),
        microseconds(lambda: as_parameter(x, x.shape, F8, "x")),
        microseconds(lambda: check_finite(x, "x")),
        microseconds(lambda: as_batch(x, 784, F8, "x")),
        microseconds(lambda: x @ w.T),
    ]


def main() -> None:
    """Print a table of microseconds."""
    sys.stdout.write(
        ROWS.format("batch", "as_numbers", "as_parameter", "finite", "as_batch", "x @ w.T")
    )
    for batch in (1, 32, 1000):
        sys.stdout.write(ROWS.format(batch, *row(batch)))


if __name__ == "__main__":
    main()
