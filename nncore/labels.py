"""Class labels: read from outputs, checked, and turned into targets."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from .arrays import Array, real_part
from .inputs import as_rectangle

__all__ = ["are_labels", "as_labels", "classes_of", "labels_of", "one_hot"]

Labels = npt.NDArray[np.intp]


def labels_of(a: Array) -> Labels:
    """Return the label of each row: the largest output, or whether a single one is >= 1/2."""
    if a.shape[1] == 1:
        return np.asarray(2 * real_part(a)[:, 0] >= 1, np.intp)
    return np.asarray(real_part(a).argmax(axis=1), np.intp)


def are_labels(y: object) -> bool:
    """Return whether y has the form of labels: one integer for each example."""
    try:
        array = np.asanyarray(y)
    except ValueError:  # of rows that differ in length
        return False
    return array.ndim == 1 and array.dtype.kind in "iu"


def classes_of(targets: Array) -> Labels | None:
    """Return the label of each row of targets, or None where they are not classes."""
    is_class = ((targets == 0) | (targets == 1)).all()
    if is_class and (targets.shape[1] == 1 or (targets.sum(axis=1) == 1).all()):
        return labels_of(targets)
    return None


def as_labels(labels: object, width: int, name: str) -> Labels:
    """Return `labels` of a network with `width` outputs, or raise TypeError or ValueError."""
    array = np.asarray(as_rectangle(labels, name))
    classes = max(width, 2)
    if array.ndim != 1:
        msg = f"`{name}` must be class labels, shape (batch,); got shape {array.shape}"
        if array.ndim == 2 and array.shape[1] == width > 1:
            msg += f": pass {name}.argmax(axis=1)"
        raise ValueError(msg)
    if array.dtype.kind not in "iu":
        msg = f"`{name}` must be integers from 0 to {classes - 1}; got dtype {array.dtype}"
        raise TypeError(msg)
    if not array.size:
        msg = f"`{name}` must hold at least one label; got none"
        raise ValueError(msg)
    wrong = np.flatnonzero((array < 0) | (array >= classes))
    if wrong.size:
        i = int(wrong[0])
        msg = f"`{name}` must be integers from 0 to {classes - 1}; {name}[{i}] is {array[i]}"
        if width == 1:
            msg += f": pass {name}.reshape(-1, 1) if these are targets"
        raise ValueError(msg)
    return array.astype(np.intp)


def one_hot(labels: Labels, width: int, dtype: np.dtype[Any]) -> Array:
    """Return the targets of labels: 1 at the label, or the label itself for a single output."""
    if width == 1:
        return labels[:, np.newaxis].astype(dtype)
    return np.eye(width, dtype=dtype)[labels]
