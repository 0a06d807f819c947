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
