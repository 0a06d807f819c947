"""The gradient is the derivative of the cost, by each arithmetic that the code allows."""

from __future__ import annotations

import numpy as np

from nncore.gradcheck.check import check_gradient
from nncore.gradcheck.evidence import NotApplicable, Verdict
from nncore.gradcheck.hygiene import Kind
from nncore.gradcheck.report import Report

from ..case import Case, Parameters
from ..explaining import causes_of
from ..failure import fail
from ..functions import Functions, nudged
from ..registry import SkipCheck, check
from ..subject import Subject

__all__: list[str] = []

NEEDS = {"parameters", "cost", "gradient"}
SMALL = {"max_layers": 4, "max_width": 3, "max_batch": 3}
ORDINARY = ("grid", "normal", "zeros", "ties")


@check(needs=NEEDS, group="gradient", regimes=ORDINARY, **SMALL)
def gradient_is_certified(net: Subject, case: Case) -> None:
    """
    In ball arithmetic, gradient and derivative of the cost agree within rigorous enclosures.

    A. Griewank, A. Walther, "Evaluating Derivatives", SIAM 2008; F. Johansson, "Arb: efficient
    arbitrary-precision midpoint-radius interval arithmetic", IEEE Trans. Comp. 66 (2017).
    """
    _judge(net, case, "certified")


@check(needs=NEEDS, group="gradient", examples=0.25, regimes=ORDINARY, **SMALL)
def gradient_by_complex_step(net: Subject, case: Case) -> None:
    """
    The gradient is the derivative of the cost by complex steps.

    W. Squire, G. Trapp, "Using complex variables to estimate derivatives of real functions",
    SIAM Review 40 (1998).
    """
    _judge(net, case, "complex_step")


@check(needs=NEEDS, group="gradient", examples=0.16, regimes=ORDINARY, **SMALL)
def gradient_by_differences(net: Subject, case: Case) -> None:
    """
    The gradient is the derivative of the cost by extrapolated differences.

    C. Ridders, "Accurate computation of F'(x) and F'(x) F''(x)", Advances in Engineering
    Software 4 (1982).
    """
    _judge(net, case, "differences")


def _judge(net: Subject, case: Case, method: str) -> None:
    """Raise unless the gradient holds at the case, or at least beside it."""
    __tracebackhide__ = True
    own = net.parameters().copy()
    report = _report(net, case, own, method)
    if report is not None and _is_fine(report, own):
        return
    # What fails at a point and not beside it is a kink: any choice of slopes is right there,
    # and their sums need not lie between the slopes of the whole.
    if report is None or report.faults or not _is_smooth(net):
        beside = _report(net, case, nudged(own, case), method, may_skip=True)
        if report is None or beside is None or _is_fine(beside, own):
            return
    if method != "certified" and _is_approximation(net, case, own):
        return
    full = "differences_full" if method == "differences" else method
    if report.verdict == Verdict.WRONG:
        net.set_parameters(own)
        report.causes = causes_of(
            net, case, report, lambda net, case, point: _report(net, case, point, full)
        )
    cause = report.causes[0].sentence if report.causes else ""
    fail(f"{report}", cause=cause, details=report.to_dict())


def _report(
    net: Subject, case: Case, parameters: Parameters, method: str, *, may_skip: bool = False
) -> Report | None:
    """Return what the judge says of the gradient at a point; None where it cannot look."""
    functions = Functions(net, case)
    try:
        return check_gradient(
            functions.cost,
            functions.gradient,
            functions.params(parameters),
            method=method,
            subgradients=True,
            batch=case.batch,
            seed=case.seed,
            progress=False,
        )
    except NotApplicable as reason:
        if may_skip:  # neither here nor beside: it is the code, not the point
            raise SkipCheck(str(reason)) from reason
        return None


def _is_smooth(net: Subject) -> bool:
    """Whether all activations are declared to be without kinks."""
    said = {net.adapter.declares.get(key) for key in ("hidden", "output")}
    return said <= {"sigmoid", "tanh", "softplus", "identity", "softmax"}


def _is_approximation(net: Subject, case: Case, parameters: Parameters) -> bool:
    """Whether constants meant as approximations explain all: only enclosures can tell."""
    report = _report(net, case, parameters, "certified")
    return report is not None and report.verdict == Verdict.APPROXIMATION


def _underflows(report: Report, parameters: Parameters) -> bool:
    """Whether what the floats of a gradient are off by is lost below their normal numbers."""
    if report.evidence is None or report.verdict != Verdict.INCONSISTENT:
        return False
    floats = np.finfo(parameters.weights[-1].dtype)
    return all(
        (abs(each.reference) * floats.eps < floats.tiny)[each.where(Verdict.INCONSISTENT)].all()
        for each in report.evidence.entries
    )


def _is_fine(report: Report, parameters: Parameters) -> bool:
    """Whether there is nothing to tell: it is right, or cannot be judged at this point."""
    if report.faults:  # an infinite cost is a matter for the laws of numerics
        return all(fault.kind == Kind.NOT_FINITE for fault in report.faults)
    undecided = report.verdict in {Verdict.UNRESOLVABLE, Verdict.KINK}
    return report.ok or undecided or _underflows(report, parameters)
