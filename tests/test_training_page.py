"""The page of a training: whole, escaped, and about this training."""

import base64
import re
import sys
from html import unescape
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from matplotlib.figure import Figure

from nncore import History, Network, cli, plots
from nncore.datasets import digits
from nncore.extras import MissingExtraError
from nncore.outputs import check_page
from nncore.verbs import training_page
from nncore.verbs.training_page import to_html

QUICK = ("train", "--sizes", "64,8,10", "--epochs", "2", "-o", "d.npz")


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    # Coarse pictures are quick.
    monkeypatch.setattr(training_page, "RESOLUTION", 40)


@pytest.fixture
def _words_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """All figures of a page are one empty one: of most tests it is not what they are about."""
    empty = Figure((0.5, 0.5))
    for name in ("training_figure", "misclassified", "first_layer"):
        monkeypatch.setattr(plots, name, lambda *_, **_settings: empty)
    for name in ("confusion_matrix", "network_drawing"):
        monkeypatch.setattr(plots, name, lambda *_: SimpleNamespace(figure=empty))


words_alone = pytest.mark.usefixtures("_words_alone")


def page_of(history: History) -> str:
    net = Network([64, 8, 10], output="softmax", rng=0)
    return to_html(net, history, digits(), {"<script>": "<b>"})


def test_train_writes_a_page_that_stands_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([*QUICK, "--patience", "9", "--report", "page.html"]) == 0
    page = Path("page.html").read_text("utf-8")
    printed = capsys.readouterr().out
    assert "wrote page.html" in printed
    accuracy = re.search(r"test accuracy (\S+) \((\d+) of (\d+)\)", printed)
    assert accuracy is not None
    assert f"Test accuracy {accuracy[1]}: {accuracy[2]} of {accuracy[3]} digits" in page
    settings = dict(re.findall(r'<th scope="row">(.*?)</th><td>(.*?)</td>', page))
    assert settings == {
        "data": "digits",
        "sizes": "64, 8, 10",
        "hidden activation": "relu",
        "epochs": "2 of 2",
        "batch size": "10",
        "learning rate": "0.1",
        "l2": "0.0001",
        "patience": "9",
        "seed": "0",
    }
    images = re.findall(r'<img src="(.*?)" width="(\d+)" height="(\d+)" alt="(.*?)">', page)
    assert len(images) == 5
    for source, width, height, alt in images:
        data = base64.b64decode(source.removeprefix("data:image/png;base64,"))
        assert data.startswith(b"\x89PNG")
        assert int(width) > 50
        assert int(height) > 50
        assert len(alt) > 30
    assert not re.search(r'(?:src|href)="(?!data:|#)', page)


@words_alone
def test_what_is_taken_for_what_is_told_in_words() -> None:
    dataset, net = digits(), Network([64, 8, 10], output="softmax", rng=0)
    found = re.search(r"Most often, (\d+) times, (\d) is taken for (\d)", page_of(History()))
    assert found is not None
    times, is_, taken = map(int, found.groups())
    classified = np.asarray(net.classify(np.asarray(dataset.test_x)))
    here = (dataset.test_labels == is_) & (classified == taken)
    assert is_ != taken
    assert here.sum() == times


@words_alone
def test_a_perfect_network_confuses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    labels = digits().test_labels
    monkeypatch.setattr(Network, "classify", lambda *_: labels)
    monkeypatch.setattr(Network, "predict", lambda *_: np.eye(10)[labels])
    page = page_of(History())
    assert "Test accuracy 1.0000: 360 of 360 digits" in page
    assert "Most often" not in page


@words_alone
@pytest.mark.parametrize(
    ("history", "words"),
    [
        (History([1.0], stopped="interrupted"), "Stopped by Ctrl-C after 1 whole epochs."),
        (History([1.0, 0.5], stopped="patience"), "Stopped early, after epoch 2."),
        (History([1.0], [2.0], [0.5], 1), "was lowest after epoch 1."),
        (History([1.0, 0.5]), "the training cost goes from 1 to 0.5."),
    ],
)
def test_how_a_training_went_is_told(history: History, words: str) -> None:
    assert words in unescape(page_of(history))


@words_alone
def test_settings_are_escaped() -> None:
    page = page_of(History())
    assert '<th scope="row">&lt;script&gt;</th><td>&lt;b&gt;</td>' in page


def test_what_cannot_be_written_is_told_before_the_training(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert cli.main([*QUICK, "--report", "absent/page.html"]) == 2
    assert capsys.readouterr().err.startswith("nncore: cannot write absent/page.html")
    assert not Path("d.npz").exists()


@pytest.mark.parametrize("missing", ["jinja2", "matplotlib.figure"])
def test_what_is_not_installed_is_told_before_the_training(
    missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(MissingExtraError, match=r'pip install "nncore\[train\]"$'):
        check_page(Path("page.html"))
