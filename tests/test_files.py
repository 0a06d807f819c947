"""Files that stand complete under their name or not at all."""

import os
from pathlib import Path

import pytest

from nncore import files
from nncore.files import replacing


def test_the_new_file_takes_the_place_of_the_old(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    with replacing(path) as file:
        file.write(b"new")
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


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
