"""What the gradient loses to its own floats, against balls that lose nothing."""

from __future__ import annotations

import math

import numpy as np

from nncore.gradcheck.evidence import Verdict

from ..asking import report_of
from ..case import Case
from ..failure import fail
from ..registry import SkipCheck, check
from ..subject import Subject
from ..tolerance import roundoff

__all__: list[str] = []

# Weighted inputs at which no activation is saturated: what is lost there, the formula loses.
CALM = 2.0


@check(
    group="numerics",
    needs={"parameters", "cost", "gradient"},
    examples=0.16,
    regimes=("normal",),
    max_layers=3,
    max_width=3,
    max_batch=3,
)
def gradient_keeps_its_digits(net: Subject, case: Case) -> None:
    """
    Half of the digits of the gradient, at least, survive its own floats.

    A right formula may still subtract what is nearly equal. The error of the whole gradient is
    taken against its largest entry, where no unit is saturated. N. J. Higham, "Accuracy and
    Stability of Numerical Algorithms", SIAM 2002, sections 1.7 and 1.8; the reference is an
    enclosure by balls: F. Johansson, IEEE Trans. Comp. 66 (2017).
    """
    calm = _calm(case)
    here = net.another(calm.parameters)
    own = here.parameters().copy()
    report = report_of(here, calm, own, "certified", may_skip=True)
    if report is None or report.verdict != Verdict.AGREES or report.evidence is None:
        msg = "balls do not say that the formula is right: see gradient_is_certified"
        raise SkipCheck(msg)
    entries = report.evidence.entries
    largest = max(float(abs(e.reference).max()) for e in entries)
    unit = roundoff(here, *(e.analytic for e in entries))
    if not largest:
        return
    worst = max(entries, key=lambda e: float(abs(e.analytic - e.reference).max()))
    error = float(abs(worst.analytic - worst.reference).max()) / largest
    if not error <= math.sqrt(unit):
        right, most = -math.log10(error), -math.log10(unit)
        fail(
            f"the formula is right, but {worst.path} keeps {right:.1f} of {most:.1f} digits of "
            f"the largest entry of the gradient, {largest:.6g}",
            details={"digits": right},
        )


def _calm(case: Case) -> Case:
    """Return a case with examples, and weighted inputs of every layer, of a few units."""
    x = case.x / max(1.0, float(abs(case.x).max()))
    scales = [
        CALM / np.maximum(CALM, abs(w).sum(axis=1) + abs(b))
        for w, b in zip(case.weights[1:], case.biases[1:], strict=True)
    ]
    weights = [s[:, None] * w for s, w in zip(scales, case.weights[1:], strict=True)]
    biases = [s * b for s, b in zip(scales, case.biases[1:], strict=True)]
    return case.replaced(weights=[[], *weights], biases=[[], *biases], x=x)
