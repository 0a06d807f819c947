"""
The types arrive with the wheel: ``python tests/typing/wheel.py``.

The wheel is built and unpacked into an environment of its own, where `user` runs, where both
type checkers read it, and where every public name must have a type.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import sysconfig
import tempfile
import venv
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
USER = Path(__file__).with_name("user.py")
#: An operand of a wrong dimension leaves its result unknown: the first error is enough.
PYRIGHT = {
    "typeCheckingMode": "strict",
    "include": ["user.py"],
    "enableTypeIgnoreComments": False,
    "reportUnnecessaryTypeIgnoreComment": True,
    "reportUnknownMemberType": False,
    "reportUnknownVariableType": False,
}


def main() -> None:
    """Build, install and check."""
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        run(ROOT, "-m", "hatchling", "build", "-t", "wheel", "-d", folder)
        python = install(next(here.glob("*.whl")), here / "environment")
        program = here / "user.py"
        program.write_text(USER.read_text("utf-8"), "utf-8")

        printed = run(here, program.name, python=python)
        assert str(here / "environment") in printed, printed
        assert printed.endswith("(2, 4, 1) (5, 3)\n"), printed

        environment = f"--python-executable={python}"
        cache = f"--cache-dir={ROOT / 'build' / 'wheel'}"
        run(here, "-m", "mypy", "--strict", "--config-file=", environment, cache, program.name)
        (here / "pyrightconfig.json").write_text(json.dumps(PYRIGHT))
        run(here, "-m", "basedpyright", f"--pythonpath={python}")
        verify = ("--verifytypes", "nncore", "--ignoreexternal")
        report = run(here, "-m", "basedpyright", *verify, first=python.parent)
    score = re.search(r"^Type completeness score: (.*)$", report, re.MULTILINE)
    known = re.search(r"With known type: (\d+)", report)
    assert score, report
    assert known, report
    assert score[1] == "100%", report
    sys.stdout.write(f"{score[0]} of {known[1]} symbols\n")


def install(wheel: Path, environment: Path) -> Path:
    """Unpack the wheel into a new environment that sees our own numpy; return its Python."""
    builder = venv.EnvBuilder(symlinks=True)
    builder.create(environment)
    library = Path(sysconfig.get_path("purelib", vars={"base": str(environment)}))
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(library)
    # Read after the environment's own packages, and without the links that it contains.
    (library / "tools.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return Path(builder.ensure_directories(environment).env_exe)


def run(
    folder: Path, *arguments: str, python: Path | None = None, first: Path | None = None
) -> str:
    """Return what a program prints, with `first` on its path, or raise RuntimeError with it."""
    command = [str(python or sys.executable), *arguments]
    path = os.pathsep.join([*map(str, filter(None, [first])), os.environ.get("PATH", "")])
    result = subprocess.run(  # noqa: S603 - our own command
        command,
        cwd=folder,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        msg = f"{command}\n{result.stdout}{result.stderr}"
        raise RuntimeError(msg)
    return result.stdout


if __name__ == "__main__":
    main()
