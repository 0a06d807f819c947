"""One law is tried: found, made small, skipped, ended in time, and always told."""

from __future__ import annotations

import dataclasses
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nncore.verify import (
    CHECKS,
    AdapterError,
    Case,
    Result,
    SkipCheck,
    Status,
    Traits,
    check,
    replay,
)
from nncore.verify.failure import fail
from nncore.verify.plain import Plain
from nncore.verify.search import INAPPLICABLE, SHRINKS, Tried, law_of
from nncore.verify.trial import try_law

from .implementations import ADAPTERS, Article, article

ADAPTER = article()
TRAITS = Traits.of(ADAPTER)


@pytest.fixture(autouse=True)
def _laws_as_before() -> Iterator[None]:
    before = dict(CHECKS)
    yield
    CHECKS.clear()
    CHECKS.update(before)


def try_(law: Callable[..., None], adapter: Any = ADAPTER, **settings: Any) -> Result:
    about = {
        name: settings.pop(name)
        for name in ("needs", "examples", "max_layers", "targets")
        if name in settings
    }
    check(group="mine", **about)(law)
    traits = TRAITS if adapter is ADAPTER else Traits.of(adapter)
    return try_law(adapter, traits, CHECKS[law.__name__], **settings)


def test_what_holds_passes() -> None:
    def law(net: Any, case: Any) -> None:
        """It holds."""

    result = try_(law, max_examples=7, seed=3)
    assert (result.name, result.group, result.law) == ("law", "mine", "It holds.")
    assert (result.status, result.message, result.example) == (Status.PASSED, "", "")
    assert (result.examples, result.max_examples, result.seed) == (7, 7, 3)


def test_slow_laws_are_tried_on_fewer_cases() -> None:
    def law(net: Any, case: Any) -> None:
        """It holds."""

    assert try_(law, examples=0.2).examples == 5
    assert try_(law, examples=0.01).examples == 1


def test_a_fault_of_wide_hidden_layers_is_shown_in_the_smallest_network() -> None:
    """Hidden wider than input: sizes [1, 2, 1], every number 1."""

    class OnePercent(Article):
        def backprop(self, x: Any, y: Any) -> Any:
            nabla_w, nabla_b = super().backprop(x, y)
            for l in range(1, len(nabla_w) - 1):
                if len(self.biases[l]) > x.shape[1]:
                    nabla_b[l] = nabla_b[l] * 1.01
            return nabla_w, nabla_b

    adapter = dataclasses.replace(ADAPTER, make=OnePercent)
    result = try_law(
        adapter, Traits.of(adapter), CHECKS["gradient_is_certified"], max_examples=60
    )
    assert result.status is Status.FAILED
    assert result.sizes == (1, 2, 1)
    assert result.example == repr(
        Case(
            [1, 2, 1],
            [[], np.ones((2, 1)), np.ones((1, 2))],
            [[], np.ones(2), np.ones(1)],
            [[1]],
            [[1]],
        )
    ), result.example


def test_a_broken_law_is_told_with_its_smallest_case() -> None:
    def law(net: Any, case: Any) -> None:
        """Batches have one example."""
        if case.batch > 1:
            fail(f"a batch of {case.batch}", cause="chance", details={"n": case.batch})

    result = try_(law, seed=5)
    assert result.status is Status.FAILED
    assert (result.message, result.cause, result.details) == (
        "a batch of 2",
        "chance",
        {"n": 2},
    )
    assert (result.sizes, result.batch) == ((1, 1), 2)
    assert result.where == ""
    with pytest.raises(AssertionError, match="a batch of 2"):
        replay(ADAPTER, "law", eval(result.example, {"Case": Case}))  # noqa: S307 - our own text


def test_without_shrinking_the_first_case_is_told() -> None:
    def law(net: Any, case: Any) -> None:
        """Networks have two layers."""
        assert len(case.sizes) == 2, len(case.sizes)

    result = try_(law, shrink=False)
    assert result.status is Status.FAILED
    assert result.examples <= 25


