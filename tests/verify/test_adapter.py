"""An adapter refuses what cannot be meant, and says what is possible."""

from __future__ import annotations

import dataclasses
from functools import partial
from typing import Any

import numpy as np
import pytest

from nncore.verify import Adapter, AdapterError
from nncore.verify.access import call


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"make": 3}, "`make` must be a function of the sizes, it is 3"),
        ({"cost": 3}, "`cost` must be a name, a function, or a tuple of a method"),
        ({"gradient": ("backprop",)}, r"`gradient` must be .* it is \('backprop',\)"),
        ({"gradient": ("backprop", 3)}, "`gradient` must be a name"),
        ({"layout": "cols"}, "`layout` must be one of rows, columns, single; it is 'cols'"),
        ({"reduction": "max"}, "`reduction` must be one of mean, sum; it is 'max'"),
        ({"declares": {"loss": "mse"}}, "`declares` must be one of hidden, output, cost"),
        ({"cases": {"depth": 3}}, "`cases` must be one of min_layers, max_layers"),
        ({"layout": ["rows"]}, r"`layout` must be one of .* it is \['rows'\]"),
        ({"cases": None}, "`cases` must be a mapping; it is None"),
        ({"cases": {"regimes": ("gaussian",)}}, "`cases`: regimes=.* holds 'gaussian'; known"),
        ({"cases": {"regimes": "grid"}}, "`cases`: regimes='grid' must be a sequence"),
        ({"cases": {"regimes": 3}}, "`cases`: regimes=3 must be a sequence"),
        ({"cases": {"targets": "hot"}}, "`cases`: targets=.* holds 'hot'; known are one-hot"),
        ({"cases": {"min_layers": "3"}}, "`cases`: min_layers='3' must be an integer"),
        ({"cases": {"min_layers": 1}}, "`cases`: min_layers=1 must be at least 2"),
        ({"cases": {"max_width": 0}}, "`cases`: max_width=0 must not be less than min_width=1"),
        ({"cases": {"max_batch": True}}, "`cases`: max_batch=True must be an integer"),
        (
            {"cases": {"min_layers": 9, "max_layers": 3}},
            "`cases`: max_layers=3 must not be less than min_layers=9",
        ),
        ({"declares": None}, "`declares` must be a mapping; it is None"),
        ({"declares": {"hidden": 3}}, r"`declares\['hidden'\]` must be a text; it is 3"),
        ({"declares": {"cost": None}}, r"`declares\['cost'\]` must be a text; it is None"),
        ({"declares": {"reduction": "max"}}, r"`declares\['reduction'\]` must be one of mean"),
        ({"declares": {"l2": "1"}}, r"`declares\['l2'\]` must be a number; it is '1'"),
        ({"declares": {"l2": -1}}, r"`declares\['l2'\]` must be finite and not negative"),
        ({"declares": {"l2": float("nan")}}, r"`declares\['l2'\]` must be finite"),
        ({"expected_failures": ["x"]}, r"`expected_failures` must be a mapping; it is \['x'\]"),
        (
            {"expected_failures": {"x": None}},
            r"`expected_failures\['x'\]` must be a text; it is None",
        ),
        ({"oracle": "no"}, "`oracle` must be True or False; it is 'no'"),
        ({"layer0": 1}, "`layer0` must be True, False or None; it is 1"),
        ({"name": 3}, "`name` must be a text; it is 3"),
        ({"cost": None}, "nothing is left to check: give `cost`, `gradient` or `forward`"),
    ],
)
def test_wrong_settings(settings: dict[str, Any], message: str) -> None:
    given: dict[str, Any] = {"make": list, "cost": "cost", **settings}
    with pytest.raises(AdapterError, match=message):
        Adapter(**given)


def test_settings_that_are_meant() -> None:
    cases = {"min_layers": 7, "max_width": 1, "regimes": ["grid"], "targets": "any"}
    declares = {"hidden": "swish", "cost": "hinge", "reduction": "sum", "l2": np.float32(0.5)}
    adapter = Adapter(make=list, cost="cost", cases=cases, declares=declares, layer0=True)
    assert (adapter.cases, adapter.declares) == (cases, declares)


def test_names() -> None:
    assert Adapter(make=list, cost="cost").name == "list"
    assert Adapter(make=partial(list), cost="cost").name == "partial"
    assert Adapter(make=list, cost="cost", name="mine").name == "mine"


def test_adapters_can_be_kept_in_dicts_and_changed_by_copy() -> None:
    adapter = Adapter(make=list, cost="cost")
    other = dataclasses.replace(adapter, forward="feed")
    assert len({adapter, other, adapter}) == 2
    assert other.forward == "feed"
    with pytest.raises(dataclasses.FrozenInstanceError):
        adapter.forward = "feed"  # type: ignore[misc]


class Both:
    """One call gives the cost, and the gradient in the parts that were asked for."""

    def __init__(self, parts: int) -> None:
        self.parts = ("by weights", "by biases")[:parts]

    def loss(self, x: float, y: float) -> tuple[Any, ...]:
        return (x - y, *self.parts)


@pytest.mark.parametrize(
    ("parts", "gradient"), [(1, "by weights"), (2, ("by weights", "by biases"))]
)
def test_one_call_may_give_cost_and_gradient(parts: int, gradient: object) -> None:
    adapter = Adapter(make=Both, cost_and_gradient="loss")
    assert call(Both(parts), adapter.cost or "", "cost", 3, 1) == 2
    assert call(Both(parts), adapter.gradient or "", "gradient", 3, 1) == gradient
    assert Adapter(make=Both, cost_and_gradient="loss", cost="mine").cost == "mine"


def test_one_call_that_gives_less_is_refused() -> None:
    adapter = Adapter(make=Both, cost_and_gradient="loss")
    with pytest.raises(
        AdapterError, match=r"must return cost and gradient; it returned \(2,\)"
    ):
        call(Both(0), adapter.cost or "", "cost", 3, 1)
    with pytest.raises(AdapterError, match="`cost_and_gradient` must be a name"):
        Adapter(make=Both, cost_and_gradient=3)  # type: ignore[arg-type]
