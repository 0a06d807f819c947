"""The network as a drawing: neurons, connections, and the lists under each layer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .canvas import BLUE, GREY, VERMILION, new_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["network_drawing"]

# Units are those of the axes, which have one scale for both directions.
COLUMN, NEURON, RADIUS, CELL = 3.0, 1.0, 0.34, 0.2
# Wider layers, and longer sides of a matrix, are abbreviated.
MOST_NEURONS, MOST_CELLS = 6, 5
LISTS = ("weights", "biases", "zs", "activations")
# Where the drawing of a small network ends: the caption needs room.
NARROWEST = 6.5
# Inches for each unit.
SCALE = 0.62


def network_drawing(sizes: Sequence[int], *, ax: Axes | None = None) -> Axes:
    """
    Draw a network: its layers with their indices, and the arrays that belong to each.

    Under layer l stand ``weights[l]``, ``biases[l]``, ``zs[l]`` and ``activations[l]`` for one
    example, in brackets and with their shapes. The brackets of layer 0 are empty but for
    ``activations[0]``, which is x. Wide layers are abbreviated with dots.

    Parameters
    ----------
    sizes : sequence of int
        Neurons of each layer.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default in a new figure of a size that fits.

    Returns
    -------
    matplotlib.axes.Axes
        Where it was drawn.

    Raises
    ------
    ValueError
        When `sizes` has fewer than two entries, or one below 1.
    MissingExtraError
        When matplotlib is not installed; the message says how to install it.

    Examples
    --------
    >>> ax = network_drawing([2, 3, 1])
    >>> [text.get_text() for text in ax.texts if text.get_text().startswith("layer")]
    ['layer 0', 'layer 1', 'layer 2']
    """
    if len(sizes) < 2 or min(sizes) < 1:
        msg = f"`sizes` must be two or more numbers of at least 1, got {list(sizes)}"
        raise ValueError(msg)
    middle = (min(max(sizes), MOST_NEURONS) - 1) / 2 * NEURON
    left, right = -2.7, max((len(sizes) - 1) * COLUMN + 1.3, NARROWEST)
    top = middle + 1.6
    ends = [-middle - 1.1]
    for name in LISTS:
        tallest = max(_extent(_shape(sizes, l, name)[0]) for l in range(len(sizes)))
        ends.append(ends[-1] - tallest - 1.0)
    bottom = ends[-1] - 0.9
    if ax is None:
        ax = new_axes((right - left) * SCALE, (top - bottom) * SCALE)
    for l in range(1, len(sizes)):
        _connect(ax, sizes, l)
    for l, size in enumerate(sizes):
        _layer(ax, l, size, len(sizes), middle)
        for name, above, below in zip(LISTS, ends, ends[1:], strict=False):
            _array(ax, _shape(sizes, l, name), f"{name}[{l}]", l * COLUMN, above, below)
    for name, above, below in zip(LISTS, ends, ends[1:], strict=False):
        ax.text(left, (above + below) / 2 + 0.25, name, va="center", weight="bold", size=9)
    last = sizes[0] - 1
    caption = (
        "weights[l][j, k] leads from neuron k of layer l-1 to neuron j of layer l\n"
        f"dashed: weights[1][0, {last}], from neuron {last} of layer 0 to neuron 0 of layer 1"
    )
    ax.text(left, bottom + 0.4, caption, size=8, color=GREY, va="center")
    ax.set(xlim=(left, right), ylim=(bottom, top), aspect="equal")
    ax.axis("off")
    return ax


def _places(count: int, most: int) -> list[tuple[int | None, float]]:
    """Return what stands at each place of a row around 0; None is the dots."""
    shown: list[int | None] = list(range(count))
    if count > most:
        shown = [*range(most - 2), None, count - 1]
    return [(j, place - (len(shown) - 1) / 2) for place, j in enumerate(shown)]


def _neurons(size: int) -> dict[int, float]:
    """Return the height of each neuron that is drawn."""
    places = _places(size, MOST_NEURONS)
    return {j: -place * NEURON for j, place in places if j is not None}


def _connect(ax: Axes, sizes: Sequence[int], l: int) -> None:
    """Draw the connections that enter a layer; that of `weights[1][0, -1]` stands out."""
    xs = ((l - 1) * COLUMN, l * COLUMN)
    for k, start in _neurons(sizes[l - 1]).items():
        for j, end in _neurons(sizes[l]).items():
            chosen = (l, j, k) == (1, 0, sizes[0] - 1)
            color, width, line = (VERMILION, 1.8, "--") if chosen else ("0.7", 0.7, "-")
            ax.plot(xs, (start, end), color=color, linewidth=width, linestyle=line, zorder=1)


def _layer(ax: Axes, l: int, size: int, layers: int, middle: float) -> None:
    """Draw the neurons of a layer, with their indices, and its name."""
    from matplotlib.patches import Circle  # noqa: PLC0415 - an extra

    x = l * COLUMN
    for j, place in _places(size, MOST_NEURONS):
        if j is None:
            dots = [(place + step) * -NEURON for step in (-0.2, 0.0, 0.2)]
            ax.plot([x] * 3, dots, ".", color="black", markersize=3, zorder=2)
            continue
        edge = GREY if l == 0 else BLUE
        y = -place * NEURON
        ax.add_patch(
            Circle((x, y), RADIUS, facecolor="white", edgecolor=edge, lw=1.5, zorder=2)
        )
        ax.text(x, y, str(j), ha="center", va="center", size=8, zorder=3)
    role = {0: "input", layers - 1: "output"}.get(l, "hidden")
    ax.text(x, middle + 1.25, f"layer {l}", ha="center", va="center", weight="bold", size=10)
    neurons = "neuron" if size == 1 else "neurons"
    text = f"{role}, {size} {neurons}"
    ax.text(x, middle + 0.78, text, ha="center", va="center", size=8, color=GREY)


def _shape(sizes: Sequence[int], l: int, name: str) -> tuple[int, ...]:
    """Return the shape of an entry of a list, for one example."""
    if name == "weights":
        return (sizes[l], sizes[l - 1] if l else 0)
    return (sizes[l] if l or name == "activations" else 0,)


def _extent(length: int) -> float:
    """Return how long a side of a matrix is drawn; an empty one is not without height."""
    return max(min(length, MOST_CELLS), 1) * CELL


def _array(
    ax: Axes, shape: tuple[int, ...], name: str, x: float, above: float, below: float
) -> None:
    """Draw an array as a grid in brackets, under its name and above its shape."""
    rows, columns = shape if len(shape) == 2 else (shape[0], 1)
    if not columns:
        rows = 0
    y = (above + below) / 2 + 0.13
    height, width = _extent(rows) / 2 + 0.06, _extent(columns) / 2 + 0.08
    for sign in (-1, 1):
        edge, lip = x + sign * width, x + sign * (width - 0.08)
        ends = (y + height, y + height, y - height, y - height)
        ax.plot((lip, edge, edge, lip), ends, color="black", linewidth=1)
    for i, down in _places(rows, MOST_CELLS):
        for k, across in _places(columns, MOST_CELLS):
            _cell(ax, x + across * CELL, y - down * CELL, is_dot=i is None or k is None)
    note = " = x" if name == "activations[0]" else ""
    text = f"{name}{note}  {shape}" if rows else f"{name}  {shape} empty"
    ax.text(x, y - height - 0.22, text, ha="center", va="center", size=7, family="monospace")


def _cell(ax: Axes, x: float, y: float, *, is_dot: bool) -> None:
    """Draw an entry as a square, or what is left out as a dot."""
    marker, size = (".", 3) if is_dot else ("s", 5)
    ax.plot([x], [y], marker, color=BLUE, markersize=size, markeredgewidth=0)
