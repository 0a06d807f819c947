"""The network: construction, the article's shapes, doors, and foreign numbers."""

import copy
import pickle
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from flint import arb, fmpq

from nncore import Activation, Cost, Network
from nncore.arrays import Array

X = np.array([[0.5, -1.0], [0.25, 2.0], [-3.0, 0.125]])
Y = np.array([[0.0], [1.0], [0.25]])


def small(**settings: Any) -> Network:
    settings.setdefault("rng", 0)
    return Network([2, 3, 1], **settings)


class TestConstruction:
    def test_lists_have_one_entry_for_each_layer_and_layer_zero_owns_nothing(self) -> None:
        net = Network([2, 3, 1], rng=0)
        assert net.sizes == (2, 3, 1)
        assert net.num_layers == 3
        assert [w.shape for w in net.weights] == [(2, 0), (3, 2), (1, 3)]
        assert [b.shape for b in net.biases] == [(0,), (3,), (1,)]

    @pytest.mark.parametrize("dtype", ["float64", "float32", float, np.float32, np.dtype("f4")])
    def test_dtype(self, dtype: Any) -> None:
        net = small(dtype=dtype)
        assert net.dtype == np.dtype(dtype)
        assert {array.dtype for array in [*net.weights, *net.biases]} == {np.dtype(dtype)}

    def test_weights_start_as_gaussians_over_the_root_of_fan_in_and_biases_at_zero(
        self,
    ) -> None:
        net = Network([400, 300, 200], rng=0)
        for l in (1, 2):
            scaled = net.weights[l] * np.sqrt(net.sizes[l - 1])
            assert abs(scaled.mean()) < 0.02
            assert abs(scaled.std() - 1) < 0.01
            assert not net.biases[l].any()

    @pytest.mark.parametrize("hidden", ["relu", "leaky_relu"])
    def test_weights_into_rectifiers_start_wider(self, hidden: str) -> None:
        net = Network([400, 300, 200], hidden=hidden, rng=0)
        plain = Network([400, 300, 200], rng=0)
        np.testing.assert_allclose(net.weights[1], plain.weights[1] * np.sqrt(2))
        np.testing.assert_array_equal(net.weights[2], plain.weights[2])

    def test_one_seed_draws_one_network_and_a_generator_goes_on(self) -> None:
        np.testing.assert_array_equal(small().weights[1], small().weights[1])
        rng = np.random.default_rng(0)
        first, second = small(rng=rng), small(rng=rng)
        np.testing.assert_array_equal(first.weights[1], small().weights[1])
        assert (first.weights[1] != second.weights[1]).any()

    def test_float32_draws_the_same_network_rounded(self) -> None:
        expected = small().weights[1].astype(np.float32)
        np.testing.assert_array_equal(small(dtype="float32").weights[1], expected)

    def test_sizes_cannot_be_assigned(self) -> None:
        with pytest.raises(AttributeError):
            small().sizes = (1, 1)  # type: ignore[misc]

    @pytest.mark.parametrize("sizes", [(2, 3, 1), np.array([2, 3, 1]), [np.int32(2), 3, 1]])
    def test_sizes_may_be_any_sequence_of_integers(self, sizes: Any) -> None:
        assert Network(sizes, rng=0).sizes == (2, 3, 1)
        assert all(type(n) is int for n in Network(sizes).sizes)

    @pytest.mark.parametrize(
        ("sizes", "error", "message"),
        [
            ([], ValueError, "`sizes` must name at least two layers"),
            ([3], ValueError, r"`sizes` must name at least two layers.*got \[3\]"),
            ([3, 0, 1], ValueError, r"`sizes\[1\]` must be at least 1; got 0"),
            ([3, -2], ValueError, r"`sizes\[1\]` must be at least 1; got -2"),
            ([True, 2], TypeError, r"`sizes\[0\]` must be an integer; got True"),
            ([np.True_, 2], TypeError, r"`sizes\[0\]` must be an integer"),
            ([2, 3.0], TypeError, r"`sizes\[1\]` must be an integer; got 3.0"),
            ([2, "3"], TypeError, r"`sizes\[1\]` must be an integer; got '3'"),
            ("23", TypeError, "`sizes` must be a list of integers"),
            (3, TypeError, "`sizes` must be a list of integers.*got 3"),
            (None, TypeError, "`sizes` must be a list of integers.*got None"),
        ],
    )
    def test_bad_sizes(self, sizes: Any, error: type[Exception], message: str) -> None:
        with pytest.raises(error, match=message):
            Network(sizes)

    @pytest.mark.parametrize(
        ("settings", "error", "message"),
        [
            (
                {"hidden": "relus"},
                ValueError,
                "`hidden` must be one of .*relu, .*; got 'relus'",
            ),
            (
                {"hidden": "softmax"},
                ValueError,
                "`hidden` must be elementwise; softmax is an out",
            ),
            (
                {"hidden": None},
                TypeError,
                "`hidden` must be one of .* or an object of your own",
            ),
            ({"output": "soft"}, ValueError, "`output` must be one of .*softmax"),
            ({"cost": "mse"}, ValueError, "`cost` must be one of cross_entropy, quadratic"),
            ({"output": "tanh"}, ValueError, "`cost` 'cross_entropy' needs output='sigmoid'"),
            ({"l2": -1.0}, ValueError, "`l2` must be finite and not negative; got -1.0"),
            ({"l2": float("nan")}, ValueError, "`l2` must be finite"),
            ({"l2": float("inf")}, ValueError, "`l2` must be finite"),
            ({"l2": "much"}, TypeError, "`l2` must be a real number; got 'much'"),
            ({"l2": True}, TypeError, "`l2` must be a real number; got True"),
            ({"l2": 10**400}, ValueError, "`l2` must fit into a float; got 1000"),
            ({"rng": -1}, ValueError, "`rng` must be at least 0; got -1"),
            (
                {"rng": 1.5},
                TypeError,
                "`rng` must be a numpy.random.Generator, an integer seed",
            ),
            ({"rng": np.random.RandomState(0)}, TypeError, "`rng` must be a numpy.random.Gen"),
            ({"dtype": "float16"}, ValueError, "`dtype` must be 'float64' or 'float32'; got"),
            ({"dtype": None}, ValueError, "`dtype` must be 'float64' or 'float32'; got None"),
            ({"dtype": "nonsense"}, ValueError, "`dtype` must be 'float64' or 'float32'"),
        ],
    )
    def test_bad_settings(
        self, settings: dict[str, Any], error: type[Exception], message: str
    ) -> None:
        with pytest.raises(error, match=message):
            Network([2, 3, 1], **settings)

    def test_an_own_activation_may_not_take_a_built_in_name(self) -> None:
        with pytest.raises(ValueError, match="may not be called 'tanh'"):
            small(hidden=Activation("tanh", np.sin, np.cos))


