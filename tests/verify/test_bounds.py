"""A law is tried on the cases that it asks for and that the implementation has."""

from __future__ import annotations

from typing import Any

import pytest

from nncore.verify import Adapter, SkipCheck
from nncore.verify.bounds import bounds_of
from nncore.verify.registry import Check
from nncore.verify.strategies import REGIMES


def bounds(mine: dict[str, Any], law: dict[str, Any], **said: Any) -> dict[str, Any]:
    adapter = Adapter(make=list, cost="cost", cases=mine, **said)
    return bounds_of(adapter, Check("law", "mine", print, frozenset(), law, 1.0))


def test_the_usual_bounds() -> None:
    assert bounds({}, {}) == {
        "min_layers": 2,
        "max_layers": 5,
        "min_width": 1,
        "max_width": 6,
        "min_batch": 1,
        "max_batch": 5,
        "regimes": REGIMES,
        "targets": "one-hot",
    }


@pytest.mark.parametrize(
    ("mine", "law", "name", "expected"),
    [
        ({"max_width": 3}, {"max_width": 4}, "max_width", 3),
        ({"max_width": 4}, {"max_width": 3}, "max_width", 3),
        ({"min_batch": 2}, {"min_batch": 3}, "min_batch", 3),
        ({"min_layers": 7}, {}, "max_layers", 7),
        ({}, {"min_layers": 7}, "max_layers", 7),
        ({"regimes": ("normal", "grid")}, {"regimes": ("grid", "ties")}, "regimes", ("grid",)),
        ({"targets": "any"}, {"targets": "one-hot"}, "targets", "any"),
        ({}, {"targets": "any"}, "targets", "any"),
    ],
)
def test_both_bounds_are_kept(
    mine: dict[str, Any], law: dict[str, Any], name: str, expected: Any
) -> None:
    assert bounds(mine, law)[name] == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"cost": "quadratic", "output": "softmax"}, "any"),
        ({"cost": "cross_entropy", "output": "softmax"}, "distributions"),
        ({"cost": "cross_entropy", "output": "sigmoid"}, "probabilities"),
        ({"output": "sigmoid"}, "one-hot"),
    ],
)
def test_targets_are_those_of_the_declared_cost(said: dict[str, str], expected: str) -> None:
    assert bounds({}, {}, declares=said)["targets"] == expected


def test_laws_without_cases_are_skipped() -> None:
    with pytest.raises(
        SkipCheck, match="needs min_layers=4, but the adapter's `cases` end at 3"
    ):
        bounds({"max_layers": 3}, {"min_layers": 4})
    with pytest.raises(SkipCheck, match=r"needs regimes=\('huge',\), which"):
        bounds({"regimes": ("grid",)}, {"regimes": ("huge",)})
