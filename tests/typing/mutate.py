"""
Every shape slip in the mathematics is a type error: ``python tests/typing/mutate.py``.

The slips of `slips` stand beside the originals in a copy of the package under ``build/``. mypy
and basedpyright must both report an error on the lines that each slip changed, and nowhere
else: not in the originals, not in the rest of the package's mathematics.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

from slips import Slip, find_slips, planted

ROOT = Path(__file__).parents[2]
COPY = ROOT / "build" / "slips"
MODULES = ("kernels", "activations", "costs")
#: Fewer slips than these mean that the search is broken.
LEAST = 40
#: A place in the copy: the module and the line.
Place = tuple[str, int]
#: Rules that a slip could break for a reason other than its shape are off.
PYRIGHT = {
    "typeCheckingMode": "strict",
    "include": [f"nncore/{module}.py" for module in MODULES],
    "reportMissingTypeStubs": False,
    "reportPrivateUsage": False,
    "reportUnknownArgumentType": False,
    "reportUnknownMemberType": False,
    "reportUnknownVariableType": False,
    "reportUnusedVariable": False,
}


def main() -> int:
    """Plant every slip, run both checkers, print what they say; return 0 if all is caught."""
    shutil.rmtree(COPY / "nncore", ignore_errors=True)
    shutil.copytree(
        ROOT / "nncore", COPY / "nncore", ignore=shutil.ignore_patterns("__pycache__")
    )
    (COPY / "nncore" / "__init__.py").write_text("")  # the mathematics alone
    places = {slip: where for module in MODULES for slip, where in plant(module).items()}
    complaints: list[str] = []
    if len(places) < LEAST:
        complaints.append(f"only {len(places)} slips found: the search is broken")
    for checker, errors in (("mypy", run_mypy()), ("basedpyright", run_basedpyright())):
        missed = [slip for slip, place in places.items() if not errors & place]
        stray = sorted(errors - set[Place]().union(*places.values()))
        complaints += [f"{checker} misses {slip}" for slip in missed]
        complaints += [f"{checker}: error in clean code, {COPY} {place}" for place in stray]
        complaints.append(f"{checker}: caught {len(places) - len(missed)} of {len(places)}")
    sys.stdout.write("\n".join(complaints) + "\n")
    return 0 if len(complaints) == 2 else 1


def plant(module: str) -> dict[str, set[Place]]:
    """Write the slips of a module into the copy; return what each is and where it stands."""
    text = (ROOT / "nncore" / f"{module}.py").read_text("utf-8")
    slips: list[Slip] = find_slips(module, text)
    changed, lines = planted(text, slips)
    (COPY / "nncore" / f"{module}.py").write_text(changed, "utf-8")
    return {
        f"{module}.{slip.name}, {slip.title}": {(module, line) for line in where}
        for slip, where in zip(slips, lines, strict=True)
    }


def run_mypy() -> set[Place]:
    """Return where mypy reports an error."""
    files = [f"nncore/{module}.py" for module in MODULES]
    output = run("mypy", "--strict", "--config-file=", "--no-pretty", *files)
    errors = re.findall(r"^nncore/(\w+)\.py:(\d+): error: ", output, re.MULTILINE)
    return {(module, int(line)) for module, line in errors}


def run_basedpyright() -> set[Place]:
    """Return where basedpyright reports an error."""
    (COPY / "pyrightconfig.json").write_text(json.dumps(PYRIGHT))
    report = json.loads(run("basedpyright", "--outputjson"))
    return {
        (Path(error["file"]).stem, line + 1)
        for error in report["generalDiagnostics"]
        if error["severity"] == "error"
        for line in range(error["range"]["start"]["line"], error["range"]["end"]["line"] + 1)
    }


def run(module: str, *arguments: str) -> str:
    """Return what a checker prints about the copy."""
    command = [sys.executable, "-m", module, *arguments]
    result = subprocess.run(command, cwd=COPY, capture_output=True, text=True, check=False)  # noqa: S603 - our own command
    if result.returncode not in (0, 1) or result.stderr:
        raise RuntimeError(result.stdout + result.stderr)
    return result.stdout


if __name__ == "__main__":
    sys.exit(main())
