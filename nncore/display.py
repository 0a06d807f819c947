"""
How terminals and notebooks show things: what is shown is made once, as lines or as a table.

rich is imported when a rich console asks; HTML needs nothing. Every text is escaped.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import rich.table
    import rich.text

__all__ = ["Line", "Table", "history_table", "lines_html", "lines_rich", "network_table"]

# A style, of rich, and a text.
Line = tuple[str, str]
# Of rich's styles to those of a browser, readable on white as well as on black.
COLOURS = {"red": "#d32f2f", "yellow": "#a37400", "green": "#2e8b57", "cyan": "#00838f"}
# Longer histories are shown by their ends.
MOST_EPOCHS, END = 20, 8
DOTS = "..."


@dataclasses.dataclass(frozen=True)
class Table:
    """
    A table of texts.

    Parameters
    ----------
    title : str
        What is shown.
    columns : tuple of str
        The heads of the columns.
    rows : list of tuple of str
        One text for each column.
    note : str
        What stands below.

    Examples
    --------
    >>> table = Table("numbers", ("n",), [("1",)], "<none> is missing")
    >>> "&lt;none&gt;" in table.as_html()
    True
    """

    title: str
    columns: tuple[str, ...]
    rows: list[tuple[str, ...]]
    note: str = ""

    def as_rich(self) -> rich.table.Table:
        """
        Return the table for a terminal.

        Returns
        -------
        rich.table.Table
            Its texts are shown as they are: rich reads no markup in them.
        """
        import rich.table  # noqa: PLC0415 - rich is optional
        import rich.text  # noqa: PLC0415

        def text(content: str) -> rich.text.Text:
            return rich.text.Text(content)

        table = rich.table.Table(title=text(self.title), caption=text(self.note))
        for column in self.columns:
            table.add_column(text(column), justify="right")
        for row in self.rows:
            table.add_row(*map(text, row))
        return table

    def as_html(self) -> str:
        """
        Return the table for a notebook.

        Returns
        -------
        str
            A table element, without scripts.
        """
        import html  # noqa: PLC0415 - its table of entities takes milliseconds

        head = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in self.columns)
        body = "".join(
            "<tr>" + "".join(f"<td>{html.escape(text)}</td>" for text in row) + "</tr>"
            for row in self.rows
        )
        note = f"<p>{html.escape(self.note)}</p>" if self.note else ""
        return (
            f"<div><table><caption>{html.escape(self.title)}</caption>"
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{note}</div>"
        )


def network_table(title: str, sizes: Sequence[int], hidden: str, output: str) -> Table:
    """
    Return the layers of a network as a table.

    Parameters
    ----------
    title : str
        What is shown.
    sizes : sequence of int
        Neurons of each layer.
    hidden, output : str
        Names of the activations.

    Returns
    -------
    Table
        A row for each layer, with the shapes and the number of its parameters.

    Examples
    --------
    >>> network_table("a network", [2, 3, 1], "tanh", "sigmoid").rows[1]
    ('1', '3', 'tanh', '(3, 2)', '(3,)', '9')
    """
    rows: list[tuple[str, ...]] = [
        ("0", f"{sizes[0]:,}", "input", f"({sizes[0]}, 0)", "(0,)", "0")
    ]
    total = 0
    for l in range(1, len(sizes)):
        count = sizes[l] * (sizes[l - 1] + 1)
        total += count
        activation = output if l == len(sizes) - 1 else hidden
        weights, biases = f"({sizes[l]}, {sizes[l - 1]})", f"({sizes[l]},)"
        rows.append((str(l), f"{sizes[l]:,}", activation, weights, biases, f"{count:,}"))
    columns = ("layer", "neurons", "activation", "weights[l]", "biases[l]", "parameters")
    return Table(title, columns, rows, f"{total:,} parameters")


def history_table(
    cost: Sequence[float],
    validation_cost: Sequence[float],
    validation_accuracy: Sequence[float],
    best_epoch: int | None,
    stopped: str,
) -> Table:
    """
    Return a training as a table.

    Parameters
    ----------
    cost, validation_cost, validation_accuracy : sequence of float
        One value for each epoch; those of the validation may be empty.
    best_epoch : int or None
        The epoch, counted from 1, that is marked with a star.
    stopped : str
        Why the training ended.

    Returns
    -------
    Table
        A row for each epoch; of a long training the first, the best and the last.

    Examples
    --------
    >>> history_table([0.5, 0.25], [], [], None, "epochs").rows
    [('1', '0.5'), ('2', '0.25')]
    """
    lists = {
        "cost": cost,
        "validation cost": validation_cost,
        "validation accuracy": validation_accuracy,
    }
    kept = {name: values for name, values in lists.items() if len(values) or name == "cost"}
    rows: list[tuple[str, ...]] = []
    before = 0
    for epoch in _shown(len(cost), best_epoch):
        if epoch > before + 1:
            rows.append((DOTS,) * (len(kept) + 1))
        star = "* " if epoch == best_epoch else ""
        # Lists of the caller's own may be shorter.
        numbers = [f"{v[epoch - 1]:.4g}" if epoch <= len(v) else "" for v in kept.values()]
        rows.append((f"{star}{epoch}", *numbers))
        before = epoch
    best = "" if best_epoch is None else f"; best epoch: {best_epoch}"
    return Table("training", ("epoch", *kept), rows, f"stopped: {stopped}{best}")


def _shown(epochs: int, best: int | None) -> list[int]:
    """Return the epochs, counted from 1, that a table shows."""
    every = range(1, epochs + 1)
    if epochs <= MOST_EPOCHS:
        return list(every)
    return sorted({*every[:END], *every[-END:], best or 1})


def lines_rich(lines: Sequence[Line]) -> rich.text.Text:
    """
    Return styled lines for a terminal.

    Parameters
    ----------
    lines : sequence of pairs of str
        Style and text.

    Returns
    -------
    rich.text.Text
        The texts are shown as they are: rich reads no markup in them.

    Examples
    --------
    >>> lines_rich([("bold", "a[0]"), ("", "b")]).plain.splitlines()
    ['a[0]', 'b']
    """
    import rich.text  # noqa: PLC0415 - rich is optional

    return rich.text.Text("\n").join(rich.text.Text(text, style) for style, text in lines)


def lines_html(lines: Sequence[Line]) -> str:
    """
    Return styled lines for a notebook.

    Parameters
    ----------
    lines : sequence of pairs of str
        Style, of rich, and text.

    Returns
    -------
    str
        A pre element.

    Examples
    --------
    >>> lines_html([("", "a < b")])
    '<pre style="line-height:1.3"><span style="">a &lt; b</span></pre>'
    """
    import html  # noqa: PLC0415 - as in `Table.as_html`

    text = "\n".join(
        f'<span style="{_css(style)}">{html.escape(text)}</span>' for style, text in lines
    )
    return f'<pre style="line-height:1.3">{text}</pre>'


def _css(style: str) -> str:
    """Return a style of rich as CSS."""
    words = style.split()
    colour = next((f"color:{COLOURS[word]};" for word in words if word in COLOURS), "")
    weight = "font-weight:bold;" if "bold" in words else ""
    return colour + weight + ("opacity:0.7;" if "dim" in words else "")
