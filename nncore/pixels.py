"""Images that stay bytes in memory."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from .settings import integer

__all__ = ["Pixels"]

Floats: TypeAlias = npt.NDArray[Any]


class Pixels:
    """
    Images that stay bytes in memory and are read as floats between 0 and 1.

    Parameters
    ----------
    array : numpy.ndarray of uint8, shape (examples, pixels)
        One image for each row. Not copied.
    scale : int
        The byte that stands for 1.

    Raises
    ------
    TypeError
        If the array is not made of bytes or is masked, or `scale` is not an integer.
    ValueError
        If `scale` is below 1, the array is not two-dimensional, or a byte is larger than
        `scale`.

    References
    ----------
    .. [1] Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits".

    Examples
    --------
    >>> images = Pixels(np.array([[0, 255], [51, 0]], np.uint8))
    >>> images.shape
    (2, 2)
    >>> np.asarray(images)
    array([[0. , 1. ],
           [0.2, 0. ]])
    """

    def __init__(self, array: npt.NDArray[np.uint8], scale: int = 255) -> None:
        self.scale: int = integer("scale", scale, minimum=1)
        dtype = getattr(array, "dtype", type(array))
        if dtype != np.uint8:
            msg = f"`array` must be a numpy array of uint8; got {dtype}"
            raise TypeError(msg)
        if isinstance(array, np.ma.MaskedArray):
            msg = "`array` must not be masked: fill it, or leave out the masked examples"
            raise TypeError(msg)
        if array.ndim != 2:
            msg = f"`array` must have shape (examples, pixels); got {array.shape}"
            raise ValueError(msg)
        if array.size and array.max() > self.scale:
            msg = f"`array` must hold no byte above `scale`, {self.scale}; got {array.max()}"
            raise ValueError(msg)
        self.array = array

    #: Rows and columns.
    ndim = 2

    @property
    def shape(self) -> tuple[int, int]:
        """The number of images and the number of pixels of each."""
        rows, columns = self.array.shape
        return rows, columns

    def __len__(self) -> int:
        return len(self.array)

    def __getitem__(self, rows: slice | npt.NDArray[Any]) -> Pixels:
        return Pixels(np.atleast_2d(self.array[rows]), self.scale)

    def __repr__(self) -> str:
        return f"Pixels(shape={self.shape}, scale={self.scale})"

    def rows(self, rows: slice | npt.NDArray[Any], dtype: np.dtype[Any]) -> Floats:
        """
        Return some of the images as floats.

        Parameters
        ----------
        rows : slice or numpy.ndarray of int
            Which images.
        dtype : numpy.dtype
            The floats to return.

        Returns
        -------
        numpy.ndarray, shape (images, pixels)
            Numbers between 0 and 1.

        References
        ----------
        .. [1] Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits".

        Examples
        --------
        >>> Pixels(np.array([[0, 255]], np.uint8)).rows(slice(None), np.dtype("f4"))
        array([[0., 1.]], dtype=float32)
        """
        floats: Floats = self.array[rows] / dtype.type(self.scale)
        return floats

    def __array__(self, dtype: npt.DTypeLike | None = None, copy: bool | None = None) -> Floats:
        if copy is False:
            msg = "bytes become floats only in a copy; pass copy=None"
            raise ValueError(msg)
        return self.rows(slice(None), np.dtype(np.float64)).astype(
            dtype or np.float64, copy=False
        )
