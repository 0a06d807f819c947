"""The built-in activations in buffers: equal to the textbook to a few ulp, everywhere."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from nncore import Activation, Cost
from nncore.activations import ACTIVATIONS, sigmoid, sigmoid_prime
from nncore.arrays import Array, run
from nncore.costs import output_cost
from nncore.inplace import _BuiltIn, in_place, output_error_in_place

ELEMENTWISE = [each for each in ACTIVATIONS.values() if isinstance(each, Activation)]
FLOATS = [np.float64, np.float32]


def everywhere(dtype: Any) -> Array:
    """Weighted inputs of every size and both signs, up to the largest float."""
    top = np.finfo(dtype).maxexp
    sizes = np.exp2(np.linspace(-top + 3, top - 2, 4000)).astype(dtype)
    ordinary = np.linspace(-800, 800, 40_001).astype(dtype)
    return np.concatenate([sizes, -sizes, ordinary, np.zeros(1, dtype)])[np.newaxis]


def assert_close(ours: Array, theirs: Array, ulps: int) -> None:
    """Compare in ulp of each entry; below the smallest normal number, in units of that."""
    info = np.finfo(theirs.dtype)
    allowed = ulps * info.eps * abs(theirs.astype(np.longdouble)) + info.tiny
    assert ours.dtype == theirs.dtype
    assert (abs(ours.astype(np.longdouble) - theirs) <= allowed).all()


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("activation", ELEMENTWISE, ids=repr)
def test_equals_the_textbook_everywhere(activation: Activation, dtype: Any) -> None:
    z = everywhere(dtype)
    kept = z.copy()
    a, spare, delta = np.empty_like(z), np.empty_like(z), np.full_like(z, 0.75)
    functions = in_place(activation, np.dtype(dtype))
    with np.errstate(over="ignore"):  # infinity on the way to 0
        run(functions.forward(z, a, spare) + functions.backward(z, a, spare, delta))
    with np.errstate(under="ignore"):
        assert_close(a, activation.function(z), 4)
        assert_close(delta, dtype(0.75) * activation.prime(z), 8)
    np.testing.assert_array_equal(z, kept)


OVER_Z = [f for f in ELEMENTWISE if not in_place(f, np.dtype("f8")).reads_z]


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("activation", OVER_Z, ids=repr)
def test_is_the_same_written_over_z_where_the_derivative_does_not_read_it(
    activation: Activation, dtype: Any
) -> None:
    functions = in_place(activation, np.dtype(dtype))
    results: list[list[Array]] = []
    for is_over in (False, True):
        z = everywhere(dtype)
        a = z if is_over else np.empty_like(z)
        spare, delta, unread = np.empty_like(z), np.ones_like(z), np.full_like(z, np.nan)
        with np.errstate(over="ignore"):
            run(functions.forward(z, a, spare) + functions.backward(unread, a, spare, delta))
        results.append([a, delta])
    np.testing.assert_array_equal(results[0], results[1])


def test_what_is_written_over_z() -> None:
    assert [f.name for f in OVER_Z] == ["sigmoid", "relu", "leaky_relu", "identity"]


def keeping(kept: list[Array], function: Callable[[Array], Array]) -> Any:
    """A function that keeps what it is given."""

    def keeps(z: Array, *more: Array) -> Array:
        kept.extend([z, *more])
        return function(z)

    return keeps


def test_own_functions_get_copies() -> None:
    kept: list[Array] = []
    own = Activation("own", keeping(kept, sigmoid), keeping(kept, sigmoid_prime))
    forward, backward, _ = in_place(own, np.dtype("f8"))
    z, a, spare, delta = np.array([[1.0, -2.0]]), *(np.ones((1, 2)) for _ in range(3))
    run(forward(z, a, spare) + backward(z, a, spare, delta))
    np.testing.assert_array_equal(a, sigmoid(z))
    np.testing.assert_array_equal(delta, sigmoid_prime(z))
    assert [np.shares_memory(array, z) for array in kept] == [False, False]


def test_own_costs_and_outputs_get_copies() -> None:
    kept: list[Array] = []
    own = Activation("own", keeping(kept, sigmoid), keeping(kept, sigmoid_prime))
    cost = Cost("own", keeping(kept, np.ravel), keeping(kept, np.ones_like))
    z, a, spare, y, delta = (np.full((1, 2), i / 8) for i in range(5))
    run(output_error_in_place(output_cost(own, cost), np.dtype("f8"))(z, a, spare, y, delta))
    np.testing.assert_array_equal(delta, sigmoid_prime(z))
    assert sum(np.array_equal(array, z) for array in kept) >= 2
    assert sum(np.array_equal(array, y) for array in kept) >= 1
    assert not any(np.shares_memory(array, given) for array in kept for given in (z, y))


def test_every_built_in_activation_is_written_for_buffers() -> None:
    names = {activation.name for activation in ELEMENTWISE}
    assert _BuiltIn(np.dtype("f8")).named().keys() == names


def test_own_functions_of_the_wrong_shape_are_refused() -> None:
    forward, backward, _ = in_place(
        Activation("flat", lambda z: z[0], lambda z: z[0]), np.dtype("f8")
    )
    buffers = [np.ones((1, 2)) for _ in range(4)]
    with pytest.raises(ValueError, match="`function` of Activation"):
        run(forward(*buffers[:3]))
    with pytest.raises(ValueError, match="`prime` of Activation"):
        run(backward(*buffers))


own_cost = Cost("signed", lambda a, y: (a - y).sum(axis=1), lambda a, y: a * 0 + y)
OUTPUTS: list[tuple[Any, Any]] = [
    ("sigmoid", "cross_entropy"),
    ("softmax", "cross_entropy"),
    ("softmax", "quadratic"),
    ("softplus", own_cost),
    *((activation.name, "quadratic") for activation in ELEMENTWISE),
]


@pytest.mark.parametrize(
    ("output", "cost", "function"),
    [
        ("sigmoid", "cross_entropy", "sigmoid_cross_entropy"),
        ("softmax", "cross_entropy", "softmax_cross_entropy"),
        ("sigmoid", "quadratic", "quadratic"),
        ("softmax", "quadratic", "textbook"),
        ("sigmoid", own_cost, "textbook"),
    ],
)
def test_which_output_errors_are_written_for_buffers(
    output: str, cost: Any, function: str
) -> None:
    joined = output_cost(ACTIVATIONS[output], cost)
    found: Any = output_error_in_place(joined, np.dtype("f8"))
    assert found.__name__ == function


def test_targets_that_sum_to_two_pull_twice_as_much() -> None:
    """Rows of targets sum to 1 but for rounding, and what is left counts."""
    z, y = np.array([[1.0, 2.0, 3.0]]), np.array([[0.5, 1.0, 0.5]])
    joined = output_cost(ACTIVATIONS["softmax"], "cross_entropy")
    a, spare, delta = (np.empty_like(z) for _ in range(3))
    run(output_error_in_place(joined, np.dtype("f8"))(z, a, spare, y, delta))
    np.testing.assert_allclose(delta, 2 * np.exp(z) / np.exp(z).sum() - y, rtol=1e-14)


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize(("output", "cost"), OUTPUTS)
def test_output_errors_equal_the_textbook(output: str, cost: Any, dtype: Any) -> None:
    rng = np.random.default_rng(0)
    z: Any = (30 * rng.normal(size=(500, 4))).astype(dtype)
    y: Any = rng.dirichlet(np.ones(4), 500).astype(dtype)
    joined = output_cost(ACTIVATIONS[output], cost)
    a, spare, delta = (np.empty_like(z) for _ in range(3))
    with np.errstate(over="ignore"):  # infinity on the way to 0
        run(output_error_in_place(joined, np.dtype(dtype))(z, a, spare, y, delta))
    theirs = np.asarray(joined.output_error(z, y))
    scale = np.maximum(1, abs(theirs)) if cost != "quadratic" else np.maximum(1, abs(z))
    assert (abs(delta - theirs) <= 8 * np.finfo(dtype).eps * scale).all()
