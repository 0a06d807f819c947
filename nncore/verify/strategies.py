"""
Random sizes, numbers, networks, batches, and cases of all of them.

Shapes are drawn before numbers, and the numbers of a layer in one draw: as codes of a grid of
dyadic values, or as the seed of a generator of normals. So a failing case shrinks in
milliseconds, first to fewer layers, then to fewer neurons, then to the value 1. It is 1 and not
0 because most faults of a gradient are invisible in a network of zeros.

Left out on purpose: NaN and infinity.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from .case import Array, Case, Parameters
from .draws import check_choices, check_count, check_range, integer, integers, one_of, seed_of
from .memory import LAYOUTS

__all__ = [
    "GRID",
    "REGIMES",
    "TARGETS",
    "batches",
    "cases",
    "check_bounds",
    "layouts",
    "networks",
    "sizes",
    "values",
]

#: Dyadic values k / 16 with abs(k) <= 128, in the order in which they become harder to read. In
#: networks of up to five layers and six neurons of identity or relu units, every sum of their
#: products needs less than 53 bits: nothing is rounded.
GRID = np.array(
    sorted((k / 16 for k in range(-128, 128)), key=lambda v: (v % 1 != 0, v != 1, abs(v), -v))
)

#: Regimes of numbers. "grid" is read off the codes of a draw, the others are seeded.
REGIMES = ("grid", "normal", "saturated", "tiny", "huge", "zeros", "ties")

#: What targets look like: rows with a single 1, rows that sum to 1, numbers in [0, 1], any.
TARGETS = ("one-hot", "distributions", "probabilities", "any")

#: How many layers, neurons of a layer, and examples there are at least.
LEAST = {"layers": 2, "width": 1, "batch": 1}


@st.composite
def sizes(
    draw: st.DrawFn,
    *,
    min_layers: int = 2,
    max_layers: int = 5,
    min_width: int = 1,
    max_width: int = 6,
) -> list[int]:
    """
    Return a strategy for `sizes`, the neurons of each layer, input layer first.

    Parameters
    ----------
    draw : callable
        Given by Hypothesis.
    min_layers, max_layers : int
        Bounds on the number of layers, the input layer counted.
    min_width, max_width : int
        Bounds on the neurons of a layer.

    Returns
    -------
    SearchStrategy of list of int
        Shrinks towards fewer layers, then towards fewer neurons.

    Raises
    ------
    InvalidArgument
        If bounds are no integers, too small, or contradict each other.
    """
    return _sizes(draw, min_layers, max_layers, min_width, max_width)


@st.composite
def values(draw: st.DrawFn, shape: int | Sequence[int], *, regime: str = "grid") -> Array:
    """
    Return a strategy for arrays of float64.

    Parameters
    ----------
    draw : callable
        Given by Hypothesis.
    shape : int or sequence of int
        Of the arrays.
    regime : str
        One of `REGIMES`.

    Returns
    -------
    SearchStrategy of ndarray
        Shrinks to ones in the regime "grid", to seed 0 in the others.

    Raises
    ------
    InvalidArgument
        If the regime is not known, or the shape is none.
    """
    dimensions = (shape,) if isinstance(shape, int) else tuple(shape)
    for n in dimensions:
        check_count("shape", n, at_least=0)
    check_choices("regime", (regime,), REGIMES)
    (array,) = _arrays(draw, [dimensions], regime)
    return array


@st.composite
def networks(
    draw: st.DrawFn,
    *,
    min_layers: int = 2,
    max_layers: int = 5,
    min_width: int = 1,
    max_width: int = 6,
    regimes: Sequence[str] = REGIMES,
) -> Parameters:
    """
    Return a strategy for weights and biases of networks.

    Parameters
    ----------
    draw : callable
        Given by Hypothesis.
    min_layers, max_layers, min_width, max_width : int
        As of `sizes`.
    regimes : sequence of str
        Of the numbers; one is drawn for a network.

    Returns
    -------
    SearchStrategy of Parameters
        Shrinks towards sizes [1, 1], then [1, 1, 1], the first regime, and ones.

    Raises
    ------
    InvalidArgument
        If a bound or a regime cannot be.
    """
    n = _sizes(draw, min_layers, max_layers, min_width, max_width)
    return _network(draw, n, one_of(draw, "regimes", regimes, REGIMES))


@st.composite
def batches(
    draw: st.DrawFn,
    inputs: int,
    outputs: int,
    *,
    min_batch: int = 1,
    max_batch: int = 5,
    regimes: Sequence[str] = REGIMES,
    targets: str = "one-hot",
) -> tuple[Array, Array]:
    """
    Return a strategy for examples and their targets, as rows.

    Parameters
    ----------
    draw : callable
        Given by Hypothesis.
    inputs, outputs : int
        Neurons of the first and the last layer.
    min_batch, max_batch : int
        Bounds on the number of examples.
    regimes : sequence of str
        Of the examples; one is drawn for a batch.
    targets : str
        One of `TARGETS`. For a single output "one-hot" is 0 or 1, "distributions" is 1.

    Returns
    -------
    SearchStrategy of pairs of ndarray
        Shapes ``(batch, inputs)`` and ``(batch, outputs)``. Shrinks towards a batch of one.

    Raises
    ------
    InvalidArgument
        If a bound, a regime or a kind of target cannot be.
    """
    check_count("inputs", inputs, at_least=1)
    check_count("outputs", outputs, at_least=1)
    check_choices("targets", (targets,), TARGETS)
    batch = integer(draw, "batch", min_batch, max_batch)
    regime = one_of(draw, "regimes", regimes, REGIMES)
    return _batch(draw, batch, (inputs, outputs), regime, targets)


@st.composite
def cases(
    draw: st.DrawFn,
    *,
    min_layers: int = 2,
    max_layers: int = 5,
    min_width: int = 1,
    max_width: int = 6,
    min_batch: int = 1,
    max_batch: int = 5,
    regimes: Sequence[str] = REGIMES,
    targets: str = "one-hot",
) -> Case:
    """
    Return a strategy for parameters with a batch, and a seed.

    Parameters
    ----------
    draw : callable
        Given by Hypothesis.
    min_layers, max_layers, min_width, max_width : int
        As of `sizes`.
    min_batch, max_batch : int
        As of `batches`.
    regimes : sequence of str
        Of parameters and of examples.
    targets : str
        One of `TARGETS`.

    Returns
    -------
    SearchStrategy of Case
        Shrinks as `networks` and `batches` do.

    Raises
    ------
    InvalidArgument
        If a bound, a regime or a kind of target cannot be.
    """
    check_choices("targets", (targets,), TARGETS)
    n = _sizes(draw, min_layers, max_layers, min_width, max_width)
    batch = integer(draw, "batch", min_batch, max_batch)
    parameters = _network(draw, n, one_of(draw, "regimes", regimes, REGIMES))
    regime = one_of(draw, "regimes", regimes, REGIMES)
    x, y = _batch(draw, batch, (n[0], n[-1]), regime, targets)
    seed = seed_of(draw)
    return Case(n, parameters.weights, parameters.biases, x, y, seed)


def check_bounds(bounds: Mapping[str, Any]) -> None:
    """
    Raise unless `cases` can keep to bounds; of those that are missing, whatever they become.

    Parameters
    ----------
    bounds : mapping
        Keyword arguments of `cases`, only some of them.

    Raises
    ------
    InvalidArgument
        If a bound, a regime or a kind of target cannot be.

    Examples
    --------
    >>> check_bounds({"min_layers": 9})
    >>> check_bounds({"min_layers": 9, "max_layers": 3})
    Traceback (most recent call last):
    hypothesis.errors.InvalidArgument: ...
    """
    for name, least in LEAST.items():
        low = bounds.get(f"min_{name}", least)
        check_range(name, low, bounds.get(f"max_{name}", low), at_least=least)
    check_choices("regimes", bounds.get("regimes", REGIMES), REGIMES)
    check_choices("targets", (bounds.get("targets", TARGETS[0]),), TARGETS)


@st.composite
def layouts(draw: st.DrawFn, array: Array) -> Array:
    """
    Return a strategy for the same numbers in other places of memory.

    Parameters
    ----------
    draw : callable
        Given by Hypothesis.
    array : ndarray
        Of any shape; not modified.

    Returns
    -------
    SearchStrategy of ndarray
        Equal to `array`: C-ordered, Fortran-ordered, strided, reversed, part of a wider array,
        or read-only; shrinks to a C-ordered copy.
    """
    if not array.ndim:
        msg = f"array={array!r} must have at least one dimension"
        raise InvalidArgument(msg)
    layout: Callable[[Array], Array] = one_of(draw, "layouts", tuple(LAYOUTS.values()))
    return layout(array)


def _sizes(
    draw: st.DrawFn, min_layers: int, max_layers: int, min_width: int, max_width: int
) -> list[int]:
    """Return sizes within bounds, or raise an error."""
    check_range("layers", min_layers, max_layers, at_least=LEAST["layers"])
    check_range("width", min_width, max_width, at_least=LEAST["width"])
    n = integers(draw, min_width, max_width, min_layers, max_layers)
    # Layers and transposes that are mixed up go unnoticed unless widths are equal.
    return [n[0]] * len(n) if draw(st.booleans()) else n


def _network(draw: st.DrawFn, n: Sequence[int], regime: str) -> Parameters:
    """Return weights and biases for these sizes."""
    # One draw for a layer: a bias is one more weight of its neuron.
    layers = _arrays(draw, [(b, a + 1) for a, b in itertools.pairwise(n)], regime)
    weights, biases = [w[:, :-1].copy() for w in layers], [w[:, -1].copy() for w in layers]
    return Parameters(n, [[], *weights], [[], *biases])


def _batch(
    draw: st.DrawFn, batch: int, widths: tuple[int, int], regime: str, targets: str
) -> tuple[Array, Array]:
    """Return examples and targets."""
    inputs, outputs = ((batch, width) for width in widths)
    if targets == "any":
        x, y = _arrays(draw, [inputs, outputs], regime)
        return x, y
    (x,), (y,) = _arrays(draw, [inputs], regime), _arrays(draw, [outputs], "grid")
    return x, _as_targets(y, targets)


def _arrays(draw: st.DrawFn, shapes: Sequence[tuple[int, ...]], regime: str) -> list[Array]:
    """Return arrays of these shapes."""
    # A draw for each in every regime: only so a failing case shrinks from one to another.
    if regime == "grid":
        counts = [math.prod(shape) for shape in shapes]
        codes = [draw(_codes(count)) for count in counts]
        return [_on_grid(code, shape) for code, shape in zip(codes, shapes, strict=True)]
    seeds = [seed_of(draw) for _ in shapes]
    return [
        _normals(np.random.default_rng(seed), shape, regime)
        for seed, shape in zip(seeds, shapes, strict=True)
    ]


def _normals(rng: np.random.Generator, shape: tuple[int, ...], regime: str) -> Array:
    """Return numbers of a seeded regime."""
    if regime == "ties":
        return rng.integers(-1, 2, shape).astype(float)
    scale = {"saturated": 100.0, "huge": 1e4, "tiny": 2.0**-60}.get(regime, 1.0)
    kept = rng.random(shape) < 0.5 if regime == "zeros" else np.ones(shape, bool)
    numbers: Array = np.where(kept, scale * rng.normal(size=shape), 0.0)
    return numbers


def _on_grid(codes: bytes, shape: tuple[int, ...]) -> Array:
    """Return values of the grid."""
    on_grid: Array = GRID[np.frombuffer(codes, np.uint8)].reshape(shape)
    return on_grid


@cache
def _codes(count: int) -> st.SearchStrategy[bytes]:
    """Return a strategy for places on the grid."""
    return st.binary(min_size=count, max_size=count)


def _as_targets(y: Array, targets: str) -> Array:
    """Return numbers of the grid as targets of a kind."""
    if targets == "probabilities":
        clipped: Array = np.minimum(abs(y), 1)
        return clipped
    if y.shape[1] == 1:
        return np.ones_like(y) if targets == "distributions" else (y > 0).astype(float)
    rows = np.eye(y.shape[1])
    hot = rows[y.argmax(axis=1)]
    soft = (y[:, :1] % 1 != 0) & (targets == "distributions")
    mixed: Array = np.where(soft, (hot + rows[y.argmin(axis=1)]) / 2, hot)
    return mixed
