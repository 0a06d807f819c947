"""The exact rung: the user's unmodified code, run on rational numbers.

For code whose pieces are polynomials or fractions (identity and relu layers, quadratic costs):
each derivative and each entry of the gradient is one fraction, and they are equal or not.
"""

from __future__ import annotations

import math
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from .buffers import served
from .consistency import compare_floats, compare_moves
from .enclosures import Settings
from .evidence import Evidence, NotApplicable, Progress, Verdict
from .findings import Finding, Findings, achieved_digits
from .program import Program, Stopped

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .structure import FloatArray, Params, Structure

__all__ = ["certify"]


def certify(
    cost: Callable[[Params], Any],
    gradient: Callable[[Params], Params],
    structure: Structure,
    *,
    analytic: list[FloatArray],
    subgradients: bool = False,
    declare: Mapping[str, float] | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> Evidence:
    """Check a gradient in rational arithmetic.

    Parameters
    ----------
    cost, gradient : callable
        The user's functions.
    structure : Structure
        The parameters.
    analytic : list of float arrays
        What the gradient returned in its own floats.
    subgradients : bool, optional
        Not used: this rung does not judge kinks.
    declare : mapping, optional
        Not used by this rung.
    seed : int, optional
        Not used: nothing is random.
    progress : callable, optional
        Told when all entries are done.

    Returns
    -------
    Evidence
        A verdict on every entry.

    Raises
    ------
    NotApplicable
        If the code needs more than the four operations, is at a kink, or differs by floats
        that occur in one of the two programs only.
    """
    del subgradients, declare, seed
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        program = Program(cost, gradient, structure)
        try:
            return _compared(program, analytic, progress)
        except Stopped as first:
            try:
                with served(cost, gradient):
                    return _compared(program, analytic, progress)
            except Stopped:
                raise NotApplicable(str(first)) from first


def _compared(
    program: Program, analytic: list[FloatArray], progress: Progress | None
) -> Evidence:
    """The verdicts."""
    sides = program.enclosures(Settings(None))
    if sides.cost_run.ties:
        msg = f"{next(iter(sides.cost_run.ties))}: a tie, where a derivative may not exist"
        raise NotApplicable(msg)
    findings = Findings(program.structure.size)
    for i, (reference, entry) in enumerate(zip(sides.reference, sides.analytic, strict=True)):
        equal = reference == entry
        verdict, shown = (Verdict.AGREES, math.inf) if equal else (Verdict.WRONG, math.nan)
        findings.judge(i, Finding(verdict, reference, shown))
    if findings.where(Verdict.WRONG).any() and sides.one_sided:
        value, line = next(iter(sides.one_sided.items()))
        msg = (
            f"{line}: the float {value!r} occurs in the cost or the gradient alone, so "
            "equality is too much to ask; the certified rung allows for its rounding"
        )
        raise NotApplicable(msg)
    notes = compare_floats(program, analytic, findings)
    notes += compare_moves(program, findings)
    if progress:
        progress(program.structure.size, program.structure.size)
    entries = findings.as_entries(program.structure, analytic, sides.magnitude)
    return Evidence(
        "exact", entries, 0.0, program.evaluations, notes, [], achieved_digits(entries)
    )
