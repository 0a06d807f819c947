"""Laws of purity, numerics, training and persistence hold for a correct network."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from nncore.verify import Adapter, Case, Subject
from nncore.verify.faults.training import StartedAnew
from nncore.verify.plain import Plain
from nncore.verify.registry import CHECKS
from nncore.verify.traits import Traits

from .judging import broken, passes

GROUPS = {"purity", "numerics", "training", "persistence"}
LAWS = [check.name for check in CHECKS.values() if check.group in GROUPS]


@pytest.mark.parametrize("law", LAWS)
def test_the_law_holds(law: str) -> None:
    assert passes(Plain.adapter(), law, 10) or law == "quadratic_cost_is_never_negative"


class ReadOnly(Plain):
    """Outputs cannot be written."""

    def predict(self, x: Any) -> Any:
        outputs = super().predict(x)
        outputs.flags.writeable = False
        return outputs


class Itself(Plain):
    """Prediction returns the network, with what it found."""

    def predict(self, x: Any) -> Any:
        self.found = super().predict(x)
        return self


class Grows(Plain):
    """One list holds the results of all calls."""

    def __init__(self, sizes: list[int]) -> None:
        super().__init__(sizes)
        self.kept: list[Any] = []

    def gradient(self, x: Any, y: Any) -> Any:
        weights, biases = super().gradient(x, y)
        self.kept[:] = [weights, biases]
        return self.kept

    def cost(self, x: Any, y: Any) -> Any:
        self.kept.append(np.zeros(1))
        return super().cost(x, y)


def test_results_that_cannot_be_written_are_safe() -> None:
    assert passes(ReadOnly.adapter(), "results_own_their_memory", 5)


def test_what_a_network_holds_is_its_own() -> None:
    adapter = Adapter(make=Itself, predict="predict", cost="cost")
    assert passes(adapter, "earlier_results_survive", 5)


def test_a_list_that_grows_is_told() -> None:
    assert "should be" in broken(Grows.adapter(), "earlier_results_survive")


def test_only_steps_go_on() -> None:
    names: dict[str, Any] = {"weights": "weights", "biases": "biases", "cost": "cost"}
    for role in ("step", "fit"):
        names_of_one: dict[str, Any] = {**names, role: role}
        adapter = Adapter(make=Plain, save="save", load="load", **names_of_one)
        assert passes(adapter, "training_goes_on_after_loading", 5)


class Named(Plain):
    """Forward returns an object with the lists."""

    def feed(self, x: Any) -> Any:
        zs, activations = self.forward(x)
        return SimpleNamespace(zs=zs, activations=activations)


def test_objects_with_the_lists_are_read() -> None:
    adapter = Adapter(make=Named, forward="feed", weights="weights", biases="biases")
    assert passes(adapter, "earlier_results_survive", 5)
    assert passes(adapter, "networks_are_independent", 5)


class BothAppend(Plain):
    """Suffixes are appended by save and by load."""

    def save(self, path: str) -> None:
        super().save(path if path.endswith(".npz") else path + ".npz")

    def load(self, path: str) -> None:
        super().load(path if path.endswith(".npz") else path + ".npz")


def test_a_suffix_is_looked_for() -> None:
    assert passes(BothAppend.adapter(), "network_survives_saving", 5)


def test_what_else_is_done_hides_how_often_an_example_was_used() -> None:
    assert passes(StartedAnew.adapter(), "every_example_once", 5)


def test_equal_examples_cannot_be_told_apart() -> None:
    law = CHECKS["every_example_once"].law
    ones = [np.ones((2, 2)), np.ones(2)]
    case = Case([2, 2], [[], ones[0]], [[], ones[1]], np.ones((2, 2)), np.eye(2)[[0, 0]])
    adapter = Plain.adapter()
    law(Subject(adapter, Traits.of(adapter), case.parameters), case)
