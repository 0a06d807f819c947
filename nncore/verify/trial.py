"""Try one law on an implementation, and tell what became of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from hypothesis.errors import Flaky

from .adapter import Adapter
from .blame import said, users_line
from .case import Case
from .failure import Failure
from .registry import CHECKS, NEEDS, Check, SkipCheck
from .result import Result, Status
from .search import EXAMPLES, OutOfTimeError, Tried, law_of
from .selection import known
from .subject import Subject
from .traits import Traits

__all__ = ["replay", "try_law"]


def try_law(
    adapter: Adapter,
    traits: Traits,
    check: Check,
    *,
    max_examples: int | None = None,
    seed: int = 0,
    end: float | None = None,
    shrink: bool = True,
) -> Result:
    """
    Try one law on an implementation.

    Parameters
    ----------
    adapter, traits
        The implementation.
    check : Check
        The law.
    max_examples : int, optional
        Cases that it is tried on, times the law's own factor.
    seed : int
        Of the cases.
    end : float, optional
        Time (monotonic) after which no case is begun.
    shrink : bool
        Whether a case that breaks the law is made smaller.

    Returns
    -------
    Result
        What became of it; only Ctrl-C is raised.
    """
    start, tried = time.perf_counter(), Tried()
    # numpy's integers are none to Hypothesis, nor to JSON.
    count = EXAMPLES if max_examples is None else int(max_examples)
    seed = int(seed)

    def test() -> None:  # to ask for cases that there are not is a reason to skip it as well
        law_of(
            adapter,
            traits,
            check,
            max_examples=count,
            seed=seed,
            end=end,
            tried=tried,
            shrink=shrink,
        )()

    status, about = _outcome(test, sorted(check.needs - traits.offers), tried)
    if check.name in adapter.expected_failures:
        status, message = _expected(status, about, adapter.expected_failures[check.name])
        about["message"] = message
    return Result(
        name=check.name,
        group=check.group,
        law=check.sentence,
        status=status,
        seconds=time.perf_counter() - start,
        examples=tried.examples,
        max_examples=count,
        seed=seed,
        **about,
    )


def replay(adapter: Adapter, name: str, case: Case) -> None:
    """
    Try one law on one case, and let everything be raised as it comes.

    Parameters
    ----------
    adapter : Adapter
        The implementation.
    name : str
        Of the check.
    case : Case
        As a report shows it.

    Raises
    ------
    Exception
        Whatever the law or the user's code raises, with its whole traceback.
    ValueError
        If there is no such check.

    Examples
    --------
    >>> from nncore import Network
    >>> mine = Adapter(make=Network, forward="forward", weights="weights", biases="biases")
    >>> replay(mine, "list_lengths", Case([1, 1], [[], [[1]]], [[], [1]], [[1]], [[1]]))
    """
    known([name], "name")
    traits = Traits.of(adapter)
    CHECKS[name].law(Subject(adapter, traits, case.parameters), case)


def _outcome(
    test: Callable[[], None], missing: list[str], tried: Tried
) -> tuple[Status, dict[str, Any]]:
    """Return what becomes of a law, and what a result says of it."""
    try:
        if missing:
            needed = ", ".join(NEEDS[need] for need in missing)
            raise SkipCheck(f"needs {needed}")  # noqa: EM102, TRY003, TRY301 - as laws do
        test()
    except (SkipCheck, OutOfTimeError) as reason:
        ended = f"the time was over after {tried.examples} cases, none of which failed"
        if tried.error is None:
            return Status.SKIPPED, {"message": str(reason) or ended}
    except Exception as error:  # noqa: BLE001 - whatever a user's code raises
        if tried.error is None:
            return Status.ERROR, {"message": said(error), "where": users_line(error)}
        return Status.FAILED, _failure(tried, is_flaky=isinstance(error, Flaky))
    if tried.error is not None:
        return Status.FAILED, _failure(tried)
    if len(tried.inapplicable) == tried.examples:
        return Status.SKIPPED, {"message": tried.inapplicable[-1]}
    return Status.PASSED, {}


def _failure(tried: Tried, *, is_flaky: bool = False) -> dict[str, Any]:
    """Return what a result says of a law that is broken."""
    error, case = tried.error, tried.case
    assert error is not None  # noqa: S101 - for type checkers
    assert case is not None  # noqa: S101 - for type checkers
    flaky = " (once: the same case passed when it was tried again)" if is_flaky else ""
    return {
        "message": said(error) + flaky,
        "example": repr(case),
        "sizes": tuple(case.sizes),
        "batch": case.batch,
        "where": "" if isinstance(error, AssertionError) else users_line(error),
        "cause": error.cause if isinstance(error, Failure) else "",
        "details": error.details if isinstance(error, Failure) else {},
    }


def _expected(status: Status, about: dict[str, Any], reason: str) -> tuple[Status, str]:
    """Return status and message of a law that should fail."""
    message = about.get("message", "")
    if status is Status.FAILED:
        return Status.EXPECTED, f"{reason}: {message}"
    if status is Status.PASSED:
        return (
            Status.FAILED,
            f"`expected_failures` says {reason!r}, but the law holds: take it out",
        )
    return status, message
