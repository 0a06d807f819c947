"""Activations against 50-digit values, in the tails, and on foreign numbers."""

from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest
from flint import arb, fmpq

from nncore import Activation, activations
from nncore.activations import (
    ACTIVATIONS,
    Softmax,
    identity,
    leaky_relu,
    leaky_relu_prime,
    relu,
    relu_prime,
    sigmoid,
    sigmoid_prime,
    softplus,
    softplus_prime,
    tanh,
    tanh_prime,
)
from nncore.arrays import Array, as_array, as_matrix

ELEMENTWISE = sorted(set(ACTIVATIONS) - {"softmax"})
POINTS = [
    -1e4,
    -745.0,
    -37.0,
    -20.0,
    -1.0,
    -1e-8,
    -0.0,
    0.0,
    1e-300,
    0.3,
    5.0,
    37.0,
    710.0,
    1e4,
]


def softmax(z: Array) -> Array:
    return as_array(activations.softmax(as_matrix(z)))


def negative_log_softmax(z: Array) -> Array:
    return as_array(activations.negative_log_softmax(as_matrix(z)))


def exact_softplus(z: Any) -> Any:
    return mpmath.log(1 + mpmath.exp(z))


def exact_sigmoid(z: Any) -> Any:
    return 1 / (1 + mpmath.exp(-z))


EXACT: list[tuple[Callable[[Array], Array], Callable[[Any], Any]]] = [
    (sigmoid, exact_sigmoid),
    (sigmoid_prime, lambda z: exact_sigmoid(z) * exact_sigmoid(-z)),
    (tanh, mpmath.tanh),
    (tanh_prime, lambda z: mpmath.sech(z) ** 2),
    (softplus, exact_softplus),
    (softplus_prime, exact_sigmoid),
    (relu, lambda z: max(z, mpmath.mpf(0))),
    (relu_prime, lambda z: mpmath.mpf(z > 0)),
    (leaky_relu, lambda z: z if z > 0 else z / 100),
    (leaky_relu_prime, lambda z: mpmath.mpf(1) if z > 0 else mpmath.mpf(1) / 100),
]


@pytest.mark.parametrize(("function", "exact"), EXACT, ids=lambda f: getattr(f, "__name__", ""))
def test_values_agree_with_fifty_digits(
    function: Callable[[Array], Array], exact: Callable[[Any], Any]
) -> None:
    with mpmath.workdps(50), np.errstate(over="raise", divide="raise", invalid="raise"):
        values = function(np.array(POINTS))
        for z, value in zip(POINTS, values, strict=True):
            expected = exact(mpmath.mpf(z))
            smallest = float(np.finfo(np.float64).tiny)
            bound = 5 * np.finfo(np.float64).eps * max(abs(expected), smallest)
            assert abs(mpmath.mpf(float(value)) - expected) <= bound, (z, value, expected)


@pytest.mark.parametrize("name", ELEMENTWISE)
@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (0, 2)])
def test_elementwise_functions_keep_shape_and_dtype(name: str, shape: tuple[int, ...]) -> None:
    activation = ACTIVATIONS[name]
    assert isinstance(activation, Activation)
    z = np.full(shape, 0.5, np.float32)
    for function in (activation.function, activation.prime):
        result = function(z)
        assert np.shape(result) == shape
        assert result.dtype == np.float32
        assert not np.shares_memory(result, z)


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_prime_is_the_derivative_by_complex_step(name: str) -> None:
    activation = ACTIVATIONS[name]
    assert isinstance(activation, Activation)
    # At 0 the branches meet; relu and leaky_relu take the left one, as their derivatives do.
    z = np.array([-300.0, -3.0, -0.25, 0.0, 0.25, 3.0, 300.0])
    derivative = np.imag(activation.function(z + 1e-30j)) / 1e-30
    np.testing.assert_allclose(activation.prime(z), derivative, rtol=1e-14)


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_functions_enclose_their_float_values_on_balls(name: str) -> None:
    activation = ACTIVATIONS[name]
    assert isinstance(activation, Activation)
    z = np.array([-3.0, -0.25, 0.25, 3.0])
    balls = np.array([arb(v) for v in z], dtype=object)
    for function in (activation.function, activation.prime):
        for ball, value in zip(function(balls), function(z), strict=True):
            assert float(arb(ball).mid()) == pytest.approx(value, rel=4e-16)


