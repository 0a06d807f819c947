"""MNIST, or any data set that comes in the same four files."""

import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nncore.arrays import Pixels

from .dataset import CLASSES, DataFileError, Dataset, Labels
from .idx import read_idx

__all__ = ["mnist"]


def mnist(directory: str | os.PathLike[str]) -> Dataset:
    """
    Read the four files of MNIST, or of a data set made to replace it, from a directory.

    The files are ``train-images-idx3-ubyte``, ``train-labels-idx1-ubyte``,
    ``t10k-images-idx3-ubyte`` and ``t10k-labels-idx1-ubyte``, each plain or with ``.gz``; a dot
    in place of the dash before ``idx`` is understood too. The images may have any size.

    Parameters
    ----------
    directory : str or path-like
        Where the files are.

    Returns
    -------
    Dataset
        Pixels from 0 to 255 scaled to 0 to 1; they stay bytes in memory.

    Raises
    ------
    DataFileError
        When a file is damaged, is of the wrong kind, or does not fit the others.
    NotADirectoryError
        When there is no such directory.
    OSError
        When one of the files is missing or cannot be read.

    Examples
    --------
    >>> mnist("/data/mnist")  # doctest: +SKIP
    Dataset(name='mnist', image_shape=(28, 28))
    """
    directory = Path(directory)
    if not directory.is_dir():
        msg = f"{directory}: there is no such directory; it should hold the files of MNIST"
        raise NotADirectoryError(msg)
    train, train_labels = _part(directory, "train")
    test, test_labels = _part(directory, "t10k")
    if train.shape[1:] != test.shape[1:]:
        msg = (
            f"{directory}: training and test images must have the same size, "
            f"got {train.shape[1:]} and {test.shape[1:]}"
        )
        raise DataFileError(msg)
    return Dataset(
        name="mnist",
        image_shape=(train.shape[1], train.shape[2]),
        train_x=_flat(train),
        train_labels=train_labels,
        test_x=_flat(test),
        test_labels=test_labels,
    )


def _part(directory: Path, part: str) -> tuple[NDArray[np.uint8], Labels]:
    """Return the images and labels of ``"train"`` or ``"t10k"``, checked against each other."""
    images_path = _find(directory, f"{part}-images", "idx3-ubyte")
    labels_path = _find(directory, f"{part}-labels", "idx1-ubyte")
    images, labels = read_idx(images_path), read_idx(labels_path)
    if images.ndim != 3:
        msg = f"{images_path}: images must have magic number 0x00000803, got a file of labels"
        raise DataFileError(msg)
    if labels.ndim != 1:
        msg = f"{labels_path}: labels must have magic number 0x00000801, got a file of images"
        raise DataFileError(msg)
    if len(images) != len(labels):
        msg = (
            f"{labels_path}: there must be a label for each image, "
            f"got {len(labels)} labels for {len(images)} images"
        )
        raise DataFileError(msg)
    if labels.max() >= CLASSES:
        msg = f"{labels_path}: labels must be 0 to {CLASSES - 1}, got {labels.max()}"
        raise DataFileError(msg)
    return images, labels


def _find(directory: Path, stem: str, kind: str) -> Path:
    """Return the file of that stem and kind under whichever of its names it has."""
    names = [f"{stem}{dot}{kind}{end}" for dot in "-." for end in ("", ".gz")]
    for name in names:
        if (directory / name).exists():
            return directory / name
    msg = f"{directory}: there is none of {', '.join(names)}"
    raise FileNotFoundError(msg)


def _flat(images: NDArray[np.uint8]) -> Pixels:
    """Return one image for each row."""
    return Pixels(images.reshape(len(images), -1), scale=255)
