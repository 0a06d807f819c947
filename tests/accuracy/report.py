"""The measured errors as tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from rich.table import Table

from .rows import RowWorst

__all__ = ["Result", "elementwise_table", "row_table"]


class Result(NamedTuple):
    """The largest error of one function by one author."""

    name: str
    who: str
    error: float
    point: float
    subnormal: float
    warning: str


def elementwise_table(title: str, results: Sequence[Result]) -> Table:
    """Return one line for each function and author."""
    table = _table(title, "ulp", "at z", "ulp of tiny results", "warning")
    for r in results:
        where = f"{r.point:.17g}" if r.error else ""
        table.add_row(r.name, r.who, f"{r.error:.3g}", where, f"{r.subnormal:.3g}", r.warning)
    return table


def row_table(title: str, results: Mapping[str, Mapping[str, RowWorst]]) -> Table:
    """Return one line for each function of rows and author."""
    table = _table(title, "ulp - log2 n", "ulp", "n", "warning")
    for name, each in results.items():
        for who, w in each.items():
            table.add_row(name, who, f"{w.excess:.3g}", f"{w.error:.3g}", str(w.n), w.warning)
    return table


def _table(title: str, *columns: str) -> Table:
    """Return an empty table whose first columns hold names."""
    table = Table(title=title, title_justify="left")
    table.add_column("")
    table.add_column("by")
    for column in columns[:-1]:
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column(columns[-1])
    return table
