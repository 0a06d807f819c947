"""The progress bar is drawn where it is wanted, and nowhere else."""

import io
import sys

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
