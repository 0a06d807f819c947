"""The rounding noise of a function along a line, from its values nearby.

High differences of values at equal spacing leave noise alone (Hamming's differences; More and
Wild, Estimating computational noise, SIAM Journal on Scientific Computing 33, 2011). Three
things are not as they suppose: a kink bends high differences as noise would; a wave that is
shorter than the spacing looks like noise; and a function that was rounded before terms
cancelled moves by steps, which values at equal spacing may not show.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from .lines import Line, Remembered

if TYPE_CHECKING:
    from .structure import FloatArray

__all__ = ["SUSPICIOUS", "noise_along"]

# Of the points, and by what it is shortened where they seem to tell of a kink.
SPACING, NEARER = 1e-2 / 256, (1e-1, 1e-2)
# Far away, where terms that cancel at the point do not.
FAR = (0.125, -0.125, 1.0, -1.0)
# Noise of a cost is some roundings of its value; so many times as much may be something else.
SUSPICIOUS = 4.0
# Of floats of double precision.
EPSILON = float(np.finfo(float).eps)
# Where the distance of points is halved so often, a kink bends by less than this part, noise as
# before: the largest second difference of some is about so many deviations of it.
HALVINGS, REMAINS, LARGEST_BEND = 6, 1 / 8, 2 * math.sqrt(6)
# What looks like noise of so many roundings may be a wave that is shorter than the distance of
# the points. From so much nearer it is smooth; and no step remains, as of what was rounded to
# shorter floats, when the distance is halved as often.
GROSS, NEAREST, SMOOTH, MANY_HALVINGS = 2.0**20, 1e-8 * SPACING, 1e-2, 27
# Of shorter waves nothing is known; nor of noise of so many roundings of which so much stays
# when it is looked at from there: of rounding to shorter floats less would.
SHORTEST_WAVE, COARSE, STAYS = 1e-8, 2.0**36, 1e-3


def noise_along(
    line: Line, points: int = 12, suspicious: float = SUSPICIOUS, epsilon: float = EPSILON
) -> float:
    """Standard deviation of the rounding noise of a function, from its high differences.

    Parameters
    ----------
    line : callable
        The function along a line.
    points : int
        Evaluations near the point; four more look far.
    suspicious : float
        Noise of so many roundings of the function may be a kink, and is looked at from nearer
        by some 36 evaluations; gross noise, which may be a wave, by up to 90 more.
    epsilon : float
        Of the floats in which the function is computed: single roundings, which need not show
        at equal spacing, are there all the same.

    Returns
    -------
    float
        The larger of the estimates from the sixth and seventh differences; at least the
        rounding of the largest value that the function takes nearby, and the steps by which it
        moves. Infinite where nothing can be said.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> sigma = noise_along(lambda t: np.sin(t) + 1e-9 * rng.standard_normal())
    >>> bool(1e-10 < sigma < 1e-8)
    True
    """
    line = Remembered(line)
    steps = SPACING * np.arange(1, points + 1)
    values = _values(line, steps)
    if not np.isfinite(values).all():
        return math.inf
    # Terms that cancel at the point show when it moves far: they were rounded as well.
    everywhere = np.concatenate([values, _values(line, np.array(FAR))])
    floor = epsilon / 2 * np.abs(everywhere[np.isfinite(everywhere)]).max()
    noise = _high_difference(values)
    if (values == values[0]).all():
        noise = _nearest_step(line, float(steps[-1]))
    elif noise > suspicious * floor:
        bends = np.abs(np.diff(values, 2))
        centre = float(steps[np.argmax(bends) + 1])
        bend = _bend_nearby(line, centre)
        if bend < REMAINS * bends.max():  # a kink, beyond which values may tell more
            nearer = (_high_difference(_values(line, near * steps)) for near in NEARER)
            noise = min(noise, *nearer)
        else:
            noise = max(noise, bend / LARGEST_BEND)
        if noise > GROSS * floor:
            noise = _gross_noise(line, noise, centre, is_coarse=noise > COARSE * floor)
    return float(max(floor, noise)) or math.inf


def _values(line: Line, steps: FloatArray) -> FloatArray:
    """The function at some steps; those on one side leave out a kink at the point itself."""
    return np.array([line(t) for t in steps.tolist()])


def _high_difference(values: FloatArray) -> float:
    """The larger estimate of noise from the sixth and seventh differences."""
    squares = ((k, float(np.mean(np.diff(values, k) ** 2))) for k in (6, 7))
    return max(math.sqrt(square / math.comb(2 * k, k)) for k, square in squares)


def _gross_noise(line: Line, noise: float, centre: float, *, is_coarse: bool) -> float:
    """Gross noise again, or that of a wave which looks like it; infinite where not known."""
    values = _values(line, NEAREST * np.arange(1, 9))
    nearest, moved = _high_difference(values), float(abs(values[-1] - values[0]))
    if nearest < SMOOTH * moved:
        is_short = noise * 7 * NEAREST < SHORTEST_WAVE * moved
        if _bend_nearby(line, centre, MANY_HALVINGS) > REMAINS * noise:
            return math.inf if is_coarse and is_short else noise
        return math.inf if is_short else nearest
    return math.inf if is_coarse and nearest > STAYS * noise else noise


def _bend_nearby(line: Line, centre: float, halvings: int = HALVINGS) -> float:
    """The largest second difference of points ever nearer to where the function bends most."""
    distance, nearer = SPACING, []
    for _ in range(halvings):
        distance /= 2
        bend, centre = max(
            (abs(line(t - distance) + line(t + distance) - 2 * line(t)), t)
            for t in (centre - distance, centre, centre + distance)
        )
        nearer.append(bend)
    # The last one alone may be that of three points whose noise happens to be the same.
    return max(nearer[-3:])


def _nearest_step(line: Line, near: float) -> float:
    """How far a function moves where it first does, if it stands still up to a point."""
    still = line(near)
    for far in FAR:
        start, end = math.copysign(near, far), far
        while line(end) != still and abs(end - start) > near:
            middle = (start + end) / 2
            start, end = (middle, end) if line(middle) == still else (start, middle)
        if line(end) != still:
            return abs(line(end) - still) if math.isfinite(line(end)) else 0.0
    return 0.0
