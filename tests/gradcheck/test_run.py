"""Where the user's line is, when there is none."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from nncore.gradcheck import run

if TYPE_CHECKING:
    import pytest


def test_no_line_where_no_code_is_the_users(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "is_users", lambda _: False)
    assert run.user_line() == ""
    assert str(run.Run.defeated(_bare_run(), "reason")) == "reason"


def test_the_users_line_is_the_innermost() -> None:
    here = sys._getframe().f_lineno + 1
    assert run.user_line() == f"test_run.py:{here}"


def test_constants_have_the_line_where_they_were_met_first() -> None:
    bare = _bare_run()
    bare.met = [([0.5, 2.0], "a.py:1"), ([], "a.py:2"), ([2.0, 3.0], "a.py:3")]
    assert bare.constants() == {0.5, 2.0, 3.0}
    assert bare.constants({id(bare.met[0][0])}) == {2.0, 3.0}
    assert bare.lines({2.0, 3.0, 4.0}) == {2.0: "a.py:1", 3.0: "a.py:3"}
    assert bare.lines(set()) == {}


def _bare_run() -> run.Run:
    """A run that is not under way."""
    from nncore.gradcheck.enclosures import Settings  # noqa: PLC0415 - for this test alone

    return Settings(64).run()
