"""
What both type checkers say about dimensions; nothing here runs.

Each ignore names the error that must stand on its line: one that is not needed is an error by
itself, so that a proof which no longer holds fails the check.
"""
# pyright: reportUnusedExpression=false

from collections.abc import Sequence
from typing import Any, TypeVar, assert_type

import numpy as np
import numpy.typing as npt

import nncore
from nncore import Column, Matrix, Vector
from nncore.arrays import (
    Array,
    Array1D,
    Array2D,
    Scalar,
    Size,
    Width,
    as_array,
    as_matrix,
    as_vector,
    elementwise,
)
from nncore.backprop import backprop, forward
from nncore.costs import OutputCost
from nncore.kernels import (
    bias_gradient,
    layer_error,
    layer_forward,
    output_error,
    weight_gradient,
)

B = TypeVar("B", bound=int)
K = TypeVar("K", bound=int)
M = TypeVar("M", bound=int)
N = TypeVar("N", bound=int)

Floats = npt.NDArray[np.float64]


# --- operators carry dimensions ---------------------------------------------------------------


def matrices(z: Matrix[M, N], w: Matrix[N, K], v: Vector[N], c: Column[M]) -> None:
    assert_type(z.T, Matrix[N, M])
    assert_type(z @ w, Matrix[M, K])
    assert_type(w.T @ z.T, Matrix[K, M])
    assert_type(z @ v, Vector[M])
    assert_type(v @ w, Vector[K])
    assert_type(v @ v, Scalar)
    assert_type(z + v, Matrix[M, N])
    assert_type(v + z, Matrix[M, N])
    assert_type(1 - z, Matrix[M, N])
    assert_type(z / c - c * z, Matrix[M, N])
    assert_type(c - z, Matrix[M, N])
    assert_type(z / z.shape[0], Matrix[M, N])
    assert_type(z.shape, tuple[Size[M], Size[N]])
    assert_type(z.sum(), Scalar)
    assert_type(z.sum(axis=0), Vector[N])
    assert_type(z.sum(axis=1), Vector[M])
    assert_type(z.sum(axis=1, keepdims=True), Column[M])
    assert_type(elementwise(np.tanh)(z), Matrix[M, N])
    assert_type(elementwise(np.tanh)(c), Column[M])
    assert_type(as_array(z), Array)


def no_matrices(z: Matrix[M, N], w: Matrix[N, K], v: Vector[N], c: Column[M]) -> None:
    z @ w.T  # type: ignore[operator]  # pyright: ignore[reportOperatorIssue]
    w @ z  # type: ignore[operator]  # pyright: ignore[reportOperatorIssue]
    z * w  # type: ignore[operator]  # pyright: ignore[reportOperatorIssue]
    z + z.T  # type: ignore[operator]  # pyright: ignore[reportOperatorIssue]
    z.T + v  # type: ignore[operator]  # pyright: ignore[reportOperatorIssue]
    w + v  # type: ignore[operator]  # pyright: ignore[reportOperatorIssue]
    z - v  # type: ignore[operator]  # pyright: ignore[reportOperatorIssue]
    z + c  # type: ignore[operator]  # pyright: ignore[reportOperatorIssue]
    z.T / c  # type: ignore[operator]  # pyright: ignore[reportOperatorIssue]
    z / z.sum(axis=1)  # type: ignore[operator]  # pyright: ignore[reportOperatorIssue]
    z / z.shape[1]  # type: ignore[operator]  # pyright: ignore[reportOperatorIssue]
    z.sum(axis=2)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue, reportArgumentType]
    z.mean()  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
    np.matmul(z, w)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]


# --- the kernels are generic in batch and widths ----------------------------------------------


def kernels(
    w: Matrix[N, K], b: Vector[N], a_prev: Matrix[B, K], cost: OutputCost, y: Matrix[B, N]
) -> None:
    z = layer_forward(w, b, a_prev)
    assert_type(z, Matrix[B, N])
    delta = output_error(cost, z, y)
    assert_type(delta, Matrix[B, N])
    assert_type(bias_gradient(delta), Vector[N])
    assert_type(weight_gradient(delta, a_prev), Matrix[N, K])

    layer_forward(w.T, b, a_prev)  # type: ignore[misc]  # pyright: ignore[reportArgumentType]
    layer_forward(w, b, z)  # type: ignore[misc]  # pyright: ignore[reportArgumentType]
    output_error(cost, z, y.T)  # type: ignore[misc]  # pyright: ignore[reportArgumentType]
    weight_gradient(delta, a_prev.T)  # type: ignore[misc]  # pyright: ignore[reportArgumentType]


def layers(
    w_next: Matrix[M, N],
    hidden: nncore.Activation,
    z: Matrix[B, N],
    delta_next: Matrix[B, M],
    z_next: Matrix[B, M],
) -> Matrix[B, N]:
    layer_error(w_next, delta_next, hidden.slope(z_next))  # type: ignore[misc]  # pyright: ignore[reportArgumentType]
    layer_error(w_next, z, hidden.slope(z))  # type: ignore[misc]  # pyright: ignore[reportArgumentType]
    return layer_error(w_next, delta_next, hidden.slope(z))


# --- lists of layers: widths are no batches, but which width is not proved --------------------


def lists(
    weights: Sequence[Matrix[Width, Width]],
    biases: Sequence[Vector[Width]],
    x: Matrix[B, Width],
    y: Matrix[B, Width],
    hidden: nncore.Activation,
    cost: OutputCost,
) -> None:
    forward_pass = forward(weights, biases, x, hidden, cost)
    assert_type(backprop(weights, forward_pass, y, hidden, cost, 0), nncore.Gradient)
    z = layer_forward(weights[1], biases[1], x)
    assert_type(z, Matrix[B, Width])
    layer_error(z, weights[1], hidden.slope(z))  # type: ignore[misc]  # pyright: ignore[reportArgumentType]
    forward(weights, biases, x.T, hidden, cost)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    # An index that is wrong is not seen: a network checks the shapes when it runs.
    layer_forward(weights[2], biases[1], x)


# --- doors and the public surface -------------------------------------------------------------


def doors(array: Floats, z: Matrix[M, N]) -> None:
    assert_type(as_matrix(array), Matrix[Any, Any])
    assert_type(as_vector(array), Vector[Any])
    layer_forward(array, array, array)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    nncore.Network([2, 1]).predict(z)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def network(x: Floats, y: Floats) -> None:
    net = nncore.Network([2, 3, 1], rng=0)
    assert_type(net.sizes, tuple[int, ...])
    assert_type(net.weights, list[Array2D])
    assert_type(net.biases, list[Array1D])
    assert_type(net.forward(x).zs, list[Array])
    assert_type(net.backprop(x, y).nabla_w, list[Array2D])
    assert_type(net.backprop(x, y).nabla_b, list[Array1D])
    net.weights[1] = np.zeros((3, 2))
    net.weights[1] = x
    net.weights[1] = np.zeros(3)  # type: ignore[assignment]  # pyright: ignore[reportCallIssue, reportArgumentType]
    column = np.zeros((3, 1))
    net.biases[1] = column  # type: ignore[assignment]  # pyright: ignore[reportCallIssue, reportArgumentType]
    nncore.Network(2, 3, 1)  # type: ignore[call-arg, arg-type]  # pyright: ignore[reportCallIssue]
    nncore.Network([2, 3, 1], hidden=3)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    net.predict("x", "y")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
