"""A long self-test in parts: what was found is kept in a file, and no task is done twice."""

from __future__ import annotations

import builtins
import contextlib
import dataclasses
import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

from .judgement import Outcome, Row, Task

__all__ = ["Map", "journaled"]

#: A function like the built-in `map`, of tasks.
Map: TypeAlias = Callable[[Callable[[Task], list[Row]], Iterable[Task]], Iterable[list[Row]]]


def journaled(path: Path, map: Map = builtins.map) -> Map:  # noqa: A002 - as everywhere
    """
    Return a map of tasks that goes on where another one was interrupted.

    Parameters
    ----------
    path : Path
        Of the journal: a line of JSON for each task that is done. Made where it is missing;
        delete it when a law or an entry of the catalogue has changed.
    map : callable
        Does the tasks that the journal does not have.

    Returns
    -------
    callable
        As `map`; yields the rows of the journal for tasks that it has, the others as they come,
        written to the journal before.
    """

    def mapped(
        function: Callable[[Task], list[Row]], tasks: Iterable[Task]
    ) -> Iterator[list[Row]]:
        asked, known = list(tasks), _read(path)
        with path.open("a", encoding="utf-8") as journal:
            fresh = iter(map(function, [task for task in asked if task not in known]))
            journal.write("\n" if path.stat().st_size else "")  # after a line broken off
            for task in asked:
                if task in known:
                    yield known[task]
                    continue
                rows = next(fresh)
                journal.write(_line(task, rows))
                journal.flush()
                yield rows

    return mapped


def _line(task: Task, rows: list[Row]) -> str:
    """Return a task and its rows as a line."""
    return f"{json.dumps([dataclasses.asdict(task), [*map(dataclasses.asdict, rows)]])}\n"


def _read(path: Path) -> dict[Task, list[Row]]:
    """Return what a journal holds; lines that cannot be read do not count."""
    found: dict[Task, list[Row]] = {}
    for line in path.read_text("utf-8").splitlines() if path.exists() else []:
        with contextlib.suppress(ValueError, TypeError):
            task, rows = json.loads(line)
            found[_task(**task)] = [_row(**row) for row in rows]
    return found


def _task(checks: list[str], **about: Any) -> Task:
    """Return a task of JSON."""
    return Task(checks=tuple(checks), **about)


def _row(outcome: str, **about: Any) -> Row:
    """Return a row of JSON."""
    return Row(outcome=Outcome(outcome), **about)
