"""Laws are entered under the names of their functions, once."""

from __future__ import annotations

import types
from typing import Any

import pytest

from nncore.verify import CHECKS, check


@pytest.fixture(autouse=True)
def _as_before() -> Any:
    before = dict(CHECKS)
    yield
    CHECKS.clear()
    CHECKS.update(before)


def test_a_law_is_entered_and_stays_a_function() -> None:
    @check(needs={"cost"}, group="mine", examples=0.5, min_layers=3)
    def a_law(net: Any, case: Any) -> None:
        """The first line.

        Another one.
        """

    entered = CHECKS["a_law"]
    assert entered.law is a_law
    assert entered.needs == {"cost"}
    assert (entered.group, entered.examples, entered.cases) == ("mine", 0.5, {"min_layers": 3})
    assert entered.sentence == "The first line."


def test_a_law_without_words_is_called_by_its_name() -> None:
    @check()
    def a_law(net: Any, case: Any) -> None: ...

    assert CHECKS["a_law"].sentence == "a_law"


def test_unknown_needs_are_told() -> None:
    with pytest.raises(ValueError, match="`needs` holds 'loss'; known are .*cost"):
        check(needs={"loss"})


def test_a_name_belongs_to_one_module() -> None:
    law = types.FunctionType(
        (lambda net, case: None).__code__, {"__name__": "elsewhere"}, "list_lengths"
    )
    law.__module__ = "elsewhere"
    with pytest.raises(ValueError, match="'list_lengths' is known already, from nncore.verify"):
        check()(law)
    check()(CHECKS["list_lengths"].law)  # a module may be loaded again
