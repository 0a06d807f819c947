"""Mini-batch training: epochs of the engine, and what is judged, asked and saved between."""

from __future__ import annotations

import math
import os
import warnings
from contextlib import nullcontext
from dataclasses import replace
from itertools import pairwise

import numpy as np

from .blas import one_thread
from .history import Epoch, History
from .learner import Data, Learner
from .plan import Plan
from .progress import TrainingProgress

__all__ = ["train"]

#: Multiplications in a matrix product below which a second thread costs more than it brings.
SMALL_PRODUCT = 2**24


def train(
    learner: Learner,
    data: Data,
    held_out: Data | None,
    plan: Plan,
    rng: np.random.Generator,
    show_progress: bool | None,
) -> History:
    """Train until the plan is done, patience or a callback ends it, Ctrl-C, or divergence."""
    run = _Run(learner, data, held_out, plan, rng)
    history = run.history
    largest = plan.batch_size * max(n * k for n, k in pairwise(learner.sizes))
    threads = one_thread() if largest < SMALL_PRODUCT else nullcontext()
    with threads, TrainingProgress(plan.epochs, len(data.y), show_progress) as progress:
        try:
            for epoch in range(len(history.cost) + 1, plan.epochs + 1):
                if not run.epoch(epoch, progress):
                    break
        except KeyboardInterrupt:
            history.stopped = "interrupted"
    if plan.patience and history.best_epoch:
        run.restore_best()
    if history.stopped == "diverged":
        _warn_of_divergence(len(history.cost), plan.rate(len(history.cost) + 1))
    return history


class _Run:
    """A training run: what it has come to between two epochs is what a checkpoint holds."""

    def __init__(
        self,
        learner: Learner,
        data: Data,
        held_out: Data | None,
        plan: Plan,
        rng: np.random.Generator,
    ) -> None:
        self.learner, self.data, self.held_out = learner, data.contiguous(), held_out
        self.plan, self.rng = plan, rng
        self.engine = learner.engine(plan)
        self.history, self.best = History(), self.engine.parameters.copy()
        if plan.resume is not None:
            self._resume(plan.resume)

    def epoch(self, epoch: int, progress: TrainingProgress) -> bool:
        """Train for an epoch, and judge, ask and save; return whether to go on."""
        history = self.history
        cost = self._descend(self.plan.rate(epoch), progress)
        if not (math.isfinite(cost) and self.engine.is_finite()):
            history.stopped = "diverged"
            return False
        self.learner.store(self.engine)
        history.cost.append(cost)
        if self.held_out is not None:
            self.learner.judge(self.engine, self.held_out, history)
            if _last_is_best(history, self.plan):
                history.best_epoch = epoch
                np.copyto(self.best, self.engine.parameters)
        progress.end_epoch(epoch, _report(history))
        self._call_back(epoch)
        patience = self.plan.patience
        if patience and epoch - (history.best_epoch or 0) >= patience:
            history.stopped = "patience"
        goes_on = history.stopped == "epochs"
        if self.plan.saves(epoch, is_last=not goes_on):
            self._save()
        return goes_on

    def _descend(self, learning_rate: float, progress: TrainingProgress) -> float:
        """Take one step for each mini-batch; return their mean cost."""
        data, order = self.data, self.rng.permutation(len(self.data.y))
        try:
            return self.engine.epoch(
                data.x, data.y, order, learning_rate, data.factors, progress.advance
            )
        except KeyboardInterrupt:
            if self.engine.is_finite():
                self.learner.store(self.engine)
            raise

    def _call_back(self, epoch: int) -> None:
        """Tell the callbacks of an epoch, and take over what they left in the lists."""
        told = Epoch(epoch, self.history, self.learner.network)
        for callback in self.plan.callbacks:
            callback(told)
        if self.plan.callbacks:
            self.learner.load(self.engine)
        if told.stopped:
            self.history.stopped = "callback"

    def restore_best(self) -> None:
        """Go back to the parameters of the best epoch."""
        np.copyto(self.engine.parameters, self.best)
        self.learner.store(self.engine)

    def _save(self) -> None:
        """Write a checkpoint."""
        from .checkpoints import Checkpoint, write_checkpoint  # noqa: PLC0415 - imports much

        assert self.plan.checkpoint is not None  # noqa: S101 - `Plan.saves` said so
        checkpoint = Checkpoint(
            network=self.learner.identity(),
            history=self.history,
            parameters=self.engine.parameters,
            best=self.best,
            optimizer=repr(self.plan.optimizer),
            optimizer_state=self.plan.optimizer.state(),
            generator_state=self.rng.bit_generator.state,
        )
        write_checkpoint(self.plan.checkpoint, checkpoint)

    def _resume(self, path: str | os.PathLike[str]) -> None:
        """Go on from a checkpoint."""
        from .checkpoints import read_checkpoint  # noqa: PLC0415 - as in `_save`

        optimizer = self.plan.optimizer
        saved = read_checkpoint(path, self.learner.identity(), self.best.size, optimizer)
        _check_history(saved.history, self.plan, self.held_out)
        saved.restore(path, optimizer, self.rng.bit_generator)
        self.history = replace(saved.history, stopped="epochs")
        self.best = saved.best
        np.copyto(self.engine.parameters, saved.parameters)
        self.learner.store(self.engine)


def _check_history(saved: History, plan: Plan, held_out: Data | None) -> None:
    """Raise ValueError unless a run can go on from this history."""
    if len(saved.cost) >= plan.epochs:
        msg = f"`epochs` must be more than the {len(saved.cost)} of `resume`; got {plan.epochs}"
        raise ValueError(msg)
    had = bool(saved.validation_cost), bool(saved.validation_accuracy)
    if had != (held_out is not None, held_out is not None and held_out.labels is not None):
        kinds = {(False, False): "none", (True, True): "targets that are classes"}
        msg = "`validation` must stay as it was; the run of `resume` had "
        raise ValueError(msg + kinds.get(had, "targets that are no classes"))


def _last_is_best(history: History, plan: Plan) -> bool:
    """Return whether the last epoch is better than every one before."""
    if plan.monitor == "accuracy":
        *before, last = (-accuracy for accuracy in history.validation_accuracy)
    else:
        *before, last = history.validation_cost
    return last < min(before, default=math.inf)


def _report(history: History) -> str:
    """Return what the last epoch came to, for the progress bar."""
    text = f"cost {history.cost[-1]:.4f}"
    if history.validation_cost:
        text += f"  validation cost {history.validation_cost[-1]:.4f}"
    if history.validation_accuracy:
        text += f"  accuracy {history.validation_accuracy[-1]:.2%}"
    return text


def _warn_of_divergence(epochs: int, learning_rate: float) -> None:
    """Warn that training stopped because numbers grew beyond all bounds."""
    msg = (
        f"training diverged in epoch {epochs + 1}: the cost or a parameter is not finite; the "
        f"parameters are those after epoch {epochs}. Lower `learning_rate`, now {learning_rate}"
    )
    warnings.warn(msg, RuntimeWarning, stacklevel=4)
