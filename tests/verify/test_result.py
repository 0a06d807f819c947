"""A result is plain data that reads well."""

from __future__ import annotations

import pickle

from nncore.verify import Result, Status

FAILED = Result(
    "a_law",
    "mine",
    "It holds.",
    Status.FAILED,
    "first\nsecond",
    example="Case(...)",
    cause="a factor of 2",
    where="net.py:3",
    sizes=(1, 2, 1),
    batch=4,
    max_examples=25,
    seed=7,
)


def test_a_failure_reads_from_the_law_to_its_reproduction() -> None:
    assert str(FAILED).splitlines() == [
        "FAILED a_law",
        "  law: It holds.",
        "  smallest: sizes [1, 2, 1], a batch of 4",
        "  first",
        "  second",
        "  cause: a factor of 2",
        "  where: net.py:3",
        '  reproduce: replay(adapter, "a_law", Case(...))',
        '             verify(adapter, only=["a_law"], max_examples=25, seed=7)',
    ]


def test_what_passed_is_short() -> None:
    assert (
        str(Result("a_law", "mine", "It holds.", Status.PASSED))
        == "PASSED a_law\n  law: It holds."
    )


def test_results_can_be_sent() -> None:
    assert pickle.loads(pickle.dumps(FAILED)) == FAILED  # noqa: S301 - our own


def test_what_is_good() -> None:
    assert [status.value for status in Status if not status.is_good] == ["failed", "error"]
