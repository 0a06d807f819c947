"""The laws as pytest tests: a class of the user's, one test for each check."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar

from .adapter import Adapter, check_adapter
from .registry import Check
from .result import Result, Status
from .runner import check_counts
from .search import EXAMPLES
from .selection import chosen, known
from .traits import Traits
from .trial import try_law

if TYPE_CHECKING:
    import pytest

__all__ = ["NetworkContract"]

#: Stands in the place of an inherited test that a class does not choose; pytest passes over it,
#: since it cannot be called. (None may stand there too: that of a user.)
NOT_CHOSEN = object()


class NetworkContract:
    """
    Subclass it with an `adapter`, and pytest finds one test for each check.

    The tests are named ``test_`` and the check. A law that does not apply is skipped with the
    reason, and those in `expected_failures` must fail. Laws of your own are tried as well when
    they are entered before the class is made: above it, in a module that is imported, or in
    ``conftest.py``. A method of the class that has the name of a test takes its place.

    With ``-p nncore.verify.plugin`` (on the command line, or in `addopts` of the project)
    pytest has the options ``--nncore-max-examples`` and ``--nncore-seed``, which go before the
    attributes.

    Attributes
    ----------
    adapter : Adapter
        How to use the network.
    max_examples : int
        Cases that each law is tried on.
    seed : int, optional
        Of the cases. By default another one each time, or always the same where the profile of
        Hypothesis says ``derandomize``; a failure tells it.
    only : collection of str, optional
        Names of checks or groups; all by default. A subclass may choose others.

    Raises
    ------
    TypeError
        When the class is made with an `adapter` that is none, names that are none, or numbers
        that are no integers.
    ValueError
        When the class is made with unknown names in `only` or `expected_failures`, with
        `max_examples` below 1 or `seed` below 0.

    Examples
    --------
    >>> from nncore import Network
    >>> class TestMine(NetworkContract):
    ...     adapter = Adapter(make=Network, forward="forward")
    >>> callable(TestMine().test_list_lengths)
    True
    """

    adapter: ClassVar[Adapter]
    max_examples: ClassVar[int] = EXAMPLES
    seed: ClassVar[int | None] = None
    only: ClassVar[Collection[str] | None] = None

    def __init_subclass__(cls, **settings: Any) -> None:
        super().__init_subclass__(**settings)
        if not hasattr(cls, "adapter"):
            return  # a base class of the user's own
        check_adapter(cls.adapter)
        check_counts(cls.max_examples, cls.seed)
        known(cls.adapter.expected_failures, "expected_failures")
        wanted = {check.name for check in chosen(cls.only)}
        for check in chosen():
            name = f"test_{check.name}"
            there = getattr(cls, name, NOT_CHOSEN)
            if check.name in wanted and there is NOT_CHOSEN:
                setattr(cls, name, _test(check))
            elif check.name not in wanted and _is_ours(there):
                setattr(cls, name, NOT_CHOSEN)


def _is_ours(attribute: object) -> bool:
    """Whether a test is one of `_test`, and not a method of the user's."""
    return getattr(attribute, "__module__", None) == __name__


def _test(check: Check) -> Callable[[NetworkContract, pytest.Config], None]:
    """Return the method that tries one law."""

    def test(self: NetworkContract, pytestconfig: pytest.Config) -> None:
        max_examples = pytestconfig.getoption("--nncore-max-examples", None)
        seed = pytestconfig.getoption("--nncore-seed", None)
        result = try_law(
            self.adapter,
            _traits(self.adapter),
            check,
            max_examples=self.max_examples if max_examples is None else max_examples,
            seed=_seed(self.seed) if seed is None else seed,
        )
        _tell(result)

    test.__name__ = f"test_{check.name}"
    test.__qualname__ = test.__name__
    test.__doc__ = check.sentence
    return test


def _tell(result: Result) -> None:
    """Tell pytest what became of a law."""
    __tracebackhide__ = True
    import pytest  # noqa: PLC0415 - only pytest runs this

    if result.status is Status.SKIPPED:
        pytest.skip(result.message)
    if result.status is Status.EXPECTED:
        pytest.xfail(result.message)
    if not result.status.is_good:
        pytest.fail(str(result), pytrace=False)


def _seed(seed: int | None) -> int:
    """Return the seed of the cases."""
    if seed is not None:
        return seed
    from hypothesis import settings  # noqa: PLC0415 - the profile may change until the test runs

    return 0 if settings().derandomize else secrets.randbelow(2**32)


@cache
def _traits(adapter: Adapter) -> Traits:
    """Return the traits of an adapter, found out once."""
    return Traits.of(adapter)
