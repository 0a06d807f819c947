"""Extrapolated differences against sixty digits, kinks, projections and samples."""

from __future__ import annotations

import dataclasses
import math
import zlib
from typing import Any

import mpmath
import numpy as np
import pytest
from exactly import derivatives
from networks import FAMILIES, net

from nncore.gradcheck import budget, differences, quotients
from nncore.gradcheck.check import check_gradient
from nncore.gradcheck.differences import check
from nncore.gradcheck.evidence import Verdict
from nncore.gradcheck.slopes import slope
from nncore.gradcheck.structure import Structure


@pytest.mark.parametrize("seed", range(3))
def test_against_sixty_digits(seed: int) -> None:
    n = net("plain", seed, (2, 3, 2), batch=2)
    structure = Structure.of(n.params)
    analytic = structure.leaves(n.gradient(n.params))
    evidence = check(n.cost, n.gradient, structure, analytic=analytic, full=True)
    for entries, exact in zip(evidence.entries, derivatives(n), strict=True):
        for index in np.ndindex(entries.reference.shape):
            distance = abs(mpmath.mpf(float(entries.reference[index])) - exact[index])
            assert distance <= entries.error[index]
            assert distance <= 1e-9
        assert entries.where(Verdict.AGREES).all()


@pytest.mark.parametrize("relative", [1e-7, -1e-3, 1.0])
@pytest.mark.parametrize("method", ["differences", "differences_full"])
def test_one_wrong_entry_is_seen(relative: float, method: str) -> None:
    n = net("plain", 3)

    def wrong(p: Any) -> Any:
        found = n.gradient(p)
        found["w"][1].flat[int(np.argmax(np.abs(found["w"][1])))] *= 1 + relative
        return found

    report = check_gradient(n.cost, wrong, n.params, method=method)
    assert report.verdict == "wrong"
    assert report.evidence is not None
    assert report.evidence.count(Verdict.WRONG) == 1


def regression(size: int) -> tuple[Any, Any, Any]:
    """One unit with so many weights: cost, gradient, parameters."""
    rng = np.random.default_rng(size)
    x, y = rng.standard_normal((6, size)), rng.standard_normal(6)

    def cost(w: Any) -> Any:
        return ((np.tanh(x @ w) - y) ** 2).sum() / 12

    def gradient(w: Any) -> Any:
        a = np.tanh(x @ w)
        return ((a - y) * (1 - a**2) / 6) @ x

    return cost, gradient, rng.standard_normal(size) / np.sqrt(size)


@pytest.mark.parametrize("zeros", [0, 4])
def test_default_stays_within_two_evaluations_for_each_parameter(zeros: int) -> None:
    for size in (*range(1, 51, 3 if zeros else 1), 75, 100, 200):
        cost, gradient, w = regression(size)
        made: list[int] = []

        def counted(p: Any, cost: Any = cost, made: Any = made) -> Any:
            made.append(1)
            return cost(p[0])

        def padded(p: Any, gradient: Any = gradient) -> Any:
            return [gradient(p[0]), *map(np.zeros_like, p[1:])]

        params = [w, *[np.ones(3)] * zeros]
        report = check_gradient(counted, padded, params, method="differences")
        assert report.ok
        least = budget.FEWEST_EVALUATIONS + (budget.SETTLING if zeros else 0)
        assert len(made) <= max(2 * (size + 3 * zeros), least)
        assert report.evidence is not None
        assert report.evidence.count(Verdict.AGREES) == size + 3 * zeros
        assert report.evidence.sensitivity < 1e-3


@pytest.mark.parametrize("family", FAMILIES)
def test_hard_networks_stay_within_as_many(family: str) -> None:
    for seed in range(19, 23):
        n = net(family, seed)
        report = check_gradient(n.cost, n.gradient, n.params, method="differences")
        assert report.evidence is not None
        assert report.verdict in {"agrees", "unresolvable"}
        made = report.evidence.evaluations + budget.INSPECTING
        assert made <= budget.PER_PARAMETER * 89


def test_rounding_that_seems_a_slope_once_is_looked_at_along_another_direction() -> None:
    n = net("bad scale", 138)
    report = check_gradient(n.cost, n.gradient, n.params, method="differences")
    assert report.evidence is not None
    assert not report.evidence.notes or "not the slope" not in str(report)
    assert report.evidence.evaluations < 178


@pytest.mark.parametrize("size", [6, 12, 17])
def test_what_a_projection_has_seen_is_never_passed(size: int) -> None:
    cost, gradient, w = regression(size)
    seen = check_gradient(cost, gradient, w, method="differences").evidence
    assert seen is not None

    def wrong(p: Any) -> Any:
        found = gradient(p)
        found[np.argmax(np.abs(found))] *= 1 + max(1e-6, 100 * seen.sensitivity)
        return found

    assert check_gradient(cost, wrong, w, method="differences").verdict == "wrong"


