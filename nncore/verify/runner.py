"""Try laws on an implementation, and tell what became of each."""

from __future__ import annotations

import dataclasses
import secrets
import time
import traceback
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import hypothesis
import numpy as np
from hypothesis import HealthCheck, Phase

from . import checks as _laws  # noqa: F401  # pyright: ignore[reportUnusedImport] - they enter themselves
from .access import AdapterError
from .adapter import Adapter
from .case import Case
from .failure import Failure
from .registry import CHECKS, GROUPS, NEEDS, Check, SkipCheck
from .result import Result, Status
from .strategies import cases
from .subject import Subject
from .traits import Traits

__all__ = ["EXAMPLES", "Tried", "VerificationError", "chosen", "law_of", "try_law", "verify"]

#: Cases that a law is tried on, unless it or the caller says otherwise.
EXAMPLES = 25

# No explain phase: inside numpy it finds lines of numpy.
PHASES = set(Phase) - {Phase.explain, Phase.reuse}
# A slow implementation is no broken one.
SUPPRESSED = (HealthCheck.too_slow, HealthCheck.data_too_large)


class VerificationError(AssertionError):
    """A law is broken; the message tells of every one that is."""


class OutOfTimeError(Exception):
    """The time that the caller allowed is over."""


@dataclasses.dataclass
class Tried:
    """
    One law while it is being tried.

    Parameters
    ----------
    examples : int
        How many cases it was tried on so far.
    case : Case, optional
        The last one.
    """

    examples: int = 0
    case: Case | None = None


def verify(
    adapter: Adapter,
    *,
    max_examples: int | None = None,
    seed: int | None = None,
    only: Collection[str] | None = None,
    max_seconds: float | None = None,
    on_fail: str | None = "raise",
    progress: Callable[[Result], None] | None = None,
) -> list[Result]:
    """
    Try every law on an implementation.

    Parameters
    ----------
    adapter : Adapter
        How to use it.
    max_examples : int, optional
        Cases that each law is tried on; by default 25, fewer for slow laws.
    seed : int, optional
        The same seed tries the same cases; one is drawn otherwise, and stands in each result.
    only : collection of str, optional
        Names of checks or groups; all by default.
    max_seconds : float, optional
        No new case is begun after so many seconds; laws that were not tried are skipped.
    on_fail : {"raise", None}
        Whether a broken law raises, after all have been tried.
    progress : callable, optional
        Is told each result as it comes.

    Returns
    -------
    list of Result
        One for each law, in the order of their groups.

    Raises
    ------
    VerificationError
        If `on_fail` is "raise" and a law is broken.
    AdapterError
        If the adapter does not fit the implementation.
    ValueError
        If a setting cannot be used, or a name in `only` or `expected_failures` is not known.

    Examples
    --------
    >>> from nncore import Network
    >>> mine = Adapter(make=Network, forward="forward", weights="weights", biases="biases")
    >>> [r.status.value for r in verify(mine, only=["list_lengths"], max_examples=5, seed=0)]
    ['passed']
    """
    if on_fail not in {"raise", None}:
        msg = f'`on_fail` must be "raise" or None; it is {on_fail!r}'
        raise ValueError(msg)
    _check_count("max_examples", max_examples)
    selected = chosen(only)
    known(adapter.expected_failures, "expected_failures")
    seed = secrets.randbelow(2**32) if seed is None else seed
    traits = Traits.of(adapter)
    end = None if max_seconds is None else time.monotonic() + max_seconds
    results = []
    for each in selected:
        result = try_law(adapter, traits, each, max_examples=max_examples, seed=seed, end=end)
        results.append(result)
        if progress is not None:
            progress(result)
    broken = [result for result in results if not result.status.is_good]
    if broken and on_fail == "raise":
        raise VerificationError("\n\n".join(f"{r.name}: {r.message}" for r in broken))
    return results


def chosen(only: Collection[str] | None) -> list[Check]:
    """
    Return the checks of these names or groups, by group.

    Parameters
    ----------
    only : collection of str, optional
        Names and groups; None for all.

    Returns
    -------
    list of Check
        In the order of `GROUPS`, then of their entry; groups of users come last.

    Raises
    ------
    ValueError
        If a name is not known.
    """
    if only is not None:
        known(only, "only", groups=True)
    wanted = [
        each
        for each in CHECKS.values()
        if only is None or each.name in only or each.group in only
    ]
    places = {group: place for place, group in enumerate(GROUPS)}
    return sorted(wanted, key=lambda each: places.get(each.group, len(places)))


