"""Prove the structure of backpropagation: `nox -s exactness -- --help`."""

from __future__ import annotations

import math
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import click
import numpy as np
from figures import Figure, json_option, write
from polynomials import (
    POLYNOMIALS,
    PRIME,
    degree_of_identity,
    disagreement,
    random_case,
    rationals,
    residues,
)
from rich.console import Console
from rich.progress import track
from strategies import Case

PROMISE = "Backpropagation is the derivative of the cost"
FIELDS = {f"modulo 2^61 - 1 = {PRIME}": residues, "over the rationals": rationals}


class Outcome(NamedTuple):
    """One network, whether it agreed, and the degree of what was compared."""

    case: Case
    agrees: bool
    degree: int


def outcomes(field: str, networks: int, rng: np.random.Generator) -> Iterator[Outcome]:
    """Yield networks of random sizes, all activations and outputs in turn."""
    numbers = FIELDS[field]
    for i in range(networks):
        hidden = POLYNOMIALS[i % len(POLYNOMIALS)]
        output = hidden if i % 2 else "identity"
        case = random_case(rng, numbers, hidden=hidden, output=output)
        agrees = bool(disagreement(case, numbers, rng) == 0)
        yield Outcome(case, agrees, degree_of_identity(case))


@click.command()
@click.option(
    "--networks", default=300, show_default=True, help="Networks in each kind of numbers."
)
@click.option("--seed", default=0, show_default=True)
@json_option
def main(*, networks: int, seed: int, json_file: Path | None) -> None:
    """
    Compare backpropagation with the cost along random lines, exactly.

    With polynomial activations and the quadratic cost both are polynomials: modulo a prime p an
    agreement at one random point leaves a wrong formula a probability of at most degree / p
    (Schwartz 1980, Zippel 1979). Exit status 1 if any network disagrees.
    """
    rng = np.random.default_rng(seed)
    console = Console(width=100)
    figures: list[Figure] = []
    for field, numbers in FIELDS.items():
        done: list[Outcome] = []
        run = outcomes(field, networks, rng)
        silent = not console.is_terminal
        for outcome in track(run, field, networks, console=console, disable=silent):
            done.append(outcome)
            if not outcome.agrees:
                console.print(f"disagrees {field}: {outcome.case!r}")
        wrong = sum(not outcome.agrees for outcome in done)
        degrees = Counter(outcome.degree for outcome in done)
        sizes = {outcome.case.net.sizes for outcome in done}
        console.print(
            f"{field}: {len(done) - wrong} of {len(done)} networks agree exactly, of "
            f"{len(sizes)} different sizes, degrees {min(degrees)} to {max(degrees)}"
        )
        what = f"disagreements {field}"
        figures.append(Figure(PROMISE, what, float(wrong), 0.0, "networks", len(done)))
        if numbers is residues:
            figures.append(_bound(console, max(degrees)))
    sys.exit(0 if write("exactness", figures, json_file) else 1)


def _bound(console: Console, degree: int) -> Figure:
    """Print and return how probable an agreement with a wrong formula is."""
    bound = degree / PRIME
    console.print(
        f"a wrong formula agrees with a probability of at most degree / p = {degree} / {PRIME} "
        f"= {bound:.1e}, below 2^{math.ceil(math.log2(bound))}, at each network"
    )
    return Figure(PROMISE, "probability that a wrong formula agrees", bound, 2.0**-45, "")


if __name__ == "__main__":
    main(prog_name="exactness")
