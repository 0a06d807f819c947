"""The kernels, those that write into buffers against loops at pairwise distinct sizes."""

import warnings
from typing import Any

import numpy as np
import pytest

from nncore.arrays import Writes, as_array, as_matrix, as_vector, run
from nncore.buffers import Order
from nncore.kernels import (
    bias_gradient,
    bias_gradient_into,
    catch_up_into,
    error_into,
    forward_into,
    forward_spread_into,
    layer_error,
    layer_forward,
    overlap_into,
    weight_gradient,
    weight_gradient_into,
)

RNG = np.random.default_rng(0)
#: B examples, K neurons in the layer before, N in this layer, M in the next.
B, K, N, M = 5, 2, 3, 4


def spread(w_t: Any, b: Any, a_prev: Any, z: Any) -> Writes:
    return forward_spread_into(w_t, b, a_prev, np.empty_like(z), z)


FORWARD: list[Any] = [forward_into, spread]


@pytest.mark.parametrize("forward", FORWARD)
def test_forward(forward: Any) -> None:
    w, b, a_prev = RNG.normal(size=(N, K)), RNG.normal(size=N), RNG.normal(size=(B, K))
    z = np.full((B, N), np.nan)
    run(forward(w.T, b, a_prev, z))
    for i, j in np.ndindex(B, N):
        expected = sum(w[j, k] * a_prev[i, k] for k in range(K)) + b[j]
        np.testing.assert_allclose(z[i, j], expected, rtol=1e-14)


def test_error() -> None:
    w_next, delta_next = RNG.normal(size=(M, N)), RNG.normal(size=(B, M))
    delta = np.full((B, N), np.nan)
    run(error_into(as_matrix(w_next), as_matrix(delta_next), as_matrix(delta)))
    for i, j in np.ndindex(B, N):
        expected = sum(w_next[m, j] * delta_next[i, m] for m in range(M))
        np.testing.assert_allclose(delta[i, j], expected, rtol=1e-13)


def test_bias_gradient() -> None:
    delta, nabla_b = RNG.normal(size=(B, N)), np.full(N, np.nan)
    run(bias_gradient_into(as_vector(np.ones(B)), as_matrix(delta), as_vector(nabla_b)))
    for j in range(N):
        np.testing.assert_allclose(nabla_b[j], sum(delta[:, j]), rtol=1e-13)


def test_weight_gradient() -> None:
    delta, a_prev = RNG.normal(size=(B, N)), RNG.normal(size=(B, K))
    nabla_w = np.full((N, K), np.nan)
    run(weight_gradient_into(as_matrix(delta.T), as_matrix(a_prev), as_matrix(nabla_w)))
    for j, k in np.ndindex(N, K):
        expected = sum(delta[i, j] * a_prev[i, k] for i in range(B))
        np.testing.assert_allclose(nabla_w[j, k], expected, rtol=1e-13)


@pytest.mark.parametrize("forward", FORWARD)
@pytest.mark.parametrize("order", ["C", "F"])
def test_what_writes_reads_the_arrays_as_they_are_when_it_is_called(
    forward: Any, order: Order
) -> None:
    w, b, a_prev = RNG.normal(size=(N, K)), RNG.normal(size=N), RNG.normal(size=(B, K))
    z: Any = np.full((B, N), np.nan, order=order)
    writes = forward(w.T, b, a_prev, z)
    assert np.isnan(z).all()
    for _ in range(2):
        w *= 2
        b += 1
        a_prev -= 1
        run(writes)
        np.testing.assert_allclose(z, a_prev @ w.T + b, rtol=1e-13)


def test_the_gradient_of_a_bias_is_the_sum_over_the_batch() -> None:
    delta = RNG.normal(size=(B, N))
    np.testing.assert_array_equal(as_array(bias_gradient(as_matrix(delta))), sum(delta))


def test_overlap() -> None:
    a, overlap = RNG.normal(size=(B, K)), np.full((B, B), np.nan)
    run(overlap_into(as_matrix(a), as_matrix(a.T), as_matrix(overlap)))
    for i, j in np.ndindex(B, B):
        np.testing.assert_allclose(overlap[i, j], sum(a[i] * a[j]) + 1, rtol=1e-13)


def test_catching_up_is_the_product_after_the_steps() -> None:
    w, b, a_prev = RNG.normal(size=(N, K)), RNG.normal(size=N), RNG.normal(size=(B, K))
    earlier, a_earlier = RNG.normal(size=(M, N)), RNG.normal(size=(M, K))
    z = a_prev @ w.T + b
    overlap, change = a_prev @ a_earlier.T + 1, np.full((B, N), np.nan)
    run(catch_up_into(*map(as_matrix, (overlap, earlier, change, z))))
    moved_w, moved_b = w - earlier.T @ a_earlier, b - earlier.sum(axis=0)
    np.testing.assert_allclose(z, a_prev @ moved_w.T + moved_b, rtol=1e-12)


def test_products_leave_invalid_operations_to_whoever_sees_the_result() -> None:
    infinite, none = as_matrix(np.full((1, 1), np.inf)), as_matrix(np.zeros((1, 1)))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        layer_forward(none, as_vector(np.zeros(1)), infinite)
        layer_error(none, infinite, none)
        weight_gradient(none, infinite)
    with pytest.warns(RuntimeWarning, match="overflow"):
        layer_forward(
            as_matrix(np.full((1, 2), 1e308)),
            as_vector(np.zeros(1)),
            as_matrix(np.full((1, 2), 10.0)),
        )
