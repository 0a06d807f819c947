"""Saves that are cut short: by a kill at any operation, a full disk, or missing rights."""

from __future__ import annotations

import errno
import io
import os
import resource
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

__all__ = ["as_anybody", "at_once", "fails_at", "in_child", "killed_at", "with_room"]

#: What touches the disk, by the name of the C function.
OPERATIONS = {"open", "write", "flush", "close", "fsync", "replace", "rename", "__exit__"}
REFUSED = 7
NOBODY = 65534


def in_child(action: Callable[[], object]) -> int:
    """Return the status of a child that runs the action; 7 where that was an OSError."""
    pid = os.fork()
    if pid == 0:
        try:
            action()
            os._exit(0)
        except OSError:
            os._exit(REFUSED)
        finally:
            os._exit(1)
    return os.waitpid(pid, 0)[1]


def killed_at(operation: int, save: Callable[[], object]) -> bool:
    """Save in a child that is killed before an operation; return whether there was one."""

    status = in_child(_before(operation, save, lambda: os.kill(os.getpid(), signal.SIGKILL)))
    if os.WIFSIGNALED(status):
        return True
    if status:
        msg = f"the save failed with status {status}"
        raise RuntimeError(msg)
    return False


def fails_at(operation: int, save: Callable[[], object]) -> bool:
    """Save in a child whose disk is full at an operation; return whether that was refused."""

    def fail() -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    return _was_refused(in_child(_before(operation, save, fail)))


def _before(
    operation: int, save: Callable[[], object], happens: Callable[[], None]
) -> Callable[[], object]:
    """Return a save before one of whose operations, counted from 1, something happens."""

    def action() -> None:
        count = 0

        def profile(_frame: FrameType, event: str, function: Any) -> None:
            nonlocal count
            if event == "c_call" and _is_operation(function):
                count += 1
                if count == operation:
                    happens()

        sys.setprofile(profile)
        save()

    return action


def _is_operation(function: Any) -> bool:
    """Return whether a function of C touches a file."""
    owner = getattr(function, "__self__", None)
    of_file = isinstance(owner, io.BufferedWriter | io.FileIO)
    of_system = getattr(function, "__module__", "") in {"posix", "io", "_io"}
    return function.__name__ in OPERATIONS and (of_file or of_system)


def with_room(size: int, save: Callable[[], object]) -> bool:
    """Save where a file may have no more bytes; return whether it was refused."""

    def action() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
        save()

    return _was_refused(in_child(action))


def as_anybody(save: Callable[[], object]) -> bool:
    """Save as a user without special rights; return whether it was refused."""

    def action() -> None:
        if os.geteuid() == 0:
            os.seteuid(NOBODY)
        save()

    return _was_refused(in_child(action))


def _was_refused(status: int) -> bool:
    """Return whether a child ended with an OSError; it must have ended in order."""
    code = os.waitstatus_to_exitcode(status)
    if code not in {0, REFUSED}:
        msg = f"the save failed with status {code}"
        raise RuntimeError(msg)
    return code == REFUSED


def at_once(saves: Sequence[Callable[[], object]], path: Path) -> None:
    """Save by several processes at once to one path, each of them several times."""
    children: list[int] = []
    for save in saves:
        pid = os.fork()
        if pid == 0:
            try:
                for _ in range(20):
                    save()
                os._exit(0)
            finally:
                os._exit(1)
        children.append(pid)
    statuses = [os.waitpid(pid, 0)[1] for pid in children]
    if any(statuses):
        msg = f"saves at once to {path} failed: {statuses}"
        raise RuntimeError(msg)
