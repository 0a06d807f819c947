"""One implementation that hangs, crashes or needs too much costs its own row only."""

import io
import os
import pickle
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nncore.verify import Result, Status
from nncore.verify import worker as worker_module
from nncore.verify.campaign import DONE, INTERRUPTED, Local, Outcome, Task, in_process, run

SOURCE = """
import os, sys, time
import numpy as np
from nncore import Network
from nncore.verify import Adapter

print("printed while imported")

def adapter_of(action):
    def forward(net, x):
        action()
        return net.forward(x)
    return Adapter(make=Network, weights="weights", biases="biases", forward=forward)

def hang():
    time.sleep(600)

good = adapter_of(lambda: print("printed while running"))
hangs = adapter_of(hang)
crashes = adapter_of(os.abort)
leaves = adapter_of(lambda: os._exit(3))
exits = adapter_of(lambda: sys.exit("enough"))
vanishes = adapter_of(lambda: os._exit(0))
succeeds = adapter_of(lambda: sys.exit(0))

calls = []

def leave_later():
    calls.append(1)
    if len(calls) > 20:
        os._exit(0)

vanishes_later = adapter_of(leave_later)
hungry = adapter_of(lambda: np.ones(2**30))
"""
LAW = ("list_lengths",)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Implementations of all kinds."""
    path = tmp_path / "implementations_of_all_kinds.py"
    path.write_text(SOURCE)
    return path


def task(file: Path, name: str, **settings: Any) -> Task:
    return Task(f"{file}:{name}", max_examples=2, seed=0, only=LAW, **settings)


def test_each_in_its_own_process(file: Path) -> None:
    tasks = [
        task(file, "good"),
        task(file, "crashes"),
        task(file, "leaves"),
        task(file, "exits"),
        task(file, "hungry", memory=2 * 2**30),
        task(file, "hangs", timeout=2.0),
    ]
    seen: list[Outcome] = []
    outcomes = run(tasks, Local(2), seen.append)
    assert [outcome.task for outcome in outcomes] == tasks
    assert len(seen) == len(tasks)
    good, crashes, leaves, exits, hungry, hangs = outcomes
    assert (good.error, good.exit_code) == ("", 0)
    assert [result.status for result in good.results] == [Status.PASSED]
    assert "SIGABRT" in crashes.error
    assert leaves.error == "the interpreter ended with exit code 3"
    assert exits.error == "SystemExit('enough')"
    assert "Unable to allocate" in hungry.results[0].message
    assert hangs.error.startswith("ended after 2 s")
    assert {outcome.exit_code for outcome in (crashes, leaves, exits, hangs)} == {2}


def test_alone(file: Path) -> None:
    outcome = in_process(task(file, "good"))
    assert [result.status for result in outcome.results] == [Status.PASSED]


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("vanishes", "the process ended before all laws were tried"),
        ("succeeds", "SystemExit(0)"),
    ],
)
def test_a_process_that_leaves_with_success_is_an_error(
    file: Path, name: str, error: str
) -> None:
    outcome = in_process(task(file, name))
    assert (outcome.error, outcome.exit_code) == (error, 2)


def test_laws_after_the_end_of_a_process_are_missed(file: Path) -> None:
    outcome = in_process(
        Task(f"{file}:vanishes_later", max_examples=5, seed=0, only=("structure",))
    )
    assert outcome.results
    assert outcome.error == "the process ended before all laws were tried"
    assert outcome.exit_code == 2


def test_a_network_on_which_no_law_was_tried_is_an_error(file: Path) -> None:
    outcome = in_process(Task(f"{file}:good", max_examples=1, only=("persistence",)))
    assert {result.status for result in outcome.results} == {Status.SKIPPED}
    assert outcome.error == "no law was tried, all were skipped: see their reasons"
    assert outcome.exit_code == 2


def test_ctrl_c_keeps_what_is_known() -> None:
    first, second, third = (Task(name) for name in "abc")
    known = Result("law", "group", "It holds.", Status.PASSED)

    class Interrupted:
        partial: dict[Task, list[Result]] = {second: [known]}

        def __call__(self, _: Callable[[Task], Outcome], tasks: list[Task]) -> Any:
            yield Outcome(tasks[0], [known, known])
            raise KeyboardInterrupt

    outcomes = run([first, second, third], Interrupted())
    assert [len(outcome.results) for outcome in outcomes] == [2, 1, 0]
    assert [outcome.error for outcome in outcomes] == ["", INTERRUPTED, INTERRUPTED]


def test_processes_end_with_the_campaign(file: Path) -> None:
    told: list[Result] = []
    scheduler = Local(2, told.append)
    campaign = scheduler(in_process, [task(file, "good"), task(file, "hangs")])
    outcome = next(campaign)
    assert scheduler.partial[outcome.task] == outcome.results == told
    campaign.close()
    assert all(process.poll() is not None for process in scheduler._running)


@pytest.mark.parametrize(
    ("statuses", "code"), [("passed skipped expected", 0), ("failed", 1), ("failed error", 2)]
)
def test_exit_codes(statuses: str, code: int) -> None:
    results = [Result("law", "group", "", Status(status)) for status in statuses.split()]
    assert Outcome(Task("a"), results).exit_code == code
    assert Outcome(Task("a"), results, "killed").exit_code == 2


def messages(out: io.BytesIO) -> list[Any]:
    out.seek(0)
    found = []
    while out.tell() < len(out.getvalue()):
        found.append(pickle.load(out))  # noqa: S301 - written here
    return found


def test_a_worker_sends_results_as_they_come(file: Path) -> None:
    out = io.BytesIO()
    worker_module.work(task(file, "good"), out)
    result, end = messages(out)
    assert (result.status, end) == (Status.PASSED, DONE)


def test_a_worker_sends_what_ended_it(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.BytesIO()
    worker_module.work(task(file, "nothing"), out)
    [error] = messages(out)
    assert "no adapter named 'nothing'" in str(error)

    def hungry(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr(worker_module, "verify", hungry)
    limits: list[Any] = []
    resource = pytest.importorskip("resource")
    monkeypatch.setattr(resource, "setrlimit", lambda *given: limits.append(given))
    out = io.BytesIO()
    worker_module.work(task(file, "good", memory=2**20), out)
    assert "more than 1 MiB" in str(messages(out)[0])
    assert limits == [(resource.RLIMIT_AS, (2**20, 2**20))]


@pytest.mark.parametrize("code", [0, "enough"])
def test_a_network_that_wants_to_end_the_process_is_told_of(
    file: Path, monkeypatch: pytest.MonkeyPatch, code: object
) -> None:
    def leave(*_: object, **__: object) -> None:
        raise SystemExit(code)

    monkeypatch.setattr(worker_module, "verify", leave)
    out = io.BytesIO()
    worker_module.work(task(file, "good"), out)
    assert [str(message) for message in messages(out)] == [f"SystemExit({code!r})"]


@pytest.mark.parametrize("has_alarm", [True, False])
def test_the_main_function_of_a_worker(
    file: Path, monkeypatch: pytest.MonkeyPatch, *, has_alarm: bool
) -> None:
    given = io.BytesIO(pickle.dumps((task(file, "good", timeout=7.5), list(sys.path))))
    alarms: list[int] = []
    if has_alarm:
        monkeypatch.setattr(signal, "alarm", alarms.append)
    else:
        monkeypatch.delattr(signal, "alarm")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(given))
    reader, writer = os.pipe()
    monkeypatch.setattr(os, "dup", lambda _: writer)
    monkeypatch.setattr(os, "dup2", lambda *_: None)
    worker_module.main()
    with os.fdopen(reader, "rb") as out:
        assert pickle.load(out).status == Status.PASSED  # noqa: S301 - written here
    assert alarms == ([8 + worker_module.GRACE] if has_alarm else [])
