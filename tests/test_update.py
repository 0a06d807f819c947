"""How a step moves the parameters: who moves what, and what the learning rate sets."""

from typing import Any

import numpy as np
import pytest

from nncore import SGD, Adam, Optimizer
from nncore.arrays import Array, run
from nncore.update import Update
from nncore.workspace import Flat

SIZES = (4, 3, 2)


class Added(Optimizer):
    """A rule that leaves a trace, and wants the gradient as it is."""

    def update(self, parameters: Array, gradient: Array, learning_rate: float) -> None:
        parameters += learning_rate * gradient


def update_of(
    optimizer: Optimizer, l2: float, *, is_ahead: bool = False
) -> tuple[Update, Flat, Flat]:
    """An update of parameters 1 with a gradient of 3."""
    parameters, gradient = (Flat(SIZES, np.dtype("f8")) for _ in range(2))
    optimizer.start(parameters.all.size, parameters.all.dtype)
    update = Update(parameters, gradient, optimizer, l2, None, 10, is_ahead=is_ahead)
    parameters.all[...], gradient.all[...] = 1, 3
    update.begin(0.5)
    return update, parameters, gradient


@pytest.mark.parametrize("l2", [0.0, 0.25])
def test_plain_descent_subtracts_what_comes_times_the_learning_rate(l2: float) -> None:
    update, parameters, _ = update_of(SGD(), l2)
    run(update.rest())
    np.testing.assert_allclose(parameters.all_weights, 1 - 0.5 * l2 - 3)
    np.testing.assert_allclose(parameters.all_biases, 1 - 3)


@pytest.mark.parametrize("l2", [0.0, 0.25])
def test_other_rules_get_a_gradient_with_the_penalty(l2: float) -> None:
    update, parameters, _ = update_of(Added(), l2)
    run(update.rest())
    np.testing.assert_allclose(parameters.all_weights, 1 + 0.5 * (3 + l2))
    np.testing.assert_allclose(parameters.all_biases, 1 + 0.5 * 3)


@pytest.mark.parametrize("l2", [0.0, 0.25])
def test_momentum_gets_a_gradient_times_the_learning_rate(l2: float) -> None:
    update, parameters, _ = update_of(SGD(0.9), l2)
    run(update.rest())
    np.testing.assert_allclose(parameters.all_weights, 1 - 3 - 0.5 * l2)


@pytest.mark.parametrize(
    ("make", "scale"), [(SGD, 0.5), (lambda: SGD(0.9), 0.5), (Adam, 1.0), (Added, 1.0)]
)
def test_shares_follow_the_learning_rate(make: Any, scale: float) -> None:
    update, _, _ = update_of(make(), 0.0)
    ten, four = update.share(10), update.share(4)
    assert [ten, four] == [scale / 10, scale / 4]
    assert update.share(10) is ten
    assert ten.dtype == np.float64
    update.begin(0.25)
    assert [ten, four] == ([0.025, 0.0625] if scale == 0.5 else [0.1, 0.25])


def test_weights_that_are_moved_behind_a_block_are_left_alone() -> None:
    update, parameters, _ = update_of(SGD(), 0.0, is_ahead=True)
    run(update.rest())
    first, second = parameters.weights
    assert (first == 1).all()
    assert (second == 1 - 3).all()
    assert (parameters.all_biases == 1 - 3).all()
