"""Training: steps, partial batches, history, patience, divergence, Ctrl-C, and its doors."""

import itertools
import math
from collections.abc import Callable
from contextlib import nullcontext
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nncore import SGD, Activation, Adam, Epoch, History, Network, Optimizer, Pixels, training
from nncore.activations import sigmoid, sigmoid_prime
from nncore.arrays import Array, as_array, as_matrix
from nncore.engine import Engine
from nncore.history import Callback
from nncore.learner import CHUNK, Data, Learner
from nncore.training import _best_of

RNG = np.random.default_rng(0)
X = RNG.normal(size=(7, 2))
Y = RNG.uniform(size=(7, 3))
LABELS = np.array([0, 1, 2, 0, 1, 2, 0])


def network(**settings: Any) -> Network:
    settings.setdefault("rng", 0)
    return Network([2, 4, 3], **settings)


def parameters(net: Network) -> list[Array]:
    return [*net.weights[1:], *net.biases[1:]]


def same(a: Network, b: Network) -> bool:
    pairs = zip(parameters(a), parameters(b), strict=True)
    return all(np.array_equal(left, right) for left, right in pairs)


def close(a: Network, b: Network, ulps: int = 16) -> bool:
    """The engine and the textbook round differently: a few ulp of the largest parameter."""
    pairs = zip(parameters(a), parameters(b), strict=True)
    eps = np.finfo(np.float64).eps
    return all(abs(p - q).max() <= ulps * eps * max(1, abs(q).max()) for p, q in pairs)


def explicit_epoch(
    net: Network, order: Array, batch_size: int, learning_rate: float
) -> list[Any]:
    """One epoch as a reader would write it, by `backprop` alone; the costs before each step."""
    costs = []
    for start in range(0, len(order), batch_size):
        batch = order[start : start + batch_size]
        costs += [len(batch) * net.cost(X[batch], Y[batch])]
        nabla_w, nabla_b = net.backprop(X[batch], Y[batch])
        for l in range(1, net.num_layers):
            net.weights[l] = net.weights[l] - learning_rate * nabla_w[l]
            net.biases[l] = net.biases[l] - learning_rate * nabla_b[l]
    return costs


@pytest.mark.parametrize("batch_size", [1, 2, 3, 7, 100])
@pytest.mark.parametrize("l2", [0.0, 0.25])
def test_an_epoch_is_its_steps_the_last_divided_by_its_own_length(
    batch_size: int, l2: float
) -> None:
    trained, explicit = network(l2=l2), network(l2=l2)
    order = np.random.default_rng(5).permutation(len(X))
    costs = explicit_epoch(explicit, order, batch_size, 0.5)
    history = trained.fit(X, Y, epochs=1, batch_size=batch_size, learning_rate=0.5, rng=5)
    assert close(trained, explicit)
    assert history.cost == [pytest.approx(sum(costs) / len(X), rel=1e-14)]


def test_a_second_call_trains_on() -> None:
    once, twice = network(), network()
    once.fit(X, Y, epochs=4, rng=np.random.default_rng(1))
    rng = np.random.default_rng(1)
    for _ in range(2):
        twice.fit(X, Y, epochs=2, rng=rng)
    assert same(once, twice)


def test_what_fit_takes_when_nothing_is_said() -> None:
    x, y = np.random.default_rng(1).normal(size=(23, 2)), np.full((23, 3), 0.5)
    silent, explicit = network(), network()
    history = silent.fit(x, y)
    settings: dict[str, Any] = {"epochs": 10, "batch_size": 10, "learning_rate": 0.5}
    assert history == explicit.fit(x, y, optimizer="sgd", **settings)
    assert same(silent, explicit)


def test_one_seed_one_run_and_the_networks_own_generator_goes_on() -> None:
    a, b = network(), network()
    a.fit(X, Y, epochs=3, batch_size=2)
    b.fit(X, Y, epochs=3, batch_size=2)
    assert same(a, b)
    before = network()
    before.fit(X, Y, epochs=3, batch_size=2, rng=9)
    assert not same(a, before)


def test_data_is_neither_modified_nor_reordered() -> None:
    x, y = X.copy(), Y.copy()
    x.flags.writeable = y.flags.writeable = False
    network().fit(x, y, epochs=2, batch_size=2, validation=(x, y), patience=1)
    np.testing.assert_array_equal(x, X)
    np.testing.assert_array_equal(y, Y)


def test_arrays_that_the_user_put_into_the_lists_are_not_written_to() -> None:
    net, mine = network(), np.ones((4, 2))
    net.weights[1] = mine
    net.fit(X, Y, epochs=1)
    np.testing.assert_array_equal(mine, np.ones((4, 2)))
    assert (net.weights[1] != mine).any()


def test_learning_rate_zero_changes_nothing() -> None:
    net = network()
    net.fit(X, Y, epochs=2, learning_rate=0)
    assert same(net, network())


