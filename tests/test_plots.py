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
from matplotlib.image import AxesImage

from nncore.extras import MissingExtraError
from nncore.plots import (
    confusion_matrix,
    error_maps,
    first_layer,
    forward_pass,
    gradient_norms,
    learning_curves,
    misclassified,
    network_drawing,
    step_sizes,
    training_figure,
)


def drawn(ax: Axes) -> dict[str, tuple[list[float], list[float]]]:
    def numbers(values: npt.ArrayLike) -> list[float]:
        return [float(value) for value in np.asarray(values)]

    return {
        str(line.get_label()): (numbers(line.get_xdata()), numbers(line.get_ydata()))
        for line in ax.lines
    }


def shades(image: AxesImage) -> npt.NDArray[np.float64]:
    return np.asarray(image.get_array(), dtype=float)


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


def test_more_than_seven_curves_are_refused() -> None:
    with pytest.raises(ValueError, match="`curves` must be at most 7, got 8"):
        learning_curves({str(number): [1.0] for number in range(8)}, ylabel="cost")


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


# --- norms of the gradient


def test_gradient_norms_skip_layer_0_and_differ_in_look() -> None:
    ax = gradient_norms([[], [0.1, 0.2], [0.3, 0.0]])
    assert drawn(ax)["layer 1"] == ([1, 2], [0.1, 0.2])
    assert np.isnan(drawn(ax)["layer 2"][1][1])
    assert len({str(line.get_marker()) for line in ax.lines}) == 2
    assert len({line.get_linestyle() for line in ax.lines}) == 2
    assert ax.get_yscale() == "log"
    assert legend(ax) == ["layer 1", "layer 2"]
    assert not gradient_norms([[]], ax=Figure().subplots()).lines


# --- the network


def texts(ax: Axes) -> list[str]:
    return [text.get_text() for text in ax.texts]


def test_the_network_of_the_article_has_its_shapes() -> None:
    ax = network_drawing([2, 3, 1])
    shown = texts(ax)
    for line in (
        "weights[0]  (2, 0) empty",
        "weights[1]  (3, 2)",
        "weights[2]  (1, 3)",
        "biases[0]  (0,) empty",
        "biases[1]  (3,)",
        "zs[0]  (0,) empty",
        "zs[2]  (1,)",
        "activations[0] = x  (2,)",
        "activations[2]  (1,)",
        "input, 2 neurons",
        "output, 1 neuron",
    ):
        assert line in shown
    assert len(ax.patches) == 2 + 3 + 1
    # Connections join two layers: 2 x 3 and 3 x 1.
    connections = [line for line in ax.lines if np.ptp(np.asarray(line.get_xdata())) == 3]
    assert len(connections) == 9
    assert [line.get_linestyle() for line in connections].count("--") == 1


def test_the_connection_that_is_named_leads_from_the_last_input_to_neuron_0() -> None:
    ax = network_drawing([2, 3, 1])
    [chosen] = [line for line in ax.lines if line.get_linestyle() == "--"]
    centres = [patch.get_center() for patch in ax.patches]  # type: ignore[attr-defined]
    start, end = np.asarray(chosen.get_xydata())
    np.testing.assert_allclose(start, centres[1])
    np.testing.assert_allclose(end, centres[2])


def test_wide_layers_are_abbreviated() -> None:
    ax = network_drawing([784, 7, 6], ax=Figure().subplots())
    numbers = [text for text in texts(ax) if text.isdigit()]
    assert numbers == ["0", "1", "2", "3", "783", "0", "1", "2", "3", "6", *map(str, range(6))]
    assert "weights[1]  (7, 784)" in texts(ax)


@pytest.mark.parametrize("sizes", [[3], [2, 0], []])
def test_what_is_no_network_is_not_drawn(sizes: list[int]) -> None:
    with pytest.raises(ValueError, match="`sizes` must be two or more numbers of at least 1"):
        network_drawing(sizes)


# --- digits


