"""Optimizers: held to plain references over many steps, and to laws."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from nncore import SGD, Adam, Network, Optimizer
from nncore.arrays import Array

RNG = np.random.default_rng(3)
STEPS, SIZE = 200, 5
TEXT: Any = "0.9"


def gradient(w: Array, step: int) -> Any:
    """The gradient of a stretched bowl, with noise that depends on the step."""
    noise = np.sin(np.arange(SIZE) * 7.0 + 13.0 * step)
    return np.array([1.0, 3.0, 0.1, 10.0, 0.0]) * (w - 1) + 0.1 * noise


def plain_sgd(w: Array, eta: float, mu: float, nesterov: bool) -> Iterator[Array]:
    """PyTorch's algorithm (torch.optim.SGD), which sums gradients: another form."""
    buffer = np.zeros(SIZE)
    for step in range(STEPS):
        g = gradient(w, step)
        buffer = mu * buffer + g
        w = w - eta * (g + mu * buffer if nesterov else buffer)
        yield w


def plain_adam(w: Array, eta: float, b1: float, b2: float, eps: float) -> Iterator[Array]:
    """Algorithm 1 of Kingma and Ba, line by line, in sums instead of running averages."""
    seen: list[Array] = []
    for t in range(1, STEPS + 1):
        seen.append(gradient(w, t - 1))
        powers = np.arange(t - 1, -1, -1.0)
        m = (1 - b1) * sum(b1**p * g for p, g in zip(powers, seen, strict=True))
        v = (1 - b2) * sum(b2**p * g**2 for p, g in zip(powers, seen, strict=True))
        w = w - eta * (m / (1 - b1**t)) / (np.sqrt(v / (1 - b2**t)) + eps)
        yield w


def path(optimizer: Optimizer, eta: float) -> Iterator[Array]:
    w = np.arange(SIZE, dtype=float)
    optimizer.start(SIZE, w.dtype)
    for step in range(STEPS):
        g = gradient(w, step) * (eta if optimizer.WANTS_STEPS else 1)
        optimizer.update(w, g, eta)
        yield w.copy()


