"""Why a gradient is wrong: the mistakes that explain it in a network without coincidences."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from nncore.gradcheck.diagnose import Case as Wrong
from nncore.gradcheck.diagnose import Cause, diagnose
from nncore.gradcheck.evidence import Verdict
from nncore.gradcheck.report import Report
from nncore.gradcheck.structure import Structure

from .adapter import Adapter
from .case import Case, Parameters
from .functions import Functions
from .inside import layers_of
from .registry import SkipCheck
from .subject import Subject

__all__ = ["causes_of"]

#: Judges the gradient of a network and batch at a point; None where it cannot.
Judge: TypeAlias = Callable[[Subject, Case, Parameters], Report | None]

# Layers of one width, so that what is mixed up fits; another number of examples.
SIZES = (2, 3, 3, 3)
TARGETS = np.eye(3)[[0, 2, 1, 1]]

# The implementation that was explained last, and its causes: shrinking asks many times.
_last: list[tuple[Adapter, list[Cause] | None]] = []


def causes_of(net: Subject, case: Case, report: Report, judge: Judge) -> list[Cause]:
    """
    Return the mistakes that explain a wrong gradient.

    In a small network of ones a dozen mistakes look alike. So the same implementation is judged
    with other parameters, of no pattern; only where it is right there, its own case counts.

    Parameters
    ----------
    net : Subject
        The network.
    case : Case
        Where its gradient was found to be wrong.
    report : Report
        What was found there.
    judge : callable
        Finds the same elsewhere.

    Returns
    -------
    list of Cause
        Empty where nothing explains every entry.
    """
    if not _last or _last[0][0] is not net.adapter:
        _last[:] = [(net.adapter, _elsewhere(net, judge))]
    causes = _last[0][1]
    return _diagnosed(net, case, report) if causes is None else causes


def _elsewhere(net: Subject, judge: Judge) -> list[Cause] | None:
    """Return the causes in a network without patterns; None where its gradient is right."""
    rng = np.random.default_rng(7)
    pairs = list(zip(SIZES[1:], SIZES, strict=False))
    weights = [rng.normal(size=pair) for pair in pairs]
    biases = [rng.normal(size=n) for n in SIZES[1:]]
    x = rng.normal(size=(len(TARGETS), SIZES[0]))
    case = Case(SIZES, [[], *weights], [[], *biases], x, TARGETS)
    try:
        other = net.another(case.parameters)
        report = judge(other, case, other.parameters().copy())
    except SkipCheck:
        return None
    if report is None or report.verdict != Verdict.WRONG:
        return None
    return _diagnosed(other, case, report)


def _diagnosed(net: Subject, case: Case, report: Report) -> list[Cause]:
    """Return the mistakes that explain every entry of a case."""
    assert report.evidence is not None  # noqa: S101 - a verdict rests on some
    own = net.parameters().copy()
    structure = Structure.of(Functions(net, case).params(own))
    layers = layers_of(net, case, own)
    return diagnose(Wrong.of(report.evidence, structure, case.batch, layers))
