"""Laws use all that an implementation offers, and no more."""

from __future__ import annotations

import dataclasses
import importlib
from typing import Any

import numpy as np
import pytest
from hypothesis import given

from nncore.verify import CHECKS, Case, Status, autodiff
from nncore.verify.catalogue import FAULTS
from nncore.verify.plain import Array, Plain, Quadratic
from nncore.verify.search import OutOfTimeError, Tried
from nncore.verify.strategies import batches
from nncore.verify.trial import replay

from .judging import broken, judged, passes


class FullLayerZero(Plain):
    """Layer 0 has numbers that are never read."""

    def __init__(self, sizes: list[int]) -> None:
        super().__init__(sizes)
        self.weights[0], self.biases[0] = np.ones((sizes[0], 3)), np.ones(sizes[0])


class ReadInForward(FullLayerZero):
    """Layer 0 is added to the input."""

    def weighted(self, l: int, a: Array) -> Array:
        return super().weighted(l, a + self.biases[0].sum() if l == 1 else a)


class ReadInCost(FullLayerZero):
    """Layer 0 is punished."""

    def penalty(self) -> Any:
        return (self.weights[0] ** 2).sum()


class ReadInGradient(FullLayerZero):
    """Layer 0 is added to the error."""

    def error(self, z: Array, y: Array) -> Array:
        return super().error(z, y) + self.biases[0].sum()


@pytest.mark.parametrize(
    ("network", "offered"),
    [(ReadInForward, "forward"), (ReadInCost, "cost"), (ReadInGradient, "gradient")],
)
def test_layer_zero_is_looked_for_in_all_that_is_offered(
    network: type[Plain], offered: str
) -> None:
    roles = dict.fromkeys(("predict", "forward", "cost", "gradient", "step", "fit"))
    only = {**roles, offered: offered}
    assert passes(FullLayerZero.adapter(**only), "layer_zero_is_redundant", 3)
    broken(network.adapter(**only), "layer_zero_is_redundant")


class ColumnsOut(Plain):
    """Predictions are columns."""

    def predict(self, x: Array) -> Array:
        return super().predict(x).T


def test_shapes_and_types_without_a_forward_pass() -> None:
    assert passes(Plain.adapter(forward=None), "shapes_follow_sizes", 5)
    assert "the output" in broken(ColumnsOut.adapter(forward=None), "shapes_follow_sizes")


class SinglePrecisionSlopes(Plain):
    """The gradient is rounded to single precision."""

    def gradient(self, x: Array, y: Array) -> tuple[list[Array], list[Array]]:
        w, b = super().gradient(x, y)
        return [each.astype(np.float32) for each in w], [each.astype(np.float32) for each in b]


def test_types_without_outputs() -> None:
    few = {"forward": None, "predict": None}
    assert passes(Plain.adapter(**few), "results_keep_the_dtype", 5)
    broken(SinglePrecisionSlopes.adapter(**few), "results_keep_the_dtype")


@pytest.mark.parametrize(
    ("declares", "reason"),
    [
        ({"hidden": "swish"}, "hidden='swish', of which there is no independent definition"),
        ({"output": "swish"}, "output='swish'"),
        ({"cost": "hinge"}, "cost='hinge'"),
        (
            {"output": "identity", "cost": "cross_entropy"},
            "a cross entropy of identity outputs is not defined",
        ),
    ],
)
def test_what_is_not_defined_is_not_compared(declares: dict[str, str], reason: str) -> None:
    given = {"hidden": "tanh", "output": "sigmoid", "cost": "quadratic"} | declares
    result = judged(Plain.adapter(declares=given), "cost_matches_definition", 3)
    assert result.status is Status.SKIPPED
    assert reason in result.message


class InsideTheLogarithm(Plain):
    """A constant inside of the logarithm, which the gradient leaves out."""

    def costs_of(self, z: Array, y: Array) -> Array:
        a = self.output(z)
        return -y * np.log(a + 1e-7) - (1 - y) * np.log(1 - a + 1e-7)


def test_an_approximation_is_no_fault_on_any_rung() -> None:
    # Complex steps tell the two apart in any network, so a few of the smallest will do.
    few = {"max_layers": 3, "max_width": 2, "max_batch": 2}
    assert passes(InsideTheLogarithm.adapter(cases=few), "gradient_by_complex_step", 12)


class ThirdColumnNotLearned(Plain):
    """Of the weights that lead away from a hidden unit, those of the third have no gradient."""

    def nabla_w(self, l: int, delta: Array, activations: list[Array]) -> Array:
        nabla = super().nabla_w(l, delta, activations)
        if l > 1:
            nabla[:, 2:] = 0
        return nabla


def test_the_copy_of_a_unit_learns_as_the_unit_does() -> None:
    # Of two units there is no third but the copy.
    weights = [[], [[0.5, -1.0], [2.0, 0.25]], [[1.5, -0.75]]]
    case = Case([2, 2, 1], weights, [[], [0.5, 0.0], [1.0]], x=[[1.0, 2.0]], y=[[1.0]])
    replay(Plain.adapter(), "split_unit_changes_nothing", case)
    with pytest.raises(AssertionError, match=r"outgoing weights\[2\] of the copy"):
        replay(ThirdColumnNotLearned.adapter(), "split_unit_changes_nothing", case)


@pytest.mark.parametrize(("factor", "status"), [(1, Status.PASSED), (2, Status.FAILED)])
def test_a_library_is_compared(
    monkeypatch: pytest.MonkeyPatch, factor: int, status: Status
) -> None:
    def differentiated(cost: Any, weights: list[Array], biases: list[Array]) -> Any:
        x, y, net = *case, Plain([1, 1])
        net.weights[1:], net.biases[1:], net.sizes = weights, biases, sizes(weights)
        nabla_w, nabla_b = net.gradient(x, y)
        return [factor * w for w in nabla_w[1:]], [factor * b for b in nabla_b[1:]]

    def sizes(weights: list[Array]) -> list[int]:
        return [weights[0].shape[1], *(len(w) for w in weights)]

    case: list[Array] = []
    monkeypatch.setitem(autodiff.LIBRARIES, "autograd", differentiated)
    law = CHECKS["gradient_matches_autograd"].law

    def told(net: Any, given: Any) -> None:
        case[:] = given.x, given.y
        law(net, given)

    monkeypatch.setitem(
        CHECKS,
        "gradient_matches_autograd",
        dataclasses.replace(CHECKS["gradient_matches_autograd"], law=told),
    )
    assert judged(Plain.adapter(), "gradient_matches_autograd", 4).status is status


def test_more_outputs_are_costed_as_they_are() -> None:
    importlib.import_module("nncore.verify.faults")  # enters them
    made = FAULTS["TargetsBroadcast"].adapter().make([2, 2])
    x, y = np.eye(2), np.ones((2, 2))
    assert made.cost(x, y) == Quadratic([2, 2]).cost(x, y)
    single = FAULTS["TargetsBroadcast"].adapter().make([2, 1])
    assert single.cost(x, y[:, :1]) != Quadratic([2, 1]).cost(x, np.array([[0.0], [1.0]]))


def test_enough_smaller_cases_end_the_search() -> None:
    tried = Tried(error=ValueError(), shrinks=3)
    tried.begin(None, 4)
    with pytest.raises(OutOfTimeError):
        tried.begin(None, 4)
    assert tried.examples == 0


@given(batches(2, 2, regimes=["grid"], targets="any"))
def test_any_number_of_the_grid_may_be_a_target(batch: tuple[Array, Array]) -> None:
    assert (batch[1] * 16 == np.rint(batch[1] * 16)).all()
