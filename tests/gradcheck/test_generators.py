"""Random generators that a function reaches are found and put back."""

from __future__ import annotations

import functools
import random
from typing import Any

import numpy as np
import pytest

from nncore.gradcheck.generators import Generators

GLOBAL = np.random.default_rng(0)


def draw_global(_: Any) -> float:
    return float(GLOBAL.random())


def closure() -> Any:
    rng = np.random.RandomState(0)
    empty: Any = None
    function = lambda _: float(rng.random_sample()) if rng else empty  # type: ignore[truthy-bool]  # noqa: E731, F821 - a cell to empty
    del empty
    return function


class Model:
    def __init__(self) -> None:
        self.inner = {"rng": [random.Random(0)]}  # noqa: S311 - what users write

    def cost(self, _: Any) -> float:
        return self.inner["rng"][0].random()


def draw_default(_: Any, rng: np.random.Generator = np.random.default_rng(1)) -> float:  # noqa: B008 - the point of it
    return float(rng.random())


def draw_keyword(_: Any, *, rng: np.random.Generator = np.random.default_rng(1)) -> float:  # noqa: B008 - the point of it
    return float(rng.random())


def draw_shared(_: Any) -> float:
    return float(np.random.rand()) + random.random()  # noqa: NPY002, S311 - what users write


@pytest.mark.parametrize(
    "function",
    [draw_global, closure(), Model().cost, draw_default, draw_keyword, draw_shared],
)
def test_restoring_repeats_the_numbers(function: Any) -> None:
    generators = Generators(function)
    first, second = function(None), function(None)
    assert first != second
    generators.restore()
    assert function(None) == first
    restored = generators.restoring(function)
    assert restored(None) == restored(None) == first


def test_snapshots_can_be_chosen() -> None:
    generators = Generators(draw_global)
    draw_global(None)
    states = generators.snapshot()
    second = draw_global(None)
    generators.restore(states)
    assert draw_global(None) == second


def test_functions_without_code_are_searched_as_well() -> None:
    assert Generators(functools.partial(draw_global)).found == {}
    assert Generators(max).found == {}
