"""One implementation whose verdict is known, under some of the laws: what became of it."""

from __future__ import annotations

import dataclasses
import enum
import time
import warnings

from . import correct, faults
from .access import AdapterError
from .catalogue import CORRECT, FAULTS, Entry
from .registry import CHECKS
from .result import Result, Status
from .runner import try_law
from .traits import Traits

__all__ = ["Outcome", "Row", "Task", "run"]

# The families enter themselves when they are imported.
FAMILIES = (*faults.FAMILIES, *correct.FAMILIES)


class Outcome(enum.StrEnum):
    """
    What became of one implementation under one check.

    Examples
    --------
    >>> Outcome("killed").is_good, Outcome("flagged").is_good
    (True, False)
    """

    KILLED = "killed"
    PASSED = "passed"
    SKIPPED = "skipped"
    #: A fault that another check must kill passes this one.
    UNSEEN = "unseen"
    #: A fault passes the check that must kill it, or is not tried by it.
    SURVIVED = "survived"
    #: A correct implementation fails.
    FLAGGED = "flagged"
    #: There is no such check, or the adapter cannot be used.
    ERROR = "error"

    @property
    def is_good(self) -> bool:
        """Whether the catalogue expects it."""
        return self not in {Outcome.SURVIVED, Outcome.FLAGGED, Outcome.ERROR}


@dataclasses.dataclass(frozen=True)
class Row:
    """
    One implementation of the catalogue under one check; plain data.

    Parameters
    ----------
    name, family, sentence : str
        Of the entry.
    check : str
        The check.
    outcome : Outcome
        What became of it.
    message : str
        What the check says, or why it was skipped.
    seconds : float
        How long it took.
    is_fault : bool
        Whether the entry is a planted fault.
    crashed : bool
        Whether the entry raised an error of its own instead of breaking the law.

    Examples
    --------
    >>> Row("Einsum", "formulas", "", "list_lengths", Outcome.PASSED).is_good
    True
    """

    name: str
    family: str
    sentence: str
    check: str
    outcome: Outcome
    message: str = ""
    seconds: float = 0.0
    is_fault: bool = False
    crashed: bool = False

    @property
    def is_good(self) -> bool:
        """Whether the catalogue expects it."""
        return self.outcome.is_good


@dataclasses.dataclass(frozen=True)
class Task:
    """
    One implementation and the checks to try on it; plain data, for other processes.

    Parameters
    ----------
    name : str
        Of the entry.
    checks : tuple of str
        Their names.
    max_examples : int, optional
        Cases for each check.
    seed : int
        Of the cases.
    """

    name: str
    checks: tuple[str, ...]
    max_examples: int | None
    seed: int


def run(task: Task) -> list[Row]:
    """
    Try the checks of a task on its implementation.

    Parameters
    ----------
    task : Task
        What to try.

    Returns
    -------
    list of Row
        One for each check.
    """
    entry = {**FAULTS, **CORRECT}[task.name]
    start = time.perf_counter()
    # What numpy warns of is for laws to see, not for whoever runs the self-test.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            adapter = entry.adapter()
            traits = Traits.of(adapter)
        except AdapterError as error:
            seconds = time.perf_counter() - start
            message = f"the adapter cannot be used: {error}"
            return [
                _row(entry, check, Outcome.ERROR, message, seconds) for check in task.checks
            ]
        rows = []
        for name in task.checks:
            if name not in CHECKS:
                rows.append(_row(entry, name, Outcome.ERROR, "there is no check of this name"))
                continue
            result = try_law(
                adapter,
                traits,
                CHECKS[name],
                max_examples=task.max_examples,
                seed=task.seed,
                shrink=False,
            )
            rows.append(_judged(entry, result))
    return rows


def _judged(entry: Entry, result: Result) -> Row:
    """Return what a result says of an entry."""
    outcome = _outcome(entry, result)
    seconds, message = result.seconds, result.message
    return _row(entry, result.name, outcome, message, seconds, crashed=bool(result.where))


def _outcome(entry: Entry, result: Result) -> Outcome:
    """Return whether the catalogue expects a result."""
    if result.status is Status.ERROR:
        return Outcome.ERROR
    if not entry.killed_by:
        outcomes = {Status.FAILED: Outcome.FLAGGED, Status.SKIPPED: Outcome.SKIPPED}
        return outcomes.get(result.status, Outcome.PASSED)
    if result.status is Status.FAILED:
        return Outcome.KILLED
    return Outcome.SURVIVED if result.name == entry.killed_by else Outcome.UNSEEN


def _row(
    entry: Entry,
    check: str,
    outcome: Outcome,
    message: str,
    seconds: float = 0.0,
    *,
    crashed: bool = False,
) -> Row:
    """Return a row about an entry."""
    is_fault = bool(entry.killed_by)
    about = (entry.name, entry.family, entry.sentence, check, outcome, message)
    return Row(*about, seconds, is_fault, crashed)
