"""Ask the judge of gradients about a network."""

from __future__ import annotations

from nncore.gradcheck.check import check_gradient
from nncore.gradcheck.evidence import NotApplicable
from nncore.gradcheck.report import Report

from .case import Case, Parameters
from .functions import Functions
from .registry import SkipCheck
from .subject import Subject

__all__ = ["report_of"]


def report_of(
    net: Subject, case: Case, parameters: Parameters, method: str, *, may_skip: bool = False
) -> Report | None:
    """
    Return what the judge says of the gradient at a point.

    Parameters
    ----------
    net : Subject
        The network; its parameters are overwritten.
    case : Case
        The batch.
    parameters : Parameters
        The point; not modified.
    method : str
        Of `nncore.check_gradient`.
    may_skip : bool
        Whether code that this method cannot run is a reason to skip the law.

    Returns
    -------
    nncore.gradcheck.report.Report or None
        None where the method does not apply.

    Raises
    ------
    SkipCheck
        Where it does not apply, if `may_skip`; with the reason.
    """
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
