"""The verdict is a distance against a bound."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
import pytest

from nncore.gradcheck import verdict
from nncore.gradcheck.evidence import Entries, Verdict
from nncore.gradcheck.verdict import (
    CERTAIN_DIGITS,
    control,
    judge,
    judge_all,
    owed_everywhere,
    sensitivity,
)


def judged(analytic: float, reference: float, error: float, owed: float) -> Entries:
    return judge(
        "params",
        np.array([analytic]),
        np.array([reference]),
        np.array([error]),
        np.array([owed]),
    )


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ((1.0, 1.0, 1e-12, 1e-12), Verdict.AGREES),
        ((1.0, 1 + 1.9e-12, 1e-12, 1e-12), Verdict.AGREES),
        ((1.0, 1 + 2.1e-12, 1e-12, 1e-12), Verdict.WRONG),
        ((1e-12, 2e-12, 1e-12, 1e-12), Verdict.UNRESOLVABLE),
        ((0.0, 0.0, 1e-12, 1e-12), Verdict.AGREES),
        ((0.0, 1e-13, 1e-12, 1e-12), Verdict.UNRESOLVABLE),
        ((0.0, 1.0, 1e-12, 1e-12), Verdict.WRONG),
        ((1.0, 1.0, np.inf, 0.0), Verdict.UNRESOLVABLE),
        ((0.0, 0.0, np.inf, 0.0), Verdict.UNRESOLVABLE),
        ((0.0, 0.0, 0.0, 0.0), Verdict.AGREES),
        # On the edges: within both bounds, and one digit above them, which says nothing.
        ((1.0, 1.5, 0.25, 0.25), Verdict.UNRESOLVABLE),
        ((1.0, 1.0, 0.1, 0.0), Verdict.UNRESOLVABLE),
        ((1.0, 1.0, 0.09, 0.0), Verdict.AGREES),
        # The larger of the two is the size.
        ((1.05, 0.98, 0.1, 0.0), Verdict.AGREES),
        ((-0.98, -1.05, 0.1, 0.0), Verdict.AGREES),
        ((-1.05, -0.98, 0.1, 0.0), Verdict.AGREES),
    ],
)
def test_verdicts(numbers: tuple[float, float, float, float], expected: Verdict) -> None:
    assert judged(*numbers).where(expected)[0]


def test_sizes_are_relative() -> None:
    for scale in (1e-200, 1.0, 1e200):
        entries = judged(scale, scale * (1 + 1e-6), scale * 1e-7, 0.0)
        assert entries.where(Verdict.WRONG)[0]


def test_digits_are_those_above_the_bound() -> None:
    assert judged(1.0, 1.0, 1e-9, 0.0).digits[0] == pytest.approx(9)
    assert judged(0.0, 0.0, 1e-9, 0.0).digits[0] == CERTAIN_DIGITS
    assert judged(1.0, 1.0, 1e-30, 0.0).digits[0] == CERTAIN_DIGITS
    assert judged(1.0, 1.0, 0.5, 0.0).digits[0] == pytest.approx(math.log10(2))
    assert judged(1.0, 1.0, 2.0, 0.0).digits[0] == 0


def test_entries_hold_what_was_compared() -> None:
    entries = judged(1.0, 2.0, 3.0, 4.0)
    held = entries.analytic, entries.reference, entries.error
    assert [float(array[0]) for array in held] == [1.0, 2.0, 3.0]
    assert entries.path == "params"
    assert np.isnan(entries.magnitude[0])
    assert entries.verdict.dtype == np.uint8


def test_sensitivity_is_what_most_entries_would_show() -> None:
    entries = [judged(1.0, 1.0, 1e-9, 1e-9), judged(0.0, 0.0, 1e-9, 0.0)]
    owed = [np.array([1e-9]), np.array([0.0])]
    assert sensitivity(entries, owed) == pytest.approx(2e-9)
    assert sensitivity([entries[1]], [owed[1]]) == 1
    entries = [judged(-2.0, -2.0, 1e-9, 1e-9), judged(1.0, 2.0, 0.1, 0.0)]  # the other is wrong
    assert sensitivity(entries, owed) == pytest.approx(1e-9)
    assert sensitivity(entries[1:], owed[1:]) == pytest.approx(0.05)
    assert sensitivity([judged(1.0, -2.0, 0.1, 0.0)], owed[1:]) == pytest.approx(0.05)
    assert sensitivity([judged(-2.0, np.nan, 0.1, 0.0)], owed[1:]) == pytest.approx(0.05)


def test_what_is_owed_when_nothing_is_known() -> None:
    owed = owed_everywhere([np.array([1.0, -100.0]), np.ones(1, np.float32)])
    assert owed[0].tolist() == [16 * 2.0**-53 * 100] * 2
    assert owed[1].tolist() == [16 * 2.0**-24 * 100]


def test_the_control_changes_one_entry_that_agrees(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []

    def watched(*arrays: Any) -> Entries:
        seen.extend(arrays)
        return judge(*arrays)

    entries = [judged(1.0, 2.0, 1e-9, 0.0), judged(-2.0, -2.0 + 1e-10, 1e-9, 0.0)]
    owed = [np.array([1.0]), np.array([2e-9])]
    monkeypatch.setattr(verdict, "judge", watched)
    assert control(entries, owed, 0) == pytest.approx(4.5e-9)
    path, planted, reference, error, rounding = seen
    assert (path, planted, reference) == ("params", -2.0 + 9e-9, entries[1].reference)
    assert (error, rounding) == (1e-9, 2e-9)
    assert entries[1].analytic == -2.0


def test_the_control_needs_a_bound_and_does_without_a_reference() -> None:
    """A certified zero has no bound, and an entry that was projected no reference."""
    zero = np.array([0.0])
    assert np.isnan(control([judged(0.0, 0.0, 0.0, 0.0)], [zero], 0))
    projected = dataclasses.replace(judged(1.0, 1.0, 1e-9, 0.0), reference=np.array([np.nan]))
    assert control([projected], [zero], 0) == pytest.approx(3e-9)


def test_planted_error_is_seen_or_the_judge_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    entries, owed = [judged(1.0, 1.0, 1e-9, 1e-9)], [np.array([1e-9])]
    assert control(entries, owed, 0) == pytest.approx(6e-9)
    assert control([judged(0.0, 0.0, 1e-9, 0.0)], [np.array([0.0])], 0) == pytest.approx(3e-9)
    assert np.isnan(control([judged(1.0, 2.0, 1e-9, 1e-9)], owed, 0))
    monkeypatch.setattr(verdict, "judge", lambda *_: entries[0])
    with pytest.raises(RuntimeError, match="negative control failed"):
        control(entries, owed, 0)


def test_arrays_are_judged_one_by_one() -> None:
    numbers = [[np.array([float(10 * role + k)]) for k in (1, 2)] for role in range(4)]
    both = judge_all(["w", "b"], *numbers)
    for k, (path, entries) in enumerate(zip(["w", "b"], both, strict=True)):
        alone = judge(path, *(role[k] for role in numbers))
        assert entries.path == path
        assert entries.analytic == alone.analytic == 1 + k
        assert entries.reference == alone.reference == 11 + k
        assert entries.error == alone.error == 21 + k
        assert entries.verdict == alone.verdict


def test_a_projection_passes_no_zero() -> None:
    analytic, bound = np.array([0.0, 1.0, 0.0]), np.full(3, 1e-12)
    entries = judge("w", analytic, np.array([math.nan, math.nan, 0.0]), bound, bound)
    passed = entries.where(Verdict.AGREES)
    assert passed.tolist() == [False, True, True]
    assert np.isnan(entries.reference).tolist() == [True, True, False]
