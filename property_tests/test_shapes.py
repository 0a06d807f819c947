"""The convention: one entry for each layer, and every shape follows from `sizes`."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import example, given
from strategies import Array, Case, cases, networks

from nncore import Network


def assert_shapes(name: str, arrays: list[Array], expected: list[tuple[int, ...]]) -> None:
    """Raise unless there is one array for each expected shape, and it has that shape."""
    __tracebackhide__ = True
    if len(arrays) != len(expected):
        msg = f"{name} has {len(arrays)} entries, but should have {len(expected)}"
        raise AssertionError(msg)
    for l, (array, shape) in enumerate(zip(arrays, expected, strict=True)):
        if array.shape != shape:
            msg = f"{name}[{l}] has shape {array.shape}, but should have {shape}"
            raise AssertionError(msg)


def weight_shapes(net: Network) -> list[tuple[int, ...]]:
    """Return the shapes of the weights: into layer l, from layer l - 1; from none into 0."""
    return list(zip(net.sizes, (0, *net.sizes), strict=False))


@given(net=networks())
def test_parameters_have_the_shapes_that_sizes_say(net: Network) -> None:
    """weights[l] is (sizes[l], sizes[l-1]), biases[l] is (sizes[l],), and layer 0 is empty."""
    assert net.num_layers == len(net.sizes), f"num_layers {net.num_layers}, sizes {net.sizes}"
    assert_shapes("weights", net.weights, weight_shapes(net))
    assert_shapes("biases", net.biases, [(0,), *((n,) for n in net.sizes[1:])])


@given(case=cases())
def test_gradient_has_the_shapes_of_the_parameters(case: Case) -> None:
    """nabla_w[l] has the shape of weights[l] and nabla_b[l] that of biases[l], layer 0 too."""
    gradient = case.net.backprop(case.x, case.y)
    assert_shapes("nabla_w", gradient.nabla_w, [w.shape for w in case.net.weights])
    assert_shapes("nabla_b", gradient.nabla_b, [b.shape for b in case.net.biases])


@given(case=cases())
def test_zs_have_the_shapes_of_biases_and_activations(case: Case) -> None:
    """For one example zs[l] has the shape of biases[l], and from l = 1 on of activations[l]."""
    forward = case.net.forward(case.x[0])
    assert_shapes("zs", forward.zs, [b.shape for b in case.net.biases])
    assert_shapes("activations", forward.activations, [(n,) for n in case.net.sizes])
    assert_shapes("zs[1:]", forward.zs[1:], [a.shape for a in forward.activations[1:]])


@given(case=cases())
def test_rows_of_a_forward_pass_are_examples(case: Case) -> None:
    """For a batch zs[l] and activations[l] are (batch, sizes[l]), and zs[0] is (batch, 0)."""
    forward, batch, sizes = case.net.forward(case.x), len(case.x), case.net.sizes
    assert_shapes("zs", forward.zs, [(batch, n) for n in (0, *sizes[1:])])
    assert_shapes("activations", forward.activations, [(batch, n) for n in sizes])
    assert np.array_equal(forward.activations[0], case.x), f"activations[0] is not x\n{case}"


def undecided() -> Case:
    """Return a case whose only output is exactly 1/2."""
    net = Network([1, 1], rng=0)
    net.weights[1][:] = 0
    return Case(net, np.ones((1, 1)), np.ones((1, 1)))


@given(case=cases())
@example(case=undecided())
def test_outputs_are_the_last_activations(case: Case) -> None:
    """`predict` returns activations[-1], and `classify` one label for each example."""
    last = case.net.forward(case.x).activations[-1]
    assert np.array_equal(case.net.predict(case.x), last), (
        f"predict is not activations[-1]\n{case}"
    )
    labels: Any = case.net.classify(case.x)
    expected = np.where(last[:, 0] >= 0.5, 1, 0) if last.shape[1] == 1 else last.argmax(axis=1)
    assert labels.tolist() == expected.tolist(), f"classify is {labels}, not {expected}\n{case}"
    accuracy = case.net.accuracy(case.x, labels)
    assert accuracy == 1, f"accuracy of its own labels is {accuracy}\n{case}"


@given(case=cases())
def test_an_example_alone_is_a_batch_of_one(case: Case) -> None:
    """A vector gives, to the last bit, what a batch of one gives, as vectors."""
    net, x, y = case.net, case.x[0], case.y[0]
    alone, batch = net.forward(x), net.forward(x[np.newaxis])
    for name, vectors, matrices in zip(alone._fields, alone, batch, strict=True):
        for l, (vector, matrix) in enumerate(zip(vectors, matrices, strict=True)):
            is_same = vector.tobytes() == matrix.tobytes() and matrix.shape == (
                1,
                *vector.shape,
            )
            assert is_same, (
                f"{name}[{l}] is {vector}, but should be the row of {matrix}\n{case}"
            )
    cost, expected = net.cost(x, y), net.cost(x[np.newaxis], y[np.newaxis])
    assert cost == expected, f"cost is {cost}, but should be {expected}\n{case}"
