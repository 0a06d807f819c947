"""The engine does what backpropagation says: the same steps, to a few ulp."""

from __future__ import annotations

from typing import Any, NamedTuple
from unittest import mock

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from nncore import SGD, Activation, Adam, Cost, Network, Optimizer, Pixels
from nncore.arrays import Array, Matrix
from nncore.engine import Engine
from nncore.kernels import layer_error

#: Rounding of the two programs in a step, in ulp of the largest number that its sums hold. The
#: largest of 2,700 random cases was 43; a fault of the mathematics makes 1e10 and more.
ULPS = 64

ELEMENTWISE = ["sigmoid", "tanh", "relu", "leaky_relu", "softplus", "identity"]
own = Activation("own", lambda z: z / (1 + abs(z)), lambda z: 1 / (1 + abs(z)) ** 2)
own_cost = Cost(
    "log_cosh", lambda a, y: np.log(np.cosh(a - y)).sum(axis=1), lambda a, y: np.tanh(a - y)
)
HIDDEN: list[Any] = [*ELEMENTWISE, own]
OUTPUTS: list[tuple[Any, Any]] = [
    ("sigmoid", "cross_entropy"),
    ("softmax", "cross_entropy"),
    ("softmax", "quadratic"),
    (own, "quadratic"),
    ("tanh", own_cost),
    *((name, "quadratic") for name in ELEMENTWISE),
]


