"""Programs that ask what they run on: they go the way of the floats, or are found out."""

# The programs under test are written as people write them: without types.
# mypy: ignore-errors
# ruff: noqa: ANN001, ANN201, ANN202

from __future__ import annotations

import numbers

import numpy as np
import pytest
from certifying import certified, only, verdicts

W = np.array([0.3, -0.7])

ASKING = {
    "dtype": lambda w: (w * w if w.dtype == np.float64 else w).sum(),
    "object": lambda w: (w if w.dtype == object else w * w).sum(),
    "kind": lambda w: (w * w if w.dtype.kind == "f" else w).sum(),
    "issubdtype": lambda w: (w * w if np.issubdtype(w.dtype, np.floating) else w).sum(),
    "ndarray": lambda w: (w * w if isinstance(w, np.ndarray) else w).sum(),
    "float": lambda w: sum(x * x if isinstance(x, float) else x for x in w),
    "floating": lambda w: sum(x * x if isinstance(x, np.floating) else x for x in w),
    "generic": lambda w: sum(x * x if np.isscalar(x) else x for x in w),
    "real": lambda w: sum(x * x if isinstance(x, numbers.Real) else x for x in w),
    "entry": lambda w: sum(x * x if x.dtype == float else x for x in w),
    "none": lambda w: sum(x * x if x is not None and not isinstance(x, int) else x for x in w),
    "finfo": lambda w: (w * w).sum() + 0 * np.finfo(w.dtype).eps,
    "zeros": lambda w: (np.zeros(w.shape, dtype=w.dtype) + w * w).sum(),
}


@pytest.mark.parametrize("name", ASKING)
def test_what_asks_for_floats_is_told_so(name):
    assert only(ASKING[name], lambda w: 2 * w, W) == "agrees"


def test_a_buffer_of_the_dtype_of_the_parameters_is_served():
    def filled(w):
        out = np.zeros(2, dtype=w.dtype)
        for i in range(2):
            out[i] = 2 * w[i]
        return out

    assert only(lambda w: (w * w).sum(), filled, W) == "agrees"


def test_single_precision_is_told_as_it_is():
    def asked(w):
        return (w * w if w.dtype == np.float32 else w).sum()

    assert only(asked, lambda w: 2 * w, W.astype(np.float32)) == "agrees"


def test_numpy_sees_what_an_array_holds():
    def padded(w):
        return (np.pad(w, 1) ** 2).sum() + np.apply_along_axis(lambda x: x * 1, 0, w).sum() * 0

    assert only(padded, lambda w: 2 * w, W) == "agrees"


def value_preserving(is_plain):
    """A cost with the same value on balls as in floats at w = 1, and another derivative."""
    return lambda w: (w**3).sum() if is_plain(w) else (w * w).sum()


def failing(w):
    try:
        hash(np.asarray(w).ravel()[0])
    except Exception:  # noqa: BLE001 - as an adversary writes
        return False
    return True


FOOLING = {
    "type": lambda w: type(w) is np.ndarray,
    "name": lambda w: "Ball" not in repr(type(w)),
    "text": lambda w: "~" not in str(w[0]),
    "attribute": lambda w: not hasattr(w[0], "slot"),
}


@pytest.mark.parametrize("name", FOOLING)
def test_a_cost_that_only_moves_in_another_way_is_inconsistent(name):
    evidence = certified(value_preserving(FOOLING[name]), lambda w: 2 * w, np.ones(2))
    assert verdicts(evidence) == {"inconsistent"}
    assert "along a direction the cost grows by" in evidence.notes[-1]


def test_a_cost_that_has_changed_since_is_inconsistent():
    counts = iter(range(100))

    def counting(w):  # the count is out of reach
        return (w * w).sum() * (1 if next(counts) < 4 else 2)

    evidence = certified(counting, lambda w: 2 * w, W)
    assert "agrees" not in verdicts(evidence)


def differences(f, step):
    """The gradient by central differences."""

    def quotients(w):
        out = np.zeros_like(w)
        for i in range(len(w)):
            up, down = w.copy(), w.copy()
            up[i] += step
            down[i] -= step
            out[i] = (f(up) - f(down)) / (2 * step)
        return out

    return quotients


@pytest.mark.parametrize("step", [1e-2, 1e-4, 1e-6, 1e-8])
def test_a_gradient_by_differences_is_never_taken_for_the_derivative(step):
    def cubes(w):
        return (w**3).sum()

    evidence = certified(cubes, differences(cubes, step), W)
    assert verdicts(evidence) <= {"wrong", "approximation"}
    if step == 1e-8:
        assert verdicts(evidence) == {"approximation"}
        assert step in [a.constant for a in evidence.approximations]
        assert evidence.approximations[0].kind == "the step of a difference quotient"


def test_a_small_constant_that_is_rounded_is_no_step():
    def penalised(w):
        return (w**3).sum() + 1e-4 * (w * w).sum() / 3

    evidence = certified(penalised, lambda w: 3 * w**2 + (2e-4 / 3) * w, W)
    assert verdicts(evidence) == {"agrees"}


def test_steps_that_decide_a_branch_explain_nothing():
    step, larger = 2.0**-10, 1.5 * 2.0**-10

    def branching(w):  # with the step half as large again the two sides are equal
        one = np.exp(w[0]) * np.exp(-w[0])
        return w * ((2 if one * step < larger else 3) * (1 / 3)) * 3

    evidence = certified(lambda w: (w * w).sum() + larger * w[0] - larger * w[0], branching, W)
    assert verdicts(evidence) == {"agrees"}
