"""Run what the README promises, and write what it measured: `nox -s evidence -- --help`."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from pathlib import Path

import click
from rich.console import Console

from .rows import ROWS, Row, figures_in
from .table import Cell, write_table

ROOT = Path(__file__).parents[2]


def measure(row: Row) -> tuple[Cell, bool]:
    """Return what a command measures, and whether all of it is as promised."""
    command = [sys.executable, *row.command[1:]]
    paths = os.pathsep.join(str(ROOT / name) for name in ("tests", "property_tests"))
    environment = os.environ | {"PYTHONPATH": paths}
    result = subprocess.run(  # noqa: S603 - our own command
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=False
    )
    click.echo(result.stdout)
    figure = row.tell(result.stdout)
    is_met = all(each.is_met for each in figures_in(result.stdout))
    is_met = is_met and result.returncode == 0 and bool(figure)
    text = (figure or f"exit status {result.returncode}").replace("|", "/")
    today = dt.datetime.now(dt.UTC).date().isoformat()
    return Cell(text if is_met else f"**missed:** {text}", today), is_met


@click.command()
@click.argument(
    "names", nargs=-1, type=click.Choice([row.name for row in ROWS]), metavar="[NAME]..."
)
@click.option(
    "--readme",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=ROOT / "README.md",
    help="The file whose table is written.  [default: README.md]",
)
@click.option("--list", "is_list", is_flag=True, help="Print the names, and run nothing.")
def main(*, names: tuple[str, ...], readme: Path, is_list: bool) -> None:
    """
    Run the commands of the rows NAME of the table of evidence, and write their figures.

    By default all rows, which takes hours. Each row is written when it is measured; those of
    other names stay as they are. Exit status 1 if something is not as promised.
    """
    if is_list:
        for row in ROWS:
            click.echo(f"{row.name:15} {row.promise}: {row.nox}")
        return
    console = Console(width=100, stderr=True)
    missed: list[str] = []
    try:
        for row in ROWS:
            if names and row.name not in names:
                continue
            console.print(f"{row.name}: {row.nox}")
            cell, is_met = measure(row)
            write_table(readme, {row.nox: cell})
            console.print(f"{row.name}: {cell.figure}", markup=False)
            missed += [] if is_met else [row.name]
    except KeyboardInterrupt:
        console.print("interrupted; the rows before are written")
        sys.exit(130)
    if missed:
        console.print("missed: " + ", ".join(missed))
        sys.exit(1)


if __name__ == "__main__":
    main(prog_name="evidence")