def test_the_confusion_matrix_shows_counts_in_their_cells() -> None:
    ax = confusion_matrix([[8, 2], [0, 9]])
    cells = {text.get_position(): text.get_text() for text in ax.texts}
    assert cells == {(0, 0): "8", (1, 0): "2", (1, 1): "9"}
    weights = {text.get_text(): text.get_fontweight() for text in ax.texts}
    assert weights == {"8": "normal", "2": "bold", "9": "normal"}
    np.testing.assert_allclose(shades(ax.images[0]), [[0.8, 0.2], [0.0, 1.0]])
    assert (ax.get_ylabel(), ax.get_xlabel()) == ("is", "taken for")
    named = confusion_matrix(np.zeros((2, 2), int), classes="ab", ax=Figure().subplots())
    assert [label.get_text() for label in named.get_xticklabels()] == ["a", "b"]


def test_confusion_matrices_of_another_shape_are_refused() -> None:
    with pytest.raises(ValueError, match=r"shape \(classes, classes\), got \(1, 2\)"):
        confusion_matrix([[1, 2]])
    with pytest.raises(ValueError, match="`classes` must be 1 names, got 2"):
        confusion_matrix([[1]], classes=["a", "b"])


def test_misclassified_digits_come_surest_first_and_right_ones_not() -> None:
    outputs = [[0.6, 0.4], [0.9, 0.1], [0.3, 0.7], [0.2, 0.8]]
    images = np.eye(4)
    figure = misclassified(images, [1, 1, 0, 1], outputs, image_shape=(2, 2))
    titles = [ax.get_title() for ax in figure.axes]
    assert titles == [
        "is 1 (10 %)\ntaken for 0 (90 %)",
        "is 0 (30 %)\ntaken for 1 (70 %)",
        "is 1 (40 %)\ntaken for 0 (60 %)",
    ]
    np.testing.assert_array_equal(shades(figure.axes[0].images[0]), images[1].reshape(2, 2))
    assert figure.get_suptitle() == "3 of 4 misclassified"
    fewer = misclassified(images, [1, 1, 0, 1], outputs, image_shape=(2, 2), most=1)
    assert fewer.get_suptitle() == "3 of 4 misclassified, the 1 surest"


@pytest.mark.parametrize("examples", [0, 1])
def test_no_mistake_is_told(examples: int) -> None:
    figure = misclassified(
        np.zeros((examples, 4)),
        np.zeros(examples, int),
        np.ones((examples, 1)),
        image_shape=(2, 2),
        figure=Figure(),
    )
    assert figure.get_suptitle() == f"none of {examples} misclassified"
    assert not figure.axes


def test_images_labels_and_outputs_must_be_as_many() -> None:
    with pytest.raises(ValueError, match="must be of one length, got 1, 2 and 3"):
        misclassified([[1]], [0, 1], [[1], [1], [1]], image_shape=(1, 1))


def test_the_first_layer_has_one_scale_around_zero() -> None:
    figure = first_layer([[0.5, -3.0], [1.0, 0.0]], (1, 2))
    images = [ax.images[0] for ax in figure.axes[:2]]
    assert {image.get_clim() for image in images} == {(-3.0, 3.0)}
    np.testing.assert_array_equal(shades(images[1]), [[1, 0]])
    assert figure.axes[2].get_ylabel() == "weight"
    few = first_layer(np.zeros((3, 2)), (2, 1), most=2, figure=Figure())
    assert few.get_suptitle() == "weights[1][j]: 2 of 3 neurons of layer 1"


@pytest.mark.parametrize("weights", [[1.0, 2.0], [[1.0, 2.0, 3.0]]])
def test_weights_that_are_no_images_are_refused(weights: list[float]) -> None:
    with pytest.raises(ValueError, match=r"a column for each pixel of \(1, 2\)"):
        first_layer(weights, (1, 2))


# --- one example


def test_a_pass_is_drawn_layer_by_layer() -> None:
    zs: list[npt.ArrayLike] = [[], [-1.0, 2.0]]
    activations: list[npt.ArrayLike] = [np.arange(17.0), [0.25, 0.75]]
    figure = forward_pass(zs, activations)
    z0, z1, a0, a1 = figure.axes
    assert (texts(z0), z0.patches[:]) == (["[ ]\nempty"], [])
    assert [bar.get_width() for bar in z1.patches] == [-1, 2]  # type: ignore[attr-defined]
    assert [bar.get_width() for bar in a1.patches] == [0.25, 0.75]  # type: ignore[attr-defined]
    assert a0.get_xlim() == a1.get_xlim()
    assert len(a0.patches) == 17
    # Neuron 0 is at the top, as in the network's drawing.
    assert z1.get_ylim()[0] > z1.get_ylim()[1]
    assert list(z1.get_yticks()) == [0, 1]


