"""Whether the program that ran on balls is the one that the user runs.

The same program runs once more, in balls of eight bits fewer than floats have: rough enough to
enclose whatever its own floats may owe to rounding. And the cost moves in floats, along one
random direction, as the enclosed derivatives say.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from .enclosures import Settings
from .evidence import Verdict
from .lines import Line, Point
from .noise import noise_along
from .program import Program
from .run import Undecided
from .slopes import Slope, confirmed, slope

if TYPE_CHECKING:
    from .findings import Findings
    from .structure import FloatArray
    from .tape import Number

__all__ = ["ROUGH_BITS", "compare_floats", "compare_moves", "narrowest"]

# By the bytes of the narrowest float.
ROUGH_BITS = {2: 6, 4: 16, 8: 45}
# Powers of two that are its smallest normal numbers: what is less may come out as nothing.
SMALLEST = {2: -14, 4: -126, 8: -1022}
# Differences were never further off than their own error; the terms of a sum of derivatives
# are floats.
MARGIN = 4.0
ROUNDING = 1e-12
# So closely a quick look must agree, from a step that is small for smooth functions.
SEVEN_DIGITS = 1e-7
QUICK_STEP = 1e-3
# Memory alignment may change the order of a sum.
SAME = 1e-10


def narrowest(program: Program, analytic: list[FloatArray], *, is_rounded: bool) -> int:
    """The bytes of the shortest floats that the user's code computes with.

    Parameters
    ----------
    program : Program
        The user's cost and gradient.
    analytic : list of float arrays
        What the gradient returned in its own floats.
    is_rounded : bool
        Whether a program rounds to single precision on its way.

    Returns
    -------
    int
        At most 8.
    """
    arrays = [*analytic, *program.structure.arrays]
    return min(4 if is_rounded else 8, *(array.dtype.itemsize for array in arrays))


def compare_floats(
    program: Program,
    analytic: list[FloatArray],
    findings: Findings,
    *,
    is_rounded: bool = False,
) -> list[str]:
    """Correct the verdicts where the user's own floats say otherwise.

    Parameters
    ----------
    program : Program
        The user's cost and gradient.
    analytic : list of float arrays
        What the gradient returned in its own floats.
    findings : Findings
        Of all entries; changed.
    is_rounded : bool, optional
        Whether a program rounds to single precision on its way.

    Returns
    -------
    list of str
        What to tell the user.
    """
    floats = narrowest(program, analytic, is_rounded=is_rounded)
    settings = Settings(ROUGH_BITS[floats], smallest=SMALLEST[floats])
    try:
        value, cost_run = program.run_cost(settings)
        rough, run = program.run_gradient(settings, rough=True)
    except Undecided as place:
        return [f"{place}: the floats could not be compared with the enclosures"]
    notes = [f"{line}: in floats this may go another way" for line in run.doubtful[:1]]
    if _outside(value, program.cost_in_floats):
        if cost_run.doubtful:
            return [*notes, f"{cost_run.doubtful[0]}: in floats the cost may go another way"]
        difference = (
            f"the cost is {program.cost_in_floats!r} in floats, but {value.str(15)} in ball "
            "arithmetic"
        )
        return [*notes, _give_up(findings, difference)]
    flat = np.concatenate([array.ravel().astype(float) for array in analytic]).tolist()
    other = Verdict.UNRESOLVABLE if run.doubtful else Verdict.INCONSISTENT
    for i in np.flatnonzero(~findings.where(Verdict.UNRESOLVABLE)).tolist():
        if _outside(rough[i], flat[i]):
            findings.change(i, other)
    return notes


def _give_up(findings: Findings, difference: str) -> str:
    """Call all entries inconsistent; what to tell the user."""
    findings.give_up()
    return f"{difference}: it is not the same program for both"


def compare_moves(program: Program, findings: Findings) -> list[str]:
    """Correct the verdicts where the cost moves in floats in another way than on balls.

    A program that knows balls from floats may give both the same value, and no more.

    Parameters
    ----------
    program : Program
        The user's cost and gradient.
    findings : Findings
        Of all entries; changed.

    Returns
    -------
    list of str
        What to tell the user.
    """
    moves = _move(program, findings)
    return [_give_up(findings, moves)] if moves else []


def _move(program: Program, findings: Findings) -> str:
    """How the cost moves in floats, where the enclosed derivatives say otherwise."""
    point = Point(program.cost, program.structure)
    references, kinks = findings.references, findings.where(Verdict.KINK)
    vector = np.concatenate([part.ravel() for part in point.direction(_rng(program))])
    vector[kinks | ~np.isfinite(references)] = 0.0
    if not vector.any():
        return ""
    line = point.along(point.unflattened(vector))
    terms = vector * np.where(vector, references, 0.0)
    expected, size = float(terms.sum()), float(np.abs(terms).sum())
    if abs(_quick_slope(line) - expected) <= SEVEN_DIGITS * size:
        return ""
    noise = noise_along(line, epsilon=point.epsilon)
    moved = slope(line, noise)
    before, now = program.cost_in_floats, line(0.0)
    if abs(now - before) > SAME * abs(before):
        return f"the cost was {before!r}, and is {now!r} at the same point after other calls"

    def differs(moved: Slope) -> bool:
        error = MARGIN * moved.error + ROUNDING * size
        # Of a kink nearby, which noise may hide, one side tells.
        sides = (abs(side - expected) for side in (moved.left, moved.right))
        is_kink = moved.is_kink or min(sides) <= moved.side_error
        return not is_kink and abs(moved.value - expected) > error

    if not differs(moved) or not differs(confirmed(line, noise, moved)):
        return ""
    return (
        f"along a direction the cost grows by {moved.value:.10g} in floats, but by "
        f"{expected:.10g} in ball arithmetic"
    )


def _quick_slope(line: Line) -> float:
    """The slope from four evaluations; most functions need no more to be told from others."""
    h = QUICK_STEP
    (near, far) = (line(k * h) - line(-k * h) for k in (1, 2))
    return (8 * near - far) / (12 * h)


def _rng(program: Program) -> np.random.Generator:
    """Of the program's seed."""
    return np.random.default_rng(program.seed)


def _outside(rough: Number, value: float) -> bool:
    """Whether the float is not what the program can give in floats."""
    return bool(rough.is_finite()) and not (math.isfinite(value) and rough.contains(value))
