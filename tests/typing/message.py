"""
The README's mistake, and the message that mypy gives: ``python tests/typing/message.py``.

The section's program must run and pass mypy; with the change that the section shows it must
still run, as the section says, and mypy must print what the section prints.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path

ROOT = Path(__file__).parents[2]
SECTION = re.compile(r"^## Dimensions in the types\n(.*?)(?=^## |\Z)", re.DOTALL | re.MULTILINE)
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.DOTALL | re.MULTILINE)


def main() -> None:
    """Run the program and mypy, before and after the change."""
    section = SECTION.search((ROOT / "README.md").read_text("utf-8"))
    assert section, "README.md has no section on dimensions in the types"
    blocks = dict(BLOCK.findall(section[1]))
    removed, added = (line[1:] for line in blocks["diff"].splitlines())
    good = blocks["python"]
    assert good.count(removed) == 1, removed

    checked, printed = outcome(good)
    assert checked.startswith("Success"), checked
    assert printed, "the program prints nothing"
    checked, printed_by_mistake = outcome(good.replace(removed, added))
    assert checked.startswith(blocks["text"]), checked
    assert printed_by_mistake == printed, printed_by_mistake
    sys.stdout.write(blocks["text"])


def outcome(program: str) -> tuple[str, str]:
    """Return what mypy and the program itself print."""
    with tempfile.TemporaryDirectory() as folder:
        path, change = Path(folder, "kernel.py"), zlib.crc32(program.encode())
        path.write_text(program, "utf-8")
        # mypy takes a file of equal name, size and second of change for the same.
        os.utime(path, (change, change))
        cache = f"--cache-dir={ROOT / 'build' / 'message'}"
        checked = run(folder, "-m", "mypy", "--strict", "--config-file=", cache, "kernel.py")
        return checked, run(folder, "kernel.py")


def run(folder: str, *arguments: str) -> str:
    """Return what Python prints, errors included."""
    result = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, *arguments],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return result.stdout


if __name__ == "__main__":
    main()
