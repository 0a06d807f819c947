"""Approximations that their authors meant, and gross errors that look like them."""

# The programs under test are written as people write them: without types.
# mypy: ignore-errors
# ruff: noqa: ANN001, ANN201, ANN202

from __future__ import annotations

import numpy as np
import pytest
from certifying import certified, only, verdicts

from nncore.gradcheck.check import check_gradient

RNG = np.random.default_rng(0)
X = RNG.normal(size=(3, 4))


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def log_cost(w):
    p = sigmoid(X @ w)
    return -(np.log(p + 1e-8)).sum()


def log_gradient(w):
    return -((1 - sigmoid(X @ w)) @ X)


def test_a_small_constant_in_a_logarithm_is_an_approximation():
    evidence = certified(log_cost, log_gradient, RNG.normal(size=4))
    assert verdicts(evidence) == {"approximation"}
    (approximation,) = evidence.approximations
    assert approximation.constant == 1e-8
    assert approximation.line.startswith("test_approximations.py:")
    assert 1e-10 < approximation.effect < 1e-6
    assert "logarithm" in approximation.kind


@pytest.mark.parametrize(
    ("scaled", "kind"),
    [
        (lambda w: (w * w / (w + 1e-9)).sum(), "division"),
        (lambda w: np.sqrt(w * w + 1e-12).sum(), "root"),
    ],
)
def test_a_small_constant_in_a_division_or_a_root_is_an_approximation(scaled, kind):
    evidence = certified(scaled, np.ones_like, np.array([0.3, 0.8]))
    assert verdicts(evidence) == {"approximation"}
    assert kind in evidence.approximations[0].kind


def test_an_active_clip_is_an_approximation():
    def clipped(w):
        return -np.log(np.clip(sigmoid(w), 1e-7, 1 - 1e-7)).sum()

    evidence = certified(clipped, lambda w: sigmoid(w) - 1, np.array([0.3, -20.0]))
    assert verdicts(evidence) == {"agrees", "approximation"}
    assert evidence.approximations[0].kind == "an active bound"


def test_an_active_lower_bound_is_an_approximation_on_either_side():
    def bounded(w):
        return -np.log(np.maximum(1e-7, sigmoid(w))).sum()

    evidence = certified(bounded, lambda w: sigmoid(w) - 1, np.array([0.3, -20.0]))
    assert verdicts(evidence) == {"agrees", "approximation"}


STEEP = np.array([0.3, -0.8, 3.0, -7.0])
SATURATED = np.array([600.0, -600.0, 0.3])


def bounded_sigmoid(z):
    return sigmoid(np.clip(z, -500, 500))


GROSS_CLIPS = {
    "gradient": (lambda w: (w**2).sum(), lambda w: np.clip(2 * w, -1, 1)),
    "scaled": (lambda w: 1e-7 * (w**2).sum(), lambda w: np.clip(2e-7 * w, -1e-7, 1e-7)),
    "gradient's working": (
        lambda w: (w**2).sum() / 3,
        lambda w: np.clip(2 * w, -1, 1) / 3,
    ),
    "cost": (lambda w: (np.clip(w, -1, 1) ** 2).sum(), lambda w: 2 * w),
}


@pytest.mark.parametrize("name", GROSS_CLIPS)
def test_a_clip_that_moves_by_much_is_no_approximation(name):
    report = check_gradient(*GROSS_CLIPS[name], STEEP)
    assert report.verdict == "wrong"
    (cause,) = report.causes
    assert cause.name == "clipped"
    assert f"{name if name != 'scaled' else 'gradient'} is clipped at -1" in cause.sentence
    assert "test_approximations.py:" in cause.sentence


def test_a_clip_is_accepted_where_it_is_declared():
    cost, gradient = GROSS_CLIPS["gradient"]
    assert check_gradient(cost, gradient, STEEP, declare={"clipping": 0.95}).ok
    assert not check_gradient(cost, gradient, STEEP, declare={"clipping": 0.9}).ok


def test_a_clip_is_no_cause_of_an_error_beside_it():
    def wrong(w):
        found = np.clip(2 * w, -1, 1)
        found[0] += 1
        return found

    report = check_gradient(lambda w: (w**2).sum(), wrong, STEEP)
    assert report.verdict == "wrong"
    assert not report.causes


def test_a_clip_of_the_gradient_by_little_is_an_approximation():
    largest = 1 - 1e-6  # of an entry that is 1
    assert verdicts(
        certified(
            lambda w: (w**2).sum(), lambda w: np.clip(2 * w, -9, largest), np.array([0.5, 0.1])
        )
    ) == {"agrees", "approximation"}


Y_SATURATED = np.array([0.0, 1.0, 1.0])


def clipped_slopes(w):
    a = bounded_sigmoid(w)
    return (a - Y_SATURATED) * a * (1 - a)


@pytest.mark.parametrize("activation", [sigmoid, bounded_sigmoid])
def test_a_clip_that_only_keeps_exp_from_overflowing_is_an_approximation(activation):
    # Both slopes are too small to move the cost in its last bit, however large their quotient.
    def squares(w):
        return ((activation(w) - Y_SATURATED) ** 2).sum()

    evidence = certified(squares, lambda w: 2 * clipped_slopes(w), SATURATED)
    assert verdicts(evidence) == {"agrees", "approximation"}


def test_a_clipped_sigmoid_beside_an_unclipped_cost_agrees():
    def stable(z):
        return (np.logaddexp(0, z) - Y_SATURATED * z).sum()

    evidence = certified(stable, lambda z: bounded_sigmoid(z) - Y_SATURATED, SATURATED)
    assert verdicts(evidence) == {"agrees"}


def test_small_constants_are_left_out_before_bounds_that_move_by_much():
    def clipped(w):
        return np.clip(sigmoid(w) - 1, -0.5, 0.5)

    point = np.array([0.3, 9.0, -3.0])
    evidence = certified(lambda w: -np.log(sigmoid(w) + 1e-9).sum(), clipped, point)
    assert verdicts(evidence) == {"approximation", "wrong"}
    assert [a.constant for a in evidence.approximations] == [1e-9]
    assert "clipped at -0.5 (" in evidence.clips


def test_only_the_entries_with_the_constant_are_approximated():
    def partly(w):
        shifted = np.concatenate([w[:1] + 1e-9, w[1:]])
        return np.log(shifted).sum()

    evidence = certified(partly, lambda w: 1 / w, np.array([0.3, 0.8]))
    assert verdicts(evidence) == {"agrees", "approximation"}


def test_a_small_constant_elsewhere_is_an_error():
    assert (
        only(lambda w: (w**2).sum(), lambda w: 2 * w + 1e-6, np.array([0.3, -0.8])) == "wrong"
    )


def test_an_approximation_does_not_excuse_an_error():
    evidence = certified(log_cost, lambda w: 2 * log_gradient(w), RNG.normal(size=4))
    assert verdicts(evidence) == {"wrong"}
