"""The handwritten digits that scikit-learn installs with itself."""

from typing import Any

import numpy as np

from nncore.arrays import Pixels
from nncore.extras import needs

from .dataset import Dataset

__all__ = ["digits"]

# A pixel counts the ink in a block of 4 x 4 points of a bitmap.
MOST_INK = 16


def digits() -> Dataset:
    """
    Return 1,797 handwritten digits of 8 x 8 pixels: 1,437 to learn from, 360 to be judged by.

    They are the test part of E. Alpaydin and C. Kaynak's "Optical Recognition of Handwritten
    Digits" (UCI Machine Learning Repository, 1998), which scikit-learn installs with itself: no
    download is needed. The split is the same on every machine and has the same share of each
    digit in both parts.

    Returns
    -------
    Dataset
        Images of shape ``(8, 8)``, pixels from 0 to 16 scaled to 0 to 1.

    Raises
    ------
    MissingExtraError
        When scikit-learn is not installed; the message says how to install it.

    Examples
    --------
    >>> digits()
    Dataset(name='digits', image_shape=(8, 8))
    """
    with needs("train"):
        from sklearn.datasets import load_digits  # noqa: PLC0415 - an extra
        from sklearn.model_selection import train_test_split  # noqa: PLC0415
    bunch: Any = load_digits()
    # A seed of scikit-learn means the legacy generator, whose stream numpy has frozen for good.
    parts: Any = train_test_split(
        bunch.data.astype(np.uint8),
        bunch.target.astype(np.uint8),
        test_size=360,
        random_state=0,
        stratify=bunch.target,
    )
    train_x, test_x, train_labels, test_labels = parts
    return Dataset(
        name="digits",
        image_shape=(8, 8),
        train_x=Pixels(train_x, scale=MOST_INK),
        train_labels=train_labels,
        test_x=Pixels(test_x, scale=MOST_INK),
        test_labels=test_labels,
    )
