"""The ladder, its arguments, and correct code that looks odd."""

from __future__ import annotations

import builtins
import functools
import importlib
import io
import json
import sys
from typing import Any

import numpy as np
import pytest
from networks import net

import nncore.gradcheck
from nncore.gradcheck import check
from nncore.gradcheck.check import assert_gradient, check_gradient
from nncore.gradcheck.evidence import NotApplicable, Verdict

POINT = np.array([0.3, -1.2, 2.0])
RUNGS = ("certified", "complex_step", "differences")


def cost(p: Any) -> Any:
    return (p**2).sum() / 2


def gradient(p: Any) -> Any:
    return 1 * p


def test_package_exports_the_door() -> None:
    assert nncore.gradcheck.check_gradient is check_gradient
    assert set(nncore.gradcheck.__all__) == {"Report", "assert_gradient", "check_gradient"}


@pytest.mark.parametrize("method", ["auto", *RUNGS, "exact", "differences_full"])
def test_every_rung_agrees_on_a_right_and_sees_a_wrong_gradient(method: str) -> None:
    assert check_gradient(cost, gradient, POINT, method=method).ok
    report = check_gradient(cost, lambda p: gradient(p) * [1, 2, 1], POINT, method=method)
    assert report.verdict == "wrong", str(report)
    assert report.evidence is not None
    assert report.evidence.entries[0].where(Verdict.WRONG).tolist() == [False, True, False]


def test_auto_takes_the_highest_rung() -> None:
    report = check_gradient(cost, gradient, POINT)
    assert report.evidence is not None
    assert report.evidence.rung == "certified"
    assert report.passed_over == []


def test_auto_says_why_not_higher() -> None:
    def in_floats(p: Any) -> float:
        return float(sum(v**2 for v in json.loads(json.dumps(p.tolist())))) / 2

    report = check_gradient(in_floats, gradient, POINT)
    assert report.ok, str(report)
    assert [rung for rung, _ in report.passed_over] == ["certified", "complex step"]
    text = str(report)
    assert "not certified: " in text
    assert "test_check.py" in text
    assert report.evidence is not None
    assert report.evidence.rung == "differences"


