import os
import sys
import tempfile
from pathlib import Path

import pytest

from nncore.extras import MissingExtraError
from nncore.outputs import check_apart, check_picture, check_writable


def test_a_file_that_can_be_written_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "digits.npz"
    check_writable(path)
    assert list(tmp_path.iterdir()) == []
    path.write_bytes(b"an older network")
    check_writable(path)
    assert path.read_bytes() == b"an older network"


def test_a_directory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError, match="is a directory; name a file in it"):
        check_writable(tmp_path)


@pytest.mark.skipif(os.name != "posix", reason="there are no pipes with names")
def test_what_is_no_regular_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path(os.devnull)):
        with pytest.raises(OSError, match="is not a regular file; name another one"):
            check_writable(path)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere descriptors have no names")
def test_a_pipe_without_a_name_is_refused() -> None:
    ours, theirs = os.pipe()
    with pytest.raises(OSError, match="is not a regular file; name another one"):
        check_writable(Path(f"/dev/fd/{theirs}"))
    os.close(ours)
    os.close(theirs)


def test_a_file_that_may_only_be_read_can_be_replaced(tmp_path: Path) -> None:
    path = tmp_path / "digits.npz"
    path.touch(0o444)
    check_writable(path)


def test_the_folder_is_that_where_links_lead(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "absent" / "digits.npz")
    with pytest.raises(OSError, match=r"^cannot write .*link: No such file or directory$"):
        check_writable(tmp_path / "link")


def test_one_file_under_two_names_is_refused(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "file")
    link, file = tmp_path / "link", tmp_path / "file"
    with pytest.raises(ValueError, match=r"`-o` and `--plot` are the same file, .*: give each"):
        check_apart({"-o": link, "--report": None, "--plot": file})
    with pytest.raises(ValueError, match="`mine:adapter` and `-o` are the same file"):
        check_apart({"-o": file}, [("mine:adapter", link)])
    check_apart({"-o": file, "--plot": tmp_path / "other", "--report": None})


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
