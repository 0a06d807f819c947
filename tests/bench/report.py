"""The measurements as tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from rich.console import Console
from rich.table import Table

from .accuracy import GOAL, Learned
from .measuring import Timing
from .peers import LIMIT, NNCORE
from .targets import Case, Outcome


def print_timing(console: Console, case: Case, timing: Timing) -> None:
    """Print the speed of every peer in one case, and how nncore compares with it."""
    table = _table(str(case), "examples/s", "nncore is so many times as fast (quartiles)")
    for name in timing.seconds:
        table.add_row(name, f"{timing.speed(name):,.0f}", str(timing.ratio(NNCORE, name)))
    console.print(table)


def print_outcomes(console: Console, outcomes: Iterable[Outcome]) -> None:
    """Print every target in every case."""
    table = _table("targets", "beside", "case", "at least", "measured (quartiles)", "met")
    for outcome in outcomes:
        target, met = outcome.target, "yes" if outcome.is_met else "no"
        table.add_row(
            target.name,
            target.to,
            str(outcome.case),
            f"{target.least:.2f}",
            str(outcome.ratio),
            met,
        )
    console.print(table)


def print_growth(console: Console, grown: Mapping[str, Mapping[int, Timing]]) -> None:
    """Print the time for each example, and the share that the products alone would take."""
    table = _table("growth", "us for an example", "products alone", "their share")
    for varied, timings in grown.items():
        for value, timing in timings.items():
            times = [f"{1e6 / timing.speed(name):.2f}" for name in (NNCORE, LIMIT)]
            share = f"{timing.ratio(NNCORE, LIMIT).median:.0%}"
            table.add_row(f"{varied} {value}", *times, share)
    console.print(table)


def print_memory(console: Console, ratios: Mapping[str, float]) -> None:
    """Print the peak memory of training, for each form of the examples."""
    table = _table("peak memory", "times data and parameters", "at most", "met")
    for form, ratio in ratios.items():
        table.add_row(form, f"{ratio:.2f}", "1.30", "yes" if ratio <= 1.3 else "no")
    console.print(table)


def print_learned(console: Console, runs: Sequence[Mapping[str, Learned]]) -> None:
    """Print the CPU time until the goal, the median over runs."""
    table = _table(f"CPU time to {GOAL:.0%} on MNIST", "seconds", "epochs", "times nncore's")
    own = _median(run[NNCORE].seconds for run in runs)
    for name in runs[0]:
        seconds = _median(run[name].seconds for run in runs)
        epochs = _median(run[name].epochs for run in runs)
        table.add_row(name, f"{seconds:.1f}", f"{epochs:g}", f"{seconds / own:.2f}")
    console.print(table)


def _table(title: str, *columns: str) -> Table:
    """Return an empty table whose first column holds names."""
    table = Table(title=title, title_justify="left")
    table.add_column("")
    for column in columns:
        table.add_column(column, justify="right")
    return table


def _median(values: Iterable[float | None]) -> float:
    """Return a median, in which None, a goal not reached, is infinitely late."""
    return float(np.median([np.inf if value is None else value for value in values]))
