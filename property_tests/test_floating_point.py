"""No overflow, no invalid operation, no division by zero, and no silent change of precision."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pytest
from comparisons import results
from hypothesis import given
from hypothesis import strategies as st
from strategies import HIDDEN, OUTPUTS, Case, cases

from nncore import Network, load

LOGITS = st.floats(-1e4, 1e4) | st.sampled_from([0.0, -0.0, 1e4, -1e4, 745.0, -745.0, 37.0])


def quietly(case: Case) -> None:
    """Compute everything with floating-point warnings as errors, and find it finite."""
    __tracebackhide__ = True
    try:
        with np.errstate(over="raise", divide="raise", invalid="raise"):
            computed = results(case)
    except FloatingPointError as error:
        msg = f"{error}\n{case}"
        raise AssertionError(msg) from error
    for name, array in computed.items():
        if not np.isfinite(array).all():
            msg = f"{name} is {array}, but should be finite\n{case}"
            raise AssertionError(msg)


@given(case=cases())
def test_nothing_overflows_whose_exact_result_is_finite(case: Case) -> None:
    """No regime of numbers makes a warning of the floating-point unit, or NaN, or infinity."""
    quietly(case)


@pytest.mark.parametrize(("output", "cost"), OUTPUTS)
@given(data=st.data())
def test_logits_up_to_1e4_are_harmless(output: str, cost: str, data: st.DataObject) -> None:
    """Outputs, cost and gradient stay finite where the last weighted inputs are up to +-1e4."""
    n = data.draw(st.integers(1, 4), label="outputs")
    net = Network([1, n], output=output, cost=cost, rng=0)
    net.weights[1][:] = 0
    net.biases[1][:] = data.draw(st.lists(LOGITS, min_size=n, max_size=n), label="logits")
    label = data.draw(st.integers(0, n - 1), label="label")
    quietly(Case(net, np.ones((1, 1)), np.eye(n)[[label]]))


@pytest.mark.parametrize("hidden", HIDDEN)
@given(data=st.data())
def test_saturated_units_are_harmless(hidden: str, data: st.DataObject) -> None:
    """Outputs, cost and gradient stay finite where hidden weighted inputs are up to +-1e4."""
    n = data.draw(st.integers(1, 4), label="hidden units")
    net = Network([1, n, 2], hidden=hidden, rng=0)
    net.weights[1][:] = 0
    net.biases[1][:] = data.draw(st.lists(LOGITS, min_size=n, max_size=n), label="zs[1]")
    quietly(Case(net, np.ones((1, 1)), np.ones((1, 2))))


@given(
    case=cases(
        outputs=[o for o in OUTPUTS if "cross_entropy" in o], regimes=["saturated", "huge"]
    )
)
def test_the_cross_entropy_is_never_negative(case: Case) -> None:
    """However sure the outputs are, the cost is at least the entropy of 0, and finite."""
    cost = case.net.cost(case.x, case.y)
    assert 0 <= cost < np.inf, f"cost is {cost}, but should be finite and not negative\n{case}"


@given(
    case=cases(
        max_layers=4,
        max_width=4,
        dtype="float32",
        regimes=("grid", "normal", "zeros", "ties", "tiny"),
    )
)
def test_float32_stays_float32(case: Case) -> None:
    """A float32 network computes, learns, saves and loads in float32, whatever it is fed."""
    x, y = case.x.astype(float), case.y.astype(float)
    for name, array in results(case._replace(x=x, y=y)).items():
        expected = np.dtype(np.intp if name == "classify" else np.float32)
        assert array.dtype == expected, (
            f"{name} is {array.dtype}, but should be {expected}\n{case}"
        )
    case.net.fit(x, y, epochs=1, batch_size=2, learning_rate=2.0**-24, rng=0)
    with tempfile.TemporaryDirectory() as folder:
        case.net.save(Path(folder, "net.npz"))
        again = load(Path(folder, "net.npz"))
    for net in (case.net, again):
        dtypes = {a.dtype for a in (*net.weights, *net.biases)}
        assert dtypes == {np.dtype("float32")}, f"parameters are {dtypes}, not float32\n{case}"
