"""Laws use all that an implementation offers, and no more."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from nncore.verify import Status
from nncore.verify.plain import Array, Plain

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
