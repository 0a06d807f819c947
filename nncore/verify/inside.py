"""What is known of the network behind a gradient, so that a wrong one can be explained."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from nncore.gradcheck.layers import Layers

from .case import Array, Case, Parameters
from .declared import Declared
from .definitions import ACTIVATIONS, softmax
from .subject import Forward, Subject

__all__ = ["layers_of"]

Function: TypeAlias = Callable[[Array], Array]
# Values this close are those of the definition; float32 has 7 digits.
ALIKE = 1e-5
# Step of differences that only tell known costs apart.
STEP = 1e-5
# Factors by which costs of the same name differ.
FACTORS = (1.0, 2.0, 0.5)


def layers_of(net: Subject, case: Case, parameters: Parameters) -> Layers | None:
    """
    Return the layers at a point, as far as activations and cost are known ones.

    Parameters
    ----------
    net : Subject
        The network; it is left with these parameters.
    case : Case
        Its batch.
    parameters : Parameters
        The point.

    Returns
    -------
    nncore.gradcheck.layers.Layers or None
        None where it does not show its layers, or they are not those of any definition.
    """
    if "layers" not in net.traits.offers or "cost" not in net.traits.offers:
        return None
    net.set_parameters(parameters)
    forward, last = net.forward(case.x), parameters.last
    names = [_name(net, forward, l, last) for l in range(1, last + 1)]
    if any(not name for name in names):
        return None
    delta = _output_error(net, case, parameters, forward, names[-1])
    if delta is None:
        return None
    pairs = [_functions(name) for name in ["identity", *names]]
    return Layers(
        [w.astype(float) for w in parameters.weights],
        [z.astype(float) for z in forward.zs or []],
        [case.x.astype(float), *(a.astype(float) for a in (forward.activations or [])[1:])],
        delta,
        [function for function, _ in pairs],
        [prime for _, prime in pairs],
        case.y.astype(float),
        [-1, *range(last)],
        [-1, *range(last, 2 * last)],
        l2=float(net.adapter.declares.get("l2", 0.0)),
    )


def _name(net: Subject, forward: Forward, l: int, last: int) -> str:
    """Return the activation of a layer: the declared one, or one with the same values."""
    zs, activations = forward.zs or [], forward.activations or []
    said = net.adapter.declares.get("output" if l == last else "hidden")
    for name in dict.fromkeys([said, *ACTIVATIONS, "softmax"]):
        if name in {*ACTIVATIONS, "softmax"}:
            expected = _functions(str(name))[0](zs[l].astype(float))
            if np.allclose(activations[l].astype(float), expected, rtol=ALIKE, atol=ALIKE):
                return str(name)
    return ""


def _functions(name: str) -> tuple[Function, Function]:
    """Return an activation and its derivative, on arrays."""
    if name == "softmax":

        def function(z: Array) -> Array:
            return np.array([softmax(row) for row in z.tolist()])

        # What people take for its derivative: the diagonal of its Jacobian.
        return function, lambda z: function(z) * (1 - function(z))
    activation = ACTIVATIONS[name]
    return (
        np.vectorize(activation.function, otypes=[float]),
        np.vectorize(activation.prime, otypes=[float]),
    )


def _output_error(
    net: Subject, case: Case, parameters: Parameters, forward: Forward, output: str
) -> Array | None:
    """Return dC/dz of the output layer: of the known cost that the user's own resembles."""
    measured = _measured(net, case, parameters)
    count = case.batch if net.adapter.reduction == "mean" else 1
    for cost in ("quadratic", "cross_entropy"):
        if cost == "cross_entropy" and output not in {"sigmoid", "softmax"}:
            continue
        declared = Declared("identity", output, cost)
        formula = declared.output_error((forward.zs or [])[-1], case.y)
        for factor in (*FACTORS, 1 / case.sizes[-1], 2 / case.sizes[-1]):
            if np.allclose(factor * formula, measured, rtol=1e-4, atol=1e-7):
                return factor * formula / count
    return None


def _measured(net: Subject, case: Case, parameters: Parameters) -> Array:
    """Return dC/dz of the output layer for each example alone, by differences."""
    delta = np.zeros(case.y.shape)
    for j in range(case.sizes[-1]):
        for sign in (1, -1):
            last = parameters.biases[-1].astype(float)
            last[j] += sign * STEP
            biases = [*parameters.biases[:-1], last]
            other = net.another(Parameters(parameters.sizes, parameters.weights, biases))
            costs = [
                float(other.cost(case.x[i : i + 1], case.y[i : i + 1]))
                for i in range(case.batch)
            ]
            delta[:, j] += sign * np.array(costs) / (2 * STEP)
    return delta
