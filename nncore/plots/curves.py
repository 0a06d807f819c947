"""Curves over the epochs of a training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from .canvas import GREY, STYLES, new_axes, new_figure

if TYPE_CHECKING:
    import numpy.typing as npt
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["gradient_norms", "learning_curves", "training_figure"]


def learning_curves(
    curves: Mapping[str, Sequence[float]],
    *,
    ylabel: str,
    best_epoch: int | None = None,
    ax: Axes | None = None,
) -> Axes:
    """
    Draw one or more quantities over the epochs of a training.

    Parameters
    ----------
    curves : mapping of str to sequence of float
        One value for each epoch under each name; at most seven. Empty sequences are left out.
    ylabel : str
        What the values are.
    best_epoch : int, optional
        The epoch, counted from 1, with the lowest cost of the examples held out: marked by a
        line.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default in a new figure.

    Returns
    -------
    matplotlib.axes.Axes
        Where it was drawn.

    Raises
    ------
    ValueError
        When there are more than seven curves.
    MissingExtraError
        When matplotlib is not installed; the message says how to install it.

    Examples
    --------
    >>> ax = learning_curves({"training": [0.9, 0.5, 0.4]}, ylabel="cost")
    >>> ax.get_xlabel()
    'epoch'
    """
    if len(curves) > len(STYLES):
        msg = f"`curves` must be at most {len(STYLES)}, got {len(curves)}"
        raise ValueError(msg)
    ax = new_axes(6.4, 4.0) if ax is None else ax
    for (name, values), (color, line, _) in zip(curves.items(), STYLES, strict=False):
        if len(values):
            epochs = range(1, len(values) + 1)
            # A single epoch is a point, which a line would not show.
            marker = "o" if len(values) == 1 else None
            ax.plot(epochs, values, color=color, linestyle=line, marker=marker, label=name)
    if best_epoch is not None:
        label = f"lowest validation cost: epoch {best_epoch}"
        ax.axvline(best_epoch, color=GREY, linewidth=1, linestyle=":", label=label)
    _over_epochs(ax, ylabel)
    if ax.get_legend_handles_labels()[1]:
        ax.legend(frameon=False)
    return ax


def training_figure(
    cost: Sequence[float],
    validation_cost: Sequence[float],
    validation_accuracy: Sequence[float],
    *,
    best_epoch: int | None = None,
    title: str = "",
) -> Figure:
    """
    Draw the costs of a training above the accuracy that it reached.

    Parameters
    ----------
    cost, validation_cost : sequence of float
        The cost after each epoch, of the examples that were fitted and of those held out.
    validation_accuracy : sequence of float
        The share of the examples held out that was classified correctly after each epoch.
    best_epoch : int, optional
        The epoch, counted from 1, with the lowest `validation_cost`.
    title : str, optional
        What was trained.

    Returns
    -------
    matplotlib.figure.Figure
        Two panels with one axis of epochs. ``figure.savefig("curves.png")`` writes it.

    Raises
    ------
    MissingExtraError
        When matplotlib is not installed; the message says how to install it.

    Examples
    --------
    >>> figure = training_figure([0.9, 0.5], [0.8, 0.6], [0.7, 0.8], title="digits")
    >>> len(figure.axes)
    2
    """
    figure = new_figure(6.4, 6.4)
    above, below = figure.subplots(2, 1, sharex=True)
    costs = {"training": cost, "validation": validation_cost}
    learning_curves(costs, ylabel="cost", best_epoch=best_epoch, ax=above)
    learning_curves(
        {"training": (), "validation": validation_accuracy},
        ylabel="validation accuracy",
        best_epoch=best_epoch,
        ax=below,
    )
    above.set_xlabel("")
    figure.suptitle(title)
    return figure


def gradient_norms(norms: Sequence[npt.ArrayLike], *, ax: Axes | None = None) -> Axes:
    """
    Draw how large the gradient of each layer is over a training.

    Curves that lie apart by powers of ten show a gradient that vanishes, or explodes, on its
    way back through the layers.

    Parameters
    ----------
    norms : sequence of array_like
        ``norms[l]`` holds the norm of ``nabla_w[l]`` after each epoch. That of layer 0 is
        empty, or zero, and is not drawn.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default in a new figure.

    Returns
    -------
    matplotlib.axes.Axes
        Where it was drawn; the norms on a logarithmic axis, on which a norm of zero, as of
        units that are all dead, leaves a gap.

    Raises
    ------
    MissingExtraError
        When matplotlib is not installed; the message says how to install it.

    References
    ----------
    .. [1] M. Nielsen, "Neural Networks and Deep Learning", Determination Press, 2015,
           chapter 5, "The vanishing gradient problem".

    Examples
    --------
    >>> ax = gradient_norms([[], [0.01, 0.02], [0.4, 0.3]])
    >>> [line.get_label() for line in ax.lines]
    ['layer 1', 'layer 2']
    """
    ax = new_axes(6.4, 4.0) if ax is None else ax
    for l in range(1, len(norms)):
        values = np.asarray(norms[l], dtype=float)
        color, line, marker = STYLES[(l - 1) % len(STYLES)]
        ax.plot(
            range(1, len(values) + 1),
            np.where(values > 0, values, np.nan),
            color=color,
            linestyle=line,
            marker=marker,
            markersize=4,
            markevery=max(1, len(values) // 12),
            label=f"layer {l}",
        )
    ax.set_yscale("log")
    _over_epochs(ax, "norm of nabla_w[l]")
    if ax.lines:
        ax.legend(frameon=False)
    return ax


def _over_epochs(ax: Axes, ylabel: str) -> None:
    """Label axes whose curves run over epochs."""
    from matplotlib.ticker import MaxNLocator  # noqa: PLC0415 - an extra

    ax.set_xlabel("epoch")
    ax.set_ylabel(ylabel)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.spines[["top", "right"]].set_visible(False)
