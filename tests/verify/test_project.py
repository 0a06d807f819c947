"""A new project passes its own tests, and nothing of the user's is overwritten."""

import subprocess
import sys
from pathlib import Path

import pytest

from nncore.verify.project import new_project


def test_a_new_project_passes(tmp_path: Path) -> None:
    directory = tmp_path / "my-network"
    written = new_project(directory)
    assert {path.name for path in written} >= {
        "README.md",
        "adapter.py",
        "laws.py",
        "noxfile.py",
        "pyproject.toml",
        "strategies.py",
        "test_contract.py",
    }
    assert 'name = "my-network"' in (directory / "pyproject.toml").read_text("utf-8")
    result = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=directory,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout
    assert "passed" in result.stdout


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("mine")
    with pytest.raises(FileExistsError, match="not an empty directory"):
        new_project(tmp_path, "name")
    with pytest.raises(FileExistsError, match="not an empty directory"):
        new_project(tmp_path / "kept", "name")
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


@pytest.mark.parametrize("name", ["", "9lives", "a b", "class", "a/b", "naïve", "a-", "a_"])
def test_names_that_pip_refuses(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="`name` must be"):
        new_project(tmp_path / "new", name)
    assert not (tmp_path / "new").exists()
