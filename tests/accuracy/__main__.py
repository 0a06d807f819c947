"""Measure every activation, derivative and cost in ulp: `nox -s accuracy -- --help`."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import click
import numpy as np
from figures import Figure, json_option, write
from rich.console import Console
from rich.progress import track

from .contestants import BUFFERS, GOALS, OURS, contestants
from .formats import FORMATS, Format
from .measuring import Worst, check_reference, measure_chunk
from .points import CHUNK, chunks
from .reference import REFERENCES
from .report import Result, elementwise_table, row_table
from .rows import QUANTITIES, RowWorst, measure_row, rows

PROMISE = "The floating-point kernels are accurate everywhere"
#: The most that a cost, or an output error, may be off by beyond log2 n, in ulp.
COST_GOAL = 4.0
#: Points of each chunk at which the reference is held against balls.
CHECKED = 16


def elementwise(
    kind: Format, points: int, rng: np.random.Generator, console: Console
) -> list[Result]:
    """Return the largest errors of everybody's elementwise functions."""
    functions = contestants()
    worst = {name: {who: Worst() for who in calls} for name, calls in functions.items()}
    parts = chunks(points, kind, rng)
    total = max(points // CHUNK, 1) + 1
    for z in track(
        parts, f"{kind.name} points", total, console=console, disable=not console.is_terminal
    ):
        wide = z.astype(np.float64)
        checked = wide[rng.integers(0, len(z), CHECKED)]
        for name, calls in functions.items():
            check_reference(name, checked, REFERENCES[name](checked))
            exact = REFERENCES[name](wide)
            for who, call in calls.items():
                measure_chunk(call, z, exact, kind, worst[name][who])
    return [
        Result(name, who, *w.decide(name, kind), w.subnormal, w.warning)
        for name, each in worst.items()
        for who, w in each.items()
    ]


def of_rows(
    kind: Format, count: int, rng: np.random.Generator, console: Console
) -> Mapping[str, Mapping[str, RowWorst]]:
    """Return the largest errors of everybody's functions of rows."""
    result: dict[str, dict[str, RowWorst]] = {}
    for name, quantity in QUANTITIES.items():
        worst = result[name] = {who: RowWorst() for who in quantity.calls}
        drawn = rows(quantity.law, count, kind, rng)
        title = f"{kind.name} {name}"
        for z, y in track(
            drawn, title, count, console=console, disable=not console.is_terminal
        ):
            measure_row(quantity, worst, z, y, kind, rng)
    return result


def figures_of(
    kind: Format,
    results: Sequence[Result],
    of_row: Mapping[str, Mapping[str, RowWorst]],
) -> Iterator[Figure]:
    """Yield what is promised of nncore's own functions."""
    own = [result for result in results if result.who == OURS]
    for what, goal, is_prime in zip(
        ("activations", "derivatives"), GOALS[kind.name], (False, True), strict=True
    ):
        errors = [r.error for r in own if r.name.endswith("_prime") == is_prime]
        yield Figure(PROMISE, f"{what}, {kind.name}", max(errors), goal, "ulp")
    for name, worst in of_row.items():
        goal = GOALS[kind.name][0] if name == "softmax" else COST_GOAL
        what = f"{name} of n outputs, {kind.name}, beyond log2 n"
        yield Figure(PROMISE, what, worst[OURS].excess, goal, "ulp")
    warned = [r.name for r in own if r.warning]
    warned += [name for name, worst in of_row.items() if worst[OURS].warning]
    yield Figure(PROMISE, f"functions that warn, {kind.name}", float(len(warned)), 0.0, "")


@click.command()
@click.option(
    "--points", default=10_000_000, show_default=True, help="Points for each function and type."
)
@click.option(
    "--rows", "row_count", default=2000, show_default=True, help="Rows for each cost and type."
)
@click.option("--seed", default=0, show_default=True)
@click.option("--quick", is_flag=True, help="Few points, to see that it runs.")
@json_option
def main(
    *, points: int, row_count: int, seed: int, quick: bool, json_file: Path | None
) -> None:
    """
    Measure errors in ulp of the exact values, over all of float64 and float32.

    Elementwise functions are measured against double-doubles, and balls decide on the worst
    points; costs and softmax against balls. Ours must meet the goals, or the exit status is 1;
    what numpy, scipy and torch compute stands beside it.
    """
    if quick:
        points, row_count = 40_000, 20
    rng = np.random.default_rng(seed)
    console = Console(width=130)
    figures: list[Figure] = []
    for kind in FORMATS.values():
        results = elementwise(kind, points, rng, console)
        function, prime = GOALS[kind.name]
        title = (
            f"{kind.name}, {points:,} points: goals {function:g} ulp for activations, "
            f"{prime:g} for derivatives; '{BUFFERS}' is what training runs"
        )
        console.print(elementwise_table(title, results))
        of_row = of_rows(kind, row_count, rng, console)
        title = (
            f"{kind.name}, {row_count:,} rows of n = 1 to 512: goals log2 n + {function:g} ulp "
            f"for softmax, log2 n + {COST_GOAL:g} for the rest; dC/dz and dC/da in ulp of the "
            "larger of output and target"
        )
        console.print(row_table(title, of_row))
        figures += figures_of(kind, results, of_row)
    sys.exit(0 if write("accuracy", figures, json_file) else 1)


if __name__ == "__main__":
    main(prog_name="accuracy")
