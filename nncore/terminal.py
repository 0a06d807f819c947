"""What the command line prints, laid out by rich."""

from collections.abc import Iterable

import click
import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table
from rich.text import Text

__all__ = ["confusion_matrix", "examples", "print_confusion", "print_outputs"]

# Columns of an output that is read by another program.
UNFOLDED = 10_000


def confusion_matrix(
    labels: NDArray[np.integer], classified: NDArray[np.integer], classes: int
) -> NDArray[np.int64]:
    """
    Count how often each class was taken for each.

    Parameters
    ----------
    labels, classified : ndarray of int, shape (examples,)
        What the examples are, and what the network takes them for: 0 to ``classes - 1``.
    classes : int
        How many classes there are.

    Returns
    -------
    ndarray of int64, shape (classes, classes)
        Row: what they are. Column: what they were taken for.

    Examples
    --------
    >>> confusion_matrix(np.array([0, 1, 1]), np.array([0, 1, 0]), classes=2)
    array([[1, 0],
           [1, 1]])
    """
    counts = np.zeros((classes, classes), dtype=np.int64)
    np.add.at(counts, (labels, classified), 1)
    return counts


def print_confusion(counts: NDArray[np.int64]) -> None:
    """
    Print a confusion matrix: correct answers in green, mistakes in red, nothing as a dot.

    Parameters
    ----------
    counts : ndarray of int64, shape (classes, classes)
        What `confusion_matrix` returned.
    """
    table = Table(title="rows: the digit, columns: what it was taken for", title_style="")
    table.add_column("", style="bold")
    for column in range(len(counts)):
        table.add_column(str(column), justify="right")
    for row, line in enumerate(counts):
        cells = [_count(int(count), correct=row == j) for j, count in enumerate(line)]
        table.add_row(str(row), *cells)
    _print(table)


def _count(count: int, *, correct: bool) -> Text:
    """Return one cell of a confusion matrix."""
    if count == 0:
        return Text(".", style="dim")
    return Text(str(count), style="green" if correct else "red")


def print_outputs(
    names: Iterable[str], outputs: NDArray[np.floating], classified: NDArray[np.integer]
) -> None:
    """
    Print what a network makes of each image: the label, and the output for each class.

    Parameters
    ----------
    names : iterable of str
        The names of the images.
    outputs : ndarray of float, shape (images, classes)
        The outputs of the network.
    classified : ndarray of int, shape (images,)
        The labels that follow from them.
    """
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("label", justify="right", no_wrap=True)
    for column in range(outputs.shape[1]):
        table.add_column(str(column), justify="right", no_wrap=True)
    # Last, as only names can be longer than the line: they are folded.
    table.add_column("image", overflow="fold")
    for name, row, label in zip(names, outputs, classified, strict=True):
        cells = [
            Text(f"{value:.2f}", style="bold green" if j == label else "")
            for j, value in enumerate(row)
        ]
        table.add_row(str(label), *cells, Text(click.format_filename(name)))
    _print(table)


def _print(table: Table) -> None:
    """Print a table; into a file or a pipe it goes without folded lines."""
    console = Console()
    if not console.is_terminal:
        console.width = UNFOLDED
    console.print(table)


def examples(*commands: str) -> str:
    """
    Lay out examples for the end of a help page.

    Parameters
    ----------
    *commands : str
        What to type.

    Returns
    -------
    str
        A paragraph for click's `epilog`.

    Examples
    --------
    >>> examples("nncore train").splitlines()[1:]
    ['Example:', '  nncore train']
    """
    title = "Example:" if len(commands) == 1 else "Examples:"
    # The backspace tells click to keep the lines as they are.
    return "\n".join(["\b", title, *(f"  {command}" for command in commands)])
