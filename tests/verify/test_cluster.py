"""A real cluster of two processes: a lost worker loses nothing (`nox -s cluster`)."""

from __future__ import annotations

import os
import re
import signal
import time
from pathlib import Path

import pytest

from nncore.verify import Status
from nncore.verify.campaign import Task, run
from nncore.verify.dask import cluster

distributed = pytest.importorskip("distributed")

SOURCE = """
import time
from nncore import Network
from nncore.verify import Adapter

def forward(net, x):
    time.sleep(0.2)
    return net.forward(x)

slow = Adapter(make=Network, weights="weights", biases="biases", forward=forward)
"""


@pytest.fixture
def workers() -> object:
    """A cluster of two worker processes on this machine."""
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    ) as local:
        yield local


def tasks(tmp_path: Path, seeds: int) -> list[Task]:
    path = tmp_path / "slow_implementation.py"
    path.write_text(SOURCE)
    only = ("list_lengths",)
    return [Task(f"{path}:slow", 5, seed, only) for seed in range(seeds)]


def test_a_lost_worker_loses_nothing(tmp_path: Path, workers: object) -> None:
    killed: list[int] = []

    def kill_one(_: object) -> None:
        if not killed:
            with distributed.Client(workers) as client:
                killed.extend(client.run(os.getpid).values())
            os.kill(killed[0], signal.SIGKILL)

    given = tasks(tmp_path, seeds=4)
    outcomes = run(given, cluster(workers.scheduler_address), kill_one)  # type: ignore[attr-defined]
    assert killed
    assert [outcome.task for outcome in outcomes] == given
    assert [outcome.error for outcome in outcomes] == [""] * len(given)
    assert {r.status for outcome in outcomes for r in outcome.results} == {Status.PASSED}


def test_nobody_answers() -> None:
    start = time.monotonic()
    with pytest.raises(OSError, match=re.escape("127.0.0.1:9")):
        run([Task("a")], cluster("tcp://127.0.0.1:9"))
    assert time.monotonic() - start < 60
