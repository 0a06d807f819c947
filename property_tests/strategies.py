"""
Random networks, batches, and both together.

Shapes are drawn before numbers, and the numbers of an array in one draw: as bytes that index
a small grid of dyadic values, or as the seed of a generator of normals. So a failing network
shrinks in milliseconds, first to fewer layers, then to fewer neurons, then to the value 1. It
is 1 and not 0 because most faults of a gradient are invisible in a network of zeros.

Left out on purpose: NaN and infinity, which the network refuses, numbers whose exact results no
float64 could hold, and targets of the softmax whose rows sum to 1 only up to rounding.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias, TypedDict, Unpack

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from nncore import Activation, Cost, Network

__all__ = [
    "GRID",
    "HIDDEN",
    "OUTPUTS",
    "REGIMES",
    "Case",
    "batches",
    "cases",
    "networks",
    "sizes",
]

Array: TypeAlias = npt.NDArray[Any]

#: Dyadic values in the order in which they become simpler to read. In networks of up to five
#: layers with identity or relu units every sum of their products needs less than 53 bits.
GRID = np.array([1, 0, -1, 2, -2, *(s * k / 4 for k in (2, 6, 1, 3, 5, 7) for s in (1, -1))])

#: Regimes of numbers. "grid" is read off the bytes of a draw, the others are seeded.
REGIMES = ("grid", "normal", "saturated", "tiny", "huge", "zeros", "ties")

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
def sizes(
    draw: st.DrawFn,
    *,
    min_layers: int = 2,
    max_layers: int = 6,
    min_width: int = 1,
    max_width: int = 8,
) -> list[int]:
    """
    Return a strategy for `sizes`, the neurons of each layer, input layer first.

    Examples have `min_layers` to `max_layers` layers, the input layer counted, of `min_width`
    to `max_width` neurons. They shrink towards fewer layers, then towards fewer neurons.
    """
    _check_range("layers", min_layers, max_layers, at_least=2)
    _check_range("width", min_width, max_width, at_least=1)
    widths = st.integers(min_width, max_width)
    return draw(st.lists(widths, min_size=min_layers, max_size=max_layers))


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
    Return a strategy for networks of `sizes` within the bounds.

    Examples have one of the `hidden` activations, one of the `outputs` (pairs of activation
    and cost), one of the penalties `l2`, and parameters of one of the `regimes`. They shrink
    towards [1, 1], then [1, 1, 1], towards the first of each choice, and, in the regime "grid",
    towards weights and biases of 1.
    """
    layers = sizes(
        min_layers=min_layers, max_layers=max_layers, min_width=min_width, max_width=max_width
    )
    neurons = draw(layers)
    output, cost = draw(_one_of("outputs", outputs))
    net = Network(
        neurons,
        hidden=draw(_one_of("hidden", hidden)),
        output=output,
        cost=cost,
        l2=draw(_one_of("l2", l2)),
        rng=0,
        dtype=dtype,
    )
    regime = draw(_one_of("regimes", regimes, REGIMES))
    for l in range(1, net.num_layers):
        net.weights[l] = draw(_arrays(net.weights[l].shape, regime)).astype(dtype)
        net.biases[l] = draw(_arrays(net.biases[l].shape, regime)).astype(dtype)
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

    The numbers are of one of the `regimes`; targets of the cross-entropy lie in [0, 1], and
    their rows sum to 1 where the outputs are a softmax. Examples shrink towards a batch of one,
    and, in the regime "grid", towards the value 1.
    """
    _check_range("batch", min_batch, max_batch, at_least=1)
    batch = draw(st.integers(min_batch, max_batch))
    regime = draw(_one_of("regimes", regimes, REGIMES))
    x = draw(_arrays((batch, net.sizes[0]), regime))
    y = draw(_arrays((batch, net.sizes[-1]), regime))
    if "cost='cross_entropy'" in repr(net):
        is_softmax = "output='softmax'" in repr(net)
        y = _distributions(y, draw(st.booleans())) if is_softmax else np.minimum(abs(y), 1)
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


def _arrays(shape: tuple[int, ...], regime: str) -> st.SearchStrategy[Array]:
    """Return a strategy for arrays of this shape, which shrinks to ones, or to seed 0."""
    size = int(np.prod(shape))
    if regime == "grid":
        codes = st.binary(min_size=size, max_size=size)
        return codes.map(
            lambda code: GRID[np.frombuffer(code, np.uint8) % len(GRID)].reshape(shape)
        )
    seeds = st.integers(0, 2**32 - 1)
    return seeds.map(lambda seed: _normals(np.random.default_rng(seed), shape, regime))


def _normals(rng: np.random.Generator, shape: tuple[int, ...], regime: str) -> Array:
    """Return numbers of a seeded regime."""
    if regime == "ties":
        return rng.integers(-1, 2, shape).astype(float)
    scale = {"saturated": 100.0, "huge": 1e4, "tiny": 2.0**-60}.get(regime, 1.0)
    kept = rng.random(shape) < 0.5 if regime == "zeros" else np.ones(shape, bool)
    numbers: Array = np.where(kept, scale * rng.normal(size=shape), 0.0)
    return numbers


def _distributions(y: Array, is_soft: bool) -> Array:
    """Return rows of one or two labels, which sum to 1 without rounding."""
    rows = np.eye(y.shape[1])
    first = rows[y.argmax(axis=1)]
    mixed: Array = (first + rows[y.argmin(axis=1)]) / 2 if is_soft else first
    return mixed


def _one_of(
    name: str, choices: Sequence[Any], known: Sequence[Any] | None = None
) -> st.SearchStrategy[Any]:
    """Return a strategy for one of the choices, the first the simplest, or raise an error."""
    if isinstance(choices, str) or not len(choices):
        msg = f"{name}={choices!r} must be a sequence of at least one choice"
        raise InvalidArgument(msg)
    unknown = [] if known is None else [c for c in choices if c not in known]
    if known is not None and unknown:
        msg = f"{name}={choices!r} holds {unknown[0]!r}; known are {', '.join(known)}"
        raise InvalidArgument(msg)
    return st.sampled_from(choices)


def _check_range(name: str, low: int, high: int, *, at_least: int) -> None:
    """Raise InvalidArgument unless at_least <= low <= high, all of them integers."""
    for bound, value in ((f"min_{name}", low), (f"max_{name}", high)):
        if isinstance(value, bool) or not isinstance(value, int):
            msg = f"{bound}={value!r} must be an integer"
            raise InvalidArgument(msg)
    if low < at_least:
        msg = f"min_{name}={low} must be at least {at_least}"
        raise InvalidArgument(msg)
    if high < low:
        msg = f"max_{name}={high} must not be less than min_{name}={low}"
        raise InvalidArgument(msg)
