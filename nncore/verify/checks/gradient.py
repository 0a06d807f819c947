"""The gradient is the derivative of the cost, by each arithmetic that the code allows."""

from __future__ import annotations

from nncore.gradcheck.evidence import Verdict
from nncore.gradcheck.faults import Kind
from nncore.gradcheck.report import Report

from ..asking import report_of
from ..case import Case
from ..explaining import causes_of
from ..failure import fail
from ..functions import nudged
from ..registry import check
from ..subject import Subject

__all__: list[str] = []

NEEDS = {"parameters", "cost", "gradient"}
SMALL = {"max_layers": 4, "max_width": 3, "max_batch": 3}
ORDINARY = ("grid", "normal", "zeros", "ties")
# More than floats have: a formula that is right to so many is right.
DIGITS = 17


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
    report = report_of(net, case, own, method)
    if report is not None and _is_fine(report):
        return
    # What fails at a point and not beside it is a kink: any choice of slopes is right there,
    # and their sums need not lie between the slopes of the whole.
    if report is None or report.faults or not _is_smooth(net):
        beside = report_of(net, case, nudged(own, case), method, may_skip=True)
        if report is None or beside is None or _is_fine(beside):
            return
    if method != "certified" and _is_rounding(report, report_of(net, case, own, "certified")):
        return
    full = "differences_full" if method == "differences" else method
    if report.verdict == Verdict.WRONG:
        net.set_parameters(own)
        report.causes = causes_of(
            net, case, report, lambda net, case, point: report_of(net, case, point, full)
        )
    cause = report.causes[0].sentence if report.causes else ""
    fail(f"{report}", cause=cause, details=report.to_dict())


def _is_smooth(net: Subject) -> bool:
    """Whether all activations are declared to be without kinks."""
    said = {net.adapter.declares.get(key) for key in ("hidden", "output")}
    return said <= {"sigmoid", "tanh", "softplus", "identity", "softmax"}


def _is_rounding(report: Report, certified: Report | None) -> bool:
    """Whether the formula is right, and the error is that of its own floats, by balls."""
    if certified is None or not certified.ok:
        return False
    worst, evidence = report.worst(), certified.evidence
    if certified.verdict == Verdict.APPROXIMATION or worst is None or evidence is None:
        return certified.verdict == Verdict.APPROXIMATION
    entries, index = worst
    [proved] = (each for each in evidence.entries if each.path == entries.path)
    exact = proved.reference[index]
    lost = abs(proved.analytic[index] - exact)
    is_same = abs(entries.reference[index] - exact) <= lost
    return bool(is_same and proved.digits[index] > DIGITS)


def _is_fine(report: Report) -> bool:
    """Whether there is nothing to tell: it is right, or cannot be judged at this point."""
    if report.faults:  # an infinite cost is a matter for the laws of numerics
        return all(fault.kind == Kind.NOT_FINITE for fault in report.faults)
    return report.ok or report.verdict in {Verdict.UNRESOLVABLE, Verdict.KINK}
