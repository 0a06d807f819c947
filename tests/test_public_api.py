"""What can be imported is what is promised, and importing it is cheap."""

import importlib
import pkgutil
import subprocess
import sys
from typing import TypeVar

import pytest

import nncore

MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(nncore.__path__, "nncore.")
    if module.name != "nncore.__main__"
)


@pytest.mark.parametrize("name", ["nncore", *MODULES])
def test_all_is_complete_and_exact(name: str) -> None:
    module = importlib.import_module(name)
    defined = {
        key
        for key, value in vars(module).items()
        if not key.startswith("_")
        and not isinstance(value, TypeVar)
        and getattr(value, "__module__", None) == name
    }
    exported = set(module.__all__)
    if name.startswith(("nncore.gradcheck.", "nncore.verify.")):
        # Their modules are plumbing: what is public stands in the package, and laws, faults and
        # correct networks enter themselves into lists.
        defined &= exported
    assert {key for key in exported if not hasattr(module, key)} == set(), "promised, missing"
    assert defined - exported == set(), "public, not promised"


#: Of the standard library: needed by files, downloads and notebooks, and slow to import.
SLOW_TO_IMPORT = {
    "decimal", "fractions", "html", "http", "json", "pathlib", "shutil", "tempfile", "urllib",
    "zipfile",
}  # fmt: skip
#: Of the package: what `import nncore` leaves for the first call.
LATER = {"checkpoints", "datasets", "files", "gradcheck", "persistence", "plots", "verify"}


def test_import_brings_numpy_and_nothing_slow() -> None:
    code = (
        "import sys, numpy; before = set(sys.modules); import nncore; "
        "print(*sorted(set(sys.modules) - before))"
    )
    result = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    )
    added = result.stdout.split()
    tops = {name.partition(".")[0] for name in added}
    assert tops - set(sys.stdlib_module_names) <= {"nncore", "numpy"}
    assert tops & SLOW_TO_IMPORT == set()
    assert {f"nncore.{name}" for name in LATER} & set(added) == set()


def test_what_is_imported_later_is_there_all_the_same() -> None:
    assert set(nncore.LATER) < set(nncore.__all__) <= set(dir(nncore))
    for name in nncore.LATER:
        assert getattr(nncore, name).__name__ == name
    with pytest.raises(AttributeError, match="has no attribute 'Netwrok'"):
        nncore.Netwrok  # noqa: B018 - is asked for
