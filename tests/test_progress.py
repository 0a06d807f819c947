"""The progress bar is drawn where it is wanted, and nowhere else."""

import io
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nncore import Network
from nncore.progress import REDRAWS, TrainingProgress

X, Y = np.zeros((250, 2)), np.zeros((250, 1))


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def fit_on(
    stream: io.StringIO, monkeypatch: pytest.MonkeyPatch, *, progress: bool | None
) -> str:
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("TERM", "xterm")
    net = Network([2, 1], rng=0)
    net.fit(X, Y, epochs=2, batch_size=1, validation=(X, Y), progress=progress)
    return stream.getvalue()


def test_a_terminal_gets_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    text = fit_on(Terminal(), monkeypatch, progress=None)
    assert "epoch 2/2  cost" in text
    assert "validation cost" in text
    assert "accuracy 100.00%" in text


def test_a_file_gets_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert fit_on(io.StringIO(), monkeypatch, progress=None) == ""


def test_a_terminal_stays_silent_on_request(monkeypatch: pytest.MonkeyPatch) -> None:
    assert fit_on(Terminal(), monkeypatch, progress=False) == ""


def test_a_file_gets_the_end_of_the_bar_on_request(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "epoch 2/2" in fit_on(io.StringIO(), monkeypatch, progress=True)


@pytest.mark.parametrize("progress", [None, True, False])
def test_no_stderr_is_no_obstacle(
    progress: bool | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    Network([2, 1], rng=0).fit(X, Y, epochs=1, progress=progress)
    closed = Terminal()
    closed.close()
    monkeypatch.setattr(sys, "stderr", closed)
    Network([2, 1], rng=0).fit(X, Y, epochs=1, progress=progress)


@pytest.mark.skipif(sys.platform == "win32", reason="the shell closes the stream")
def test_a_script_whose_stderr_is_closed_trains(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "from nncore import Network\n"
        "net = Network([1, 1], rng=0)\n"
        "print(net.fit([[1.0]], [[1.0]], epochs=1).stopped)\n"
    )
    command = ["sh", "-c", '"$0" "$1" 2>&-', sys.executable, str(script)]
    run = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)  # noqa: S603
    assert run.stdout == "epochs\n"


@pytest.mark.parametrize("progress", ["no", 1, 0.0, [True]])
def test_what_is_no_choice_is_refused_before_training(progress: Any) -> None:
    net = Network([2, 1], rng=0)
    before = net.weights[1].copy()
    with pytest.raises(TypeError, match=r"^`progress` must be True, False or None; got ") as no:
        net.fit(X, Y, epochs=1, progress=progress)
    assert str(no.value).endswith(repr(progress))
    np.testing.assert_array_equal(net.weights[1], before)


def test_the_bar_goes_on_where_a_run_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", Terminal())
    with TrainingProgress(10, 40, show=True, done=5) as progress:
        assert progress._bar is not None
        (task,) = progress._bar.tasks
        assert (task.description, task.completed, task.total) == ("epoch 6/10", 200, 400)
        progress.advance(40)
        assert task.completed == 240
        progress.end_epoch(6, "cost 1")
        assert (task.description, task.completed) == ("epoch 6/10  cost 1", 240)


def test_the_bar_of_a_new_run_starts_with_nothing_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", Terminal())
    with TrainingProgress(10, 40, show=True) as progress:
        assert progress._bar is not None
        (task,) = progress._bar.tasks
        assert (task.description, task.completed, task.total) == ("epoch 1/10", 0, 400)


def test_without_rich_a_terminal_stays_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rich.progress", None)
    assert fit_on(Terminal(), monkeypatch, progress=None) == ""


def test_without_rich_a_request_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rich.console", None)
    with pytest.raises(ModuleNotFoundError, match=r"`progress` needs rich: .*nncore\[cli\]"):
        fit_on(io.StringIO(), monkeypatch, progress=True)


def test_redraws_are_few_and_none_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", Terminal())
    with TrainingProgress(1, 1000, show=True) as progress:
        bar, redraws = progress._bar, []
        assert bar is not None
        monkeypatch.setattr(bar, "advance", lambda _, n: redraws.append(n))
        for _ in range(1000):
            progress.advance(1)
    assert len(redraws) == REDRAWS
    assert sum(redraws) == 1000
