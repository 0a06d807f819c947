"""The ladder: check a gradient by the strongest arithmetic that its code allows."""

from __future__ import annotations

import contextlib
import functools
import importlib
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from .diagnose import Case, diagnose
from .evidence import Approximation, Evidence, NotApplicable, Progress, Verdict
from .faults import FATAL, Inspection
from .hygiene import inspect
from .report import Report
from .structure import Params, Structure

if TYPE_CHECKING:
    from .generators import Generators
    from .lines import Cost, Gradient

__all__ = ["METHODS", "assert_gradient", "check_gradient"]

# Evidence, and why each higher rung was passed over.
Climbed: TypeAlias = tuple[Evidence, list[tuple[str, str]]]
# Module and function of each rung, and options of its own.
RUNGS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "certified": ("certified", "certify", {}),
    "exact": ("exact", "certify", {}),
    "complex_step": ("complex_step", "check", {}),
    "differences": ("differences", "check", {}),
    "differences_full": ("differences", "check", {"full": True}),
}
LADDER = ("certified", "complex_step", "differences")
METHODS = ("auto", *RUNGS)
# A progress bar is drawn for checks with more entries than this.
LONG = 2_000


def check_gradient(
    cost: Cost,
    gradient: Gradient,
    params: Params,
    *,
    method: str = "auto",
    subgradients: bool = False,
    declare: Mapping[str, float] | None = None,
    batch: int | None = None,
    seed: int = 0,
    progress: bool | Progress | None = None,
) -> Report:
    """Check a gradient against the derivative of its cost, without a tolerance.

    Parameters
    ----------
    cost : callable
        From parameters to a number.
    gradient : callable
        From parameters to the derivatives of the cost, nested as the parameters.
    params : array, or list, tuple, dict of arrays, nested
        The point; arrays of any shape. Both functions are called on copies; at the end once on
        `params` itself, so that objects which keep their parameters end as they began. What
        stands in it is not modified.
    method : str
        "auto" takes the highest rung that the code allows: "certified" (rigorous enclosures),
        "complex_step", "differences" (random projections and a sample of entries); what the
        higher ones cannot resolve is judged by differences. By name also "exact" (rational
        numbers) and "differences_full" (every entry).
    subgradients : bool
        Whether any value between the one-sided slopes is accepted at a kink.
    declare : mapping of str to float, optional
        Deliberate approximations: what is approximated, and the largest error that it may
        cause in an entry, relative to the entry's own terms (to the entry itself where its
        terms are not known).
    batch : int, optional
        Number of examples behind the cost; with it more causes of an error can be named.
    seed : int
        Of random directions and samples.
    progress : bool or callable, optional
        A callable is told how many of how many steps are done. By default a bar is drawn for
        long checks where there is a terminal; False draws none.

    Returns
    -------
    Report
        Verdict for each entry, the error that would have been seen, where and why it is wrong.

    Raises
    ------
    TypeError
        If cost or gradient is not callable or returns something else than real numbers,
        something in `params` is no array of real numbers, or a setting has a wrong type.
    ValueError
        If a setting is not known, or `params` has no float entry or one that is not finite.
    NotApplicable
        If a rung asked for by name does not fit the code.

    References
    ----------
    .. [1] F. Johansson, "Arb: efficient arbitrary-precision midpoint-radius interval
           arithmetic", IEEE Transactions on Computers 66(8), 2017: the balls.
    .. [2] A. Griewank, A. Walther, "Evaluating Derivatives", 2nd edition, SIAM, 2008: the
           reverse mode.
    .. [3] W. Squire, G. Trapp, "Using complex variables to estimate derivatives of real
           functions", SIAM Review 40(1), 1998: the complex step.
    .. [4] C. J. F. Ridders, "Accurate computation of F'(x) and F'(x) F''(x)", Advances in
           Engineering Software 4(2), 1982: extrapolated differences.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.array([1.0, 2.0, 4.0])
    >>> cost, gradient = lambda w: (w * x).sum() ** 2, lambda w: 2 * (w * x).sum() * x
    >>> report = check_gradient(cost, gradient, x)
    >>> report.ok
    True
    >>> print(check_gradient(lambda w: (w**2).sum(), lambda w: w * 1.0, x).verdict)
    wrong
    """
    _validate(cost, gradient, method)
    _validate_declared(declare)
    _validate_switches(subgradients, progress)
    if batch is not None:
        _validate_integer("batch", batch, 1)
    _validate_integer("seed", seed, 0)
    structure = Structure.of(params)
    call = _reproduction(method, subgradients, declare, batch, seed)
    inspection = inspect(cost, gradient, structure)
    evidence: Evidence | None = None
    passed_over: list[tuple[str, str]] = []
    try:
        if not inspection.ended:
            restoring = inspection.generators.restoring
            functions = (restoring(cost), restoring(gradient))
            options: dict[str, Any] = {
                "analytic": inspection.analytic,
                "subgradients": subgradients,
                "declare": declare,
                "seed": seed,
            }
            with _shown(progress, structure.size) as told:
                options["progress"] = told
                climb = functools.partial(_climb, method, functions, structure, options)
                evidence, passed_over = _repeatably(climb, inspection.generators)
    finally:
        _leave_as_found(cost, gradient, params, inspection)
    report = Report(
        evidence,
        inspection.faults,
        [],
        passed_over,
        len(structure.paths) - len(structure.checked),
        call,
    )
    if evidence is not None:
        _accept_declared(evidence, declare or {})
        if evidence.count(Verdict.WRONG):
            report.causes = diagnose(Case.of(evidence, structure, batch))
    return report