def test_float32_stays_float32() -> None:
    net = network(dtype="float32")
    net.fit(X, Y, epochs=1, learning_rate=np.float64(0.5))
    assert {array.dtype for array in parameters(net)} == {np.dtype(np.float32)}


def test_layer_zero_is_neither_read_nor_written() -> None:
    net = network()
    garbage: Any = "garbage"
    net.weights[0] = net.biases[0] = garbage
    net.fit(X, Y, epochs=1)
    plain = network()
    plain.fit(X, Y, epochs=1)
    assert same(net, plain)
    assert net.weights[0] is garbage


class TestTargets:
    def test_labels_are_one_hot_targets(self) -> None:
        by_label, by_target = network(), network()
        by_label.fit(X, LABELS, epochs=1)
        by_target.fit(X, np.eye(3)[LABELS], epochs=1)
        assert same(by_label, by_target)

    def test_labels_of_a_single_output(self) -> None:
        by_label, by_target = (Network([2, 3, 1], rng=0) for _ in range(2))
        by_label.fit(X, LABELS % 2, epochs=1)
        by_target.fit(X, (LABELS % 2).reshape(-1, 1), epochs=1)
        assert same(by_label, by_target)

    def test_a_single_example(self) -> None:
        single, batch = network(), network()
        single.fit(X[0], [0, 1, 0], epochs=1)
        batch.fit(X[:1], [[0.0, 1.0, 0.0]], epochs=1)
        assert same(single, batch)

    @pytest.mark.parametrize(
        ("x", "y", "error", "message"),
        [
            (X, LABELS + 1, ValueError, r"`y` must be integers from 0 to 2; y\[2\] is 3"),
            (X, LABELS[:5], ValueError, "`x` and `y` must hold as many examples; got 7 and 5"),
            (X, LABELS.astype(float), ValueError, r"`y` must have shape .* got \(7,\)"),
            (X, LABELS > 0, TypeError, "`y` must hold numbers; got dtype bool"),
            (X, [[0.0], [1.0, 2.0]], ValueError, "`y` must be a rectangular array"),
            (X * np.nan, Y, ValueError, r"`x` must be finite; x\[0, 0\] is nan"),
            (X.astype(complex), Y, TypeError, "`x` must be real to be trained or saved"),
            (X, Y.astype(object), TypeError, "`y` must be real to be trained"),
            (X[:0], Y[:0], ValueError, "`x` must hold at least one example"),
            (X.T, Y, ValueError, "looks transposed"),
        ],
    )
    def test_bad_data(self, x: Any, y: Any, error: type[Exception], message: str) -> None:
        net = network()
        with pytest.raises(error, match=message):
            net.fit(x, y)
        for name, held_out in (("x", r"validation\[0\]"), ("y", r"validation\[1\]")):
            message = message.replace(f"`{name}`", f"`{held_out}`")
            message = message.replace(rf"{name}\[", rf"{held_out}\[")
        with pytest.raises(error, match=message):
            net.fit(X, Y, validation=(x, y))
        assert same(net, network())

    def test_labels_of_a_single_output_are_zero_or_one(self) -> None:
        with pytest.raises(ValueError, match=r"y\[2\] is 2: pass y.reshape\(-1, 1\) if these"):
            Network([2, 1]).fit(X, LABELS)


class TestPixels:
    BYTES = RNG.integers(0, 256, (7, 2)).astype(np.uint8)

    @pytest.mark.parametrize("dtype", ["float64", "float32"])
    def test_train_like_the_floats_that_they_stand_for(self, dtype: str) -> None:
        by_pixels, by_floats = network(dtype=dtype), network(dtype=dtype)
        floats = self.BYTES / np.dtype(dtype).type(255)
        a = by_pixels.fit(Pixels(self.BYTES), Y, epochs=2, validation=(Pixels(self.BYTES), Y))
        b = by_floats.fit(floats, Y, epochs=2, validation=(floats, Y))
        assert same(by_pixels, by_floats)
        assert a == b

    def test_must_fit_the_network(self) -> None:
        with pytest.raises(ValueError, match=r"`x` must have shape \(batch, 2\).*got \(7, 3\)"):
            network().fit(Pixels(np.zeros((7, 3), np.uint8)), Y)


