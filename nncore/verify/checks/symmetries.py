"""Symmetries of outputs and cost: signs, shifts, sums, and what is never negative."""

from __future__ import annotations

import numpy as np

from ..case import Array, Case, Parameters
from ..comparing import is_finite
from ..failure import assert_close, fail
from ..registry import SkipCheck, check
from ..rounding import EPSILON
from ..subject import Subject
from ..tolerance import cost_bound, gradient_bounds, output_bound

__all__: list[str] = []

ORDINARY = ("grid", "normal", "zeros", "ties")
OUTPUT = {"parameters", "outputs", "output"}
# Small enough that a softmax without care for overflow survives it.
SHIFT = 2.0


@check(needs=OUTPUT, group="metamorphic", regimes=ORDINARY)
def outputs_follow_the_sign(net: Subject, case: Case) -> None:
    """
    With the signs of all last weights and biases changed, the outputs are mirrored.

    sigma(-z) = 1 - sigma(z), and tanh and identity are odd.
    """
    center = {"sigmoid": 1.0, "tanh": 0.0, "identity": 0.0}.get(_output(net))
    if center is None:
        msg = f"{_output(net)} outputs have no such symmetry"
        raise SkipCheck(msg)
    p = net.parameters()
    weights, biases = [*p.weights[:-1], -p.weights[-1]], [*p.biases[:-1], -p.biases[-1]]
    other = net.another(Parameters(p.sizes, weights, biases))
    outputs, mirrored = net.predict(case.x), other.predict(case.x)
    if is_finite(outputs):
        bound = 2 * output_bound(net, case.x)
        assert_close("the mirrored output", mirrored, center - outputs, bound)


@check(needs=OUTPUT, group="metamorphic", regimes=ORDINARY)
def softmax_outputs_are_distributions(net: Subject, case: Case) -> None:
    """
    Softmax outputs are not negative, and those of each example sum to 1.

    J. Bridle, "Probabilistic interpretation of feedforward classification network outputs",
    Neurocomputing, Springer 1990.
    """
    outputs = _softmax(net, case)
    if is_finite(outputs):
        if (outputs < 0).any():
            fail(f"an output is negative: {float(outputs.min())!r}")
        bound = 2 * output_bound(net, case.x) * case.sizes[-1]
        sums = outputs.astype(float).sum(axis=1)
        assert_close("the sum of the outputs of example ", sums, np.ones(case.batch), bound)


@check(needs=OUTPUT, group="metamorphic", regimes=ORDINARY)
def softmax_shift_changes_nothing(net: Subject, case: Case) -> None:
    """The same number added to all weighted inputs of a softmax changes no output."""
    outputs, p = _softmax(net, case), net.parameters()
    other = net.another(Parameters(p.sizes, p.weights, [*p.biases[:-1], p.biases[-1] + SHIFT]))
    shifted = other.predict(case.x)
    # What overflows by the shift is a matter for the laws of numerics.
    if is_finite(outputs, shifted):
        bound = 2 * output_bound(net, case.x) + 2 * output_bound(other, case.x)
        assert_close("the output", shifted, outputs, bound)


@check(needs=OUTPUT | {"gradient"}, group="metamorphic", regimes=ORDINARY)
def softmax_errors_sum_to_zero(net: Subject, case: Case) -> None:
    """
    The gradient by the output biases of a softmax sums to 0, whatever the cost.

    A shift of all weighted inputs changes no output, so the cost has no slope along it.
    """
    _softmax(net, case)
    errors = net.gradient(case.x, case.y).biases[-1].astype(float)
    if is_finite(errors):
        bound = len(errors) * gradient_bounds(net, case.x, case.y)[-1][1]
        assert_close("the sum of the gradient of the output biases", errors.sum(), 0.0, bound)


@check(needs={"parameters", "outputs", "cost", "declared cost"}, group="metamorphic")
def cost_is_not_negative(net: Subject, case: Case) -> None:
    """Neither a sum of squares nor a cross entropy is negative, nor is a penalty."""
    cost = np.asarray(net.cost(case.x, case.y), float)
    if not cost < 0:
        return
    # Of a constant inside the logarithm, each output may add as much.
    allowed = cost_bound(net, case.x, case.y) + 2 * EPSILON * case.y.size
    if cost < -allowed:
        fail(f"the cost is {float(cost):.9g}, but cannot be negative")


@check(
    needs={"parameters", "outputs", "cost"}, group="metamorphic", regimes=ORDINARY, min_batch=2
)
def batch_cost_adds_up(net: Subject, case: Case) -> None:
    """
    The cost of a batch is the mean, or the sum, of the costs of its examples.

    A penalty may be in the cost of each batch, so batches of one size are compared: one with
    its first example twice, and one with its second twice, together make two of the whole.
    """
    first, second = np.arange(case.batch), np.arange(case.batch)
    first[1], second[0] = 0, 1
    whole = _cost(net, case.x, case.y)
    twice = [_cost(net, case.x[order], case.y[order]) for order in (first, second)]
    if not is_finite(np.array([whole, *twice])):
        return
    bound = 4 * cost_bound(net, case.x, case.y)
    bound += 2 * sum(cost_bound(net, case.x[order], case.y[order]) for order in (first, second))
    assert_close("twice the cost of the batch", 2 * whole, sum(twice), bound)
    if net.adapter.declares.get("l2") == 0:
        pairs = [(case.x[i : i + 1], case.y[i : i + 1]) for i in range(case.batch)]
        total = sum(_cost(net, x, y) for x, y in pairs)
        is_mean = net.adapter.reduction == "mean"
        bound += 2 * sum(cost_bound(net, x, y) for x, y in pairs)
        assert_close("the cost", whole, total / case.batch if is_mean else total, bound)


def _cost(net: Subject, x: Array, y: Array) -> float:
    """Return the user's cost as a float."""
    return float(np.asarray(net.cost(x, y), float))


def _output(net: Subject) -> str:
    """Return the declared activation of the outputs."""
    return str(net.adapter.declares["output"])


def _softmax(net: Subject, case: Case) -> Array:
    """Return the outputs of a softmax; skip the law for others."""
    if _output(net) != "softmax":
        msg = f"outputs are {_output(net)}, no softmax"
        raise SkipCheck(msg)
    return net.predict(case.x)
