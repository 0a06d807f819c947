"""The search for the smallest case that breaks a law."""

from __future__ import annotations

import dataclasses
import time
import warnings
from collections.abc import Callable

import hypothesis
import numpy as np
from hypothesis import HealthCheck, Phase

from .access import AdapterError
from .adapter import Adapter
from .bounds import bounds_of
from .case import Case
from .failure import Failure
from .registry import Check, SkipCheck
from .strategies import cases
from .subject import Subject
from .traits import Traits

__all__ = ["EXAMPLES", "INAPPLICABLE", "SHRINKS", "OutOfTimeError", "Tried", "law_of"]

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