class TestSettings:
    @pytest.mark.parametrize(
        ("settings", "error", "message"),
        [
            ({"epochs": 0}, ValueError, "`epochs` must be at least 1; got 0"),
            ({"epochs": 1.5}, TypeError, "`epochs` must be an integer; got 1.5"),
            ({"epochs": True}, TypeError, "`epochs` must be an integer; got True"),
            ({"batch_size": 0}, ValueError, "`batch_size` must be at least 1; got 0"),
            ({"batch_size": "10"}, TypeError, "`batch_size` must be an integer; got '10'"),
            ({"learning_rate": -0.1}, ValueError, "`learning_rate` must be finite and not neg"),
            ({"learning_rate": np.inf}, ValueError, "`learning_rate` must be finite"),
            ({"learning_rate": "0.1"}, TypeError, "`learning_rate` must be a real number"),
            ({"learning_rate": lambda _: -1}, ValueError, r"`learning_rate\(1\)` must be fin"),
            ({"learning_rate": lambda _: None}, TypeError, r"`learning_rate\(1\)` must be a r"),
            ({"optimizer": "rmsprop"}, ValueError, "`optimizer` must be one of adam, sgd"),
            ({"optimizer": Adam}, TypeError, "`optimizer` must be one of adam, sgd, or an ob"),
            ({"monitor": "loss"}, ValueError, "`monitor` must be 'cost' or 'accuracy'; got"),
            ({"monitor": 1}, TypeError, "`monitor` must be 'cost' or 'accuracy'; got 1"),
            ({"monitor": "accuracy"}, ValueError, "'accuracy' is of validation examples"),
            (
                {"monitor": "accuracy", "validation": (X, Y)},
                ValueError,
                "'accuracy' needs validation targets that are classes",
            ),
            ({"callbacks": print}, TypeError, "`callbacks` must be a list of functions"),
            ({"callbacks": [1]}, TypeError, r"`callbacks` must be a list .* got \[1\]"),
            ({"checkpoint": 3}, TypeError, "`checkpoint` must be a path; got 3"),
            ({"checkpoint_every": 0}, ValueError, "`checkpoint_every` must be at least 1"),
            (
                {"checkpoint_every": 2},
                ValueError,
                "needs a file to write: pass checkpoint=path",
            ),
            ({"checkpoint": "no/c.npz"}, FileNotFoundError, "must lie in a folder that exists"),
            ({"resume": 3}, TypeError, "`resume` must be a path; got 3"),
            ({"blas": "mkl"}, ValueError, "`blas` must be 'numpy' or 'scipy'; got 'mkl'"),
            ({"sample_weight": np.ones(6)}, ValueError, r"shape \(7,\).*example; got \(6,\)"),
            ({"sample_weight": np.ones((7, 1))}, ValueError, r"`sample_weight` must have shap"),
            (
                {"sample_weight": [0.5, 2, 0, 1, -1, 0, -2]},
                ValueError,
                r"`sample_weight` must not be negative; sample_weight\[4\] is -1.0",
            ),
            ({"sample_weight": np.zeros(7)}, ValueError, "above 0 for at least one example"),
            (
                {"sample_weight": np.full(7, np.nan)},
                ValueError,
                "`sample_weight` must be finit",
            ),
            ({"sample_weight": X[:, 0] > 0}, TypeError, "`sample_weight` must hold numbers"),
            ({"sample_weight": np.ones(7, complex)}, TypeError, "`sample_weight` must be real"),
            ({"patience": 0}, ValueError, "`patience` must be at least 1; got 0"),
            ({"patience": 2}, ValueError, "`patience` judges the validation cost: pass"),
            (
                {"validation": (X,)},
                TypeError,
                r"`validation` must be a pair \(x, y\); got tuple",
            ),
            ({"validation": 3}, TypeError, "`validation` must be a pair .* got int"),
            ({"rng": "seed"}, TypeError, "`rng` must be a numpy.random.Generator"),
        ],
    )
    def test_bad_settings(
        self, settings: dict[str, Any], error: type[Exception], message: str
    ) -> None:
        with pytest.raises(error, match=message):
            network().fit(X, Y, **settings)

    @pytest.mark.parametrize("value", [np.nan, np.inf])
    def test_parameters_must_be_finite(self, value: float) -> None:
        net = network()
        net.weights[2][0, 1] = value
        with pytest.raises(
            ValueError, match=r"`weights\[2\]` must be finite; weights\[2\]\[0, 1\]"
        ):
            net.fit(X, Y)

    def test_parameters_must_be_real(self) -> None:
        net = network()
        net.biases[1] = net.biases[1].astype(complex)
        with pytest.raises(TypeError, match=r"`biases\[1\]` must be real to be trained"):
            net.fit(X, Y)


