"""The most memory that a training run holds, beside its data and parameters."""

from __future__ import annotations

import tracemalloc
from typing import Any

import numpy as np
import numpy.typing as npt

from nncore import Network, Pixels

from .problem import CLASSES, PIXELS

#: The examples as they may come.
FORMS = ("float64", "float32", "bytes")


def peak_ratio(form: str, examples: int) -> float:
    """
    Return the peak of an epoch over the bytes of examples, labels and parameters.

    numpy reports what it allocates to tracemalloc; the code of the libraries is not counted.
    """
    tracemalloc.start()
    try:
        x, labels = _examples(form, examples)
        dtype = "float32" if form == "bytes" else form
        net = Network((PIXELS, 30, CLASSES), rng=0, dtype=dtype)
        held = sum(array.nbytes for array in (*net.weights, *net.biases, labels))
        held += x.array.nbytes if isinstance(x, Pixels) else x.nbytes
        net.fit(x, labels, epochs=1, batch_size=100, progress=False)
        return tracemalloc.get_traced_memory()[1] / held
    finally:
        tracemalloc.stop()


def _examples(form: str, examples: int) -> tuple[npt.NDArray[Any] | Pixels, npt.NDArray[Any]]:
    """Return blank images in one of the forms, and labels."""
    labels = np.arange(examples) % CLASSES
    if form == "bytes":
        return Pixels(np.zeros((examples, PIXELS), np.uint8)), labels
    return np.zeros((examples, PIXELS), form), labels
