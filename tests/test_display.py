"""Terminals and notebooks show the same rows, and nothing in them is markup."""

import subprocess
import sys
from html.parser import HTMLParser
from io import StringIO

import pytest
from rich.console import Console

from nncore import History, Network
from nncore.display import Table, history_table, lines_html, lines_rich, network_table


class Cells(HTMLParser):
    """Collects the texts of the cells of a table, row by row."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002 - as the parser calls it
        if tag == "tr":
            self.rows.append([])
        if tag in {"td", "th"}:
            self.rows[-1].append("")

    def handle_data(self, data: str) -> None:
        if self.rows and self.rows[-1]:
            self.rows[-1][-1] += data


def in_terminal(shown: object) -> str:
    out = StringIO()
    Console(file=out, width=200).print(shown)
    return out.getvalue()


def in_notebook(html: str) -> list[list[str]]:
    cells = Cells()
    cells.feed(html.partition("<p>")[0])
    return cells.rows


def test_a_network_is_a_table_of_its_layers() -> None:
    net = Network([784, 30, 10], hidden="tanh", output="softmax", rng=0)
    rows = [
        ["layer", "neurons", "activation", "weights[l]", "biases[l]", "parameters"],
        ["0", "784", "input", "(784, 0)", "(0,)", "0"],
        ["1", "30", "tanh", "(30, 784)", "(30,)", "23,550"],
        ["2", "10", "softmax", "(10, 30)", "(10,)", "310"],
    ]
    assert in_notebook(net._repr_html_()) == rows
    text = in_terminal(net)
    assert all(cell in text for row in rows for cell in row)
    assert "23,860 parameters" in text
    assert "23,860 parameters" in net._repr_html_()
    counted = sum(w.size + b.size for w, b in zip(net.weights, net.biases, strict=True))
    assert counted == 23_860
    assert repr(net).startswith("Network([784, 30, 10], hidden='tanh'")


def test_a_training_is_a_table_of_its_epochs() -> None:
    history = History([0.5, 0.25], [0.6, 0.5], [0.75, 1.0], 2, "patience")
    rows = [
        ["epoch", "cost", "validation cost", "validation accuracy"],
        ["1", "0.5", "0.6", "0.75"],
        ["* 2", "0.25", "0.5", "1"],
    ]
    assert in_notebook(history._repr_html_()) == rows
    text = in_terminal(history)
    assert all(cell in text for row in rows for cell in row)
    assert "stopped: patience; best epoch: 2" in text
    assert repr(history).startswith("History(cost=[0.5, 0.25]")


def test_of_a_long_training_the_first_the_best_and_the_last_epochs_are_shown() -> None:
    epochs = [float(epoch) for epoch in range(1, 101)]
    table = history_table(epochs, [], [], 50, "epochs")
    shown = [row[0] for row in table.rows]
    first, last = map(str, range(1, 9)), map(str, range(93, 101))
    assert shown == [*first, "...", "* 50", "...", *last]
    assert len(history_table(epochs[:20], [], [], None, "epochs").rows) == 20
    assert len(history_table(epochs, [], [], None, "epochs").rows) == 17


def test_lists_of_different_lengths_are_shown() -> None:
    table = history_table([1.0, 2.0], [3.0], [], None, "diverged")
    assert table.rows == [("1", "1", "3"), ("2", "2", "")]
    assert in_notebook(History()._repr_html_()) == [["epoch", "cost"]]


HOSTILE = "<script>[red]&"


def test_names_of_users_are_neither_html_nor_markup() -> None:
    table = network_table(HOSTILE, [1, 1], HOSTILE, HOSTILE)
    assert "<script>" not in table.as_html()
    assert in_terminal(table.as_rich()).count(HOSTILE) == 2
    noted = Table(HOSTILE, (HOSTILE,), [(HOSTILE,)], HOSTILE)
    assert "<script>" not in noted.as_html()
    assert noted.as_html().count("&lt;script&gt;[red]&amp;") == 4
    assert in_terminal(noted.as_rich()).count(HOSTILE) == 4
    assert "<p>" not in Table("t", ("a",), []).as_html()


def test_styled_lines_are_one_text_on_both_ways() -> None:
    lines = [("bold red", HOSTILE), ("dim", "b"), ("", "c")]
    assert lines_rich(lines).plain == f"{HOSTILE}\nb\nc"
    html = lines_html(lines)
    assert "<script>" not in html
    assert '<span style="color:#d32f2f;font-weight:bold;">&lt;script&gt;[red]&amp;' in html
    assert '<span style="opacity:0.7;">b</span>\n<span style="">c</span>' in html


@pytest.mark.parametrize("shown", ["nncore.Network([2, 1])", "nncore.History([1.0])"])
def test_notebooks_need_no_rich(shown: str) -> None:
    code = f"import sys; sys.modules['rich'] = None; import nncore; {shown}._repr_html_()"
    subprocess.run([sys.executable, "-c", code], check=True)  # noqa: S603 - our own code