class TestHistory:
    def test_validation_is_judged_after_each_epoch(self) -> None:
        net = network(l2=0.1)
        costs, accuracies, history = [], [], History()
        for _ in range(3):
            history = net.fit(X, LABELS, epochs=1, validation=(X[:5], LABELS[:5]))
            costs += [net.cost(X[:5], np.eye(3)[LABELS[:5]])]
            accuracies += [net.accuracy(X[:5], LABELS[:5])]
            assert history.validation_cost == [pytest.approx(costs[-1], rel=1e-14)]
            assert history.validation_accuracy == accuracies[-1:]
        assert history.best_epoch == 1
        assert history.stopped == "epochs"

    def test_a_network_with_one_input_is_judged_too(self) -> None:
        net = Network([1, 1], rng=0)
        history = net.fit(X[:, :1], Y[:, :1], epochs=1, validation=(X[:, :1], Y[:, :1]))
        assert history.validation_cost == [pytest.approx(net.cost(X[:, :1], Y[:, :1]))]

    def test_large_validation_sets_are_judged_in_chunks(self) -> None:
        rng = np.random.default_rng(2)
        x, labels = rng.normal(size=(2 * CHUNK + 1, 2)), rng.integers(0, 3, 2 * CHUNK + 1)
        net = network()
        history = net.fit(X, LABELS, epochs=1, validation=(x, labels))
        cost = net.cost(x, np.eye(3)[labels])
        assert history.validation_cost == [pytest.approx(cost, rel=1e-13)]
        assert history.validation_accuracy == [pytest.approx(net.accuracy(x, labels))]

    def test_targets_that_are_no_classes_have_no_accuracy(self) -> None:
        history = network().fit(X, Y, epochs=2, validation=(X, Y))
        assert len(history.validation_cost) == 2
        assert history.validation_accuracy == []

    def test_one_hot_targets_have_an_accuracy(self) -> None:
        history = network().fit(X, Y, epochs=2, validation=(X, np.eye(3)[LABELS]))
        assert len(history.validation_accuracy) == 2

    def test_without_validation_only_the_cost_is_noted(self) -> None:
        history = network().fit(X, Y, epochs=2)
        assert len(history.cost) == 2
        assert (history.validation_cost, history.best_epoch) == ([], None)


class TestPatience:
    def test_stops_and_restores_the_best_epoch(self) -> None:
        x, y = X[:3], LABELS[:3]
        held_out = (X[3:], np.array([2, 0, 0, 1]))
        net = network()
        history = net.fit(x, y, epochs=500, learning_rate=2.0, validation=held_out, patience=3)
        best = history.best_epoch
        assert history.stopped == "patience"
        assert best is not None
        assert len(history.cost) == best + 3
        assert min(history.validation_cost) == history.validation_cost[best - 1]
        again = network()
        again.fit(x, y, epochs=best, learning_rate=2.0)
        assert same(net, again)

    def test_restores_the_best_epoch_when_the_epochs_are_over(self) -> None:
        net = network()
        held_out = (X[3:], np.array([2, 0, 0, 1]))
        settings: dict[str, Any] = {"learning_rate": 2.0, "validation": held_out}
        history = net.fit(X[:3], LABELS[:3], epochs=30, patience=1000, **settings)
        assert history.stopped == "epochs"
        assert history.best_epoch is not None
        assert history.best_epoch < 30
        again = network()
        again.fit(X[:3], LABELS[:3], epochs=history.best_epoch, **settings)
        assert same(net, again)

    @pytest.mark.parametrize(
        ("monitor", "costs", "accuracies", "expected"),
        [
            ("cost", [3.0], [0.5], 1),
            ("cost", [math.inf], [0.5], None),
            ("cost", [math.nan, 2.0, 3.0], [0.5, 0.5, 0.5], 2),
            ("cost", [3.0, 1.0, 2.0], [0.5, 0.5, 0.9], 2),
            ("cost", [3.0, 2.0, 1.0], [0.5, 0.5, 0.1], 3),
            ("cost", [2.0, 1.0, 1.0], [0.5, 0.5, 0.1], 2),
            ("accuracy", [3.0, 2.0, 1.0], [0.5, 0.9, 0.7], 2),
            ("accuracy", [1.0, 2.0, 3.0], [0.5, 0.7, 0.9], 3),
        ],
    )
    def test_the_best_epoch_is_better_than_every_one_before(
        self, monitor: Any, costs: list[float], accuracies: list[float], expected: int | None
    ) -> None:
        history = History([1.0] * len(costs), costs, accuracies, best_epoch=7)
        assert _best_of(history, monitor) == expected
        assert history.best_epoch == 7

    def test_a_validation_cost_that_is_never_finite_ends_it_too(self) -> None:
        net = network(output="identity", cost="quadratic")
        held_out = (X, np.full(Y.shape, 1e200))
        with np.errstate(over="ignore"):
            history = net.fit(X, Y, epochs=9, validation=held_out, patience=2)
        assert (history.stopped, history.best_epoch) == ("patience", None)
        assert history.validation_cost == [math.inf] * 2

    def test_an_equal_cost_is_no_improvement(self) -> None:
        history = network().fit(X, Y, epochs=9, learning_rate=0, validation=(X, Y), patience=2)
        assert (history.best_epoch, history.stopped, len(history.cost)) == (1, "patience", 3)


def interrupting(after: int) -> Activation:
    """A sigmoid that stands for a user who presses Ctrl-C."""
    calls = [0]

    def function(z: Array) -> Array:
        calls[0] += 1
        if calls[0] > after:
            raise KeyboardInterrupt
        return sigmoid(z)

    return Activation("interrupting", function, sigmoid_prime)


