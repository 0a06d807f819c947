"""What happened in a training run, and what callbacks are told of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from .display import Table, history_table

__all__ = ["Callback", "Epoch", "History"]


@dataclass
class History:
    """
    What happened while a network was trained; one entry of each list for each epoch.

    Parameters
    ----------
    cost : list of float
        Mean cost of the mini-batches, each taken before its own step, penalty included;
        weighted by `sample_weight` where there is one.
    validation_cost : list of float
        Cost of the validation examples after the epoch; empty without validation.
    validation_accuracy : list of float
        Share of the validation examples that are classified rightly; empty where their targets
        are no classes.
    best_epoch : int or None
        The epoch, counted from 1, of the lowest validation cost, or of the highest validation
        accuracy if that was monitored; the first of equals.
    stopped : {"epochs", "patience", "callback", "interrupted", "diverged"}
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
    stopped: Literal["epochs", "patience", "callback", "interrupted", "diverged"] = "epochs"

    def __rich__(self) -> object:
        return self._table().as_rich()

    def _repr_html_(self) -> str:
        """Return the epochs as a table, for notebooks."""
        return self._table().as_html()

    def _table(self) -> Table:
        """Return the epochs as a table."""
        costs = self.cost, self.validation_cost
        return history_table(*costs, self.validation_accuracy, self.best_epoch, self.stopped)


@dataclass
class Epoch:
    """
    What a callback of `Network.fit` is told after each epoch.

    Parameters
    ----------
    number : int
        The epoch that is over, counted from 1.
    history : History
        Everything so far, this epoch included.
    network : Network
        The network, whose lists hold the parameters after this epoch. Training goes on from
        whatever the callback leaves there.

    References
    ----------
    .. [1] M. Nielsen, "Neural Networks and Deep Learning", Determination Press, 2015,
           chapter 3, "How to choose a neural network's hyper-parameters?".

    Examples
    --------
    >>> from nncore import Network
    >>> def enough(epoch):
    ...     if epoch.history.cost[-1] < 0.5:
    ...         epoch.stop()
    >>> net = Network([1, 1], rng=0)
    >>> history = net.fit([[0.0], [1.0]], [0, 1], epochs=100, callbacks=[enough])
    >>> history.stopped, len(history.cost) < 100
    ('callback', True)
    """

    number: int
    history: History
    network: Any
    stopped: bool = field(default=False, init=False)

    def stop(self) -> None:
        """
        End the training after this epoch.

        References
        ----------
        .. [1] M. Nielsen, "Neural Networks and Deep Learning", Determination Press, 2015,
               chapter 3, "How to choose a neural network's hyper-parameters?".

        Examples
        --------
        >>> epoch = Epoch(1, History(), None)
        >>> epoch.stop()
        >>> epoch.stopped
        True
        """
        self.stopped = True


Callback: TypeAlias = Callable[[Epoch], object]
