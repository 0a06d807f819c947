"""How well a gradient is known: entry by entry, and step by step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

import numpy as np

from .canvas import GREY, STYLES, new_axes, new_figure, panels

if TYPE_CHECKING:
    import numpy.typing as npt
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["error_maps", "step_sizes"]

COLUMNS = 4
# An error below the spacing of doubles is drawn there: a logarithm knows no zero.
LEAST = 1e-17
# Where the axis of `step_sizes` ends, to leave room for what lies below.
FLOOR = 1e-20


def error_maps(errors: Mapping[str, npt.ArrayLike], *, figure: Figure | None = None) -> Figure:
    """
    Draw the error of each entry of a gradient: one map for each array, one scale for all.

    Parameters
    ----------
    errors : mapping of str to array_like
        Relative errors under the name of each array, such as ``nabla_w[1]``; NaN where the
        error is not known. A vector is drawn as a column, more than two dimensions row by row.
    figure : matplotlib.figure.Figure, optional
        Where to draw; by default in a new one.

    Returns
    -------
    matplotlib.figure.Figure
        Light is right, dark is wrong, crossed out is not known. Empty arrays, as those of
        layer 0, are named and left empty.

    Raises
    ------
    MissingExtraError
        When matplotlib is not installed; the message says how to install it.

    Examples
    --------
    >>> figure = error_maps({"nabla_w[0]": [[], []], "nabla_w[1]": [[0, 1e-16], [0.5, 0]]})
    >>> [ax.get_title() for ax in figure.axes[:2]]
    ['nabla_w[0] (2, 0)', 'nabla_w[1] (2, 2)']
    """
    if figure is None:
        lines = max(1, -(-len(errors) // COLUMNS))
        figure = new_figure(0.9 + 2.4 * max(1, min(COLUMNS, len(errors))), 0.4 + 2.4 * lines)
    axes = panels(figure, len(errors), COLUMNS)
    image = None
    for ax, (name, values) in zip(axes, errors.items(), strict=True):
        array = np.abs(np.asarray(values, dtype=float))
        ax.set_title(f"{name} {array.shape}", size=8, family="monospace")
        if not array.size:
            ax.text(0.5, 0.5, "[ ]\nempty", ha="center", va="center", transform=ax.transAxes)
            ax.set_xticks([])
            ax.set_yticks([])
            continue
        table = array.reshape(len(array), -1) if array.ndim else array.reshape(1, 1)
        logs = np.log10(np.clip(table, LEAST, 1))
        image = ax.imshow(logs, cmap="cividis_r", vmin=-17, vmax=0, aspect=_aspect(logs))
        for i, j in np.argwhere(np.isnan(logs)):
            ax.plot(j, i, "x", color=GREY, markersize=5)
        _integer_ticks(ax, array.ndim)
    if image is not None:
        bar = figure.colorbar(image, ax=axes, label="relative error", shrink=0.9)
        bar.set_ticks([-16, -12, -8, -4, 0], labels=["1e-16", "1e-12", "1e-8", "1e-4", "1"])
    return figure


def step_sizes(
    h: npt.ArrayLike,
    errors: Mapping[str, npt.ArrayLike],
    *,
    certified: float | None = None,
    ax: Axes | None = None,
) -> Axes:
    """
    Draw the error of numerical derivatives against their step.

    A difference over a long step misses the bends of the cost, over a short step it loses
    digits to cancellation: a one-sided difference is best near h = 1e-8, with half of the
    digits, a central one near 1e-5, with two thirds [1]_. The complex step subtracts nothing
    and loses nothing [2]_; the certified answer has no step.

    Parameters
    ----------
    h : array_like, shape (steps,)
        The steps.
    errors : mapping of str to array_like, each of shape (steps,)
        The relative error of each method, under its name, at each step; at most seven.
    certified : float, optional
        The relative radius of the certified derivative.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default in a new figure.

    Returns
    -------
    matplotlib.axes.Axes
        Where it was drawn, both axes logarithmic. Errors below 1e-17, and none, stand at
        1e-17; a radius below the axis is an arrow that leaves it.

    Raises
    ------
    ValueError
        When there are more than seven methods, or not one error for each step.
    MissingExtraError
        When matplotlib is not installed; the message says how to install it.

    References
    ----------
    .. [1] W. H. Press et al., "Numerical Recipes", 3rd edition, Cambridge, 2007, section 5.7.
    .. [2] W. Squire, G. Trapp, "Using complex variables to estimate derivatives of real
           functions", SIAM Review 40, 1998.

    Examples
    --------
    >>> h = 10.0 ** np.arange(-12, 0)
    >>> central = abs((np.exp(1 + h) - np.exp(1 - h)) / (2 * h) / np.e - 1)
    >>> complex_step = abs(np.exp(1 + 1j * h).imag / h / np.e - 1)
    >>> ax = step_sizes(h, {"central": central, "complex step": complex_step}, certified=1e-37)
    >>> ax.get_xlabel(), ax.get_xscale()
    ('step h', 'log')
    """
    steps = np.asarray(h, dtype=float)
    if len(errors) > len(STYLES):
        msg = f"`errors` must be at most {len(STYLES)}, got {len(errors)}"
        raise ValueError(msg)
    ax = new_axes(6.8, 4.6) if ax is None else ax
    for (name, values), (color, line, marker) in zip(errors.items(), STYLES, strict=False):
        error = np.abs(np.asarray(values, dtype=float))
        if error.shape != steps.shape:
            msg = (
                f"`errors` must hold an error for each step, shape {steps.shape}, got "
                f"{error.shape} in {name!r}"
            )
            raise ValueError(msg)
        ax.plot(
            steps,
            np.maximum(error, LEAST),
            color=color,
            linestyle=line,
            marker=marker,
            markersize=4,
            label=name,
        )
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.axhline(np.finfo(float).eps / 2, color=GREY, linewidth=0.8, linestyle=":")
    ax.annotate(
        "rounding of a double",
        (1, np.finfo(float).eps / 2),
        xycoords=("axes fraction", "data"),
        ha="right",
        va="bottom",
        size=8,
        color=GREY,
    )
    if certified is not None:
        _mark_certified(ax, certified)
    ax.set_xlabel("step h")
    ax.set_ylabel("relative error of the derivative")
    ax.spines[["top", "right"]].set_visible(False)
    if errors:
        ax.legend(frameon=False)
    return ax


def _mark_certified(ax: Axes, radius: float) -> None:
    """Draw the certified radius: as a line, or as an arrow where it lies below the axis."""
    text = f"certified: at most {radius:.0e}, no step"
    if radius >= FLOOR:
        ax.axhline(radius, color="black", linewidth=1.5)
        ax.annotate(text, (0, radius), xycoords=("axes fraction", "data"), va="bottom", size=9)
        return
    ax.set_ylim(bottom=FLOOR)
    arrow = {"arrowstyle": "-|>", "color": "black", "linewidth": 1.5}
    base, tip = (0.03, 0.09), (0.03, 0.0)
    ax.annotate("", tip, base, xycoords="axes fraction", arrowprops=arrow)
    ax.text(0.05, 0.025, f"{text} (below this axis)", transform=ax.transAxes, size=9)


def _aspect(table: npt.NDArray[np.float64]) -> Literal["equal", "auto"]:
    """Return whether entries are squares; of long arrays they would be threads."""
    rows, columns = table.shape
    return "equal" if 1 / 8 <= rows / columns <= 8 else "auto"


def _integer_ticks(ax: Axes, dimensions: int) -> None:
    """Number rows and columns; a vector has rows alone."""
    from matplotlib.ticker import MaxNLocator  # noqa: PLC0415 - an extra

    ax.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=5, min_n_ticks=1))
    ax.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=5, min_n_ticks=1))
    ax.set_ylabel("j", size=8)
    if dimensions < 2:
        ax.set_xticks([])
    else:
        ax.set_xlabel("k", size=8)
