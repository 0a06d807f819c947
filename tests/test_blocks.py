"""Blocks: when the first layer looks ahead, and that its steps stay those of single batches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from nncore import SGD, Activation, Adam, Network, Optimizer, blocks, products
from nncore.activations import sigmoid, sigmoid_prime, tanh, tanh_prime
from nncore.arrays import Array, as_matrix
from nncore.blas import fused_update
from nncore.blocks import EXAMPLES, Block, batches_of_a_block, looks_ahead
from nncore.engine import Engine
from nncore.inplace import in_place
from nncore.update import Update
from nncore.workspace import Flat

if TYPE_CHECKING:
    from collections.abc import Callable

RNG = np.random.default_rng(0)
SIGMOID = in_place(Activation("own", sigmoid, sigmoid_prime), np.dtype("f8"))
X: Any = RNG.normal(size=(2 * EXAMPLES + 17, 6))
Y: Any = RNG.uniform(size=(len(X), 3))


@pytest.fixture(params=[False, True], ids=["avx2", "avx512"], autouse=True)
def has_small(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Every kind of processor takes the same steps, each in its own way."""
    for module in (blocks, products):
        monkeypatch.setattr(module, "has_small_products", lambda: request.param)
    return bool(request.param)


@pytest.mark.parametrize(
    ("sizes", "batch_size", "avx2", "avx512", "scipy"),
    [
        ((784, 60, 10), 10, True, True, False),
        ((784, 59, 10), 10, False, True, False),
        ((784, 20, 10), 10, False, True, False),
        ((784, 19, 10), 10, False, False, False),
        ((784, 120, 10), 10, True, True, True),
        ((784, 119, 10), 10, True, True, False),
        ((784, 200, 10), 11, False, False, False),
        ((784, 6, 10), 1, True, True, False),
        ((784, 2, 10), 1, False, True, False),
        ((784, 1, 10), 1, False, False, False),
        ((784, 200), 1, False, False, False),
    ],
)
def test_looking_ahead_is_for_small_batches_and_hidden_layers_that_are_wide_beside_them(
    sizes: tuple[int, ...],
    batch_size: int,
    *,
    avx2: bool,
    avx512: bool,
    scipy: bool,
    has_small: bool,
) -> None:
    assert looks_ahead(sizes, batch_size, None) == (avx512 if has_small else avx2)
    assert looks_ahead(sizes, batch_size, fused_update(np.dtype("f8"))) == scipy


@pytest.mark.parametrize(
    ("batch_size", "expected"), [(1, 40), (10, 4), (11, 3), (20, 2), (21, 1), (41, 1)]
)
def test_a_block_is_about_40_examples_or_one_mini_batch(batch_size: int, expected: int) -> None:
    assert batches_of_a_block(batch_size) == expected


def block_of(
    batch_size: int, parameters: Flat, gradient: Flat, length: int, *, is_ahead: bool
) -> Block:
    update = Update(parameters, gradient, SGD(), 0.0, None, batch_size, is_ahead=is_ahead)
    update.begin(0.5)
    return Block(batch_size, parameters, gradient, SIGMOID, update, length, is_ahead=is_ahead)


def test_mini_batches_tile_a_block_and_the_last_one_may_be_short() -> None:
    parameters, gradient = Flat((6, 9, 3), np.dtype("f8")), Flat((6, 9, 3), np.dtype("f8"))
    block = block_of(3, parameters, gradient, 8, is_ahead=True)
    assert [batch.rows for batch in block.batches] == [slice(0, 3), slice(3, 6), slice(6, 8)]
    assert block.first is not None
    block.x[...] = X[:8]
    block.look_ahead()
    for batch, (first, second), _, _ in block.batches:
        assert np.shares_memory(first.z, block.first.z[batch])
        expected = block.x[batch] @ block.x[: batch.start].T + 1
        np.testing.assert_allclose(first.overlap, expected, rtol=1e-13)
        assert first.earlier.shape == (batch.start, 9)
        assert second.below is first