def test_the_same_seed_is_the_same_run() -> None:
    runs: list[list[str]] = []
    for seed in (11, 11, 12):
        seen: list[str] = []

        def law(net: Any, case: Any, seen: list[str] = seen) -> None:
            """Small weights."""
            seen.append(repr(case))
            assert abs(case.weights[1]).max() < 3, "large"

        try_(law, seed=seed)
        runs.append(seen)
    assert runs[0] == runs[1]
    assert runs[0] != runs[2]


def test_a_crash_names_the_users_own_line() -> None:
    class Crashing(Article):
        def feedforward(self, x: Any) -> Any:
            if len(x) > 1:
                return np.ones(2) @ np.ones(3)
            return super().feedforward(x)

    def law(net: Any, case: Any) -> None:
        """It runs."""
        net.predict(case.x)

    result = try_(law, dataclasses.replace(ADAPTER, make=Crashing))
    assert result.status is Status.FAILED
    assert "raised by `return np.ones(2) @ np.ones(3)`" in result.message
    file, line = result.where.rsplit(":", 1)
    assert file == __file__
    assert "np.ones(3)" in Path(file).read_text("utf-8").splitlines()[int(line) - 1]
    assert result.batch == 2


def test_leaving_the_interpreter_is_a_failure() -> None:
    def law(net: Any, case: Any) -> None:
        """It stays."""
        sys.exit("bye")

    result = try_(law)
    assert (result.status, result.message) == (Status.FAILED, "SystemExit: bye")


def test_failures_of_pytest_are_failures() -> None:
    def law(net: Any, case: Any) -> None:
        """It raises."""
        with pytest.raises(ValueError, match="x"):
            pass

    assert "DID NOT RAISE" in try_(law).message


def test_ctrl_c_gets_through() -> None:
    def law(net: Any, case: Any) -> None:
        """It is stopped."""
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        try_(law)


def test_what_is_missing_skips() -> None:
    def law(net: Any, case: Any) -> None:
        """It is never tried."""
        raise AssertionError

    result = try_(law, needs={"save", "l2"})
    assert result.status is Status.SKIPPED
    assert result.message == "needs declares=dict(l2=...), `save` and `load`"
    assert result.examples == 0


def test_cases_that_the_implementation_does_not_have_skip() -> None:
    def law(net: Any, case: Any) -> None:
        """It is never tried."""

    result = try_(law, ADAPTERS["two_layers"](), max_layers=2)
    assert result.status is Status.SKIPPED
    assert "needs min_layers=3" in result.message


def test_a_law_that_never_applies_is_skipped_soon() -> None:
    def law(net: Any, case: Any) -> None:
        """It never applies."""
        raise SkipCheck("no such thing")

    result = try_(law)
    assert (result.status, result.message) == (Status.SKIPPED, "no such thing")
    assert result.examples == INAPPLICABLE
    assert try_(law, max_examples=1).message == "no such thing"


def test_a_law_that_applies_sometimes_is_tried_there() -> None:
    def law(net: Any, case: Any) -> None:
        """Applies to two examples and more."""
        if case.batch == 1:
            raise SkipCheck("one example")
        assert case.batch < 3, "three"

    assert (try_(law).status, try_(law).batch) == (Status.FAILED, 3)


def test_time_over_before_a_failure_skips() -> None:
    def law(net: Any, case: Any) -> None:
        """It is slow."""
        time.sleep(0.02)

    result = try_(law, end=time.monotonic() + 0.1)
    assert result.status is Status.SKIPPED
    assert result.message == (
        f"the time was over after {result.examples} cases, none of which failed"
    )
    assert 1 <= result.examples < 25


