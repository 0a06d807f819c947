"""Damage every byte of every kind of file: `nox -s damage -- --help`."""

from __future__ import annotations

import itertools
import resource
import sys
import tempfile
from pathlib import Path

import click
from figures import Figure, json_option, write
from rich.console import Console
from rich.progress import track

from .reading import FORMATS, fault, one_byte, truncations

PROMISE = "Nothing is lost, nothing foreign runs"
#: Bytes of memory that reading any damaged file may take.
ROOM = 2**30


@click.command()
@click.argument("kinds", nargs=-1, type=click.Choice(list(FORMATS)), metavar="[KIND]...")
@json_option
def main(*, kinds: tuple[str, ...], json_file: Path | None) -> None:
    """
    Read files of each KIND with every byte changed to all 255 others, and cut anywhere.

    Each must read as the same values or be refused with nncore's own error, in bounded memory.
    Of a plain IDX file, whose pixels carry no check, the header is changed. Exit status 1 if
    any is read otherwise.
    """
    console = Console(width=100, stderr=True)
    used = int(Path("/proc/self/statm").read_text("utf-8").split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + ROOM, used + ROOM))
    figures: list[Figure] = []
    try:
        for name in kinds or tuple(FORMATS):
            figures.append(_damage(name, console))  # noqa: PERF401 - what is known on Ctrl-C
    except KeyboardInterrupt:
        console.print("interrupted")
        write("damage", figures, json_file)
        sys.exit(130)
    sys.exit(0 if write("damage", figures, json_file) else 1)


def _damage(name: str, console: Console) -> Figure:
    """Print and return how many damaged files of a kind are read wrongly."""
    kind, wrong = FORMATS[name], 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        kind.write(path)
        content, values = path.read_bytes(), kind.read(path)
        changeable = content[:16] if name == "idx" else content
        # One at a time: all of them would take a thousand times the square of a file's size.
        changes = ((what, new + content[len(new) :]) for what, new in one_byte(changeable))
        damages = itertools.chain(changes, truncations(content))
        count = 255 * len(changeable) + len(content)
        silent = not console.is_terminal
        for what, new in track(damages, name, count, console=console, disable=silent):
            found = fault(kind, new, path, values)
            if found is not None:
                wrong += 1
                console.print(f"{name}, {what}: {found}", markup=False)
    console.print(f"{name}: {count - wrong} of {count} refused or the same")
    what = f"damaged files of kind {name} read wrongly"
    return Figure(PROMISE, what, float(wrong), 0.0, "damaged files", count)


if __name__ == "__main__":
    main(prog_name="damage")
