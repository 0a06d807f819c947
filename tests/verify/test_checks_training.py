"""Laws of training, each seen to fail on a fault that it is there for."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from nncore.verify.faults import state, training
from nncore.verify.plain import Plain, Quadratic

from .judging import broken, judged, passes


class RefusesZero(Plain):
    """A learning rate must be positive."""

    def step(self, x: Any, y: Any, learning_rate: float) -> None:
        if learning_rate <= 0:
            raise ValueError(learning_rate)
        super().step(x, y, learning_rate)


class DecaysAnyway(Plain):
    """Weights decay, whatever the learning rate."""

    def step(self, x: Any, y: Any, learning_rate: float) -> None:
        super().step(x, y, learning_rate)
        for w in self.weights:
            w[...] = 0.99 * w


class BiasesPenalized(Quadratic):
    """The penalty is on biases, too."""

    l2 = 0.25

    def nabla_b(self, l: int, delta: Any) -> Any:
        return super().nabla_b(l, delta) + self.l2 * self.biases[l]


class PenaltyTwice(Quadratic):
    """The penalty has no factor 1/2."""

    l2 = 0.25

    def nabla_w(self, l: int, delta: Any, activations: Any) -> Any:
        return super().nabla_w(l, delta, activations) + self.l2 * self.weights[l]


class Penalized(Quadratic):
    """Correct."""

    l2 = 0.25


class OnlyLabels(Penalized):
    """Targets must be 0 or 1."""

    def gradient(self, x: Any, y: Any) -> Any:
        if not np.isin(y, (0, 1)).all():
            msg = "targets must be 0 or 1"
            raise ValueError(msg)
        return super().gradient(x, y)


class FirstCallOnly(Plain):
    """A network that was fitted starts anew."""

    start: Any = None

    def fit(self, *arguments: Any) -> None:
        if self.start is None:
            self.start = [w.copy() for w in self.weights]
        for w, old in zip(self.weights, self.start, strict=True):
            w[...] = old
        super().fit(*arguments)


PLANTED = [
    (training.LearningRateTwice, "step_is_gradient_descent"),
    (training.StepUphill, "step_is_gradient_descent"),
    (training.StepDividedByBatch, "step_is_gradient_descent"),
    (training.BiasesNotUpdated, "step_is_gradient_descent"),
    (training.UpdatedBeforeBackpropagation, "step_is_gradient_descent"),
    (training.LayersStepInTurn, "step_is_gradient_descent"),
    (training.RateDecays, "step_is_gradient_descent"),
    (training.PenaltyAppliedTwice, "step_is_gradient_descent"),
    (training.BiasesDecay, "step_is_gradient_descent"),
    (state.WeightsCachedTransposed, "step_is_gradient_descent"),
    (training.StepUphill, "small_step_lowers_cost"),
    (DecaysAnyway, "zero_learning_rate_changes_nothing"),
    (BiasesPenalized, "l2_is_applied_once"),
    (PenaltyTwice, "l2_is_applied_once"),
    (training.StartedAnew, "fit_is_steps"),
    (training.OnlyLastLayerTrained, "fit_is_steps"),
    (training.MomentumUntold, "fit_is_steps"),
    (FirstCallOnly, "fit_goes_on"),
    (training.PartialBatchDropped, "last_batch_counts"),
    (training.PartialBatchDividedByBatchSize, "last_batch_counts"),
    (training.BatchSizeIgnored, "last_batch_counts"),
    (training.ExamplesShuffledAlone, "pairs_stay_together"),
    (training.ShuffledTwice, "pairs_stay_together"),
    (training.DrawnWithReplacement, "every_example_once"),
    (training.LastExampleLeftOut, "every_example_once"),
    (training.BatchesOverlap, "every_example_once"),
    (training.EpochsFromOne, "every_example_once"),
    (training.SeedIgnored, "same_seed_same_run"),
    (training.CallersExamplesShuffled, "arguments_are_unmodified"),
]


@pytest.mark.parametrize(("cls", "law"), PLANTED)
def test_a_fault_is_seen(cls: type[Plain], law: str) -> None:
    assert broken(cls.adapter(), law)


def test_how_often_an_example_was_used_is_told() -> None:
    message = broken(training.LastExampleLeftOut.adapter(), "every_example_once")
    assert "was used 0 times, but should be used 2 times" in message.replace("e-", "")[
        :200
    ] or ("should be used 2 times" in message)


def test_a_learning_rate_of_zero_may_be_refused() -> None:
    assert passes(RefusesZero.adapter(), "zero_learning_rate_changes_nothing")


def test_the_penalty_of_a_correct_network() -> None:
    assert passes(Penalized.adapter(), "l2_is_applied_once")
    assert passes(Penalized.adapter(reduction="sum"), "l2_is_applied_once")
    assert "refused as targets" in judged(OnlyLabels.adapter(), "l2_is_applied_once").message


def test_another_fault_of_training_is_not_taken_for_broken_pairs() -> None:
    assert passes(training.StartedAnew.adapter(), "pairs_stay_together", 5)
