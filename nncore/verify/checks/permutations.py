"""What may change places: examples, inputs, hidden units; and what a batch is made of."""

from __future__ import annotations

import numpy as np

from ..case import Array, Case, Parameters
from ..comparing import assert_gradients, is_finite, together, without_penalty
from ..declared import Declared
from ..failure import Failure, assert_close
from ..rearranging import permuted
from ..registry import check
from ..subject import Subject
from ..tolerance import Bounds, gradient_bounds, output_bound

__all__: list[str] = []

ORDINARY = ("grid", "normal", "zeros", "ties")
OUTPUTS = {"parameters", "outputs"}
GRADIENT = {"parameters", "gradient"}


@check(needs=OUTPUTS, group="metamorphic", regimes=ORDINARY, min_layers=3)
def hidden_units_may_change_places(net: Subject, case: Case) -> None:
    """
    Hidden units in another order leave the outputs, and the gradient follows the units.

    C. Murphy, G. Kaiser, L. Hu, L. Wu, "Properties of machine learning applications for use in
    metamorphic testing", SEKE 2008: a permutative relation.
    """
    rng = case.rng()
    orders = [rng.permutation(n) for n in case.sizes]
    orders[0], orders[-1] = np.arange(case.sizes[0]), np.arange(case.sizes[-1])
    _compare_permuted(net, case, orders)


@check(needs=OUTPUTS, group="metamorphic", regimes=ORDINARY)
def inputs_may_change_places(net: Subject, case: Case) -> None:
    """
    Inputs in another order, with their weights, leave the outputs, and the gradient follows.

    C. Murphy, G. Kaiser, L. Hu, L. Wu, SEKE 2008.
    """
    orders = [np.arange(n) for n in case.sizes]
    orders[0] = case.rng().permutation(case.sizes[0])
    _compare_permuted(net, case, orders)


def _compare_permuted(net: Subject, case: Case, orders: list[Array]) -> None:
    """Raise unless a network with its units in other places computes the same."""
    __tracebackhide__ = True
    other = net.another(permuted(net.parameters(), orders))
    x = case.x[:, orders[0]]
    outputs = net.predict(case.x)
    if is_finite(outputs):
        got = other.predict(x)
        assert_close("the output", got, outputs, 2 * output_bound(net, case.x))
    if "gradient" in net.traits.offers:
        expected = net.gradient(case.x, case.y)
        if is_finite(expected):
            bounds = _times(2, gradient_bounds(net, case.x, case.y))
            assert_gradients(other.gradient(x, case.y), permuted(expected, orders), bounds)


@check(needs=OUTPUTS, group="metamorphic", regimes=ORDINARY, min_batch=2)
def examples_may_change_places(net: Subject, case: Case) -> None:
    """
    Outputs follow their examples into another order, and the gradient stays as it is.

    Examples of a batch do not see each other. C. Murphy, G. Kaiser, L. Hu, L. Wu, SEKE 2008.
    """
    order = case.rng().permutation(case.batch)
    outputs = net.predict(case.x).copy()
    if is_finite(outputs):
        bound = 2 * output_bound(net, case.x)
        assert_close("the output", net.predict(case.x[order]), outputs[order], bound)
    if "gradient" in net.traits.offers:
        expected = net.gradient(case.x, case.y).copy()
        if is_finite(expected):
            bounds = _times(2, gradient_bounds(net, case.x, case.y))
            assert_gradients(net.gradient(case.x[order], case.y[order]), expected, bounds)


@check(needs=OUTPUTS, group="metamorphic", regimes=ORDINARY, min_batch=2)
def outputs_of_a_batch_are_those_of_its_examples(net: Subject, case: Case) -> None:
    """
    The outputs of an example are the same alone and in a batch.

    Nothing leaks from one example to another, as it does by statistics of the batch.
    """
    outputs = net.predict(case.x).copy()
    if not is_finite(outputs):
        return
    alone = np.concatenate([net.predict(case.x[i : i + 1]).copy() for i in range(case.batch)])
    assert_close("the output", outputs, alone, 2 * output_bound(net, case.x))


