"""Many implementations at once, each in a process of its own with limits."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Any, TypeAlias

from .result import Result, Status

__all__ = [
    "DONE",
    "INTERRUPTED",
    "Local",
    "Outcome",
    "Scheduler",
    "Task",
    "in_process",
    "run",
]

#: What a worker sends last. An exit code alone proves nothing: the implementation may call
#: ``os._exit(0)``.
DONE = "done"
INTERRUPTED = "interrupted by Ctrl-C"
UNFINISHED = "the process ended before all laws were tried"
UNTRIED = "no law was tried, all were skipped: see their reasons"

#: What a campaign needs of a scheduler: outcomes of tasks as they come, in any order.
Scheduler: TypeAlias = Callable[
    [Callable[["Task"], "Outcome"], list["Task"]], Iterable["Outcome"]
]


@dataclasses.dataclass(frozen=True)
class Task:
    """
    One implementation to verify; plain data that can be sent to another machine.

    Parameters
    ----------
    target : str
        File or module and adapter, as for `find_adapter`; seen from where the task runs.
    max_examples, seed, only, max_seconds
        As of `verify`.
    timeout : float
        Seconds after which the process is ended.
    memory : int
        Bytes of address space that the process may have; 0 for no limit.
    """

    target: str
    max_examples: int | None = None
    seed: int | None = None
    only: tuple[str, ...] | None = None
    max_seconds: float | None = None
    timeout: float = 600.0
    memory: int = 0


@dataclasses.dataclass(frozen=True)
class Outcome:
    """
    What became of a task.

    Parameters
    ----------
    task : Task
        The task.
    results : list of Result
        Of each law that was tried.
    error : str
        Why the process ended before its time, or that no law was tried; empty otherwise.
    seconds : float
        How long it took.
    """

    task: Task
    results: list[Result]
    error: str = ""
    seconds: float = 0.0

    @property
    def exit_code(self) -> int:
        """0 if every law holds, 1 if one is broken, 2 if something could not be run."""
        found = {result.status for result in self.results}
        if self.error or Status.ERROR in found:
            return 2
        return 1 if Status.FAILED in found else 0


def run(
    tasks: list[Task],
    scheduler: Scheduler,
    progress: Callable[[Outcome], None] | None = None,
) -> list[Outcome]:
    """
    Run tasks, and return their outcomes in the order of the tasks.

    Parameters
    ----------
    tasks : list of Task
        What to verify; no two are equal.
    scheduler : callable
        From function and tasks to outcomes as they come: ``map``, `Local`, a cluster's.
    progress : callable, optional
        Is told each outcome as it comes.

    Returns
    -------
    list of Outcome
        One for each task; after Ctrl-C with what was known, and `INTERRUPTED` as the error of
        those that were not finished.
    """
    found: dict[Task, Outcome] = {}
    try:
        for outcome in scheduler(in_process, tasks):
            found[outcome.task] = outcome
            if progress is not None:
                progress(outcome)
    except KeyboardInterrupt:
        partial = getattr(scheduler, "partial", {})
        for task in tasks:
            found.setdefault(task, Outcome(task, partial.get(task, []), INTERRUPTED))
    return [found[task] for task in tasks]


class Local:
    """
    A scheduler of this machine.

    Parameters
    ----------
    jobs : int
        How many tasks run at the same time.
    told : callable, optional
        Is told each result as it comes, from other threads.

    Attributes
    ----------
    partial : dict of Task to list of Result
        What is known of each task so far.
    """

    def __init__(self, jobs: int, told: Callable[[Result], None] | None = None) -> None:
        self._jobs = jobs
        self._told = told
        self._running: list[subprocess.Popen[bytes]] = []
        self.partial: dict[Task, list[Result]] = {}

    def __call__(
        self, function: Callable[..., Outcome], tasks: list[Task]
    ) -> Generator[Outcome, None, None]:
        """
        Yield the outcomes of tasks as they come; closed, it ends the processes that run.

        Parameters
        ----------
        function : callable
            `in_process`.
        tasks : list of Task
            What to verify.

        Yields
        ------
        Outcome
            One for each task.
        """
        # Threads only wait: each task is a process.
        with ThreadPoolExecutor(self._jobs) as pool:
            futures = [
                pool.submit(function, task, self._listener(task), self._running)
                for task in tasks
            ]
            try:
                for future in as_completed(futures):
                    yield future.result()
            finally:
                pool.shutdown(wait=False, cancel_futures=True)
                for process in self._running:
                    _kill(process)

    def _listener(self, task: Task) -> Callable[[Result], None]:
        """Return what is told the results of one task."""
        results = self.partial.setdefault(task, [])

        def told(result: Result) -> None:
            results.append(result)
            if self._told is not None:
                self._told(result)

        return told


def in_process(
    task: Task,
    progress: Callable[[Result], None] | None = None,
    running: list[subprocess.Popen[bytes]] | None = None,
) -> Outcome:
    """
    Verify one implementation in a new process.

    One that hangs, crashes the interpreter or needs too much memory ends with its process; what
    was known until then is kept.

    Parameters
    ----------
    task : Task
        What to verify.
    progress : callable, optional
        Is told each result as it comes.
    running : list, optional
        The process is entered there, for somebody else to end it.

    Returns
    -------
    Outcome
        It never raises for anything that the implementation does.
    """
    start = time.monotonic()
    results: list[Result] = []
    process = subprocess.Popen(
        [sys.executable, "-m", "nncore.verify.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    if running is not None:
        running.append(process)
    over = threading.Event()

    def end() -> None:
        over.set()
        _kill(process)

    timer = threading.Timer(task.timeout, end)
    timer.start()
    told: BaseException | str = UNFINISHED
    try:
        for message in _messages(process, task):
            if not isinstance(message, Result):
                told = message
                continue
            results.append(message)
            if progress is not None:
                progress(message)
        process.wait()
    finally:
        timer.cancel()
        _kill(process)
    error = _reason(task, process, told, over.is_set())
    if not error and all(result.status is Status.SKIPPED for result in results):
        error = UNTRIED  # a network of which nothing is known must not look like a good one
    return Outcome(task, results, error, time.monotonic() - start)


def _messages(process: subprocess.Popen[bytes], task: Task) -> Iterator[Any]:
    """Send the task, and yield what the worker sends, until it ends."""
    assert process.stdin is not None  # noqa: S101 - for type checkers
    assert process.stdout is not None  # noqa: S101 - for type checkers
    with process.stdout, contextlib.suppress(BrokenPipeError):
        with process.stdin:
            pickle.dump((task, list(sys.path)), process.stdin)
        # A process that was ended may have sent half a message.
        with contextlib.suppress(EOFError, pickle.UnpicklingError):
            while True:
                yield pickle.load(process.stdout)  # noqa: S301 - written by our own worker


def _reason(
    task: Task, process: subprocess.Popen[bytes], told: BaseException | str, over: bool
) -> str:
    """Return why a process ended before its time; empty where it did not."""
    if over:
        return f"ended after {task.timeout:g} s: it did not come to an end"
    if isinstance(told, BaseException):
        return str(told) or type(told).__name__
    code = process.returncode
    if code < 0:
        return f"the interpreter was ended by {signal.Signals(-code).name}"
    if code:
        return f"the interpreter ended with exit code {code}"
    return "" if told == DONE else UNFINISHED


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End a process and all that it started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
