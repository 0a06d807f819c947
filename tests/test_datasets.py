"""The data sets: the digits of scikit-learn, MNIST from a directory, what is held out."""

import gzip
import struct
import sys
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pytest
from sklearn.datasets import load_digits

from nncore.arrays import Pixels
from nncore.datasets import DataFileError, Dataset, digits, mnist

Array: TypeAlias = npt.NDArray[Any]

NAMES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)
RNG = np.random.default_rng(0)
ARRAYS = (
    RNG.integers(0, 256, (7, 5, 4), dtype=np.uint8),
    np.array([0, 1, 2, 3, 4, 5, 9], dtype=np.uint8),
    RNG.integers(0, 256, (3, 5, 4), dtype=np.uint8),
    np.array([9, 0, 1], dtype=np.uint8),
)


def packed(array: Array) -> bytes:
    return struct.pack(f">4B{array.ndim}I", 0, 0, 8, array.ndim, *array.shape) + array.tobytes()


def filled(directory: Path, **changed: Array) -> Path:
    """Write the four files, some with other arrays: train_images=..., and so on."""
    for name, array in zip(NAMES, ARRAYS, strict=True):
        key = "_".join(name.split("-")[:2])
        (directory / name).write_bytes(packed(changed.get(key, array)))
    return directory


def rows(pixels: Pixels) -> Array:
    return np.asarray(pixels)


# --- digits


def test_the_digits_are_those_of_scikit_learn_each_once() -> None:
    dataset = digits()
    bunch: Any = load_digits()
    assert (dataset.train_x.shape, dataset.test_x.shape) == ((1437, 64), (360, 64))
    x = np.concatenate([rows(dataset.train_x), rows(dataset.test_x)])
    labels = np.concatenate([dataset.train_labels, dataset.test_labels])

    def sorted_rows(x: Array, labels: Array) -> list[tuple[float, ...]]:
        return sorted(map(tuple, np.column_stack([x, labels]).tolist()))

    assert sorted_rows(x, labels) == sorted_rows(bunch.data / 16, bunch.target)


def test_the_digits_are_split_the_same_each_time_and_evenly() -> None:
    dataset, again = digits(), digits()
    np.testing.assert_array_equal(rows(dataset.test_x), rows(again.test_x))
    np.testing.assert_array_equal(dataset.train_labels, again.train_labels)
    counts = np.bincount(dataset.test_labels, minlength=10)
    assert counts.min() >= 34
    assert counts.max() <= 38
    # Known from one run: a change of the split changes every published figure.
    assert dataset.test_labels[:12].tolist() == [7, 6, 3, 7, 7, 3, 2, 8, 9, 3, 2, 6]


def test_the_digits_stay_bytes() -> None:
    dataset = digits()
    assert dataset.train_x.array.dtype == np.uint8
    assert (dataset.train_x.array.max(), dataset.train_x.scale) == (16, 16)


def test_without_scikit_learn_one_line_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "sklearn", None)
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(ModuleNotFoundError, match=r'^sklearn.*pip install "nncore\[train\]"$'):
        digits()


# --- MNIST


@pytest.mark.parametrize("dot", ["-", "."])
@pytest.mark.parametrize("end", ["", ".gz"])
def test_the_four_files_are_found_under_each_of_their_names(
    tmp_path: Path, dot: str, end: str
) -> None:
    for name, array in zip(NAMES, ARRAYS, strict=True):
        content = packed(array)
        name = name.replace("-idx", f"{dot}idx") + end  # noqa: PLW2901
        (tmp_path / name).write_bytes(gzip.compress(content) if end else content)
    dataset = mnist(tmp_path)
    assert (dataset.name, dataset.image_shape) == ("mnist", (5, 4))
    np.testing.assert_array_equal(rows(dataset.train_x), ARRAYS[0].reshape(7, 20) / 255)
    np.testing.assert_array_equal(rows(dataset.test_x), ARRAYS[2].reshape(3, 20) / 255)
    np.testing.assert_array_equal(dataset.train_labels, ARRAYS[1])
    np.testing.assert_array_equal(dataset.test_labels, ARRAYS[3])
    assert dataset.train_x.array.dtype == np.uint8
    assert repr(dataset) == "Dataset(name='mnist', image_shape=(5, 4))"


def test_a_missing_directory_or_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotADirectoryError, match="absent: there is no such directory"):
        mnist(tmp_path / "absent")
    filled(tmp_path)
    (tmp_path / NAMES[2]).unlink()
    expected = r"none of t10k-images-idx3-ubyte, .*t10k-images\.idx3-ubyte\.gz$"
    with pytest.raises(FileNotFoundError, match=expected):
        mnist(str(tmp_path))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"train_labels": ARRAYS[1][:6]}, "got 6 labels for 7 images"),
        ({"t10k_labels": ARRAYS[1]}, "got 7 labels for 3 images"),
        ({"train_images": ARRAYS[1]}, "train-images.*0x00000803, got a file of labels"),
        ({"train_labels": ARRAYS[0]}, "train-labels.*0x00000801, got a file of images"),
        ({"train_labels": ARRAYS[1] + 1}, "labels must be 0 to 9, got 10"),
        ({"t10k_images": np.ones((3, 4, 5), np.uint8)}, r"got \(5, 4\) and \(4, 5\)"),
    ],
)
def test_files_that_do_not_fit_each_other_are_refused(
    tmp_path: Path, changed: dict[str, Array], message: str
) -> None:
    with pytest.raises(DataFileError, match=message):
        mnist(filled(tmp_path, **changed))


# --- what is held out


def test_the_last_sixth_is_held_out_and_nothing_is_copied(tmp_path: Path) -> None:
    dataset = mnist(filled(tmp_path))
    (x, labels), (held_x, held_labels) = dataset.hold_out()
    np.testing.assert_array_equal(labels, ARRAYS[1][:6])
    np.testing.assert_array_equal(held_labels, ARRAYS[1][6:])
    np.testing.assert_array_equal(rows(x), rows(dataset.train_x)[:6])
    np.testing.assert_array_equal(rows(held_x), rows(dataset.train_x)[6:])
    assert np.shares_memory(x.array, dataset.train_x.array)
    assert np.shares_memory(held_x.array, dataset.train_x.array)


def some(examples: int) -> Dataset:
    x, labels = Pixels(np.zeros((examples, 4), np.uint8)), np.zeros(examples, np.uint8)
    return Dataset("some", (2, 2), x, labels, x, labels)


def test_of_60000_examples_10000_are_held_out_of_2_just_one() -> None:
    assert [len(labels) for _, labels in some(60_000).hold_out()] == [50_000, 10_000]
    assert [len(labels) for _, labels in some(2).hold_out()] == [1, 1]


def test_a_single_example_cannot_be_held_out() -> None:
    with pytest.raises(DataFileError, match="too few training examples to hold some out: 1"):
        some(1).hold_out()
