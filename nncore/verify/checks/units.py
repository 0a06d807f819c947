"""Units and layers that may be split, left out, scaled, or put in without any effect."""

from __future__ import annotations

import numpy as np

from ..case import Array, Case, Parameters
from ..comparing import assert_gradients, is_finite
from ..failure import assert_close, fail
from ..rearranging import (
    composed,
    scaled_unit,
    split_unit,
    with_layer,
    without_outgoing,
    without_unit,
)
from ..registry import SkipCheck, check
from ..subject import Subject
from ..tolerance import gradient_bounds, output_bound

__all__: list[str] = []

ORDINARY = ("grid", "normal", "zeros", "ties")
OUTPUTS = {"parameters", "outputs"}
HIDDEN = OUTPUTS | {"hidden"}


@check(needs=OUTPUTS, group="metamorphic", regimes=ORDINARY, min_layers=3, max_width=5)
def split_unit_changes_nothing(net: Subject, case: Case) -> None:
    """
    A hidden unit split in two with half of its outgoing weights each leaves the outputs.

    The gradient by its incoming weights is split in halves, that by its outgoing weights is the
    same for both. T. Chen, I. Goodfellow, J. Shlens, "Net2Net", ICLR 2016 (Net2WiderNet).
    """
    l, j = _unit(case)
    other = net.another(split_unit(net.parameters(), l, j))
    _compare_outputs(net, other, case)
    if "gradient" not in net.traits.offers or net.adapter.declares.get("l2") != 0:
        return  # a penalty on halves is not half of a penalty
    expected, got = net.gradient(case.x, case.y), other.gradient(case.x, case.y)
    if not is_finite(expected):
        return
    merged = without_unit(got, l, case.sizes[l])
    merged.weights[l][j] += got.weights[l][-1]
    merged.biases[l][j] += got.biases[l][-1]
    bounds = [(4 * w, 4 * b) for w, b in gradient_bounds(net, case.x, case.y)]
    assert_gradients(merged, expected, bounds, name="halves added")
    mine, copied = got.weights[l + 1][:, j], got.weights[l + 1][:, -1]
    bound = bounds[l + 1][0]
    assert_close(f"the gradient of outgoing weights[{l + 1}] of the copy", copied, mine, bound)


@check(needs=OUTPUTS, group="metamorphic", regimes=ORDINARY, min_layers=3, min_width=2)
def unit_without_outgoing_weights_may_be_left_out(net: Subject, case: Case) -> None:
    """A hidden unit from which no weight leads on changes no output."""
    l, j = _unit(case)
    p = without_outgoing(net.parameters(), l, j)
    _compare_outputs(net.another(p), net.another(without_unit(p, l, j)), case)


@check(needs=OUTPUTS, group="metamorphic", regimes=ORDINARY)
def zero_weights_leave_the_biases(net: Subject, case: Case) -> None:
    """
    With weights of zero every example has the same outputs, and no earlier gradient.

    The outputs depend on the last biases alone, so the gradient by all earlier layers is 0.
    """
    p = net.parameters()
    zero = Parameters(p.sizes, [0 * w for w in p.weights], p.biases)
    flat = net.another(zero)
    outputs = flat.predict(case.x)
    if not is_finite(outputs):
        return
    first = np.broadcast_to(outputs[:1], outputs.shape)
    assert_close("the output", outputs, first, output_bound(flat, case.x))
    if "gradient" in net.traits.offers:
        gradient = flat.gradient(case.x, case.y)
        for l in range(1, p.last):
            if is_finite(gradient) and (gradient.weights[l].any() or gradient.biases[l].any()):
                fail(f"all weights are 0, but the gradient of layer {l} is not")


@check(needs=HIDDEN, group="metamorphic", regimes=ORDINARY, min_layers=3, max_layers=4)
def identity_layer_changes_nothing(net: Subject, case: Case) -> None:
    """
    Behind a hidden layer of relu or identity units, a layer that passes on changes no output.

    T. Chen, I. Goodfellow, J. Shlens, "Net2Net", ICLR 2016 (Net2DeeperNet).
    """
    _need_hidden(net, "identity", "relu")
    l, _ = _unit(case)
    _compare_outputs(net, net.another(with_layer(net.parameters(), l)), case)