@pytest.mark.parametrize(
    ("dtype", "length", "columns"), [("f4", 64, True), ("f4", 65, False), ("f8", 64, False)]
)
def test_columns_are_together_where_that_is_faster(
    dtype: str, length: int, *, columns: bool
) -> None:
    parameters, gradient = (Flat((6, 9, 3), np.dtype(dtype)) for _ in range(2))
    block = block_of(length, parameters, gradient, length, is_ahead=False)
    first, last = block.batches[0].layers
    assert first.z.flags.f_contiguous == first.delta.flags.f_contiguous == columns
    assert last.z.flags.c_contiguous


@pytest.mark.parametrize(("dtype", "writes"), [("f4", 3), ("f8", 2)])
def test_the_product_ahead_is_copied_only_where_columns_are_together(
    dtype: str, writes: int, *, has_small: bool
) -> None:
    parameters, gradient = (Flat((6, 9, 3), np.dtype(dtype)) for _ in range(2))
    parameters.all[...] = 0.5
    block = block_of(10, parameters, gradient, 40, is_ahead=True)
    assert block.first is not None
    overlaps = 2 * 3 if has_small else 2  # of three mini-batches with those before, or of all
    assert len(block._ahead) == writes + overlaps
    block.x[...] = 1
    block.look_ahead()
    assert (block.first.z == 3.5).all()


@pytest.mark.parametrize(
    ("batch_size", "length", "avx2", "avx512"),
    [
        (10, 10, 0, 0),
        (10, 20, 1, 1),
        (10, 40, 1, 3),
        (1, 10, 1, 1),
        (1, 11, 1, 2),
        (3, 40, 1, 4),
    ],
)
def test_overlaps_are_taken_at_once_or_with_those_before(
    batch_size: int, length: int, *, avx2: int, avx512: int, has_small: bool
) -> None:
    parameters, gradient = (Flat((6, 9, 3), np.dtype("f8")) for _ in range(2))
    block = block_of(batch_size, parameters, gradient, length, is_ahead=True)
    products = 1 + (avx512 if has_small else avx2)
    assert len(block._ahead) == 2 * products


def engine_of(net: Network, batch_size: int, optimizer: Optimizer, **settings: Any) -> Engine:
    engine = Engine(
        net.sizes, net._hidden, net._cost, net._l2, net.dtype, batch_size, optimizer, **settings
    )
    engine.load(net.weights, net.biases)
    return engine


@pytest.mark.parametrize("blas", ["numpy", "scipy"])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(
    ("sizes", "is_ahead"),
    [
        ((6, 36, 3), True),
        ((6, 36, 700, 3), True),
        ((6, 700, 8, 3), True),
        ((6, 1, 3), False),
        ((6, 1, 700, 3), False),
        ((700, 8), False),
    ],
)
@pytest.mark.parametrize("batch_size", [1, 3])
def test_steps_of_a_block_are_those_of_single_mini_batches(
    batch_size: int, sizes: tuple[int, ...], dtype: str, blas: str, *, is_ahead: bool
) -> None:
    net = Network(sizes, rng=0, dtype=dtype)
    together, single = (engine_of(net, batch_size, SGD(), blas=blas) for _ in range(2))
    assert (together._block_size > batch_size) == is_ahead
    assert (together._block_of(batch_size).first is not None) == is_ahead
    shapes = [(len(X), n) for n in (sizes[0], sizes[-1])]
    x, y = (as_matrix(RNG.uniform(size=shape).astype(dtype)) for shape in shapes)
    factors = RNG.uniform(0, 2, (len(x), 1)).astype(dtype)
    order = RNG.permutation(len(x))
    cost, total = together.epoch(x, y, order, 0.5, factors), 0.0
    for start in range(0, len(order), batch_size):  # blocks of one mini-batch
        rows = order[start : start + batch_size]
        total += len(rows) * single.epoch(x, y, rows, 0.5, factors)
    eps = float(np.finfo(dtype).eps)
    assert cost == pytest.approx(total / len(order), rel=64 * eps)
    np.testing.assert_allclose(together.parameters, single.parameters, rtol=0, atol=1024 * eps)
    assert abs(together.weights[0] - net.weights[1]).max() > 1e-3


