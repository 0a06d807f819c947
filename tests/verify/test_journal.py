"""A self-test that was interrupted goes on, and does nothing twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from nncore.verify.journal import journaled
from nncore.verify.selftest import Outcome, Row, Task, self_test

TASKS = [Task(name, ("list_lengths",), None, 0) for name in "abc"]


class Counting:
    """A function of tasks that knows how often it was called."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def __call__(self, task: Task) -> list[Row]:
        self.calls.append(task.name)
        return [Row(task.name, "family", "", check, Outcome.PASSED) for check in task.checks]


def test_what_is_known_is_not_done_again(tmp_path: Path) -> None:
    path, function = tmp_path / "journal", Counting()
    first = iter(journaled(path)(function, TASKS))
    assert next(first)[0].name == "a"
    again = [rows[0].name for rows in journaled(path)(function, TASKS)]
    assert again == ["a", "b", "c"]
    assert function.calls == ["a", "b", "c"]
    assert [list(rows) for rows in journaled(path)(function, TASKS)] == [
        Counting()(task) for task in TASKS
    ]


def test_no_task_is_begun_where_nothing_can_be_kept(tmp_path: Path) -> None:
    function = Counting()
    mapped = journaled(tmp_path / "absent" / "journal", lambda f, tasks: [*map(f, tasks)])
    with pytest.raises(FileNotFoundError):
        list(mapped(function, TASKS))
    assert function.calls == []


def test_other_settings_are_other_tasks(tmp_path: Path) -> None:
    path, function = tmp_path / "journal", Counting()
    list(journaled(path)(function, TASKS[:1]))
    list(journaled(path)(function, [Task("a", ("list_lengths",), 5, 0)]))
    assert function.calls == ["a", "a"]


@pytest.mark.parametrize("end", ["[{", "3\n", '[{"name": "a"}, []]\n', "[1, 2, 3]\n"])
def test_lines_that_cannot_be_read_do_not_count(tmp_path: Path, end: str) -> None:
    path, function = tmp_path / "journal", Counting()
    list(journaled(path)(function, TASKS[:1]))
    path.write_text(path.read_text("utf-8") + end, "utf-8")
    list(journaled(path)(function, TASKS))
    list(journaled(path)(function, TASKS))
    assert function.calls == ["a", "b", "c"]


def test_time_is_over_between_tasks(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    names = ["StepUphill", "MeanForgotten"]
    rows = self_test(only=names, map=journaled(path), max_seconds=1e-9)
    assert len(rows) == 1
    assert len(self_test(only=names, map=journaled(path))) == 2
    assert len(path.read_text("utf-8").split()) > 2
