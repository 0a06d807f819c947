import re

import numpy as np
import pytest
from sklearn.metrics import confusion_matrix as sklearn_confusion_matrix

from nncore.terminal import confusion_matrix, print_confusion, print_outputs


def test_it_counts_what_was_taken_for_what() -> None:
    labels = np.array([0, 1, 1, 2, 2, 2], np.uint8)
    classified = np.array([0, 1, 0, 2, 2, 1])
    expected = [[1, 0, 0], [1, 1, 0], [0, 1, 2]]
    assert confusion_matrix(labels, classified, classes=3).tolist() == expected


def test_it_agrees_with_scikit_learn() -> None:
    rng = np.random.default_rng(0)
    labels, classified = rng.integers(0, 5, (2, 1000))
    expected = sklearn_confusion_matrix(labels, classified, labels=range(6))
    np.testing.assert_array_equal(confusion_matrix(labels, classified, classes=6), expected)


def lines(text: str) -> list[list[str]]:
    """Return the cells of a printed table, without its borders."""
    return [
        [cell.strip() for cell in line.replace("┃", "│").split("│")[1:-1]]
        for line in text.splitlines()
        if "│" in line or "┃" in line
    ]


def test_a_confusion_matrix_is_printed_with_dots_for_zeros(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_confusion(np.array([[12, 0], [3, 4]]))
    assert lines(capsys.readouterr().out) == [["", "0", "1"], ["0", "12", "."], ["1", "3", "4"]]


def test_correct_answers_and_mistakes_differ_in_colour(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    print_confusion(np.array([[12, 0], [3, 4]]))
    out = capsys.readouterr().out
    green, red = "\x1b[32m", "\x1b[31m"
    assert f"{green}12" in out
    assert f"{green}4" in out
    assert f"{red} 3" in out


def test_outputs_are_printed_for_each_image(capsys: pytest.CaptureFixture[str]) -> None:
    outputs = np.array([[0.25, 0.75], [0.999, 0.001]])
    print_outputs(["[red]a.png", "b.png"], outputs, np.array([1, 0]))
    heading, *rows = (
        line.split() for line in capsys.readouterr().out.split("\n") if line.strip()
    )
    assert heading == ["label", "0", "1", "image"]
    assert rows == [["1", "0.25", "0.75", "[red]a.png"], ["0", "1.00", "0.00", "b.png"]]


@pytest.mark.parametrize("terminal", [True, False])
def test_long_names_are_folded_for_people_and_whole_for_programs(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, terminal: bool
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    if terminal:
        monkeypatch.setenv("FORCE_COLOR", "1")
    name = "a-directory/" * 20 + "seven.png"
    print_outputs([name], np.eye(10)[[7]], np.array([7]))
    out = capsys.readouterr().out
    assert (name in out) is not terminal
    plain = re.sub(r"\x1b\[[0-9;]*m", "", out)
    assert max(map(len, plain.splitlines())) <= (80 if terminal else 350)
    # Folded or not, the name is there, and no number is cut off.
    assert name in re.sub(r"\s+", "", plain)
    assert len(re.findall(r"[01]\.00", plain)) == 10


def test_a_name_that_is_no_text_can_be_printed(capsys: pytest.CaptureFixture[str]) -> None:
    print_outputs(
        [b"\xff.png".decode(errors="surrogateescape")], np.array([[1.0]]), np.array([1])
    )
    assert ".png" in capsys.readouterr().out
