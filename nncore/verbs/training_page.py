"""A training as an HTML page."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from nncore import plots
from nncore.pages import render
from nncore.terminal import confusion_matrix

if TYPE_CHECKING:
    from matplotlib.figure import Figure, FigureBase

    from nncore.datasets import Dataset
    from nncore.history import History
    from nncore.network import Network

__all__ = ["to_html"]

# Of the pixels of a picture; the page shows half as many, so that dense screens are sharp.
RESOLUTION = 192
CLASSES = 10


def to_html(
    net: Network, history: History, dataset: Dataset, settings: Mapping[str, object]
) -> str:
    """
    Return a training as a page that stands alone.

    Parameters
    ----------
    net : Network
        What was trained.
    history : History
        What `Network.fit` returned.
    dataset : Dataset
        Its test examples judge the network.
    settings : mapping of str to object
        What the page says of how it was trained.

    Returns
    -------
    str
        HTML: accuracy, settings, learning curves, what is confused and missed, the weights of
        layer 1 as images, and the network drawn. Pictures are part of it.

    Raises
    ------
    MissingExtraError
        When matplotlib is not installed; the message says how to install it.

    Examples
    --------
    >>> from nncore import Network
    >>> from nncore.datasets import digits
    >>> dataset, net = digits(), Network([64, 10], output="softmax", rng=0)
    >>> history = net.fit(dataset.train_x, dataset.train_labels, epochs=1)
    >>> page = to_html(net, history, dataset, {"seed": 0})
    >>> page.count("<img"), "http:" in page
    (5, False)
    """
    x, labels = np.asarray(dataset.test_x), dataset.test_labels
    outputs, classified = net.predict(x), np.atleast_1d(net.classify(x))
    counts = confusion_matrix(labels, classified, CLASSES)
    right, total = int(counts.trace()), int(counts.sum())
    pictures = [
        _curves(history),
        _confusion(counts),
        _missed(x, labels, outputs, total - right, dataset.image_shape),
        _first(net, dataset.image_shape),
        _drawing(net),
    ]
    return render(
        "train.html.jinja",
        title=f"nncore train: {dataset.name}",
        headline=f"Test accuracy {right / total:.4f}: {right} of {total} digits",
        note=" ".join(_notes(history)),
        settings=settings,
        pictures=pictures,
    )


def _notes(history: History) -> Iterator[str]:
    """Yield sentences about how the training ended."""
    if history.stopped == "interrupted":
        yield f"Stopped by Ctrl-C after {len(history.cost)} whole epochs."
    if history.stopped == "patience":
        yield f"Stopped early, after epoch {len(history.cost)}."
    if history.best_epoch is not None:
        yield f"The cost of the examples held out was lowest after epoch {history.best_epoch}."


def _curves(history: History) -> dict[str, Any]:
    """Return the learning curves."""
    figure = plots.training_figure(
        history.cost,
        history.validation_cost,
        history.validation_accuracy,
        best_epoch=history.best_epoch,
    )
    epochs = len(history.cost)
    ends = f" from {history.cost[0]:.3g} to {history.cost[-1]:.3g}" if epochs else ""
    return _picture(
        figure,
        "Learning curves",
        f"Costs and validation accuracy over {epochs} epochs; the training cost goes{ends}.",
        "The cost of the examples that were fitted and of those held out, and the share of the "
        "latter that is classified rightly.",
    )


def _confusion(counts: np.ndarray[Any, np.dtype[np.int64]]) -> dict[str, Any]:
    """Return the confusion matrix."""
    mistakes = counts - np.diag(counts.diagonal())
    i, j = divmod(int(mistakes.argmax()), len(mistakes))
    worst = (
        f" Most often, {mistakes[i, j]} times, {i} is taken for {j}." if mistakes.any() else ""
    )
    return _picture(
        plots.confusion_matrix(counts).figure,
        "What is taken for what",
        f"Confusion matrix of the test digits.{worst}",
        f"Rows: the digit. Columns: what it was taken for. Mistakes are bold.{worst}",
    )


def _missed(
    x: np.ndarray[Any, Any],
    labels: np.ndarray[Any, Any],
    outputs: np.ndarray[Any, Any],
    wrong: int,
    image_shape: tuple[int, int],
) -> dict[str, Any]:
    """Return the digits that were misclassified."""
    return _picture(
        plots.misclassified(x, labels, outputs, image_shape=image_shape),
        "Misclassified digits",
        f"Images of misclassified test digits, {wrong} in all, each with the probability of "
        "what it is and of what it was taken for.",
        "The surest mistakes first.",
    )


def _first(net: Network, image_shape: tuple[int, int]) -> dict[str, Any]:
    """Return the weights of layer 1."""
    return _picture(
        plots.first_layer(net.weights[1], image_shape),
        "What the neurons of layer 1 look at",
        f"Weights of {min(net.sizes[1], 30)} neurons of layer 1, each as an image of "
        f"{image_shape[0]} x {image_shape[1]} pixels.",
        "Ink on red speaks for the neuron, ink on blue against it.",
    )


def _drawing(net: Network) -> dict[str, Any]:
    """Return the network drawn."""
    return _picture(
        plots.network_drawing(net.sizes).figure,
        "The network",
        f"A network of {net.num_layers} layers with {', '.join(map(str, net.sizes))} neurons, "
        "and under each layer its arrays with their shapes.",
        "Layer 0 is the input: it owns no weights, no biases and no zs.",
    )


def _picture(figure: FigureBase, title: str, alt: str, caption: str) -> dict[str, Any]:
    """Return what the page shows of a figure, itself included."""
    file = io.BytesIO()
    # Axes of a new figure lie in no part of it, which could not be saved.
    cast("Figure", figure).savefig(file, format="png", dpi=RESOLUTION)
    data = file.getvalue()
    # Width and height stand at fixed places of every PNG.
    width, height = (int.from_bytes(data[start : start + 4]) // 2 for start in (16, 20))
    source = f"data:image/png;base64,{base64.b64encode(data).decode()}"
    return {
        "title": title,
        "alt": alt,
        "caption": caption,
        "source": source,
        "width": width,
        "height": height,
    }