def test_polynomial_activations_run_on_rationals() -> None:
    z = np.array([fmpq(-1, 3), fmpq(2)], dtype=object)
    assert list(relu(z)) == [0, 2]
    assert list(identity(z)) == list(z)
    assert [type(slope) for slope in relu_prime(z)] == [int, int]


def test_a_negative_zero_becomes_zero_in_relu() -> None:
    assert not np.signbit(relu(np.array([-0.0]))).any()


def test_first_weights_grow_only_into_relu() -> None:
    gains = {name: activation.gain**2 for name, activation in ACTIVATIONS.items()}
    rectifiers = {name for name, gain in gains.items() if gain == pytest.approx(2)}
    assert rectifiers == {"relu", "leaky_relu"}
    assert {gains[name] for name in gains.keys() - rectifiers} == {1.0}


def test_identity_owns_its_memory() -> None:
    z = np.ones(3)
    assert not np.shares_memory(identity(z), z)


class TestSoftmax:
    def test_rows_are_independent_and_of_any_scale(self) -> None:
        z = np.array([[1e4, 0.0, -1e4], [1e-4, 2e-4, 3e-4], [-1e4, -1e4, -1e4]])
        a = softmax(z)
        for row, expected in zip(z, a, strict=True):
            np.testing.assert_array_equal(softmax(row[np.newaxis])[0], expected)
        np.testing.assert_allclose(a.sum(axis=1), 1, rtol=1e-15)

    def test_agrees_with_fifty_digits(self) -> None:
        z = np.array([[0.5, -2.0, 3.0], [700.0, 699.0, 100.0]])
        with mpmath.workdps(50):
            for row, values, minus_logs in zip(
                z, softmax(z), negative_log_softmax(z), strict=True
            ):
                total = mpmath.fsum(mpmath.exp(v) for v in row)
                for v, a, minus_log in zip(row, values, minus_logs, strict=True):
                    exact = mpmath.exp(v) / total
                    assert abs(a - exact) <= 1e-15 * exact
                    assert abs(minus_log + mpmath.log(exact)) <= -1e-15 * mpmath.log(exact)

    def test_logarithm_of_a_probability_close_to_one_keeps_its_digits(self) -> None:
        small = negative_log_softmax(np.array([[0.0, -40.0]]))[0, 0]
        assert small == pytest.approx(np.exp(-40.0), rel=1e-15)

    def test_logarithm_is_never_minus_zero(self) -> None:
        assert not np.signbit(negative_log_softmax(np.array([[1e4, 0.0]]))).any()

    def test_a_difference_may_be_beyond_the_largest_float(self) -> None:
        z = np.array([[1.7e308, -1.7e308]])
        with np.errstate(all="raise"):
            np.testing.assert_array_equal(softmax(z), [[1.0, 0.0]])
            np.testing.assert_array_equal(negative_log_softmax(z), [[0.0, np.inf]])

    def test_balls_far_down_are_enclosed(self) -> None:
        z = np.array([[arb(0), arb(-2000)]], dtype=object)
        exact = arb(-2000).exp() / (1 + arb(-2000).exp())
        assert softmax(z)[0, 1].overlaps(exact)
        assert softmax(z)[0, 1].rel_accuracy_bits() > 40

    def test_equal_logits_share(self) -> None:
        np.testing.assert_array_equal(softmax(np.array([[7.0, 7.0]])), [[0.5, 0.5]])

    def test_output_error_is_the_jacobian_by_complex_step(self) -> None:
        rng = np.random.default_rng(0)
        z, nabla_a = rng.normal(size=(2, 3)), rng.normal(size=(2, 3))
        error = as_array(Softmax().output_error(as_matrix(z), as_matrix(nabla_a)))
        for index in np.ndindex(z.shape):
            shifted = z.astype(complex)
            shifted[index] += 1e-30j
            derivative = (nabla_a * softmax(shifted)).sum().imag / 1e-30
            assert error[index] == pytest.approx(derivative, rel=1e-13)


