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
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from .case import Array, Case, Parameters

__all__ = [
    "GRID",
    "REGIMES",
    "TARGETS",
    "batches",
    "cases",
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

# Hypothesis draws constants that stand in the loaded modules more often than other numbers: one
# seed would try other cases after another import. So integers are drawn far from those that
# programs contain, and from ranges of at most 128, in which Hypothesis draws them directly.
# (Bytes are not: a literal would have to be as long as an array.)
FAR = 0xE000_0000_0000
LAST_SEED = 127


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
        _check_count("shape", n, at_least=0)
    _check_choices("regime", (regime,), REGIMES)
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
    return _network(draw, n, _one_of(draw, "regimes", regimes, REGIMES))


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
    _check_count("inputs", inputs, at_least=1)
    _check_count("outputs", outputs, at_least=1)
    _check_choices("targets", (targets,), TARGETS)
    batch = _integer(draw, "batch", min_batch, max_batch)
    regime = _one_of(draw, "regimes", regimes, REGIMES)
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
    _check_choices("targets", (targets,), TARGETS)
    n = _sizes(draw, min_layers, max_layers, min_width, max_width)
    batch = _integer(draw, "batch", min_batch, max_batch)
    parameters = _network(draw, n, _one_of(draw, "regimes", regimes, REGIMES))
    regime = _one_of(draw, "regimes", regimes, REGIMES)
    x, y = _batch(draw, batch, (n[0], n[-1]), regime, targets)
    seed = draw(_far(LAST_SEED)) - FAR
    return Case(n, parameters.weights, parameters.biases, x, y, seed)


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
    layout: Callable[[Array], Array] = _one_of(draw, "layouts", _LAYOUTS)
    return layout(array)


def _c_ordered(array: Array) -> Array:
    """Return a copy in the usual order."""
    return array.copy(order="C")


def _fortran_ordered(array: Array) -> Array:
    """Return a copy whose first index changes fastest."""
    return array.copy(order="F")


def _strided(array: Array) -> Array:
    """Return every second entry of a wider array."""
    wide = _wide(array, 2 * array.shape[-1])
    wide[..., ::2] = array
    return wide[..., ::2]


def _reversed(array: Array) -> Array:
    """Return an array that is read from its end."""
    return array[..., ::-1].copy()[..., ::-1]


def _inside(array: Array) -> Array:
    """Return the middle of a wider array."""
    wide = _wide(array, array.shape[-1] + 2)
    wide[..., 1:-1] = array
    return wide[..., 1:-1]


def _read_only(array: Array) -> Array:
    """Return an array that cannot be written."""
    copy = array.copy()
    copy.flags.writeable = False
    return copy


_LAYOUTS: tuple[Callable[[Array], Array], ...] = (
    _c_ordered,
    _fortran_ordered,
    _strided,
    _reversed,
    _inside,
    _read_only,
)


def _wide(array: Array, width: int) -> Array:
    """Return a wider array of NaN, which shows where more is read than is shown."""
    fill = np.nan if np.issubdtype(array.dtype, np.inexact) else 0
    return np.full((*array.shape[:-1], width), fill, dtype=array.dtype)


def _sizes(
    draw: st.DrawFn, min_layers: int, max_layers: int, min_width: int, max_width: int
) -> list[int]:
    """Return sizes within bounds, or raise an error."""
    _check_range("layers", min_layers, max_layers, at_least=2)
    _check_range("width", min_width, max_width, at_least=1)
    widths = draw(_lists(max_width - min_width, min_layers, max_layers))
    n = [min_width + width - FAR for width in widths]
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
    seeds = [draw(_far(LAST_SEED)) - FAR for _ in shapes]
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


@cache
def _lists(high: int, min_size: int, max_size: int) -> st.SearchStrategy[list[int]]:
    """Return a strategy for lists of integers from `FAR` on, short and low ones first."""
    return st.lists(_far(high), min_size=min_size, max_size=max_size)


@cache
def _far(high: int) -> st.SearchStrategy[int]:
    """Return a strategy for integers from `FAR` on, the lowest the simplest."""
    return st.integers(FAR, FAR + high)


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


def _one_of(
    draw: st.DrawFn, name: str, choices: Sequence[Any], known: Sequence[Any] | None = None
) -> Any:
    """Return one of the choices, the first the simplest, or raise an error."""
    _check_choices(name, choices, known)
    return choices[draw(_far(len(choices) - 1)) - FAR]


def _integer(draw: st.DrawFn, name: str, low: int, high: int) -> int:
    """Return an integer of at least 1 within bounds, or raise an error."""
    _check_range(name, low, high, at_least=1)
    return low + draw(_far(high - low)) - FAR


def _check_choices(name: str, choices: Sequence[Any], known: Sequence[str] | None) -> None:
    """Raise InvalidArgument unless there are choices, all of them known."""
    if isinstance(choices, str) or not len(choices):
        msg = f"{name}={choices!r} must be a sequence of at least one choice"
        raise InvalidArgument(msg)
    unknown = [] if known is None else [choice for choice in choices if choice not in known]
    if known is not None and unknown:
        msg = f"{name}={choices!r} holds {unknown[0]!r}; known are {', '.join(known)}"
        raise InvalidArgument(msg)


def _check_range(name: str, low: int, high: int, *, at_least: int) -> None:
    """Raise InvalidArgument unless at_least <= low <= high, all of them integers."""
    _check_count(f"min_{name}", low, at_least=at_least)
    _check_count(f"max_{name}", high)
    if high < low:
        msg = f"max_{name}={high} must not be less than min_{name}={low}"
        raise InvalidArgument(msg)


def _check_count(name: str, value: Any, *, at_least: float = -math.inf) -> None:
    """Raise InvalidArgument unless this is an integer, and large enough."""
    if isinstance(value, bool) or not isinstance(value, int):
        msg = f"{name}={value!r} must be an integer"
        raise InvalidArgument(msg)
    if value < at_least:
        msg = f"{name}={value} must be at least {at_least}"
        raise InvalidArgument(msg)
