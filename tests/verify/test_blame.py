"""What was raised is said with the user's own line."""

from __future__ import annotations

import json

import numpy as np

from nncore.verify.access import AdapterError
from nncore.verify.blame import said, users_line
from nncore.verify.case import Parameters


def raised(function: object) -> BaseException:
    try:
        function()  # type: ignore[operator]
    except BaseException as error:  # noqa: BLE001
        return error
    raise AssertionError


def test_the_last_line_of_the_user_is_found_under_libraries() -> None:
    def users() -> None:
        json.loads("{")

    def through_ours() -> None:
        Parameters([1, 1], [[], [[1, 2]]], [[], [1]])

    for function in (users, through_ours):
        error = raised(function)
        line = users_line(error)
        assert line.startswith(__file__ if function is through_ours else "")
        assert __file__ in users_line(raised(through_ours))


def test_the_message_has_the_code() -> None:
    def users() -> None:
        np.dot(np.ones(2), np.ones(3))

    assert "raised by `np.dot(np.ones(2), np.ones(3))`" in said(raised(users))
    assert said(raised(users)).startswith("ValueError: ")


def test_assertions_speak_for_themselves() -> None:
    assert said(AssertionError("it is 2")) == "it is 2"
    assert said(AdapterError("give cost")) == "give cost"


def test_what_says_nothing_is_named() -> None:
    assert said(KeyError()) == "KeyError"
    assert users_line(KeyError()) == ""


def test_bare_assertions_show_their_code() -> None:
    def users() -> None:
        exec("assert 1 == 2")  # noqa: S102

    assert (
        said(raised(users)) == 'AssertionError, raised by `exec("assert 1 == 2")  # noqa: S102`'
    )
