"""What the network declares is what it computes, by independent programs."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..autodiff import gradient_by
from ..case import Array, Case, Parameters
from ..comparing import assert_gradients, is_finite, together, without_penalty
from ..declared import Declared
from ..failure import Failure, assert_close, fail
from ..registry import check
from ..rounding import Rounding, underflow
from ..subject import Subject
from ..tolerance import DOUBLE, roundoff

__all__: list[str] = []

ACTIVATIONS = {"parameters", "hidden", "output"}
COST = ACTIVATIONS | {"declared cost", "cost"}
GRADIENT = ACTIVATIONS | {"declared cost", "gradient"}
ORDINARY = ("grid", "normal", "saturated", "tiny", "zeros", "ties")
SMALL = {"max_layers": 4, "max_width": 4, "max_batch": 3}
# JAX compiles each operation anew for each shape.
TINY = {"max_layers": 3, "max_width": 2, "max_batch": 2}


@check(needs={"layers", "parameters"}, group="differential", regimes=ORDINARY)
def forward_matches_loops(net: Subject, case: Case) -> None:
    """
    The weighted inputs of each layer are what plain loops over weights and activations give.

    z_j = sum_k w_jk a_k + b_j, with the activations that the network itself shows for the layer
    before. M. Nielsen, "Neural Networks and Deep Learning", 2015, chapter 2, equation 25.
    """
    forward, p = net.forward(case.x), net.parameters()
    zs, activations = forward.zs or [], forward.activations or []
    unit = roundoff(net, *zs[1:]) + DOUBLE
    for l in range(1, len(case.sizes)):
        a = (activations[l - 1] if l > 1 else case.x).astype(float)
        w, b = p.weights[l].astype(float), p.biases[l].astype(float)
        if not is_finite(a):
            return
        loops = [
            [
                sum((w_jk * a_k for w_jk, a_k in zip(row, example, strict=True)), start=b_j)
                for row, b_j in zip(w.tolist(), b.tolist(), strict=True)
            ]
            for example in a.tolist()
        ]
        bound = (w.shape[1] + 4) * unit * (abs(a) @ abs(w).T + abs(b)) + underflow(
            unit - DOUBLE
        )
        assert_close(f"zs[{l}]", zs[l].astype(float), np.array(loops), bound)


@check(needs=ACTIVATIONS | {"outputs"}, group="differential", regimes=ORDINARY)
def forward_matches_definition(net: Subject, case: Case) -> None:
    """
    Outputs, and activations where they are shown, are those of the declared activations.

    Three plain loops over layers, neurons and inputs, and the definitions of the functions.
    """
    declared, p = Declared.of(net.adapter), net.parameters()
    outputs = net.predict(case.x)
    bounds = Rounding(declared, p, case.x, roundoff(net, outputs))
    if "layers" in net.traits.offers:
        for l, shown in enumerate(net.forward(case.x).activations or []):
            if l and is_finite(shown):
                expected, bound = bounds.activations[l], bounds.a_errors[l]
                assert_close(f"activations[{l}]", shown.astype(float), expected, bound)
    if is_finite(outputs):
        got, expected = outputs.astype(float), bounds.activations[-1]
        assert_close("the output", got, expected, bounds.a_errors[-1])


@check(needs=COST, group="differential", regimes=ORDINARY)
def cost_matches_definition(net: Subject, case: Case) -> None:
    """
    The cost is the declared one, in the declared reduction, with the declared penalty.

    Quadratic: 1/2 sum_j (a_j - y_j)^2; cross entropy: -sum_j [y_j ln a_j + (1 - y_j) ln(1 -
    a_j)] of sigmoid outputs, -sum_j y_j ln a_j of softmax outputs; l2 / 2 times the sum of
    squared weights. Where no l2 is declared, a penalty may be in the cost of every batch.
    """
    declared = Declared.of(net.adapter)
    got, expected, tight, loose = _costs(net, declared, case.x, case.y)
    what = "the cost"
    if declared.l2 is None:
        # Another batch of the same size has the same penalty.
        rolled = np.roll(case.y, 1, axis=1)[::-1]
        other = _costs(net, declared, np.zeros_like(case.x), rolled)
        rounded = 16 * roundoff(net) * abs(got)
        what, got, expected = (
            "the cost less that of another batch",
            got - other[0],
            expected - other[1],
        )
        tight, loose = tight + other[2] + rounded, loose + other[3] + rounded
    if not np.isfinite(got - expected):
        return
    if abs(got - expected) > tight and not abs(got - expected) <= loose:
        ratio = f", {got / expected:.10g} times as much" if expected else ""
        fail(
            f"{what} is {got:.17g}{ratio}, but the declared {declared.cost} cost gives "
            f"{expected:.17g} +- {tight:.1e}"
        )


@check(needs=GRADIENT, group="differential", regimes=ORDINARY, **SMALL)
def gradient_matches_definition(net: Subject, case: Case) -> None:
    """
    The gradient is that of the declared cost, by BP1 to BP4 in plain loops.

    M. Nielsen, "Neural Networks and Deep Learning", 2015, chapter 2.
    """
    declared = Declared.of(net.adapter)
    _compare(net, case, declared.gradient(net.parameters(), case.x, case.y), "by plain loops")


@check(needs=ACTIVATIONS | {"outputs", "oracle"}, group="differential", regimes=ORDINARY)
def forward_matches_core(net: Subject, case: Case) -> None:
    """The outputs are those of nncore's own network with the same parameters."""
    declared, p = Declared.of(net.adapter), net.parameters()
    outputs = net.predict(case.x)
    if not is_finite(outputs):
        return
    bounds = Rounding(declared, p, case.x, roundoff(net, outputs))
    expected = _core(declared, p, cost="quadratic").predict(case.x.astype(float))
    assert_close("the output", outputs.astype(float), expected, 2 * bounds.a_errors[-1])


