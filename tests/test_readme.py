"""What the README shows is what happens."""

import doctest
import re
from pathlib import Path

import nncore

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"


def blocks(language: str) -> list[str]:
    return re.findall(
        rf"^```{language}\n(.*?)^```", README.read_text("utf-8"), re.DOTALL | re.MULTILINE
    )


def test_python_blocks_print_what_they_show() -> None:
    text = "\n".join(blocks("python"))
    test = doctest.DocTestParser().get_doctest(text, {}, "README", str(README), 0)
    assert test.examples
    result = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test)
    assert result.failed == 0


def test_files_that_are_named_exist() -> None:
    named = set(
        re.findall(r"`((?:nncore|tests|property_tests)/[\w/.]*)`", README.read_text("utf-8"))
    )
    # The package may be installed elsewhere.
    roots = ROOT, Path(nncore.__file__).parents[1]
    exist = {path for path in named for root in roots if (root / path).exists()}
    assert exist == named


def test_nox_sessions_that_are_named_exist() -> None:
    named = set(re.findall(r"nox -s (\w+)", README.read_text("utf-8")))
    sessions = (ROOT / "noxfile.py").read_text("utf-8")
    assert named <= set(re.findall(r"^def (\w+)\(session", sessions, re.MULTILINE))