@check(needs=HIDDEN | {"output"}, group="metamorphic", regimes=ORDINARY, max_layers=3)
def composed_networks_are_one(net: Subject, case: Case) -> None:
    """
    Two networks one after the other are the network of all their layers.

    Where hidden layers and outputs have the same activation.
    """
    said = net.adapter.declares
    if said["hidden"] != said["output"]:
        msg = f"hidden units are {said['hidden']}, outputs {said['output']}"
        raise SkipCheck(msg)
    first = net.parameters()
    # The second network is the first one, backwards.
    weights = [[], *(w.T for w in first.weights[:0:-1])]
    biases = [[], *first.biases[-2:0:-1], np.full(first.sizes[0], 0.25)]
    second = Parameters(first.sizes[::-1], weights, biases)
    middle = net.predict(case.x)
    whole = net.another(composed(first, second))
    expected = net.another(second).predict(np.asarray(middle, float))
    if is_finite(middle, expected):
        bound = 2 * output_bound(whole, case.x)
        assert_close("the output of both as one", whole.predict(case.x), expected, bound)


@check(needs=HIDDEN, group="metamorphic", regimes=ORDINARY, min_layers=3)
def tanh_unit_may_change_sign(net: Subject, case: Case) -> None:
    """
    A tanh unit may change the signs of all its weights and its bias.

    tanh(-z) = -tanh(z). H. Sussmann, "Uniqueness of the weights for minimal feedforward nets
    with a given input-output map", Neural Networks 5 (1992).
    """
    _need_hidden(net, "tanh", "identity")
    _compare_scaled(net, case, -1.0)


@check(needs=HIDDEN, group="metamorphic", regimes=ORDINARY, min_layers=3)
def relu_unit_may_be_scaled(net: Subject, case: Case) -> None:
    """
    What enters a relu unit may be multiplied, and what leaves it divided, by one factor.

    relu(c z) = c relu(z) for c > 0. B. Neyshabur, R. Salakhutdinov, N. Srebro, "Path-SGD",
    NIPS 2015.
    """
    _need_hidden(net, "relu", "leaky_relu", "identity")
    _compare_scaled(net, case, 2.0 if case.seed % 2 else 0.5)


@check(needs=HIDDEN, group="metamorphic", regimes=ORDINARY, min_layers=3)
def sigmoid_unit_has_a_complement(net: Subject, case: Case) -> None:
    """
    A sigmoid unit may be replaced by what it lacks to 1: sigma(-z) = 1 - sigma(z).

    Its incoming weights change sign, so do its outgoing ones, which are added to the biases.
    """
    _need_hidden(net, "sigmoid")
    l, j = _unit(case)
    p = scaled_unit(net.parameters(), l, j, -1.0, -1.0)
    above: Array = p.biases[l + 1]
    above += net.parameters().weights[l + 1][:, j]
    other = net.another(p)
    expected = net.predict(case.x)
    if is_finite(expected):
        bound = 2 * output_bound(net, case.x) + 2 * output_bound(other, case.x)
        assert_close("the output", other.predict(case.x), expected, bound)


def _compare_scaled(net: Subject, case: Case, factor: float) -> None:
    """Raise unless factors at a hidden unit leave the outputs, and show in the gradient."""
    __tracebackhide__ = True
    l, j = _unit(case)
    other = net.another(scaled_unit(net.parameters(), l, j, factor, 1 / factor))
    _compare_outputs(net, other, case)
    if "gradient" not in net.traits.offers or net.adapter.declares.get("l2") != 0:
        return  # a penalty is not the same for both
    expected, got = net.gradient(case.x, case.y), other.gradient(case.x, case.y)
    if is_finite(expected):
        bounds = [(4 * w, 4 * b) for w, b in gradient_bounds(net, case.x, case.y)]
        assert_gradients(scaled_unit(got, l, j, factor, 1 / factor), expected, bounds)


def _compare_outputs(net: Subject, other: Subject, case: Case) -> None:
    """Raise unless two networks have the same outputs."""
    __tracebackhide__ = True
    expected = net.predict(case.x)
    if is_finite(expected):
        bound = 2 * (output_bound(net, case.x) + output_bound(other, case.x))
        assert_close("the output", other.predict(case.x), expected, bound)


def _need_hidden(net: Subject, *names: str) -> None:
    """Skip the law unless hidden units are declared to be of such a kind."""
    if net.adapter.declares["hidden"] not in names:
        msg = f"hidden units are {net.adapter.declares['hidden']}, not {' or '.join(names)}"
        raise SkipCheck(msg)


def _unit(case: Case) -> tuple[int, int]:
    """Return a hidden layer and one of its units."""
    rng = case.rng()
    l = int(rng.integers(1, len(case.sizes) - 1))
    return l, int(rng.integers(case.sizes[l]))