def test_time_over_after_a_failure_keeps_it() -> None:
    def law(net: Any, case: Any) -> None:
        """It is slow and wrong."""
        time.sleep(0.02)
        raise AssertionError("wrong")

    result = try_(law, end=time.monotonic() + 0.05)
    assert (result.status, result.message) == (Status.FAILED, "wrong")
    assert result.example


def test_shrinking_ends() -> None:
    calls: list[int] = []

    def law(net: Any, case: Any) -> None:
        """Fails somewhere else each time it is looked at closely."""
        calls.append(1)
        assert case.weights[1].sum() > 1e9, "never"

    result = try_(law, examples=0.1, max_examples=50)
    assert result.status is Status.FAILED
    assert len(calls) <= 5 + SHRINKS * 0.1


def test_what_fails_only_once_is_told_so() -> None:
    calls: list[int] = []

    def law(net: Any, case: Any) -> None:
        """Fails once."""
        calls.append(1)
        if len(calls) == 3:
            raise AssertionError("third")

    result = try_(law)
    assert result.status is Status.FAILED
    assert result.message == "third (once: the same case passed when it was tried again)"


def test_an_adapter_that_does_not_fit_is_an_error() -> None:
    def law(net: Any, case: Any) -> None:
        """It needs something."""
        net.save("there")

    result = try_(law)
    assert (result.status, result.message) == (Status.ERROR, "`save` is not given")
    assert result.example == ""


def test_bounds_that_cannot_be_are_an_error() -> None:
    def law(net: Any, case: Any) -> None:
        """Wrongly entered."""

    result = try_(law, targets="wild")
    assert result.status is Status.ERROR
    assert "holds 'wild'" in result.message


def test_expected_failures_are_strict() -> None:
    def broken(net: Any, case: Any) -> None:
        """It is broken."""
        raise AssertionError("wrong")

    def holds(net: Any, case: Any) -> None:
        """It holds."""

    expecting = dataclasses.replace(
        ADAPTER, expected_failures={"broken": "I know", "holds": "no"}
    )
    assert try_(broken, expecting).status is Status.EXPECTED
    assert try_(broken, expecting).message == "I know: wrong"
    assert try_(holds, expecting).status is Status.FAILED
    assert "the law holds: take it out" in try_(holds, expecting).message
    assert try_(holds, expecting, needs={"l2"}).status is Status.SKIPPED


def test_warnings_are_a_matter_for_the_laws() -> None:
    def law(net: Any, case: Any) -> None:
        """It warns."""
        warnings.warn("loud", stacklevel=1)
        np.float64(1e308) * np.float64(10)  # pyright: ignore[reportUnusedExpression]

    assert try_(law).status is Status.PASSED


def test_a_law_is_a_test_of_its_own_each_time() -> None:
    first, second = (
        law_of(ADAPTER, TRAITS, CHECKS["list_lengths"], max_examples=2) for _ in range(2)
    )
    assert first is not second
    assert first.__name__ == "list_lengths"
    first()
    second()


def test_what_was_tried_can_be_watched() -> None:
    tried = Tried()
    law_of(ADAPTER, TRAITS, CHECKS["list_lengths"], max_examples=3, seed=1, tried=tried)()
    assert tried.examples == 3


def test_replay_knows_its_laws() -> None:
    case = Case([1, 1], [[], [[1]]], [[], [1]], [[1]], [[1]])
    with pytest.raises(ValueError, match="`name` names 'no_law'"):
        replay(ADAPTER, "no_law", case)
    with pytest.raises(AdapterError, match="no attribute 'los'"):
        replay(dataclasses.replace(ADAPTER, cost="los"), "list_lengths", case)


def test_a_law_that_asks_for_cases_that_there_are_not_is_skipped() -> None:
    adapter = Plain.adapter(cases={"min_layers": 3, "max_layers": 3})
    result = try_law(adapter, Traits.of(adapter), CHECKS["outputs_are_accurate"])
    assert (result.status, result.message) == (
        Status.SKIPPED,
        "needs min_layers=3, but the adapter's `cases` end at 2",
    )
