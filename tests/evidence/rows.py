"""What is promised, by which command it is shown, and how its output becomes a figure."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from figures import Figure

__all__ = ["PROMISES", "ROWS", "Row", "figures_in"]

#: The promises, in the order of the table.
PROMISES = (
    "Backpropagation is the derivative of the cost",
    "Lists, shapes and indices follow the convention, layer 0 is redundant",
    "Shapes are right before the program runs",
    "The suite would notice",
    "The floating-point kernels are accurate everywhere",
    "Nothing is lost, nothing foreign runs",
    "It is fast",
)


class Row(NamedTuple):
    """One line of the table."""

    name: str
    promise: str
    #: What anyone types, and what that session runs.
    nox: str
    command: tuple[str, ...]
    #: What the output of the command comes to, in words; "" where it has no figure.
    tell: Callable[[str], str]

    @property
    def session(self) -> str:
        """The nox session that the row names."""
        return self.nox.split()[2]


def figures_in(output: str) -> list[Figure]:
    """Return the figures in the line of JSON that a campaign prints."""
    for line in reversed(output.splitlines()):
        if line.startswith('{"session"'):
            listed: list[dict[str, Any]] = json.loads(line)["figures"]
            return [Figure(**{name: each[name] for name in Figure._fields}) for each in listed]
    return []


def counted(verb: str) -> Callable[[str], str]:
    """Return what adds up figures that must be 0: so many of so many, and what they do."""

    def tell(output: str) -> str:
        figures = [figure for figure in figures_in(output) if figure.trials]
        total = sum(figure.trials for figure in figures)
        value = sum(float(figure.value) for figure in figures)
        return f"{value:,.0f} of {total:,} {figures[0].unit} {verb}" if figures else ""

    return tell


def nearest(output: str) -> str:
    """Return the figure that is nearest to its goal."""
    figures = [figure for figure in figures_in(output) if figure.goal]
    if not figures:
        return ""
    worst = max(figures, key=lambda figure: float(figure.value) / figure.goal)
    said = f"{worst.what} {float(worst.value):.3g} {worst.unit}, at most {worst.goal:g}"
    return said if len(figures) == 1 else f"nearest to its goal of {len(figures)}: {said}"


def found(*patterns: str) -> Callable[[str], str]:
    """Return what joins the parts of an output that match, each pattern in turn."""

    def tell(output: str) -> str:
        parts: Iterable[re.Match[str]] = (
            match
            for pattern in patterns
            for match in re.finditer(pattern, output, re.MULTILINE)
        )
        return ", ".join(" ".join(match.groups()).strip() for match in parts)

    return tell


def alarms(output: str) -> str:
    """Return how many correct gradients each rung refused, with the bound of the rate."""
    pattern = r"^ *([a-z ]+) in all +(\d+ of \d+ \(<= [^)]*\))"
    told = re.findall(pattern, output, re.MULTILINE)
    return "false alarms: " + ", ".join(map(" ".join, told)) if told else ""


def detected(output: str) -> str:
    """Return how often each rung saw an error of one entry, with its size."""
    pattern = r"^ *([a-z ]+?) (?:terms|constant) (\S+) +seen (in \S+ of \d+)$"
    told = re.findall(pattern, output, re.MULTILINE)
    return "one wrong entry seen: " + ", ".join(map(" ".join, told)) if told else ""


DERIVATIVE, CONVENTION, SHAPES, NOTICE, ACCURATE, FILES, FAST = PROMISES
PYTHON = ("python",)
MODULE = (*PYTHON, "-m")
ROWS = (
    Row(
        "exactness", DERIVATIVE, "nox -s exactness", (*MODULE, "exactness"),
        counted("disagree, over the rationals and modulo 2^61 - 1"),
    ),
    Row("oracles", DERIVATIVE, "nox -s oracles", (*MODULE, "oracles"), nearest),
    Row(
        "campaign", DERIVATIVE, "nox -s campaign -- --nightly --only alarm",
        (*PYTHON, "tests/gradcheck/campaign.py", "--nightly", "--only", "alarm"), alarms,
    ),
    Row(
        "property_tests", CONVENTION, "nox -s property_tests",
        (*MODULE, "pytest", "property_tests"),
        found(r"(\d+ passed)", r"(\d+ failed)"),
    ),
    Row(
        "typing", SHAPES, "nox -s typing", (*PYTHON, "tests/typing/mutate.py"),
        found(r"^(\w+: caught \d+ of \d+)$"),
    ),
    Row("mutation", NOTICE, "nox -s mutation", (*MODULE, "mutation"), counted("survive")),
    Row(
        "detection", NOTICE, "nox -s campaign -- --nightly --only detection",
        (*PYTHON, "tests/gradcheck/campaign.py", "--nightly", "--only", "detection"), detected,
    ),
    Row(
        "conformance", NOTICE, "nox -s conformance",
        (*MODULE, "nncore", "verify", "--self-test"),
        found(r"(\d+ of \d+ planted faults killed)", r"(\d+ of \d+ correct networks flagged)"),
    ),
    Row("accuracy", ACCURATE, "nox -s accuracy", (*MODULE, "accuracy"), nearest),
    Row(
        "damage", FILES, "nox -s damage",
        (*MODULE, "damage"), counted("read wrongly"),
    ),
    Row("bench", FAST, "nox -s bench", (*MODULE, "bench"), counted("missed")),
    Row(
        "judge_bench", FAST, "nox -s judge_bench", (*PYTHON, "tests/gradcheck/speed.py"),
        found(r"^ *(certified|complex step) +[\d.]+ +(.* times faster)$"),
    ),
    Row("import_time", FAST, "nox -s import_time", (*PYTHON, "tests/import_time.py"), nearest),
)  # fmt: skip
