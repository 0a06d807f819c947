"""The kit is imported when it is asked for, and says what it needs."""

from __future__ import annotations

import subprocess
import sys

import pytest

from nncore import verify
from nncore.extras import MissingExtraError


def loaded(code: str) -> set[str]:
    told = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", f"import sys; {code}; print(*sys.modules)"],
        check=True,
        capture_output=True,
        text=True,
    )
    return set(told.stdout.split())


def test_pytest_in_other_projects_does_not_wait_for_the_kit() -> None:
    modules = loaded("import nncore.verify.plugin")
    assert not {"hypothesis", "pytest", "flint", "jinja2", "nncore.verify.runner"} & modules


def test_every_name_is_there() -> None:
    assert {name for name in verify.__all__ if not hasattr(verify, name)} == set()
    assert verify.CHECKS["list_lengths"].group == "structure"


def test_other_names_are_not() -> None:
    with pytest.raises(AttributeError, match=r"'nncore.verify' has no attribute 'nothing'"):
        _ = verify.nothing


def test_the_extra_is_named_where_a_package_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("nncore.verify.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "hypothesis", None)
    with pytest.raises(MissingExtraError, match=r"hypothesis is not installed: pip install"):
        verify.__getattr__("verify")
