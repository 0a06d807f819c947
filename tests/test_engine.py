"""The engine alone: what it copies, what it allocates, what it leaves to others."""

import gc
import tracemalloc
import weakref
from functools import partial
from typing import Any

import numpy as np
import pytest

from nncore import SGD, Adam, Network, Optimizer, Pixels
from nncore.activations import Activation
from nncore.arrays import Array
from nncore.engine import WINDOW, Engine
from nncore.inplace import _BuiltIn

RNG = np.random.default_rng(0)
X: Any = RNG.normal(size=(2 * WINDOW + 37, 6))
Y: Any = RNG.uniform(size=(len(X), 3))
OWN = Activation("own", lambda z: z**2, lambda z: 2 * z)
OPTIMIZERS = [SGD, lambda: SGD(0.9, nesterov=True), Adam]


def engine_of(net: Network, batch_size: int, optimizer: Optimizer, **settings: Any) -> Engine:
    engine = Engine(
        net.sizes, net._hidden, net._cost, net._l2, net.dtype, batch_size, optimizer, **settings
    )
    engine.load(net.weights, net.biases)
    return engine


def test_parameters_come_and_go_as_copies() -> None:
    net = Network([6, 5, 3], rng=0)
    before = [w.copy() for w in net.weights]
    engine = engine_of(net, 10, SGD())
    weights, biases = engine.copies()
    engine.epoch(X, Y, np.arange(len(X)), 0.5)
    for l in (1, 2):
        np.testing.assert_array_equal(net.weights[l], before[l])
        np.testing.assert_array_equal(weights[l - 1], before[l])
        assert not biases[l - 1].any()
        assert (engine.weights[l - 1] != before[l]).any()


@pytest.mark.parametrize("l2", [0.0, 0.1])
@pytest.mark.parametrize("make", OPTIMIZERS)
def test_a_step_allocates_next_to_nothing(make: Any, l2: float) -> None:
    net = Network([400, 300, 10], l2=l2, rng=0)
    x: Any = RNG.normal(size=(200, 400))
    y: Any = RNG.uniform(size=(200, 10))
    engine, order = engine_of(net, 20, make()), np.arange(200)
    engine.epoch(x, y, order, 0.1)
    tracemalloc.start()
    engine.epoch(x, y, order, 0.1)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # The cost of the window takes some arrays of the size of y; a gradient is 60 times that.
    assert peak < 12 * y.nbytes < net.weights[1].nbytes / 4


def test_a_run_on_pixels_takes_little_more_than_its_data() -> None:
    images = Pixels(RNG.integers(0, 256, (20_000, 784)).astype(np.uint8))
    labels = RNG.integers(0, 10, 20_000)
    net = Network([784, 8, 10], rng=0)
    net.fit(images[:100], labels[:100], epochs=1)  # imports what a first run imports
    tracemalloc.start()
    net.fit(images, labels, epochs=1, batch_size=100)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    targets = 20_000 * 10 * 8
    assert images.array.nbytes + peak < 1.3 * (images.array.nbytes + targets)


@pytest.mark.parametrize("batch_size", [1, 7, WINDOW, WINDOW + 1, 10**6])
def test_windows_change_nothing(batch_size: int) -> None:
    """Partial batches and windows: the cost and the steps are those of single batches."""
    net = Network([6, 5, 3], l2=0.1, rng=0)
    order = np.random.default_rng(1).permutation(len(X))
    whole, parts = (engine_of(net, batch_size, SGD()) for _ in range(2))
    heard: list[int] = []
    cost = whole.epoch(X, Y, order, 0.1, advance=heard.append)
    total = 0.0
    for start in range(0, len(order), batch_size):
        rows = order[start : start + batch_size]
        total += len(rows) * parts.epoch(X, Y, rows, 0.1)
    assert whole.parameters.tobytes() == parts.parameters.tobytes()
    assert cost == pytest.approx(total / len(order), rel=1e-14)
    assert sum(heard) == len(order)


@pytest.mark.parametrize("hidden", [*_BuiltIn(np.dtype("f8")).named(), OWN], ids=str)
def test_layers_in_parts_take_the_step_of_backprop(hidden: Any) -> None:
    net = Network([6, 600, 500, 3], hidden=hidden, rng=0)
    engine = engine_of(net, 131, SGD())  # three parts in both layers, the last of 3 rows
    engine.epoch(X[:131], Y[:131], np.arange(131), 0.5)
    gradient = net.backprop(X[:131], Y[:131])
    weights, biases = engine.copies()
    for l in (1, 2, 3):
        np.testing.assert_allclose(
            weights[l - 1], net.weights[l] - 0.5 * gradient.nabla_w[l], atol=1e-14
        )
        np.testing.assert_allclose(
            biases[l - 1], net.biases[l] - 0.5 * gradient.nabla_b[l], atol=1e-14
        )


