"""What a network makes of images: what it confuses, what it misses, what it looks at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from .canvas import new_axes, new_figure, panels

if TYPE_CHECKING:
    import numpy.typing as npt
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["confusion_matrix", "first_layer", "misclassified"]

COLUMNS = 6


def confusion_matrix(
    counts: npt.ArrayLike, *, classes: Sequence[str] | None = None, ax: Axes | None = None
) -> Axes:
    """
    Draw how often each class was taken for each.

    The tone of a cell is the share of its row, so that a class with few examples is seen as
    well as one with many; the number is the count. Zeros are left out.

    Parameters
    ----------
    counts : array_like of int, shape (classes, classes)
        Row: what the examples are. Column: what they were taken for.
    classes : sequence of str, optional
        Names of the classes; by default 0, 1, ...
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default in a new figure.

    Returns
    -------
    matplotlib.axes.Axes
        Where it was drawn.

    Raises
    ------
    ValueError
        When `counts` is not square, or there is not one name for each class.
    MissingExtraError
        When matplotlib is not installed; the message says how to install it.

    Examples
    --------
    >>> ax = confusion_matrix([[8, 2], [0, 9]], classes=["cat", "dog"])
    >>> [text.get_text() for text in ax.texts]
    ['8', '2', '9']
    """
    table = np.asarray(counts)
    if table.ndim != 2 or table.shape[0] != table.shape[1]:
        msg = f"`counts` must have shape (classes, classes), got {table.shape}"
        raise ValueError(msg)
    names = [str(j) for j in range(len(table))] if classes is None else list(classes)
    if len(names) != len(table):
        msg = f"`classes` must be {len(table)} names, got {len(names)}"
        raise ValueError(msg)
    side = 1.8 + 0.4 * len(table)
    ax = new_axes(side, side) if ax is None else ax
    shares = table / np.maximum(table.sum(axis=1, keepdims=True), 1)
    ax.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for i, j in np.argwhere(table):
        # A mistake is bold: few are too pale to be seen by their tone.
        dark, mistake = shares[i, j] > 0.5, i != j
        ax.text(
            j,
            i,
            f"{table[i, j]}",
            ha="center",
            va="center",
            color="white" if dark else "black",
            weight="bold" if mistake else "normal",
            size=9,
        )
    _separate(ax, len(table))
    ax.set_xticks(range(len(table)), names)
    ax.set_yticks(range(len(table)), names)
    ax.set_xlabel("taken for")
    ax.set_ylabel("is")
    return ax


def misclassified(
    images: npt.ArrayLike,
    labels: npt.ArrayLike,
    outputs: npt.ArrayLike,
    *,
    image_shape: tuple[int, int],
    most: int = 18,
    figure: Figure | None = None,
) -> Figure:
    """
    Draw the images that a network got wrong, the surest mistakes first.

    Parameters
    ----------
    images : array_like, shape (examples, pixels)
        Right ones are passed over.
    labels : array_like of int, shape (examples,)
        What they show.
    outputs : array_like, shape (examples, classes)
        The outputs of the network; shown as probabilities, in percent.
    image_shape : tuple of int
        Rows and columns of an image.
    most : int
        How many are drawn at most.
    figure : matplotlib.figure.Figure, optional
        Where to draw; by default in a new one.

    Returns
    -------
    matplotlib.figure.Figure
        One panel for each mistake. Its title names what the image is and what it was taken
        for, each with the network's probability. Without a mistake the figure says so.

    Raises
    ------
    ValueError
        When there is not one label and one row of outputs for each image.
    MissingExtraError
        When matplotlib is not installed; the message says how to install it.

    Examples
    --------
    >>> outputs = [[0.9, 0.1], [0.8, 0.2]]
    >>> figure = misclassified([[0, 1], [1, 0]], [0, 1], outputs, image_shape=(1, 2))
    >>> print(figure.axes[0].get_title())
    is 1 (20 %)
    taken for 0 (80 %)
    """
    pixels, targets, rows = np.asarray(images), np.asarray(labels), np.asarray(outputs)
    if not len(pixels) == len(targets) == len(rows):
        msg = (
            "`images`, `labels` and `outputs` must be of one length, got "
            f"{len(pixels)}, {len(targets)} and {len(rows)}"
        )
        raise ValueError(msg)
    answers = rows.argmax(axis=1) if len(rows) else np.empty(0, dtype=int)
    wrong = np.flatnonzero(answers != targets)
    sure = rows[wrong, answers[wrong]] if len(rows) else wrong
    shown = wrong[np.argsort(-sure, kind="stable")][:most]
    if figure is None:
        lines = max(1, -(-len(shown) // COLUMNS))
        figure = new_figure(1.45 * COLUMNS, 0.5 + 1.75 * lines)
    # Ink is dark, as on paper.
    for ax, i in zip(panels(figure, len(shown), COLUMNS), shown, strict=True):
        ax.imshow(pixels[i].reshape(image_shape), cmap="gray_r")
        is_text = f"is {targets[i]} ({100 * rows[i, targets[i]]:.0f} %)"
        ax.set_title(
            f"{is_text}\ntaken for {answers[i]} ({100 * rows[i, answers[i]]:.0f} %)", size=8
        )
        ax.set_xticks([])
        ax.set_yticks([])
    figure.suptitle(_told(len(shown), len(wrong), len(targets)), size=10)
    return figure


def first_layer(
    weights: npt.ArrayLike,
    image_shape: tuple[int, int],
    *,
    most: int = 30,
    figure: Figure | None = None,
) -> Figure:
    """
    Draw what each neuron of layer 1 looks at: its weights, laid out as an image.

    Parameters
    ----------
    weights : array_like, shape (neurons, pixels)
        ``weights[1]``.
    image_shape : tuple of int
        Rows and columns of an image.
    most : int
        How many neurons are drawn at most: the first.
    figure : matplotlib.figure.Figure, optional
        Where to draw; by default in a new one.

    Returns
    -------
    matplotlib.figure.Figure
        One panel for each neuron, and one scale for all: ink where the weight is positive
        (red) speaks for the neuron, where it is negative (blue) against it.

    Raises
    ------
    ValueError
        When a row has another length than an image has pixels.
    MissingExtraError
        When matplotlib is not installed; the message says how to install it.

    Examples
    --------
    >>> figure = first_layer([[0.5, -0.5], [1.0, 0.0]], (1, 2))
    >>> [ax.get_title() for ax in figure.axes[:2]]
    ['j = 0', 'j = 1']
    """
    rows = np.asarray(weights, dtype=float)
    if rows.ndim != 2 or rows.shape[1] != image_shape[0] * image_shape[1]:
        msg = f"`weights` must have a column for each pixel of {image_shape}, got {rows.shape}"
        raise ValueError(msg)
    shown = rows[:most]
    if figure is None:
        lines = max(1, -(-len(shown) // COLUMNS))
        figure = new_figure(1.3 * COLUMNS + 0.8, 0.5 + 1.5 * lines)
    limit = float(np.abs(shown).max(initial=0.0)) or 1.0
    axes = panels(figure, len(shown), COLUMNS)
    for j, (ax, row) in enumerate(zip(axes, shown, strict=True)):
        image = ax.imshow(row.reshape(image_shape), cmap="RdBu_r", vmin=-limit, vmax=limit)
        ax.set_title(f"j = {j}", size=8)
        ax.set_xticks([])
        ax.set_yticks([])
        if ax is axes[-1]:
            figure.colorbar(image, ax=axes, label="weight", shrink=0.8)
    figure.suptitle(f"weights[1][j]: {len(shown)} of {len(rows)} neurons of layer 1", size=10)
    return figure


def _separate(ax: Axes, count: int) -> None:
    """Draw thin lines between the cells of a square table."""
    edges = np.arange(count + 1) - 0.5
    ax.set_xticks(edges, minor=True)
    ax.set_yticks(edges, minor=True)
    ax.grid(which="minor", color="0.85", linewidth=0.6)
    ax.tick_params(which="minor", length=0)


def _told(shown: int, wrong: int, examples: int) -> str:
    """Return how many mistakes there are, and how many of them are shown."""
    if not wrong:
        return f"none of {examples} misclassified"
    surest = f", the {shown} surest" if shown < wrong else ""
    return f"{wrong} of {examples} misclassified{surest}"
