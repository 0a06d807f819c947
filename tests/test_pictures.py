"""The pictures of the README are those that the package draws."""

import re
from pathlib import Path

import pytest

pytest.importorskip("flint", reason="python-flint is not installed")
from pictures import PICTURES, draw

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / ".pictures"


def words(picture: Path) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]+)</text>", picture.read_text("utf-8"))


def curves(picture: Path) -> list[list[float]]:
    """Return the coordinates of every path that is longer than a tick."""
    paths = re.findall(r'<path d="([^"]+)" clip-path', picture.read_text("utf-8"))
    return [[float(x) for x in re.findall(r"-?\d+\.?\d*", path)] for path in paths]


def test_pictures_are_what_is_drawn_today(tmp_path: Path) -> None:
    draw(tmp_path)
    for name in PICTURES:
        kept, drawn = FOLDER / f"{name}.svg", tmp_path / f"{name}.svg"
        assert words(kept) == words(drawn), name
        assert len(curves(kept)) == len(curves(drawn)), name


def test_the_readme_shows_the_pictures() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    shown = re.findall(r"!\[[^\]]+\]\(\.pictures/(\w+)\.svg\)", readme)
    assert shown == list(PICTURES)
    assert {path.stem for path in FOLDER.iterdir()} == set(PICTURES)


def test_the_certified_answer_lies_below_every_difference() -> None:
    texts = words(FOLDER / "steps.svg")
    [certified] = [text for text in texts if text.startswith("certified: at most")]
    assert float(certified.split()[3].rstrip(",")) < 1e-30