class TestRepr:
    def test_shows_sizes_functions_and_seed(self) -> None:
        assert repr(small(hidden="tanh", l2=0.5, dtype="float32")) == (
            "Network([2, 3, 1], hidden='tanh', output='sigmoid', cost='cross_entropy', l2=0.5, "
            "rng=0, dtype='float32')"
        )

    def test_makes_the_network_again(self) -> None:
        net = Network([2, 3, 1])
        again = eval(repr(net), {"Network": Network})  # noqa: S307 - our own repr
        np.testing.assert_array_equal(net.weights[1], again.weights[1])

    def test_names_the_kind_of_generator(self) -> None:
        assert "rng=Generator(PCG64), dtype" in repr(small(rng=np.random.default_rng(3)))


class TestForward:
    def test_shapes_of_a_batch(self) -> None:
        zs, activations = small().forward(X)
        assert [z.shape for z in zs] == [(3, 0), (3, 3), (3, 1)]
        assert [a.shape for a in activations] == [(3, 2), (3, 3), (3, 1)]
        assert activations[0] is X

    def test_a_single_example_gives_vectors(self) -> None:
        net = small()
        single, batch = net.forward(X[1]), net.forward(X[1:2])
        for z, zs in zip(single.zs, batch.zs, strict=True):
            np.testing.assert_array_equal(z, zs[0])
        assert [z.shape for z in single.zs] == [b.shape for b in net.biases]
        np.testing.assert_array_equal(single.activations[0], X[1])

    def test_layer_by_layer_as_the_article_writes_it(self) -> None:
        net = small(hidden="tanh")
        net.biases[1] = np.array([0.5, -1.0, 2.0])
        z1 = net.weights[1] @ X[0] + net.biases[1]
        z2 = net.weights[2] @ np.tanh(z1) + net.biases[2]
        zs, activations = net.forward(X[0])
        np.testing.assert_allclose(zs[1], z1, rtol=1e-15)
        np.testing.assert_allclose(zs[2], z2, rtol=1e-15)
        np.testing.assert_allclose(activations[2], 1 / (1 + np.exp(-z2)), rtol=1e-15)
        np.testing.assert_array_equal(net.predict(X[0]), activations[2])

    def test_results_do_not_alias_parameters_or_each_other(self) -> None:
        net = small(hidden="identity", output="identity", cost="quadratic")
        forward = net.forward(X)
        arrays = [*forward.zs, *forward.activations, *net.weights, *net.biases]
        for i, a in enumerate(arrays):
            assert not any(np.shares_memory(a, b) for b in arrays[:i])

    @pytest.mark.parametrize(
        "x",
        [
            [[1, 2], [3, 4]],
            np.array([[1, 2], [3, 4]], np.int8),
            np.array([[1, 2], [3, 4]], np.float32),
            np.asfortranarray([[1.0, 2.0], [3.0, 4.0]]),
            np.array([[1.0, 9.0, 2.0, 9.0], [3.0, 9.0, 4.0, 9.0]])[:, ::2],
        ],
        ids=["list", "int8", "float32", "fortran", "strided"],
    )
    def test_safe_numbers_are_converted_once(self, x: Any) -> None:
        net = small()
        expected = net.predict(np.array([[1.0, 2.0], [3.0, 4.0]]))
        assert net.predict(x).dtype == np.float64
        np.testing.assert_array_equal(net.predict(x), expected)

    def test_float32_computes_in_float32(self) -> None:
        net = small(dtype="float32", l2=np.float64(0.5))
        forward, gradient = net.forward(X), net.backprop(X, Y)
        arrays = [*forward.zs, *forward.activations, *gradient.nabla_w, *gradient.nabla_b]
        assert {array.dtype for array in arrays} == {np.dtype(np.float32)}
        assert net.cost(X, Y).dtype == np.float32

    def test_read_only_input_is_welcome(self) -> None:
        x = X.copy()
        x.flags.writeable = False
        small().backprop(x, Y)


