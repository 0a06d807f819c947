"""What all pictures share: where they are drawn, and in which colours and lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nncore.extras import needs

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["BLUE", "GREY", "STYLES", "VERMILION", "new_axes", "new_figure", "panels"]

# Of M. Okabe and K. Ito's palette, told apart in all common forms of colour blindness; each
# curve has a line style and a marker of its own besides.
BLUE, VERMILION = "#0072B2", "#D55E00"
STYLES = (
    (BLUE, "-", "o"),
    (VERMILION, "--", "s"),
    ("#009E73", "-.", "^"),
    ("#CC79A7", ":", "D"),
    ("#000000", "-", "x"),
    ("#E69F00", "--", "v"),
    ("#56B4E9", "-.", "P"),
)
GREY = "0.4"


def new_figure(width: float, height: float) -> Figure:
    """
    Return an empty figure that pyplot knows nothing of.

    Parameters
    ----------
    width, height : float
        In inches.

    Returns
    -------
    matplotlib.figure.Figure
        With a layout that keeps labels apart.

    Raises
    ------
    MissingExtraError
        When matplotlib is not installed; the message says how to install it.

    Examples
    --------
    >>> new_figure(4, 3).axes
    []
    """
    with needs("train"):
        from matplotlib.figure import Figure  # noqa: PLC0415 - an extra
    return Figure(figsize=(width, height), layout="constrained")


def new_axes(width: float, height: float) -> Axes:
    """
    Return the axes of a new figure.

    Parameters
    ----------
    width, height : float
        In inches.

    Returns
    -------
    matplotlib.axes.Axes
        Empty.

    Raises
    ------
    MissingExtraError
        When matplotlib is not installed; the message says how to install it.

    Examples
    --------
    >>> new_axes(4, 3).lines[:]
    []
    """
    return new_figure(width, height).subplots()


def panels(figure: Figure, count: int, columns: int) -> list[Axes]:
    """
    Add panels to a figure, row by row.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        Where.
    count : int
        How many.
    columns : int
        The most in a row.

    Returns
    -------
    list of matplotlib.axes.Axes
        So many as `count`.

    Examples
    --------
    >>> len(panels(new_figure(4, 3), count=5, columns=3))
    5
    """
    if not count:
        return []
    columns = min(columns, count)
    grid = figure.add_gridspec(-(-count // columns), columns)
    return [figure.add_subplot(grid[divmod(panel, columns)]) for panel in range(count)]