def test_without_flint_the_lower_rungs_work(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [n for n in sys.modules if n.startswith(("flint", "nncore.gradcheck."))]:
        if name.startswith("flint") or hasattr(sys.modules[name], "arb"):
            monkeypatch.delitem(sys.modules, name)
    for name in ("certified", "exact"):
        monkeypatch.delitem(sys.modules, f"nncore.gradcheck.{name}", raising=False)
    monkeypatch.setitem(sys.modules, "flint", None)
    real = builtins.__import__

    def missing(name: str, *args: Any, **kwargs: Any) -> Any:
        if name.startswith("flint"):
            raise ModuleNotFoundError(name="flint")
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", missing)
    monkeypatch.setattr(
        importlib,
        "import_module",
        lambda name, package: (
            missing("flint") if name in {".certified", ".exact"} else real_import(name, package)
        ),
    )
    report = check_gradient(cost, gradient, POINT)
    assert report.ok
    assert report.evidence is not None
    assert report.evidence.rung == "complex step"
    assert "pip install python-flint" in str(report)
    with pytest.raises(NotApplicable, match="pip install python-flint"):
        check_gradient(cost, gradient, POINT, method="certified")


real_import = importlib.import_module


def test_other_missing_modules_are_not_blamed_on_flint(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> Any:
        raise ModuleNotFoundError(name="something")

    monkeypatch.setattr(importlib, "import_module", broken)
    with pytest.raises(ModuleNotFoundError):
        check_gradient(cost, gradient, POINT)


@pytest.mark.parametrize(
    ("arguments", "settings", "error", "words"),
    [
        ((3, gradient, POINT), {}, TypeError, "`cost` must be a function"),
        ((cost, None, POINT), {}, TypeError, "`gradient` must be a function"),
        ((cost, gradient, np.arange(3)), {}, ValueError, "no array with float entries"),
        ((cost, gradient, POINT * 1j), {}, TypeError, "only real parameters"),
        ((cost, gradient, POINT), {"method": "magic"}, ValueError, "`method` must be one of"),
        ((cost, gradient, POINT), {"method": POINT}, ValueError, "`method` must be one of"),
        (
            (cost, gradient, POINT),
            {"subgradients": "no"},
            TypeError,
            "must be True or False; it",
        ),
        ((cost, gradient, POINT), {"progress": 3.5}, TypeError, "must be True, False, None or"),
        ((cost, gradient, POINT), {"batch": 0}, ValueError, "`batch` must be at least 1"),
        ((cost, gradient, POINT), {"declare": 1e-3}, TypeError, "`declare` must be a dict"),
        ((cost, gradient, POINT), {"declare": {"e": 2}}, ValueError, "between 0 and 1"),
        ((cost, gradient, POINT), {"declare": {"e": "2"}}, TypeError, "must be a number"),
        ((cost, gradient, POINT), {"batch": 2.5}, TypeError, "`batch` must be a whole number"),
        ((cost, gradient, POINT), {"seed": None}, TypeError, "`seed` must be a whole number"),
        ((cost, gradient, POINT), {"seed": -1}, ValueError, "`seed` must be at least 0"),
    ],
)
def test_bad_arguments_are_refused(
    arguments: Any, settings: Any, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        check_gradient(*arguments, **settings)


def test_assert_gradient_raises_with_the_report() -> None:
    assert_gradient(cost, gradient, POINT)
    with pytest.raises(AssertionError, match=r"wrong: of 3 entries 3 are wrong") as caught:
        assert_gradient(cost, lambda p: 2 * p, POINT, batch=5)
    assert "reproduce: nncore.check_gradient(cost, gradient, params, batch=5" in str(
        caught.value
    )
    frame = caught.traceback[-1].frame
    assert frame.f_locals.get("__tracebackhide__") is True


def test_reproduction_names_what_was_set() -> None:
    report = check_gradient(
        cost,
        gradient,
        POINT,
        method="differences",
        subgradients=True,
        declare={"rounding": 1e-9},
        batch=2,
        seed=7,
    )
    assert report.call == (
        "nncore.check_gradient(cost, gradient, params, method='differences', "
        "subgradients=True, declare={'rounding': 1e-09}, batch=2, seed=7)"
    )


@pytest.mark.parametrize("method", ["complex_step", "differences_full"])
def test_declared_approximations_are_accepted_to_their_size(method: str) -> None:
    def rough(p: Any) -> Any:
        return gradient(p) * (1 + 1e-5)

    declared = {"a short cut": 1e-4}
    report = check_gradient(cost, rough, POINT, method=method, declare=declared)
    assert report.verdict == "approximation", str(report)
    assert report.ok
    assert "approximation: 0.0001 a short cut (declare=)" in str(report)
    assert report.causes == []
    assert not check_gradient(cost, rough, POINT, method=method, declare={"a": 1e-6}).ok


def test_objects_end_as_they_began() -> None:
    class Model:
        def __init__(self) -> None:
            self.weights = [np.ones(2), np.full(3, 2.0)]

        def cost(self, p: Any) -> Any:
            self.weights = p
            return sum((w**2).sum() for w in self.weights)

        def gradient(self, p: Any) -> Any:
            self.weights = p
            return [2 * w for w in self.weights]

    model = Model()
    mine = model.weights
    assert check_gradient(model.cost, model.gradient, mine).ok
    assert model.weights is mine
    assert [w.tolist() for w in mine] == [[1, 1], [2, 2, 2]]


def test_parameters_survive_functions_that_modify_them() -> None:
    point = POINT.copy()

    def modifying(p: Any) -> Any:
        p += 1
        return (p**2).sum()

    assert check_gradient(modifying, gradient, point).verdict == "fault"
    assert (point == POINT).all()


@pytest.mark.parametrize("method", ["auto", "complex_step", "differences", "differences_full"])
@pytest.mark.parametrize(
    ("cost", "gradient", "point"),
    [
        (lambda a: np.exp(a).sum(), np.exp, [300.0, 1.0]),
        (lambda a: np.sqrt(a).sum(), lambda a: 0.5 / np.sqrt(a), [1e-9, 1.0]),
        (lambda a: np.log(a).sum(), lambda a: 1 / a, [1e-12, 1.0]),
    ],
)
def test_warnings_may_be_errors(
    cost: Any, gradient: Any, point: list[float], method: str
) -> None:
    report = check_gradient(cost, gradient, np.array(point), method=method)
    assert report.verdict in {"agrees", "unresolvable"}


def test_the_digits_of_infinity_are_no_warning() -> None:
    assert check_gradient(lambda a: np.exp(a).sum(), np.exp, np.array([709.0, 1.0])).ok


def test_what_is_declared_may_be_beside_zeros() -> None:
    def approximate(a: Any) -> Any:
        return 2 * a * (1 + 1e-7)

    with np.errstate(all="raise"):
        report = check_gradient(
            lambda a: (a**2).sum(), approximate, np.array([0.0, 1.0]), declare={"x": 1e-6}
        )
    assert report.verdict == "approximation"


def newton_norm(w: Any, tolerance: float = 1e-14) -> Any:
    s = 1.0
    while abs(s * s - w @ w) > tolerance * (w @ w):
        s = 0.5 * (s + (w @ w) / s)
    return s


@pytest.mark.parametrize("factor", [1.0, 1 + 1e-6, 1.5, -1.0, 100.0])
def test_what_the_certified_rung_cannot_resolve_is_judged_by_differences(factor: float) -> None:
    """Constants in the loop decide how often it turns, so that it proves nothing alone."""

    def gradient(w: Any) -> Any:
        return w / np.sqrt(w @ w) * np.array([factor, 1, 1])

    report = check_gradient(newton_norm, gradient, np.array([3.0, 1.0, 2.0]))
    assert report.verdict == ("agrees" if factor == 1 else "wrong")
    assert report.evidence is not None
    assert report.evidence.rung == "certified"
    told = "entries that certified cannot resolve are judged by differences: "
    assert factor == 1 or any(note.startswith(told) for note in report.evidence.notes)


@pytest.mark.parametrize(
    ("slope", "verdict", "accepted"),
    [(0.0, "kink", "agrees"), (100.0, "wrong", "wrong")],
)
def test_a_norm_of_zeros_is_a_kink(slope: float, verdict: str, accepted: str) -> None:
    weights = np.array([[0.0, 0.0], [1.0, 2.0], [0.3, -0.4]])

    def lasso(w: Any) -> Any:
        return np.linalg.norm(w, axis=1).sum()

    def gradient(w: Any) -> Any:
        norms = np.linalg.norm(w, axis=1, keepdims=True)
        return np.where(norms > 0, w / np.where(norms > 0, norms, 1), slope)

    assert check_gradient(lasso, gradient, weights).verdict == verdict
    assert check_gradient(lasso, gradient, weights, subgradients=True).verdict == accepted


@pytest.mark.parametrize("seed", [0, 114])
@pytest.mark.parametrize("values", [[-0.12247732, 0.30995676, 0.742417], [2, 2, 0, -1, -1]])
def test_short_floats_that_round_evenly_are_no_other_program(
    values: list[float], seed: int
) -> None:
    """Of so simple a function rounded values at equal spacing lie on a line as well."""

    def two_largest(a: Any) -> Any:
        return np.sort(a)[::-1][:2].sum()

    def ones(a: Any) -> Any:
        return (a >= np.sort(a)[-2]).astype(a.dtype)

    assert check_gradient(two_largest, ones, np.array(values, np.float32), seed=seed).ok


def test_a_kink_near_the_point_is_no_other_program_in_short_floats() -> None:
    """The noise of float32 hides how near it is, and one side tells."""
    rng = np.random.default_rng(430)
    shapes = ((6, 4), (6, 2), (4, 5), (5,), (5, 2))
    x, y, w, b, v = (rng.normal(size=shape).astype(np.float32) for shape in shapes)
    b *= np.float32(0.1)

    def forward(p: Any) -> Any:
        hidden = np.maximum(x @ p[0] + p[1], 0)
        return hidden, hidden @ p[2]

    def backward(p: Any) -> Any:
        hidden, outputs = forward(p)
        delta = (outputs - y) * np.float32(2 / 12)
        below = (delta @ p[2].T) * (hidden > 0)
        return [x.T @ below, below.sum(axis=0), hidden.T @ delta]

    report = check_gradient(
        lambda p: ((forward(p)[1] - y) ** 2).mean(), backward, [w, b, v], seed=430
    )
    assert report.ok


def test_nearly_all_by_differences_is_as_sensitive_as_they_are() -> None:
    def distances(x: Any) -> Any:
        return np.sqrt(((x[:, None] - x[None]) ** 2).sum(axis=2)).sum()

    def gradient(x: Any) -> Any:
        d = x[:, None] - x[None]
        norms = np.sqrt((d**2).sum(axis=2, keepdims=True))
        return 2 * (d / np.where(norms, norms, 1)).sum(axis=1)

    report = check_gradient(distances, gradient, np.random.default_rng(0).normal(size=(4, 2)))
    assert report.verdict == "agrees"
    assert report.evidence is not None
    assert 0 < report.evidence.sensitivity < 1e-6


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_loop_that_has_an_end_in_floats_alone_is_left() -> None:
    """Rough balls never get as near as it waits for."""

    def root(w: Any) -> Any:
        s = (w**2).sum() + 1
        x = s
        while abs(x * x - s) > 1e-14 * s:
            x = 0.5 * (x + s / x)
        return x

    def doubled(w: Any) -> Any:
        return w / np.sqrt((w**2).sum() + 1) * np.array([2, 1, 1])

    report = check_gradient(root, doubled, np.array([0.3, 0.4, -1.0]))
    assert report.verdict == "wrong"
    assert report.evidence is not None
    assert any("could not be compared" in note for note in report.evidence.notes)


@pytest.mark.parametrize(
    "cost", [lambda a: float(np.sum(a)), lambda a: np.floor(a).sum() + a.sum()]
)
def test_a_function_of_numpy_is_a_gradient(cost: Any) -> None:
    assert check_gradient(cost, np.ones_like, np.array([0.3, -0.7, 1.2])).ok


def test_progress_bar_for_long_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    assert check_gradient(cost, gradient, POINT, method="differences_full", progress=True).ok
    monkeypatch.setattr(check, "LONG", 0)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    assert check_gradient(cost, gradient, POINT, method="complex_step").ok
    monkeypatch.setitem(sys.modules, "rich.progress", None)
    assert check_gradient(cost, gradient, POINT, method="complex_step").ok
    told: list[int] = []
    check_gradient(
        cost, gradient, POINT, method="complex_step", progress=lambda done, _: told.append(done)
    )
    assert told == [1, 2, 3]


@pytest.mark.parametrize("closed", [True, False])
def test_without_stderr_no_bar_is_drawn(
    monkeypatch: pytest.MonkeyPatch, *, closed: bool
) -> None:
    stderr = io.StringIO()
    stderr.close()
    monkeypatch.setattr(check, "LONG", 0)
    monkeypatch.setattr(sys, "stderr", stderr if closed else None)
    assert check_gradient(cost, gradient, POINT, method="complex_step").ok


def test_placeholders_are_passed_over_and_counted() -> None:
    params = {"w": [np.empty((3, 0)), POINT], "n": np.arange(4)}
    report = check_gradient(
        lambda p: cost(p["w"][1]), lambda p: {"w": [None, gradient(p["w"][1])], "n": 0}, params
    )
    assert report.ok
    assert report.placeholders == 2
    assert "2 placeholders passed over" in str(report)


# --- correct code that looks odd -----------------------------------------------------------

X = np.random.default_rng(5).standard_normal((6, 4))
Y = np.random.default_rng(6).standard_normal((6, 3))
W = np.random.default_rng(7).standard_normal((3, 4))


def linear(p: Any) -> Any:
    return ((X @ p.T - Y) ** 2).sum()


def linear_gradient(p: Any) -> Any:
    return 2 * (X @ p.T - Y).T @ X


def duplicated(p: Any) -> Any:
    return (np.tanh(X @ p.T).sum(axis=1) ** 2).mean()


def duplicated_gradient(p: Any) -> Any:
    t = np.tanh(X @ p.T)
    return (2 * t.sum(axis=1, keepdims=True) * (1 - t * t)).T @ X / 6


TWICE = np.concatenate([W[:1], W[:1], W[1:]])
ODD: dict[str, tuple[Any, Any, Any]] = {
    "sum instead of mean": (linear, linear_gradient, W),
    "mean over all elements": (
        lambda p: ((X @ p.T - Y) ** 2).mean(),
        lambda p: linear_gradient(p) / 18,
        W,
    ),
    "another factor": (lambda p: 7 * linear(p), lambda p: 7 * linear_gradient(p), W),
    "einsum": (
        lambda p: (np.einsum("bi,oi->bo", X, p) ** 2).sum(),
        lambda p: 2 * np.einsum("bo,bi->oi", np.einsum("bi,oi->bo", X, p), X),
        W,
    ),
    "column-major": (linear, linear_gradient, np.asfortranarray(W)),
    "column-major gradient": (linear, lambda p: np.asfortranarray(linear_gradient(p)), W),
    "float32 parameters": (linear, linear_gradient, W.astype(np.float32)),
    "float32 throughout": (
        lambda p: ((X.astype(np.float32) @ p.T) ** 2).sum(),
        lambda p: 2 * (X.astype(np.float32) @ p.T).T @ X.astype(np.float32),
        W.astype(np.float32),
    ),
    "views of one vector": (
        lambda p: linear(p["all"][:12].reshape(3, 4)) + (p["all"][12:] ** 2).sum(),
        lambda p: {
            "all": np.concatenate(
                [linear_gradient(p["all"][:12].reshape(3, 4)).ravel(), 2 * p["all"][12:]]
            )
        },
        {"all": np.append(W.ravel(), [1.0, 2.0])},
    ),
    "strided parameters": (linear, linear_gradient, np.repeat(W, 2, axis=0)[::2]),
    "cost of no dimension": (lambda p: np.asarray(linear(p)), linear_gradient, W),
    "cost in a matrix": (lambda p: np.reshape(linear(p), (1, 1)), linear_gradient, W),
    "duplicated units": (duplicated, duplicated_gradient, TWICE),
    "zero gradient": (lambda p: (p[0] ** 2).sum() + 0 * p.sum(), lambda p: _first_row(p), W),  # noqa: PLW0108 - defined below
    "constant": (lambda p: 0 * p.sum() + 5.0, lambda p: 0 * p, W),
    "gradient as nested lists": (linear, lambda p: linear_gradient(p).tolist(), W),
    "scalar parameters": (
        lambda p: p["a"] ** 2 * p["b"],
        lambda p: {"a": 2 * p["a"] * p["b"], "b": p["a"] ** 2},
        {"a": 1.5, "b": np.float64(-2.0)},
    ),
    "tuple for list": (
        lambda p: linear(p[0]) + (p[1] ** 2).sum(),
        lambda p: (linear_gradient(p[0]), 2 * p[1]),
        [W, np.ones(2)],
    ),
    "partial and method": (
        functools.partial(lambda x, p: ((x @ p.T) ** 2).sum(), X),
        functools.partial(lambda x, p: 2 * (x @ p.T).T @ x, X),
        W,
    ),
}


def _first_row(p: Any) -> Any:
    out = np.zeros_like(p)
    out[0] = 2 * p[0]
    return out


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize("method", ["auto", *RUNGS])
def test_correct_but_odd_code_passes(name: str, method: str) -> None:
    report = check_gradient(*ODD[name], method=method)
    assert report.ok, str(report)


@pytest.mark.parametrize("method", RUNGS)
def test_saturated_and_tiny_entries_are_never_wrong(method: str) -> None:
    n = net("saturated", 3)
    report = check_gradient(n.cost, n.gradient, n.params, method=method)
    assert report.verdict in {"agrees", "unresolvable"}, str(report)
