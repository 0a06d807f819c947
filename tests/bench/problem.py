"""What every peer is given: the same examples, first parameters, settings and order."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from nncore import Network

Array = npt.NDArray[Any]
PIXELS, CLASSES = 784, 10


class Digits(NamedTuple):
    """Images, whose pixels are between 0 and 1, and their labels."""

    x: Array
    labels: Array

    def take(self, examples: int, dtype: str) -> Digits:
        """Return the first examples in other floats."""
        return Digits(self.x[:examples].astype(dtype), self.labels[:examples])


def random_digits(examples: int) -> Digits:
    """Return noise of the shape of MNIST, with as many zeros."""
    rng = np.random.default_rng(0)
    ink = rng.uniform(size=(examples, PIXELS)) < 0.2
    return Digits(ink * rng.uniform(size=ink.shape), rng.integers(CLASSES, size=examples))


def mnist(folder: Path, part: str) -> Digits:
    """Return the "train" or the "t10k" part of MNIST from its IDX files."""
    images = _idx(folder, f"{part}-images-idx3-ubyte", header=16).reshape(-1, PIXELS)
    return Digits(images / 255, _idx(folder, f"{part}-labels-idx1-ubyte", header=8).astype(int))


def _idx(folder: Path, name: str, *, header: int) -> Array:
    """Return the bytes of an IDX file, packed or not, behind its header."""
    packed = folder / f"{name}.gz"
    found = packed if packed.exists() else folder / name
    content = found.read_bytes()
    return np.frombuffer(gzip.decompress(content) if found == packed else content, "u1")[
        header:
    ]


@dataclass(frozen=True)
class Problem:
    """A network, its examples, and how to train it: sigmoid layers, the cross-entropy, SGD."""

    sizes: tuple[int, ...]
    batch_size: int
    digits: Digits
    output: str = "sigmoid"
    learning_rate: float = 0.5
    seed: int = 0

    @property
    def dtype(self) -> str:
        """The floats to compute in: those of the examples."""
        return str(self.digits.x.dtype)

    @property
    def targets(self) -> Array:
        """One row for each label."""
        return np.eye(self.sizes[-1], dtype=self.dtype)[self.digits.labels]

    def network(self) -> Network:
        """Return the network before training, whose parameters every peer starts from."""
        return Network(self.sizes, output=self.output, rng=self.seed, dtype=self.dtype)

    def batches(self, rng: np.random.Generator) -> Iterator[Array]:
        """Yield the indices of the mini-batches of one epoch, shuffled as nncore does it."""
        order = rng.permutation(len(self.digits.x))
        for start in range(0, len(order), self.batch_size):
            yield order[start : start + self.batch_size]


class Peer:
    """Trains the network of a problem, one `step` for each mini-batch."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.rng = np.random.default_rng(problem.seed)

    def train(self, epochs: int) -> None:
        """Train on."""
        for _ in range(epochs):
            for batch in self.problem.batches(self.rng):
                self.step(batch)

    def step(self, batch: Array) -> None:
        """Take one step with the examples of these indices."""
        raise NotImplementedError

    def parameters(self) -> tuple[list[Array], list[Array]]:
        """Return weights, one row for each neuron, and biases of layers 1 to L."""
        raise NotImplementedError
