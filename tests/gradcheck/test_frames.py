"""The user's line behind an error."""

from __future__ import annotations

import numpy as np
import pytest

from nncore.gradcheck import frames
from nncore.gradcheck.frames import is_users, line_of


def test_line_of_the_user_not_of_numpy() -> None:
    with pytest.raises(np.linalg.LinAlgError) as caught:
        np.linalg.inv(np.zeros((2, 2)))
    assert line_of(caught.value).startswith("test_frames.py:")


def test_no_line_for_code_from_nowhere() -> None:
    assert line_of(ValueError()) == ""


def test_frozen_and_typed_in_code() -> None:
    code = compile("1 / 0", "<stdin>", "exec")
    with pytest.raises(ZeroDivisionError) as caught:
        exec(code)  # noqa: S102 - code that has no file
    assert line_of(caught.value) == "<stdin>:1"


def test_installed_files_are_nobodys_wherever_they_are_installed() -> None:
    for folder in ("site-packages", "dist-packages"):
        assert not is_users(f"/srv/another/lib/{folder}/numerics/core.py")
    assert not is_users(np.__file__)
    assert not is_users("<frozen importlib>")
    assert not is_users("builtins")
    assert is_users("/srv/work/network.py")


def test_examples_of_networks_are_users_and_the_judge_is_not() -> None:
    assert is_users(f"{frames._EXAMPLES[0]}/network.py")
    assert not is_users(frames.__file__)
