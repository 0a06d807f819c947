"""How to train: the settings of `fit`, checked once."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any, Literal, NamedTuple, cast

import numpy as np

from .arrays import Array
from .history import Callback
from .inputs import as_numbers, check_finite
from .optimizers import OPTIMIZERS, Optimizer
from .settings import choose, integer, real

__all__ = ["LearningRate", "Monitor", "Path", "Plan", "make_plan", "sample_factors"]

LearningRate = float | Callable[[int], float]
Path = str | os.PathLike[str]
Monitor = Literal["cost", "accuracy"]
Blas = Literal["numpy", "scipy"]


class Plan(NamedTuple):
    """How to train."""

    epochs: int
    batch_size: int
    optimizer: Optimizer
    learning_rate: LearningRate
    patience: int | None
    monitor: Monitor
    callbacks: tuple[Callback, ...]
    checkpoint: Path | None
    checkpoint_every: int
    resume: Path | None
    blas: Blas

    def rate(self, epoch: int) -> float:
        """Return the learning rate of an epoch, or raise TypeError or ValueError."""
        if not callable(self.learning_rate):
            return self.learning_rate
        return float(real(f"learning_rate({epoch})", self.learning_rate(epoch)))

    def saves(self, epoch: int, *, is_last: bool) -> bool:
        """Return whether a checkpoint is due after an epoch."""
        is_due = epoch % self.checkpoint_every == 0 or epoch == self.epochs or is_last
        return self.checkpoint is not None and is_due


def make_plan(
    *,
    epochs: object,
    batch_size: object,
    learning_rate: object,
    optimizer: object,
    has_validation: bool,
    patience: object,
    monitor: object,
    callbacks: object,
    checkpoint: object,
    checkpoint_every: object,
    resume: object,
    blas: object,
) -> Plan:
    """Return the plan that these settings say, or raise TypeError or ValueError."""
    chosen = choose("optimizer", optimizer, OPTIMIZERS, Optimizer)  # type: ignore[type-abstract]
    method = chosen if isinstance(chosen, Optimizer) else chosen()
    plan = Plan(
        epochs=integer("epochs", epochs, minimum=1),
        batch_size=integer("batch_size", batch_size, minimum=1),
        optimizer=method,
        learning_rate=_rate(learning_rate, method),
        patience=None if patience is None else integer("patience", patience, minimum=1),
        monitor=cast("Monitor", _one_of("monitor", monitor, ("cost", "accuracy"))),
        callbacks=_callbacks(callbacks),
        checkpoint=_new_path("checkpoint", checkpoint),
        checkpoint_every=integer("checkpoint_every", checkpoint_every, minimum=1),
        resume=_path("resume", resume),
        blas=cast("Blas", _one_of("blas", blas, ("numpy", "scipy"))),
    )
    if plan.checkpoint is None and plan.checkpoint_every != 1:
        msg = "`checkpoint_every` needs a file to write: pass checkpoint=path as well"
        raise ValueError(msg)
    if plan.patience is not None and not has_validation:
        msg = "`patience` judges the validation cost: pass validation=(x, y) as well"
        raise ValueError(msg)
    if plan.monitor == "accuracy" and not has_validation:
        msg = "`monitor` 'accuracy' is of validation examples: pass validation=(x, y) as well"
        raise ValueError(msg)
    return plan


def sample_factors(weight: object, examples: int, dtype: np.dtype[Any]) -> Array | None:
    """Return what the cost of each example is multiplied by, shape (examples, 1), or None."""
    if weight is None:
        return None
    array = as_numbers(weight, np.dtype(np.float64), "sample_weight")
    if array.dtype.kind != "f":
        msg = f"`sample_weight` must be real; got dtype {array.dtype}"
        raise TypeError(msg)
    if array.shape != (examples,):
        msg = f"`sample_weight` must have shape ({examples},), one for each example; got "
        raise ValueError(msg + str(array.shape))
    check_finite(array, "sample_weight")
    if (array < 0).any():
        i = int(np.argmax(array < 0))
        msg = f"`sample_weight` must not be negative; sample_weight[{i}] is {array[i]}"
        raise ValueError(msg)
    if not array.any():
        msg = "`sample_weight` must be above 0 for at least one example; all are 0"
        raise ValueError(msg)
    shares = array / array.max()  # the mean of huge weights would overflow
    factors: Array = shares / shares.mean()
    return factors.astype(dtype)[:, np.newaxis]


def _rate(learning_rate: object, optimizer: Optimizer) -> LearningRate:
    """Return the learning rate, the optimizer's usual one for None."""
    if learning_rate is None:
        return optimizer.LEARNING_RATE
    if callable(learning_rate):
        return cast("LearningRate", learning_rate)
    return float(real("learning_rate", learning_rate))


def _one_of(name: str, value: object, known: tuple[str, ...]) -> str:
    """Return a name that is known, or raise TypeError or ValueError."""
    names = " or ".join(repr(one) for one in known)
    if not isinstance(value, str):
        msg = f"`{name}` must be {names}; got {value!r}"
        raise TypeError(msg)
    if value not in known:
        msg = f"`{name}` must be {names}; got {value!r}"
        raise ValueError(msg)
    return value


def _callbacks(callbacks: object) -> tuple[Callback, ...]:
    """Return the callbacks, or raise TypeError."""
    if not isinstance(callbacks, Sequence) or not all(callable(each) for each in callbacks):
        msg = f"`callbacks` must be a list of functions of an Epoch; got {callbacks!r}"
        raise TypeError(msg)
    return tuple(callbacks)


def _path(name: str, path: object) -> Path | None:
    """Return a path or None, or raise TypeError."""
    if path is None or isinstance(path, (str, os.PathLike)):
        return path
    msg = f"`{name}` must be a path; got {path!r}"
    raise TypeError(msg)


def _new_path(name: str, path: object) -> Path | None:
    """Return a path that a file can be written to, or None, or raise TypeError or OSError."""
    checked = _path(name, path)
    if checked is None:
        return None
    # Noticed before the first epoch, not after it.
    folder, file = os.path.split(os.fspath(checked))
    if not os.path.isdir(folder or os.curdir):  # noqa: PTH112 - bytes are a path, too
        msg = f"`{name}` must lie in a folder that exists; got {os.fspath(checked)}"
        raise FileNotFoundError(msg)
    if not file or (os.path.exists(checked) and not os.path.isfile(checked)):  # noqa: PTH110, PTH113
        msg = f"`{name}` must name a regular file; got {os.fspath(checked)!r}"
        raise OSError(msg)
    return checked
