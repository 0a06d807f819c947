"""Try one law on an implementation, and tell what became of it."""

from __future__ import annotations

import dataclasses
import time
import warnings
from collections.abc import Callable
from typing import Any

import hypothesis
import numpy as np
from hypothesis import HealthCheck, Phase
from hypothesis.errors import Flaky

from .access import AdapterError
from .adapter import Adapter
from .blame import said, users_line
from .bounds import bounds_of
from .case import Case
from .failure import Failure
from .registry import CHECKS, NEEDS, Check, SkipCheck
from .result import Result, Status
from .selection import known
from .strategies import cases
from .subject import Subject
from .traits import Traits

__all__ = ["EXAMPLES", "OutOfTimeError", "Tried", "law_of", "replay", "try_law"]

#: Cases that a law is tried on, unless it or the caller says otherwise.
EXAMPLES = 25

# Cases that are tried to make a failing one smaller. A number of them and not of seconds, so
# that the same seed ends with the same case.
SHRINKS = 400

# Cases to which a law may not apply before it is skipped as a whole.
INAPPLICABLE = 3

# No explain phase: inside numpy it finds lines of numpy.
PHASES = (Phase.explicit, Phase.generate, Phase.target)
# A slow implementation is no broken one.
SUPPRESSED = (HealthCheck.too_slow, HealthCheck.data_too_large)


class OutOfTimeError(BaseException):
    """
    The time that the caller allowed is over, or a case is small enough.

    No `Exception`: it must leave the search for cases at once, as Ctrl-C does.
    """


@dataclasses.dataclass
class Tried:
    """
    One law while it is being tried.

    Parameters
    ----------
    examples : int
        How many cases it was tried on so far, those that made a failing one smaller left out.
    inapplicable : list of str
        Reasons of the cases to which the law did not apply.
    case : Case, optional
        The smallest that broke the law so far.
    error : Exception, optional
        What it raised.
    shrinks : int
        Cases tried since.
    """

    examples: int = 0
    inapplicable: list[str] = dataclasses.field(default_factory=list)
    case: Case | None = None
    error: Exception | None = None
    shrinks: int = 0

    def begin(self, end: float | None, limit: float) -> None:
        """
        Count one more case.

        Parameters
        ----------
        end : float, optional
            Time (monotonic) after which no case is begun.
        limit : float
            Of `shrinks`.

        Raises
        ------
        OutOfTimeError
            If there is no more time, or the case is small enough.
        SkipCheck
            If the law applies to nothing.
        """
        if end is not None and time.monotonic() > end:
            raise OutOfTimeError
        if self.examples == len(self.inapplicable) == INAPPLICABLE:
            raise SkipCheck(self.inapplicable[-1])
        if self.error is None:
            self.examples += 1
            return
        self.shrinks += 1
        if self.shrinks > limit:
            raise OutOfTimeError


def law_of(
    adapter: Adapter,
    traits: Traits,
    check: Check,
    *,
    max_examples: int,
    seed: int | None = None,
    end: float | None = None,
    tried: Tried | None = None,
    shrink: bool = True,
) -> Callable[[], None]:
    """
    Return a law as a test without arguments, a new function in each call.

    Parameters
    ----------
    adapter, traits
        The implementation.
    check : Check
        The law.
    max_examples : int
        Cases that it is tried on, times the law's own factor.
    seed : int, optional
        Of the cases; another one each time otherwise.
    end : float, optional
        Time (monotonic) after which no case is begun.
    tried : Tried, optional
        Is kept up to date.
    shrink : bool
        Whether a case that breaks the law is made smaller.

    Returns
    -------
    callable
        Raises what the law raises for the smallest case that breaks it.

    Raises
    ------
    SkipCheck
        If the law asks for cases that the implementation does not have.
    """
    tried = Tried() if tried is None else tried
    limit = SHRINKS * min(check.examples, 1)

    def law(case: Case) -> None:
        tried.begin(end, limit)
        _apply(adapter, traits, check, case, tried)

    law.__name__ = law.__qualname__ = check.name
    law.__doc__ = check.law.__doc__
    test: Callable[[], None] = hypothesis.given(case=cases(**bounds_of(adapter, check)))(law)
    if seed is not None:
        test = hypothesis.seed(seed)(test)
    settings = hypothesis.settings(
        max_examples=max(1, round(max_examples * check.examples)),
        database=None,
        deadline=None,
        phases=(*PHASES, Phase.shrink) if shrink else PHASES,
        print_blob=False,
        suppress_health_check=SUPPRESSED,
        derandomize=False,
        report_multiple_bugs=False,
        verbosity=hypothesis.Verbosity.quiet,
    )
    return settings(test)


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
    count = EXAMPLES if max_examples is None else max_examples

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


def _apply(adapter: Adapter, traits: Traits, check: Check, case: Case, tried: Tried) -> None:
    """Try a law on one case."""
    try:
        # What overflows or warns inside is a matter for the laws of numerics, which turn this
        # off. Everywhere else front ends would differ.
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            check.law(Subject(adapter, traits, case.parameters), case)
    except SkipCheck as reason:
        tried.inapplicable.append(str(reason))
    except (AdapterError, KeyboardInterrupt, OutOfTimeError):
        raise
    except Exception as error:
        tried.case, tried.error = case, error
        raise
    except BaseException as error:  # sys.exit, or pytest.fail in a law of the user's
        failure = Failure(f"{type(error).__name__}: {error}")
        tried.case, tried.error = case, failure
        raise failure from error


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
