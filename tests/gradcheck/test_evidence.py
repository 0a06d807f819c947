"""Verdicts and their counts."""

from __future__ import annotations

import numpy as np
import pytest

from nncore.gradcheck.evidence import Entries, Evidence, Verdict, ratio_text


def test_codes_are_places() -> None:
    assert [tuple(Verdict)[verdict.code] for verdict in Verdict] == list(Verdict)


def test_counts() -> None:
    codes = np.array([Verdict.AGREES.code, Verdict.WRONG.code, Verdict.AGREES.code], np.uint8)
    nothing = np.zeros(3)
    entries = Entries("params", nothing, nothing, nothing, nothing, codes, nothing)
    evidence = Evidence("differences", [entries, entries], 1e-8, 10)
    assert entries.where(Verdict.WRONG).tolist() == [False, True, False]
    assert evidence.count(Verdict.AGREES) == 4
    assert evidence.count(Verdict.AGREES, Verdict.WRONG) == 6
    assert evidence.count(Verdict.KINK) == 0


def entries_of(*verdicts: Verdict, value: float, kinks: bool = False) -> Entries:
    codes = np.array([verdict.code for verdict in verdicts], np.uint8)
    arrays = [np.full(len(codes), value) for _ in range(6)]
    slopes = (arrays[4] - 1, arrays[5] + 1) if kinks else None
    analytic, reference, error, magnitude, digits, _ = arrays
    return Entries("params", analytic, reference, error, magnitude, codes, digits, slopes)


UNKNOWN, AGREES = Verdict.UNRESOLVABLE, Verdict.AGREES


def test_what_one_rung_leaves_open_another_one_resolves() -> None:
    ours = entries_of(UNKNOWN, AGREES, UNKNOWN, UNKNOWN, value=1.0)
    theirs = entries_of(
        Verdict.WRONG, Verdict.WRONG, UNKNOWN, Verdict.KINK, value=2.0, kinks=True
    )
    evidence = Evidence("certified", [ours], 1e-30, 2, ["before"])
    evidence.resolve(Evidence("differences", [theirs], 1e-9, 40, ["of the other"]))
    expected = [Verdict.WRONG, AGREES, UNKNOWN, Verdict.KINK]
    assert ours.verdict.tolist() == [verdict.code for verdict in expected]
    for array in (ours.reference, ours.error, ours.magnitude, ours.digits):
        assert array.tolist() == [2, 1, 1, 2]
    assert ours.analytic.tolist() == [1, 1, 1, 1]
    assert ours.slopes is not None
    np.testing.assert_array_equal(ours.slopes[0], [1, np.nan, np.nan, 1])
    np.testing.assert_array_equal(ours.slopes[1], [3, np.nan, np.nan, 3])
    assert (evidence.sensitivity, evidence.evaluations) == (1e-9, 42)
    judged = "entries that certified cannot resolve are judged by differences: 2"
    assert evidence.notes == ["before", judged]


def test_slopes_that_are_known_stay() -> None:
    ours = entries_of(Verdict.KINK, UNKNOWN, value=1.0, kinks=True)
    evidence = Evidence("certified", [ours], 1e-30, 2)
    theirs = entries_of(AGREES, Verdict.KINK, value=5.0, kinks=True)
    evidence.resolve(Evidence("differences", [theirs], 1e-31, 40))
    assert ours.slopes is not None
    assert [slope.tolist() for slope in ours.slopes] == [[0, 4], [2, 6]]
    assert evidence.sensitivity == 1e-30


def test_a_rung_that_resolved_nothing_has_no_sensitivity_of_its_own() -> None:
    evidence = Evidence("certified", [entries_of(UNKNOWN, value=1.0)], 1.0, 2)
    evidence.resolve(Evidence("differences", [entries_of(AGREES, value=1.0)], 1e-9, 40))
    assert evidence.sensitivity == 1e-9


def test_nothing_resolved_is_not_told() -> None:
    evidence = Evidence("certified", [entries_of(UNKNOWN, value=1.0)], 1.0, 2)
    evidence.resolve(Evidence("differences", [entries_of(UNKNOWN, value=1.0)], 0.5, 40))
    assert (evidence.notes, evidence.sensitivity, evidence.evaluations) == ([], 1.0, 42)


@pytest.mark.parametrize(
    ("ratio", "text"),
    [
        (8.0, "8"),
        (1.0, "1"),
        (1.5, "1.5"),
        (1 + 2.0**-40, "(1 + 9.1e-13)"),
        (1 - 2.0**-40, "(1 - 9.1e-13)"),
        (-1.0, "-1"),
    ],
)
def test_a_factor_close_to_one_is_told_by_its_distance(ratio: float, text: str) -> None:
    assert ratio_text(ratio) == text
