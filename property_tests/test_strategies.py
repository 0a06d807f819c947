"""The strategies yield what they promise, and shrink to what can be read."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis.errors import InvalidArgument
from strategies import Case, batches, cases, networks

from nncore import Network
from nncore.verify.strategies import GRID, REGIMES

# A search of its own: the same at each run, and it keeps nothing.
SEARCH = settings(
    max_examples=2000,
    derandomize=True,
    database=None,
    deadline=None,
    phases=tuple(Phase),
    suppress_health_check=list(HealthCheck),  # pyright: ignore[reportArgumentType]
)


@given(net=networks())
def test_networks_have_two_to_six_layers_of_one_to_eight(net: Network) -> None:
    """Without bounds, sizes have length 2 to 6 and widths 1 to 8."""
    assert 2 <= net.num_layers <= 6, f"length {net.num_layers}, should be 2 to 6"
    assert all(1 <= n <= 8 for n in net.sizes), f"widths should be 1 to 8: {net.sizes}"


@given(case=cases())
def test_cases_are_accepted_by_the_network(case: Case) -> None:
    """Shapes, dtypes and targets fit: nothing is refused, and batches are 1 to 5."""
    assert case.x.shape == (len(case.y), case.net.sizes[0]), f"x has shape {case.x.shape}"
    assert 1 <= len(case.x) <= 5, f"batch of {len(case.x)}, should be 1 to 5"
    assert case.x.dtype == case.y.dtype == np.float64, f"{case.x.dtype}, {case.y.dtype}"
    case.net.backprop(case.x, case.y)


@given(case=cases(dtype="float32", regimes=("grid", "normal", "ties")))
def test_dtype_is_that_of_every_array(case: Case) -> None:
    """Parameters, examples and targets have the dtype that was asked for."""
    arrays = [*case.net.weights, *case.net.biases, case.x, case.y]
    assert {a.dtype for a in arrays} == {np.dtype("float32")}, f"{[a.dtype for a in arrays]}"


@given(case=cases(regimes=("grid",), outputs=[("identity", "quadratic")]))
def test_grid_values_are_on_the_grid(case: Case) -> None:
    """In the regime "grid" every number is one of 256 dyadic values."""
    for array in (*case.net.weights[1:], *case.net.biases[1:], case.x, case.y):
        assert np.isin(array, GRID).all(), f"{array} holds values that are not on the grid"


@given(
    case=cases(
        max_layers=5,
        regimes=("grid",),
        hidden=["relu"],
        l2=[0],
        max_batch=1,
        outputs=[("identity", "quadratic")],
    )
)
def test_grid_networks_are_exact(case: Case) -> None:
    """Up to five layers deep, float64 rounds nothing on the grid."""
    a = [[Fraction(value) for value in row] for row in case.x.tolist()]
    for l in range(1, case.net.num_layers):
        w, b = case.net.weights[l].tolist(), case.net.biases[l].tolist()
        z = [
            [
                sum(map(Fraction.__mul__, map(Fraction, row), e), Fraction(b[j]))
                for j, row in enumerate(w)
            ]
            for e in a
        ]
        a = z if l == case.net.num_layers - 1 else [[max(v, Fraction(0)) for v in e] for e in z]
    got = case.net.predict(case.x)
    assert got.tolist() == a, f"predict is {got.tolist()}, should be exactly {a}"


@pytest.mark.parametrize("regime", REGIMES)
def test_each_regime_is_drawn(regime: str) -> None:
    """Each regime can be drawn alone, and its numbers are finite."""
    case = find(cases(regimes=[regime]), lambda case: case.net.num_layers > 2, settings=SEARCH)
    arrays = [*case.net.weights, *case.net.biases, case.x, case.y]
    assert all(np.isfinite(a).all() for a in arrays), f"{case}"


@pytest.mark.parametrize("num_layers", [2, 3])
def test_cases_shrink_to_ones(num_layers: int) -> None:
    """The smallest case is [1, 1], then [1, 1, 1], one example, and every number is 1."""
    case = find(cases(), lambda case: case.net.num_layers >= num_layers, settings=SEARCH)
    assert case.net.sizes == (1,) * num_layers, f"{case}"
    for array in (*case.net.weights[1:], *case.net.biases[1:], case.x, case.y):
        assert array.tolist() == np.ones(array.shape).tolist(), f"{case}"


def test_batches_shrink_to_one_example() -> None:
    """The smallest batch is one example of ones, whatever the network."""
    x, y = find(batches(Network([2, 3], rng=0)), lambda _: True, settings=SEARCH)
    assert (x.tolist(), y.tolist()) == ([[1.0, 1.0]], [[1.0, 1.0, 1.0]])


@pytest.mark.parametrize(
    ("trap", "condition"),
    [
        ("batch of one", lambda c: len(c.x) == 1 and c.net.num_layers > 2),
        ("width one inside", lambda c: c.net.sizes[1:-1].count(1) and max(c.net.sizes) > 3),
        ("square layers", lambda c: len(set(c.net.sizes)) == 1 and c.net.sizes[0] > 2),
        ("all layers different", lambda c: len(set(c.net.sizes)) == c.net.num_layers > 3),
        ("saturated units", lambda c: abs(c.net.forward(c.x).zs[1]).min() > 40),
        ("logits of 1e4", lambda c: abs(c.net.forward(c.x).zs[-1]).max() >= 1e4),
        ("a tie at zero", lambda c: (c.net.forward(c.x).zs[1] == 0).any()),
        ("equal rows", lambda c: len(c.x) > 1 and (c.x[0] == c.x[1]).all()),
    ],
)
def test_traps_are_drawn(trap: str, condition: Any) -> None:
    """The shapes and numbers that real networks fall over are among the examples."""
    assert find(cases(), condition, settings=SEARCH), trap


@pytest.mark.parametrize(
    ("strategy", "message"),
    [
        (lambda: networks(min_layers=1), "min_layers=1 must be at least 2"),
        (lambda: networks(max_width=0), "max_width=0 must not be less than min_width=1"),
        (lambda: networks(hidden=()), r"hidden=\(\) must be a sequence of at least one"),
        (
            lambda: networks(outputs="relu"),  # type: ignore[arg-type]
            "outputs='relu' must be a sequence",
        ),
        (
            lambda: networks(regimes=["wild"]),
            r"regimes=\['wild'\] holds 'wild'; known are grid",
        ),
        (lambda: batches(Network([1, 1]), min_batch=0), "min_batch=0 must be at least 1"),
        (
            lambda: cases(min_batch=3, max_batch=2),
            "max_batch=2 must not be less than min_batch=3",
        ),
    ],
)
def test_impossible_bounds_are_refused_when_drawn(strategy: Any, message: str) -> None:
    """A strategy is built without complaint; drawing from it raises InvalidArgument."""
    lazily = strategy()
    with pytest.raises(InvalidArgument, match=message):
        find(lazily, lambda _: True, settings=SEARCH)
