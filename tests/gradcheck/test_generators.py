"""Random generators that a function reaches are found and put back."""

from __future__ import annotations

import functools
import random
from typing import Any

import numpy as np
import pytest

from nncore.gradcheck.check import check_gradient
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


def test_what_draws_late_is_put_back_from_then_on() -> None:
    rng = np.random.default_rng(0)
    late = lambda draws: float(rng.random()) if draws else 0.0  # noqa: E731 - a closure
    generators = Generators(late)
    restored = generators.restoring(late)
    restored(False)
    generators.restore()
    assert not generators.drawn
    first = restored(True)
    assert restored(True) != first
    generators.restore()
    assert restored(True) == restored(True) == first


def test_a_check_is_repeated_where_a_generator_moves_late() -> None:
    rng = np.random.default_rng(0)
    draws = []

    def cost(w: Any) -> Any:
        # At small distances only, which the look at faults does not reach.
        if 0 < abs(w[0] - 2.0) < 1e-3:
            draws.append(rng.random())
        return (w**2).sum()

    w = np.array([2.0, 3.0])
    assert check_gradient(cost, lambda w: 2 * w, w, method="differences", progress=False).ok
    assert len(set(draws)) > 1  # the first time
    assert len(set(draws[-6:])) == 1


def test_functions_without_code_are_searched_as_well() -> None:
    shared = Generators().found
    assert len(shared) == 2
    assert Generators(functools.partial(draw_global)).found == shared
    assert Generators(max).found == shared
