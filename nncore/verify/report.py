"""What people and machines read of a campaign: text, JSON, JUnit."""

from __future__ import annotations

import collections
import dataclasses
import json
import re
import shlex
from collections.abc import Iterable, Iterator, Sequence
from xml.etree import ElementTree as ET

from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from .campaign import Outcome
from .result import Result, Status

__all__ = ["command", "failure", "headline", "summary", "to_json", "to_junit", "to_text"]

STYLES = {
    Status.PASSED: "green",
    Status.FAILED: "bold red",
    Status.ERROR: "bold magenta",
    Status.SKIPPED: "dim",
    Status.EXPECTED: "yellow",
}
#: Longer examples are cut in the text, not in JSON.
WIDEST = 600


def to_text(outcomes: Sequence[Outcome], console: Console) -> None:
    """
    Print failures, the summary of laws, and the verdict.

    Parameters
    ----------
    outcomes : sequence of Outcome
        Of a campaign.
    console : rich.console.Console
        Where to.
    """
    for outcome in outcomes:
        if len(outcomes) > 1:
            console.print(Text(outcome.task.target, style="bold"))
        for result in outcome.results:
            if not result.status.is_good:
                console.print(failure(result, outcome.task.target), soft_wrap=True)
        if outcome.error:
            console.print(Text(f"ERROR {outcome.error}", style=STYLES[Status.ERROR]))
    if len(outcomes) > 1:
        console.print(_by_target(outcomes))
    else:
        console.print(summary(outcomes[0].results), soft_wrap=True)
    for outcome in outcomes:
        console.print(headline(outcome), soft_wrap=True)


def failure(result: Result, target: str = "MODULE_OR_FILE:ADAPTER") -> Text:
    """
    Return what a person reads first of a broken law.

    Parameters
    ----------
    result : Result
        Of a law that is broken.
    target : str
        Of the implementation, for the line that shows it again.

    Returns
    -------
    rich.text.Text
        The law, the smallest network, expected and got, cause, place, and how to see it again.
    """
    styles = {"status": STYLES[result.status], "cause": "bold", "where": "bold"}
    told = [Text(line, style=styles.get(kind, "")) for kind, line in result.lines()]
    if result.example:
        told.append(Text(f"example: {_short(result.example)}", style="dim"))
        told.append(Text(f"reproduce: {command(result, target)}", style="dim"))
    return Text("\n  ").join(told).append("\n")


def summary(results: Sequence[Result]) -> Group:
    """
    Return the table of groups, and what was skipped and why.

    Parameters
    ----------
    results : sequence of Result
        Of one implementation.

    Returns
    -------
    rich.console.Group
        Counts and seconds by group; reasons, the most frequent first.
    """
    table = Table(box=None)
    table.add_column("laws")
    for status in Status:
        table.add_column(status.value, justify="right")
    table.add_column("seconds", justify="right")
    groups: dict[str, list[Result]] = {}
    for result in results:
        groups.setdefault(result.group, []).append(result)
    for group, members in groups.items():
        counts = collections.Counter(member.status for member in members)
        cells = [_count(counts[status], status) for status in Status]
        table.add_row(group, *cells, f"{sum(member.seconds for member in members):.1f}")
    reasons: dict[str, list[str]] = {}
    for result in results:
        if result.status in {Status.SKIPPED, Status.EXPECTED}:
            reasons.setdefault(f"{result.status.value}: {result.message}", []).append(
                result.name
            )
    lines = [
        Text(f"{reason} ({', '.join(names)})", style="dim")
        for reason, names in sorted(reasons.items(), key=lambda item: -len(item[1]))
    ]
    return Group(table, *lines)


def headline(outcome: Outcome) -> Text:
    """
    Return the verdict on an implementation in one line.

    Parameters
    ----------
    outcome : Outcome
        Of its task.

    Returns
    -------
    rich.text.Text
        Counts, seconds, seed.
    """
    counts = collections.Counter(result.status for result in outcome.results)
    told = ", ".join(f"{counts[status]} {status.value}" for status in Status if counts[status])
    worst = {0: Status.PASSED, 1: Status.FAILED, 2: Status.ERROR}[outcome.exit_code]
    return Text(
        f"{outcome.task.target}: {told or 'no law was tried'} in {outcome.seconds:.1f} s, "
        f"seed {outcome.task.seed}",
        style=STYLES[worst],
    )