@check(needs=GRADIENT, group="metamorphic", regimes=ORDINARY, min_batch=2)
def batch_gradient_adds_up(net: Subject, case: Case) -> None:
    """
    The gradient of a batch is the mean, or the sum, of the gradients of its examples.

    The adapter's `reduction` says which of them. A penalty may be in the gradient of each
    batch, of any size.
    """
    got = net.gradient(case.x, case.y).copy()
    pairs = [(case.x[i : i + 1], case.y[i : i + 1]) for i in range(case.batch)]
    singles = [net.gradient(x, y).copy() for x, y in pairs]
    if not is_finite(got, *singles):
        return
    is_mean = net.adapter.reduction == "mean"
    expected = together([(1 / case.batch if is_mean else 1.0, each) for each in singles])
    bounds = gradient_bounds(net, case.x, case.y)
    for x, y in pairs:  # singles may be larger than what is left of their sum
        bounds = _sum(bounds, gradient_bounds(net, x, y))
    _assert_up_to_penalty(net, got, expected, _times(2, bounds))


@check(needs=GRADIENT, group="metamorphic", regimes=ORDINARY)
def duplicated_batch_has_the_same_gradient(net: Subject, case: Case) -> None:
    """Every example twice: the mean gradient is the same, a sum is doubled."""
    expected = net.gradient(case.x, case.y).copy()
    x, y = np.concatenate([case.x, case.x]), np.concatenate([case.y, case.y])
    got = net.gradient(x, y)
    if not is_finite(expected):
        return
    factor = 1 if net.adapter.reduction == "mean" else 2
    bounds = _sum(gradient_bounds(net, case.x, case.y), gradient_bounds(net, x, y))
    _assert_up_to_penalty(net, got, together([(factor, expected)]), _times(2, bounds))


@check(
    needs=GRADIENT | {"declared cost", "hidden", "output"},
    group="metamorphic",
    regimes=ORDINARY,
)
def gradient_is_linear_in_the_targets(net: Subject, case: Case) -> None:
    """
    Half way between two sets of targets, the gradient is half way between two gradients.

    Quadratic cost and cross entropy are of the form c(z) - y g(z) + d(y), so that the output
    error is linear in y.
    """
    Declared.of(net.adapter)
    other = np.roll(case.y, 1, axis=1)[::-1].copy()
    ends = [net.gradient(case.x, y).copy() for y in (case.y, other)]
    middle = net.gradient(case.x, (case.y + other) / 2)
    if not is_finite(*ends):
        return
    bounds = _sum(*(gradient_bounds(net, case.x, y) for y in (case.y, other)))
    expected = together([(0.5, ends[0]), (0.5, ends[1])])
    assert_gradients(middle, expected, _times(2, bounds))


def _assert_up_to_penalty(
    net: Subject, got: Parameters, expected: Parameters, bounds: Bounds
) -> None:
    """Raise unless two gradients agree, but for a penalty that stays as it is in any batch."""
    __tracebackhide__ = True
    l2 = net.adapter.declares.get("l2")
    is_mean = net.adapter.reduction == "mean"
    if l2 == 0 or (l2 is not None and is_mean):
        assert_gradients(got, expected, bounds)
        return
    try:
        assert_gradients(got, expected, bounds)
    except Failure:
        # Of sums the expected one has more penalties, of means divided by the batch fewer.
        pairs = [(got, expected), (expected, got)]
        for more, less in pairs:
            try:
                assert_gradients(without_penalty(more, less, net.parameters()), less, bounds)
            except Failure:
                continue
            return
        raise


def _times(factor: float, bounds: Bounds) -> Bounds:
    """Return multiples of bounds."""
    return [(factor * w, factor * b) for w, b in bounds]


def _sum(first: Bounds, second: Bounds) -> Bounds:
    """Return sums of bounds."""
    return [(w + v, b + c) for (w, b), (v, c) in zip(first, second, strict=True)]
