"""Whether the program that ran on balls is the one that the user runs.

The same program runs once more, in balls of eight bits fewer than floats have: rough enough to
enclose whatever its own floats may owe to rounding.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from .enclosures import Program, Settings
from .evidence import Verdict
from .run import Undecided

if TYPE_CHECKING:
    from .findings import Finding
    from .structure import FloatArray
    from .tape import Number

__all__ = ["ROUGH_BITS", "compare_floats"]

# By the bytes of the narrowest float.
ROUGH_BITS = {2: 6, 4: 16, 8: 45}


def compare_floats(
    program: Program,
    analytic: list[FloatArray],
    findings: dict[int, Finding],
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
    findings : dict
        By the flat index of the entry; changed.
    is_rounded : bool, optional
        Whether a program rounds to single precision on its way.

    Returns
    -------
    list of str
        What to tell the user.
    """
    arrays = [*analytic, *program.structure.arrays]
    narrowest = min(4 if is_rounded else 8, *(array.dtype.itemsize for array in arrays))
    settings = Settings(ROUGH_BITS[narrowest])
    try:
        value, cost_run = program.run_cost(settings)
        rough, run = program.run_gradient(settings, rough=True)
    except Undecided as place:
        return [f"{place}: the floats could not be compared with the enclosures"]
    notes = [f"{line}: in floats this may go another way" for line in run.doubtful[:1]]
    if _outside(value, program.cost_in_floats):
        if cost_run.doubtful:
            return [*notes, f"{cost_run.doubtful[0]}: in floats the cost may go another way"]
        for finding in findings.values():
            finding.verdict = Verdict.INCONSISTENT
        notes.append(
            f"the cost is {program.cost_in_floats!r} in floats, but {value.str(15)} in ball "
            "arithmetic: it is not the same program for both"
        )
        return notes
    flat = np.concatenate([array.ravel().astype(float) for array in analytic]).tolist()
    for i, finding in findings.items():
        if finding.verdict is not Verdict.UNRESOLVABLE and _outside(rough[i], flat[i]):
            doubtful = bool(run.doubtful)
            finding.verdict = Verdict.UNRESOLVABLE if doubtful else Verdict.INCONSISTENT
    return notes


def _outside(rough: Number, value: float) -> bool:
    """Whether the float is not what the program can give in floats."""
    return bool(rough.is_finite()) and not (math.isfinite(value) and rough.contains(value))
