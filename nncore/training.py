"""Mini-batch gradient descent, and the history of a training run."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

import numpy as np

from .activations import Activation
from .arrays import Array, Matrix, Pixels, Vector, as_array, as_matrix, as_vector, rows_of
from .backprop import ForwardPass, backprop, forward, mean_cost
from .costs import OutputCost
from .labels import Labels, labels_of
from .progress import TrainingProgress

__all__ = ["Data", "History", "Learner", "Plan", "train"]

#: Rows that are judged at a time, which bounds the memory of a validation.
CHUNK = 1000


@dataclass
class History:
    """
    What happened while a network was trained; one entry of each list for each epoch.

    Parameters
    ----------
    cost : list of float
        Mean cost of the mini-batches, each taken before its own step.
    validation_cost : list of float
        Cost of the validation examples after the epoch; empty without validation.
    validation_accuracy : list of float
        Share of the validation examples that are classified rightly; empty where their targets
        are no classes.
    best_epoch : int or None
        The epoch of the lowest validation cost, counted from 1.
    stopped : {"epochs", "patience", "interrupted", "diverged"}
        Why training ended.

    References
    ----------
    .. [1] M. Nielsen, "Neural Networks and Deep Learning", Determination Press, 2015,
           chapter 3, "How to choose a neural network's hyper-parameters?".

    Examples
    --------
    >>> from nncore import Network
    >>> history = Network([1, 1], rng=0).fit([[0.0], [1.0]], [0, 1], epochs=3)
    >>> len(history.cost), history.stopped
    (3, 'epochs')
    """

    cost: list[float] = field(default_factory=list)
    validation_cost: list[float] = field(default_factory=list)
    validation_accuracy: list[float] = field(default_factory=list)
    best_epoch: int | None = None
    stopped: Literal["epochs", "patience", "interrupted", "diverged"] = "epochs"


class Data(NamedTuple):
    """Examples with their targets, and with their labels where the targets are classes."""

    x: Matrix[Any, Any] | Pixels
    y: Matrix[Any, Any]
    labels: Labels | None

    def rows(self, rows: slice | Array) -> tuple[Matrix[Any, Any], Matrix[Any, Any]]:
        """Return x and y of some examples, as floats."""
        y = as_array(self.y)[rows]
        return rows_of(self.x, rows, y.dtype), as_matrix(y)


class Plan(NamedTuple):
    """How to train."""

    epochs: int
    batch_size: int
    learning_rate: float
    patience: int | None


@dataclass
class Learner:
    """The parameters in training, and the functions around them."""

    weights: list[Matrix[Any, Any]]
    biases: list[Vector[Any]]
    hidden: Activation
    cost: OutputCost
    l2: float

    def forward(self, x: Matrix[Any, Any]) -> ForwardPass:
        """Return the forward pass of a batch."""
        return forward(self.weights, self.biases, x, self.hidden, self.cost)

    def mean_cost(self, forward_pass: ForwardPass, y: Matrix[Any, Any]) -> float:
        """Return the cost of a batch."""
        z = as_matrix(forward_pass.zs[-1])
        return float(mean_cost(self.weights, z, y, self.cost, self.l2))

    def step(self, x: Matrix[Any, Any], y: Matrix[Any, Any], learning_rate: float) -> float:
        """Take one step down the gradient of a mini-batch; return its cost before the step."""
        forward_pass = self.forward(x)
        gradient = backprop(self.weights, forward_pass, y, self.hidden, self.cost, self.l2)
        before = self.mean_cost(forward_pass, y)
        for l in range(1, len(self.weights)):
            self.weights[l] = self.weights[l] - learning_rate * as_matrix(gradient.nabla_w[l])
            self.biases[l] = self.biases[l] - learning_rate * as_vector(gradient.nabla_b[l])
        return before

    def parameters(self) -> tuple[list[Matrix[Any, Any]], list[Vector[Any]]]:
        """Return the parameters as they are now; steps replace arrays and never change them."""
        return self.weights.copy(), self.biases.copy()

    def restore(self, parameters: tuple[list[Matrix[Any, Any]], list[Vector[Any]]]) -> None:
        """Take back earlier parameters."""
        self.weights[:], self.biases[:] = parameters

    def is_finite(self) -> bool:
        """Return whether every parameter is a finite number."""
        arrays = [*map(as_array, self.weights[1:]), *map(as_array, self.biases[1:])]
        return all(bool(np.isfinite(array).all()) for array in arrays)


def train(
    learner: Learner,
    data: Data,
    held_out: Data | None,
    plan: Plan,
    rng: np.random.Generator,
    show_progress: bool | None,
) -> History:
    """Train until the plan is done, patience ends, Ctrl-C, or the cost is not finite."""
    history = History()
    best = learner.parameters()
    with TrainingProgress(plan.epochs, len(data.y), show_progress) as progress:
        try:
            for epoch in range(1, plan.epochs + 1):
                before = learner.parameters()
                cost = _epoch(learner, data, plan, rng, progress)
                if not (math.isfinite(cost) and learner.is_finite()):
                    learner.restore(before)
                    history.stopped = "diverged"
                    break
                history.cost.append(cost)
                if held_out is not None and _judge(learner, held_out, history):
                    best = learner.parameters()
                progress.end_epoch(epoch, _report(history))
                if plan.patience and epoch - (history.best_epoch or 0) >= plan.patience:
                    history.stopped = "patience"
                    break
        except KeyboardInterrupt:
            history.stopped = "interrupted"
    if plan.patience and history.best_epoch:
        learner.restore(best)
    if history.stopped == "diverged":
        _warn_of_divergence(len(history.cost), plan.learning_rate)
    return history


def _epoch(
    learner: Learner,
    data: Data,
    plan: Plan,
    rng: np.random.Generator,
    progress: TrainingProgress,
) -> float:
    """Take one step for each mini-batch; return their mean cost."""
    order = rng.permutation(len(data.y))
    total = 0.0
    with np.errstate(over="ignore", invalid="ignore"):  # divergence is noticed by the caller
        for start in range(0, len(order), plan.batch_size):
            batch = order[start : start + plan.batch_size]
            x, y = data.rows(batch)
            total += len(batch) * learner.step(x, y, plan.learning_rate)
            progress.advance(len(batch))
    return total / len(order)


def _judge(learner: Learner, held_out: Data, history: History) -> bool:
    """Note validation cost and accuracy; return whether the cost is the lowest so far."""
    total, right, examples = 0.0, 0, len(held_out.y)
    for start in range(0, examples, CHUNK):
        chunk = slice(start, start + CHUNK)
        x, y = held_out.rows(chunk)
        forward_pass = learner.forward(x)
        total += len(y) * learner.mean_cost(forward_pass, y)
        if held_out.labels is not None:
            right += int(
                (labels_of(forward_pass.activations[-1]) == held_out.labels[chunk]).sum()
            )
    cost = total / examples
    is_best = cost < min(history.validation_cost, default=math.inf)
    history.validation_cost.append(cost)
    if held_out.labels is not None:
        history.validation_accuracy.append(right / examples)
    if is_best:
        history.best_epoch = len(history.validation_cost)
    return is_best


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
