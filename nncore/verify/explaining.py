"""Why a gradient is wrong: the mistakes that explain it in a network without coincidences."""

from __future__ import annotations

import dataclasses
import itertools
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
from .subject import Subject

__all__ = ["causes_of"]

#: Judges the gradient of a network and batch at a point; None where it cannot.
Judge: TypeAlias = Callable[[Subject, Case, Parameters], Report | None]

#: Sizes of a network, and a number of examples.
Shape: TypeAlias = "tuple[tuple[int, ...], int]"

# In fewer examples a sum, a mean and the last one are hard to tell apart.
LEAST = 3

# What was found for the implementation that was explained last: shrinking asks many times.
_last: list[tuple[Adapter, dict[Shape, list[Cause] | None]]] = []


def causes_of(net: Subject, case: Case, report: Report, judge: Judge) -> list[Cause]:
    """
    Return the mistakes that explain a wrong gradient.

    In a small network of ones a dozen mistakes look alike. So the same implementation is judged
    with parameters of no pattern: in a network with room for every mistake, and in one as large
    as its own. Only where it is right there, its own case counts.

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
        _last[:] = [(net.adapter, {})]
    found = _last[0][1]
    for shape in _shapes(net.adapter, case):
        if shape not in found:
            found[shape] = _elsewhere(net, case, shape, judge)
        causes = found[shape]
        if causes is not None:
            return causes
    return _diagnosed(net, case, report)


def _shapes(adapter: Adapter, case: Case) -> list[Shape]:
    """Return where causes are looked for, within the adapter's bounds."""

    def bounded(wanted: int, name: str) -> int:
        low, high = (adapter.cases.get(f"{end}_{name}", wanted) for end in ("min", "max"))
        return int(min(max(wanted, low), high))

    # Layers of one width, so that what is mixed up fits; inputs of another.
    width = bounded(3, "width")
    roomy = (bounded(2, "width"), *[width] * (bounded(4, "layers") - 1))
    own = tuple(case.sizes)
    return [
        (roomy, bounded(4, "batch")),
        (own, bounded(max(LEAST, case.batch), "batch")),
        (own, case.batch),
    ]


def _elsewhere(net: Subject, case: Case, shape: Shape, judge: Judge) -> list[Cause] | None:
    """Return the causes in a network without patterns; None where its gradient is right."""
    sizes, batch = shape
    rng = np.random.default_rng(7)
    pairs = list(itertools.pairwise(sizes))
    weights = [rng.normal(size=(n, m)) for m, n in pairs]
    biases = [rng.normal(size=n) for n in sizes[1:]]
    x = rng.normal(size=(batch, sizes[0]))
    outputs = sizes[-1]
    y = np.eye(outputs)[np.arange(batch) * 2 % outputs]
    if outputs == 1:  # what a single target may be, the case tells
        y = np.resize(case.y, (batch, 1))
    elsewhere = Case(sizes, [[], *weights], [[], *biases], x, y)
    other = net.another(elsewhere.parameters)
    report = judge(other, elsewhere, other.parameters().copy())
    if report is None or report.verdict != Verdict.WRONG:
        return None
    causes = _diagnosed(other, elsewhere, report)
    return [
        dataclasses.replace(cause, sentence=cause.sentence + _seen(cause, case, shape))
        for cause in causes
    ]


def _seen(cause: Cause, case: Case, shape: Shape) -> str:
    """Return where a cause was seen, if it names what another network has, or a factor."""
    sizes, batch = shape
    if "params" in cause.sentence and sizes != tuple(case.sizes):
        return f" (seen in a network of sizes {list(sizes)})"
    if " times too " in cause.sentence and batch != case.batch:
        return f" (seen in a batch of {batch})"
    return ""


def _diagnosed(net: Subject, case: Case, report: Report) -> list[Cause]:
    """Return the mistakes that explain every entry of a case."""
    assert report.evidence is not None  # noqa: S101 - a verdict rests on some
    own = net.parameters().copy()
    structure = Structure.of(Functions(net, case).params(own))
    layers = layers_of(net, case, own)
    return diagnose(Wrong.of(report.evidence, structure, case.batch, layers))