def test_a_pass_that_overflowed_is_drawn() -> None:
    figure = forward_pass([[], [np.inf]], [[0.0], [np.nan]], figure=Figure())
    assert np.isfinite(figure.axes[1].get_xlim()).all()
    assert (texts(figure.axes[1]), texts(figure.axes[3])) == ([" inf"], [" nan"])


def test_what_is_no_pass_of_one_example_is_refused() -> None:
    with pytest.raises(ValueError, match="one entry for each layer, got 1 and 2"):
        forward_pass([[]], [[1.0], [2.0]])
    with pytest.raises(ValueError, match="one entry for each layer, got 0 and 0"):
        forward_pass([], [])
    with pytest.raises(ValueError, match="single example, not of a batch"):
        forward_pass([[]], [[[1.0]]])


# --- gradients


def test_error_maps_have_one_scale_and_cross_out_what_is_unknown() -> None:
    errors: dict[str, npt.ArrayLike] = {
        "nabla_w[0]": np.empty((2, 0)),
        "nabla_w[1]": [[0.0, 1e-8], [np.nan, 5.0]],
        "nabla_b[1]": [0.0] * 20,
        "offset": -0.1,
    }
    figure = error_maps(errors)
    empty, w, b, offset = figure.axes[:4]
    assert texts(empty) == ["[ ]\nempty"]
    np.testing.assert_allclose(shades(w.images[0]), [[-17.0, -8.0], [np.nan, 0.0]])
    [cross] = w.lines
    assert np.asarray(cross.get_xydata()).tolist() == [[0, 1]]
    assert (b.get_aspect(), w.get_aspect()) == ("auto", 1)
    np.testing.assert_allclose(shades(offset.images[0]), [[-1]])
    assert {ax.images[0].get_clim() for ax in (w, b, offset)} == {(-17.0, 0.0)}
    assert figure.axes[4].get_ylabel() == "relative error"
    assert not error_maps({}, figure=Figure()).axes
    assert not error_maps({}).axes


def test_the_curve_of_step_sizes() -> None:
    ax = step_sizes([1e-8, 1e-4], {"central": [1e-3, -1e-6], "complex step": [0.0, 1e-16]})
    assert drawn(ax)["central"] == ([1e-8, 1e-4], [1e-3, 1e-6])
    assert drawn(ax)["complex step"] == ([1e-8, 1e-4], [1e-17, 1e-16])
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")
    assert legend(ax) == ["central", "complex step"]


def test_the_certified_answer_is_a_line_or_an_arrow_out_of_the_picture() -> None:
    on = step_sizes([1.0], {}, certified=1e-12, ax=Figure().subplots())
    assert [1e-12] * 2 in [list(np.asarray(line.get_ydata())) for line in on.lines]
    assert "certified: at most 1e-12, no step" in texts(on)
    off = step_sizes([1.0], {"a": [1.0]}, certified=1e-37)
    assert "certified: at most 1e-37, no step (below this axis)" in texts(off)
    assert off.get_ylim()[0] == 1e-20


def test_methods_and_steps_must_fit() -> None:
    with pytest.raises(ValueError, match="`errors` must be at most 7, got 8"):
        step_sizes([1.0], {str(number): [1.0] for number in range(8)})
    with pytest.raises(ValueError, match=r"shape \(2,\), got \(1,\) in 'a'"):
        step_sizes([1.0, 2.0], {"a": [1.0]})


@pytest.mark.parametrize(
    "draw",
    [
        lambda: gradient_norms([[], [1.0]]).figure,
        lambda: network_drawing([1, 1]).figure,
        lambda: confusion_matrix([[1]]).figure,
        lambda: misclassified([[1]], [1], [[1, 0]], image_shape=(1, 1)),
        lambda: first_layer([[0.0]], (1, 1)),
        lambda: forward_pass([[], [0.0]], [[0.0], [0.0]]),
        lambda: error_maps({"w": [[1.0]]}),
        lambda: step_sizes([1e-3, 1.0], {"a": [1e-3, 1e-4]}, certified=1e-30).figure,
    ],
)
def test_smallest_pictures_become_files(draw: Callable[[], Figure]) -> None:
    file = BytesIO()
    draw().savefig(file, format="svg")
    assert b"</svg>" in file.getvalue()
