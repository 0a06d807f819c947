"""Constants that floats have rounded: no rung takes them for a wrong formula."""

# The programs under test are written as people write them: without types.
# mypy: ignore-errors
# ruff: noqa: ANN001, ANN201, ANN202

from __future__ import annotations

import math

import numpy as np
import pytest

from nncore.gradcheck.check import check_gradient
from nncore.gradcheck.digits import has_few_digits
from nncore.gradcheck.enclosures import Settings
from nncore.gradcheck.entries import balls
from nncore.gradcheck.evidence import NotApplicable, Verdict
from nncore.gradcheck.program import Program
from nncore.gradcheck.spread import constants_met
from nncore.gradcheck.structure import Structure

YEARS = np.array([1999.0, 2004.0, 2011.0, 2023.0])
MU, SD = YEARS.mean(), YEARS.std()
SCALE, SHIFT = 1 / SD, -MU / SD
DECAY = 1 - 0.999999
METHODS = ["certified", "complex_step", "differences", "differences_full"]


def year_cost(w):
    return ((w[0] * ((YEARS - MU) / SD) + w[1]) ** 2).sum()


def year_gradient(w):
    x = YEARS * SCALE + SHIFT
    error = 2 * (w[0] * x + w[1])
    return np.stack([(error * x).sum(), error.sum()])


def decayed(w):
    return (w**2).sum() * 1e-6


PAIRS = {
    "years": (year_cost, year_gradient),
    "decay": (decayed, lambda w: 2 * w * DECAY),
    "pure": (lambda w: sum(v * v / 7 for v in w), lambda w: [v * (2 * (1 / 7)) for v in w]),
}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", PAIRS)
def test_no_rung_calls_constants_computed_in_floats_wrong(name, method):
    w = np.array([0.3, -0.8])
    report = check_gradient(*PAIRS[name], w, method=method)
    assert report.evidence.count(Verdict.WRONG) == 0, str(report)
    assert report.ok


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", PAIRS)
def test_every_rung_calls_an_error_wrong_beside_such_constants(name, method):
    def wrong(w):
        first, second = PAIRS[name][1](w)
        return np.stack([first, second * (1 + 3e-8)])

    report = check_gradient(PAIRS[name][0], wrong, np.array([0.3, -0.8]), method=method)
    assert report.evidence.count(Verdict.WRONG) == 1, str(report)


def test_the_complex_step_says_what_limits_it():
    w = np.array([0.3, -0.8])
    report = check_gradient(*PAIRS["decay"], w, method="complex_step")
    assert "constants computed in floats" in report.evidence.notes[0]
    assert "python-flint" in report.evidence.notes[0]
    assert 1e-11 < report.evidence.sensitivity < 1e-9


def test_constants_that_both_programs_hold_explain_nothing():
    tenth = 0.1

    def wrong(w):
        found = tenth * w * 2
        return found + tenth * found * 2.0**-34  # 5.8e-12 of itself

    w = np.array([0.3, -0.8])
    report = check_gradient(lambda w: tenth * (w**2).sum(), wrong, w, method="complex_step")
    assert report.evidence.count(Verdict.WRONG) == 2


def test_what_meets_arrays_that_round_is_remembered():
    def run(rounding):
        a = rounding.wrap(np.array([0.3, 0.7]))
        b = np.array([0.1, 0.5]) * a + 0.2
        b[0] = 0.3
        return [np.concatenate(([0.7, 1.0], b)).sum() / 3]

    assert constants_met(run, 0) >= {0.1, 0.2, 0.3, 0.7}
    assert not constants_met(run, 0) & {0.5, 1.0}


def test_what_cannot_be_followed_is_said():
    with pytest.raises(NotApplicable):
        constants_met(lambda rounding: [math.exp(float(rounding.wrap(np.array(0.3))))], 0)


# --- single precision ---------------------------------------------------------------------