class TestDoors:
    @pytest.mark.parametrize(
        ("x", "message"),
        [
            (
                np.ones((2, 1)),
                r"got \(2, 1\), which looks like one example as a column.*pass x.T",
            ),
            (
                np.ones((2, 5)),
                r"got \(2, 5\), which looks transposed: rows are examples, pass x.T",
            ),
            (np.ones((5, 3)), r"`x` must have shape \(batch, 2\) or \(2,\); got \(5, 3\)$"),
            (np.ones(3), r"`x` must have shape \(batch, 2\) or \(2,\); got \(3,\)$"),
            (np.ones((4, 2, 1)), r"flatten each example, pass x.reshape\(4, 2\)"),
            (np.ones((4, 3, 1)), r"got \(4, 3, 1\)$"),
            (np.float64(3), r"got \(\)$"),
            (np.ones((0, 2)), r"`x` must hold at least one example; got shape \(0, 2\)"),
            ([[1.0, 2.0], [3.0]], "`x` must be a rectangular array of numbers"),
            ([[1.0, np.nan]], r"`x` must be finite; x\[0, 1\] is nan"),
            ([[1.0, 2.0], [np.inf, 1.0]], r"`x` must be finite; x\[1, 0\] is inf"),
        ],
    )
    def test_x_of_a_wrong_shape_or_value(self, x: Any, message: str) -> None:
        net = small()
        for call in (net.forward, net.predict, net.classify):
            with pytest.raises(ValueError, match=message):
                call(x)

    @pytest.mark.parametrize(
        ("x", "message"),
        [
            ([[True, False]], r"must hold numbers; got dtype bool: pass x.astype\(float\)"),
            ([["1", "2"]], "`x` must hold numbers; got dtype <U1"),
            (np.ma.array([[1.0, 2.0]], mask=[[False, True]]), "`x` must not be masked"),
        ],
    )
    def test_x_of_a_wrong_type(self, x: Any, message: str) -> None:
        with pytest.raises(TypeError, match=message):
            small().forward(x)

    def test_what_float32_cannot_hold_is_refused(self) -> None:
        with pytest.raises(ValueError, match=r"`x` must be finite; x\[0, 0\] is inf"):
            small(dtype="float32").predict([[1e300, 0.0]])

    @pytest.mark.parametrize(
        ("y", "message"),
        [
            (
                [0, 1, 0],
                r"`y` must have shape \(batch, 1\) or \(1,\); got \(3,\): if these are",
            ),
            (Y.T, r"`y` must have shape .*got \(1, 3\), which looks transposed.*pass y.T"),
            (Y[:2], "`x` and `y` must hold as many examples; got 3 and 2"),
            (Y + 1, r"`y` must lie in \[0, 1\]"),
            (Y * np.nan, r"`y` must be finite"),
        ],
    )
    def test_y_of_a_wrong_shape_or_value(self, y: Any, message: str) -> None:
        net = small()
        for call in (net.cost, net.backprop):
            with pytest.raises(ValueError, match=message):
                call(X, y)

    def test_labels_are_not_targets(self) -> None:
        net = Network([2, 3, 4], rng=0)
        with pytest.raises(
            ValueError, match=r"class labels, pass np.eye\(4\)\[np.asarray\(y, int\)\]$"
        ):
            net.cost(X, [0, 3, 1])

    @pytest.mark.parametrize("name", ["weights", "biases"])
    def test_a_misshapen_parameter_is_named_on_each_call(self, name: str) -> None:
        for call in ("forward", "predict"):
            net = small()
            getattr(net, name)[2] = np.zeros((1, 4))
            message = rf"`{name}\[2\]` must have shape \(1.*\), as `sizes` says; got \(1, 4\)"
            with pytest.raises(ValueError, match=message):
                getattr(net, call)(X)

    def test_a_list_of_the_wrong_length_is_named(self) -> None:
        net = small()
        net.biases.pop()
        with pytest.raises(
            ValueError, match="`biases` must have 3 entries, one for each layer; got 2"
        ):
            net.forward(X)
        net.biases = (net.biases[0], net.biases[1], np.zeros(1))  # type: ignore[assignment]
        with pytest.raises(TypeError, match="`biases` must be a list of arrays; got tuple"):
            net.forward(X)

    def test_parameters_of_other_floats_and_lists_are_converted(self) -> None:
        net = small()
        expected = net.predict(X)
        net.weights[1] = net.weights[1].tolist()  # type: ignore[call-overload]
        net.biases[1] = net.biases[1].astype(np.int64)
        np.testing.assert_array_equal(net.predict(X), expected)

    def test_wider_parameters_are_rounded_to_the_floats_of_the_network(self) -> None:
        net = small(dtype="float32")
        net.weights[1] = net.weights[1].astype(np.float64)
        net.biases[2] = net.biases[2].astype(np.float64)
        assert net.predict(X).dtype == np.float32

    def test_lists_are_named(self) -> None:
        net = small()
        net.weights.append(net.weights[2])
        with pytest.raises(ValueError, match=r"^`weights` must have 3 entries, .*; got 4$"):
            net.forward(X)

    def test_bool_parameters_are_refused(self) -> None:
        net = small()
        net.biases[1] = np.zeros(3, bool)
        with pytest.raises(TypeError, match=r"`biases\[1\]` must hold numbers; got dtype bool"):
            net.forward(X)


