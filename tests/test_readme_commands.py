"""The commands that the README shows run, in a folder with the files that it shows."""

import re
from pathlib import Path

import pytest
from test_readme import ROOT, blocks
from test_readme_adapters import BLOCKS

from nncore import cli

LINES = [line.split("#")[0].strip() for text in blocks("shell") for line in text.splitlines()]
COMMANDS = [part.strip() for line in LINES for part in line.split("&&")]
OURS = [command for command in COMMANDS if command.startswith("nncore ")]
#: The classes that the adapters of the README import, as files.
CLASSES = {
    "network.py": "from verify.implementations import Book as Network\n",
    "mine.py": "from test_readme_adapters import OWN\n\nNet = OWN['mine']['Net']\n",
}
WRITTEN = {
    "nncore train": ["digits.npz"],
    "nncore verify nielsen.py:adapter --report out.html": ["out.html"],
    "nncore verify a.py b.py c.py -j 2": [],
    "nncore new my-network": ["my-network/noxfile.py", "my-network/pyproject.toml"],
}


@pytest.mark.parametrize("command", WRITTEN)
def test_commands_of_ours_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    files = CLASSES | {"nielsen.py": BLOCKS["nielsen.py"]}
    files |= dict.fromkeys(("a.py", "b.py", "c.py"), BLOCKS["article.py"])
    for name, text in files.items():
        (tmp_path / name).write_text(text, "utf-8")
    few = ["-n", "1", "--only", "structure"] if " verify " in command else []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "tests"))  # for the processes of `verify`
    assert cli.main([*command.split()[1:], *few]) == 0
    assert [name for name in WRITTEN[command] if not (tmp_path / name).exists()] == []


def test_each_command_of_ours_is_run() -> None:
    assert list(WRITTEN) == OURS


def test_the_other_commands_are_those_of_the_test_run() -> None:
    others = [command for command in COMMANDS if command not in OURS]
    assert others == [
        'python -m pip install ".[all]"',
        "python -m pip install nox",
        "python -m nox",
    ]
    script = (ROOT / ".ci" / "run").read_text("utf-8")
    assert re.search(r"^python -m pip install .*nox$", script, re.MULTILINE)
    # Coverage costs too much time to be in the list that runs by default.
    assert script.splitlines()[-2:] == ["python -m nox", "python -m nox -s coverage"]
    # Every session of tests installs the package with all its extras.
    assert '"-e", ".[all]"' in (ROOT / "noxfile.py").read_text("utf-8")