F = np.float32
STYLES = [
    "parameters",
    "parameters data constant",
    "cast",
    "middle",
    "buffer",
    "result",
    "other data",
    "other constant",
    "mask",
    "total",
    "parameters data buffer mask result",
    "other data other constant mask",
]


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def network(style, seed, error=0.0):  # noqa: C901 - so many places to round in
    """A network that meets single precision in some way."""
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(3, 3)), rng.random((3, 2))
    params = [rng.normal(size=shape) for shape in [(3, 4), (4,), (4, 2), (2,)]]
    l2 = F(0.1) if "constant" in style.replace("other constant", "") else 0.1
    act = (sigmoid, np.tanh, lambda z: np.maximum(0, z))[seed % 3]
    if "parameters" in style:
        params = [p.astype(F) for p in params]
    if "data" in style.replace("other data", ""):
        x, y = x.astype(F), y.astype(F)

    def forward(p, x):
        z = x @ (p[0].astype(F) if "cast" in style else p[0]) + p[1]
        a = act(z)
        a = a.astype(F) if "middle" in style else a
        out = a @ p[2] + p[3]
        if "buffer" in style:
            held = np.zeros((3, 2), dtype=F)
            held[:] = out
            out = held
        return z, a, out

    def cost(p):
        return ((forward(p, x)[2] - y) ** 2).sum() / 6 + l2 * (p[0] ** 2).sum() / 2

    def slope(z, a):
        kind = F if "mask" in style else float
        return (a * (1 - a), 1 - a * a, (z > 0).astype(kind))[seed % 3]

    def gradient(p):
        inputs = x.astype(F) if "other data" in style else x
        z, a, out = forward(p, inputs)
        d = (out - y) / 3
        d1 = (d @ p[2].T) * slope(z, a)
        penalty = (F(0.1) if "other constant" in style else l2) * p[0]
        found = [inputs.T @ d1 + penalty, d1.sum(axis=0), a.T @ d, d.sum(axis=0)]
        if "result" in style:
            found = [g.astype(F) for g in found]
        if "total" in style:
            found = [np.add(np.zeros(g.shape, F), g, dtype=F) for g in found]
        if error:
            found[0] = found[0].copy()
            found[0][1, 1] *= found[0].dtype.type(1 + error)
        return found

    return cost, gradient, params


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("seed", range(3))
def test_single_precision_is_no_error(style, seed):
    report = check_gradient(*network(style, seed))
    assert report.evidence.rung == "certified"
    assert report.evidence.count(Verdict.AGREES) == 26, str(report)


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("seed", range(3))
def test_an_error_above_single_precision_is_found(style, seed):
    report = check_gradient(*network(style, seed, error=1e-3))
    assert report.evidence.count(Verdict.WRONG) == 1, str(report)
    assert report.evidence.entries[0].where(Verdict.WRONG)[1, 1]


def test_a_rounded_zero_is_a_zero():
    def relu(w):
        return np.maximum(0, w.astype(F)).sum()

    report = check_gradient(relu, lambda w: (w > 0) * 1.0, np.array([0.3, -0.8]))
    assert report.evidence.count(Verdict.AGREES) == 2


def test_every_operation_after_a_cast_rounds():
    x = np.arange(1.0, 30.0)

    def cost(w):
        return (w.astype(F) * x).sum() ** 2

    report = check_gradient(cost, lambda w: 2 * (w * x).sum() * x, np.full(29, 0.3))
    assert report.evidence.entries[0].digits.max() < 7.3
    assert report.evidence.sensitivity > 1e-7


def test_short_floats_in_an_array_of_objects_are_known_as_such():
    with Settings(128).run() as run:
        balls(np.array([np.float32(0.1), 0.5], dtype=object))
    assert run.met_short == {float(np.float32(0.1))}


def test_what_is_not_finite_has_no_digits_to_lose():
    assert has_few_digits(np.inf)
    assert not has_few_digits(0.1)


def test_lines_that_round_to_shorter_floats_are_named():
    report = check_gradient(
        lambda w: (w**2).sum(),
        lambda w: (2 * w).astype(np.float16).astype(float),
        np.array([0.3, -0.8, 1.7]),
    )
    assert report.ok
    assert "test_constants.py:" in report.evidence.notes[-1]
    assert "rounds to shorter floats" in report.evidence.notes[-1]


def test_data_of_both_programs_are_no_constants_of_one():
    x, w = np.array([[0.3, 0.7], [1.1, 0.2]]), np.array([[0.3], [0.9]])
    program = Program(
        lambda w: ((x @ w) ** 2).sum(),
        lambda w: (x.T @ (x @ w)) * 0.3 * 0.45,  # 0.3 is among the data, turned or not
        Structure.of(w),
    )
    one_sided = program.enclosures(Settings(128)).one_sided
    assert {value: line[:18] for value, line in one_sided.items()} == {
        0.45: "test_constants.py:"
    }