class TestLabels:
    def test_largest_output_the_first_of_equals(self) -> None:
        net = Network([2, 3], rng=0)
        net.weights[1] = np.zeros((3, 2))
        net.biases[1] = np.array([0.0, 1.0, 1.0])
        assert net.classify([[0.0, 0.0], [1.0, 1.0]]).tolist() == [1, 1]
        assert net.classify([0.0, 0.0]) == 1
        assert np.ndim(net.classify([0.0, 0.0])) == 0

    def test_a_single_output_is_cut_at_one_half(self) -> None:
        net = Network([1, 1], output="identity", cost="quadratic")
        net.weights[1] = np.ones((1, 1))
        assert net.classify([[0.4], [0.5], [0.6]]).tolist() == [0, 1, 1]

    def test_accuracy_is_the_share_of_equal_labels(self) -> None:
        net = Network([1, 1], output="identity", cost="quadratic")
        net.weights[1] = np.ones((1, 1))
        accuracy = net.accuracy([[0.4], [0.5], [0.6], [0.7]], [0, 1, 1, 0])
        assert accuracy == 0.75
        assert type(accuracy) is float
        assert net.accuracy([0.7], [1]) == 1.0

    @pytest.mark.parametrize(
        ("labels", "error", "message"),
        [
            ([0, 1], ValueError, "`labels` must be one for each of 3 examples; got 2"),
            ([0, 1, 4], ValueError, r"`labels` must be integers from 0 to 3; labels\[2\] is 4"),
            ([0, 1, -1], ValueError, r"labels\[2\] is -1"),
            ([0.0, 1.0, 2.0], TypeError, "integers from 0 to 3; got dtype float64"),
            ([True, False, True], TypeError, "integers from 0 to 3; got dtype bool"),
            (np.eye(4)[:3], ValueError, r"got shape \(3, 4\): pass labels.argmax\(axis=1\)"),
            (np.ones((3, 2), int), ValueError, r"shape \(batch,\); got shape \(3, 2\)$"),
            (np.zeros(0, int), ValueError, "`labels` must hold at least one label"),
            ([[0], [1, 2]], ValueError, "`labels` must be .*; its rows differ in length$"),
            (np.ma.array([0, 1, 2]), TypeError, "`labels` must not be masked"),
        ],
    )
    def test_bad_labels(self, labels: Any, error: type[Exception], message: str) -> None:
        with pytest.raises(error, match=message):
            Network([2, 3, 4], rng=0).accuracy(X, labels)

    def test_masked_labels_are_not_trained_on(self) -> None:
        labels = np.ma.array([0, 1, 2], mask=[True, False, False])
        net = Network([2, 3, 4], rng=0)
        with pytest.raises(TypeError, match=r"^`y` must not be masked"):
            net.fit(X, labels)
        with pytest.raises(TypeError, match=r"^`validation\[1\]` must not be masked"):
            net.fit(X, [0, 1, 2], validation=(X, labels))

    def test_validation_targets_are_named(self) -> None:
        message = r"^`validation\[1\]` must lie in \[0, 1\].*; validation\[1\]\[0, 0\] is 2.0$"
        with pytest.raises(ValueError, match=message):
            small().fit(X, Y, validation=(X, np.full((3, 1), 2.0)))