class TestSampleWeight:
    def test_an_explicit_step(self) -> None:
        weights = np.array([0.0, 1.0, 2.0, 0.5, 0.0, 3.0, 4.0])
        trained, plain = network(l2=0.1), network(l2=0.1)
        history = trained.fit(X, Y, epochs=1, batch_size=7, sample_weight=weights)
        shares = weights / weights.sum()
        cost, new = 0.0, [w.copy() for w in parameters(plain)]
        for i, share in enumerate(shares):
            nabla_w, nabla_b = plain.backprop(X[i], Y[i])
            for j, nabla in enumerate([*nabla_w[1:], *nabla_b[1:]]):
                new[j] -= 0.5 * share * nabla
            cost += share * plain.cost(X[i], Y[i])
        assert history.cost == [pytest.approx(cost, rel=1e-13)]
        for ours, theirs in zip(parameters(trained), new, strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=1e-13, atol=1e-14)

    def test_two_is_twice_and_zero_is_never_in_a_batch_of_all(self) -> None:
        counts = np.array([2, 0, 1, 3, 1, 0, 2])
        weighted, repeated = network(), network()
        weighted.fit(X, Y, epochs=3, batch_size=100, sample_weight=counts)
        rows = np.repeat(np.arange(7), counts)
        repeated.fit(X[rows], Y[rows], epochs=3, batch_size=100)
        assert close(weighted, repeated, ulps=64)

    @pytest.mark.parametrize("weight", [1.0, 0.1, 1e308, 5e-324])
    def test_equal_weights_change_no_bit(self, weight: float) -> None:
        weighted, plain = network(), network()
        weighted.fit(X, Y, epochs=2, batch_size=2, sample_weight=np.full(7, weight))
        plain.fit(X, Y, epochs=2, batch_size=2)
        assert same(weighted, plain)

    def test_a_batch_may_weigh_nothing(self) -> None:
        net = network()
        history = net.fit(X, Y, epochs=2, batch_size=1, sample_weight=[0, 0, 1, 0, 0, 0, 0])
        assert np.isfinite(history.cost).all()
        alone = network()
        alone.fit(X[2], Y[2], epochs=2, learning_rate=3.5)
        assert close(net, alone)


class TestCallbacks:
    def test_are_told_the_epoch_and_may_stop(self) -> None:
        told: list[tuple[int, int]] = []

        def stop_at_three(epoch: Epoch) -> None:
            told.append((epoch.number, len(epoch.history.cost)))
            if epoch.number == 3:
                epoch.stop()

        net = network()
        history = net.fit(X, Y, epochs=9, callbacks=[stop_at_three, lambda _: True])
        assert told == [(1, 1), (2, 2), (3, 3)]
        assert (history.stopped, len(history.cost)) == ("callback", 3)
        plain = network()
        plain.fit(X, Y, epochs=3)
        assert same(net, plain)

    def test_only_stop_stops(self) -> None:
        with pytest.raises(TypeError):
            Epoch(1, History(), None, stopped=True)  # type: ignore[call-arg]
        assert not Epoch(1, History(), None).stopped

    def test_a_list_that_changes_meanwhile_changes_no_run(self) -> None:
        told: list[int] = []
        callbacks: list[Callback] = [
            lambda epoch: told.append(epoch.number),
            lambda _: callbacks.clear(),
        ]
        network().fit(X, Y, epochs=3, callbacks=callbacks)
        assert told == [1, 2, 3]

    def test_see_the_parameters_after_the_epoch_in_new_arrays(self) -> None:
        seen: list[Array] = []
        net = network()
        net.fit(X, Y, epochs=2, callbacks=[lambda epoch: seen.append(epoch.network.weights[1])])
        plain = network()
        plain.fit(X, Y, epochs=1)
        np.testing.assert_array_equal(seen[0], plain.weights[1])
        assert seen[1] is net.weights[1]

    @pytest.mark.parametrize("in_place", [True, False])
    def test_training_goes_on_from_what_they_leave(self, in_place: bool) -> None:
        def clear(epoch: Epoch) -> None:
            if epoch.number == 1 and in_place:
                epoch.network.weights[1][:] = 0
            elif epoch.number == 1:
                epoch.network.weights[1] = [[0, 0]] * 4

        net, plain = network(), network()
        net.fit(X, Y, epochs=2, rng=np.random.default_rng(0), callbacks=[clear])
        rng = np.random.default_rng(0)
        plain.fit(X, Y, epochs=1, rng=rng)
        plain.weights[1] = np.zeros((4, 2))
        plain.fit(X, Y, epochs=1, rng=rng)
        assert same(net, plain)

    @pytest.mark.parametrize(
        ("left", "error", "message"),
        [
            (np.zeros((2, 4)), ValueError, r"`weights\[1\]` must have shape \(4, 2\)"),
            (np.full((4, 2), np.nan), ValueError, r"`weights\[1\]` must be finite"),
            (np.zeros((4, 2), complex), TypeError, r"`weights\[1\]` must be real"),
        ],
    )
    def test_may_not_leave_what_cannot_be_trained(
        self, left: Array, error: type[Exception], message: str
    ) -> None:
        def spoil(epoch: Epoch) -> None:
            epoch.network.weights[1] = left

        with pytest.raises(error, match=message):
            network().fit(X, Y, callbacks=[spoil])

    def test_an_error_leaves_the_epoch(self) -> None:
        net, plain = network(), network()
        with pytest.raises(ZeroDivisionError):
            net.fit(X, Y, callbacks=[lambda epoch: 1 / (2 - epoch.number)])
        plain.fit(X, Y, epochs=2)
        assert same(net, plain)

    def test_ctrl_c_in_a_callback_keeps_what_it_left(self) -> None:
        def interrupt(epoch: Epoch) -> None:
            epoch.network.weights[1] = np.zeros((4, 2))
            raise KeyboardInterrupt

        net = network()
        assert net.fit(X, Y, callbacks=[interrupt]).stopped == "interrupted"
        np.testing.assert_array_equal(net.weights[1], np.zeros((4, 2)))


