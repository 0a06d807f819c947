"""The unit tests notice slips in the mathematics: a few of those of `nox -s mutation`."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
COMMAND = [sys.executable, "-m", "mutation", "-j", "2", "--stages", "1"]
ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT / "tests")}

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="mutants are tried in forked children"),
    pytest.mark.skipif(not (ROOT / "nncore").exists(), reason="the sources are not here"),
]


def test_no_slip_of_a_sample_survives() -> None:
    """A twentieth of the slips in kernels, activations, costs and backpropagation."""
    result = subprocess.run(  # noqa: S603 - our own command
        [*COMMAND, "--sample", "0.05"],
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr


def sources() -> dict[Path, str]:
    """What every file of the package holds."""
    files = sorted((ROOT / "nncore").rglob("*.py"))
    return {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_ctrl_c_leaves_every_file_as_it_was() -> None:
    before = sources()
    # A shell's background jobs ignore Ctrl-C, and hand that on.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # In a group of its own, which gets the signal whole, as from a terminal.
    with subprocess.Popen(  # noqa: S603 - our own command
        [*COMMAND, "kernels"],
        env=ENVIRONMENT,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as run:
        assert run.stderr is not None
        assert run.stderr.readline() == "42 mutants\n"
        # The tests run already, on the code as it is or with a slip in it.
        time.sleep(2)
        assert sources() == before
        os.killpg(run.pid, signal.SIGINT)
        told = run.stderr.read()
    # Python ends by the signal itself where that came in the midst of an `exec`.
    assert run.returncode in {130, -signal.SIGINT}, told
    assert "interrupted after" in told
    assert "Traceback" not in told
    assert sources() == before
    with pytest.raises(ProcessLookupError):
        os.killpg(run.pid, 0)
