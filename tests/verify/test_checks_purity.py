"""Laws of purity, each seen to fail on a fault that it is there for."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

from nncore.verify import Adapter
from nncore.verify.checks.results import calls_of
from nncore.verify.faults import state
from nncore.verify.plain import Plain, Quadratic

from .judging import broken, judged, passes

FEW = 8


class DefaultsShared(Plain):
    """Biases are a default argument."""

    def __init__(self, sizes: list[int], biases: dict[int, Any] = {}) -> None:  # noqa: B006
        super().__init__(sizes)
        for l in range(1, len(sizes)):
            mine = biases.setdefault(sizes[l], np.zeros(sizes[l]))
            self.biases[l] = mine if l == len(sizes) - 1 else self.biases[l]


class ForwardFirst(Plain):
    """The gradient is that of the last forward pass."""

    kept: Any = None

    def forward(self, x: Any) -> Any:
        self.kept = super().forward(x)
        return self.kept

    def gradient(self, x: Any, y: Any) -> Any:
        if self.kept is None or len(self.kept[0][-1]) != len(y):
            return super().gradient(x, y)
        stale = Plain(self.sizes)
        stale.weights, stale.biases = self.weights, self.biases
        return stale.gradient(self.kept[1][0], y)


class DrawsFromNumpy(Plain):
    """Draws, and does not use it."""

    def predict(self, x: Any) -> Any:
        np.random.rand()  # noqa: NPY002
        return super().predict(x)


class DrawsFromRandom(Plain):
    """Draws, and does not use it."""

    def cost(self, x: Any, y: Any) -> Any:
        random.random()  # noqa: S311
        return super().cost(x, y)


class ReturnsParameters(Quadratic):
    """A gradient that is the bias itself where it happens to be equal: here always returned."""

    def gradient(self, x: Any, y: Any) -> Any:
        nabla_w, _ = super().gradient(x, y)
        return nabla_w, self.biases


class ReturnsExamples(Plain):
    """Outputs are written into x where it has their shape."""

    def predict(self, x: Any) -> Any:
        outputs = super().predict(x)
        if x.shape == outputs.shape:
            outputs = x + 0 * outputs
            return x
        return outputs


class ListRefilled(Plain):
    """The same lists are returned by each call."""

    def __init__(self, sizes: list[int]) -> None:
        super().__init__(sizes)
        self.lists: tuple[list[Any], list[Any]] = ([], [])

    def forward(self, x: Any) -> Any:
        for mine, new in zip(self.lists, super().forward(x), strict=True):
            mine[:] = new
        return self.lists


class ListGrows(Plain):
    """The list of activations keeps those of all calls."""

    def __init__(self, sizes: list[int]) -> None:
        super().__init__(sizes)
        self.kept: list[Any] = []

    def cost(self, x: Any, y: Any) -> Any:
        self.kept.append(np.zeros(1))
        return super().cost(x, y)

    def predict(self, x: Any) -> Any:
        self.kept[:] = [*self.kept[-2:], super().predict(x)]
        return self.kept


class StepShuffles(Plain):
    """A step changes the examples."""

    def step(self, x: Any, y: Any, learning_rate: float) -> None:
        super().step(x, y, learning_rate)
        x *= 2


class CachedOnce(Plain):
    """Outputs are remembered by shape, parameters or not."""

    def __init__(self, sizes: list[int]) -> None:
        super().__init__(sizes)
        self.cache: dict[Any, Any] = {}

    def predict(self, x: Any) -> Any:
        return np.array(self.cache.setdefault(x.tobytes(), super().predict(x)))


class FillsColumns(Plain):
    """fit works in the memory of its caller."""

    def fit(self, x: Any, *_: Any) -> None:
        x += 1


PLANTED = [
    (state.ExamplesCentredInPlace, "arguments_are_unmodified"),
    (state.TargetsBecomeErrors, "arguments_are_unmodified"),
    (StepShuffles, "arguments_are_unmodified"),
    (FillsColumns, "arguments_are_unmodified"),
    (state.WeightsDecayInGradient, "parameters_are_unmodified"),
    (ReturnsParameters, "results_own_their_memory"),
    (ReturnsExamples, "results_own_their_memory"),
    (state.GradientBufferShared, "earlier_results_survive"),
    (state.OutputBufferShared, "earlier_results_survive"),
    (ListRefilled, "earlier_results_survive"),
    (ListGrows, "earlier_results_survive"),
    (state.CachedByIdentity, "arguments_are_not_remembered"),
    (state.GradientsAccumulate, "calls_are_repeatable"),
    (state.DropoutAtEvaluation, "calls_are_repeatable"),
    (state.CachedByShape, "calls_are_independent"),
    (state.RunningMean, "calls_are_independent"),
    (state.CachedByShape, "order_of_calls_is_irrelevant"),
    (ForwardFirst, "no_forward_is_needed"),
    (CachedOnce, "parameters_are_not_remembered"),
    (state.WeightsCachedTransposed, "parameters_are_not_remembered"),
    (state.ParametersOfTheClass, "networks_are_independent"),
    (DefaultsShared, "networks_are_independent"),
    (DrawsFromNumpy, "global_randomness_is_untouched"),
    (DrawsFromRandom, "global_randomness_is_untouched"),
]


@pytest.mark.parametrize(("cls", "law"), PLANTED)
def test_a_fault_is_seen(cls: type[Plain], law: str) -> None:
    assert broken(cls.adapter(), law)


def test_the_smallest_sequence_is_told() -> None:
    message = broken(state.GradientsAccumulate.adapter(), "order_of_calls_is_irrelevant")
    assert message.startswith("gradient of ")
    assert " after " in message


def test_nothing_is_asked_of_a_network_that_only_predicts() -> None:
    class Bare:
        def __init__(self, sizes: list[int]) -> None:
            self.width = sizes[-1]

        def answer(self, x: Any) -> Any:
            return np.full((len(x), self.width), 0.5)

    adapter = Adapter(make=Bare, predict="answer", forward="answer")
    for law in (
        "arguments_are_unmodified",
        "results_own_their_memory",
        "calls_are_independent",
    ):
        assert passes(adapter, law, FEW)
    assert judged(adapter, "parameters_are_unmodified").status == "skipped"


def test_a_gradient_without_parameters_is_left_out() -> None:
    adapter = Adapter(make=Plain, predict="predict", gradient="gradient")
    seen: list[str] = []

    class Net:
        traits = type("traits", (), {"offers": frozenset({"predict", "gradient"})})

    seen += calls_of(Net())  # type: ignore[arg-type]
    assert seen == ["predict"]
    assert adapter.gradient


class Returns(Plain):
    """Forward returns the network, which holds zs and activations."""

    zs: Any
    activations: Any

    def feed(self, x: Any) -> Any:
        self.zs, self.activations = self.forward(x)
        return self


class Single(Plain):
    """One example at a time."""

    def one(self, x: Any) -> Any:
        return super().predict(x.reshape(1, -1))[0]

    def cost_of(self, x: Any, y: Any) -> Any:
        return super().cost(x.reshape(1, -1), y.reshape(1, -1))

    def gradient_of(self, x: Any, y: Any) -> Any:
        return super().gradient(x.reshape(1, -1), y.reshape(1, -1))


def test_results_that_are_the_network_are_its_own() -> None:
    kept = Returns.adapter(forward="feed", zs="zs", activations="activations")
    for law in ("earlier_results_survive", "results_own_their_memory"):
        assert passes(kept, law, FEW)


def test_single_examples_are_judged_one_by_one() -> None:
    adapter = Adapter(
        make=Single,
        weights="weights",
        biases="biases",
        forward="one",
        cost="cost_of",
        gradient="gradient_of",
        layout="single",
    )
    for law in ("results_own_their_memory", "arguments_are_unmodified", "calls_are_repeatable"):
        assert passes(adapter, law, FEW)
