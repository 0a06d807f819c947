"""Mini-batch training: epochs of the engine, and what is judged, asked and saved between."""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from .arrays import Array
from .blas import one_thread
from .history import Epoch, History
from .learner import Data, Learner
from .plan import Monitor, Path, Plan
from .progress import TrainingProgress

if TYPE_CHECKING:
    from .checkpoints import Checkpoint

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
    # Buffers for more examples than there are would only take memory.
    plan = plan._replace(batch_size=min(plan.batch_size, len(data.y)))
    largest = plan.batch_size * max(n * k for n, k in pairwise(learner.sizes))
    threads = one_thread() if largest < SMALL_PRODUCT else nullcontext()
    # What is refused is refused before anything changes.
    saved = None if plan.resume is None else _checkpoint(plan.resume, learner, held_out, plan)
    done = 0 if saved is None else len(saved.history.cost)
    bar = TrainingProgress(plan.epochs, len(data.y), show_progress, done=done)
    run = _Run(learner, data, held_out, plan, rng, saved)
    history = run.history
    with threads, bar as progress:
        try:
            while run.goes_on():
                run.epoch(progress)
        except KeyboardInterrupt:
            history.stopped = "interrupted"
    if plan.patience and history.best_epoch:
        run.restore_best()
    if history.stopped == "diverged":
        _warn_of_divergence(history, plan)
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
        saved: Checkpoint | None,
    ) -> None:
        self.learner, self.data, self.held_out = learner, data.contiguous(), held_out
        self.plan, self.rng = plan, rng
        self.engine = learner.engine(plan)
        self.history, self.best = History(), self.engine.parameters.copy()
        if saved is not None:
            self._resume(saved)

    def goes_on(self) -> bool:
        """Return whether another epoch follows."""
        return self.history.stopped == "epochs" and len(self.history.cost) < self.plan.epochs

    def epoch(self, progress: TrainingProgress) -> None:
        """Train for an epoch, and judge, ask and save."""
        history, epoch = self.history, len(self.history.cost) + 1
        cost = self._descend(self.plan.rate(epoch), progress)
        if cost is None:
            history.stopped = "diverged"
            return
        judged = [] if self.held_out is None else self.learner.judge(self.engine, self.held_out)
        lists = history.cost, history.validation_cost, history.validation_accuracy
        for entries, value in zip(lists, [cost, *judged], strict=False):
            entries.append(value)
        if judged and _is_best(history, self.plan.monitor, epoch):
            history.best_epoch = epoch
            np.copyto(self.best, self.engine.parameters)
        progress.end_epoch(epoch, _report(history))
        self._call_back(epoch)
        self._lose_patience()
        if self.plan.saves(epoch, is_last=not self.goes_on()):
            self._save()

    def _descend(self, learning_rate: float, progress: TrainingProgress) -> float | None:
        """Take one step for each mini-batch; return their mean cost, None if it is infinite."""
        data, order = self.data, self.rng.permutation(len(self.data.y))
        remembered = self.plan.optimizer.state()
        try:
            cost = self.engine.epoch(
                data.x, data.y, order, learning_rate, data.factors, progress.advance
            )
        except KeyboardInterrupt:
            self._keep(remembered, is_good=True)
            raise
        return cost if self._keep(remembered, is_good=math.isfinite(cost)) else None

    def _keep(self, remembered: Mapping[str, Array], *, is_good: bool) -> bool:
        """Store finite parameters, or bring the optimizer back to where the lists are."""
        is_good = is_good and self.engine.is_finite()
        if is_good:
            self.learner.store(self.engine)
        else:
            self.plan.optimizer.restore(remembered)
        return is_good

    def _call_back(self, epoch: int) -> None:
        """Tell the callbacks of an epoch, and take over what they left in the lists."""
        told = Epoch(epoch, self.history, self.learner.network)
        for callback in self.plan.callbacks:
            callback(told)
        if self.plan.callbacks:
            self.learner.load(self.engine)
        if told.stopped:
            self.history.stopped = "callback"

    def _lose_patience(self) -> None:
        """Stop where the best epoch is too long ago."""
        history, patience = self.history, self.plan.patience
        if patience and len(history.cost) - (history.best_epoch or 0) >= patience:
            history.stopped = "patience"

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

    def _resume(self, saved: Checkpoint) -> None:
        """Go on from a checkpoint."""
        saved.restore(self.plan.optimizer, self.rng.bit_generator)
        self.history, self.best = replace(saved.history, stopped="epochs"), saved.best
        self._lose_patience()
        np.copyto(self.engine.parameters, saved.parameters)
        self.learner.store(self.engine)


def _checkpoint(path: Path, learner: Learner, held_out: Data | None, plan: Plan) -> Checkpoint:
    """Return the checkpoint to go on from; one that does not fit is refused."""
    from .checkpoints import read_checkpoint  # noqa: PLC0415 - imports much

    size = sum(n * k + n for k, n in pairwise(learner.sizes))
    saved = read_checkpoint(path, learner.identity(), size, plan.optimizer)
    _check_history(saved.history, plan, held_out)
    return saved


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
    best = _best_of(saved, plan.monitor)
    if best != saved.best_epoch:
        msg = (
            f"`monitor` must stay as it was; to {plan.monitor!r} the best epoch is {best}, "
            f"and the run of `resume` has the parameters of epoch {saved.best_epoch}"
        )
        raise ValueError(msg)


def _monitored(history: History, monitor: Monitor, epoch: int) -> float:
    """Return what is lowest in the best epoch: the validation cost, or minus the accuracy."""
    if monitor == "accuracy":
        return -history.validation_accuracy[epoch - 1]
    return history.validation_cost[epoch - 1]


def _is_best(history: History, monitor: Monitor, epoch: int) -> bool:
    """Return whether an epoch is better than the best one so far."""
    best = history.best_epoch
    lowest = math.inf if best is None else _monitored(history, monitor, best)
    return _monitored(history, monitor, epoch) < lowest


def _best_of(history: History, monitor: Monitor) -> int | None:
    """Return what `best_epoch` would have been, had this been monitored."""
    again = replace(history, best_epoch=None)
    for epoch in range(1, len(history.validation_cost) + 1):
        if _is_best(again, monitor, epoch):
            again.best_epoch = epoch
    return again.best_epoch


def _report(history: History) -> str:
    """Return what the last epoch came to, for the progress bar."""
    text = f"cost {history.cost[-1]:.4f}"
    if history.validation_cost:
        text += f"  validation cost {history.validation_cost[-1]:.4f}"
    if history.validation_accuracy:
        text += f"  accuracy {history.validation_accuracy[-1]:.2%}"
    return text


def _warn_of_divergence(history: History, plan: Plan) -> None:
    """Warn that training stopped because numbers grew beyond all bounds."""
    epochs = len(history.cost)
    kept = (history.best_epoch or epochs) if plan.patience else epochs
    msg = (
        f"training diverged in epoch {epochs + 1}: the cost or a parameter is not finite; the "
        f"parameters are those after epoch {kept}. Lower `learning_rate`, now "
        f"{plan.rate(epochs + 1)}"
    )
    warnings.warn(msg, RuntimeWarning, stacklevel=4)
