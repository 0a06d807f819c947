"""Try a mutant: its tests run in a child process, which imports what the parent has not."""

from __future__ import annotations

import contextlib
import importlib
import importlib.machinery
import os
import resource
import signal
import sys
from collections.abc import Generator, Sequence
from pathlib import Path
from types import CodeType, ModuleType
from typing import NamedTuple, NoReturn

import pytest

from .mutants import Mutant, plant, source

__all__ = ["BrokenRunError", "Outcome", "try_all", "warm_up"]

ROOT = Path(__file__).parents[2]
#: Processor seconds of one stage; an endless loop is a mutant that was noticed.
SECONDS = 120
#: The tests pass, and the tests fail or cannot be collected, in pytest's own numbers.
PASSED, NOTICED, BROKEN = 0, {1, 2}, 99
#: What the tests use of others, imported once for all children.
LIBRARIES = ("numpy.testing", "hypothesis.strategies", "scipy.special", "mpmath", "flint")


class BrokenRunError(RuntimeError):
    """The tests could not run, or fail without any mutant."""


class Outcome(NamedTuple):
    """What became of a mutant."""

    mutant: Mutant
    is_killed: bool
    seconds: float


class Child(NamedTuple):
    """A running process: which mutant it tries, and which stage of its tests."""

    mutant: Mutant | None
    stage: int


class Planted(importlib.machinery.SourceFileLoader):
    """A loader of a module with a slip in it."""

    mutant: Mutant

    def get_code(self, fullname: str) -> CodeType:
        """Return the code of the mutant, past every cache."""
        path = self.get_filename(fullname)
        return plant(Path(path).read_text("utf-8"), self.mutant, path)


class Finder:
    """Find the mutated module; every other one is found as ever."""

    def __init__(self, mutant: Mutant) -> None:
        self.mutant = mutant

    def find_spec(
        self, fullname: str, _path: Sequence[str] | None, _target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Return a spec whose loader plants the slip."""
        if fullname != f"nncore.{self.mutant.module}":
            return None
        file = str(source(self.mutant.module))
        loader = Planted(fullname, file)
        loader.mutant = self.mutant
        return importlib.machinery.ModuleSpec(fullname, loader, origin=file)


def warm_up() -> None:
    """Import what the tests use, but nothing of ours: a child must import it anew."""
    for name in LIBRARIES:
        importlib.import_module(name)
    if "nncore" in sys.modules:
        msg = "nncore is imported already: no slip could be planted in it"
        raise BrokenRunError(msg)


def try_all(
    mutants: Sequence[Mutant], stages: dict[str, list[list[str]]], jobs: int
) -> Generator[Outcome, None, None]:
    """
    Yield the outcome of each mutant, in the order in which they end.

    A mutant is killed by the first stage of its module's tests that fails. Before, each stage
    must pass without a mutant. Children still running are ended when the caller stops asking.
    """
    modules = {mutant.module for mutant in mutants}
    for tests_of_stage in sorted({tuple(s) for module in modules for s in stages[module]}):
        _check_clean(list(tests_of_stage))
    waiting = [Child(mutant, 0) for mutant in reversed(mutants)]
    running: dict[int, Child] = {}
    spent: dict[Mutant, float] = {}
    try:
        while waiting or running:
            while waiting and len(running) < jobs:
                child = waiting.pop()
                assert child.mutant is not None
                tests = stages[child.mutant.module][child.stage]
                running[_start(child.mutant, tests)] = child
            pid, status, usage = os.wait4(-1, 0)
            mutant, stage = running.pop(pid)
            assert mutant is not None
            spent[mutant] = spent.get(mutant, 0.0) + usage.ru_utime + usage.ru_stime
            killed = _is_killed(status, mutant)
            if not killed and stage + 1 < len(stages[mutant.module]):
                waiting.append(Child(mutant, stage + 1))
            else:
                yield Outcome(mutant, killed, spent[mutant])
    finally:
        for pid in running:
            _end(pid)


def _check_clean(tests: list[str]) -> None:
    """Raise BrokenRunError unless the tests pass on the code as it is."""
    _, status = os.waitpid(_start(None, tests), 0)
    if status != PASSED:
        msg = f"without any mutant, `pytest {' '.join(tests)}` ends with status {status}"
        raise BrokenRunError(msg)


def _is_killed(status: int, mutant: Mutant) -> bool:
    """Return whether a child's end means that the slip was noticed."""
    if os.WIFSIGNALED(status):
        return True  # out of time, or the interpreter crashed
    code = os.WEXITSTATUS(status)
    if code not in {PASSED, *NOTICED}:
        msg = f"pytest ended with status {code} on {mutant}"
        raise BrokenRunError(msg)
    return code != PASSED


def _start(mutant: Mutant | None, tests: list[str]) -> int:
    """Start a child that runs the tests on the mutant; return its process id."""
    pid = os.fork()
    if pid == 0:
        try:
            _run(mutant, tests)
        finally:
            os._exit(BROKEN)  # the parent's work is not the child's
    return pid


def _end(pid: int) -> None:
    """End a child, which may have ended already."""
    # Ctrl-C comes to the children as well: one was waited for, but not yet struck off.
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def _run(mutant: Mutant | None, tests: list[str]) -> NoReturn:
    """Run the tests in this process, silently, and end it."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in range(3):
        os.dup2(nowhere, descriptor)
    os.chdir(ROOT)
    if mutant is not None:
        sys.meta_path.insert(0, Finder(mutant))
    os.environ["HYPOTHESIS_PROFILE"] = "mutation"
    # Hypothesis, imported before, is a plugin whose assertions pytest would rewrite.
    early = "-Wignore::pytest.PytestAssertRewriteWarning"
    options = ["-x", "-q", "-pno:cacheprovider", early]
    os._exit(int(pytest.main([*options, *tests])))
