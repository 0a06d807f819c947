"""The verdict is a distance against a bound."""

from __future__ import annotations

import numpy as np
import pytest

from nncore.gradcheck import verdict
from nncore.gradcheck.evidence import Entries, Verdict
from nncore.gradcheck.verdict import control, judge, owed_everywhere, sensitivity


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
    assert judged(0.0, 0.0, 1e-9, 0.0).digits[0] > 15


def test_sensitivity_is_what_most_entries_would_show() -> None:
    entries = [judged(1.0, 1.0, 1e-9, 1e-9), judged(0.0, 0.0, 1e-9, 0.0)]
    owed = [np.array([1e-9]), np.array([0.0])]
    assert sensitivity(entries, owed) == pytest.approx(2e-9)
    assert sensitivity([entries[1]], [owed[1]]) == 1


def test_what_is_owed_when_nothing_is_known() -> None:
    owed = owed_everywhere([np.array([1.0, 100.0]), np.ones(1, np.float32)])
    assert owed[0] == pytest.approx([16 * 2.0**-53 * 100] * 2)
    assert owed[1][0] > 1e-5


def test_planted_error_is_seen_or_the_judge_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    entries, owed = [judged(1.0, 1.0, 1e-9, 1e-9)], [np.array([1e-9])]
    assert control(entries, owed, 0) == pytest.approx(6e-9)
    assert control([judged(0.0, 0.0, 1e-9, 0.0)], [np.array([0.0])], 0) == pytest.approx(3e-9)
    assert np.isnan(control([judged(1.0, 2.0, 1e-9, 1e-9)], owed, 0))
    monkeypatch.setattr(verdict, "judge", lambda *_: entries[0])
    with pytest.raises(RuntimeError, match="negative control failed"):
        control(entries, owed, 0)
