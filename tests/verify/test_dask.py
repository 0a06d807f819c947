"""What is asked of Dask, by a stand-in; `test_cluster` asks a real cluster."""

import sys
import types
from collections.abc import Callable, Iterable
from typing import Any, Self

import pytest

from nncore.extras import MissingExtraError
from nncore.verify.campaign import Outcome, Task, in_process, run
from nncore.verify.dask import RETRIES, cluster


class Future:
    def __init__(self, key: str, function: Callable[[Task], Outcome], task: Task) -> None:
        self.key = key
        self._outcome = function(task)
        self._is_lost = task.target == "lost"

    def exception(self) -> Exception | None:
        return RuntimeError("its workers were lost") if self._is_lost else None

    def result(self) -> Outcome:
        return self._outcome


class Client:
    asked: dict[str, Any] = {}  # noqa: RUF012 - of a test

    def __init__(self, address: str, timeout: str) -> None:
        Client.asked = {"address": address, "timeout": timeout}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        Client.asked["closed"] = True

    def map(
        self, function: Callable[[Task], Outcome], tasks: list[Task], **settings: Any
    ) -> list[Future]:
        Client.asked |= settings
        assert function is in_process
        return [Future(f"key {i}", lambda t: Outcome(t, []), t) for i, t in enumerate(tasks)]


def as_completed(futures: Iterable[Future]) -> Iterable[Future]:
    return reversed(list(futures))


def test_tasks_and_outcomes(monkeypatch: pytest.MonkeyPatch) -> None:
    module = types.SimpleNamespace(Client=Client, as_completed=as_completed)
    monkeypatch.setitem(sys.modules, "distributed", module)
    tasks = [Task("first"), Task("lost"), Task("third")]
    outcomes = run(tasks, cluster("tcp://somewhere:1"))
    assert [outcome.task for outcome in outcomes] == tasks
    assert [outcome.error for outcome in outcomes] == [
        "",
        "RuntimeError: its workers were lost",
        "",
    ]
    assert Client.asked == {
        "address": "tcp://somewhere:1",
        "timeout": "10s",
        "pure": False,
        "retries": RETRIES,
        "closed": True,
    }


def test_dask_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(MissingExtraError, match=r"nncore\[dask\]"):
        cluster("tcp://127.0.0.1:9")