class Case(NamedTuple):
    """A network, examples and how to step; x as the engine gets it and as floats."""

    net: Network
    given_x: Any
    x: Array
    y: Array
    factors: Array | None
    batch_size: int
    learning_rate: float

    def engine(self, optimizer: Optimizer, blas: str = "numpy") -> Engine:
        net, size = self.net, self.batch_size
        cost, l2 = net._cost, net._l2
        return Engine(net.sizes, net._hidden, cost, l2, net.dtype, size, optimizer, blas)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Networks of up to five layers with examples of the size of real data."""
    sizes = draw(st.lists(st.integers(1, 9), min_size=2, max_size=5))
    output, cost = draw(st.sampled_from(OUTPUTS))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    dtype = draw(st.sampled_from(["float64", "float32"]))
    net = Network(
        sizes,
        hidden=draw(st.sampled_from(HIDDEN)),
        output=output,
        cost=cost,
        l2=draw(st.sampled_from([0.0, 0.01, 0.5])),
        rng=rng,
        dtype=dtype,
    )
    scale = draw(st.sampled_from([0.1, 1.0, 3.0]))
    for l in range(1, net.num_layers):
        net.weights[l] = net.weights[l] * net.dtype.type(scale)
        net.biases[l] = rng.normal(size=sizes[l]).astype(dtype)
    examples = draw(st.integers(1, 12))
    y = rng.dirichlet(np.ones(sizes[-1]), examples).astype(dtype)
    bytes_ = rng.integers(0, 256, (examples, sizes[0])).astype(np.uint8)
    factors = rng.uniform(0, 2, (examples, 1)).astype(dtype)
    given_x: Any = rng.normal(size=(examples, sizes[0])).astype(dtype)
    x = given_x
    if draw(st.booleans()):
        given_x, x = Pixels(bytes_), bytes_ / net.dtype.type(255)
    return Case(
        net,
        given_x,
        x,
        y,
        factors if draw(st.booleans()) else None,
        draw(st.integers(1, 14)),
        draw(st.sampled_from([0.0, 0.01, 0.5, 1.0])),
    )


class Textbook:
    """The optimizers as their papers write them, on lists of arrays of float64."""

    def __init__(self, optimizer: Optimizer) -> None:
        self.optimizer, self.t = optimizer, 0
        self.memory: dict[int, tuple[Any, Any]] = {}

    def step(self, i: int, w: Array, nabla: Array, eta: float) -> Any:
        m, v = self.memory.get(i, (0.0, 0.0))
        method = self.optimizer
        if isinstance(method, Adam):
            m = method.beta1 * m + (1 - method.beta1) * nabla
            v = method.beta2 * v + (1 - method.beta2) * nabla**2
            m_hat, v_hat = m / (1 - method.beta1**self.t), v / (1 - method.beta2**self.t)
            move = -eta * m_hat / (np.sqrt(v_hat) + method.epsilon)
        else:
            assert isinstance(method, SGD)
            v = method.momentum * v - eta * nabla
            move = method.momentum * v - eta * nabla if method.nesterov else v
        self.memory[i] = m, v
        return w + move


def textbook_step(case: Case, rows: Array, rule: Textbook) -> tuple[float, float]:
    """Take one step by `backprop`; return its weighted cost and the largest sum it held."""
    net, x, y = case.net, case.x[rows], case.y[rows]
    weights, _ = net._parameters()
    factors = np.ones((len(rows), 1)) if case.factors is None else case.factors[rows]
    zs, activations = net.forward(x)
    z: Matrix[Any, Any] = zs[-1]  # type: ignore[assignment]
    targets: Matrix[Any, Any] = y  # type: ignore[assignment]
    costs: Any = net._cost.values(z, targets)
    penalty = net._l2 * sum(float((w.astype(float) ** 2).sum()) for w in net.weights[1:]) / 2
    delta: Any = np.asarray(net._cost.output_error(z, targets)) * factors / len(rows)
    rule.t += 1
    largest, new = 1.0, []
    for l in range(net.num_layers - 1, 0, -1):
        nabla_w = delta.T @ activations[l - 1] + net._l2 * net.weights[l]
        nabla_b = delta.sum(axis=0)
        sums = abs(delta).T @ abs(activations[l - 1])
        largest = max(largest, case.learning_rate * sums.max(), abs(net.weights[l]).max())
        new.append((l, nabla_w, nabla_b))
        if l > 1:
            z_l: Any = zs[l - 1]
            delta = layer_error(weights[l], delta, net._hidden.slope(z_l))
    if case.factors is None:  # without factors it is `backprop` itself
        gradient = net.backprop(x, y)
        new = [(l, gradient.nabla_w[l], gradient.nabla_b[l]) for l, *_ in new]
    for l, nabla_w, nabla_b in new:
        w, b = net.weights[l], net.biases[l]
        net.weights[l] = rule.step(2 * l, w, nabla_w, case.learning_rate).astype(net.dtype)
        net.biases[l] = rule.step(2 * l + 1, b, nabla_b, case.learning_rate).astype(net.dtype)
    return float((costs * factors[:, 0]).sum()) + len(rows) * penalty, largest


def difference(case: Case, engine: Engine) -> float:
    """The largest difference between the engine's parameters and the network's, in ulp of 1."""
    ours, theirs = [*engine.weights, *engine.biases], [*case.net.weights, *case.net.biases]
    del theirs[len(theirs) // 2], theirs[0]
    pairs = zip(ours, theirs, strict=True)
    return float(max(abs(p - q).max() for p, q in pairs) / np.finfo(case.net.dtype).eps)


def check(case: Case, optimizer: Optimizer, *, steps: int | None, blas: str = "numpy") -> None:
    """Let both take some steps, or all of an epoch, and compare costs and parameters."""
    engine = case.engine(optimizer, blas)
    engine.load(case.net.weights, case.net.biases)
    order = np.random.default_rng(0).permutation(len(case.x))
    order = order if steps is None else order[: steps * case.batch_size]
    eta = case.learning_rate
    cost = engine.epoch(case.given_x, case.y, order, eta, case.factors)  # type: ignore[arg-type]
    total, bound, rule = 0.0, 1.0, Textbook(optimizer)
    for start in range(0, len(order), case.batch_size):
        paid, largest = textbook_step(case, order[start : start + case.batch_size], rule)
        total, bound = total + paid, bound * largest
        assume(bound < 1e4)  # a run that diverges shows nothing
    # Each step adds its own rounding, stretches what the steps before it left, and hands on a
    # share mu of it with the velocity.
    bound *= rule.t / (1 - getattr(optimizer, "momentum", 0.0))
    eps = np.finfo(case.net.dtype).eps
    assert abs(cost - total / len(order)) <= ULPS * eps * bound * max(1, abs(cost))
    assert difference(case, engine) <= ULPS * bound


OPTIMIZERS: dict[str, Any] = {
    "sgd": SGD,
    "momentum": lambda: SGD(0.9),
    "nesterov": lambda: SGD(0.7, nesterov=True),
    "adam": lambda: Adam(epsilon=0.1),
}


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@settings(deadline=None)
@given(case=cases())
def test_a_step_is_the_textbooks(optimizer: str, case: Case) -> None:
    check(case, OPTIMIZERS[optimizer](), steps=1)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@settings(deadline=None)
@given(case=cases())
def test_an_epoch_is_its_steps(optimizer: str, case: Case) -> None:
    check(case, OPTIMIZERS[optimizer](), steps=None)


@settings(deadline=None)
@given(case=cases(), small=st.sampled_from([0, 20]))
def test_scipys_products_take_the_same_steps(case: Case, small: int) -> None:
    pytest.importorskip("scipy")
    with mock.patch("nncore.update.SMALL_LAYER", small):  # 4096 weights would be slow to try
        check(case, SGD(), steps=None, blas="scipy")
