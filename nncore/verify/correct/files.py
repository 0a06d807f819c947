"""Files in formats of their own, which give back every bit and take no damage."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np

from ..catalogue import correct
from ..plain import Array, Plain

__all__: list[str] = []


class Filed(Plain):
    """A network that is written as one vector of bytes."""

    def vector(self) -> Array:
        """Return all parameters."""
        arrays: Iterable[Any] = (*self.weights[1:], *self.biases[1:])
        return np.concatenate([array.ravel() for array in arrays])

    def take(self, vector: Array) -> None:
        """Read all parameters; sizes and digest have been compared."""
        for array in (*self.weights[1:], *self.biases[1:]):
            array.flat, vector = vector[: array.size], vector[array.size :]


@correct()
class Checksummed(Filed):
    """Bare floats after their sizes, and a SHA-256 of both."""

    def save(self, path: str) -> None:
        body = json.dumps(self.sizes).encode() + b"\n" + self.vector().tobytes()
        Path(path).write_bytes(hashlib.sha256(body).digest() + body)

    def load(self, path: str) -> None:
        digest, body = Path(path).read_bytes()[:32], Path(path).read_bytes()[32:]
        if hashlib.sha256(body).digest() != digest:
            msg = f"{path} is damaged"
            raise ValueError(msg)
        sizes, _, numbers = body.partition(b"\n")
        if json.loads(sizes) != self.sizes:
            msg = f"{path} holds sizes {sizes!r}"
            raise ValueError(msg)
        self.take(np.frombuffer(numbers))


@correct()
class HexadecimalText(Filed):
    """Text: one hexadecimal float in a line, and a digest at the end."""

    def save(self, path: str) -> None:
        lines = [str(self.sizes), *(float(number).hex() for number in self.vector())]
        text = "\n".join(lines)
        digest = hashlib.sha256(text.encode()).hexdigest()
        Path(path).write_text(f"{text}\n{digest}", "ascii")

    def load(self, path: str) -> None:
        text, _, digest = Path(path).read_text("ascii").rpartition("\n")
        sizes, *numbers = text.split("\n")
        if hashlib.sha256(text.encode()).hexdigest() != digest or sizes != str(self.sizes):
            msg = f"{path} is damaged, or of another network"
            raise ValueError(msg)
        self.take(np.array([float.fromhex(number) for number in numbers]))


@correct()
class MemoryMapped(Filed):
    """A memory-mapped file whose last 32 bytes are a digest."""

    def save(self, path: str) -> None:
        body = np.concatenate([self.sizes, self.vector()]).astype("<f8")
        digest = np.frombuffer(hashlib.sha256(body.tobytes()).digest(), "<f8")
        mapped = np.memmap(path, "<f8", "w+", shape=body.size + 4)
        mapped[:-4], mapped[-4:] = body, digest
        mapped.flush()

    def load(self, path: str) -> None:
        read = np.fromfile(path, np.uint8)
        body, digest = read[:-32].tobytes(), read[-32:].tobytes()
        if hashlib.sha256(body).digest() != digest:
            msg = f"{path} is damaged"
            raise ValueError(msg)
        numbers, count = np.frombuffer(body, "<f8"), len(self.sizes)
        if numbers[:count].tolist() != self.sizes:
            msg = f"{path} holds a network of other sizes"
            raise ValueError(msg)
        self.take(numbers[count:])


@correct()
class NewNetworkFromFile(Plain):
    """Loading returns a new network and leaves the old one alone."""

    def load(self, path: str) -> Plain:
        new = type(self)(self.sizes)
        super(NewNetworkFromFile, new).load(path)
        return new


@correct()
class SizesFromFile(Plain):
    """Loading makes it the network that was saved, of whatever sizes."""

    def load(self, path: str) -> None:
        with np.load(path, allow_pickle=False) as file:
            arrays = [file[f"arr_{i}"] for i in range(len(file.files))]
        weights, biases = arrays[: len(arrays) // 2], arrays[len(arrays) // 2 :]
        self.sizes: list[int] = [weights[0].shape[1], *map(len, biases)]
        self.weights: list[Array] = [np.empty((self.sizes[0], 0)), *weights]
        self.biases: list[Array] = [np.empty(0), *biases]


@correct()
class Database(Filed):
    """A database with one row, and a digest beside the numbers."""

    def save(self, path: str) -> None:
        body = self.vector().tobytes()
        row = (json.dumps(self.sizes), body, hashlib.sha256(body).hexdigest())
        Path(path).unlink(missing_ok=True)
        with closing(sqlite3.connect(path)) as database, database:
            database.execute("create table network (sizes, numbers, digest)")
            database.execute("insert into network values (?, ?, ?)", row)

    def load(self, path: str) -> None:
        Path(path).stat()
        with closing(sqlite3.connect(path)) as database:
            sizes, body, digest = database.execute("select * from network").fetchone()
        if json.loads(sizes) != self.sizes or hashlib.sha256(body).hexdigest() != digest:
            msg = f"{path} is damaged, or of another network"
            raise ValueError(msg)
        self.take(np.frombuffer(body))