@pytest.mark.parametrize("l2", [0.0, 0.1])
@pytest.mark.parametrize("sizes", [(6, 5, 3), (64, 64, 5, 3), (6, 5, 64, 64, 64, 3)])
def test_scipys_product_takes_the_steps_of_numpys(sizes: tuple[int, ...], l2: float) -> None:
    net = Network(sizes, l2=l2, rng=0)
    x: Any = RNG.normal(size=(150, sizes[0]))
    ours, theirs = (engine_of(net, 50, SGD(), blas=blas) for blas in ("numpy", "scipy"))
    costs = [engine.epoch(x, Y, np.arange(150), 0.5) for engine in (ours, theirs)]
    assert costs[1] == pytest.approx(costs[0], rel=1e-14)
    np.testing.assert_allclose(theirs.parameters, ours.parameters, rtol=0, atol=1e-13)


@pytest.mark.parametrize(
    ("sizes", "blas", "make", "moved"),
    [
        ((6, 5, 3), "scipy", SGD, 0),
        ((64, 63, 3), "scipy", SGD, 0),
        ((64, 64, 3), "scipy", SGD, 1),
        ((6, 64, 64, 5, 64, 64, 3), "scipy", SGD, 5),
        ((64, 64, 3), "numpy", SGD, 0),
        ((64, 64, 3), "scipy", Adam, 0),
    ],
)
def test_scipys_product_moves_the_layers_up_to_the_last_large_one(
    sizes: tuple[int, ...], blas: str, make: Any, moved: int
) -> None:
    engine = engine_of(Network(sizes, rng=0), 50, make(), blas=blas)
    assert engine._update._by_product == moved


@pytest.mark.parametrize(("batch_size", "moved"), [(256, 1), (257, 0)])
def test_scipys_product_moves_nothing_with_large_batches(batch_size: int, moved: int) -> None:
    net = Network([64, 64, 3], rng=0)
    assert engine_of(net, batch_size, SGD(), blas="scipy")._update._by_product == moved


@pytest.mark.parametrize("make", OPTIMIZERS)
def test_learning_rate_zero_changes_no_bit(make: Any) -> None:
    net = Network([6, 5, 3], l2=0.1, rng=0)
    engine = engine_of(net, 10, make())
    before = engine.parameters.copy()
    engine.epoch(X, Y, np.arange(100), 0.0)
    np.testing.assert_array_equal(engine.parameters, before)


def test_one_parameter_that_is_not_finite_is_noticed() -> None:
    engine = engine_of(Network([6, 5, 3], rng=0), 10, SGD())
    assert engine.is_finite()
    engine.biases[0][2] = np.nan
    assert not engine.is_finite()


def test_saturated_units_make_no_warning() -> None:
    for hidden in ("sigmoid", "tanh", "softplus"):
        net = Network([6, 5, 3], hidden=hidden, rng=0)
        net.weights[1] = net.weights[1] * 1e5
        engine = engine_of(net, 10, SGD())
        assert np.isfinite(engine.epoch(X, Y, np.arange(100), 1e-9))
        assert engine.is_finite()


class Clipped(SGD):
    """A rule of one's own that inherits what `SGD` says of itself."""

    def update(self, parameters: Array, gradient: Array, learning_rate: float) -> None:
        super().update(parameters, gradient.clip(-0.01, 0.01), learning_rate)


def patched() -> SGD:
    """An object with an update of its own."""
    optimizer = SGD()
    optimizer.update = partial(Clipped.update, Clipped())  # type: ignore[method-assign]
    return optimizer


@pytest.mark.parametrize("make", [Clipped, patched])
@pytest.mark.parametrize("blas", ["numpy", "scipy"])
@pytest.mark.parametrize(("sizes", "batch_size"), [((6, 5, 3), 10), ((6, 36, 3), 1)])
def test_an_update_of_ones_own_moves_every_layer(
    make: Any, sizes: tuple[int, ...], batch_size: int, blas: str
) -> None:
    net = Network(sizes, rng=0)
    engine = engine_of(net, batch_size, make(), blas=blas)
    engine.epoch(X, Y, np.arange(2 * batch_size), 1.0)
    moved = [abs(w - net.weights[l]).max() for l, w in enumerate(engine.weights, 1)]
    assert all(0 < most <= 0.02 + 1e-15 for most in moved)
    assert Clipped().STATE == ()


def test_an_engine_is_freed_as_soon_as_nobody_holds_it() -> None:
    for optimizer in (SGD(), SGD(0.9, nesterov=True), Adam()):
        engine = engine_of(Network([6, 36, 3], l2=0.1, rng=0), 10, optimizer)
        engine.epoch(X, Y, np.arange(100), 0.1)
        gone = weakref.ref(engine.parameters.base)
        gc.disable()
        try:
            del engine
            assert gone() is None
        finally:
            gc.enable()
