"""A progress bar for training, where there is somebody to see it."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    import rich.progress

__all__ = ["TrainingProgress"]

#: The bar is redrawn at most so often in an epoch: a redraw costs as much as a small step.
REDRAWS = 100


class TrainingProgress:
    """
    A bar over all examples of all epochs; a context manager that does nothing when not shown.

    Parameters
    ----------
    epochs, examples : int
        How many epochs of how many examples.
    show : bool or None
        Whether to draw; None draws where rich is installed and stderr is a terminal. Where
        there is no stderr, nothing is drawn.
    done : int
        How many of the epochs are over before the bar starts.

    Raises
    ------
    TypeError
        If `show` is not True, False or None.
    ModuleNotFoundError
        If `show` is true and rich is not installed.
    """

    def __init__(self, epochs: int, examples: int, show: bool | None, *, done: int = 0) -> None:
        self._epochs = epochs
        self._examples = examples
        self._done = done
        self._pending = 0
        self._bar = _bar() if _is_shown(show) else None

    def __enter__(self) -> Self:
        if self._bar is not None:
            self._bar.start()
            self._task = self._bar.add_task(
                f"epoch {self._done + 1}/{self._epochs}",
                completed=self._done * self._examples,
                total=self._epochs * self._examples,
            )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def advance(self, examples: int) -> None:
        """Note that so many more examples were seen."""
        self._pending += examples
        if self._bar is not None and self._pending * REDRAWS >= self._examples:
            self._bar.advance(self._task, self._pending)
            self._pending = 0

    def end_epoch(self, epoch: int, report: str) -> None:
        """Show what an epoch, counted from 1, came to."""
        if self._bar is not None:
            text = f"epoch {epoch}/{self._epochs}  {report}"
            self._bar.update(self._task, completed=epoch * self._examples, description=text)
        self._pending = 0


def _is_shown(show: object) -> bool:
    """Return whether to draw a bar, or raise TypeError."""
    if not isinstance(show, (bool, type(None))):
        msg = f"`progress` must be True, False or None; got {show!r}"
        raise TypeError(msg)
    if getattr(sys.stderr, "closed", True):  # services have none, or one that is closed
        return False
    if show is not None:
        return show
    if not sys.stderr.isatty():
        return False
    try:
        import rich.progress as _  # noqa: F401, PLC0415 - rich is optional
    except ModuleNotFoundError:
        return False
    return True


def _bar() -> rich.progress.Progress:
    """Return a bar on stderr."""
    try:
        import rich.console  # noqa: PLC0415 - rich is optional
        import rich.progress  # noqa: PLC0415
    except ModuleNotFoundError:
        msg = (
            '`progress` needs rich: python -m pip install "nncore[cli]", or pass progress=False'
        )
        raise ModuleNotFoundError(msg) from None
    return rich.progress.Progress(
        rich.progress.TextColumn("{task.description}"),
        rich.progress.BarColumn(),
        rich.progress.TimeRemainingColumn(elapsed_when_finished=True),
        console=rich.console.Console(stderr=True),
    )
