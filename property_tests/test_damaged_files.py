"""Whatever bytes a file holds, it is read as it was written or refused with our own error."""

from __future__ import annotations

import io
import tempfile
import zipfile
from functools import cache
from pathlib import Path

import pytest
from damage.reading import FORMATS, Format, fault
from hypothesis import example, given
from hypothesis import strategies as st

from nncore import ModelFileError, load

#: What files begin with, so that readers come further than to the first bytes.
BEGINNINGS = [
    b"", b"PK\x03\x04", b"PK\x05\x06", b"\x93NUMPY\x01\x00", b"\x1f\x8b\x08\0\0\0\0\0\0\xff",
    b"\0\0\x08\x01", b"\0\0\x08\x03\0\0\0\x01",
]  # fmt: skip
#: A petabyte and more, and what is no size at all.
SIZES = st.integers(-2, 4) | st.integers(2**40, 2**63) | st.booleans()
DTYPES = st.sampled_from(["<f8", "<f4", "|O", "<U4", "<i8", ">f8", "|V8", "\\d", ""]) | st.text(
    max_size=8
)


@cache
def written(kind: Format) -> tuple[bytes, str]:
    """Return a whole file, and what is read from it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "file")
        kind.write(path)
        return path.read_bytes(), kind.read(path)


def fault_of(kind: Format, content: bytes, values: str) -> str | None:
    """Return what is wrong with how bytes are read, or None."""
    with tempfile.TemporaryDirectory() as folder:
        return fault(kind, content, Path(folder, "file"), values)


@pytest.mark.parametrize("name", FORMATS)
@given(beginning=st.sampled_from(BEGINNINGS), rest=st.binary(max_size=200))
def test_any_bytes_are_refused_with_our_own_error(
    name: str, beginning: bytes, rest: bytes
) -> None:
    """Of a plain IDX file some bytes are images; then those are read."""
    found = fault_of(FORMATS[name], beginning + rest, "")
    is_image = name in {"idx", "gzip"} and str(found).startswith("reads")
    assert found is None or is_image


@pytest.mark.parametrize("name", [name for name in FORMATS if name != "idx"])
@given(data=st.data())
def test_edits_of_a_file_are_refused_or_change_nothing(name: str, data: st.DataObject) -> None:
    """Any stretch replaced by any other, several times: checksums stand for every value."""
    content, values = written(FORMATS[name])
    edited = bytearray(content)
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(edited)))
        stop = data.draw(st.integers(start, min(len(edited), start + 20)))
        edited[start:stop] = data.draw(st.binary(max_size=20))
    assert fault_of(FORMATS[name], bytes(edited), values) is None


@st.composite
def arrays(draw: st.DrawFn) -> bytes:
    """Draw an array file whose header says anything, and whose data are any bytes."""
    shape = tuple(draw(st.lists(SIZES, max_size=3)))
    entries = {"descr": draw(DTYPES), "fortran_order": draw(st.booleans()), "shape": shape}
    header = draw(st.sampled_from([repr(entries), str(shape), "[" * 5000, "\0"])).encode()
    data = draw(st.binary(max_size=64))
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + data


@given(name=st.sampled_from(["sizes", "hidden", "l2", "w1", "b2"]), array=arrays())
@example("w1", b"\x93NUMPY\x01\x00\xff\xff{'descr': '<f8'")
def test_an_entry_of_a_model_may_say_anything(name: str, array: bytes) -> None:
    """With right checksums, so that only the reader stands between the header and memory."""
    content, _ = written(FORMATS["model"])
    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(changed, "w") as new:
        for entry in old.namelist():
            new.writestr(entry, array if entry == f"{name}.npy" else old.read(entry))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "file")
        path.write_bytes(changed.getvalue())
        try:
            net = load(path)
        except ModelFileError as error:
            assert str(path) in str(error)  # noqa: PT017 - refusing is one of two good ends
        else:
            assert net.sizes == (2, 2, 1)