def test_an_entry_that_own_functions_replace_is_trained_from() -> None:
    net = network()
    calls: list[None] = []

    def function(z: Array) -> Array:
        calls.append(None)
        if len(calls) == 1:
            net.weights[1] = mine
        return sigmoid(z)

    mine = np.zeros((4, 2))
    net._hidden = Activation("replacing", function, sigmoid_prime)
    net.fit(X, Y, epochs=1)
    assert net.weights[1] is mine
    assert net.weights[2] is not mine
    plain = network()
    plain.weights[1], plain.weights[2], plain.biases = mine, net.weights[2], [*net.biases]
    rng = np.random.default_rng(0)
    net.fit(X, Y, epochs=1, rng=rng)
    plain.fit(X, Y, epochs=1, rng=np.random.default_rng(0))
    assert close(net, plain)


def test_a_run_goes_on_from_an_entry_that_own_functions_replace() -> None:
    def replacing(z: Array) -> Array:
        if not calls:
            net.weights[1] = np.ones((4, 2))
        calls.append(None)
        return sigmoid(z)

    once, twice = (network(hidden=Activation("own", replacing, sigmoid_prime)) for _ in "12")
    net, calls = once, list[None]()
    once.fit(X, Y, epochs=2, rng=np.random.default_rng(0))
    net, calls, rng = twice, [], np.random.default_rng(0)
    for _ in range(2):
        twice.fit(X, Y, epochs=1, rng=rng)
    assert same(once, twice)


@pytest.mark.parametrize(("replaces", "expected"), [(False, 1), (True, 2)])
def test_parameters_are_loaded_again_only_where_somebody_replaced_them(
    monkeypatch: pytest.MonkeyPatch, *, replaces: bool, expected: int
) -> None:
    loads: list[None] = []
    load = Learner.load

    def counted(self: Learner, engine: Engine) -> None:
        loads.append(None)
        load(self, engine)

    def function(z: Array) -> Array:
        if replaces and net.weights[1] is first:
            net.weights[1] = np.ones((4, 2))
        return sigmoid(z)

    monkeypatch.setattr(Learner, "load", counted)
    net = network(hidden=Activation("own", function, sigmoid_prime))
    first = net.weights[1]
    net.fit(X, Y, epochs=3)
    assert len(loads) == expected


@pytest.mark.parametrize(
    ("left", "error", "message"),
    [
        ([], ValueError, "`weights` must have 3 entries, one for each layer; got 0"),
        (None, TypeError, "`weights` must be a list of arrays; got NoneType"),
    ],
)
def test_lists_that_are_spoiled_meanwhile_are_refused(
    left: Any, error: type[Exception], message: str
) -> None:
    def function(z: Array) -> Array:
        net.weights = left
        return sigmoid(z)

    net = network(hidden=Activation("spoiling", function, sigmoid_prime))
    with pytest.raises(error, match=message):
        net.fit(X, Y)


class TestSettingsThatChange:
    def test_the_learning_rate_may_depend_on_the_epoch(self) -> None:
        asked: list[int] = []

        def rate(epoch: int) -> float:
            asked.append(epoch)
            return 0.5 / epoch

        net, plain = network(), network()
        net.fit(X, Y, epochs=3, learning_rate=rate, rng=np.random.default_rng(0))
        rng = np.random.default_rng(0)
        for epoch in (1, 2, 3):
            plain.fit(X, Y, epochs=1, learning_rate=0.5 / epoch, rng=rng)
        assert same(net, plain)
        assert asked == [1, 2, 3]

    def test_accuracy_may_be_monitored(self) -> None:
        held_out = (X[3:], np.array([2, 0, 0, 1]))
        net = network()
        history = net.fit(
            X[:3],
            LABELS[:3],
            epochs=500,
            learning_rate=2.0,
            validation=held_out,
            patience=9,
            monitor="accuracy",
        )
        best = history.best_epoch
        assert history.stopped == "patience"
        assert best is not None
        assert best == 1 + int(np.argmax(history.validation_accuracy))
        assert len(history.cost) == best + 9
        assert net.accuracy(*held_out) == max(history.validation_accuracy)


