"""What is known of single entries, and the arrays that it is handed over as."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from flint import arb, ctx, fmpq

from nncore.gradcheck.evidence import Entries, Verdict
from nncore.gradcheck.findings import Finding, Findings, achieved_digits, digits
from nncore.gradcheck.verdict import CERTAIN_DIGITS

TINY = arb(2) ** -2000  # beyond the range of floats


@pytest.mark.parametrize(
    ("gap", "size", "expected"),
    [
        (arb(0), arb(1), math.inf),
        (arb(1), arb(1000), 3),
        (arb(1000), arb(2), math.log10(2) - 3),
        (TINY, arb(1), 2000 * math.log10(2)),
        (arb(1), TINY, -2000 * math.log10(2)),
    ],
)
def test_digits_between_a_distance_and_a_size(gap: Any, size: Any, expected: float) -> None:
    assert digits(gap, size) == pytest.approx(expected)


def test_findings_become_arrays_of_the_shapes_of_the_parameters() -> None:
    """The arrays are cut from one row of findings; one of them may be empty."""
    shapes = [(2,), (0, 3), (), (1, 2)]
    names = [f"params[{i}]" for i in range(4)]
    analytic = [np.full(shape, i, np.float32) for i, shape in enumerate(shapes)]
    verdicts = [Verdict.AGREES, Verdict.WRONG, Verdict.KINK, Verdict.KINK, Verdict.AGREES]
    findings = Findings(5)
    for i, verdict in enumerate(verdicts):
        slopes = (arb(-1), arb(1)) if i == 3 else None
        findings.judge(i, Finding(verdict, arb(i, 0.5), i + 0.25, slopes))
    magnitude = [arb(10 + i) for i in range(5)]
    structure: Any = SimpleNamespace(names=names)
    entries = findings.as_entries(structure, analytic, magnitude)
    assert [each.path for each in entries] == names
    assert [each.analytic.shape for each in entries] == shapes
    held: list[list[float]] = [[] for _ in range(5)]
    for each in entries:
        arrays = each.analytic, each.reference, each.error, each.magnitude, each.digits
        assert {array.shape for array in arrays} == {each.verdict.shape}
        assert {array.dtype for array in arrays} == {np.dtype(float)}
        assert each.verdict.dtype == np.uint8
        for numbers, array in zip(held, arrays, strict=True):
            numbers.extend(array.ravel().tolist())
    assert held[0] == [0, 0, 2, 3, 3]
    assert held[1] == [0, 1, 2, 3, 4]
    assert held[2] == pytest.approx([0.5] * 5)
    assert held[3] == [10, 11, 12, 13, 14]
    assert held[4] == [0.25, 1.25, 2.25, 3.25, 4.25]
    codes = [code for each in entries for code in each.verdict.ravel().tolist()]
    assert codes == [verdict.code for verdict in verdicts]
    assert entries[2].slopes is None  # a kink of which no slopes are known
    np.testing.assert_equal(entries[3].slopes, ([[-1, np.nan]], [[1, np.nan]]))


def test_a_rational_is_known_to_the_rounding_of_its_float() -> None:
    findings = Findings(1)
    findings.judge(0, Finding(Verdict.AGREES, fmpq(-1, 3)))
    structure: Any = SimpleNamespace(names=["params"])
    (entries,) = findings.as_entries(structure, [np.ones(1)], [1.0])
    assert (entries.reference[0], entries.error[0]) == (-1 / 3, 2.0**-55)


@pytest.mark.parametrize("bits", [20, 40, 53, 57, 128])
def test_the_derivative_is_within_the_error_of_the_float(bits: int) -> None:
    """At any width; those that agree at once are narrow, and their radii are not read."""
    with ctx.workprec(200):
        middles = [arb(n) / 3 for n in (1, -2, 5, 1000, 2**-1060)]
        middles.append(1 + arb(2) ** -53)  # as far from a float as can be
        balls = [number + arb(0, abs(float(number)) * 2.0**-bits) for number in middles]
    count = len(balls)
    findings, is_narrow = Findings(count), bits > 56
    if is_narrow:
        for part in (np.arange(count) < 2, np.arange(count) >= 2):
            findings.agree(part, balls, np.full(count, 17.0))
    for i in range(0 if is_narrow else count):
        findings.judge(i, Finding(Verdict.AGREES, balls[i], 17.0))
    structure: Any = SimpleNamespace(names=["params"])
    (entries,) = findings.as_entries(structure, [np.ones(count)], [1.0] * count)
    for ball, reference, error in zip(balls, entries.reference, entries.error, strict=True):
        with ctx.workprec(200):
            assert arb(reference, error).contains(ball)
        half = max(np.spacing(abs(reference)) / 2, 2.0**-1074)
        expected = 1.5 * half if is_narrow else half + float(ball.rad())
        assert error == pytest.approx(expected, rel=1e-9, abs=0)


def test_an_exact_zero_is_known_exactly() -> None:
    findings = Findings(2)
    findings.agree(np.array([True, False]), [arb(0), arb(0)], np.full(2, np.inf))
    findings.judge(1, Finding(Verdict.AGREES, arb(0), np.inf))
    structure: Any = SimpleNamespace(names=["params"])
    (entries,) = findings.as_entries(structure, [np.zeros(2)], [1.0] * 2)
    assert entries.error.tolist() == [0, 0]


def test_entries_are_open_until_they_are_judged_and_verdicts_may_change() -> None:
    findings = Findings(4)
    assert findings.open().tolist() == [True] * 4
    assert findings.fewest_digits() is None
    findings.judge(1, Finding(Verdict.AGREES, arb(1), 9.0))
    references, shown = [arb(i + 10) for i in range(4)], np.array([5.0, 6, 7, 8])
    findings.agree(np.array([True, False, False, True]), references, shown)
    assert findings.open().tolist() == [False, False, True, False]
    assert findings.where(Verdict.AGREES).tolist() == [True, True, False, True]
    assert findings.enclosures(Verdict.AGREES) == [10, 1, 13]
    assert findings.fewest_digits() == 5
    findings.change(0, Verdict.WRONG)
    assert findings.fewest_digits() == 8
    findings.change(3, Verdict.AGREES, 2.0)
    assert findings.fewest_digits() == 2
    findings.judge(2, Finding(Verdict.WRONG, arb(7)))
    assert findings.where(Verdict.WRONG).tolist() == [True, False, True, False]
    assert findings.references.tolist() == [10, 1, 7, 13]
    findings.give_up()
    assert findings.where(Verdict.INCONSISTENT).all()


def leaf(analytic: list[float], reference: list[float], *verdicts: Verdict) -> Entries:
    size = len(analytic)
    codes = np.array([verdict.code for verdict in verdicts or [Verdict.AGREES] * size])
    mine, derivative, unknown = np.array(analytic), np.array(reference), np.full(size, np.nan)
    codes = codes.astype(np.uint8)
    return Entries("params", mine, derivative, unknown, unknown, codes, unknown)


@pytest.mark.parametrize(
    ("leaves", "expected"),
    [
        ([leaf([2.0], [2.0])], CERTAIN_DIGITS),
        ([leaf([-2.0, 4.0], [-2.002, 4.0])], -math.log10(0.002 / 2.002)),
        ([leaf([1.0], [1.001]), leaf([1.0], [1.1])], -math.log10(0.1 / 1.1)),
        ([leaf([1.0], [1.1]), leaf([1.0], [1.001])], -math.log10(0.1 / 1.1)),
        ([leaf([5.0], [1.0])], 0.0),
        ([leaf([2.0, 1.0], [2.0, 0.0])], CERTAIN_DIGITS),
        ([leaf([2.0, 1.0], [2.0, 3.0], Verdict.AGREES, Verdict.WRONG)], CERTAIN_DIGITS),
        ([leaf([2.0], [2.0]), leaf([1.0], [3.0], Verdict.WRONG)], CERTAIN_DIGITS),
        ([leaf([1.0], [0.0])], None),
        ([leaf([1.0], [3.0], Verdict.WRONG)], None),
    ],
)
def test_the_worst_entry_that_agrees_says_how_many_digits_floats_achieve(
    leaves: list[Entries], expected: float | None
) -> None:
    assert achieved_digits(leaves) == (None if expected is None else pytest.approx(expected))
