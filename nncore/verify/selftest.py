"""Would the laws notice? Every planted fault must die, and nothing correct be flagged."""

from __future__ import annotations

import builtins
import math
import time
from collections.abc import Callable, Collection

from .catalogue import CORRECT, FAULTS, Entry
from .journal import Map
from .judgement import Outcome, Row, Task, run
from .registry import CHECKS
from .runner import check_counts, check_seconds
from .selection import check_names

__all__ = ["FEW", "MANY", "Outcome", "Row", "Task", "run", "self_test", "tasks"]

#: Cases of each law for a correct implementation, unless everything is tried.
FEW = 2
#: Cases of the law that must kill a fault; one that shows in few networks needs many.
MANY = 100


def self_test(
    full: bool = False,
    *,
    map: Map = builtins.map,  # noqa: A002 - what it is called everywhere
    seed: int = 0,
    max_examples: int | None = None,
    only: Collection[str] | None = None,
    max_seconds: float | None = None,
    progress: Callable[[Row], None] | None = None,
) -> list[Row]:
    """
    Try the laws on implementations whose verdict is known.

    Parameters
    ----------
    full : bool
        Whether everything is tried against everything; otherwise each fault against the check
        that must kill it, and correct implementations with few cases.
    map : callable
        As the built-in one; that of an executor tries several implementations at once.
    seed : int
        The same seed tries the same cases.
    max_examples : int, optional
        Cases for each check; by default at most 100 for the check that must kill a fault, and
        for others 2, or as `verify` where everything is tried.
    only : collection of str, optional
        Names or families of entries; all by default.
    max_seconds : float, optional
        No more rows are asked for after so many seconds. With the map of `journal.journaled`
        the next self-test goes on where this one ended.
    progress : callable, optional
        Is told each row as it comes.

    Returns
    -------
    list of Row
        The self-test has failed if one of them is not good.

    Raises
    ------
    TypeError
        If a setting is of a wrong type.
    ValueError
        If a number is too small, or a name in `only` is not known.

    Examples
    --------
    >>> row, = self_test(only=["MeanForgotten"])
    >>> row.check, row.outcome.value
    ('gradient_is_certified', 'killed')
    """
    check_seconds(max_seconds)
    end = math.inf if max_seconds is None else time.monotonic() + max_seconds
    rows = []
    for found in map(run, tasks(full, seed=seed, max_examples=max_examples, only=only)):
        for row in found:
            rows.append(row)
            if progress is not None:
                progress(row)
        if time.monotonic() > end:
            break
    return rows


def tasks(
    full: bool = False,
    *,
    seed: int = 0,
    max_examples: int | None = None,
    only: Collection[str] | None = None,
) -> list[Task]:
    """
    Return what a self-test does.

    Parameters
    ----------
    full, seed, max_examples, only
        As of `self_test`.

    Returns
    -------
    list of Task
        Faults first; each by the law that must kill it before the others.

    Raises
    ------
    TypeError
        If a setting is of a wrong type.
    ValueError
        If a number is too small, or a name in `only` is not known.
    """
    check_counts(max_examples, seed)
    found = []
    for entry in _chosen(only):
        others = tuple(name for name in CHECKS if name != entry.killed_by)
        if entry.killed_by:
            found.append(Task(entry.name, (entry.killed_by,), max_examples or MANY, seed))
        if full or not entry.killed_by:
            few = max_examples if full else max_examples or FEW
            found.append(Task(entry.name, others, few, seed))
    return found


def _chosen(only: Collection[str] | None) -> list[Entry]:
    """Return the entries of these names or families."""
    entries = [*FAULTS.values(), *CORRECT.values()]
    if only is None:
        return entries
    check_names("only", only)
    there = {name for entry in entries for name in (entry.name, entry.family)}
    unknown = sorted(set(only) - there)
    if unknown:
        msg = f"`only` names {unknown[0]!r}, which is no entry or family of the catalogue"
        raise ValueError(msg)
    return [entry for entry in entries if entry.name in only or entry.family in only]
