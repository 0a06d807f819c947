"""What the user's code keeps between calls: put back, whatever it is."""

# The programs under test are written as people write them: without types.
# mypy: ignore-errors
# ruff: noqa: ANN001, ANN201, ANN202, ANN204, PLW0603

from __future__ import annotations

import functools
from typing import Any

import numpy as np
from certifying import only

from nncore.gradcheck.state import MOST_THINGS, State

TOTAL: Any = 0.0


class Keeper:
    shared: list[Any] = []  # noqa: RUF012 - what people write

    def __init__(self):
        self.mean = np.zeros(2)
        self.cache = {"last": None}
        self.history = []
        self.objects = np.array([1, None], dtype=object)
        self.pair = (self.cache, {self.__class__})

    def cost(self, w):
        global TOTAL
        self.mean = 0.9 * self.mean + 0.1 * w
        self.cache["last"] = w
        self.history.append(w)
        self.shared.append(w)
        self.objects[0] = w[0]
        TOTAL = TOTAL + w[0]
        return (w * w).sum()

    def gradient(self, w):
        self.extra = w
        return 2 * w


def test_everything_is_put_back():
    keeper = Keeper()
    before, mean = dict(vars(keeper)), keeper.mean
    state = State(keeper.cost, keeper.gradient)
    keeper.cost(np.ones(2))
    keeper.gradient(np.ones(2))
    assert keeper.history
    assert TOTAL == 1
    state.restore()
    assert vars(keeper).keys() == before.keys()
    assert keeper.mean is mean
    assert keeper.history == Keeper.shared == []
    assert keeper.cache == {"last": None}
    assert keeper.objects[0] == 1
    assert TOTAL == 0


def closing():
    """A partial of a wrapped function with a closure, and what it keeps."""
    kept: list[Any] = []
    count = 0
    unset: Any = None

    @functools.wraps(Keeper.gradient)
    def inner(store, w, *, more=kept):
        nonlocal count
        count += 1
        store.append(w)
        more.append(w)
        return count if w is not unset else None  # noqa: F821 - a cell to empty

    del unset
    store: list[Any] = []
    return functools.partial(inner, store), store, kept


def test_closures_partials_and_defaults_are_followed():
    function, store, kept = closing()
    state = State(function)
    store.append(1)
    kept.append(2)
    state.restore()
    assert store == kept == []


def test_a_network_with_running_means_certifies():
    keeper = Keeper()
    assert only(keeper.cost, keeper.gradient, np.array([0.3, 0.7])) == "agrees"
    assert all(isinstance(mean, float) for mean in keeper.mean.tolist())
    assert all(type(w) is np.ndarray for w in keeper.history)


def test_a_search_that_is_too_long_ends():
    many = [[i] for i in range(2 * MOST_THINGS)]
    state = State(functools.partial(len, many))
    many[0].append(1)
    state.restore()
    assert len(state._seen) <= MOST_THINGS + 10


def test_a_class_from_nowhere_is_left_alone():
    made = type("Made", (), {"__module__": "nowhere"})()
    made.values = [1]
    state = State(lambda: made)
    made.values.append(2)
    state.restore()
    assert made.values == [1, 2]