@pytest.mark.parametrize("order", ["F", "strided"])
@pytest.mark.parametrize("kind", [np.asarray, Pixels])
def test_the_memory_layout_of_examples_does_not_matter(order: str, kind: Any) -> None:
    bytes_ = np.random.default_rng(4).integers(0, 256, (7, 2)).astype(np.uint8)
    x = np.asfortranarray(bytes_) if order == "F" else np.repeat(bytes_, 2, axis=1)[:, ::2]
    by_layout, plain = network(), network()
    by_layout.fit(kind(x), np.asfortranarray(Y), epochs=1)
    plain.fit(kind(bytes_), Y, epochs=1)
    assert same(by_layout, plain)


class TestInterrupt:
    def test_leaves_a_usable_network_and_the_history_so_far(self) -> None:
        net = network(hidden=interrupting(after=5))
        history = net.fit(X, Y, epochs=10, batch_size=3)
        assert history.stopped == "interrupted"
        assert len(history.cost) == 1
        plain = network()
        for w, b in zip(net.weights[1:], net.biases[1:], strict=True):
            assert np.isfinite(w).all()
            assert np.isfinite(b).all()
        order = np.random.default_rng(0)
        order.normal(size=4 * 2 + 3 * 4)  # what drew the weights
        explicit_epoch(plain, order.permutation(7), 3, 0.5)
        explicit_epoch(plain, order.permutation(7)[:6], 3, 0.5)
        assert close(net, plain)

    def test_parameters_that_are_not_finite_stay_behind(self) -> None:
        settings: dict[str, Any] = {"output": "identity", "cost": "quadratic"}
        net = network(hidden=interrupting(after=1), **settings)
        before = parameters(net)
        history = net.fit(1e9 * X, 1e9 * Y, batch_size=3, learning_rate=1e308)
        assert history.stopped == "interrupted"
        assert all(map(np.array_equal, parameters(net), before))

    def test_with_patience_the_best_epoch_comes_back(self) -> None:
        net = network(hidden=interrupting(after=5))
        history = net.fit(X, Y, epochs=10, batch_size=3, validation=(X, Y), patience=5)
        assert (history.stopped, history.best_epoch) == ("interrupted", 1)
        plain = network()
        plain.fit(X, Y, epochs=1, batch_size=3)
        assert close(net, plain)

    def test_with_patience_in_the_first_epoch_what_was_learned_stays(self) -> None:
        net = network(hidden=interrupting(after=2))
        history = net.fit(X, Y, batch_size=3, validation=(X, Y), patience=5)
        assert (history.stopped, history.best_epoch, history.cost) == ("interrupted", None, [])
        assert not same(net, network())


