"""
Plant slips in the code and see whether the tests notice: `nox -s mutation -- --help`.

The tool most people take, mutmut, leaves out what numerical code is made of. Version 3.8 writes
mutants of functions and methods alone: tables and settings of a module, fields of a class and
bodies of properties stay as they are. It knows no mutation of ``@``, of ``.T``, of an index
``[l]`` or of the order of arguments, and an axis becomes None or the next number, never the
other one of a matrix. So the mutants here are our own, on the syntax tree; they never touch a
file, for each is compiled and run in the memory of a child process.
"""

from __future__ import annotations

import math
import random
import sys
from collections.abc import Sequence
from pathlib import Path

import click
from figures import Figure, json_option, write
from rich.console import Console
from rich.progress import track

from .marks import read_marks, unmatched
from .mutants import Mutant, find_mutants, source
from .running import Outcome, try_all, warm_up
from .targets import FIRST, MODULES, STAGES

PROMISE = "The suite would notice"
#: A line of a log for so many mutants, where no terminal shows a bar.
EACH = 20


def sample(mutants: Sequence[Mutant], fraction: float, seed: int) -> list[Mutant]:
    """Return a random part of the mutants, at least one of them, in random order."""
    count = min(len(mutants), math.ceil(fraction * len(mutants)))
    return random.Random(seed).sample(list(mutants), count)  # noqa: S311 - no secret


def report(console: Console, outcomes: Sequence[Outcome]) -> list[Figure]:
    """Print the score of each module; return the figures."""
    figures: list[Figure] = []
    for module in sorted({outcome.mutant.module for outcome in outcomes}):
        of_module = [outcome for outcome in outcomes if outcome.mutant.module == module]
        alive = sum(not outcome.is_killed for outcome in of_module)
        seconds = sum(outcome.seconds for outcome in of_module)
        killed = len(of_module) - alive
        console.print(
            f"{module}: {killed} of {len(of_module)} killed, "
            f"{100 * killed / len(of_module):.1f} %, {seconds:.0f} s of processor time"
        )
        what = f"survivors in {module}"
        figures.append(Figure(PROMISE, what, float(alive), 0.0, "mutants", len(of_module)))
    return figures


@click.command()
@click.argument("modules", nargs=-1, type=click.Choice(MODULES), metavar="[MODULE]...")
@click.option("--all", "all_modules", is_flag=True, help="Every module of the core and judge.")
@click.option(
    "--sample",
    "fraction",
    type=click.FloatRange(0, 1, min_open=True),
    default=1.0,
    show_default=True,
    help="Try a random part of the mutants only.",
)
@click.option("--seed", default=0, show_default=True, help="Chooses the part.")
@click.option(
    "--stages",
    type=click.IntRange(min=1),
    help="Run so many stages of the tests, the quick ones first.  [default: all]",
)
@click.option("-j", "--jobs", default=2, show_default=True, help="Processes.")
@json_option
def main(
    *,
    modules: tuple[str, ...],
    all_modules: bool,
    fraction: float,
    seed: int,
    stages: int | None,
    jobs: int,
    json_file: Path | None,
) -> None:
    """
    Plant slips in the code of MODULE, one at a time, and see whether its tests fail.

    By default in kernels, activations, costs and backprop. Exit status 1 if a slip survives
    that is not marked as equivalent, 2 if a mark stands for no slip. Ctrl-C reports what is
    known so far.
    """
    console = Console(width=100, stderr=True)
    chosen = modules or (MODULES if all_modules else FIRST)
    mutants = [each for name in chosen for each in find_mutants(name, source(name).read_text())]
    marks = {mark for mark in read_marks() if mark.module in chosen}
    stale = unmatched(marks, mutants)
    if stale:
        console.print("marks that stand for no mutant:", *stale, markup=False)
        sys.exit(2)
    tried = sample([each for each in mutants if each not in marks], fraction, seed)
    outcomes: list[Outcome] = []
    run = try_all(tried, {name: STAGES[name][:stages] for name in chosen}, jobs)
    silent = not console.is_terminal
    interrupted = False
    try:
        warm_up()
        console.print(f"{len(tried)} mutants", highlight=False)
        for outcome in track(run, "mutants", len(tried), console=console, disable=silent):
            outcomes.append(outcome)
            if not outcome.is_killed:
                console.print(f"survived: {outcome.mutant}", highlight=False, markup=False)
            elif silent and len(outcomes) % EACH == 0:
                console.print(f"{len(outcomes)} of {len(tried)} tried")
    except KeyboardInterrupt:
        interrupted = True
        console.print(f"interrupted after {len(outcomes)} of {len(tried)}")
    finally:
        run.close()
    figures = report(console, outcomes)
    console.print(f"marked as equivalent and not tried: {len(marks)}")
    met = write("mutation", figures, json_file)
    sys.exit(130 if interrupted else 0 if met else 1)


if __name__ == "__main__":
    main(prog_name="mutation")
