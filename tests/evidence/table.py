"""The table of the README, between two markers: a line for each command."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from nncore.files import replacing

from .rows import ROWS

__all__ = ["BEGIN", "END", "HEAD", "UNKNOWN", "Cell", "read_table", "write_table"]

BEGIN, END = "<!-- evidence: written by nox -s evidence -->", "<!-- end of evidence -->"
HEAD = "| promise | command | figure | date |\n|---|---|---|---|"


class Cell(NamedTuple):
    """What was measured, and when."""

    figure: str
    date: str


UNKNOWN = Cell("not measured yet", "")


def read_table(path: Path) -> dict[str, Cell]:
    """Return what stands in the table, by the command."""
    _, table, _ = _parts(path.read_text("utf-8"))
    cells: dict[str, Cell] = {}
    for line in table.strip().splitlines()[2:]:
        _, command, figure, date = (each.strip() for each in line.strip("|").split("|"))
        cells[command.strip("`")] = Cell(figure, date)
    return cells


def write_table(path: Path, new: Mapping[str, Cell]) -> None:
    """Write the rows that are new, and those of other commands as they stand."""
    before, _, after = _parts(path.read_text("utf-8"))
    cells = read_table(path) | dict(new)
    lines = [
        f"| {row.promise} | `{row.nox}` | {' | '.join(cells.get(row.nox, UNKNOWN))} |"
        for row in ROWS
    ]
    text = "\n".join([before + BEGIN, "", HEAD, *lines, "", END + after])
    with replacing(path) as file:
        file.write(text.encode())


def _parts(text: str) -> tuple[str, str, str]:
    """Return what stands before, between and after the markers."""
    before, begin, rest = text.partition(BEGIN)
    table, end, after = rest.partition(END)
    if not begin or not end:
        msg = f"the table must stand between {BEGIN} and {END}"
        raise ValueError(msg)
    return before, table, after
