"""One example on its way through the network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from .canvas import BLUE, GREY, VERMILION, new_figure

if TYPE_CHECKING:
    import numpy.typing as npt
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["forward_pass"]

# Neurons whose bars are numbered and outlined one by one.
FEW = 16


def forward_pass(
    zs: Sequence[npt.ArrayLike],
    activations: Sequence[npt.ArrayLike],
    *,
    figure: Figure | None = None,
) -> Figure:
    """
    Draw the weighted inputs and the activations of one example, layer by layer.

    Parameters
    ----------
    zs, activations : sequence of array_like, each of shape (sizes[l],)
        As `Network.forward` returns them for a single example; ``zs[0]`` is empty.
    figure : matplotlib.figure.Figure, optional
        Where to draw; by default in a new one.

    Returns
    -------
    matplotlib.figure.Figure
        A column for each layer: above ``zs[l]``, below ``activations[l]``, a bar for each
        neuron. Those of one row have one scale. What is not finite is written out.

    Raises
    ------
    ValueError
        When the lists have different lengths, are empty, or hold batches.
    MissingExtraError
        When matplotlib is not installed; the message says how to install it.

    Examples
    --------
    >>> figure = forward_pass([[], [0.5, -1.0]], [[1.0], [0.6, 0.3]])
    >>> [ax.get_title() for ax in figure.axes]
    ['zs[0]', 'zs[1]', 'activations[0]', 'activations[1]']
    """
    above = [np.asarray(z, dtype=float) for z in zs]
    below = [np.asarray(a, dtype=float) for a in activations]
    if len(above) != len(below) or not above:
        msg = (
            "`zs` and `activations` must have one entry for each layer, got "
            f"{len(above)} and {len(below)}"
        )
        raise ValueError(msg)
    if any(array.ndim != 1 for array in (*above, *below)):
        msg = "`zs` and `activations` must be those of a single example, not of a batch"
        raise ValueError(msg)
    figure = new_figure(1.0 + 2.1 * len(above), 5.0) if figure is None else figure
    axes = figure.subplots(2, len(above), squeeze=False)
    for l in range(len(above)):
        _bars(axes[0, l], above[l], f"zs[{l}]", _limits(above), BLUE)
        _bars(axes[1, l], below[l], f"activations[{l}]", _limits(below), VERMILION)
        axes[1, l].set_xlabel("value")
    for row in axes:
        row[0].set_ylabel("neuron j")
    return figure


def _limits(arrays: list[npt.NDArray[np.float64]]) -> tuple[float, float]:
    """Return a scale that shows all finite values, and zero."""
    values = np.concatenate(arrays)
    values = values[np.isfinite(values)]
    low, high = float(min(values.min(initial=0.0), 0)), float(max(values.max(initial=0.0), 0))
    room = 0.05 * (high - low) or 1.0
    return (low - room if low else 0.0, high + room)


def _bars(
    ax: Axes,
    values: npt.NDArray[np.float64],
    title: str,
    limits: tuple[float, float],
    color: str,
) -> None:
    """Draw the values of a layer as horizontal bars, neuron 0 at the top."""
    ax.set_title(title, size=10, family="monospace")
    ax.spines[["top", "right"]].set_visible(False)
    ax.set_xlim(*limits)
    if not len(values):
        ax.text(0.5, 0.5, "[ ]\nempty", ha="center", va="center", transform=ax.transAxes)
        ax.set_xticks([])
        ax.set_yticks([])
        return
    few = len(values) <= FEW
    finite = np.where(np.isfinite(values), values, 0.0)
    for j in np.flatnonzero(~np.isfinite(values)):
        ax.text(0, int(j), f" {values[j]}", va="center", weight="bold", size=8)
    ax.barh(range(len(values)), finite, height=0.7 if few else 1.0, color=color)
    ax.axvline(0, color=GREY, linewidth=0.8)
    ax.set_ylim(len(values) - 0.4, -0.6)
    if few:
        ax.set_yticks(range(len(values)))
