"""
What may be rearranged: examples, batches, hidden units.

Each law is tried on floats, where it holds up to the rounding of two evaluations, and on
rationals, where it holds with ``==``.
"""

from __future__ import annotations

import numpy as np
from comparisons import assert_close
from exact import exact_cases
from hypothesis import given
from hypothesis import strategies as st
from rounding import rounding
from strategies import Array, Case, cases

from nncore import Gradient


def assert_gradient(got: Gradient, expected: Gradient, case: Case, times: float = 2) -> None:
    """Raise unless two gradients agree up to so many times the rounding of one."""
    __tracebackhide__ = True
    bounds = rounding(case)
    for l in range(1, case.net.num_layers):
        bound_w, bound_b = times * bounds.nabla_w[l], times * bounds.nabla_b[l]
        assert_close(f"nabla_w[{l}]", got.nabla_w[l], expected.nabla_w[l], bound_w, case)
        assert_close(f"nabla_b[{l}]", got.nabla_b[l], expected.nabla_b[l], bound_b, case)


@given(case=st.one_of(cases(), exact_cases()))
def test_batch_gradient_is_the_mean_of_single_gradients(case: Case) -> None:
    """The gradient of a batch is the mean of the gradients of its examples."""
    net, x, y = case
    singles = [net.backprop(x[i], y[i]) for i in range(len(x))]
    mean = Gradient(
        *(
            [np.asarray(sum(layer) / len(x)) for layer in zip(*lists, strict=True)]
            for lists in zip(*singles, strict=True)
        )
    )
    # A mean of single gradients rounds each of them, and then their sum.
    assert_gradient(net.backprop(x, y), mean, case, times=4)


@given(case=st.one_of(cases(), exact_cases()), data=st.data())
def test_order_of_examples_changes_nothing(case: Case, data: st.DataObject) -> None:
    """Activations follow their examples; the gradient of the batch stays as it is."""
    net, x, y = case
    order = data.draw(st.permutations(range(len(x))), label="order")
    got, expected, bounds = net.forward(x[order]), net.forward(x), rounding(case)
    for l in range(1, net.num_layers):
        bound = 2 * bounds.activations[l][order]
        assert_close(
            f"activations[{l}]", got.activations[l], expected.activations[l][order], bound, case
        )
    assert_gradient(net.backprop(x[order], y[order]), net.backprop(x, y), case)


@given(case=st.one_of(cases(min_layers=3), exact_cases()), data=st.data())
def test_order_of_hidden_units_changes_nothing(case: Case, data: st.DataObject) -> None:
    """Hidden units may change places: outputs stay, and the gradient follows the units."""
    net, x, y = case
    bounds, outputs, expected = rounding(case), net.predict(x), net.backprop(x, y)
    orders = [list(range(n)) for n in net.sizes]
    for l in range(1, net.num_layers - 1):
        orders[l] = data.draw(st.permutations(orders[l]), label=f"order of layer {l}")

    def rearranged(
        matrices: list[Array], vectors: list[Array]
    ) -> tuple[list[Array], list[Array]]:
        pairs = zip(matrices[1:], orders[1:], orders, strict=False)
        w = [matrix[np.ix_(row, column)] for matrix, row, column in pairs]
        b = [vector[row] for vector, row in zip(vectors[1:], orders[1:], strict=True)]
        return [matrices[0], *w], [vectors[0], *b]

    net.weights, net.biases = rearranged(net.weights, net.biases)
    assert_close("predict(x)", net.predict(x), outputs, 2 * bounds.activations[-1], case)
    assert_gradient(net.backprop(x, y), Gradient(*rearranged(*expected)), case)
