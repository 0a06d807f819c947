"""Where the elementwise functions are measured: everywhere, and most where it is hard."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from .double_double import Array
from .formats import Format

__all__ = ["chunks", "landmarks"]

CHUNK = 1 << 15
#: Where formulas branch or reduce their argument, or where results saturate, become subnormal
#: or vanish, in float64 and float32, halves and doubles of it included.
CUTS = (
    *(k * np.log(2) / 2 for k in range(1, 9)),
    *(0.25, 0.5, 0.55, 0.625, 1.0, 2.0, 4.0, 8.0, 9.01, 16.64, 17.33, 19.06, 20.0, 22.0, 33.3),
    *(36.04, 36.74, 37.43, 43.67, 44.01, 51.99, 87.34, 88.03, 88.72, 103.28, 103.97),
    *(354.2, 354.9, 355.2, 372.2, 372.6, 708.4, 709.1, 709.78, 744.4, 745.13, 746.0),
)


def landmarks(kind: Format) -> Array:
    """Return powers of two and what is below, the largest floats, and the cuts +-8 ulp."""
    info = np.finfo(kind.name)
    powers = np.ldexp(1.0, np.arange(kind.smallest, info.maxexp)).astype(kind.name)
    near = [powers, np.array([info.max, info.max / 2], kind.name)]
    point = np.array(CUTS, kind.name)
    upward = downward = point
    for _ in range(8):
        upward = np.nextafter(upward, np.array(np.inf, kind.name))
        downward = np.nextafter(downward, np.array(0, kind.name))
        near += [upward, downward]
    positive = np.concatenate([point, *near, np.nextafter(powers, np.zeros((), kind.name))])
    return np.concatenate([positive, -positive])


def chunks(count: int, kind: Format, rng: np.random.Generator) -> Iterator[Array]:
    """Yield the landmarks, then random points, `count` of them or somewhat more in all."""
    first = landmarks(kind)
    yield first
    left = count - len(first)
    while left > 0:
        yield _random(CHUNK, kind, rng)
        left -= CHUNK


def _random(count: int, kind: Format, rng: np.random.Generator) -> Array:
    """Return points of five laws, as many of each."""
    share = count // 5
    top = 760.0 if kind.name == "float64" else 110.0
    signs = rng.choice([-1.0, 1.0], share)
    parts = [
        _any_bits(count - 4 * share, kind, rng),
        rng.uniform(-40, 40, share),
        rng.uniform(-top, top, share),
        signs * np.exp2(rng.uniform(-64, 11, share)),
        rng.choice(CUTS, share) * signs * (1 + rng.normal(0, 1e-3, share)),
    ]
    return np.concatenate([part.astype(kind.name) for part in parts])


def _any_bits(count: int, kind: Format, rng: np.random.Generator) -> Array:
    """Return finite floats of random bits: every exponent, subnormal numbers included."""
    unsigned = np.uint64 if kind.name == "float64" else np.uint32
    bits = rng.integers(0, np.iinfo(unsigned).max, count, dtype=unsigned, endpoint=True)
    values: Array = bits.view(kind.name)
    finite: Array = values[np.isfinite(values)]
    return finite
