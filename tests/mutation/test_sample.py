"""The tests notice slips in the code: a few of those that `nox -s mutation` plants."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1] / "tests"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="mutants are tried in forked children")
def test_the_tests_notice_a_sample_of_slips() -> None:
    """A twelfth of the slips in the kernels: none survives."""
    command = [sys.executable, "-m", "mutation", "kernels", "--sample", "0.08", "-j", "2"]
    environment = os.environ | {"PYTHONPATH": str(TESTS)}
    result = subprocess.run(  # noqa: S603 - our own command
        command, env=environment, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