@pytest.mark.parametrize(
    ("optimizer", "reference"),
    [
        (SGD(), plain_sgd(np.arange(SIZE), 0.05, 0.0, nesterov=False)),
        (SGD(0.9), plain_sgd(np.arange(SIZE), 0.05, 0.9, nesterov=False)),
        (SGD(0.9, nesterov=True), plain_sgd(np.arange(SIZE), 0.05, 0.9, nesterov=True)),
        (Adam(), plain_adam(np.arange(SIZE), 0.05, 0.9, 0.999, 1e-8)),
        (Adam(0.5, 0.9, 0.1), plain_adam(np.arange(SIZE), 0.05, 0.5, 0.9, 0.1)),
    ],
    ids=lambda value: repr(value) if isinstance(value, Optimizer) else "plain",
)
def test_takes_the_path_of_an_independent_implementation(
    optimizer: Optimizer, reference: Iterator[Array]
) -> None:
    for ours, theirs in zip(path(optimizer, 0.05), reference, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(
    ("optimizer", "name", "settings"),
    [
        (SGD(), "SGD", {}),
        (SGD(0.9), "SGD", {"momentum": 0.9}),
        (SGD(0.9, nesterov=True), "SGD", {"momentum": 0.9, "nesterov": True}),
        (Adam(), "Adam", {}),
    ],
    ids=repr,
)
def test_takes_the_path_of_torch(optimizer: Optimizer, name: str, settings: Any) -> None:
    torch = pytest.importorskip("torch")
    w = torch.arange(SIZE, dtype=torch.float64, requires_grad=True)
    theirs = getattr(torch.optim, name)([w], lr=0.05, **settings)
    for step, ours in enumerate(path(optimizer, 0.05)):
        w.grad = torch.from_numpy(gradient(w.detach().numpy().copy(), step))
        theirs.step()
        np.testing.assert_allclose(ours, w.detach().numpy(), rtol=1e-12, atol=1e-12)


OPTIMIZERS = [SGD, lambda: SGD(0.9), lambda: SGD(0.9, nesterov=True), Adam]


@pytest.mark.parametrize("make", OPTIMIZERS)
def test_learning_rate_zero_changes_nothing(make: Any) -> None:
    *_, last = path(make(), 0.0)
    np.testing.assert_array_equal(last, np.arange(SIZE))


@pytest.mark.parametrize("make", OPTIMIZERS)
def test_a_restored_state_goes_on_with_the_same_bits(make: Any) -> None:
    first, second = make(), make()
    w = RNG.normal(size=SIZE)
    first.start(SIZE, w.dtype)
    for step in range(9):
        first.update(w, gradient(w, step), 0.1)
    second.restore(first.state())
    second.start(SIZE, w.dtype)
    again = w.copy()
    for step in range(9, 20):
        first.update(w, gradient(w, step), 0.1)
        second.update(again, gradient(again, step), 0.1)
    assert w.tobytes() == again.tobytes()
    for name, array in first.state().items():
        assert array.tobytes() == second.state()[name].tobytes()


def test_a_state_is_a_copy() -> None:
    optimizer = SGD(0.9)
    optimizer.start(2, np.dtype(np.float64))
    state = optimizer.state()
    optimizer.update(np.ones(2), np.ones(2), 0.1)
    np.testing.assert_array_equal(state["velocity"], np.zeros(2))
    optimizer.restore(state)
    optimizer.start(2, np.dtype(np.float64))
    optimizer.update(np.ones(2), np.ones(2), 0.1)
    np.testing.assert_array_equal(state["velocity"], np.zeros(2))


def test_a_fresh_state_can_be_restored() -> None:
    optimizer = Adam()
    optimizer.restore(Adam().state())
    optimizer.start(2, np.dtype(np.float64))
    assert set(optimizer.state()) == {"moment", "square", "count"}


@pytest.mark.parametrize(
    ("size", "dtype", "message"),
    [
        (3, "f8", "remembers 2 parameters of float64; the network has 3 of float64"),
        (2, "f4", "network has 2 of float32: pass a new Adam"),
    ],
)
def test_a_state_of_another_network_is_refused(size: int, dtype: str, message: str) -> None:
    optimizer = Adam()
    optimizer.start(2, np.dtype("f8"))
    with pytest.raises(ValueError, match=message):
        optimizer.start(size, np.dtype(dtype))


def test_a_state_of_another_optimizer_is_refused() -> None:
    with pytest.raises(ValueError, match=r"`state` must hold \['count', 'velocity'\]; got"):
        SGD(0.9).restore({"moment": np.zeros(2), "count": np.array(1)})


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: SGD(1.0), ValueError, "`momentum` must be below 1; got 1.0"),
        (lambda: SGD(-0.1), ValueError, "`momentum` must be finite and not negative"),
        (lambda: SGD(TEXT), TypeError, "`momentum` must be a real number; got '0.9'"),
        (lambda: SGD(0.9, nesterov=TEXT), TypeError, "`nesterov` must be True or False; got"),
        (lambda: SGD(nesterov=True), ValueError, "`nesterov` needs `momentum` above 0"),
        (lambda: Adam(beta1=1), ValueError, "`beta1` must be below 1; got 1"),
        (lambda: Adam(beta2=np.nan), ValueError, "`beta2` must be finite"),
        (lambda: Adam(epsilon=0), ValueError, "`epsilon` must be at least 1e-37; got 0"),
        (lambda: Adam(epsilon=9e-38), ValueError, "`epsilon` must be at least 1e-37"),
        (lambda: Adam(epsilon=-1), ValueError, "`epsilon` must be finite and not negative"),
    ],
)
def test_bad_settings(make: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        make()


class SignDescent(Optimizer):
    """An optimizer of the user's own, as the documentation shows it."""

    def update(self, parameters: Array, gradient: Array, learning_rate: float) -> None:
        parameters -= learning_rate * np.sign(gradient)


def test_an_optimizer_of_ones_own_trains() -> None:
    net = Network([2, 1], rng=0)
    before, (nabla_w, _) = net.weights[1], net.backprop([[1.0, 2.0]], [[1.0]])
    net.fit([[1.0, 2.0]], [[1.0]], epochs=1, optimizer=SignDescent())
    np.testing.assert_array_equal(net.weights[1], before - 0.1 * np.sign(nabla_w[1]))
    assert repr(SignDescent()) == "SignDescent()"


def test_an_object_goes_on_and_a_name_starts_anew() -> None:
    x, y = RNG.normal(size=(20, 2)), RNG.uniform(size=(20, 1))

    def trained(*calls: Any) -> Network:
        net = Network([2, 3, 1], rng=0)
        for optimizer, epochs in calls:
            net.fit(x, y, epochs=epochs, optimizer=optimizer, learning_rate=0.01)
        return net

    kept = Adam()
    once, twice = trained(("adam", 4)), trained((kept, 2), (kept, 2))
    anew = trained(("adam", 2), ("adam", 2))
    np.testing.assert_array_equal(once.weights[1], twice.weights[1])
    assert (once.weights[1] != anew.weights[1]).any()


@pytest.mark.parametrize(("name", "usual"), [("sgd", 0.5), ("adam", 0.001)])
def test_every_optimizer_has_its_usual_learning_rate(name: str, usual: float) -> None:
    x, y = RNG.normal(size=(20, 2)), RNG.uniform(size=(20, 1))
    default, explicit = Network([2, 3, 1], rng=0), Network([2, 3, 1], rng=0)
    default.fit(x, y, epochs=1, optimizer=name)
    explicit.fit(x, y, epochs=1, optimizer=name, learning_rate=usual)
    np.testing.assert_array_equal(default.weights[1], explicit.weights[1])


@pytest.mark.parametrize("make", [SGD, lambda: SGD(0.9), Adam])
def test_updates_are_counted(make: Callable[[], Optimizer]) -> None:
    optimizer = make()
    optimizer.start(2, np.dtype("f8"))
    for _ in range(3):
        optimizer.update(np.ones(2), np.ones(2), 0.1)
    assert optimizer.state()["count"] == 3


def test_only_descent_without_momentum_is_plain() -> None:
    class Own(Optimizer):
        def update(self, parameters: Array, gradient: Array, learning_rate: float) -> None:
            parameters -= learning_rate * gradient

    plain = {repr(each): each.is_plain for each in (SGD(), SGD(0.9), Adam(), Own())}
    assert [name for name, is_plain in plain.items() if is_plain] == [repr(SGD())]


class Smoothed(Optimizer):
    """Descends along an average of the gradients, and counts its steps."""

    STATE = ("average",)

    def update(self, parameters: Array, gradient: Array, learning_rate: float) -> None:
        self.count += 1
        average = self.remembered["average"]
        average += 0.5 * (gradient - average)
        parameters -= learning_rate * average


def test_an_optimizer_of_ones_own_remembers() -> None:
    x, y = RNG.normal(size=(6, 2)), RNG.uniform(size=(6, 1))
    net, optimizer = Network([2, 1], rng=0), Smoothed()
    net.fit(x, y, epochs=2, batch_size=3, optimizer=optimizer)
    assert optimizer.state()["count"] == 4
    assert optimizer.state()["average"].shape == (3,)
    assert optimizer.state()["average"].all()


def test_a_subclass_of_sgd_remembers_what_it_names() -> None:
    class Averaged(SGD):
        STATE = ("average",)

    assert [Averaged().STATE, Averaged(0.9).STATE] == [("average",), ("average", "velocity")]
    assert repr(Averaged(0.9)) == f"{Averaged.__name__}(momentum=0.9, nesterov=False)"
    assert [SGD().STATE, SGD(0.9).STATE] == [(), ("velocity",)]


def test_a_subclass_of_adam_has_its_own_name() -> None:
    class Own(Adam):
        pass

    assert repr(Own()) == "Own(beta1=0.9, beta2=0.999, epsilon=1e-08)"


@pytest.mark.parametrize("make", OPTIMIZERS[1:])
def test_an_update_before_the_start_is_refused(make: Any) -> None:
    parameters = np.ones(2)
    with pytest.raises(RuntimeError, match=r"`start\(size, dtype\)` comes before `update`"):
        make().update(parameters, np.ones(2), 0.1)
    np.testing.assert_array_equal(parameters, np.ones(2))


@pytest.mark.parametrize("make", OPTIMIZERS[1:])
def test_a_restored_optimizer_has_started(make: Any) -> None:
    first, second = make(), make()
    first.start(2, np.dtype("f8"))
    first.update(np.ones(2), np.ones(2), 0.1)
    second.restore(first.state())
    expected, actual = np.ones(2), np.ones(2)
    first.update(expected, np.ones(2), 0.1)
    second.update(actual, np.ones(2), 0.1)
    np.testing.assert_array_equal(actual, expected)


def test_momentum_may_be_scheduled() -> None:
    optimizer = SGD()
    optimizer.momentum = 0.5  # before it has begun, from 0 as well
    assert not optimizer.is_plain
    optimizer.start(1, np.dtype("f8"))
    w = np.zeros(1)
    optimizer.update(w, np.ones(1), 1.0)  # v = -1
    optimizer.momentum = 0.25
    optimizer.update(w, np.ones(1), 1.0)  # v = -1.25
    np.testing.assert_array_equal(w, [-2.25])


@pytest.mark.parametrize(("before", "after"), [(0.0, 0.9), (0.9, 0.0)])
def test_momentum_does_not_come_or_go_in_training(before: float, after: float) -> None:
    optimizer = SGD(before)
    optimizer.start(1, np.dtype("f8"))
    message = f"`momentum` cannot change from {before} to {after} once training has begun"
    with pytest.raises(ValueError, match=message):
        optimizer.momentum = after
    assert optimizer.momentum == before


def test_a_count_below_zero_is_refused() -> None:
    with pytest.raises(ValueError, match="`state` must hold a count of at least 0; got -1"):
        Adam().restore({"count": np.array(-1)})


def test_the_least_epsilon_is_no_zero_in_float32() -> None:
    optimizer, parameters = Adam(epsilon=1e-37), np.ones(2, dtype=np.float32)
    optimizer.start(2, parameters.dtype)
    optimizer.update(parameters, np.array([0, 1], dtype=np.float32), 0.5)
    assert parameters.tolist() == [1.0, 0.5]