def to_json(outcomes: Iterable[Outcome]) -> str:
    """
    Return outcomes as JSON.

    Parameters
    ----------
    outcomes : iterable of Outcome
        Of a campaign.

    Returns
    -------
    str
        A list of objects: target, seed, exit code, error, seconds, results.
    """
    rows = [
        {
            "target": outcome.task.target,
            "seed": outcome.task.seed,
            "exit_code": outcome.exit_code,
            "error": outcome.error,
            "seconds": outcome.seconds,
            "results": [dataclasses.asdict(result) for result in outcome.results],
        }
        for outcome in outcomes
    ]
    return json.dumps(rows, indent=2, default=str)


def to_junit(outcomes: Iterable[Outcome]) -> str:
    """
    Return outcomes in the format of JUnit, which build servers read.

    Parameters
    ----------
    outcomes : iterable of Outcome
        Of a campaign.

    Returns
    -------
    str
        XML: a suite for each implementation, a case for each law.
    """
    root = ET.Element("testsuites", name="nncore verify")
    for outcome in outcomes:
        suite = ET.SubElement(root, "testsuite", name=outcome.task.target)
        counts: collections.Counter[str] = collections.Counter()
        for result in _with_error(outcome):
            case = ET.SubElement(
                suite,
                "testcase",
                classname=f"{outcome.task.target}.{result.group}",
                name=result.name,
                time=f"{result.seconds:.3f}",
            )
            kind = _JUNIT.get(result.status)
            counts[kind or ""] += 1
            if kind is not None:
                about = ET.SubElement(case, kind, message=_clean(result.message))
                about.text = _clean(failure(result, outcome.task.target).plain)
        suite.set("tests", str(counts.total()))
        suite.set("failures", str(counts["failure"]))
        suite.set("errors", str(counts["error"]))
        suite.set("skipped", str(counts["skipped"]))
        suite.set("time", f"{outcome.seconds:.3f}")
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True)


_JUNIT = {
    Status.FAILED: "failure",
    Status.ERROR: "error",
    Status.SKIPPED: "skipped",
    Status.EXPECTED: "skipped",
}


def _with_error(outcome: Outcome) -> Iterator[Result]:
    """Yield results, and one for what ended the process."""
    yield from outcome.results
    if outcome.error:
        yield Result(
            "process", "process", "The process comes to its end.", Status.ERROR, outcome.error
        )


def _by_target(outcomes: Sequence[Outcome]) -> Table:
    """Return a row for each implementation."""
    table = Table(box=None)
    table.add_column("implementation", no_wrap=True)
    for status in Status:
        table.add_column(status.value, justify="right")
    table.add_column("seconds", justify="right")
    table.add_column("broken laws")
    for outcome in outcomes:
        counts = collections.Counter(result.status for result in outcome.results)
        broken = [result.name for result in outcome.results if not result.status.is_good]
        cells = [_count(counts[status], status) for status in Status]
        told = outcome.error or ", ".join(broken)
        table.add_row(
            _short_target(outcome.task.target), *cells, f"{outcome.seconds:.1f}", told
        )
    return table


def _short_target(target: str) -> str:
    """Return a target without the directories of its file."""
    return re.split(r"[/\\]", target)[-1]


def _count(count: int, status: Status) -> Text:
    """Return a number of a table; nothing as a dot."""
    return Text(str(count), style=STYLES[status]) if count else Text(".", style="dim")


def command(result: Result, target: str) -> str:
    """
    Return the line of a shell that shows a failure again.

    Parameters
    ----------
    result : Result
        Of a law that is broken.
    target : str
        Of the implementation.

    Returns
    -------
    str
        An `nncore verify` of this law, with its seed.
    """
    return (
        f"nncore verify {shlex.quote(target)} --only {result.name} -n {result.max_examples} "
        f"--seed {result.seed}"
    )


def _short(text: str) -> str:
    """Return a text that is cut where it is long."""
    return text if len(text) <= WIDEST else f"{text[: WIDEST - 3]}..."


def _clean(text: str) -> str:
    """Return a text without characters that XML cannot hold."""
    return "".join(
        c for c in text if c in "\t\n\r" or (c >= " " and not "\ud800" <= c <= "\udfff")
    )