def known(names: Collection[str], parameter: str, *, groups: bool = False) -> None:
    """
    Raise unless every name is that of a check.

    Parameters
    ----------
    names : collection of str
        Of checks, and of groups where `groups` says so.
    parameter : str
        Who gave them, for the error.
    groups : bool
        Whether groups are meant as well.

    Raises
    ------
    ValueError
        With the unknown name and those that are known.
    """
    there = set(CHECKS) | ({each.group for each in CHECKS.values()} if groups else set())
    for name in names:
        if name not in there:
            msg = f"`{parameter}` names {name!r}, which is no check; there are {', '.join(sorted(there))}"
            raise ValueError(msg)


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
        Cases that it is tried on.
    seed : int, optional
        Of the cases; Hypothesis chooses and remembers them otherwise.
    end : float, optional
        Time (monotonic) after which no case is begun.
    tried : Tried, optional
        Is kept up to date.
    shrink : bool
        Whether the smallest case that breaks the law is looked for.

    Returns
    -------
    callable
        Raises what the law raises for the smallest case that breaks it.
    """
    tried = tried or Tried()

    def law(case: Case) -> None:
        if end is not None and time.monotonic() > end:
            raise OutOfTimeError
        tried.examples += 1
        tried.case = case
        # What overflows inside is a matter for the laws of numerics, which turn this off.
        with np.errstate(all="ignore"):
            check.law(Subject(adapter, traits, case.parameters), case)

    law.__name__ = law.__qualname__ = check.name
    law.__doc__ = check.law.__doc__
    test = hypothesis.given(case=cases(**_bounds(adapter, check)))(law)
    if seed is not None:
        test = hypothesis.seed(seed)(test)
    test = hypothesis.settings(
        max_examples=max_examples,
        database=None,
        deadline=None,
        phases=PHASES if shrink else PHASES - {Phase.shrink},
        print_blob=False,
        suppress_health_check=SUPPRESSED,
        derandomize=False,
        report_multiple_bugs=False,
        verbosity=hypothesis.Verbosity.quiet,
    )(test)
    return test


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
        Cases that it is tried on.
    seed : int
        Of the cases.
    end : float, optional
        Time (monotonic) after which no case is begun.
    shrink : bool
        Whether the smallest case that breaks the law is looked for.

    Returns
    -------
    Result
        What became of it; it never raises.
    """
    start, tried = time.perf_counter(), Tried()
    count = max(1, round((max_examples or EXAMPLES) * min(check.examples, 1.0)))

    def result(status: Status, message: str = "", **more: Any) -> Result:
        seconds = time.perf_counter() - start
        return Result(
            check.name,
            check.group,
            check.sentence,
            status,
            message,
            seconds,
            tried.examples,
            max_examples=count,
            seed=seed,
            **more,
        )

    missing = [NEEDS[need] for need in sorted(check.needs - traits.offers)]
    if missing:
        return result(Status.SKIPPED, f"needs {', '.join(missing)}")
    reason = adapter.expected_failures.get(check.name)
    test = law_of(
        adapter,
        traits,
        check,
        max_examples=count,
        seed=seed,
        end=end,
        tried=tried,
        shrink=shrink,
    )
    try:
        test()
    except SkipCheck as skipped:
        return result(Status.SKIPPED, str(skipped))
    except OutOfTimeError:
        return result(Status.SKIPPED, f"the time was over after {tried.examples} cases")
    except AdapterError as error:
        return result(Status.ERROR, str(error))
    except Exception as error:  # noqa: BLE001 - whatever a user's code raises breaks the law
        about = _about(error, tried.case)
        if reason is not None:
            return result(Status.EXPECTED, f"{reason}: {_message(error)}", **about)
        return result(Status.FAILED, _message(error), **about)
    if reason is not None:
        message = f"`expected_failures` says {reason!r}, but the law holds: take it out"
        return result(Status.FAILED, message)
    return result(Status.PASSED)


def _bounds(adapter: Adapter, check: Check) -> dict[str, Any]:
    """Return the bounds of the cases: the law's, and targets that the cost accepts."""
    declared = adapter.declares
    targets = "one-hot"
    if declared.get("cost") == "quadratic":
        targets = "any"
    elif declared.get("output") == "softmax":
        targets = "distributions"
    elif declared.get("cost") == "cross_entropy":
        targets = "probabilities"
    return {"targets": targets} | check.cases


def _message(error: BaseException) -> str:
    """Return what is wrong, in words."""
    if isinstance(error, AssertionError) and str(error):
        return str(error)
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def _about(error: BaseException, case: Case | None) -> dict[str, Any]:
    """Return example, cause and place of a failure."""
    return {
        "example": "" if case is None else repr(case),
        "sizes": () if case is None else tuple(case.sizes),
        "batch": 0 if case is None else case.batch,
        "cause": error.cause if isinstance(error, Failure) else "",
        "details": error.details if isinstance(error, Failure) else {},
        "where": "" if isinstance(error, AssertionError) else _users_line(error),
    }


def _users_line(error: BaseException) -> str:
    """Return the last line of the traceback that is neither ours nor a library's."""
    ours = Path(__file__).parent
    frames = traceback.extract_tb(error.__traceback__)
    theirs = [
        frame
        for frame in frames
        if ours not in Path(frame.filename).parents and "site-packages" not in frame.filename
    ]
    return f"{theirs[-1].filename}:{theirs[-1].lineno}" if theirs else ""


def _check_count(name: str, count: int | None) -> None:
    """Raise unless a number of examples can be used."""
    if count is not None and (
        isinstance(count, bool) or not isinstance(count, int) or count < 1
    ):
        msg = f"`{name}` must be an integer of at least 1; it is {count!r}"
        raise ValueError(msg)
