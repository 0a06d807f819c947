"""Files with damage in them: read as the same values, or refused with our own error."""

from __future__ import annotations

import gzip
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from nncore import ModelFileError, Network, load
from nncore.datasets.dataset import DataFileError
from nncore.datasets.idx import read_idx

__all__ = ["FORMATS", "Format", "fault", "network", "one_byte", "train", "truncations"]

X, LABELS = np.array([[0.0, 1.0], [1.0, 0.5]]), np.array([0, 1])
PIXELS = (np.arange(24, dtype=np.uint8) * 9).reshape(2, 3, 4)


def network(seed: int = 0) -> Network:
    """Return a small network."""
    return Network([2, 2, 1], rng=seed)


def bits(net: Network) -> str:
    """Return all that a network is, as text."""
    arrays = [*net.weights[1:], *net.biases[1:]]
    return repr((net.sizes, repr(net).split("rng=")[0], [a.tobytes() for a in arrays]))


def train(path: Path, seed: int = 0) -> None:
    """Write a checkpoint."""
    network(seed).fit(X, LABELS, epochs=1, checkpoint=path)


def resume(path: Path) -> str:
    """Return what a run that goes on from a checkpoint ends with."""
    net = network()
    history = net.fit(X, LABELS, epochs=2, resume=path)
    return bits(net) + repr(history)


def idx(path: Path) -> str:
    """Return the values of an IDX file."""
    array = read_idx(path)
    return repr((type(array), array.shape, array.tobytes()))


def _idx_bytes() -> bytes:
    """Return an IDX file of images."""
    return b"\0\0\x08\x03" + struct.pack(">3I", *PIXELS.shape) + PIXELS.tobytes()


class Format(NamedTuple):
    """How a kind of file is written and read, and the error that refuses it."""

    write: Callable[[Path], object]
    read: Callable[[Path], str]
    error: type[Exception]


FORMATS = {
    "model": Format(lambda p: network().save(p), lambda p: bits(load(p)), ModelFileError),
    "checkpoint": Format(train, resume, ModelFileError),
    "gzip": Format(
        lambda p: p.write_bytes(gzip.compress(_idx_bytes(), mtime=0)), idx, DataFileError
    ),
    "idx": Format(lambda p: p.write_bytes(_idx_bytes()), idx, DataFileError),
}


def one_byte(
    content: bytes, values: range = range(1, 256), places: range | None = None
) -> Iterator[tuple[str, bytes]]:
    """Yield the file with each byte, or those at some places, changed to each other value."""
    for i in range(len(content)) if places is None else places:
        byte = content[i]
        for value in values:
            changed = bytearray(content)
            changed[i] = byte ^ value
            yield f"byte {i} is {byte ^ value} instead of {byte}", bytes(changed)


def truncations(content: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield every shorter file that begins the same."""
    for size in range(len(content)):
        yield f"only {size} bytes", content[:size]


def fault(kind: Format, content: bytes, path: Path, values: str) -> str | None:
    """Return what is wrong with how damaged content is read, or None."""
    path.write_bytes(content)
    try:
        got = kind.read(path)
    except kind.error:
        return None
    except Exception as error:  # noqa: BLE001 - any other one is what we look for
        return f"raises {type(error).__name__}: {error}"
    return None if got == values else f"reads {got}"
