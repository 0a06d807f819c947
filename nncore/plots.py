"""
Pictures of what a network learned. They take plain arrays and know nothing of networks.

matplotlib is imported when a picture is drawn. Figures are made without pyplot, so no display
is needed and nothing stays behind: save one with ``ax.figure.savefig("name.png")``.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from nncore.extras import needs

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["learning_curves", "training_figure"]

# Blue, vermilion and green of M. Okabe and K. Ito's palette, told apart in all common forms of
# colour blindness; each curve has a line style of its own besides.
STYLES = (("#0072B2", "-"), ("#D55E00", "--"), ("#009E73", "-."))


def learning_curves(
    curves: Mapping[str, Sequence[float]],
    *,
    ylabel: str,
    best_epoch: int | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """
    Draw one or more quantities over the epochs of a training.

    Parameters
    ----------
    curves : mapping of str to sequence of float
        One value for each epoch under each name; at most three. Empty sequences are left out.
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
        When there are more than three curves.
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
    with needs("train"):
        from matplotlib.figure import Figure  # noqa: PLC0415 - an extra
        from matplotlib.ticker import MaxNLocator  # noqa: PLC0415 - an extra
    if ax is None:
        ax = Figure(figsize=(6.4, 4.0), layout="constrained").subplots()
    for (name, values), (color, line) in zip(curves.items(), STYLES, strict=False):
        if len(values):
            epochs = range(1, len(values) + 1)
            # A single epoch is a point, which a line would not show.
            marker = "o" if len(values) == 1 else None
            ax.plot(epochs, values, color=color, linestyle=line, marker=marker, label=name)
    if best_epoch is not None:
        label = f"lowest validation cost: epoch {best_epoch}"
        ax.axvline(best_epoch, color="0.5", linewidth=0.8, linestyle=":", label=label)
    ax.set_xlabel("epoch")
    ax.set_ylabel(ylabel)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.spines[["top", "right"]].set_visible(False)
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
) -> "Figure":
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
    with needs("train"):
        from matplotlib.figure import Figure  # noqa: PLC0415 - an extra
    figure = Figure(figsize=(6.4, 6.4), layout="constrained")
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
