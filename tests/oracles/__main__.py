"""Compare the core with JAX, autograd, torch and 50 digits: `nox -s oracles -- --help`."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import click
import mpmath
import numpy as np
from figures import Figure, json_option, write
from rich.console import Console
from rich.progress import track
from rich.table import Table

from . import digits
from .libraries import LIBRARIES, Library, installed
from .networks import disagreements, draw_architecture, largest_ratio
from .optimizers import KINDS, OPTIMIZER_ORACLES, Run, bound, draw_run, ours, textbook

PROMISE = "Backpropagation is the derivative of the cost"
MPMATH = "mpmath, 50 digits"
#: Networks of one architecture, which JAX compiles in a second.
DRAWS = 20


class Found(NamedTuple):
    """A disagreement in units of the bound: with whom, in what, and in which case."""

    oracle: str
    what: str
    ratio: float
    case: object


def of_networks(
    count: int, exact_count: int, rng: np.random.Generator
) -> Iterator[list[Found]]:
    """Yield the disagreements of every oracle on each network."""
    libraries: Mapping[str, Library] = installed()
    architecture = draw_architecture(rng)
    for i in range(count):
        if i % DRAWS == 0:
            architecture = draw_architecture(rng)
        drawn = architecture.draw(rng)
        for name, library in libraries.items():
            theirs = library.compute(*drawn.arguments())
            found = disagreements(drawn, theirs, programs=2)
            yield [Found(name, what, ratio, drawn.case) for what, ratio in found]
        if i < exact_count:
            drawn = draw_architecture(rng, max_width=4, max_layers=4).draw(rng)
            found = disagreements(drawn, digits.compute(*drawn.arguments()), programs=1)
            yield [Found(MPMATH, what, ratio, drawn.case) for what, ratio in found]
        yield []


def of_optimizers(count: int, rng: np.random.Generator) -> Iterator[list[Found]]:
    """Yield the disagreements of every oracle after some steps of each optimizer."""
    libraries = installed()
    for i in range(count):
        kind = KINDS[i % len(KINDS)]
        run = draw_run(rng, kind)
        steps, allowed, what = ours(run), bound(run), f"steps of {kind}"
        for name, (kinds, compute) in OPTIMIZER_ORACLES.items():
            if name in libraries and kind in kinds:
                yield [
                    Found(
                        name, what, largest_ratio([steps], [compute(run)], [2 * allowed]), run
                    )
                ]
        yield [Found(MPMATH, what, largest_ratio([steps], [_exactly(run)], [allowed]), run)]


def _exactly(run: Run) -> object:
    """Return the parameters in 50 digits."""
    with mpmath.workdps(50):
        return textbook(run)


def largest(found: Iterable[list[Found]]) -> dict[tuple[str, str], Found]:
    """Return the largest disagreement of each oracle in each thing."""
    result: dict[tuple[str, str], Found] = {}
    for group in found:
        for each in group:
            key = each.oracle, each.what
            if key not in result or each.ratio > result[key].ratio:
                result[key] = each
    return result


@click.command()
@click.option("--networks", default=2000, show_default=True, help="Networks for the libraries.")
@click.option("--exact", default=200, show_default=True, help="Networks for mpmath.")
@click.option("--runs", default=1000, show_default=True, help="Runs of an optimizer.")
@click.option("--seed", default=0, show_default=True)
@json_option
def main(*, networks: int, exact: int, runs: int, seed: int, json_file: Path | None) -> None:
    """
    Compare forward pass, cost, gradient and optimizer steps with independent programs.

    Disagreements are in units of the derived bound of what rounding may do to both, and must
    stay below 1, or the exit status is 1. Libraries that are not installed are left out.
    """
    rng = np.random.default_rng(seed)
    console = Console(width=100)
    for name, library in LIBRARIES.items():
        if name not in installed():
            console.print(f"left out: {name}, which needs {library.module}")
    silent = not console.is_terminal
    with np.errstate(all="ignore"):  # what others overflow on the way is theirs
        steps = networks * (1 + len(installed())) + min(exact, networks)
        run = of_networks(networks, exact, rng)
        worst = largest(track(run, "networks", steps, console=console, disable=silent))
        steps = sum(
            1 + sum(KINDS[i % 4] in OPTIMIZER_ORACLES[name][0] for name in installed())
            for i in range(runs)
        )
        run = of_optimizers(runs, rng)
        worst |= largest(track(run, "optimizers", steps, console=console, disable=silent))
    _print(console, worst)
    figures = [
        Figure(PROMISE, f"{what} beside {oracle}", each.ratio, 1.0, "rounding bounds")
        for (oracle, what), each in worst.items()
    ]
    sys.exit(0 if write("oracles", figures, json_file) else 1)


def _print(console: Console, worst: Mapping[tuple[str, str], Found]) -> None:
    """Print a table of all, and the cases that are beyond the bound."""
    whats = list(dict.fromkeys(what for _, what in worst))
    table = Table(
        title="largest disagreement in units of the rounding bound", title_justify="left"
    )
    table.add_column("")
    ratios: dict[str, dict[str, float]] = defaultdict(dict)
    for (oracle, what), found in worst.items():
        ratios[what][oracle] = found.ratio
    oracles = list(dict.fromkeys(oracle for oracle, _ in worst))
    for oracle in oracles:
        table.add_column(oracle, justify="right")
    for what in whats:
        row = (f"{ratios[what][o]:.3f}" if o in ratios[what] else "" for o in oracles)
        table.add_row(what, *row)
    console.print(table)
    for found in worst.values():
        if not found.ratio < 1:
            console.print(f"{found.oracle}, {found.what}: {found.ratio:.3g} on {found.case!r}")


if __name__ == "__main__":
    main(prog_name="oracles")
