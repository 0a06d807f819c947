"""What a data set of images of digits is, and how a damaged file is refused."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from nncore.arrays import Pixels

__all__ = ["CLASSES", "DataFileError", "Dataset", "Labels", "Split"]

# The digits 0 to 9.
CLASSES = 10

Labels = NDArray[np.uint8]
# Examples and their labels.
Split = tuple[Pixels, Labels]


class DataFileError(ValueError):
    """
    A data file that is damaged, or is not what it should be.

    Examples
    --------
    >>> import tempfile
    >>> from nncore.datasets.idx import read_idx
    >>> with tempfile.NamedTemporaryFile() as file:
    ...     read_idx(file.name)
    Traceback (most recent call last):
    nncore.datasets.dataset.DataFileError: ...
    """


@dataclass(frozen=True, eq=False)
class Dataset:
    """
    Images of digits, split into examples to learn from and examples to be judged by.

    Parameters
    ----------
    name : str
        What the data set is called: ``"digits"`` or ``"mnist"``.
    image_shape : tuple of int
        Rows and columns of each image; their product is the number of inputs of a network.
    train_x : Pixels
        One image for each row, shape ``(examples, rows * columns)``: bytes in memory, numbers
        from 0 to 1 when indexed.
    train_labels : numpy.ndarray of uint8
        The digits, shape ``(examples,)``.
    test_x : Pixels
        As `train_x`, to be judged by.
    test_labels : numpy.ndarray of uint8
        As `train_labels`, shape ``(examples,)``.

    Examples
    --------
    >>> images, labels = Pixels(np.zeros((6, 4), np.uint8)), np.arange(6, dtype=np.uint8)
    >>> dataset = Dataset("mine", (2, 2), images, labels, images, labels)
    >>> (x, y), (validation_x, validation_y) = dataset.hold_out()
    >>> len(y), validation_y
    (5, array([5], dtype=uint8))
    """

    name: str
    image_shape: tuple[int, int]
    train_x: Pixels = field(repr=False)
    train_labels: Labels = field(repr=False)
    test_x: Pixels = field(repr=False)
    test_labels: Labels = field(repr=False)

    def hold_out(self) -> tuple[Split, Split]:
        """
        Split the training examples into five sixths to fit and one sixth to validate with.

        The order is kept: of the 60,000 examples of MNIST the last 10,000 validate, as is usual
        for it. Nothing is copied.

        Returns
        -------
        fit : tuple of Pixels and numpy.ndarray
            The first five sixths, examples and labels.
        validation : tuple of Pixels and numpy.ndarray
            The others.

        Raises
        ------
        DataFileError
            When there is just one training example.
        """
        examples = len(self.train_labels)
        if examples < 2:
            msg = f"{self.name} has too few training examples to hold some out: {examples}"
            raise DataFileError(msg)
        kept = examples - max(1, examples // 6)
        return (
            (self.train_x[:kept], self.train_labels[:kept]),
            (self.train_x[kept:], self.train_labels[kept:]),
        )