@check(needs=GRADIENT | {"oracle"}, group="differential", regimes=ORDINARY)
def gradient_matches_core(net: Subject, case: Case) -> None:
    """The gradient is that of nncore's own network with the same parameters."""
    declared, p = Declared.of(net.adapter), net.parameters()
    core = _core(declared, p, cost=declared.cost).backprop(
        case.x.astype(float), case.y.astype(float)
    )
    data = Parameters(case.sizes, core.nabla_w, core.nabla_b)
    factor = 1 if declared.is_mean else case.batch
    _compare(net, case, _punished(together([(factor, data)]), declared, p), "by nncore")


@check(needs=GRADIENT, group="differential", examples=0.08, regimes=ORDINARY, **TINY)
def gradient_matches_jax(net: Subject, case: Case) -> None:
    """
    The gradient is that of the declared cost, differentiated by JAX.

    J. Bradbury et al., "JAX: composable transformations of Python+NumPy programs", 2018.
    """
    _compare_library(net, case, "jax")


@check(needs=GRADIENT, group="differential", examples=0.5, regimes=ORDINARY, **SMALL)
def gradient_matches_torch(net: Subject, case: Case) -> None:
    """
    The gradient is that of the declared cost, differentiated by torch.

    A. Paszke et al., "PyTorch: an imperative style, high-performance deep learning library",
    NeurIPS 2019.
    """
    _compare_library(net, case, "torch")


@check(needs=GRADIENT, group="differential", examples=0.5, regimes=ORDINARY, **SMALL)
def gradient_matches_autograd(net: Subject, case: Case) -> None:
    """
    The gradient is that of the declared cost, differentiated by autograd.

    D. Maclaurin, "Modeling, inference and optimization with composable differentiable
    procedures", PhD thesis, Harvard 2016.
    """
    _compare_library(net, case, "autograd")


def _compare_library(net: Subject, case: Case, library: str) -> None:
    """Raise unless the gradient is that of a library."""
    __tracebackhide__ = True
    declared, p = Declared.of(net.adapter), net.parameters()
    data = gradient_by(library, declared, p, case.x, case.y)
    _compare(net, case, _punished(data, declared, p), f"by {library}")


def _costs(
    net: Subject, declared: Declared, x: Array, y: Array
) -> tuple[float, float, float, float]:
    """Return the user's cost, the declared one, and two bounds, tight and loose."""
    p, value = net.parameters(), np.asarray(net.cost(x, y))
    bounds = Rounding(declared, p, x, roundoff(net, value))
    data = float(declared.reduced(declared.data_cost(bounds.zs[-1], y)))
    return (
        float(value),
        data + declared.penalty(p),
        bounds.cost(y),
        bounds.cost(y, loose=True),
    )


def _compare(net: Subject, case: Case, expected: Parameters, name: str) -> None:
    """Raise unless the gradient is the expected one, within the rounding of both."""
    __tracebackhide__ = True
    declared, p = Declared.of(net.adapter), net.parameters()
    got = net.gradient(case.x, case.y)
    if not is_finite(got, expected):
        return
    unit = roundoff(net, *got.weights[1:], *got.biases[1:])
    bounds = Rounding(declared, p, case.x, unit)
    twice = together([(2.0, bounds.gradient(case.y))])
    # Formed of quotients, with a constant that keeps them finite, it may be further off.
    loose = bounds.gradient(case.y, loose=True)
    # A penalty that is not declared may be in it as well.
    others = [(got, loose)]
    if declared.l2 is None:
        # What rounding does to the largest entry blurs the measured penalty of all.
        most = max(float(abs(w).max()) for w in got.weights[1:])
        rounded = Parameters(
            p.sizes, [0 * w + most for w in got.weights], [0 * b for b in got.biases]
        )
        wider = together([(1.0, twice), (16 * unit, rounded)])
        others.append((without_penalty(got, expected, p), wider))
    try:
        assert_gradients(got, expected, twice, name=name)
    except Failure:
        if not any(_agree(other, expected, bound) for other, bound in others):
            raise


def _agree(got: Parameters, expected: Parameters, bounds: Parameters) -> bool:
    """Whether two gradients agree within bounds."""
    try:
        assert_gradients(got, expected, bounds)
    except Failure:
        return False
    return True


def _punished(data: Parameters, declared: Declared, p: Parameters) -> Parameters:
    """Return a gradient with the declared penalty."""
    penalty = Parameters(p.sizes, p.weights, [0 * b for b in p.biases])
    return together([(1.0, data), (declared.l2 or 0.0, penalty)])


def _core(declared: Declared, p: Parameters, *, cost: str) -> Any:
    """Return nncore's own network as declared, without a penalty."""
    from ...network import Network  # noqa: PLC0415 - only this oracle is of the core

    network = Network(
        list(p.sizes), hidden=declared.hidden, output=declared.output, cost=cost, rng=0
    )
    network.weights = [network.weights[0], *(w.astype(float) for w in p.weights[1:])]
    network.biases = [network.biases[0], *(b.astype(float) for b in p.biases[1:])]
    return network
