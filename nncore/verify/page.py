"""A campaign as an HTML page."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from ..pages import render
from .campaign import Outcome
from .report import command, headline
from .result import Result, Status

__all__ = ["to_html"]

WORDS = {
    0: ("passed", "Every law that could be tried holds"),
    1: ("failed", "A law is broken"),
    2: ("error", "Something could not be run"),
}


def to_html(outcomes: Sequence[Outcome]) -> str:
    """
    Return outcomes as a page that stands alone.

    Parameters
    ----------
    outcomes : sequence of Outcome
        Of a campaign.

    Returns
    -------
    str
        HTML: the verdict at the top, failures unfolded, and the table of laws with a filter.
        Names and messages of the user's are escaped.

    Examples
    --------
    >>> from nncore.verify.campaign import Task
    >>> "a.py:&lt;script&gt;" in to_html([Outcome(Task("a.py:<script>"), [])])
    True
    """
    worst = max((outcome.exit_code for outcome in outcomes), default=0)
    return render(
        "verify.html.jinja",
        title=f"nncore verify: {WORDS[worst][1]}",
        outcomes=[_shown(outcome) for outcome in outcomes],
        statuses=[status.value for status in Status],
    )


def _shown(outcome: Outcome) -> dict[str, Any]:
    """Return what the page says of an implementation."""
    target = outcome.task.target
    return {
        "target": target,
        "status": WORDS[outcome.exit_code][0],
        "headline": headline(outcome).plain,
        "error": outcome.error,
        "results": [_row(result, target) for result in outcome.results],
    }


def _row(result: Result, target: str) -> dict[str, Any]:
    """Return what the page says of a law."""
    fields = {field.name: getattr(result, field.name) for field in dataclasses.fields(result)}
    return fields | {"command": command(result, target) if result.example else ""}