@pytest.mark.parametrize("count", [40, 2000])
def test_an_error_among_small_entries_shows_in_a_projection_of_their_own(count: int) -> None:
    # Beside the first array it lies within what constants of the code may owe.
    report = check_gradient(
        lambda q: (q[0] ** 2).sum() + 1e-12 * q[1][3],
        lambda q: [2 * q[0], np.zeros(count)],
        [np.ones(40), np.ones(count)],
        method="differences",
    )
    assert not report.ok


def test_a_disagreement_that_no_entry_shows_is_unresolvable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Entries that are measured too roughly to show an error do not refute the projection.
    cost, gradient, w = regression(6)
    every = differences._Table.every

    def rough(line: Any, noise: float, **settings: Any) -> Any:
        del settings
        return dataclasses.replace(slope(line, noise), error=1e-2)

    def roughly(table: Any) -> Any:
        monkeypatch.setattr(differences, "slope", rough)
        return every(table)

    def wrong(p: Any) -> Any:
        return gradient(p) * (1 + 1e-4 * (np.arange(6) == 2))

    monkeypatch.setattr(differences._Table, "every", roughly)
    report = check_gradient(cost, wrong, w, method="differences")
    assert report.verdict == "unresolvable"
    assert "not the slope of the cost" in str(report)


def test_a_step_function_is_told_as_one() -> None:
    x = np.random.default_rng(0).standard_normal((50, 4))

    def accuracy(w: Any) -> Any:
        return (x @ w > 0).mean()

    report = check_gradient(accuracy, lambda w: w + 1, np.ones(4), method="differences")
    assert report.verdict == "unresolvable"
    assert "moves by steps or noise of 0.02" in str(report)
    cost, gradient, w = regression(6)
    assert "steps or noise" not in str(check_gradient(cost, gradient, w, method="differences"))


def test_few_evaluations_see_an_error() -> None:
    for size in range(1, 25, 4):
        cost, gradient, w = regression(size)
        wrong = gradient(w)
        wrong[np.argmax(np.abs(wrong))] *= 1.01

        def planted(_: Any, wrong: Any = wrong) -> Any:
            return wrong.copy()

        report = check_gradient(cost, planted, w, method="differences")
        assert report.verdict == "wrong"


def test_works_for_code_that_only_takes_floats() -> None:
    def cost(p: Any) -> float:
        return math.exp(float(p[0])) * math.sin(float(p[1]))

    def gradient(p: Any) -> list[float]:
        a, b = float(p[0]), float(p[1])
        return [math.exp(a) * math.sin(b), math.exp(a) * math.cos(b)]

    report = check_gradient(cost, gradient, np.array([0.3, 0.7]), method="differences")
    assert report.ok, str(report)
    assert "largest entry" in str(report)


@pytest.mark.parametrize("slope", [0.0, 0.5, 1.0])
def test_kinks_have_both_slopes(slope: float) -> None:
    def gradient(p: Any) -> Any:
        return (p > 0) + slope * (p == 0) + 0.0

    point = np.array([0.0, 1.0, -2.0])
    settings: dict[str, Any] = {"method": "differences"}
    report = check_gradient(lambda p: np.maximum(0, p).sum(), gradient, point, **settings)
    assert report.verdict == "kink"
    assert report.evidence is not None
    slopes = report.evidence.entries[0].slopes
    assert slopes is not None
    assert slopes[0][0] == pytest.approx(0, abs=1e-6)
    assert slopes[1][0] == pytest.approx(1, abs=1e-6)
    settings["subgradients"] = True
    assert check_gradient(lambda p: np.maximum(0, p).sum(), gradient, point, **settings).ok


def test_values_outside_both_slopes_are_no_subgradient() -> None:
    def report(value: float) -> str:
        return check_gradient(
            lambda p: np.maximum(0, p).sum(),
            lambda p: (p > 0) + value * (p == 0),
            np.array([0.0, 1.0]),
            method="differences",
            subgradients=True,
        ).verdict

    assert report(0.7) == "agrees"
    assert report(1.5) == "kink"
    assert report(40.0) == "wrong"


def many(count: int) -> tuple[Any, Any, Any]:
    p = np.random.default_rng(0).standard_normal(count)
    return (lambda q: np.cos(q).sum()), (lambda q: -np.sin(q)), p


@pytest.mark.parametrize("error", [1.0, 1e-4, 1e-6])
def test_errors_among_many_are_located(error: float) -> None:
    cost, gradient, p = many(3000)

    def wrong(q: Any) -> Any:
        found = gradient(q)
        found[1234] += error
        return found

    report = check_gradient(cost, wrong, p, method="differences")
    assert report.verdict == "wrong"
    assert report.evidence is not None
    entries = report.evidence.entries[0]
    assert np.flatnonzero(entries.where(Verdict.WRONG)).tolist() == [1234]
    assert "params[1234]" in str(report)
    made = report.evidence.details["evaluations to locate"]
    assert made <= 20


