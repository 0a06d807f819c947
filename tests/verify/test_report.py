"""What is read of a campaign says everything that a person or a program needs."""

import io
import json
from xml.etree import ElementTree as ET

from rich.console import Console

from nncore.verify import Result, Status
from nncore.verify.campaign import Outcome, Task
from nncore.verify.report import WIDEST, failure, to_json, to_junit, to_text

CASE = "Case(sizes=[1, 2, 1], weights=[[], [[1.0], [1.0]], [[1.0, 1.0]]], seed=0)"
FAILED = Result(
    "gradient_law",
    "gradient",
    "The gradient is the derivative.",
    Status.FAILED,
    "nabla_w[2][0, 1] is 2.0,\nbut should be 1.0",
    0.25,
    7,
    CASE,
    "twice too large",
    "net.py:12",
    (1, 2, 1),
    3,
    25,
    42,
)
PASSED = Result("shapes", "structure", "Shapes fit.", Status.PASSED, seconds=0.5, examples=25)
SKIPPED = Result("cost_law", "gradient", "Costs fall.", Status.SKIPPED, "needs `cost`")
ERROR = Result("odd", "own", "Odd.", Status.ERROR, "the adapter\x00 \ud800 does not fit <b>")
OUTCOME = Outcome(Task("a/b.py:mine", seed=42), [PASSED, FAILED, SKIPPED, ERROR], "", 1.5)
KILLED = Outcome(Task("other.py:theirs", seed=42), [], "ended after 8 s", 8.0)


def printed(*outcomes: Outcome) -> str:
    out = io.StringIO()
    to_text(outcomes, Console(file=out, width=200))
    return out.getvalue()


def test_a_failure_in_the_order_in_which_it_is_read() -> None:
    assert failure(FAILED, "a/b.py:mine").plain.splitlines() == [
        "FAILED gradient_law",
        "  law: The gradient is the derivative.",
        "  smallest: sizes [1, 2, 1], a batch of 3",
        "  nabla_w[2][0, 1] is 2.0,",
        "  but should be 1.0",
        "  cause: twice too large",
        "  where: net.py:12",
        f"  example: {CASE}",
        "  reproduce: nncore verify a/b.py:mine --only gradient_law -n 25 --seed 42",
    ]


def test_long_examples_are_cut() -> None:
    long = Result("a", "b", "C.", Status.FAILED, example="Case(" + "1, " * WIDEST + ")")
    line = failure(long).plain.splitlines()[3]
    assert len(line) == len("  example: ") + WIDEST
    assert line.endswith("...")


def test_one_implementation() -> None:
    text = printed(OUTCOME)
    assert "FAILED gradient_law" in text
    assert "ERROR odd" in text
    assert "skipped: needs `cost` (cost_law)" in text
    rows = [line.split() for line in text.splitlines()]
    assert ["structure", "1", ".", ".", ".", ".", "0.5"] in rows
    assert ["gradient", ".", "1", ".", "1", ".", "0.2"] in rows
    assert "a/b.py:mine: 1 passed, 1 failed, 1 error, 1 skipped in 1.5 s, seed 42" in text


def test_several_implementations() -> None:
    text = printed(OUTCOME, KILLED)
    assert "ERROR ended after 8 s" in text
    rows = [line.split() for line in text.splitlines()]
    assert ["b.py:mine", "1", "1", "1", "1", ".", "1.5", "gradient_law,", "odd"] in rows
    assert "other.py:theirs: no law was tried in 8.0 s, seed 42" in text


def test_json_holds_everything() -> None:
    first, second = json.loads(to_json([OUTCOME, KILLED]))
    assert (first["exit_code"], first["seed"]) == (2, 42)
    assert first["results"][1]["example"] == CASE
    assert first["results"][1]["status"] == "failed"
    assert (second["error"], second["results"]) == ("ended after 8 s", [])


def test_junit_counts_and_explains() -> None:
    first, second = ET.fromstring(to_junit([OUTCOME, KILLED]))  # noqa: S314 - our own
    counts = {key: first.get(key) for key in ("tests", "failures", "errors", "skipped")}
    assert counts == {"tests": "4", "failures": "1", "errors": "1", "skipped": "1"}
    about = first.find("testcase/failure")
    assert about is not None
    assert "cause: twice too large" in (about.text or "")
    [case] = second
    assert case.find("error").get("message") == "ended after 8 s"  # type: ignore[union-attr]
