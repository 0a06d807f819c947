"""The exact rung: equality of fractions, and nothing else."""

# The programs under test are written as people write them: without types.
# mypy: allow-untyped-defs, allow-untyped-calls
# ruff: noqa: ANN001, ANN003, ANN201, ANN202, ARG005

from __future__ import annotations

import numpy as np
import pytest

from nncore.gradcheck.evidence import NotApplicable, Verdict
from nncore.gradcheck.exact import certify
from nncore.gradcheck.structure import Structure

RNG = np.random.default_rng(11)
X = RNG.normal(size=(3, 4))
Y = RNG.normal(size=(3, 2))
PARAMS = [RNG.normal(size=(5, 4)), RNG.normal(size=5), RNG.normal(size=(2, 5))]


def exactly(cost, gradient, params, **settings):
    structure = Structure.of(params)
    analytic = [np.array(leaf) for leaf in structure.leaves(gradient(params))]
    return certify(cost, gradient, structure, analytic=analytic, **settings)


def cost(p):
    hidden = np.maximum(0, X @ p[0].T + p[1])
    return ((hidden @ p[2].T - Y) ** 2).sum() / 2 / len(X)


def gradient(p):
    z = X @ p[0].T + p[1]
    hidden = z * (z > 0)
    delta = (hidden @ p[2].T - Y) / len(X)
    back = (delta @ p[2]) * (z > 0)
    return [back.T @ X, back.sum(axis=0), delta.T @ hidden]


def test_a_relu_network_is_equal_to_its_derivative():
    told = []
    evidence = exactly(cost, gradient, PARAMS, progress=lambda done, total: told.append(total))
    assert evidence.count(Verdict.AGREES) == 35
    assert evidence.rung == "exact"
    assert evidence.sensitivity == 0
    assert evidence.achieved_digits > 12
    assert told == [35]


def test_finite_numbers_are_finite():
    w = np.array([0.1, 0.7])
    finite = exactly(lambda w: (np.nan_to_num(w) ** 2).sum() / 2, lambda w: w, w)
    assert finite.count(Verdict.AGREES) == 2


def test_the_smallest_error_is_seen():
    def planted(p):
        nabla = gradient(p)
        nabla[0][3, 1] *= 1 + p[1][0] ** 2 / 10**200
        return nabla

    evidence = exactly(cost, planted, PARAMS)
    assert evidence.count(Verdict.WRONG) == 1
    assert evidence.entries[0].verdict[3, 1] == Verdict.WRONG.code


def test_a_buffer_of_the_users_file_is_served():
    def filled(w):
        out = np.zeros(2)
        out[:] = w
        return out

    w = np.array([0.1, 0.7])
    assert exactly(lambda w: (w * w).sum() / 2, filled, w).count(Verdict.AGREES) == 2


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        (lambda w: np.exp(w).sum(), "rationals cannot follow"),
        (lambda w: (w / (w - w)).sum(), "rationals cannot follow"),
        (lambda w: (w**0.5).sum(), "rationals cannot follow"),
        (lambda w: abs(w - w[0]).sum(), "tie"),
        (lambda w: (w * (w > w[0] * 1)).sum(), "tie"),
        (lambda w: w.astype(np.float32).sum(), "fractions are exact"),
        (lambda w: np.rint(w).sum(), "`rint` is not known"),
    ],
)
def test_what_has_no_fraction_is_left_to_the_next_rung(function, reason):
    w = np.array([0.1, 0.7])
    with np.errstate(all="ignore"), pytest.raises(NotApplicable, match=reason):
        exactly(function, lambda w: w, w)


def test_a_float_of_one_program_only_is_left_to_the_certified_rung():
    w = np.array([0.1, 0.7])
    with pytest.raises(NotApplicable, match=r"test_exact\.py:\d+: the float 0\.333"):
        exactly(lambda w: (w * w).sum() / 3, lambda w: 2 * w * (1 / 3), w)


def test_another_program_in_floats_is_inconsistent():
    w = np.array([0.1, 0.7])

    def two_faced(w):
        return 2 * w if type(w) is np.ndarray else w

    evidence = exactly(lambda w: (w * w).sum() / 2, two_faced, w)
    assert evidence.count(Verdict.INCONSISTENT) == 2