def test_gross_errors_are_located_in_few_evaluations() -> None:
    n = net("plain", 3, (100, 40, 10), batch=10)
    rng = np.random.default_rng(0)

    def wrong(p: Any) -> Any:
        found = n.gradient(p)
        found["w"][0].flat[places] *= -1
        return found

    places = rng.choice(4000, 16, replace=False)
    report = check_gradient(n.cost, wrong, n.params, method="differences")
    assert report.evidence is not None
    found = np.flatnonzero(report.evidence.entries[0].where(Verdict.WRONG))
    assert set(found) == set(places)
    assert report.evidence.details["evaluations to locate"] <= 110


def test_what_is_wrong_but_not_found_is_not_passed(monkeypatch: pytest.MonkeyPatch) -> None:
    # So many wrong entries that the search ends, and a sample without any of them.
    monkeypatch.setattr(quotients, "MOST_LOCATED", 1)
    monkeypatch.setattr(differences, "MOST_SAMPLES", 3)
    cost, gradient, p = many(3000)

    def wrong(q: Any) -> Any:
        return gradient(q) * (1 - 0.9 * (np.arange(3000) % 50 == 7))

    report = check_gradient(cost, wrong, p, method="differences")
    assert not report.ok
    assert report.verdict == "unresolvable"
    assert "not the slope of the cost" in str(report)


def test_entries_that_a_projection_cannot_show_are_unresolvable() -> None:
    def cost(q: Any) -> Any:
        return np.cos(q[:50]).sum() + 1e-30 * q[50:].sum()

    def gradient(q: Any) -> Any:
        return np.concatenate([-np.sin(q[:50]), np.full(50, 1e-30)])

    p = many(100)[2]
    report = check_gradient(cost, gradient, p, method="differences")
    assert report.ok
    assert report.evidence is not None
    unseen = report.evidence.entries[0].where(Verdict.UNRESOLVABLE)
    assert unseen[50:].sum() >= 45
    assert "unresolvable" in str(report).splitlines()[0]


@pytest.mark.parametrize("slope", [0.0, 1e-6])
def test_zeros_are_seen_where_the_cost_stands_still(slope: float) -> None:
    p = many(100)[2]
    p[50:] -= 3  # units that are off
    report = check_gradient(
        lambda q: np.cos(q[:50]).sum() + np.maximum(0, q[50:]).sum() + slope * q[70],
        lambda q: np.concatenate([-np.sin(q[:50]), np.where(q[50:] > 0, 1.0, 0.0)]),
        p,
        method="differences",
    )
    assert report.evidence is not None
    entries = report.evidence.entries[0]
    if slope:
        assert np.flatnonzero(entries.where(Verdict.WRONG)).tolist() == [70]
    else:
        assert entries.where(Verdict.AGREES).all()
        assert report.evidence.evaluations < 200


def test_an_array_of_zeros_is_measured() -> None:
    report = check_gradient(
        lambda q: (q[0] ** 2).sum() + 0 * q[1].sum(),
        lambda q: [2 * q[0], np.zeros(40)],
        [np.ones(40), np.ones(40)],
        method="differences",
    )
    assert report.ok, str(report)


def test_progress_is_told() -> None:
    told: list[tuple[int, int]] = []
    cost, gradient, p = many(4)
    check_gradient(
        cost,
        gradient,
        p,
        method="differences_full",
        progress=lambda done, total: told.append((done, total)),
    )
    assert told[-1] == (4, 4)


def test_progress_of_a_sample_is_told() -> None:
    told: list[tuple[int, int]] = []
    cost, gradient, p = many(300)
    check_gradient(
        cost,
        gradient,
        p,
        method="differences",
        progress=lambda done, total: told.append((done, total)),
    )
    assert told
    assert [done for done, _ in told] == list(range(1, len(told) + 1))
    assert len(told) <= told[-1][1]


def test_kinks_too_small_to_be_told_from_bends_widen_the_error() -> None:
    def cost(q: Any) -> float:
        # Repeatable noise, so that one-sided slopes are far less certain than two-sided ones.
        noise = np.random.default_rng(zlib.crc32(q.tobytes())).standard_normal()
        return float(np.sin(q).sum() + 1e-7 * noise)

    report = check_gradient(
        cost,
        lambda q: np.cos(q) * (1 + 1e-5),
        np.array([0.5, 1.0]),
        method="differences_full",
    )
    assert report.verdict in {"agrees", "unresolvable"}, str(report)
