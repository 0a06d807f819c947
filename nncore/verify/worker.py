"""The process in which one implementation is verified; see `campaign`."""

from __future__ import annotations

import contextlib
import math
import os
import pickle
import signal
import sys
from typing import Any, BinaryIO

from .campaign import DONE, Task
from .result import Result
from .runner import verify
from .target import find_adapter

__all__ = ["main", "work"]

#: Seconds that the campaign has to end a process itself.
GRACE = 5


def main() -> None:
    """Read a task from standard input, and write results to what standard output was."""
    task, path = pickle.load(sys.stdin.buffer)  # noqa: S301 - written by the campaign
    sys.path[:] = path
    if hasattr(signal, "alarm"):
        # Should the campaign be lost, nobody else would end this process.
        signal.alarm(math.ceil(task.timeout) + GRACE)
    # What the implementation prints must not come between the results.
    with os.fdopen(os.dup(1), "wb") as out:
        os.dup2(2, 1)
        work(task, out)


def work(task: Task, out: BinaryIO) -> None:
    """
    Verify one implementation.

    Parameters
    ----------
    task : Task
        What to verify.
    out : binary file
        Results are written there as they come, each a pickle; at last `DONE`, or the error
        that ended it.
    """

    def send(message: Result | BaseException | str) -> None:
        pickle.dump(message, out)
        out.flush()

    _limit(task.memory)
    try:
        verify(
            find_adapter(task.target),
            max_examples=task.max_examples,
            seed=task.seed,
            only=task.only,
            max_seconds=task.max_seconds,
            on_fail=None,
            progress=send,
        )
        send(DONE)
    except MemoryError:
        send(MemoryError(f"it needs more than {task.memory / 2**20:.0f} MiB of memory"))
    except SystemExit as error:
        send(RuntimeError(f"{error!r}"))  # a bare code would tell nothing
    except Exception as error:  # noqa: BLE001 - told to the campaign
        send(RuntimeError(f"{error}" or type(error).__name__))


def _limit(memory: int) -> None:
    """Limit the address space of this process, where the system can."""
    if not memory:
        return
    with contextlib.suppress(ModuleNotFoundError, ValueError):
        import resource  # noqa: PLC0415 - not there on Windows

        limits: Any = (memory, memory)
        resource.setrlimit(resource.RLIMIT_AS, limits)


if __name__ == "__main__":
    main()
