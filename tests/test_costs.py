"""Costs against their definitions in 50 digits, and their output errors."""

from collections.abc import Iterable
from typing import Any

import mpmath
import numpy as np
import pytest

from nncore import Cost
from nncore.activations import ACTIVATIONS
from nncore.arrays import Array, as_array, as_matrix
from nncore.costs import OutputCost, output_cost

COMBINATIONS = [
    ("sigmoid", "cross_entropy"),
    ("softmax", "cross_entropy"),
    ("softmax", "quadratic"),
    ("sigmoid", "quadratic"),
    ("identity", "quadratic"),
    ("relu", "quadratic"),
]
Z = np.array([[0.5, -2.0, 3.0], [-0.25, 0.75, 12.0]])
Y = np.array([[0.25, 0.5, 0.25], [0.0, 1.0, 0.0]])


def joined(output: str, cost: str | Cost) -> OutputCost:
    return output_cost(ACTIVATIONS[output], cost)


def values(cost: OutputCost, z: Array, y: Array) -> Array:
    return as_array(cost.values(as_matrix(z), as_matrix(y)))


def output_error(cost: OutputCost, z: Array, y: Array) -> Array:
    return as_array(cost.output_error(as_matrix(z), as_matrix(y)))


def exact_cost(output: str, cost: str, logits: Iterable[Any], targets: Iterable[Any]) -> Any:
    """The definition, in the words of mpmath."""
    z, y = [mpmath.mpf(v) for v in logits], [mpmath.mpf(v) for v in targets]
    total = mpmath.fsum(map(mpmath.exp, z))
    a = {
        "sigmoid": [1 / (1 + mpmath.exp(-v)) for v in z],
        "softmax": [mpmath.exp(v) / total for v in z],
        "identity": z,
        "relu": [max(v, mpmath.mpf(0)) for v in z],
    }[output]
    if cost == "quadratic":
        return mpmath.fsum((p - t) ** 2 for p, t in zip(a, y, strict=True)) / 2
    if output == "softmax":
        return -mpmath.fsum(t * mpmath.log(p) for p, t in zip(a, y, strict=True))
    return -mpmath.fsum(
        t * mpmath.log(p) + (1 - t) * mpmath.log(1 - p) for p, t in zip(a, y, strict=True)
    )


@pytest.mark.parametrize(("output", "cost"), COMBINATIONS)
def test_values_are_the_definition(output: str, cost: str) -> None:
    with mpmath.workdps(50):
        for z, y, value in zip(Z, Y, values(joined(output, cost), Z, Y), strict=True):
            exact = exact_cost(output, cost, z, y)
            assert abs(value - exact) <= 2e-15 * abs(exact)


@pytest.mark.parametrize(("output", "cost"), COMBINATIONS)
def test_output_error_is_the_derivative_of_the_definition(output: str, cost: str) -> None:
    error = output_error(joined(output, cost), Z, Y)
    with mpmath.workdps(50):
        for row, j in np.ndindex(Z.shape):

            def along(v: Any, row: int = row, j: int = j) -> Any:
                z = [mpmath.mpf(u) for u in Z[row]]
                z[j] = v
                return exact_cost(output, cost, z, Y[row])

            exact = mpmath.diff(along, mpmath.mpf(Z[row, j]))
            assert abs(error[row, j] - exact) <= 1e-15 * max(1, abs(exact)), (row, j)


@pytest.mark.parametrize(("output", "cost"), COMBINATIONS)
def test_extreme_inputs_raise_no_warning(output: str, cost: str) -> None:
    z = np.array([[1e4, -1e4, 0.0], [-1e4, 1e4, 1e4]])
    with np.errstate(over="raise", divide="raise", invalid="raise"):
        for y in (np.eye(3)[[0, 1]], np.eye(3)[[1, 0]]):
            assert np.isfinite(values(joined(output, cost), z, y)).all()
            assert np.isfinite(output_error(joined(output, cost), z, y)).all()


@pytest.mark.parametrize("output", ["sigmoid", "softmax"])
def test_cross_entropy_of_a_sure_right_answer_is_plus_zero(output: str) -> None:
    value = values(
        joined(output, "cross_entropy"), np.array([[1e4, -1e4]]), np.array([[1.0, 0.0]])
    )
    assert value[0] == 0
    assert not np.signbit(value[0])


def test_cross_entropy_of_a_sure_wrong_answer_is_the_distance() -> None:
    value = values(
        joined("softmax", "cross_entropy"), np.array([[1e4, -1e4]]), np.array([[0.0, 1.0]])
    )
    assert value[0] == 2e4


def test_rows_that_miss_one_by_rounding_get_the_gradient_of_their_own_cost() -> None:
    """y sums to 1 + 1e-6: the output error is the derivative of what `values` computes."""
    cost = joined("softmax", "cross_entropy")
    y = np.array([[0.5, 0.5 + 1e-6]])
    z = np.array([[0.3, -0.4]])
    for j in range(2):
        shifted = z.astype(complex)
        shifted[0, j] += 1e-30j
        derivative = values(cost, shifted, y)[0].imag / 1e-30
        assert output_error(cost, z, y)[0, j] == pytest.approx(derivative, rel=1e-14)