class TestOwnActivation:
    @pytest.mark.parametrize(
        ("gain", "error", "message"),
        [
            ("x", TypeError, "`gain` must be a real number; got 'x'"),
            (-1.0, ValueError, "`gain` must be finite and not negative; got -1.0"),
            (np.nan, ValueError, "`gain` must be finite and not negative; got nan"),
        ],
    )
    def test_a_gain_that_draws_no_weights_is_refused(
        self, gain: Any, error: type[Exception], message: str
    ) -> None:
        with pytest.raises(error, match=message):
            Activation("own", tanh, tanh_prime, gain)

    def test_of_real_numbers_is_real(self) -> None:
        rotated = Activation("rotated", lambda z: z * 1j, lambda z: z * 0 + 1j)
        z = np.ones((1, 2))
        for function, called in (("function", rotated.apply), ("prime", rotated.slope)):
            with pytest.raises(
                ValueError, match=f"`{function}` of .* must return real numbers"
            ):
                called(as_matrix(z))
        assert as_array(rotated.apply(as_matrix(z + 0j))).dtype == complex

    def test_repr_names_it(self) -> None:
        assert (
            repr(Activation("cube", lambda z: z**3, lambda z: 3 * z**2)) == "Activation('cube')"
        )
        assert repr(ACTIVATIONS["softmax"]) == "Activation('softmax')"

    @pytest.mark.parametrize("name", ["", 3, None])
    def test_a_name_is_needed(self, name: object) -> None:
        with pytest.raises(TypeError, match="`name` of the activation must be a string"):
            Activation(name, np.sin, np.cos)  # type: ignore[arg-type]

    @pytest.mark.parametrize("field", ["function", "prime"])
    def test_functions_are_needed(self, field: str) -> None:
        functions = {"function": np.sin, "prime": np.cos, field: 3}
        with pytest.raises(
            TypeError, match=f"`{field}` of activation 'mine' must be a function"
        ):
            Activation("mine", **functions)  # type: ignore[arg-type]

    @pytest.mark.parametrize("field", ["apply", "slope"])
    @pytest.mark.parametrize("bad", [lambda z: z[0], np.sum, lambda _: None])
    def test_a_function_that_loses_the_shape_is_named(
        self, field: str, bad: Callable[[Array], Array]
    ) -> None:
        activation = Activation("mine", bad, bad)
        message = r"of Activation\('mine'\) must return an array of shape \(2, 3\); got"
        with pytest.raises(ValueError, match=message):
            getattr(activation, field)(np.zeros((2, 3)))


def test_softmax_makes_up_for_the_rounding_of_differences() -> None:
    """A rounding error of half an ulp in d is one of 200 ulp in e^d, d about -400."""
    low = -np.linspace(300, 500, 101) / 1.1
    z: Any = np.stack([np.full(101, 0.1), low], axis=1)
    with mpmath.workdps(50):
        expected = [float(exact_sigmoid(mpmath.mpf(each) - mpmath.mpf(0.1))) for each in low]
    np.testing.assert_allclose(softmax(z)[:, 1], expected, rtol=4 * np.finfo(float).eps)


def test_the_slope_of_tanh_ends_without_a_warning() -> None:
    with np.errstate(all="raise", under="ignore"):
        np.testing.assert_array_equal(tanh_prime(np.array([-1.7e308, 0, 1.7e308])), [0, 1, 0])
