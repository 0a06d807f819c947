"""
Random networks, batches, and both together, of the numbers of the kit that judges networks.

Shapes are drawn before numbers, and the numbers of a layer in one draw. So a failing network
shrinks in milliseconds, first to fewer layers, then to fewer neurons, then to the value 1. It
is 1 and not 0 because most faults of a gradient are invisible in a network of zeros.

Left out on purpose: NaN and infinity, which the network refuses, numbers whose exact results no
float64 could hold, and targets of the softmax whose rows sum to 1 only up to rounding.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias, TypedDict, Unpack

import numpy.typing as npt
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from nncore import Activation, Cost, Network
from nncore.verify import strategies
from nncore.verify.strategies import REGIMES

__all__ = ["HIDDEN", "OUTPUTS", "Array", "Case", "batches", "cases", "networks"]

Array: TypeAlias = npt.NDArray[Any]

HIDDEN = ("sigmoid", "tanh", "relu", "leaky_relu", "softplus", "identity")

#: Pairs of output activation and cost.
OUTPUTS = (
    ("sigmoid", "cross_entropy"),
    ("softmax", "cross_entropy"),
    *((output, "quadratic") for output in (*HIDDEN, "softmax")),
)


class Case(NamedTuple):
    """A network with a batch of examples and their targets."""

    net: Network
    x: Array
    y: Array

    def __repr__(self) -> str:
        """Return everything that a failure depends on."""
        weights, biases = self.net.weights[1:], self.net.biases[1:]
        return (
            f"{self.net!r}\n  with weights[1:] = {[w.tolist() for w in weights]}"
            f"\n  and biases[1:] = {[b.tolist() for b in biases]}"
            f"\n  on x = {self.x.tolist()}\n  and y = {self.y.tolist()}"
        )


class Bounds(TypedDict, total=False):
    """What `networks` and `cases` accept."""

    min_layers: int
    max_layers: int
    min_width: int
    max_width: int
    hidden: Sequence[str | Activation]
    outputs: Sequence[tuple[str | Activation, str | Cost]]
    l2: Sequence[Any]
    regimes: Sequence[str]
    dtype: str


@st.composite
def networks(
    draw: st.DrawFn,
    *,
    min_layers: int = 2,
    max_layers: int = 6,
    min_width: int = 1,
    max_width: int = 8,
    hidden: Sequence[str | Activation] = HIDDEN,
    outputs: Sequence[tuple[str | Activation, str | Cost]] = OUTPUTS,
    l2: Sequence[Any] = (0.0, 0.25),
    regimes: Sequence[str] = REGIMES,
    dtype: str = "float64",
) -> Network:
    """
    Return a strategy for networks of sizes within the bounds.

    Examples have one of the `hidden` activations, one of the `outputs` (pairs of activation
    and cost), one of the penalties `l2`, and parameters of one of the `regimes`. They shrink
    towards [1, 1], then [1, 1, 1], towards the first of each choice, and, in the regime "grid",
    towards weights and biases of 1.
    """
    parameters = draw(
        strategies.networks(
            min_layers=min_layers,
            max_layers=max_layers,
            min_width=min_width,
            max_width=max_width,
            regimes=regimes,
        )
    )
    output, cost = draw(_one_of("outputs", outputs))
    net = Network(
        parameters.sizes,
        hidden=draw(_one_of("hidden", hidden)),
        output=output,
        cost=cost,
        l2=draw(_one_of("l2", l2)),
        rng=0,
        dtype=dtype,
    )
    for l in range(1, net.num_layers):
        net.weights[l] = parameters.weights[l].astype(dtype)
        net.biases[l] = parameters.biases[l].astype(dtype)
    return net


@st.composite
def batches(
    draw: st.DrawFn,
    net: Network,
    *,
    min_batch: int = 1,
    max_batch: int = 5,
    regimes: Sequence[str] = REGIMES,
) -> tuple[Array, Array]:
    """
    Return a strategy for batches that `net` accepts: examples and targets, as rows.

    The examples are of one of the `regimes`; targets of the cross-entropy lie in [0, 1], and
    their rows sum to 1 where the outputs are a softmax. Examples shrink towards a batch of one,
    and, in the regime "grid", towards the value 1.
    """
    targets = "any"
    if "cost='cross_entropy'" in repr(net):
        targets = "distributions" if "output='softmax'" in repr(net) else "probabilities"
    x, y = draw(
        strategies.batches(
            net.sizes[0],
            net.sizes[-1],
            min_batch=min_batch,
            max_batch=max_batch,
            regimes=regimes,
            targets=targets,
        )
    )
    return x.astype(net.dtype), y.astype(net.dtype)


@st.composite
def cases(
    draw: st.DrawFn, *, min_batch: int = 1, max_batch: int = 5, **bounds: Unpack[Bounds]
) -> Case:
    """
    Return a strategy for networks with batches, within the bounds of `networks` and `batches`.

    Examples shrink as those two do.
    """
    net = draw(networks(**bounds))
    regimes = bounds.get("regimes", REGIMES)
    x, y = draw(batches(net, min_batch=min_batch, max_batch=max_batch, regimes=regimes))
    return Case(net, x, y)


def _one_of(name: str, choices: Sequence[Any]) -> st.SearchStrategy[Any]:
    """Return a strategy for one of the choices, the first the simplest, or raise an error."""
    if isinstance(choices, str) or not len(choices):
        msg = f"{name}={choices!r} must be a sequence of at least one choice"
        raise InvalidArgument(msg)
    return st.sampled_from(choices)