class TestTargets:
    @pytest.mark.parametrize("bad", [-0.1, 1.1])
    def test_sigmoid_targets_lie_between_zero_and_one(self, bad: float) -> None:
        y = np.array([[0.0, 1.0], [0.5, bad]])
        message = rf"`y` must lie in \[0, 1\] for the cross-entropy; y\[1, 1\] is {bad}"
        with pytest.raises(ValueError, match=message):
            joined("sigmoid", "cross_entropy").check_targets(y, "y")

    def test_softmax_targets_are_not_negative(self) -> None:
        y = np.array([[1.5, -0.5]])
        with pytest.raises(ValueError, match=r"must not be negative.*y\[0, 1\] is -0.5"):
            joined("softmax", "cross_entropy").check_targets(y, "y")

    @pytest.mark.parametrize("row", [[0.5, 0.4], [1.0, 1.0], [0.0, 0.0], [0.5, 0.500015]])
    def test_softmax_targets_sum_to_one(self, row: list[float]) -> None:
        y = np.array([[1.0, 0.0], row])
        with pytest.raises(ValueError, match=r"rows of `y` must sum to 1.*row 1 sums to"):
            joined("softmax", "cross_entropy").check_targets(y, "y")

    @pytest.mark.parametrize(
        ("output", "y", "message"),
        [
            (
                "sigmoid",
                [[2.0]],
                r"^`validation\[1\]` must lie .*; validation\[1\]\[0, 0\] is 2",
            ),
            ("softmax", [[-1.0, 2.0]], r"^`validation\[1\]` must not be negative"),
            ("softmax", [[0.5, 0.25]], r"^rows of `validation\[1\]` must sum to 1 .* 0.75$"),
        ],
    )
    def test_targets_are_called_what_the_caller_calls_them(
        self, output: str, y: Any, message: str
    ) -> None:
        with pytest.raises(ValueError, match=message):
            joined(output, "cross_entropy").check_targets(np.array(y), "validation[1]")

    def test_rounding_of_float32_is_forgiven(self) -> None:
        y = np.full((1, 3), 1 / 3, np.float32).astype(float)
        joined("softmax", "cross_entropy").check_targets(y, "y")

    def test_the_quadratic_cost_takes_any_target(self) -> None:
        joined("identity", "quadratic").check_targets(np.array([[-5.0, 1e9]]), "y")


class TestChoice:
    def test_cross_entropy_needs_its_outputs(self) -> None:
        with pytest.raises(
            ValueError, match=r"needs output='sigmoid' or output='softmax'.*'tanh'"
        ):
            joined("tanh", "cross_entropy")

    def test_an_unknown_name_is_answered_with_the_known_ones(self) -> None:
        message = "`cost` must be one of cross_entropy, quadratic; got 'hinge'"
        with pytest.raises(ValueError, match=message):
            joined("sigmoid", "hinge")

    def test_what_is_no_cost_is_refused(self) -> None:
        with pytest.raises(
            TypeError, match="`cost` must be one of cross_entropy, quadratic, or"
        ):
            joined("sigmoid", 3)  # type: ignore[arg-type]

    @pytest.mark.parametrize("name", ["quadratic", "cross_entropy"])
    def test_an_own_cost_may_not_take_a_built_in_name(self, name: str) -> None:
        own = Cost(name, lambda a, y: (a - y).sum(axis=1), lambda a, y: a - y)
        with pytest.raises(ValueError, match="may not be called"):
            joined("identity", own)


class TestOwnCost:
    def test_may_change_what_it_is_given(self) -> None:
        def function(a: Array, y: Array) -> Array:
            a -= y
            y *= 0
            squares: Array = (a * a).sum(axis=1)
            return squares

        def prime(a: Array, y: Array) -> Array:
            a -= y
            y *= 0
            return 2 * a

        own, a, y = Cost("rough", function, prime), np.full((1, 2), 3.0), np.ones((1, 2))
        assert as_array(own.values(as_matrix(a), as_matrix(y))) == [8.0]
        np.testing.assert_array_equal(as_array(own.nabla_a(as_matrix(a), as_matrix(y))), 4.0)
        assert (a == 3).all()
        assert (y == 1).all()

    own = Cost("cube", lambda a, y: ((a - y) ** 3).sum(axis=1), lambda a, y: 3 * (a - y) ** 2)

    def test_is_composed_with_the_output(self) -> None:
        cost = joined("sigmoid", self.own)
        assert cost.name == "cube"
        for row, j in np.ndindex(Z.shape):
            shifted = Z.astype(complex)
            shifted[row, j] += 1e-30j
            derivative = np.imag(values(cost, shifted, Y)[row]) / 1e-30
            assert output_error(cost, Z, Y)[row, j] == pytest.approx(derivative, rel=1e-12)

    def test_outputs_and_targets_are_told_apart(self) -> None:
        weighted = Cost("own", lambda a, y: (a * y).sum(axis=1), lambda _, y: y)
        np.testing.assert_array_equal(as_array(weighted.nabla_a(as_matrix(Z), as_matrix(Y))), Y)

    def test_repr_names_it(self) -> None:
        assert repr(self.own) == "Cost('cube')"

    def test_a_cost_of_the_wrong_shape_is_named(self) -> None:
        bad = Cost("bad", lambda a, y: (a - y).sum(), lambda a, y: (a - y)[0])
        with pytest.raises(ValueError, match=r"`function` of cost 'bad'.*shape \(2,\); got"):
            values(joined("identity", bad), Z, Y)
        with pytest.raises(
            ValueError, match=r"`prime` of cost 'bad'.*\(2, 3\); got shape \(3,\)"
        ):
            output_error(joined("identity", bad), Z, Y)

    def test_functions_are_needed(self) -> None:
        with pytest.raises(
            TypeError, match="`prime` of cost 'mine' must be a function; got None"
        ):
            Cost("mine", np.subtract, None)  # type: ignore[arg-type]
        with pytest.raises(
            TypeError, match="`function` of cost 'mine' must be a function; got None"
        ):
            Cost("mine", None, np.subtract)  # type: ignore[arg-type]


@pytest.mark.parametrize(("output", "cost"), COMBINATIONS)
def test_a_cost_bears_the_name_that_it_is_asked_by(output: str, cost: str) -> None:
    assert joined(output, cost).name == cost
