"""Where the floats of a program say otherwise than its enclosures, and by how much."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from flint import arb

from nncore.gradcheck import consistency
from nncore.gradcheck.consistency import (
    ROUGH_BITS,
    SMALLEST,
    _quick_slope,
    compare_floats,
    compare_moves,
)
from nncore.gradcheck.evidence import Verdict
from nncore.gradcheck.findings import Finding, Findings
from nncore.gradcheck.lines import Point
from nncore.gradcheck.run import Undecided
from nncore.gradcheck.slopes import Slope
from nncore.gradcheck.structure import Structure


def findings_of(*references: float, verdict: Verdict = Verdict.AGREES) -> Findings:
    findings = Findings(len(references))
    for i, reference in enumerate(references):
        findings.judge(i, Finding(verdict, arb(reference)))
    return findings


def verdicts(findings: Findings) -> list[str]:
    codes = np.array([findings.where(verdict) for verdict in Verdict]).argmax(axis=0)
    return [str(tuple(Verdict)[code]) for code in codes]


# --- the cost in floats and on balls ------------------------------------------------------


def rough_program(
    value: Any = None,
    rough: Any = (),
    *,
    cost_doubts: Any = (),
    doubts: Any = (),
    w: Any = None,
) -> Any:
    """A program whose runs on rough balls came to this, and whose cost is 3 in floats."""
    asked: list[tuple[int, int]] = []

    def run_cost(settings: Any) -> Any:
        asked.append((settings.bits, settings.smallest))
        return arb(3) if value is None else value, SimpleNamespace(doubtful=list(cost_doubts))

    def run_gradient(settings: Any, *, rough: bool) -> Any:
        assert rough
        asked.append((settings.bits, settings.smallest))
        return enclosures, SimpleNamespace(doubtful=list(doubts))

    enclosures = list(rough)
    structure = Structure.of(np.ones(2) if w is None else w)
    return SimpleNamespace(
        run_cost=run_cost,
        run_gradient=run_gradient,
        structure=structure,
        cost_in_floats=3.0,
        asked=asked,
    )


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_balls_have_eight_bits_fewer_than_floats(dtype: Any) -> None:
    info = np.finfo(dtype)
    assert ROUGH_BITS[info.bits // 8] == info.nmant + 1 - 8


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.float16])
def test_balls_underflow_where_floats_do(dtype: Any) -> None:
    info = np.finfo(dtype)
    assert 2.0 ** SMALLEST[info.bits // 8] == info.smallest_normal


@pytest.mark.parametrize(
    ("gradient", "parameters", "is_rounded", "bits", "smallest"),
    [
        ("f8", "f8", False, 45, -1022),
        ("f4", "f8", False, 16, -126),
        ("f8", "f4", False, 16, -126),
        ("f8", "f8", True, 16, -126),
        ("f2", "f8", False, 6, -14),
        ("f8", "f2", True, 6, -14),
        ("g", "g", False, 45, -1022),
    ],
)
def test_the_narrowest_floats_decide_how_rough(
    gradient: str, parameters: str, is_rounded: bool, bits: int, smallest: int
) -> None:
    program = rough_program(w=np.ones(2, parameters))
    compare_floats(program, [np.ones(2, gradient)], Findings(0), is_rounded=is_rounded)
    assert program.asked == [(bits, smallest)] * 2


def test_without_a_word_nothing_is_rounded() -> None:
    program = rough_program()
    compare_floats(program, [np.ones(2)], Findings(0))
    assert program.asked == [(45, -1022)] * 2


ABOUT_ONE = arb(1, 0.1)


@pytest.mark.parametrize(
    ("gradient", "doubts", "expected"),
    [
        ([1.0, 1.05], [], ["agrees", "agrees"]),
        ([1.0, 1.2], [], ["agrees", "inconsistent"]),
        ([math.nan, 1.0], [], ["inconsistent", "agrees"]),
        ([1.0, 1.2], ["a.py:1", "b.py:2"], ["agrees", "unresolvable"]),
    ],
)
def test_a_gradient_outside_its_enclosure_is_inconsistent_unless_a_branch_is_in_doubt(
    gradient: list[float], doubts: list[str], expected: list[str]
) -> None:
    findings = findings_of(1.0, 1.0)
    program = rough_program(rough=[ABOUT_ONE] * 2, doubts=doubts)
    notes = compare_floats(program, [np.array(gradient)], findings)
    assert verdicts(findings) == expected
    assert notes == [f"{line}: in floats this may go another way" for line in doubts[:1]]


def test_enclosures_that_say_nothing_and_what_is_unresolvable_change_nothing() -> None:
    unbounded, findings = arb(1) / arb(0, 1), findings_of(1.0, 1.0)
    findings.change(1, Verdict.UNRESOLVABLE)
    program = rough_program(rough=[unbounded, ABOUT_ONE])
    assert compare_floats(program, [np.array([5.0, 5.0])], findings) == []
    assert verdicts(findings) == ["agrees", "unresolvable"]


def test_another_cost_in_floats_is_another_program() -> None:
    findings = findings_of(1.0, 1.0)
    program = rough_program(arb(4, 0.5), [ABOUT_ONE] * 2, doubts=["a.py:1"])
    doubt, difference = compare_floats(program, [np.ones(2)], findings)
    assert doubt == "a.py:1: in floats this may go another way"
    assert difference == (
        f"the cost is 3.0 in floats, but {arb(4, 0.5).str(15)} in ball arithmetic: it is not "
        "the same program for both"
    )
    assert verdicts(findings) == ["inconsistent"] * 2


def test_another_cost_in_floats_says_nothing_where_a_branch_is_in_doubt() -> None:
    findings = findings_of(1.0, 1.0)
    program = rough_program(arb(4, 0.5), [ABOUT_ONE] * 2, cost_doubts=["c.py:1", "c.py:2"])
    assert compare_floats(program, [np.ones(2)], findings) == [
        "c.py:1: in floats the cost may go another way"
    ]
    assert verdicts(findings) == ["agrees"] * 2


def test_what_cannot_be_decided_on_rough_balls_is_told() -> None:
    def undecided(*_: Any) -> Any:
        line = "a.py:3"
        raise Undecided(line)

    findings, program = findings_of(1.0, 1.0), rough_program()
    program.run_cost = undecided
    assert compare_floats(program, [np.ones(2)], findings) == [
        "a.py:3: the floats could not be compared with the enclosures"
    ]
    assert verdicts(findings) == ["agrees"] * 2


# --- how the cost moves -------------------------------------------------------------------

W = np.array([1.0, -2.0])


class Moving:
    """A cost that counts its evaluations."""

    def __init__(self, cost: Any) -> None:
        self.inner, self.calls = cost, 0

    def __call__(self, w: Any) -> Any:
        self.calls += 1
        return self.inner(w)

    def program(self, before: float | None = None) -> Any:
        value = float(self.inner(W)) if before is None else before
        return SimpleNamespace(
            cost=self, structure=Structure.of(W), seed=0, cost_in_floats=value
        )


def along() -> Any:
    """The entries of the random direction of seed 0."""
    point = Point(sum, Structure.of(W))
    return np.concatenate([part.ravel() for part in point.direction(np.random.default_rng(0))])


def test_the_quick_slope_is_exact_for_cubes() -> None:
    assert _quick_slope(lambda t: 7 + 3 * t + 1e5 * t**2 + 1e5 * t**3) == pytest.approx(3, 1e-9)


@pytest.mark.parametrize(
    ("excess", "agrees"), [(0.0, True), (0.7e-7, True), (1.5e-7, False), (-1.5e-7, False)]
)
def test_a_cost_moves_as_its_enclosures_say_to_seven_digits(
    excess: float, agrees: bool
) -> None:
    moving = Moving(lambda w: (1 + excess) * w[0] + 0 * w[1])
    findings = findings_of(1.0, 0.0)
    notes = compare_moves(moving.program(), findings)
    assert verdicts(findings) == ["agrees" if agrees else "inconsistent"] * 2
    assert (notes == []) is agrees
    assert (moving.calls == 4) is agrees  # a quick look is enough where it agrees


def test_seven_digits_are_those_of_the_terms_which_may_cancel() -> None:
    slopes = [1, -1] / along()
    moving = Moving(lambda w: w @ slopes + 1e-7 * slopes[0] * w[0])
    assert compare_moves(moving.program(), findings_of(*slopes)) == []
    assert moving.calls == 4


def test_a_cost_that_stands_still_needs_four_evaluations() -> None:
    moving = Moving(lambda w: 0 * w.sum())
    assert compare_moves(moving.program(), findings_of(0.0, 0.0)) == []
    assert moving.calls == 4


def test_what_has_no_derivative_is_left_where_it_is() -> None:
    moving = Moving(lambda w: w[0])
    for findings in (findings_of(1.0, math.nan), findings_of(1.0, 5.0)):
        findings.change(1, Verdict.KINK)
        assert compare_moves(moving.program(), findings) == []
    calls = moving.calls
    findings = findings_of(1.0, math.nan)
    assert compare_moves(moving.program(), findings) == []
    nothing = findings_of(3.0, 4.0, verdict=Verdict.KINK)
    before = moving.calls
    assert before == calls + 4
    assert compare_moves(moving.program(), nothing) == []
    assert moving.calls == before


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(
    ("change", "changed"), [(0.0, False), (0.7e-10, False), (1.5e-10, True)]
)
def test_a_cost_that_changed_meanwhile_is_told_before_its_slope(
    sign: int, change: float, changed: bool
) -> None:
    now = -sign * 4.0  # costs may be negative
    moving = Moving(lambda w: now * (1 + 0 * w[0]) + w[0] - 1 + 0 * w[1])
    before = now * (1 + change)
    (note,) = compare_moves(moving.program(before), findings_of(2.0, 0.0))
    if changed:
        assert note == (
            f"the cost was {before!r}, and is {now!r} at the same point after other calls: it "
            "is not the same program for both"
        )
    else:
        value, expected = along()[0], 2 * along()[0]
        assert note == (
            f"along a direction the cost grows by {value:.10g} in floats, but by "
            f"{expected:.10g} in ball arithmetic: it is not the same program for both"
        )


def moved_by(
    monkeypatch: pytest.MonkeyPatch,
    first: Any,
    again: Any = None,
    width: float = 0.0,
    side_error: float = 0.0,
) -> list[str]:
    """Compare with slopes that are off by value and error, in parts of all absolute terms."""
    terms = along() * np.array([3.0, 5.0])
    size = abs(terms).sum()

    def fake(off: float, error: float) -> Slope:
        value = math.fsum(terms) + off * size
        sides = value - width * size, value + width * size
        return Slope(value, error * size, *sides, side_error * size)

    monkeypatch.setattr(consistency, "_quick_slope", lambda _: math.inf)
    monkeypatch.setattr(consistency, "slope", lambda *_: fake(*first))
    monkeypatch.setattr(consistency, "confirmed", lambda *_: fake(*(again or first)))
    return compare_moves(Moving(lambda w: 3 * w[0] + 5 * w[1]).program(), findings_of(3.0, 5.0))


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(
    ("off", "error", "agrees"),
    [
        (3.9e-3, 1e-3, True),
        (4.1e-3, 1e-3, False),
        (0.8e-12, 0.0, True),
        (1.2e-12, 0.0, False),
    ],
)
def test_slopes_may_be_off_by_four_errors_and_the_rounding_of_the_sum(
    monkeypatch: pytest.MonkeyPatch, sign: int, off: float, error: float, agrees: bool
) -> None:
    assert (moved_by(monkeypatch, (sign * off, error)) == []) is agrees


def test_a_slope_that_is_not_confirmed_or_a_kink_says_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wrong, right = (1.0, 1e-3), (0.0, 1e-3)
    assert len(moved_by(monkeypatch, wrong)) == 1
    assert moved_by(monkeypatch, wrong, right) == []
    assert moved_by(monkeypatch, right, wrong) == []
    assert moved_by(monkeypatch, wrong, width=1.0) == []


@pytest.mark.parametrize("sign", [1, -1])
def test_one_side_may_tell_of_a_kink_nearby(monkeypatch: pytest.MonkeyPatch, sign: int) -> None:
    wrong = (sign * 1.0, 1e-3)
    assert moved_by(monkeypatch, wrong, width=0.5, side_error=0.51) == []
    assert len(moved_by(monkeypatch, wrong, width=0.1, side_error=0.89)) == 1
