"""The report as HTML: its lines, and a picture of the error over each array."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

import numpy as np

from nncore.display import lines_html

from .evidence import Verdict

if TYPE_CHECKING:
    from .evidence import Entries
    from .structure import FloatArray

__all__ = ["heatmap", "levels_of"]

MOST_CELLS = 48
PIXELS = 6
GREY = "#d9d9d9"


def heatmap(lines: list[tuple[str, str]], arrays: list[Entries]) -> str:
    """HTML of a report.

    Parameters
    ----------
    lines : list of pairs
        Style and text.
    arrays : list of Entries
        A picture is drawn for each.

    Returns
    -------
    str
        One element without scripts; green agrees, red is wrong, grey cannot be told.
    """
    pictures = "".join(_picture(entries) for entries in arrays)
    return f"<div>{lines_html(lines)}{pictures}</div>"


def levels_of(entries: Entries) -> list[list[float | None]]:
    """How bad each entry of an array is, for other pictures.

    Parameters
    ----------
    entries : Entries
        Of one array; not empty.

    Returns
    -------
    list of lists
        A row for each row, or block of rows: 0 agrees, 1 is wrong by its size, None cannot be
        told.
    """
    return [
        [None if np.isnan(level) else float(level) for level in row]
        for row in _blocks(_levels(entries))
    ]


def _picture(entries: Entries) -> str:
    """An SVG with one square for each entry, or for each block of a large array."""
    levels = _blocks(_levels(entries))
    rows, columns = levels.shape
    squares = "".join(
        f'<rect x="{j * PIXELS}" y="{i * PIXELS}" width="{PIXELS}" height="{PIXELS}" '
        f'fill="{_colour(float(levels[i, j]))}"/>'
        for i in range(rows)
        for j in range(columns)
    )
    label = html.escape(f"{entries.path} {entries.analytic.shape}")
    return (
        f'<figure style="display:inline-block;margin:4px"><figcaption>{label}</figcaption>'
        f'<svg width="{columns * PIXELS}" height="{rows * PIXELS}" role="img" '
        f'aria-label="error of {label}">{squares}</svg></figure>'
    )


def _levels(entries: Entries) -> FloatArray:
    """How bad each entry is, from 0 (agrees) to 1 (wrong by its size); nan where unknown."""
    reference = entries.reference
    size = np.maximum(np.abs(reference), np.abs(entries.analytic))
    with np.errstate(all="ignore"):
        relative = np.abs(entries.analytic - reference) / size
        logs = np.clip(1 + np.log10(np.where(relative > 0, relative, 1e-16)) / 16, 0.15, 1)
    bad = entries.where(Verdict.WRONG, Verdict.INCONSISTENT, Verdict.KINK)
    levels = np.where(bad, logs, 0.0)
    levels[entries.where(Verdict.UNRESOLVABLE)] = np.nan
    return levels.reshape(levels.shape[0], -1) if levels.ndim > 1 else levels.reshape(1, -1)


def _blocks(levels: FloatArray) -> FloatArray:
    """The worst of each block, so that no side has more than a few dozen."""
    for axis in (0, 1):
        count = min(levels.shape[axis], MOST_CELLS)
        parts = np.array_split(levels, count, axis=axis)
        levels = np.stack([np.fmax.reduce(part, axis=axis) for part in parts], axis=axis)
    return levels


def _colour(level: float) -> str:
    """Green to red; grey for unknown."""
    if np.isnan(level):
        return GREY
    if level == 0:
        return "hsl(130,45%,75%)"
    return f"hsl({60 * (1 - level):.0f},85%,{70 - 25 * level:.0f}%)"