@pytest.mark.parametrize(("batch_size", "limited"), [(1, 1), (3, 1), (4, 0), (2**20, 0)])
def test_threads_are_limited_below_so_many_multiplications(
    batch_size: int, limited: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The largest product of a step counts, here of 4 by 4 weights, in batches there can be."""
    calls: list[None] = []

    def one_thread() -> nullcontext[None]:
        calls.append(None)
        return nullcontext()

    monkeypatch.setattr(training, "one_thread", one_thread)
    assert training.SMALL_PRODUCT == 2**24
    monkeypatch.setattr(training, "SMALL_PRODUCT", 4 * 16)
    Network([4, 4, 2], rng=0).fit(np.ones((4, 4)), np.ones((4, 2)), batch_size=batch_size)
    assert len(calls) == limited


def test_the_last_epoch_in_words() -> None:
    histories = [([], []), ([9, 0.25], []), ([9, 0.25], [0, 0.75])]
    told = [training._report(History([9, 0.5], *more)) for more in histories]
    cost, validation, accuracy = "cost 0.5000", "  validation cost 0.2500", "  accuracy 75.00%"
    assert told == [cost, cost + validation, cost + validation + accuracy]


@pytest.mark.parametrize("kind", [as_matrix, Pixels])
def test_rows_are_gathered_from_examples_in_c_order(kind: Any) -> None:
    x = np.asfortranarray(np.arange(6, dtype=np.uint8).reshape(2, 3))
    data = Data(kind(x), as_matrix(np.asfortranarray(np.ones((2, 3)))), None).contiguous()
    given = data.x.array if isinstance(data.x, Pixels) else as_array(data.x)
    assert given.flags.c_contiguous
    assert as_array(data.y).flags.c_contiguous
    np.testing.assert_array_equal(given, x)


class TestDivergence:
    def test_stops_with_a_warning_and_the_last_finite_parameters(self) -> None:
        settings: dict[str, Any] = {"hidden": "relu", "output": "identity", "cost": "quadratic"}
        net, plain = network(**settings), network(**settings)
        with pytest.warns(
            RuntimeWarning, match="training diverged in epoch .* Lower `learning_"
        ):
            history = net.fit(1e3 * X, Y, epochs=400, learning_rate=1e3, batch_size=2)
        assert history.stopped == "diverged"
        assert all(np.isfinite(array).all() for array in parameters(net))
        if history.cost:
            plain.fit(1e3 * X, Y, epochs=len(history.cost), learning_rate=1e3, batch_size=2)
        assert same(net, plain)

    def test_the_warning_says_in_which_epoch_at_which_rate(self) -> None:
        """The cost is that before the step, so only the parameters can tell."""
        asked: list[int] = []

        def rate(epoch: int) -> float:
            asked.append(epoch)
            return [0.0, 1e-30, 1e308][epoch - 1]

        net = network(output="identity", cost="quadratic")
        with pytest.warns(RuntimeWarning, match=r"in epoch 3: .* after epoch 2\. .* 1e\+308$"):
            history = net.fit(1e3 * X, 1e3 * Y, epochs=9, learning_rate=rate)
        assert len(history.cost) == 2
        assert asked == [1, 2, 3, 3]

    def test_an_error_in_user_code_is_the_users(self) -> None:
        def function(_: Array) -> Array:
            raise ZeroDivisionError

        net = network(hidden=Activation("broken", function, sigmoid_prime))
        with pytest.raises(ZeroDivisionError):
            net.fit(X, Y)
        assert same(net, network())


def test_more_examples_in_a_batch_than_there_are_take_no_memory() -> None:
    huge, whole = network(), network()
    huge.fit(X, Y, epochs=2, batch_size=10**30)
    whole.fit(X, Y, epochs=2, batch_size=len(X))
    assert same(huge, whole)


@pytest.mark.parametrize("make", [lambda: SGD(0.9), Adam])
def test_an_optimizer_goes_back_with_the_parameters(make: Callable[[], Optimizer]) -> None:
    """What it remembers of an epoch that diverged would spoil all that follow."""
    rates = [0.01, 0.01, 1e308]
    optimizer, plain = make(), make()
    net, twin = (network(output="identity", cost="quadratic") for _ in range(2))
    with pytest.warns(RuntimeWarning, match=r"epoch 3: .* those after epoch 2\."):
        net.fit(
            X,
            Y,
            epochs=3,
            batch_size=2,
            optimizer=optimizer,
            learning_rate=lambda epoch: rates[epoch - 1],
        )
    twin.fit(X, Y, epochs=2, batch_size=2, optimizer=plain, learning_rate=0.01)
    for name, array in plain.state().items():
        np.testing.assert_array_equal(optimizer.state()[name], array)
    assert len(net.fit(X, Y, epochs=2, optimizer=optimizer, learning_rate=0.01).cost) == 2


def test_an_optimizer_goes_back_where_ctrl_c_comes_too_late() -> None:
    class Spoiling(Adam):
        def update(self, parameters: Array, gradient: Array, learning_rate: float) -> None:
            super().update(parameters, gradient * np.nan, learning_rate)
            raise KeyboardInterrupt

    optimizer = Spoiling()
    before, net = network(), network()
    assert net.fit(X, Y, optimizer=optimizer).stopped == "interrupted"
    assert same(net, before)
    assert not optimizer.state()["moment"].any()


def test_divergence_with_patience_names_the_best_epoch() -> None:
    rates = [0.1, 5.0, 1e308]
    net, best = (network(output="identity", cost="quadratic") for _ in range(2))
    arguments: dict[str, Any] = {"validation": (X, Y), "learning_rate": lambda e: rates[e - 1]}
    with pytest.warns(RuntimeWarning, match=r"in epoch 3: .* those after epoch 1\. Lower"):
        history = net.fit(X, Y, epochs=5, patience=4, **arguments)
    assert (history.best_epoch, len(history.cost)) == (1, 2)
    best.fit(X, Y, epochs=1, **arguments)
    assert same(net, best)


def test_ctrl_c_while_it_is_judged_leaves_lists_of_one_length() -> None:
    judged = itertools.count(1)

    def function(z: Array) -> Array:
        if len(z) == 5 and next(judged) == 2:  # the held-out examples after epoch 2
            raise KeyboardInterrupt
        return sigmoid(z)

    net = network(hidden=Activation("interrupted", function, sigmoid_prime))
    history = net.fit(X, Y, batch_size=7, validation=(X[:5], np.eye(3)[LABELS[:5]]))
    lists = history.cost, history.validation_cost, history.validation_accuracy
    assert (history.stopped, *map(len, lists)) == ("interrupted", 1, 1, 1)


def test_what_is_refused_does_not_start_the_optimizer(tmp_path: Path) -> None:
    optimizer = Adam()
    spoiled = network()
    spoiled.weights[1] = np.full((4, 2), np.nan)
    with pytest.raises(ValueError, match="must be finite"):
        spoiled.fit(X, Y, optimizer=optimizer)
    with pytest.raises(FileNotFoundError):
        network().fit(X, Y, optimizer=optimizer, resume=tmp_path / "none.npz")
    assert set(optimizer.state()) == {"count"}


def test_the_learning_rate_may_be_any_rational() -> None:
    exact, rounded = network(), network()
    exact.fit(X, Y, epochs=2, optimizer="adam", learning_rate=Fraction(1, 10))  # type: ignore[arg-type]
    rounded.fit(X, Y, epochs=2, optimizer="adam", learning_rate=0.1)
    assert same(exact, rounded)
