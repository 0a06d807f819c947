"""Try all laws on an implementation, one after the other."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Collection
from numbers import Real

from ..settings import integer
from .adapter import Adapter, check_adapter
from .result import Result
from .search import EXAMPLES, law_of
from .selection import chosen, known
from .traits import Traits
from .trial import try_law

__all__ = [
    "EXAMPLES",
    "VerificationError",
    "check_counts",
    "check_seconds",
    "chosen",
    "known",
    "law_of",
    "try_law",
    "verify",
]


class VerificationError(AssertionError):
    """
    A law is broken; the message tells of every one that is.

    Examples
    --------
    >>> from nncore.verify.faults.gradient import MeanForgotten
    >>> verify(MeanForgotten.adapter(), only=["gradient_is_certified"], max_examples=9)
    Traceback (most recent call last):
    nncore.verify.runner.VerificationError: ...
    """


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
        The same seed tries the same cases; one is drawn otherwise, and stands in `reproduce`.
    only : collection of str, optional
        Names of checks or groups; all by default.
    max_seconds : float, optional
        No new case is begun after so many seconds; laws that were not tried are skipped.
    on_fail : {"raise", None}
        Whether a broken law raises, after all have been tried.
    progress : callable, optional
        Is told each result as it comes, also those that came before Ctrl-C.

    Returns
    -------
    list of Result
        One for each law, in the order of their groups.

    Raises
    ------
    VerificationError
        If `on_fail` is "raise" and a law is broken, or could not be tried.
    AdapterError
        If the adapter does not fit the implementation.
    TypeError
        If a setting is of the wrong type.
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
    check_adapter(adapter)
    _check_function("progress", progress)
    check_counts(max_examples, seed)
    check_seconds(max_seconds)
    end = None if max_seconds is None else time.monotonic() + max_seconds
    selected = chosen(only)
    known(adapter.expected_failures, "expected_failures")
    seed = secrets.randbelow(2**32) if seed is None else seed
    traits = Traits.of(adapter)
    results = []
    for each in selected:
        result = try_law(adapter, traits, each, max_examples=max_examples, seed=seed, end=end)
        results.append(result)
        if progress is not None:
            progress(result)
    broken = [result for result in results if not result.status.is_good]
    if broken and on_fail == "raise":
        raise VerificationError("\n\n".join(map(str, broken)))
    return results


def check_counts(max_examples: object, seed: object) -> None:
    """
    Raise unless both are absent, or integers that are large enough.

    Parameters
    ----------
    max_examples : object
        At least 1.
    seed : object
        At least 0.

    Raises
    ------
    TypeError
        If one is something else.
    ValueError
        If one is smaller.
    """
    if max_examples is not None:
        integer("max_examples", max_examples, minimum=1)
    if seed is not None:
        integer("seed", seed, minimum=0)


def check_seconds(max_seconds: object) -> None:
    """
    Raise unless these are absent, or a positive number.

    Parameters
    ----------
    max_seconds : object
        How long something may take.

    Raises
    ------
    TypeError
        If it is no number.
    ValueError
        If it is not positive.
    """
    if max_seconds is None:
        return
    if isinstance(max_seconds, bool) or not isinstance(max_seconds, Real):
        msg = f"`max_seconds` must be a number; it is {max_seconds!r}"
        raise TypeError(msg)
    if not float(max_seconds) > 0:
        msg = f"`max_seconds` must be positive; it is {max_seconds!r}"
        raise ValueError(msg)


def _check_function(name: str, function: object) -> None:
    """Raise unless a function is absent, or can be called."""
    if function is not None and not callable(function):
        msg = f"`{name}` must be a function of a result; it is {function!r}"
        raise TypeError(msg)
