"""The user's line behind an error."""

from __future__ import annotations

import numpy as np

from nncore.gradcheck.frames import line_of


def test_line_of_the_user_not_of_numpy() -> None:
    try:
        np.linalg.inv(np.zeros((2, 2)))
    except np.linalg.LinAlgError as error:
        assert line_of(error).startswith("test_frames.py:")


def test_no_line_for_code_from_nowhere() -> None:
    assert line_of(ValueError()) == ""


def test_frozen_and_typed_in_code() -> None:
    code = compile("1 / 0", "<stdin>", "exec")
    try:
        exec(code)  # noqa: S102 - code that has no file
    except ZeroDivisionError as error:
        assert line_of(error) == "<stdin>:1"
