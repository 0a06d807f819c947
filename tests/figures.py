"""What a campaign measured, in a form that other programs read."""

from __future__ import annotations

import json
import platform
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import click
import numpy as np

__all__ = ["Figure", "json_option", "write"]

F = TypeVar("F", bound=Callable[..., Any])


def json_option(command: F) -> F:
    """Return a command with the option that the campaigns share."""
    option: Callable[[F], F] = click.option(
        "--json",
        "json_file",
        type=click.Path(dir_okay=False, path_type=Path),
        help="Also write the figures to this file.",
    )
    return option(command)


class Figure(NamedTuple):
    """One measured number beside the most that it may be."""

    promise: str
    what: str
    value: float
    goal: float
    unit: str
    #: Of how many, where the number is a count.
    trials: int = 0

    @property
    def is_met(self) -> bool:
        """Whether the number is at most the goal; NaN is not."""
        return self.value <= self.goal


def write(session: str, figures: Sequence[Figure], path: Path | None) -> bool:
    """Print the figures as a line of JSON, also to a file; return whether all are met."""
    is_met = bool(figures) and all(figure.is_met for figure in figures)
    versions = {"python": platform.python_version(), "numpy": np.__version__}
    listed = [figure._asdict() | {"is_met": figure.is_met} for figure in figures]
    # JSON knows no infinity.
    listed = [{k: _finite(v) for k, v in figure.items()} for figure in listed]
    text = json.dumps(
        {"session": session, "is_met": is_met, "versions": versions, "figures": listed}
    )
    click.echo(text)
    if path is not None:
        path.write_text(text + "\n", encoding="utf-8")
    return is_met


def _finite(value: Any) -> Any:
    """Return the value; numbers that are not finite by name."""
    return str(value) if isinstance(value, float) and not np.isfinite(value) else value
