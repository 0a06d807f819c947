"""Laws of persistence, each seen to fail on a fault that it is there for."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nncore.verify import Adapter
from nncore.verify.correct import files
from nncore.verify.faults import persistence
from nncore.verify.plain import Plain

from .judging import broken, judged, passes


class Returned(list[Any]):
    """Weights and biases in a list; loading returns another one, of the sizes of the file."""

    def __init__(self, sizes: Sequence[int]) -> None:
        self += [np.ones((b, a)) for a, b in pairwise(sizes)]
        self += [np.zeros(b) for b in sizes[1:]]

    def predict(self, x: Any) -> Any:
        for weights, biases in zip(self.weights(), self.biases(), strict=True):
            x = np.tanh(x @ weights.T + biases)
        return x

    def weights(self) -> list[Any]:
        return self[: len(self) // 2]

    def biases(self) -> list[Any]:
        return self[len(self) // 2 :]

    def save(self, path: str) -> None:
        with Path(path).open("wb") as file:
            np.savez(file, *self)

    def load(self, path: str) -> Returned:
        new = Returned([])
        with np.load(path) as file:
            new += [file[f"arr_{i}"] for i in range(len(file.files))]
        return new


class MomentumLost(Plain):
    """A step has a momentum, which files do not hold."""

    velocity: Any = 0.0

    def step(self, x: Any, y: Any, learning_rate: float) -> None:
        before = self.biases[-1].copy()
        super().step(x, y, learning_rate)
        self.biases[-1] += self.velocity
        self.velocity = self.biases[-1] - before


class MakesFiles(Plain):
    """Loading opens the file for appending."""

    def load(self, path: str) -> None:
        Path(path).open("ab").close()
        super().load(path)


class SwallowsAll(Plain):
    """Nothing is ever wrong with a file."""

    def load(self, path: str) -> None:
        try:
            super().load(path)
        except Exception:  # noqa: BLE001
            self.failed = path


class NoSuffix(Plain):
    """numpy appends its suffix, and the network does not."""

    def save(self, path: str) -> None:
        np.savez(path, *self.weights[1:], *self.biases[1:])


class Folder(Plain):
    """A network is a folder of files."""

    def save(self, path: str) -> None:
        Path(path).mkdir(exist_ok=True)
        super().save(str(Path(path, "network.npz")))

    def load(self, path: str) -> None:
        super().load(str(Path(path, "network.npz")))


class Empty(Plain):
    """Nothing is written, and nothing read."""

    def save(self, path: str) -> None:
        Path(path).write_bytes(b"")

    def load(self, path: str) -> None:
        Path(path).read_bytes()


class Crashes(Plain):
    """Saving was never tried."""

    def save(self, path: str) -> None:
        raise NotImplementedError(path)


PLANTED = [
    (persistence.BiasesNotSaved, "network_survives_saving"),
    (persistence.SavedInHalfPrecision, "network_survives_saving"),
    (persistence.SavedInSinglePrecision, "network_survives_saving"),
    (persistence.SavedAsText, "network_survives_saving"),
    (persistence.SquareWeightsSavedTransposed, "network_survives_saving"),
    (persistence.PickledOnce, "network_survives_saving"),
    (Crashes, "network_survives_saving"),
    (persistence.RoundedWhenSaved, "saving_changes_nothing"),
    (MomentumLost, "training_goes_on_after_loading"),
    (persistence.RawMemory, "truncated_files_are_refused"),
    (SwallowsAll, "truncated_files_are_refused"),
    (persistence.RawMemory, "damaged_files_are_refused"),
    (persistence.ErrorsSwallowed, "damaged_files_are_refused"),
    (persistence.JsonWithoutShapes, "damaged_files_are_refused"),
    (Empty, "damaged_files_are_refused"),
    (SwallowsAll, "missing_files_are_refused"),
    (MakesFiles, "missing_files_are_refused"),
    (persistence.OtherSizesAccepted, "other_sizes_are_refused"),
]


@pytest.mark.parametrize(("cls", "law"), PLANTED)
def test_a_fault_is_seen(cls: type[Plain], law: str) -> None:
    assert broken(cls.adapter(), law)


RETURNED = Adapter(
    make=Returned,
    weights=Returned.weights,
    biases=Returned.biases,
    forward="predict",
    save="save",
    load="load",
)


@pytest.mark.parametrize(
    "adapter", [files.SizesFromFile.adapter(), RETURNED], ids=["in place", "returned"]
)
def test_a_network_may_take_the_sizes_of_a_file(adapter: Adapter) -> None:
    assert passes(adapter, "other_sizes_are_refused")
    assert passes(adapter, "network_survives_saving")


def test_a_suffix_that_numpy_appends_is_found() -> None:
    assert passes(NoSuffix.adapter(), "network_survives_saving", 5)


def test_folders_are_not_damaged() -> None:
    assert passes(Folder.adapter(), "network_survives_saving", 5)
    assert "a folder" in judged(Folder.adapter(), "damaged_files_are_refused").message


def test_without_training_none_goes_on() -> None:
    names = {"weights": "weights", "biases": "biases", "predict": "predict"}
    adapter = Adapter(make=Plain, cost="cost", save="save", load="load", **names)  # type: ignore[arg-type]
    assert "step" in judged(adapter, "training_goes_on_after_loading").message