class TestBackprop:
    def test_shapes_and_empty_layer_zero(self) -> None:
        nabla_w, nabla_b = small().backprop(X, Y)
        assert [n.shape for n in nabla_w] == [(2, 0), (3, 2), (1, 3)]
        assert [n.shape for n in nabla_b] == [(0,), (3,), (1,)]

    def test_one_example_by_hand(self) -> None:
        """sizes [1, 1, 1], all by Nielsen's equations with pencil and paper."""
        net = Network([1, 1, 1], hidden="identity", output="identity", cost="quadratic", l2=0.5)
        net.weights[1], net.biases[1] = np.array([[2.0]]), np.array([1.0])
        net.weights[2], net.biases[2] = np.array([[3.0]]), np.array([-1.0])
        # z1 = 2 * 5 + 1 = 11, z2 = 3 * 11 - 1 = 32, a - y = 2
        assert net.cost([5.0], [30.0]) == 2**2 / 2 + 0.5 / 2 * (2**2 + 3**2)
        nabla_w, nabla_b = net.backprop([5.0], [30.0])
        assert nabla_b[2] == [2.0]
        assert nabla_w[2] == [[2.0 * 11 + 0.5 * 3]]
        assert nabla_b[1] == [2.0 * 3]
        assert nabla_w[1] == [[2.0 * 3 * 5 + 0.5 * 2]]

    def test_the_penalty_leaves_biases_and_layer_zero_alone(self) -> None:
        plain, penalised = small(), small(l2=2.0)
        for net in (plain, penalised):
            net.weights[0] = np.full((7, 7), 1e9)
            net.biases[1] = np.ones(3)
        squares = sum((w**2).sum() for w in plain.weights[1:])
        assert penalised.cost(X, Y) == pytest.approx(plain.cost(X, Y) + squares, rel=1e-14)
        a, b = plain.backprop(X, Y), penalised.backprop(X, Y)
        for l in (1, 2):
            np.testing.assert_array_equal(a.nabla_b[l], b.nabla_b[l])
            np.testing.assert_allclose(b.nabla_w[l] - a.nabla_w[l], 2 * plain.weights[l])


