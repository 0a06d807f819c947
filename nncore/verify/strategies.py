"""
Random sizes, numbers, networks, batches, and cases of all of them.

Shapes are drawn before numbers, and the numbers of an array in one draw: as bytes that index a
grid of dyadic values, or as the seed of a generator of normals. So a failing case shrinks in
milliseconds, first to fewer layers, then to fewer neurons, then to the value 1. It is 1 and not
0 because most faults of a gradient are invisible in a network of zeros.

Left out on purpose: NaN and infinity.
"""

from __future__ import annotations

from collections.abc import Sequence
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

#: Regimes of numbers. "grid" is read off the bytes of a draw, the others are seeded.
REGIMES = ("grid", "normal", "saturated", "tiny", "huge", "zeros", "ties")

#: What targets look like: rows with a single 1, rows that sum to 1, numbers in [0, 1], any.
TARGETS = ("one-hot", "distributions", "probabilities", "any")


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
    _check_range("layers", min_layers, max_layers, at_least=2)
    _check_range("width", min_width, max_width, at_least=1)
    widths = st.integers(min_width, max_width)
    return draw(st.lists(widths, min_size=min_layers, max_size=max_layers))


def values(shape: int | Sequence[int], *, regime: str = "grid") -> st.SearchStrategy[Array]:
    """
    Return a strategy for arrays of float64.

    Parameters
    ----------
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
        If the regime is not known.
    """
    dimensions = (shape,) if isinstance(shape, int) else tuple(shape)
    _one_of("regimes", (regime,), REGIMES)
    if regime == "grid":
        size = int(np.prod(dimensions))
        codes = st.binary(min_size=size, max_size=size)
        return codes.map(lambda code: GRID[np.frombuffer(code, np.uint8)].reshape(dimensions))
    seeds = st.integers(0, 2**32 - 1)
    return seeds.map(lambda seed: _normals(np.random.default_rng(seed), dimensions, regime))


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
    n = draw(
        sizes(
            min_layers=min_layers,
            max_layers=max_layers,
            min_width=min_width,
            max_width=max_width,
        )
    )
    regime = draw(_one_of("regimes", regimes, REGIMES))
    weights = [draw(values((b, a), regime=regime)) for a, b in zip(n, n[1:], strict=False)]
    biases = [draw(values(b, regime=regime)) for b in n[1:]]
    return Parameters(n, [[], *weights], [[], *biases])


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
    _check_range("batch", min_batch, max_batch, at_least=1)
    _one_of("targets", (targets,), TARGETS)
    batch = draw(st.integers(min_batch, max_batch))
    regime = draw(_one_of("regimes", regimes, REGIMES))
    x = draw(values((batch, inputs), regime=regime))
    y = draw(values((batch, outputs), regime=regime if targets == "any" else "grid"))
    return x, _as_targets(y, targets)


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
    parameters = draw(
        networks(
            min_layers=min_layers,
            max_layers=max_layers,
            min_width=min_width,
            max_width=max_width,
            regimes=regimes,
        )
    )
    x, y = draw(
        batches(
            parameters.sizes[0],
            parameters.sizes[-1],
            min_batch=min_batch,
            max_batch=max_batch,
            regimes=regimes,
            targets=targets,
        )
    )
    seed = draw(st.integers(0, 2**16 - 1))
    return Case(parameters.sizes, parameters.weights, parameters.biases, x, y, seed)


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
    return draw(st.sampled_from(_LAYOUTS))(array)


def _strided(array: Array) -> Array:
    """Return every second entry of a wider array."""
    wide = np.full((*array.shape[:-1], 2 * array.shape[-1]), np.nan)
    wide[..., ::2] = array
    return wide[..., ::2]


def _reversed(array: Array) -> Array:
    """Return an array that is read from its end."""
    return array[..., ::-1].copy()[..., ::-1]


def _inside(array: Array) -> Array:
    """Return the middle of a wider array."""
    wide = np.full((*array.shape[:-1], array.shape[-1] + 2), np.nan)
    wide[..., 1:-1] = array
    return wide[..., 1:-1]


def _read_only(array: Array) -> Array:
    """Return an array that cannot be written."""
    copy = array.copy()
    copy.flags.writeable = False
    return copy


_LAYOUTS = (np.ascontiguousarray, np.asfortranarray, _strided, _reversed, _inside, _read_only)


def _normals(rng: np.random.Generator, shape: tuple[int, ...], regime: str) -> Array:
    """Return numbers of a seeded regime."""
    if regime == "ties":
        return rng.integers(-1, 2, shape).astype(float)
    scale = {"saturated": 100.0, "huge": 1e4, "tiny": 2.0**-60}.get(regime, 1.0)
    kept = rng.random(shape) < 0.5 if regime == "zeros" else np.ones(shape, bool)
    numbers: Array = np.where(kept, scale * rng.normal(size=shape), 0.0)
    return numbers


def _as_targets(y: Array, targets: str) -> Array:
    """Return numbers of the grid as targets of a kind."""
    if targets == "any":
        return y
    if targets == "probabilities":
        return np.minimum(abs(y), 1)
    if y.shape[1] == 1:
        return np.ones_like(y) if targets == "distributions" else (y > 0).astype(float)
    rows = np.eye(y.shape[1])
    hot = rows[y.argmax(axis=1)]
    soft = (y[:, :1] % 1 != 0) & (targets == "distributions")
    mixed: Array = np.where(soft, (hot + rows[y.argmin(axis=1)]) / 2, hot)
    return mixed


def _one_of(name: str, choices: Sequence[Any], known: Sequence[Any]) -> st.SearchStrategy[Any]:
    """Return a strategy for one of the choices, the first the simplest, or raise an error."""
    if isinstance(choices, str) or not len(choices):
        msg = f"{name}={choices!r} must be a sequence of at least one choice"
        raise InvalidArgument(msg)
    unknown = [choice for choice in choices if choice not in known]
    if unknown:
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
