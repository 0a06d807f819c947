"""IDX files: what is read, and that no damage passes."""

import gzip
import io
import struct
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pytest

from nncore.datasets import DataFileError, read_idx
from nncore.datasets.idx import _at_most

Array: TypeAlias = npt.NDArray[Any]

IMAGES = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
LABELS = np.array([7, 0, 9], dtype=np.uint8)


def idx(shape: tuple[int, ...], data: bytes) -> bytes:
    """Return an IDX file with this header and these data, whether or not they agree."""
    return struct.pack(f">4B{len(shape)}I", 0, 0, 8, len(shape), *shape) + data


def packed(array: Array) -> bytes:
    return idx(array.shape, array.tobytes())


def refused(path: Path, content: bytes, message: str) -> None:
    path.write_bytes(content)
    with pytest.raises(DataFileError, match=message) as caught:
        read_idx(path)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("array", [IMAGES, LABELS])
@pytest.mark.parametrize("compress", [bytes, gzip.compress])
def test_images_and_labels_are_read_plain_or_gzip(
    tmp_path: Path, array: Array, compress: Callable[[bytes], bytes]
) -> None:
    path = tmp_path / "whatever-its-name"
    path.write_bytes(compress(packed(array)))
    read = read_idx(path)
    np.testing.assert_array_equal(read, array)
    assert read.dtype == np.uint8
    np.testing.assert_array_equal(read_idx(str(path)), array)


def test_a_gzip_file_of_several_members_is_read_whole(tmp_path: Path) -> None:
    content = packed(IMAGES)
    path = tmp_path / "members.gz"
    path.write_bytes(gzip.compress(content[:20]) + gzip.compress(content[20:]))
    np.testing.assert_array_equal(read_idx(path), IMAGES)


def test_images_that_compress_a_thousandfold_are_read(tmp_path: Path) -> None:
    blank = np.zeros((1000, 28, 28), np.uint8)
    path = tmp_path / "blank.gz"
    path.write_bytes(gzip.compress(packed(blank)))
    assert path.stat().st_size * 900 < blank.size
    np.testing.assert_array_equal(read_idx(path), blank)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "starts with 0x00000803 .* got 0x$"),
        (b"\x00", "got 0x00$"),
        (b"PNG and more", "got 0x504e4720"),
        (b"\x00\x00\x0d\x03" + bytes(24), "got 0x00000d03"),
        (b"\x00\x00\x08\x02" + bytes(24), "got 0x00000802"),
        (idx((2, 3, 4), b"")[:-1], "header must have 16 bytes, got 15"),
        (idx((3,), b"")[:5], "header must have 8 bytes, got 5"),
        (idx((0, 28, 28), b""), r"at least 1, got \(0, 28, 28\)"),
        (idx((2, 3, 4), bytes(23)), "says 24 bytes of data, but the file holds only 23"),
        (idx((2, 3, 4), bytes(25)), "says 24 bytes of data, but the file holds more$"),
        (idx((3,), b""), "says 3 bytes of data, but the file holds only 0"),
    ],
)
@pytest.mark.parametrize("compress", [bytes, gzip.compress])
def test_a_wrong_header_or_count_is_refused(
    tmp_path: Path, content: bytes, message: str, compress: Callable[[bytes], bytes]
) -> None:
    refused(tmp_path / "bad", compress(content), message)


@pytest.mark.parametrize("compress", [bytes, gzip.compress])
def test_a_header_that_claims_a_petabyte_costs_no_memory(
    tmp_path: Path, compress: Callable[[bytes], bytes]
) -> None:
    claim = compress(idx((1 << 20, 1 << 15, 1 << 15), bytes(1000)))
    tracemalloc.start()
    try:
        refused(tmp_path / "huge", claim, "says 1125899906842624 bytes of data, more than")
        assert tracemalloc.get_traced_memory()[1] < 10 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(("compress", "most"), [(bytes, 1), (gzip.compress, 1032)])
def test_a_header_is_believed_up_to_what_the_file_can_hold(
    tmp_path: Path, compress: Callable[[bytes], bytes], most: int
) -> None:
    """Deflate shrinks 258 bytes to two bits at best: 1032 to one."""
    for excess, message in ((0, "holds only 3"), (1, "more than the file can hold")):
        claims = (
            compress(idx((size * most + excess,), b"abc"))
            for size in range(50)
            if len(compress(idx((size * most + excess,), b"abc"))) == size
        )
        refused(tmp_path / "edge", next(claims), message)


def test_data_are_read_in_pieces_and_no_further(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int | None] = []

    class Asked(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            asked.append(size)
            return super().read(size)

    monkeypatch.setattr("nncore.datasets.idx.CHUNK", 10)
    content = bytes(range(30))
    assert _at_most(Asked(content), 25) == content[:25]
    assert asked == [10, 10, 5]
    assert _at_most(Asked(content), 35) == content


def test_decompression_stops_one_byte_after_the_claimed_size(tmp_path: Path) -> None:
    bomb = gzip.compress(idx((3,), bytes(64 << 20)))
    tracemalloc.start()
    try:
        refused(tmp_path / "bomb", bomb, "says 3 bytes of data, but the file holds more")
        assert tracemalloc.get_traced_memory()[1] < 10 << 20
    finally:
        tracemalloc.stop()


def test_every_truncation_of_a_gzip_file_is_refused(tmp_path: Path) -> None:
    whole = gzip.compress(packed(IMAGES))
    for length in range(len(whole)):
        refused(tmp_path / "cut", whole[:length], "cut: ")


def test_every_damaged_byte_of_a_gzip_file_is_refused_or_changes_nothing(
    tmp_path: Path,
) -> None:
    # Only bytes of the gzip header that carry no meaning (time, system) may differ.
    whole, path = gzip.compress(packed(IMAGES), mtime=0), tmp_path / "damaged"
    survived = []
    for at in range(len(whole)):
        damaged = bytearray(whole)
        damaged[at] ^= 0xFF
        path.write_bytes(damaged)
        try:
            np.testing.assert_array_equal(read_idx(path), IMAGES)
            survived.append(at)
        except DataFileError as error:
            assert str(path) in str(error)  # noqa: PT017, both outcomes are allowed
    assert set(survived) <= {4, 5, 6, 7, 8, 9}


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda whole: whole[:-9], "gzip stream must be whole.*ended before"),
        (lambda whole: whole[:-1] + bytes([whole[-1] ^ 1]), "gzip stream.*Incorrect length"),
        (lambda whole: whole[:-5] + bytes([whole[-5] ^ 1]) + whole[-4:], "CRC check failed"),
        (lambda whole: whole + b"trailing", "gzip stream.*Not a gzipped file"),
        (lambda whole: whole[:12] + b"\xff" * 8 + whole[20:], "gzip stream.*Error -3"),
    ],
)
def test_damage_to_a_gzip_stream_is_told(
    tmp_path: Path, damage: Callable[[bytes], bytes], message: str
) -> None:
    refused(tmp_path / "damaged.gz", damage(gzip.compress(packed(IMAGES))), message)


def test_a_missing_file_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_idx(tmp_path / "absent")
