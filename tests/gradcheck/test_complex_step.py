"""The complex step against sixty digits, and where it does not apply."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np
import pytest
from exactly import derivatives
from networks import Net, net

from nncore.gradcheck import complex_step
from nncore.gradcheck.check import check_gradient
from nncore.gradcheck.complex_step import check
from nncore.gradcheck.evidence import Evidence, NotApplicable, Verdict
from nncore.gradcheck.structure import Structure


def checked(n: Net, wrong: Any = None, **settings: Any) -> Evidence:
    structure = Structure.of(n.params)
    analytic = structure.leaves(n.gradient(n.params))
    if wrong is not None:
        analytic = wrong([a.copy() for a in analytic])
    return check(n.cost, n.gradient, structure, analytic=analytic, **settings)


@pytest.mark.parametrize("seed", range(3))
def test_against_sixty_digits(seed: int) -> None:
    n = net("plain", seed, (2, 3, 2), batch=2)
    evidence = checked(n)
    for entries, exact in zip(evidence.entries, derivatives(n), strict=True):
        for index in np.ndindex(entries.reference.shape):
            distance = abs(mpmath.mpf(float(entries.reference[index])) - exact[index])
            assert distance <= entries.error[index]
            assert distance <= 1e-14 * (1 + abs(exact[index]))
        assert entries.where(Verdict.AGREES).all()


@pytest.mark.parametrize(("factor", "verdict"), [(3, "agrees"), (3 + 1e-9, "wrong")])
def test_longer_floats_owe_what_those_of_the_judge_do(factor: float, verdict: str) -> None:
    point = np.array([1, 2], dtype=np.longdouble) / 3

    def cost(p: Any) -> Any:
        return (p * p * p).sum()

    def gradient(p: Any) -> Any:
        return factor * p * p

    assert check_gradient(cost, gradient, point, method="complex_step").verdict == verdict


def test_single_precision_underflows_earlier() -> None:
    def a(z: Any) -> Any:
        return 1 / (1 + np.exp(-z))

    z = np.array([-300.0, 0.25], dtype=np.float32)  # exp(300) is infinite there
    report = check_gradient(
        lambda z: a(z).sum(), lambda z: a(z) * (1 - a(z)), z, method="complex_step"
    )
    assert report.verdict == "agrees"
    assert report.evidence is not None
    assert report.evidence.count(Verdict.UNRESOLVABLE) == 1


@pytest.mark.parametrize("relative", [1e-11, -1e-6, 1.0])
def test_one_wrong_entry_is_seen(relative: float) -> None:
    n = net("plain", 3)

    def plant(arrays: list[Any]) -> list[Any]:
        arrays[1].flat[np.argmax(np.abs(arrays[1]))] *= 1 + relative
        return arrays

    evidence = checked(n, plant)
    assert evidence.count(Verdict.WRONG) == 1
    assert evidence.entries[1].where(Verdict.WRONG).any()


def test_all_wrong_entries_are_seen_without_measuring_each() -> None:
    n = net("plain", 3, (8, 9, 9, 3))
    evidence = checked(n, lambda arrays: [a * 1.5 for a in arrays])
    assert evidence.count(Verdict.WRONG) == sum(w.size for w in n.params["w"]) + 21


def test_progress_is_told() -> None:
    told: list[tuple[int, int]] = []
    n = net("plain", 0, (2, 2), batch=1)
    checked(n, progress=lambda done, total: told.append((done, total)))
    assert told == [(i, 6) for i in range(1, 7)]


REFUSED: dict[str, tuple[Any, Any, str]] = {
    "abs": (lambda p: np.abs(p).sum(), np.sign, "drops the imaginary part"),
    "abs of a part": (
        lambda p: (p**2).sum() + np.abs(p[0]),
        lambda p: 2 * p - np.array([1.0, 0]),
        "not analytic",
    ),
    "buffer": (
        lambda p: np.add(p, 0, out=np.zeros(2)).sum(),
        np.ones_like,
        "does not run on complex numbers .*test_complex_step.py",
    ),
    "assignment": (
        lambda p: _assigned(p).sum(),
        np.ones_like,
        "discards the imaginary part, test_complex_step.py",
    ),
    "logaddexp": (
        lambda p: np.logaddexp(p[0], p[1]),
        lambda p: np.exp(p - np.logaddexp(p[0], p[1])),
        "does not run on complex numbers",
    ),
    "overflow": (
        lambda p: (1 / (1 + np.exp(-800 * p))).sum(),
        lambda p: p * 0.0,
        "not finite on complex numbers",
    ),
    "real part decides at a kink": (
        lambda p: np.where(p.real > 0, p, 0 * p).sum() + 3 * p[1],
        lambda _: np.array([0.0, 4.0]),
        "kink that complex numbers do not show",
    ),
    "floats in the gradient": (
        lambda p: (p**2).sum(),
        lambda p: np.array([2 * float(p[0]), 2 * float(p[1])]),
        "rounding of the gradient cannot be measured",
    ),
}


def _assigned(p: Any) -> Any:
    out = np.zeros(2)
    out[:] = p
    return out


@pytest.mark.parametrize("name", REFUSED)
def test_code_that_is_not_for_complex_numbers_is_refused(name: str) -> None:
    cost, gradient, words = REFUSED[name]
    point = np.array([0.0 if "kink" in name else -1.5, 2.5])
    with np.errstate(over="ignore"), pytest.raises(NotApplicable, match=words):
        check_gradient(cost, gradient, point, method="complex_step")
    with np.errstate(over="ignore"):
        report = check_gradient(cost, gradient, point, method="differences")
    assert report.verdict in {"agrees", "kink", "unresolvable"}, str(report)


def test_differences_may_side_with_the_gradient() -> None:
    # Not analytic in a term too small for a random direction to show.
    n = np.array([1.0, 2.0, 3.0])
    weights = np.array([1e-12, 1.0, 1.0])

    def cost(p: Any) -> Any:
        return (weights * p**2).sum() + 0 * p.conj().sum() - 1e-12 * (p[0] * p[0].conj())

    with pytest.raises(NotApplicable, match="not analytic"):
        check_gradient(
            cost,
            lambda p: 2 * weights * p - np.array([2e-12, 0, 0]) * p,
            n,
            method="complex_step",
        )


def many(size: int) -> tuple[Any, Any, Any]:
    """A cost of many parameters in which every entry counts."""
    rng = np.random.default_rng(0)
    p = rng.standard_normal((size // 100, 100))
    x = rng.standard_normal(100)

    def cost(q: Any) -> Any:
        return (np.tanh(q @ x / 10) ** 2).sum()

    def gradient(q: Any) -> Any:
        t = np.tanh(q @ x / 10)
        return np.outer(2 * t * (1 - t * t), x / 10)

    return cost, gradient, p


def test_many_entries_are_judged_by_projections(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(complex_step, "MOST_ENTRIES", 500)
    cost, gradient, p = many(2000)
    report = check_gradient(cost, gradient, p, method="complex_step")
    assert report.ok, str(report)
    assert report.evidence is not None
    assert report.evidence.evaluations < 120
    assert "projections" in str(report)

    def wrong(q: Any) -> Any:
        found = gradient(q)
        found[7, 13] *= 1 + 1e-6
        found[11, 50] *= -1
        return found

    report = check_gradient(cost, wrong, p, method="complex_step")
    assert report.verdict == "wrong"
    assert report.evidence is not None
    places = np.argwhere(report.evidence.entries[0].where(Verdict.WRONG)).tolist()
    assert places == [[7, 13], [11, 50]]
    report = check_gradient(cost, lambda q: 2 * gradient(q), p, method="complex_step")
    assert report.verdict == "wrong"
    assert "the search ended" in str(report)


@pytest.mark.parametrize("size", [1.0, 1e-8])
def test_wrong_entries_among_many_are_located(
    size: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(complex_step, "MOST_ENTRIES", 500)
    n = net("plain", 7, (784, 30, 10), batch=10)
    places = np.random.default_rng(0).choice(784 * 30, 16, replace=False)

    def wrong(p: Any) -> Any:
        found = n.gradient(p)
        found["w"][0].flat[places] *= 1 + size
        return found

    report = check_gradient(n.cost, wrong, n.params, method="complex_step")
    assert report.evidence is not None
    found = np.flatnonzero(report.evidence.entries[0].where(Verdict.WRONG))
    assert set(found) == set(places)
    assert report.evidence.details["evaluations to locate"] <= 110


def test_many_entries_at_kinks_are_left_to_differences(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(complex_step, "MOST_ENTRIES", 2)
    with pytest.raises(NotApplicable, match="too many entries to tell the kinks"):
        check_gradient(
            lambda p: np.maximum(0, p).sum(),
            lambda p: (p > 0) * 1.0,
            np.array([0.0, 1, 2]),
            method="complex_step",
        )


def test_kink_next_to_a_wrong_entry() -> None:
    report = check_gradient(
        lambda p: np.maximum(0, p).sum(),
        lambda p: (p > 0) * 1.0 + np.array([0, 1e-3, 0]),
        np.array([0.0, 1, 2]),
        method="complex_step",
    )
    assert report.evidence is not None
    (entries,) = report.evidence.entries
    assert entries.where(Verdict.KINK).tolist() == [True, False, False]
    assert entries.where(Verdict.WRONG).tolist() == [False, True, False]


def test_kinks_that_only_wrong_entries_show_are_left_to_differences() -> None:
    # The other entry bends so fast that a random direction does not show a kink so small.
    def kinked(p: Any) -> Any:
        return np.where(p.real[0] > 0, 2e-10 * p[0], 0 * p[0]) + np.sin(1e3 * p[1])

    with pytest.raises(NotApplicable, match="kink that complex numbers do not show"):
        check_gradient(
            kinked,
            lambda p: np.array([2e-10, 1e3 * np.cos(1e3 * p[1])]),
            np.array([0.0, 3.0]),
            method="complex_step",
        )


def test_one_wrong_entry_of_many_is_no_mistake_of_all() -> None:
    """Of the others only projections tell, and that they agree."""
    x = np.random.default_rng(0).normal(size=40_000)

    def wrong(a: Any) -> Any:
        slopes = (1 - np.tanh(a) ** 2) * x
        slopes[7] *= 1.5
        return slopes

    report = check_gradient(
        lambda a: (np.tanh(a) * x).sum(),
        wrong,
        np.linspace(-1, 1, 40_000),
        method="complex_step",
    )
    assert report.evidence is not None
    assert report.evidence.count(Verdict.WRONG) == 1
    assert report.causes == []


ENTROPY = np.array([0.0, 0.3, 0.7])


@pytest.mark.parametrize(
    ("cost", "gradient", "params"),
    [
        (lambda a: (a**3).sum(), lambda a: 3 * a**2, [0.0, 1.0]),
        (lambda p: (p * np.log(p + 1e-30)).sum(), None, ENTROPY),
        (lambda a: np.log(a).sum(), lambda a: 1 / a, [1e-25, 1.0, 2.0]),
        (lambda a: np.log(a).sum(), lambda a: 1 / a, [1e-50, 1.0, 2.0]),
        (lambda a: np.sqrt(a).sum(), lambda a: 0.5 / np.sqrt(a), [1e-25, 1.0]),
    ],
)
def test_a_parameter_may_be_smaller_than_the_step(
    cost: Any, gradient: Any, params: Any
) -> None:
    def of_entropy(p: Any) -> Any:
        return np.log(p + 1e-30) + p / (p + 1e-30)

    right = gradient or of_entropy
    point = np.array(params)
    assert check_gradient(cost, right, point, method="complex_step").ok

    def wrong(a: Any) -> Any:
        return right(a) * 1.001 + 1e-9

    report = check_gradient(cost, wrong, point, method="complex_step")
    assert report.evidence is not None
    assert report.evidence.count(Verdict.WRONG) == len(point)
