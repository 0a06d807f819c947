"""Damage every byte of every kind of file: `nox -s damage -- --help`."""

from __future__ import annotations

import multiprocessing
import sys
import tempfile
from functools import partial
from pathlib import Path

import click
from figures import Figure, json_option, write
from rich.console import Console
from rich.progress import track

from .reading import FORMATS
from .worker import begin, damaged_at

PROMISE = "Nothing is lost, nothing foreign runs"


@click.command()
@click.argument("kinds", nargs=-1, type=click.Choice(list(FORMATS)), metavar="[KIND]...")
@click.option(
    "-j", "--jobs", type=click.IntRange(min=1), default=2, show_default=True, help="Processes."
)
@json_option
def main(*, kinds: tuple[str, ...], jobs: int, json_file: Path | None) -> None:
    """
    Read files of each KIND with every byte changed to all 255 others, and cut anywhere.

    Each must read as the same values or be refused with nncore's own error, in bounded memory.
    Of a plain IDX file, whose pixels carry no check, the header is changed. Exit status 1 if
    any is read otherwise.
    """
    console = Console(width=100, stderr=True)
    figures: list[Figure] = []
    try:
        for name in kinds or tuple(FORMATS):
            figures.append(_damage(name, jobs, console))  # noqa: PERF401 - what is known on Ctrl-C
    except KeyboardInterrupt:
        console.print("interrupted")
        write("damage", figures, json_file)
        sys.exit(130)
    sys.exit(0 if write("damage", figures, json_file) else 1)


def _damage(name: str, jobs: int, console: Console) -> Figure:
    """Print and return how many damaged files of a kind are read wrongly."""
    kind, wrong, count = FORMATS[name], 0, 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        kind.write(path)
        content, values = path.read_bytes(), kind.read(path)
        silent = not console.is_terminal
        with multiprocessing.get_context("spawn").Pool(jobs, begin) as pool:
            damaged = partial(damaged_at, name, content, values, folder)
            done = pool.imap(damaged, range(len(content)))
            places = track(done, name, len(content), console=console, disable=silent)
            for tried, faults in places:
                count += tried
                wrong += len(faults)
                for found in faults:
                    console.print(f"{name}, {found}", markup=False)
    console.print(f"{name}: {count - wrong} of {count} refused or the same")
    what = f"damaged files of kind {name} read wrongly"
    return Figure(PROMISE, what, float(wrong), 0.0, "damaged files", count)


if __name__ == "__main__":
    main(prog_name="damage")
