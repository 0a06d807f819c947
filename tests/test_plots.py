import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nncore.extras import MissingExtraError
from nncore.plots import learning_curves, training_figure


def drawn(ax: Axes) -> dict[str, tuple[list[float], list[float]]]:
    def numbers(values: npt.ArrayLike) -> list[float]:
        return [float(value) for value in np.asarray(values)]

    return {
        str(line.get_label()): (numbers(line.get_xdata()), numbers(line.get_ydata()))
        for line in ax.lines
    }


def legend(ax: Axes) -> list[str]:
    shown = ax.get_legend()
    return [] if shown is None else [text.get_text() for text in shown.get_texts()]


def test_each_value_stands_at_its_epoch_counted_from_1() -> None:
    curves = {"training": [3.0, 2.0, 1.0], "validation": [4.0, 3.0, 2.5]}
    ax = learning_curves(curves, ylabel="cost")
    assert drawn(ax) == {name: ([1, 2, 3], values) for name, values in curves.items()}
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("epoch", "cost")


def test_curves_differ_in_colour_and_in_line_and_are_named() -> None:
    ax = learning_curves({"a": [1, 2], "b": [2, 3], "c": [3, 4]}, ylabel="y")
    assert len({line.get_color() for line in ax.lines}) == 3
    assert len({line.get_linestyle() for line in ax.lines}) == 3
    assert legend(ax) == ["a", "b", "c"]


def test_the_best_epoch_is_marked_and_named() -> None:
    ax = learning_curves({"training": [3.0, 2.0, 1.0]}, ylabel="cost", best_epoch=2)
    xs, _ = drawn(ax)["lowest validation cost: epoch 2"]
    assert xs == [2, 2]
    assert legend(ax) == ["training", "lowest validation cost: epoch 2"]


def test_a_single_epoch_can_be_seen() -> None:
    ax = learning_curves({"training": [3.0]}, ylabel="cost")
    assert ax.lines[0].get_marker() == "o"
    assert learning_curves({"t": [3.0, 2.0]}, ylabel="cost").lines[0].get_marker() == "None"


def test_empty_curves_are_left_out() -> None:
    ax = learning_curves({"training": [], "validation": []}, ylabel="cost")
    assert not ax.lines
    assert legend(ax) == []


def test_it_draws_where_it_is_told() -> None:
    ax = Figure().subplots()
    assert learning_curves({"training": [1.0]}, ylabel="cost", ax=ax) is ax


def test_more_than_three_curves_are_refused() -> None:
    with pytest.raises(ValueError, match="`curves` must be at most 3, got 4"):
        learning_curves({str(number): [1.0] for number in range(4)}, ylabel="cost")


def test_a_training_is_drawn_as_costs_above_accuracy() -> None:
    figure = training_figure([3, 2], [4, 3], [0.5, 0.75], best_epoch=2, title="digits")
    above, below = figure.axes
    assert drawn(above)["training"] == ([1, 2], [3, 2])
    assert drawn(above)["validation"] == ([1, 2], [4, 3])
    assert drawn(below)["validation"] == ([1, 2], [0.5, 0.75])
    # One thing, one look, in both panels.
    assert below.lines[0].get_color() == above.lines[1].get_color()
    assert (above.get_ylabel(), below.get_ylabel()) == ("cost", "validation accuracy")
    assert figure.get_suptitle() == "digits"


@pytest.mark.parametrize("curves", [((), (), ()), ([1.0], [], []), ([1.0], [2.0], [0.5])])
def test_whatever_a_training_left_can_be_drawn(curves: tuple[Sequence[float], ...]) -> None:
    file = BytesIO()
    training_figure(*curves).savefig(file, format="png")
    assert file.getvalue().startswith(b"\x89PNG")


def test_no_display_is_needed_and_no_figure_stays_behind(tmp_path: Path) -> None:
    script = (
        "import sys; from nncore.plots import training_figure; "
        "assert 'matplotlib' not in sys.modules; "
        "training_figure([1, 2], [], []).savefig(sys.argv[1]); "
        "assert 'matplotlib.pyplot' not in sys.modules"
    )
    path = tmp_path / "curves.png"
    environment = {name: value for name, value in os.environ.items() if name != "DISPLAY"}
    command = [sys.executable, "-c", script, str(path)]
    subprocess.run(command, check=True, env=environment)  # noqa: S603 - our own script
    assert path.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    "draw", [lambda: learning_curves({}, ylabel=""), lambda: training_figure([], [], [])]
)
def test_without_matplotlib_one_line_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, draw: Callable[[], object]
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(MissingExtraError, match=r'pip install "nncore\[train\]"$'):
        draw()