class TestForeignNumbers:
    @staticmethod
    def convert(net: Network, number: Any) -> None:
        for l in range(1, net.num_layers):
            net.weights[l] = np.vectorize(number, otypes=[object])(net.weights[l])
            net.biases[l] = np.vectorize(number, otypes=[object])(net.biases[l])

    @pytest.mark.parametrize("number", [fmpq, Fraction])
    def test_rationals_are_exact(self, number: Any) -> None:
        net = Network([2, 2, 1], hidden="identity", output="identity", cost="quadratic", l2=1)
        integers = np.random.default_rng(0)
        for l in (1, 2):
            net.weights[l] = integers.integers(-5, 5, net.weights[l].shape)
            net.biases[l] = integers.integers(-5, 5, net.biases[l].shape)
        self.convert(net, lambda v: number(int(v), 3))
        x = np.array([[1, 2], [3, -1], [0, 1]], dtype=object)
        y = np.array([[1], [2], [3]], dtype=object)
        gradient = net.backprop(x, y)
        assert isinstance(net.cost(x, y), number)
        for l in (1, 2):
            for index in np.ndindex(net.weights[l].shape):
                # The cost is quadratic in each weight: the central difference is exact.
                w = net.weights[l][index]
                net.weights[l][index] = w + 1
                above = net.cost(x, y)
                net.weights[l][index] = w - 1
                below = net.cost(x, y)
                net.weights[l][index] = w
                assert gradient.nabla_w[l][index] == (above - below) / 2

    @pytest.mark.parametrize("output", ["sigmoid", "softmax"])
    @pytest.mark.parametrize("hidden", ["sigmoid", "tanh", "softplus", "relu", "leaky_relu"])
    def test_balls_enclose_the_floats(self, hidden: str, output: str) -> None:
        net = Network([2, 3, 2], hidden=hidden, output=output, l2=0.25, rng=0)
        y = np.eye(2)[[0, 1, 1]]
        cost, gradient = net.cost(X, y), net.backprop(X, y)
        self.convert(net, arb)
        assert float(net.cost(X, y).mid()) == pytest.approx(cost, rel=1e-14)
        balls = net.backprop(X, y)
        for l in (1, 2):
            for ball, value in zip(
                balls.nabla_w[l].flat, gradient.nabla_w[l].flat, strict=True
            ):
                assert float(ball.mid()) == pytest.approx(value, rel=1e-13, abs=1e-16)

    def test_complex_numbers_pass(self) -> None:
        net = small()
        net.weights[1] = net.weights[1] + 1e-30j
        assert np.iscomplexobj(net.cost(X, Y))
        assert np.iscomplexobj(net.predict(X.astype(complex)))

    def test_foreign_numbers_are_held_to_shapes(self) -> None:
        net = small()
        net.weights[1] = np.array([[fmpq(1)]], dtype=object)
        with pytest.raises(ValueError, match=r"`weights\[1\]` must have shape \(3, 2\)"):
            net.forward(X)


class TestOwnFunctions:
    swish = Activation(
        "swish",
        lambda z: z / (1 + np.exp(-z)),
        lambda z: (1 + np.exp(-z) + z * np.exp(-z)) / (1 + np.exp(-z)) ** 2,
    )
    cube = Cost("cube", lambda a, y: ((a - y) ** 3).sum(axis=1), lambda a, y: 3 * (a - y) ** 2)

    def test_gradient_by_complex_step(self) -> None:
        net = Network([2, 3, 2], hidden=self.swish, output=self.swish, cost=self.cube, rng=0)
        y = np.zeros((3, 2))
        gradient = net.backprop(X, y)
        w = net.weights[1]
        for index in np.ndindex(w.shape):
            net.weights[1] = w.astype(complex)
            net.weights[1][index] += 1e-30j
            derivative = net.cost(X, y).imag / 1e-30
            assert gradient.nabla_w[1][index] == pytest.approx(derivative, rel=1e-12)
        assert "hidden='swish'" in repr(net)
        assert "cost='cube'" in repr(net)


def test_copies_are_independent_and_pickles_keep_the_bits() -> None:
    net = small()
    for other in (copy.deepcopy(net), pickle.loads(pickle.dumps(net))):  # noqa: S301 - our own
        np.testing.assert_array_equal(other.predict(X), net.predict(X))
        other.weights[1][:] = 0
        assert net.weights[1].any()


def test_the_same_array_may_be_passed_twice() -> None:
    net = Network([2, 2], rng=0, output="sigmoid")
    x = np.array([[0.25, 0.75], [1.0, 0.0]])
    before: Array = x.copy()
    net.backprop(x, x)
    net.fit(x, x, epochs=2, batch_size=1)
    np.testing.assert_array_equal(x, before)


def test_a_rational_penalty_leaves_floats_floats() -> None:
    exact, rounded = (Network([2, 3, 1], rng=0, l2=l2) for l2 in (Fraction(1, 3), 1 / 3))  # type: ignore[arg-type]
    ours, theirs = (net.backprop([[1.0, 2.0]], [[1.0]]) for net in (exact, rounded))
    for l in (1, 2):
        assert ours.nabla_w[l].dtype == np.float64
        np.testing.assert_array_equal(ours.nabla_w[l], theirs.nabla_w[l])
