"""Files and saves that suffer damage, in a quick form; `nox -s damage` tries all of it."""

from __future__ import annotations

import os
import resource
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from .reading import FORMATS, bits, fault, network, one_byte, resume, train, truncations
from .saving import as_anybody, at_once, fails_at, in_child, killed_at, with_room

pytestmark = pytest.mark.skipif(os.name != "posix", reason="children are forked")
Save = Callable[[Path, int], object]
SAVES: dict[str, tuple[Save, Callable[[Path], str]]] = {
    "model": (lambda path, seed: network(seed).save(path), FORMATS["model"].read),
    "checkpoint": (train, lambda path: str(dict(np.load(path)))),
}


@pytest.mark.parametrize("kind", SAVES)
def test_a_kill_at_any_operation_leaves_the_old_file_or_the_new(
    kind: str, tmp_path: Path
) -> None:
    save, read = SAVES[kind]
    path = tmp_path / "file.npz"
    save(path, 1)
    new, count = read(path), 1
    save(path, 0)
    old, seen = read(path), []
    while killed_at(count, partial(save, path, 1)):
        seen.append(read(path))
        count += 1
        save(path, 0)
    assert set(seen) == {old, new}
    # Once new, it stays new: the rename is the one moment.
    assert seen == sorted(seen, key=[old, new].index)
    assert len(seen) > 10


@pytest.mark.parametrize("kind", SAVES)
def test_a_disk_that_is_full_at_any_operation_is_told(kind: str, tmp_path: Path) -> None:
    save, read = SAVES[kind]
    path = tmp_path / "file.npz"
    save(path, 1)
    new, count = read(path), 1
    save(path, 0)
    old, seen = read(path), []
    while fails_at(count, partial(save, path, 1)):
        seen.append(read(path))
        assert list(tmp_path.iterdir()) == [path], f"operation {count} leaves a file behind"
        count += 1
        save(path, 0)
    assert seen == sorted(seen, key=[old, new].index)
    # Whose name could not be synced stands there all the same.
    assert seen[0] == old
    assert len(seen) > 10


@pytest.mark.parametrize("room", [0, 1, 100, 1000, 1500])
def test_a_full_disk_leaves_the_old_file_alone(room: int, tmp_path: Path) -> None:
    path = tmp_path / "net.npz"
    network(0).save(path)
    assert path.stat().st_size > 1500
    assert with_room(room, lambda: network(1).save(path))
    assert bits_of(path) == bits(network(0))
    assert list(tmp_path.iterdir()) == [path]
    assert not with_room(10**6, lambda: network(1).save(path))
    assert bits_of(path) == bits(network(1))


def test_a_directory_without_rights_keeps_its_file() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "net.npz"
        network(0).save(path)
        Path(folder).chmod(0o555)
        try:
            assert as_anybody(lambda: network(1).save(path))
        finally:
            Path(folder).chmod(0o755)
        assert bits_of(path) == bits(network(0))
        assert list(Path(folder).iterdir()) == [path]


def test_of_saves_at_once_one_wins(tmp_path: Path) -> None:
    path = tmp_path / "net.npz"
    nets = [network(seed) for seed in range(4)]
    at_once([partial(net.save, path) for net in nets], path)
    assert bits_of(path) in {bits(net) for net in nets}
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("kind", FORMATS)
def test_damaged_files_are_refused_or_the_same(kind: str, tmp_path: Path) -> None:
    """One changed bit of each byte in turn, and truncations; memory is bounded."""
    path = tmp_path / "file"
    chosen = FORMATS[kind]
    chosen.write(path)
    content, values = path.read_bytes(), chosen.read(path)
    # The pixels of a plain file carry no check.
    damages = list(one_byte(content[:16] if kind == "idx" else content, range(128, 129)))
    damages = [(what, new + content[len(new) :]) for what, new in damages]
    step = 1 if len(content) < 200 else 7
    damages = damages[::step] + list(truncations(content))[::step]
    report = tmp_path / "faults"

    def read_all() -> None:
        used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + 2**28, used + 2**28))
        faults = [(what, fault(chosen, new, path, values)) for what, new in damages]
        report.write_text("\n".join(f"{what}: {wrong}" for what, wrong in faults if wrong))

    assert in_child(read_all) == 0
    assert report.read_text() == ""


def test_a_fault_is_told() -> None:
    kind = FORMATS["idx"]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        kind.write(path)
        content, values = path.read_bytes(), kind.read(path)
        assert fault(kind, content, path, values) is None
        assert "reads" in str(fault(kind, content[:-1] + b"x", path, values))
        assert fault(kind, content[:-1], path, values) is None
        blind = kind._replace(error=KeyError)
        assert "raises DataFileError" in str(fault(blind, content[:-1], path, values))


def test_a_resumed_run_is_read(tmp_path: Path) -> None:
    train(tmp_path / "run.npz")
    assert resume(tmp_path / "run.npz") == resume(tmp_path / "run.npz")


def bits_of(path: Path) -> str:
    """What the model file holds."""
    return FORMATS["model"].read(path)
