"""The rounding noise of a function along a line, from its values nearby.

High differences of values at equal spacing leave noise alone (Hamming's differences; More and
Wild, Estimating computational noise, SIAM Journal on Scientific Computing 33, 2011).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from .structure import FloatArray

__all__ = ["Line", "noise_along"]

# The function along a line: Line(0.0) is its value at the point.
Line: TypeAlias = Callable[[float], float]
# Noise of a cost is some roundings of its value; so many times as much may be something else,
# which does not show from so much nearer.
SUSPICIOUS, NEARER = 1000.0, 100.0


def noise_along(line: Line, length: float = 1e-2, points: int = 12) -> float:
    """Standard deviation of the rounding noise of a function, from its high differences.

    Parameters
    ----------
    line : callable
        The function along a line.
    length : float
        The spacing of the points is 1/256 of it.
    points : int
        Evaluations near the point; four more look far.

    Returns
    -------
    float
        The larger of the estimates from the sixth and seventh differences; at least the
        rounding of the largest value that the function takes nearby.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> sigma = noise_along(lambda t: np.sin(t) + 1e-9 * rng.standard_normal())
    >>> bool(1e-10 < sigma < 1e-8)
    True
    """
    values = _one_side(line, length, points)
    if not np.isfinite(values).all():
        return math.inf
    # Terms that cancel at the point show when it moves far: they were rounded as well.
    far = np.array([line(t) for t in (1.0, -1.0, 0.125, -0.125)])
    largest = max(
        float(np.abs(part[np.isfinite(part)]).max(initial=0)) for part in (values, far)
    )
    floor = np.finfo(float).eps / 2 * largest
    measured = max(floor, _jitter(line, length, values))
    if measured > SUSPICIOUS * floor:
        # A kink among the points bends high differences as noise would, but less from nearer.
        nearer = _jitter(line, length / NEARER, _one_side(line, length / NEARER, points))
        measured = max(floor, nearer) if nearer < measured else measured
    return measured or math.inf


def _one_side(line: Line, length: float, points: int) -> FloatArray:
    """The function at points on one side: a kink at the point itself is not noise."""
    return np.array([line(length / 256 * (i + 1)) for i in range(points)])


def _jitter(line: Line, length: float, values: FloatArray) -> float:
    """The noise that values on one side show, or that hides where they all are the same."""
    if (values == values[0]).all():
        return _nearest_step(line, length / 256 * len(values))
    return _high_difference(values)


def _nearest_step(line: Line, near: float) -> float:
    """How far a function moves where it first does, if it stands still up to a point.

    Rounded before it cancelled, a cost may move in steps that are higher than its last digit.
    """
    still = line(near)
    for far in (0.125, -0.125, 1.0, -1.0):
        start, end = math.copysign(near, far), far
        while line(end) != still and abs(end - start) > near:
            middle = (start + end) / 2
            start, end = (middle, end) if line(middle) == still else (start, middle)
        if line(end) != still:
            return abs(line(end) - still) if math.isfinite(line(end)) else 0.0
    return 0.0


def _high_difference(values: FloatArray) -> float:
    """The larger estimate of noise from the sixth and seventh differences."""
    squares = ((k, float(np.mean(np.diff(values, k) ** 2))) for k in (6, 7))
    return max(math.sqrt(square / math.comb(2 * k, k)) for k, square in squares)
