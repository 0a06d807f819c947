"""The laws as pytest tests: a class of the user's, one test for each check."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from .adapter import Adapter
from .registry import CHECKS, NEEDS, Check
from .runner import EXAMPLES, law_of
from .traits import Traits

__all__ = ["NetworkContract"]


class NetworkContract:
    """
    Subclass it with an `adapter`, and pytest finds one test for each check.

    Attributes
    ----------
    adapter : Adapter
        How to use the network.
    max_examples : int
        Cases that each law is tried on.

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

    def __init_subclass__(cls, **settings: Any) -> None:
        super().__init_subclass__(**settings)
        if not isinstance(getattr(cls, "adapter", None), Adapter):
            return  # a base class of the user's own
        for check in CHECKS.values():
            name = f"test_{check.name}"
            if name not in vars(cls):
                setattr(cls, name, _test(check))


def _test(check: Check) -> Callable[[NetworkContract], None]:
    """Return the method that tries one law."""

    def test(self: NetworkContract) -> None:
        import pytest  # noqa: PLC0415 - only pytest runs this

        traits = Traits.of(self.adapter)
        missing = [NEEDS[need] for need in sorted(check.needs - traits.offers)]
        if missing:
            pytest.skip(f"needs {', '.join(missing)}")
        count = max(1, round(self.max_examples * min(check.examples, 1.0)))
        law_of(self.adapter, traits, check, max_examples=count)()

    test.__name__ = test.__qualname__ = f"test_{check.name}"
    test.__doc__ = check.sentence
    return test
