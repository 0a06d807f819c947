"""What an implementation is like is found out once, and what does not fit is told."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from nncore.verify import Adapter, AdapterError, Traits
from nncore.verify.traits import probe_sizes

from .implementations import ADAPTERS, Article, article


@pytest.mark.parametrize(
    ("name", "offered", "missing"),
    [
        (
            "article",
            {"parameters", "layers", "step", "fit", "outputs", "hidden"},
            {"save", "l2"},
        ),
        ("book", {"parameters", "gradient", "step"}, {"layers", "fit"}),
        ("attributes", {"layers", "declared cost"}, {"predict"}),
        ("frozen", {"save", "forward"}, {"cost", "gradient"}),
        ("closed", {"outputs", "predict"}, {"parameters", "cost"}),
    ],
)
def test_offers(name: str, offered: set[str], missing: set[str]) -> None:
    offers = Traits.of(ADAPTERS[name]()).offers
    assert offered <= offers
    assert not missing & offers


def test_saving_alone_is_not_offered() -> None:
    half = dataclasses.replace(ADAPTERS["frozen"](), load=None)
    assert "save" not in Traits.of(half).offers
    assert "oracle" not in Traits.of(dataclasses.replace(article(), oracle=False)).offers


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [
        ({}, (3, 5, 4, 2)),
        ({"max_layers": 2}, (3, 2)),
        ({"min_layers": 3, "max_layers": 3}, (3, 5, 2)),
        ({"max_width": 2}, (3, 5, 4, 2)),
        ({"min_width": 3}, (3, 5, 4, 3)),
    ],
)
def test_probes_keep_to_the_cases(bounds: dict[str, int], expected: tuple[int, ...]) -> None:
    assert probe_sizes(bounds) == expected


def test_a_class_that_cannot_have_such_sizes_is_told_what_to_say() -> None:
    unlimited = dataclasses.replace(ADAPTERS["two_layers"](), cases={})
    with pytest.raises(
        AdapterError, match=r"made no network for sizes \[3, 5, 4, 2\].*TypeError.*cases="
    ):
        Traits.of(unlimited)


def test_missing_methods_are_told_at_once() -> None:
    for role in ("cost", "step", "save"):
        with pytest.raises(AdapterError, match=f"`{role}`: Article has no attribute 'los'"):
            Traits.of(dataclasses.replace(article(), **{role: "los"}))  # type: ignore[arg-type]
    with pytest.raises(AdapterError, match="`gradient`: Article has no attribute 'back'"):
        Traits.of(dataclasses.replace(article(), gradient=("back", "weights")))
    with pytest.raises(AdapterError, match="`cost`: 'weights' of Article is no method"):
        Traits.of(dataclasses.replace(article(), cost="weights"))


def test_missing_attributes_are_told_at_once() -> None:
    with pytest.raises(AdapterError, match="`gradient`: Article has no attribute 'dw'"):
        Traits.of(dataclasses.replace(article(), gradient=("backprop", "dw")))
    with pytest.raises(AdapterError, match="`activations`: Article has no attribute 'a'"):
        Traits.of(dataclasses.replace(article(), activations="a"))


def test_what_fails_in_the_users_code_is_left_to_the_laws() -> None:
    class Crashing(Article):
        def feedforward(self, x: Any) -> Any:
            raise ZeroDivisionError

    traits = Traits.of(dataclasses.replace(article(), make=Crashing))
    assert traits.gradient is None
    assert "layers" not in traits.offers


def test_a_gradient_of_another_structure_is_left_to_the_laws() -> None:
    adapter = dataclasses.replace(article(), gradient=lambda net, x, y: [np.ones(3)])
    assert Traits.of(adapter).gradient is None


def test_what_is_written_must_be_there_when_it_is_read() -> None:
    copies = dataclasses.replace(article(), weights=lambda net: [w.copy() for w in net.weights])
    with pytest.raises(
        AdapterError, match=r"written into weights\[1\] is not there.*set_parameters"
    ):
        Traits.of(copies)


def test_parameters_of_other_shapes_after_writing_are_told() -> None:
    def broken(net: Any, weights: Any, _: Any) -> None:
        net.weights = [w.T for w in weights]

    with pytest.raises(AdapterError, match=r"weights\[1\] has shape \(3, 5\).* after"):
        Traits.of(dataclasses.replace(article(), set_parameters=broken))


def test_without_weights_only_the_layout_is_known() -> None:
    traits = Traits.of(Adapter(make=list, forward=lambda net, x: x, layout="columns"))
    assert traits.parameters is None
    assert traits.layout.name == "columns"
