"""Measure, print tables, draw a picture: `nox -s bench -- --help`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import click
from figures import Figure, json_option, write
from rich.console import Console
from threadpoolctl import threadpool_limits

from . import report
from .accuracy import Learned, learn
from .growth import growth
from .measuring import Timing, measure
from .memory import FORMS, peak_ratio
from .peers import LIMIT, PEERS, installed, make
from .picture import draw
from .problem import CLASSES, PIXELS, Digits, Problem, mnist, random_digits
from .targets import Case, Outcome, outcomes

#: Hidden layers and batch size.
NETWORKS = (
    ((30,), 10),
    ((100,), 10),
    ((100,), 32),
    ((100,), 100),
    ((512, 512), 128),
    ((512, 512), 1024),
)
CASES = [
    Case((PIXELS, *hidden, CLASSES), batch_size, dtype)
    for dtype in ("float64", "float32")
    for hidden, batch_size in NETWORKS
]
#: From so many neurons on a turn takes seconds, as does what disturbs one peer and not another:
#: peers take so many times as many turns.
LARGE, MORE = 512, 2
SEEDS = 3
PROMISE = "It is fast"


@click.command()
@click.option("--quick", is_flag=True, help="A few steps of everything, to see that it runs.")
@click.option(
    "--data",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder with the IDX files of MNIST; random data of their shape without.",
)
@click.option(
    "--output",
    type=click.Choice(["sigmoid", "softmax"]),
    default="sigmoid",
    show_default=True,
    help="Outputs of the network, both with their cross-entropy.",
)
@click.option(
    "--rounds",
    default=7,
    show_default=True,
    help=f"Turns of each peer; {MORE} times as many with {LARGE} neurons.",
)
@click.option("--examples", default=10_000, show_default=True, help="Examples of an epoch.")
@click.option("--epochs", default=5, show_default=True, help="Epochs of a turn, in one call.")
@click.option("--picture", type=click.Path(path_type=Path), default="bench.png")
@json_option
def main(
    *,
    quick: bool,
    data: Path | None,
    output: str,
    rounds: int,
    examples: int,
    epochs: int,
    picture: Path,
    json_file: Path | None,
) -> None:
    """Train the same network with nncore and its peers, and compare CPU times."""
    if quick:
        rounds, examples, epochs = 2, 256, 1
    train = random_digits(max(examples, 1024)) if data is None else mnist(data, "train")
    source = "random data" if data is None else f"MNIST from {data}"
    names = installed()
    console = Console(width=120)
    console.print(
        f"{source}; {output} outputs; one BLAS thread; CPU time; {rounds} rounds, in each of "
        f"which every peer trains for {epochs} epochs of about {examples} examples"
    )
    for name in PEERS:
        if name not in names:
            console.print(f"left out: {name}, which needs {PEERS[name][0]}")
    with threadpool_limits(1):
        timings: dict[Case, Timing] = {}
        for case in CASES:
            timings[case] = _measure(case, names, train, output, examples, epochs, rounds)
            report.print_timing(console, case, timings[case])
        reached = list(outcomes(timings))
        report.print_outcomes(console, reached)
        grown = growth(
            train, output, examples=examples // 4, epochs=epochs, rounds=min(rounds, 5)
        )
        report.print_growth(console, grown)
        draw(picture, timings, grown, f"nncore beside its peers, {source}")
        console.print(f"picture: {picture}")
        forms = {form: peak_ratio(form, examples if quick else 60_000) for form in FORMS}
        report.print_memory(console, forms)
        write("bench", list(_figures(reached, forms)), json_file)
        if data is None or quick:
            console.print("CPU time to 97 % needs MNIST and time: --data DIR without --quick")
            return
        runs = _learn(names, data, train, output)
        report.print_learned(console, runs)


def _figures(reached: Sequence[Outcome], forms: Mapping[str, float]) -> Iterator[Figure]:
    """Yield how many targets of speed are missed, and the memory of each form of examples."""
    missed = sum(not outcome.is_met for outcome in reached)
    yield Figure(
        PROMISE, "ratios of speed", float(missed), 0.0, "ratios of speed", len(reached)
    )
    for form, ratio in forms.items():
        yield Figure(PROMISE, f"peak memory, {form}", ratio, 1.3, "times data and parameters")


def _measure(
    case: Case,
    names: list[str],
    digits: Digits,
    output: str,
    examples: int,
    epochs: int,
    rounds: int,
) -> Timing:
    """Return the timing of every peer in one case, with full batches only."""
    count = max(examples // case.batch_size, 1) * case.batch_size
    problem = Problem(case.sizes, case.batch_size, digits.take(count, case.dtype), output)
    rounds *= MORE if case.sizes[1] >= LARGE else 1
    return measure(make(problem, names), examples=count, epochs=epochs, rounds=rounds)


def _learn(
    names: list[str], data: Path, train: Digits, output: str
) -> list[dict[str, Learned]]:
    """Return when each peer learned MNIST, for some seeds."""
    learners = [name for name in names if name != LIMIT]
    test = mnist(data, "t10k")
    return [learn(learners, train, test, output, seed) for seed in range(SEEDS)]


if __name__ == "__main__":
    main(prog_name="bench")