def assert_gradient(cost: Cost, gradient: Gradient, params: Params, **settings: Any) -> None:
    """Raise unless the gradient is the derivative of the cost.

    Parameters
    ----------
    cost : callable
        As for `check_gradient`.
    gradient : callable
        As for `check_gradient`.
    params : array or nested list, tuple or dict of arrays
        As for `check_gradient`, of any shape; not modified.
    **settings : Any
        As for `check_gradient`.

    Raises
    ------
    AssertionError
        With the report, if it is not ok.

    References
    ----------
    .. [1] F. Johansson, "Arb: efficient arbitrary-precision midpoint-radius interval
           arithmetic", IEEE Transactions on Computers 66(8), 2017. More stand at
           `check_gradient`.

    Examples
    --------
    >>> import numpy as np
    >>> assert_gradient(lambda w: (w**2).sum(), lambda w: 2 * w, np.array([0.3, -1.2]))
    """
    __tracebackhide__ = True
    report = check_gradient(cost, gradient, params, **settings)
    if not report.ok:
        raise AssertionError(f"\n{report}")  # noqa: EM102, TRY003 - the report is the message


def _validate(cost: object, gradient: object, method: object) -> None:
    """Raise unless cost and gradient can be called, and the method is known."""
    for name, function in (("cost", cost), ("gradient", gradient)):
        if not callable(function):
            msg = (
                f"`{name}` must be a function of the parameters, it is of type "
                f"{type(function).__name__}"
            )
            raise TypeError(msg)
    if not isinstance(method, str) or method not in METHODS:
        msg = f"`method` must be one of {', '.join(METHODS)}; it is {method!r}"
        raise ValueError(msg)


def _validate_declared(declare: object) -> None:
    """Raise unless each approximation is given with its size."""
    if declare is not None and not isinstance(declare, Mapping):
        msg = "`declare` must be a dict: what is approximated, and the size of its error"
        raise TypeError(msg)
    for what, size in dict(declare or {}).items():
        if not isinstance(size, int | float | np.number):
            msg = f"`declare`: the size for {what!r} must be a number; it is {size!r}"
            raise TypeError(msg)
        if not 0 < size < 1:
            msg = f"`declare`: the size for {what!r} must lie between 0 and 1; it is {size!r}"
            raise ValueError(msg)


def _validate_switches(subgradients: object, progress: object) -> None:
    """Raise unless both are switches; progress may be told to a function, too."""
    if not isinstance(subgradients, bool | np.bool_):
        msg = f"`subgradients` must be True or False; it is {subgradients!r}"
        raise TypeError(msg)
    if not (progress is None or isinstance(progress, bool) or callable(progress)):
        msg = f"`progress` must be True, False, None or a function; it is {progress!r}"
        raise TypeError(msg)


