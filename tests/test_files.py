"""Files that stand complete under their name or not at all."""

import os
import re
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from nncore import files
from nncore.files import replacing, write_text


def test_the_new_file_takes_the_place_of_the_old(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    with replacing(path) as file:
        file.write(b"new")
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


def test_a_text_that_is_no_unicode_is_escaped(tmp_path: Path) -> None:
    write_text(tmp_path / "file", "Σ \ud800 \udcff\n")
    assert (tmp_path / "file").read_bytes() == "Σ \\ud800 \\udcff\n".encode()


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_after_an_error_the_old_file_stands_alone(tmp_path: Path, error: BaseException) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    with pytest.raises(type(error)), replacing(path) as file:  # noqa: PT012 - a block is judged
        file.write(b"ne")
        raise error
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_an_error_names_the_file_that_was_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "none" / "file"
    with pytest.raises(FileNotFoundError) as missing, replacing(path):
        raise AssertionError
    assert missing.value.filename == str(path)
    path = tmp_path / "file"
    with pytest.raises(OSError, match="No space left") as full, replacing(path):
        raise OSError(28, "No space left on device")
    assert full.value.filename == str(path)
    with pytest.raises(OSError, match="other") as other, replacing(path):
        raise OSError(5, "error", "other")
    assert other.value.filename == "other"
    (tmp_path / "file").touch()
    path = tmp_path / "link" / "none"
    (tmp_path / "link").symlink_to("file")
    with pytest.raises(NotADirectoryError) as no_folder, replacing(path):
        raise AssertionError
    assert no_folder.value.filename == str(path)


def test_contents_and_name_are_synced_in_this_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, seen = tmp_path / "file", []
    fsync = os.fsync

    def record(descriptor: int) -> None:
        is_directory = os.path.isdir(f"/proc/self/fd/{descriptor}")  # noqa: PTH112 - a descriptor
        seen.append((is_directory, path.exists()))
        assert is_directory or os.fstat(descriptor).st_size == len(b"new")
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", record)
    with replacing(path) as file:
        file.write(b"new")
    assert [exists for _, exists in seen] == [False, True]
    if Path("/proc/self/fd").exists():
        assert [is_directory for is_directory, _ in seen] == [False, True]


def test_no_descriptor_stays_open(tmp_path: Path) -> None:
    # The lowest number that is free is taken next.
    free = os.open(tmp_path, os.O_RDONLY)
    os.close(free)
    with replacing(tmp_path / "file") as file:
        file.write(b"new")
    again = os.open(tmp_path, os.O_RDONLY)
    os.close(again)
    assert again == free


def test_where_directories_cannot_be_opened_they_are_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[object] = []
    monkeypatch.setattr(os, "open", lambda *args: opened.append(args))
    monkeypatch.setattr(os, "name", "nt")
    files._sync_directory(tmp_path)
    assert opened == []


def test_a_link_keeps_leading_to_its_file(tmp_path: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_bytes(b"old")
    link.symlink_to(target)
    with replacing(link) as file:
        file.write(b"new")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"


def test_a_directory_is_not_replaced(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError, match="is a directory; name a file in it"):
        replacing(tmp_path).__enter__()


@contextmanager
def umask(mask: int) -> Iterator[None]:
    """Take these bits from the mode of every new file."""
    old = os.umask(mask)
    try:
        yield
    finally:
        os.umask(old)


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


posix = pytest.mark.skipif(sys.platform == "win32", reason="no modes, no pipes with a name")


@posix
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o444, 0o666, 0o755], ids=oct)
def test_the_new_file_has_the_mode_of_the_old(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    path.chmod(mode)
    with umask(0o022), replacing(path) as file:
        (temporary,) = tmp_path.glob(".*")
        assert mode_of(temporary) == mode  # before a byte is in it
        file.write(b"new")
    assert path.read_bytes() == b"new"
    assert mode_of(path) == mode


@posix
def test_nobody_else_may_open_a_private_file_while_it_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, made = tmp_path / "file", []
    path.write_bytes(b"old")
    path.chmod(0o600)
    chmod = Path.chmod

    def record(self: Path, mode: int) -> None:
        made.append(mode_of(self))
        chmod(self, mode)

    monkeypatch.setattr(Path, "chmod", record)
    with umask(0), replacing(path) as file:
        file.write(b"new")
    assert made == [0o600]


@posix
@pytest.mark.parametrize("mask", [0o022, 0o077])
def test_a_file_that_is_new_has_the_mode_of_any_other(tmp_path: Path, mask: int) -> None:
    with umask(mask):
        with replacing(tmp_path / "ours") as file:
            file.write(b"new")
        (tmp_path / "other").write_bytes(b"new")
    assert mode_of(tmp_path / "ours") == mode_of(tmp_path / "other") == 0o666 & ~mask


@posix
def test_a_mode_that_cannot_be_set_is_no_reason_to_lose_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError

    path = tmp_path / "file"
    path.write_bytes(b"old")
    monkeypatch.setattr(Path, "chmod", refuse)
    with replacing(path) as file:
        file.write(b"new")
    assert path.read_bytes() == b"new"


@posix
@pytest.mark.parametrize("through_a_link", [False, True])
def test_what_is_no_regular_file_is_not_replaced(tmp_path: Path, through_a_link: bool) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    if through_a_link:
        link = tmp_path / "link"
        link.symlink_to(path)
        path = link
    names = sorted(tmp_path.iterdir())
    with pytest.raises(OSError, match=r"is not a regular file; name another one$") as refused:
        replacing(path).__enter__()
    assert str(refused.value).startswith(repr(str(path)))
    assert sorted(tmp_path.iterdir()) == names
    assert stat.S_ISFIFO(path.stat().st_mode)


@posix
def test_a_device_is_not_replaced() -> None:
    with pytest.raises(OSError, match=r"^'/dev/null' is not a regular file; name another one$"):
        replacing(os.devnull).__enter__()


def test_a_long_name_is_a_name(tmp_path: Path) -> None:
    path = tmp_path / ("n" * 240)
    with replacing(path) as file:
        file.write(b"new")
    assert path.read_bytes() == b"new"


def test_what_a_killed_process_leaves_can_be_found(tmp_path: Path) -> None:
    with replacing(tmp_path / "file"):
        (made,) = tmp_path.iterdir()
        assert list(tmp_path.glob(files.TEMPORARY)) == [made]
        assert re.fullmatch(r"\.nncore-[0-9a-f]{16}\.tmp", made.name)
