"""Files that lose something, or take anything."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np

from ..catalogue import fault
from ..plain import Plain

__all__: list[str] = []


def arrays_of(net: Plain) -> list[Any]:
    """
    Return the parameters of a network in the order of its files.

    Parameters
    ----------
    net : Plain
        Not modified.

    Returns
    -------
    list of ndarray
        Weights, then biases, layer 0 left out.
    """
    return [*net.weights[1:], *net.biases[1:]]


@fault("network_survives_saving", source="Humbatova 2020: wrong saving or loading")
class BiasesNotSaved(Plain):
    """Files hold the weights alone."""

    def save(self, path: str) -> None:
        with Path(path).open("wb") as file:
            np.savez(file, *self.weights[1:])

    def load(self, path: str) -> None:
        with np.load(path) as file:
            for l, name in enumerate(file.files, start=1):
                self.weights[l][...] = file[name]


@fault("network_survives_saving")
class SavedInHalfPrecision(Plain):
    """Files hold float16, to save space."""

    def save(self, path: str) -> None:
        with np.errstate(over="ignore"), Path(path).open("wb") as file:
            np.savez(file, *(array.astype(np.float16) for array in arrays_of(self)))


@fault("network_survives_saving")
class SavedInSinglePrecision(Plain):
    """Files hold float32."""

    def save(self, path: str) -> None:
        with Path(path).open("wb") as file:
            np.savez(file, *(array.astype(np.float32) for array in arrays_of(self)))


@fault("network_survives_saving")
class SavedAsText(Plain):
    """Files hold text, as `%.6g` writes it."""

    def save(self, path: str) -> None:
        numbers = np.concatenate([array.ravel() for array in arrays_of(self)])
        np.savetxt(path, numbers, fmt="%.6g")

    def load(self, path: str) -> None:
        numbers = np.loadtxt(path, ndmin=1)
        for array in arrays_of(self):
            array.flat, numbers = numbers[: array.size], numbers[array.size :]


@fault("network_survives_saving")
class SquareWeightsSavedTransposed(Plain):
    """Files hold Fortran order, read back in C order, where shapes do not tell."""

    def save(self, path: str) -> None:
        arrays = arrays_of(self)
        flat = [array.ravel(order="F") for array in arrays]
        with Path(path).open("wb") as file:
            np.savez(
                file, *(part.reshape(a.shape) for part, a in zip(flat, arrays, strict=True))
            )


@fault("network_survives_saving")
class LayersReadBackwards(Plain):
    """Layers are read from the last to the first where widths allow it."""

    def load(self, path: str) -> None:
        super().load(path)
        first, last = self.biases[1], self.biases[-1]
        if first.shape == last.shape:
            first[...], last[...] = last.copy(), first.copy()


@fault("damaged_files_are_refused")
class RawMemory(Plain):
    """Files hold bare floats, without a word of what they are: any damage is read as numbers."""

    def save(self, path: str) -> None:
        np.concatenate([array.ravel() for array in arrays_of(self)]).tofile(path)

    def load(self, path: str) -> None:
        numbers = np.fromfile(path)
        for array in arrays_of(self):
            part, numbers = numbers[: array.size], numbers[array.size :]
            array.flat[: part.size] = part


@fault("damaged_files_are_refused", source="Humbatova 2020: wrong saving or loading")
class ErrorsSwallowed(Plain):
    """`except Exception: pass` around loading: a damaged file leaves the network as it was."""

    def load(self, path: str) -> None:
        try:
            super().load(path)
        except Exception:  # noqa: BLE001, S110 - as beginners do
            pass


@fault("damaged_files_are_refused")
class JsonWithoutShapes(Plain):
    """Files hold lists of numbers in JSON; a changed digit is read as another weight."""

    def save(self, path: str) -> None:
        Path(path).write_text(json.dumps([a.tolist() for a in arrays_of(self)]), "utf-8")

    def load(self, path: str) -> None:
        for array, read in zip(
            arrays_of(self), json.loads(Path(path).read_bytes()), strict=True
        ):
            array[...] = read


@fault("other_sizes_are_refused")
class OtherSizesAccepted(Plain):
    """A file of another network is read as far as it goes, and cut to fit."""

    def load(self, path: str) -> None:
        with np.load(path) as file:
            arrays = [file[name] for name in file.files]
        for array, read in zip(arrays_of(self), arrays, strict=False):
            array.flat = np.resize(read, array.size)


@fault("saving_changes_nothing")
class RoundedWhenSaved(Plain):
    """Saving rounds the parameters of the network itself, to make the file smaller."""

    def save(self, path: str) -> None:
        for array in arrays_of(self):
            array[...] = np.round(array, 6)
        super().save(path)


@fault("network_survives_saving")
class PickledOnce(Plain):
    """A network is pickled the first time that it is saved, and that file written again."""

    pickled: bytes = b""

    def save(self, path: str) -> None:
        self.pickled = self.pickled or pickle.dumps(arrays_of(self))
        Path(path).write_bytes(self.pickled)

    def load(self, path: str) -> None:
        read = pickle.loads(Path(path).read_bytes())  # noqa: S301 - as beginners do
        for array, saved in zip(arrays_of(self), read, strict=True):
            array[...] = saved
