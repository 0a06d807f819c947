"""Pages stand alone, and nothing that a user wrote runs in them."""

import re

import pytest

from nncore.pages import render
from nncore.pages.page import colour
from nncore.verify import Result, Status
from nncore.verify.campaign import Outcome, Task
from nncore.verify.page import to_html

EVIL = "<script>alert(1)</script>"
FAILED = Result(
    "law_of_mine",
    "structure",
    f"A sentence with {EVIL}.",
    Status.FAILED,
    f"a message with {EVIL}",
    example=f"Case({EVIL})",
    cause=EVIL,
    where=f"{EVIL}:12",
    sizes=(1, 2, 1),
    batch=3,
    max_examples=25,
    seed=42,
    details={"arrays": [{"path": EVIL, "levels": [[0, 0.5], [1.0, None]]}]},
)
SKIPPED = Result("other", "gradient", "Another.", Status.SKIPPED, f"needs {EVIL}")
OUTCOMES = [
    Outcome(Task(f"a.py:{EVIL}", seed=42), [FAILED, SKIPPED], "", 1.5),
    Outcome(Task("killed.py:adapter", seed=42), [], "ended after 8 s", 8.0),
]


def test_what_users_wrote_is_escaped() -> None:
    page = to_html(OUTCOMES)
    assert EVIL not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert len(re.findall("<script>", page)) == 1


def test_only_the_pages_own_script_may_run_and_nothing_is_loaded() -> None:
    page = to_html(OUTCOMES)
    assert "default-src 'none'" in page
    assert re.search(r"script-src 'sha256-[\w+/]+=*'", page)
    assert not re.findall(r"""(?:src|href)=["']?(?:https?:)?//""", page)


def test_the_verdict_stands_at_the_top_and_failures_are_unfolded() -> None:
    page = to_html(OUTCOMES)
    assert page.index("Something could not be run") < page.index("law_of_mine")
    assert "<details open" in page
    assert "the smallest network: sizes 1, 2, 1" in page
    assert page.count("<rect") == 4
    assert "ended after 8 s" in page
    assert "Every law that could be tried holds" in to_html(OUTCOMES[:0])


def test_colours_tell_right_wrong_and_unknown_apart() -> None:
    assert len({colour(None), colour(0), colour(0.5), colour(1)}) == 4


def test_a_template_must_be_given_what_it_shows() -> None:
    with pytest.raises(Exception, match="undefined"):
        render("verify.html.jinja")
