"""The built-in activations in buffers: equal to the textbook to a few ulp, everywhere."""

from typing import Any

import numpy as np
import pytest

from nncore import Activation, Cost
from nncore.activations import ACTIVATIONS, sigmoid, sigmoid_prime
from nncore.arrays import Array
from nncore.costs import output_cost
from nncore.inplace import in_place, output_error_in_place

ELEMENTWISE = [activation for name, activation in ACTIVATIONS.items() if name != "softmax"]
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
        functions.forward(z, a, spare)
        functions.backward(z, a, spare, delta)
    with np.errstate(under="ignore"):
        assert_close(a, activation.function(z), 4)
        assert_close(delta, dtype(0.75) * activation.prime(z), 8)
    np.testing.assert_array_equal(z, kept)


def test_own_functions_get_copies() -> None:
    kept: list[Array] = []

    def function(z: Array) -> Array:
        kept.append(z)
        return sigmoid(z)

    forward, backward = in_place(Activation("own", function, sigmoid_prime), np.dtype("f8"))
    z, a, spare, delta = np.array([[1.0, -2.0]]), *(np.ones((1, 2)) for _ in range(3))
    forward(z, a, spare)
    backward(z, a, spare, delta)
    np.testing.assert_array_equal(a, sigmoid(z))
    np.testing.assert_array_equal(delta, sigmoid_prime(z))
    assert not np.shares_memory(kept[0], z)


def test_own_functions_of_the_wrong_shape_are_refused() -> None:
    forward, backward = in_place(
        Activation("flat", lambda z: z[0], lambda z: z[0]), np.dtype("f8")
    )
    buffers = [np.ones((1, 2)) for _ in range(4)]
    with pytest.raises(ValueError, match="`function` of Activation"):
        forward(*buffers[:3])
    with pytest.raises(ValueError, match="`prime` of Activation"):
        backward(*buffers)


own_cost = Cost("signed", lambda a, y: (a - y).sum(axis=1), lambda a, y: a * 0 + y)
OUTPUTS: list[tuple[Any, Any]] = [
    ("sigmoid", "cross_entropy"),
    ("softmax", "cross_entropy"),
    ("softmax", "quadratic"),
    ("softplus", own_cost),
    *((activation.name, "quadratic") for activation in ELEMENTWISE),
]


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize(("output", "cost"), OUTPUTS)
def test_output_errors_equal_the_textbook(output: str, cost: Any, dtype: Any) -> None:
    rng = np.random.default_rng(0)
    z: Any = (30 * rng.normal(size=(500, 4))).astype(dtype)
    y: Any = rng.dirichlet(np.ones(4), 500).astype(dtype)
    joined = output_cost(ACTIVATIONS[output], cost)
    a, spare, delta = (np.empty_like(z) for _ in range(3))
    with np.errstate(over="ignore"):  # infinity on the way to 0
        output_error_in_place(joined, np.dtype(dtype))(z, a, spare, y, delta)
    theirs = np.asarray(joined.output_error(z, y))
    scale = np.maximum(1, abs(theirs)) if cost != "quadratic" else np.maximum(1, abs(z))
    assert (abs(delta - theirs) <= 8 * np.finfo(dtype).eps * scale).all()
