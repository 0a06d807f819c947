import sys
import tempfile
from pathlib import Path

import pytest

from nncore.extras import MissingExtraError
from nncore.outputs import check_picture, check_writable


def test_a_file_that_can_be_written_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "digits.npz"
    check_writable(path)
    assert list(tmp_path.iterdir()) == []
    path.write_bytes(b"an older network")
    check_writable(path)
    assert path.read_bytes() == b"an older network"


def test_a_directory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError, match="it is a directory, name a file in it"):
        check_writable(tmp_path)


def test_a_missing_directory_is_told(tmp_path: Path) -> None:
    expected = r"^cannot write .*absent.digits\.npz: No such file or directory$"
    with pytest.raises(OSError, match=expected):
        check_writable(tmp_path / "absent" / "digits.npz")


def test_a_forbidden_directory_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Simulated, as nothing is forbidden to the superuser.
    def forbidden(*, dir: Path) -> None:  # noqa: A002 - as tempfile calls it
        raise PermissionError(13, "Permission denied", str(dir / "tmpabc"))

    monkeypatch.setattr(tempfile, "TemporaryFile", forbidden)
    with pytest.raises(OSError, match=r"^cannot write .*digits\.npz: Permission denied$"):
        check_writable(tmp_path / "digits.npz")


def test_formats_of_pictures_are_those_of_matplotlib(tmp_path: Path) -> None:
    for name in ("curves.png", "curves.SVG", "curves.pdf"):
        check_picture(tmp_path / name)
    for name in ("curves.xyz", "curves"):
        with pytest.raises(ValueError, match=r"must end in one of .*\.pdf, .*\.png"):
            check_picture(tmp_path / name)
    with pytest.raises(OSError, match="No such file"):
        check_picture(tmp_path / "absent" / "curves.png")


def test_without_matplotlib_one_line_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(MissingExtraError, match=r'pip install "nncore\[train\]"$'):
        check_picture(tmp_path / "curves.png")
