"""
IDX, the file format of MNIST: big-endian sizes, then bytes; plain or gzip.

The format is described on the page that published MNIST (LeCun, Cortes and Burges, "The MNIST
database of handwritten digits"): two zero bytes, the code of the type (8: unsigned bytes), the
number of dimensions, each size as four bytes, the data with the last index running fastest.
"""

import gzip
import math
import os
import struct
import zlib
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from .dataset import DataFileError

__all__ = ["read_idx"]

GZIP_MAGIC = b"\x1f\x8b"
# The most that deflate can shrink: 258 bytes by two bits (RFC 1951).
MOST_COMPRESSION = 1032
CHUNK = 1 << 20
KINDS = {b"\0\0\x08\x01": 1, b"\0\0\x08\x03": 3}


def read_idx(path: str | os.PathLike[str]) -> NDArray[np.uint8]:
    """
    Read a file of images or of labels.

    Whether the file is compressed is told from its first bytes, not from its name. The sizes in
    the header are believed only as far as the file bears them out: memory grows with what the
    file holds, and reading stops one byte after the size that it claims.

    Parameters
    ----------
    path : str or path-like
        The file, plain or gzip.

    Returns
    -------
    ndarray of uint8
        Images of shape ``(examples, rows, columns)``, or labels of shape ``(examples,)``.

    Raises
    ------
    DataFileError
        When the file is not IDX with unsigned bytes in one or three dimensions, when a size is
        zero, when it holds fewer or more bytes than its header says, or when its compressed
        stream is cut off or damaged.
    OSError
        When the file cannot be opened or read.

    Examples
    --------
    >>> images = read_idx("train-images-idx3-ubyte.gz")  # doctest: +SKIP
    >>> images.shape  # doctest: +SKIP
    (60000, 28, 28)
    """
    path = Path(path)
    with path.open("rb") as file:
        compressed = file.read(2) == GZIP_MAGIC
        file.seek(0)
        room = os.fstat(file.fileno()).st_size
        if not compressed:
            return _read(file, path, room)
        with gzip.GzipFile(fileobj=file) as stream:
            try:
                # `gzip` reads as binary files do; the type stubs do not say so.
                return _read(cast("BinaryIO", stream), path, room * MOST_COMPRESSION)
            except (gzip.BadGzipFile, EOFError, zlib.error) as error:
                msg = f"{path}: the gzip stream must be whole, but it is damaged: {error}"
                raise DataFileError(msg) from error


def _read(stream: BinaryIO, path: Path, room: int) -> NDArray[np.uint8]:
    """Return the array in a stream that can hold at most `room` bytes."""
    shape = _shape(stream, path)
    claimed = math.prod(shape)
    if claimed > room:
        msg = f"{path}: the header says {claimed} bytes of data, more than the file can hold"
        raise DataFileError(msg)
    data = _at_most(stream, claimed + 1)
    if len(data) != claimed:
        found = f"only {len(data)}" if len(data) < claimed else "more"
        msg = f"{path}: the header says {claimed} bytes of data, but the file holds {found}"
        raise DataFileError(msg)
    return np.frombuffer(data, dtype=np.uint8).reshape(shape)


def _shape(stream: BinaryIO, path: Path) -> tuple[int, ...]:
    """Return the sizes in the header."""
    magic = stream.read(4)
    if magic not in KINDS:
        msg = (
            f"{path}: an IDX file of bytes starts with 0x00000803 (images) or 0x00000801 "
            f"(labels), got 0x{magic.hex()}"
        )
        raise DataFileError(msg)
    dimensions = KINDS[magic]
    header = stream.read(4 * dimensions)
    if len(header) < 4 * dimensions:
        msg = f"{path}: the header must have {4 + 4 * dimensions} bytes, got {4 + len(header)}"
        raise DataFileError(msg)
    shape: tuple[int, ...] = struct.unpack(f">{dimensions}I", header)
    if 0 in shape:
        msg = f"{path}: sizes must be at least 1, got {shape}"
        raise DataFileError(msg)
    return shape


def _at_most(stream: BinaryIO, size: int) -> bytearray:
    """Return the next `size` bytes, or all there are."""
    data = bytearray()
    while len(data) < size and (chunk := stream.read(min(CHUNK, size - len(data)))):
        data += chunk
    return data
