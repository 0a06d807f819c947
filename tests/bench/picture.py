"""The measurements as a picture."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter, NullLocator

from .measuring import Timing
from .peers import LIMIT, NNCORE, PEERS
from .targets import Case

#: M. Okabe and K. Ito, "Color universal design", 2008: told apart by every kind of sight.
PALETTE = (
    "#000000",
    "#0072B2",
    "#E69F00",
    "#56B4E9",
    "#D55E00",
    "#F0E442",
    "#009E73",
    "#CC79A7",
)
COLOURS = dict(zip([name for name in PEERS if name != NNCORE], PALETTE, strict=True))
COLUMNS = 3


def draw(
    path: Path,
    timings: Mapping[Case, Timing],
    grown: Mapping[str, Mapping[int, Timing]],
    title: str,
) -> None:
    """Write bars of the ratios in each case, and lines of the growth, to an image file."""
    rows = -(-len(timings) // COLUMNS) + 1
    figure = Figure(figsize=(5 * COLUMNS, 2.6 * rows), layout="constrained")
    figure.suptitle(title)
    axes = figure.subplots(rows, COLUMNS, squeeze=False)
    for ax in axes[:-1].flat[len(timings) :]:
        ax.set_axis_off()
    for ax, (case, timing) in zip(axes[:-1].flat, timings.items(), strict=False):
        _bars(ax, str(case), timing)
    for ax, (varied, values) in zip(axes[-1], grown.items(), strict=True):
        _lines(ax, varied, values)
    figure.savefig(path, dpi=110)


def _bars(ax: Any, title: str, timing: Timing) -> None:
    """Draw the speed of nncore over that of each peer, with quartiles."""
    names = [name for name in timing.seconds if name != NNCORE]
    for name in reversed(names):
        ratio = timing.ratio(NNCORE, name)
        spread = [[ratio.median - ratio.low], [ratio.high - ratio.median]]
        ax.barh(name, ratio.median, xerr=spread, color=COLOURS[name], ecolor="0.4", capsize=2)
        ax.annotate(
            f"{ratio.median:.2f}",
            (ratio.high, name),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            fontsize="small",
        )
    ax.axvline(1, color="0.4", linewidth=0.8, linestyle="--")
    ax.margins(x=0.15)
    ax.set_title(title, fontsize="medium")
    ax.set_xlabel("times as fast as the peer", fontsize="small")


def _lines(ax: Any, varied: str, timings: Mapping[int, Timing]) -> None:
    """Draw the time for an example against what is varied."""
    for name, style in ((NNCORE, "o-"), (LIMIT, "s--")):
        times = [1e6 / timing.speed(name) for timing in timings.values()]
        ax.loglog([*timings], times, style, color=COLOURS.get(name, "#0072B2"), label=name)
    ax.set_xticks([*timings], [*map(str, timings)])
    ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    ax.yaxis.set_major_formatter("{x:g}")
    ax.yaxis.set_minor_formatter(NullFormatter())
    ax.xaxis.set_minor_locator(NullLocator())
    ax.set_xlabel(varied)
    ax.set_ylabel("us for an example")
    ax.legend(fontsize="small")
