"""Blocks: when the first layer looks ahead, and that its steps stay those of single batches."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from nncore import SGD, Activation, Adam, Network, Optimizer
from nncore.activations import tanh, tanh_prime
from nncore.arrays import Array
from nncore.blocks import AHEAD, Block, batches_of_a_block
from nncore.engine import Engine
from nncore.workspace import Flat

RNG = np.random.default_rng(0)
X: Any = RNG.normal(size=(2 * AHEAD + 17, 6))
Y: Any = RNG.uniform(size=(len(X), 3))


@pytest.mark.parametrize(
    ("sizes", "batch_size", "expected"),
    [
        ((784, 30, 10), 10, 4),
        ((784, 29, 10), 10, 1),
        ((784, 100, 10), 11, 1),
        ((784, 3, 10), 1, 40),
        ((784, 2, 10), 1, 1),
        ((784, 100), 1, 1),
    ],
)
def test_looking_ahead_is_for_small_batches_and_hidden_layers_that_are_wide_beside_them(
    sizes: tuple[int, ...], batch_size: int, expected: int
) -> None:
    assert batches_of_a_block(sizes, batch_size) == expected


def test_mini_batches_tile_a_block_and_the_last_one_may_be_short() -> None:
    parameters, gradient = Flat((6, 9, 3), np.dtype("f8")), Flat((6, 9, 3), np.dtype("f8"))
    block = Block(3, parameters, gradient, 8, is_ahead=True)
    assert [batch for batch, _ in block.steps] == [slice(0, 3), slice(3, 6), slice(6, 8)]
    assert block.first is not None
    for batch, (first, second) in block.steps:
        assert np.shares_memory(first.z, block.first.z[batch])
        assert first.overlap.shape == (batch.stop - batch.start, batch.start)
        assert first.earlier.shape == (batch.start, 9)
        assert second.below is first


@pytest.mark.parametrize(
    ("dtype", "length", "columns"), [("f4", 64, True), ("f4", 65, False), ("f8", 64, False)]
)
def test_columns_are_together_where_that_is_faster(
    dtype: str, length: int, *, columns: bool
) -> None:
    parameters, gradient = (Flat((6, 9, 3), np.dtype(dtype)) for _ in range(2))
    block = Block(length, parameters, gradient, length, is_ahead=False)
    (_, (first, last)) = block.steps[0]
    assert first.z.flags.f_contiguous == first.delta.flags.f_contiguous == columns
    assert last.z.flags.c_contiguous


@pytest.mark.parametrize(("dtype", "columns"), [("f4", True), ("f8", False)])
def test_the_product_ahead_is_copied_only_where_columns_are_together(
    dtype: str, *, columns: bool
) -> None:
    parameters, gradient = (Flat((6, 9, 3), np.dtype(dtype)) for _ in range(2))
    block = Block(10, parameters, gradient, 40, is_ahead=True)
    assert block.first is not None
    assert block._product.flags.f_contiguous == columns
    assert (block._product is block.first.z) != columns


def engine_of(net: Network, batch_size: int, optimizer: Optimizer, **settings: Any) -> Engine:
    engine = Engine(
        net.sizes, net._hidden, net._cost, net._l2, net.dtype, batch_size, optimizer, **settings
    )
    engine.load(net.weights, net.biases)
    return engine


@pytest.mark.parametrize("blas", ["numpy", "scipy"])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("sizes", [(6, 9, 3), (6, 9, 700, 3), (6, 700, 8, 3)])
@pytest.mark.parametrize("batch_size", [1, 3])
def test_steps_ahead_are_those_of_single_mini_batches(
    batch_size: int, sizes: tuple[int, ...], dtype: str, blas: str
) -> None:
    net = Network(sizes, rng=0, dtype=dtype)
    ahead, single = (engine_of(net, batch_size, SGD(), blas=blas) for _ in range(2))
    assert batches_of_a_block(sizes, batch_size) > 1
    x, y = X.astype(dtype), Y.astype(dtype)
    factors = RNG.uniform(0, 2, (len(x), 1)).astype(dtype)
    order = RNG.permutation(len(x))
    cost, total = ahead.epoch(x, y, order, 0.5, factors), 0.0
    for start in range(0, len(order), batch_size):  # blocks of one mini-batch
        rows = order[start : start + batch_size]
        total += len(rows) * single.epoch(x, y, rows, 0.5, factors)
    eps = float(np.finfo(dtype).eps)
    assert cost == pytest.approx(total / len(order), rel=64 * eps)
    np.testing.assert_allclose(ahead.parameters, single.parameters, rtol=0, atol=1024 * eps)
    assert abs(ahead.weights[0] - net.weights[1]).max() > 1e-3


@pytest.mark.parametrize(
    "settings", [{"l2": 0.1}, {"optimizer": SGD(0.9)}, {"optimizer": Adam()}]
)
def test_what_else_moves_the_weights_forbids_looking_ahead(settings: dict[str, Any]) -> None:
    net = Network([6, 9, 3], l2=settings.get("l2", 0.0), rng=0)
    optimizers = [settings.get("optimizer", SGD()), SGD()]
    assert [engine_of(net, 2, o)._block_size for o in optimizers] == [2, 2 if net._l2 else 40]


@pytest.mark.parametrize("steps", [0, 7])
def test_an_interrupt_leaves_the_steps_that_every_layer_took(steps: int) -> None:
    calls: list[int] = []

    def prime(z: Array) -> Array:
        calls.append(1)
        if len(calls) == steps + 1:  # in the middle of the next step
            raise KeyboardInterrupt
        return tanh_prime(z)

    net = Network([6, 9, 3], hidden=Activation("own", tanh, prime), rng=0)
    calm = Network([6, 9, 3], hidden=Activation("calm", tanh, tanh_prime), rng=0)
    stopped, expected = engine_of(net, 3, SGD()), engine_of(calm, 3, SGD())
    with pytest.raises(KeyboardInterrupt):
        stopped.epoch(X, Y, np.arange(len(X)), 0.5)
    for step in range(steps):
        expected.epoch(X, Y, np.arange(3 * step, 3 * step + 3), 0.5)
    np.testing.assert_allclose(stopped.parameters, expected.parameters, rtol=0, atol=1e-13)