def _validate_integer(name: str, value: object, least: int) -> None:
    """Raise unless the value is a whole number and not below its least."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        msg = f"`{name}` must be a whole number; it is {value!r}"
        raise TypeError(msg)
    if value < least:
        msg = f"`{name}` must be at least {least}; it is {value!r}"
        raise ValueError(msg)


def _climb(
    method: str,
    functions: tuple[Cost, Gradient],
    structure: Structure,
    options: dict[str, Any],
) -> Climbed:
    """Evidence of the highest rung that applies, and why those above it do not."""
    if method != "auto":
        return _take(method, functions, structure, options), []
    passed_over: list[tuple[str, str]] = []
    for rung in LADDER[:-1]:
        try:
            evidence = _take(rung, functions, structure, options)
        except NotApplicable as reason:
            passed_over.append((rung.replace("_", " "), str(reason)))
            continue
        # What one rung cannot tell of an entry, such as one beside a kink, the last one may.
        if evidence.count(Verdict.UNRESOLVABLE):
            evidence.resolve(_take(LADDER[-1], functions, structure, options))
        return evidence, passed_over
    return _take(LADDER[-1], functions, structure, options), passed_over


def _take(
    rung: str, functions: tuple[Cost, Gradient], structure: Structure, options: dict[str, Any]
) -> Evidence:
    """What one rung finds."""
    module, name, own = RUNGS[rung]
    try:
        function = getattr(importlib.import_module(f".{module}", __package__), name)
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] != "flint":
            raise
        msg = "python-flint is not installed: pip install python-flint"
        raise NotApplicable(msg) from error
    # Infinities on the way are no news, and to somebody warnings may be errors.
    with np.errstate(all="ignore"):
        evidence: Evidence = function(*functions, structure, **options, **own)
    return evidence


def _repeatably(climb: Callable[[], Climbed], generators: Generators) -> Climbed:
    """What the climb finds when no generator moves that was not put back before each call."""
    while True:
        known = len(generators.drawn)
        found = climb()
        generators.restore()
        if len(generators.drawn) == known:
            return found


def _leave_as_found(
    cost: Cost,
    gradient: Gradient,
    params: Params,
    inspection: Inspection,
) -> None:
    """Call both once on the caller's own arrays, which objects may keep."""
    inspection.generators.restore()
    if any(fault.kind in FATAL for fault in inspection.faults):
        return
    with contextlib.suppress(Exception):
        cost(params)
        gradient(params)
    inspection.generators.restore()


def _accept_declared(evidence: Evidence, declare: Mapping[str, float]) -> None:
    """Turn wrong entries into approximations where a declared one explains their error."""
    for what, size in declare.items():
        largest = 0.0
        for entries in evidence.entries:
            known = np.isfinite(entries.magnitude)
            terms = np.where(known, entries.magnitude, np.abs(entries.reference))
            distance = np.abs(entries.analytic - entries.reference)
            explained = entries.where(Verdict.WRONG) & (
                distance <= size * terms + entries.error
            )
            entries.verdict[explained] = Verdict.APPROXIMATION.code
            if explained.any():
                with np.errstate(divide="ignore"):
                    largest = max(
                        largest, float((distance[explained] / terms[explained]).max())
                    )
        if largest:
            evidence.approximations.append(Approximation(size, "declare=", largest, what))


def _reproduction(
    method: str,
    subgradients: bool,
    declare: Mapping[str, float] | None,
    batch: int | None,
    seed: int,
) -> str:
    """The line that runs the check again."""
    settings = {
        "method": (method, "auto"),
        "subgradients": (subgradients, False),
        "declare": (declare, None),
        "batch": (batch, None),
    }
    told = [f"{name}={value!r}" for name, (value, usual) in settings.items() if value != usual]
    arguments = ", ".join(["cost", "gradient", "params", *told, f"seed={seed}"])
    return f"nncore.check_gradient({arguments})"


@contextlib.contextmanager
def _shown(progress: bool | Progress | None, size: int) -> Iterator[Progress | None]:
    """Who is told of the progress: the caller's function, a bar, or nobody."""
    wanted = progress or (progress is None and size > LONG and _has_terminal())
    if callable(progress) or not wanted:
        yield progress if callable(progress) else None
        return
    try:
        from rich.progress import Progress as Bar  # noqa: PLC0415 - an extra
    except ModuleNotFoundError:
        yield None
        return
    with Bar(transient=True) as bar:
        task = bar.add_task("checking the gradient", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _has_terminal() -> bool:
    """Whether stderr, which services may lack or have closed, is a terminal."""
    return not getattr(sys.stderr, "closed", True) and sys.stderr.isatty()
