"""A target names an adapter, or one line says why it does not."""

import sys
from pathlib import Path

import pytest

from nncore.verify import AdapterError
from nncore.verify.target import find_adapter

SOURCE = """
from nncore.verify import Adapter
from beside import NAME
adapter = Adapter(make=list, forward="forward", name=NAME)
other = Adapter(make=list, forward="forward", name="other")
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory with a file that imports one beside it."""
    (tmp_path / "mine_to_verify.py").write_text(SOURCE)
    (tmp_path / "beside.py").write_text("NAME = 'mine'")
    (tmp_path / "broken_one.py").write_text("1 / 0")
    (tmp_path / "needs_more.py").write_text("import no_such_thing")
    (tmp_path / "without_any.py").write_text("adapter = 3")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    for name in ("mine_to_verify", "beside"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    return tmp_path


def test_files_and_modules(place: Path) -> None:
    assert find_adapter(str(place / "mine_to_verify.py")).name == "mine"
    assert find_adapter(f"{place / 'mine_to_verify.py'}:other").name == "other"
    assert find_adapter("mine_to_verify.py:").name == "mine"
    assert find_adapter("mine_to_verify:other").name == "other"
    assert find_adapter("mine_to_verify").name == "mine"


@pytest.mark.parametrize(
    ("target", "message"),
    [
        (
            "./mine_to_verify:adapter",
            "no module './mine.*'; for a file write ./mine_to_verify.py",
        ),
        ("", "there is no module ''; name a module or a file"),
        (":", "there is no module ''; name a module or a file"),
        ("a..b", "there is no module 'a..b'"),
        ("missing.py:adapter", "there is no file 'missing.py'"),
        ("missing_module:adapter", "there is no module or file 'missing_module'"),
        ("mine_to_verify.py:third", "no adapter named 'third'; it has adapter, other"),
        ("without_any.py", "no adapter named 'adapter'; it has none"),
        ("broken_one.py", "could not be imported: ZeroDivisionError"),
        ("needs_more.py", "could not be imported: No module named 'no_such_thing'"),
    ],
)
@pytest.mark.usefixtures("place")
def test_errors_say_what_is_wrong(target: str, message: str) -> None:
    with pytest.raises(AdapterError, match=message):
        find_adapter(target)
