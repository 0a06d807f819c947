"""No false alarm on random networks of five families; one wrong entry is seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from networks import FAMILIES, Net, net, tied
from trials import detection

from nncore.gradcheck.check import check_gradient
from nncore.gradcheck.evidence import NotApplicable, Verdict

if TYPE_CHECKING:
    from nncore.gradcheck.report import Report

# The campaign checks thousands.
COUNTS = {"certified": 2, "complex_step": 8, "differences": 6}


def report_on(n: Net, method: str, **options: Any) -> Report:
    return check_gradient(n.cost, n.gradient, n.params, method=method, **options)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("method", COUNTS)
def test_no_false_alarm(family: str, method: str) -> None:
    for seed in range(COUNTS[method]):
        n = net(family, 90_000 + seed)
        try:
            with np.errstate(over="ignore"):
                report = report_on(n, method)
        except NotApplicable:
            # The naive sigmoid overflows on complex numbers.
            assert family in {"bad scale", "large logits"}
            assert method == "complex_step"
            continue
        assert report.verdict in {"agrees", "unresolvable"}, f"{family} {seed}\n{report}"


@pytest.mark.parametrize(("family", "seed"), [("saturated", 60), ("large logits", 47)])
def test_a_cost_that_stands_still_beside_the_point_refutes_nothing(
    family: str, seed: int
) -> None:
    n = net(family, seed, (2, 3, 2), batch=2)
    report = report_on(n, "differences_full")
    assert report.verdict in {"agrees", "unresolvable"}


@pytest.mark.parametrize(("seed", "slope"), [(0, 0.0), (1, 0.3), (2, 1.0)])
@pytest.mark.parametrize("method", COUNTS)
def test_ties_are_kinks_whatever_the_subgradient(method: str, seed: int, slope: float) -> None:
    n = tied(seed, slope)
    assert report_on(n, method).verdict == "kink"
    accepted = report_on(n, method, subgradients=True)
    assert accepted.verdict in {"agrees", "unresolvable"}, str(accepted)


@pytest.mark.parametrize(
    ("method", "kind", "size", "count"),
    [
        ("certified", "terms", "1e-30", 5),
        ("certified", "constant", "1e-10", 5),
        ("complex_step", "constant", "1e-11", 3),
        ("differences", "constant", "1e-8", 3),
    ],
)
def test_one_wrong_entry_of_a_well_scaled_network_is_seen(
    method: str, kind: str, size: str, count: int
) -> None:
    for seed in range(count):
        assert detection((method, kind, size), seed)["seen"], seed


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 2**20),
    family=st.sampled_from(FAMILIES),
    size=st.floats(-1, 0).map(lambda e: 10.0 ** (20 * e)),
    place=st.integers(0, 88),
    method=st.sampled_from(["certified", "complex_step", "differences_full"]),
)
def test_a_planted_error_is_wrong_or_beyond_what_the_report_promises(
    seed: int, family: str, size: float, place: int, method: str
) -> None:
    n = net(family, seed, (2, 3, 2), batch=2)
    flat = place % 17

    def wrong(p: Any) -> Any:
        found = n.gradient(p)
        for array in (*found["w"], *found["b"]):
            nonlocal flat
            if 0 <= flat < array.size:
                array.flat[flat] *= 1 + size
            flat -= array.size
        flat = place % 17
        return found

    try:
        with np.errstate(all="ignore"):
            report = check_gradient(n.cost, wrong, n.params, method=method)
    except NotApplicable:
        return
    assert report.evidence is not None
    (entries, index) = _entry(report, place % 17)
    verdict = tuple(Verdict)[int(entries.verdict[index])]
    # The float 1 + size may be 1.
    moved = abs(((1 + size) - 1) * entries.analytic[index])
    if verdict is Verdict.AGREES and moved > 0:
        # What passes is smaller than the entry's own bound.
        digits = float(entries.digits[index])
        assert moved <= 10 * abs(entries.analytic[index]) * 10.0**-digits
    right = [e.where(Verdict.WRONG) for e in report.evidence.entries]
    assert sum(int(part.sum()) for part in right) == (verdict is Verdict.WRONG)


def _entry(report: Report, flat: int) -> tuple[Any, tuple[int, ...]]:
    """The entry at a flat place."""
    assert report.evidence is not None
    for entries in report.evidence.entries:
        if flat < entries.analytic.size:
            return entries, tuple(
                int(i) for i in np.unravel_index(flat, entries.analytic.shape)
            )
        flat -= entries.analytic.size
    raise AssertionError


@pytest.mark.parametrize("method", ["complex_step", "differences"])
def test_units_that_only_a_bias_turns_off_together_are_turned_off(method: str) -> None:
    # Few directions of all parameters alike lead to where none of three examples is on.
    n = tied(1_000_157, 0.0)
    report = check_gradient(n.cost, n.gradient, n.params, method=method, subgradients=True)
    assert report.verdict in {"agrees", "unresolvable"}