@pytest.mark.parametrize("blas", ["numpy", "scipy"])
@pytest.mark.parametrize("batch_size", [1, 3])
def test_looking_ahead_takes_the_steps_of_backprop(batch_size: int, blas: str) -> None:
    net = Network([6, 36, 8, 3], rng=0)
    engine = engine_of(net, batch_size, SGD(), blas=blas)
    assert engine._block_of(batch_size).first is not None
    engine.epoch(as_matrix(X), as_matrix(Y), np.arange(len(X)), 0.5)
    for start in range(0, len(X), batch_size):
        rows = slice(start, start + batch_size)
        gradient = net.backprop(X[rows], Y[rows])
        for l in (1, 2, 3):
            net.weights[l] = net.weights[l] - 0.5 * gradient.nabla_w[l]
            net.biases[l] = net.biases[l] - 0.5 * gradient.nabla_b[l]
    for l in (1, 2, 3):
        np.testing.assert_allclose(engine.weights[l - 1], net.weights[l], rtol=0, atol=1e-12)
        np.testing.assert_allclose(engine.biases[l - 1], net.biases[l], rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    "settings", [{"l2": 0.1}, {"optimizer": SGD(0.9)}, {"optimizer": Adam()}]
)
def test_what_else_moves_the_weights_forbids_looking_ahead(settings: dict[str, Any]) -> None:
    net = Network([6, 12, 3], l2=settings.get("l2", 0.0), rng=0)
    plain, other = Network([6, 12, 3], rng=0), settings.get("optimizer", SGD())
    assert engine_of(plain, 2, SGD())._block_size == 40
    assert engine_of(net, 2, other)._block_size == 2


@pytest.mark.parametrize("optimizer", [SGD, lambda: SGD(0.9), Adam])
def test_each_step_of_a_block_has_the_penalty_of_its_moment(
    optimizer: Callable[[], Optimizer],
) -> None:
    net = Network([6, 5, 3], l2=0.1, rng=0)
    together, single = (engine_of(net, 3, optimizer()) for _ in range(2))
    cost, total = together.epoch(X, Y, np.arange(len(X)), 0.5), 0.0
    for start in range(0, len(X), 3):
        rows = np.arange(start, min(start + 3, len(X)))
        total += len(rows) * single.epoch(X, Y, rows, 0.5)
    assert cost == pytest.approx(total / len(X), rel=1e-14)
    np.testing.assert_allclose(together.parameters, single.parameters, rtol=0, atol=1e-14)


@pytest.mark.parametrize("steps", [0, 7])
def test_an_interrupt_leaves_the_steps_that_every_layer_took(steps: int) -> None:
    calls: list[int] = []

    def prime(z: Array) -> Array:
        calls.append(1)
        if len(calls) == steps + 1:  # in the middle of the next step
            raise KeyboardInterrupt
        return tanh_prime(z)

    net = Network([6, 18, 3], hidden=Activation("own", tanh, prime), rng=0)
    calm = Network([6, 18, 3], hidden=Activation("calm", tanh, tanh_prime), rng=0)
    stopped, expected = engine_of(net, 3, SGD()), engine_of(calm, 3, SGD())
    assert stopped._block_of(39).first is not None
    with pytest.raises(KeyboardInterrupt):
        stopped.epoch(X, Y, np.arange(len(X)), 0.5)
    for step in range(steps):
        expected.epoch(X, Y, np.arange(3 * step, 3 * step + 3), 0.5)
    np.testing.assert_allclose(stopped.parameters, expected.parameters, rtol=0, atol=1e-13)
