"""The same seed gives the same bits, in this process and in others."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import reproducibility
from reproducibility import RUNS, digest, digests

SCRIPT = Path(reproducibility.__file__)


def test_a_second_run_gives_the_same_bits() -> None:
    assert digests() == digests()


@pytest.mark.parametrize(
    "environment",
    [
        {"PYTHONHASHSEED": "1"},
        {"PYTHONHASHSEED": "2", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
        {"OPENBLAS_NUM_THREADS": "2", "OMP_NUM_THREADS": "2", "MKL_NUM_THREADS": "2"},
    ],
)
def test_another_process_gives_the_same_bits(environment: dict[str, str]) -> None:
    ran = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, str(SCRIPT)],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    *lines, last = ran.stdout.splitlines()
    found = digests()
    assert lines[2:] == [f"{value[:16]}  {name}" for name, value in found.items()]
    assert last == digest(found)


def test_another_seed_gives_other_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    before = digests()
    name = "leaky_relu, own shuffling"
    run = RUNS[name]
    monkeypatch.setitem(RUNS, name, run._replace(fit={**run.fit, "rng": 8}))
    after = digests()
    assert {n for n in before if before[n] != after[n]} == {name}
    assert digest(before) != digest(after)
