"""
Dimensions in types: ``Matrix[M, N]``, ``Vector[N]``, and the doors that lead to them.

A type checker sees classes whose operators carry the dimensions from the operands to the
result, and rejects a product, a sum or a transpose whose dimensions do not fit. At run time
they are plain `numpy.ndarray`: the dimensions cost nothing. Shapes are proved, dtypes are not.

The operator signatures are the only claims that are trusted; a test holds each of them to what
numpy does at pairwise distinct sizes. Arrays come in through `as_batch` and `as_parameter`,
 which check what no type can carry: the shape and the numbers of an array that
somebody else made. They share three rules. Real numbers become floats of the network's dtype;
complex numbers and objects (balls, rationals) pass with their shape checked; everything else,
bool, NaN and infinity among it, is refused.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import (
    TYPE_CHECKING,
    Any,
    Generic,
    Literal,
    Protocol,
    TypeAlias,
    TypeVar,
    cast,
    overload,
)

import numpy as np
import numpy.typing as npt

from .settings import integer

__all__ = [
    "Array",
    "Column",
    "Elementwise",
    "Matrix",
    "Pixels",
    "Vector",
    "as_array",
    "as_batch",
    "as_examples",
    "as_matrices",
    "as_matrix",
    "as_numbers",
    "as_parameter",
    "as_result",
    "as_vector",
    "check_finite",
    "rows_of",
]

K = TypeVar("K", bound=int)
M = TypeVar("M", bound=int)
N = TypeVar("N", bound=int)

#: An array of floats, complex numbers or foreign numbers (dtype object).
Array: TypeAlias = npt.NDArray[Any]

if TYPE_CHECKING:

    class Vector(Generic[N]):
        """N numbers."""

        def __sub__(self, other: Vector[N], /) -> Vector[N]: ...
        def __rmul__(self, other: float, /) -> Vector[N]: ...
        def __truediv__(self, other: int, /) -> Vector[N]: ...
        def sum(self) -> Any: ...

    class Column(Generic[M]):
        """One number for each of M rows, shape (M, 1)."""

        def __sub__(self, other: Matrix[M, N], /) -> Matrix[M, N]: ...

    class Matrix(Generic[M, N]):
        """M rows of N numbers."""

        @property
        def T(self) -> Matrix[N, M]: ...
        def __len__(self) -> int: ...
        def __neg__(self) -> Matrix[M, N]: ...
        def __matmul__(self, other: Matrix[N, K], /) -> Matrix[M, K]: ...
        def __add__(self, other: Matrix[M, N] | Vector[N], /) -> Matrix[M, N]: ...
        def __sub__(self, other: Matrix[M, N] | Column[M], /) -> Matrix[M, N]: ...
        def __rsub__(self, other: int, /) -> Matrix[M, N]: ...
        def __mul__(self, other: Matrix[M, N] | Column[M], /) -> Matrix[M, N]: ...
        def __rmul__(self, other: float, /) -> Matrix[M, N]: ...
        def __truediv__(self, other: Column[M] | int, /) -> Matrix[M, N]: ...
        @overload
        def sum(self) -> Any: ...
        @overload
        def sum(self, axis: Literal[0]) -> Vector[N]: ...
        @overload
        def sum(self, axis: Literal[1]) -> Vector[M]: ...
        @overload
        def sum(self, axis: Literal[1], *, keepdims: Literal[True]) -> Column[M]: ...
        def sum(self, axis: int | None = None, *, keepdims: bool = False) -> Any: ...

    class Elementwise(Protocol):
        """A function of each entry: the shape stays as it is."""

        @overload
        def __call__(self, z: Matrix[M, N], /) -> Matrix[M, N]: ...
        @overload
        def __call__(self, z: Column[M], /) -> Column[M]: ...

else:
    Vector = np.ndarray[tuple[N], np.dtype[Any]]
    Column = np.ndarray[tuple[M, Literal[1]], np.dtype[Any]]
    Matrix = np.ndarray[tuple[M, N], np.dtype[Any]]
    Elementwise = Callable


def as_array(matrix: Matrix[M, N] | Vector[N] | Column[M]) -> Array:
    """Return the same array without its dimensions."""
    return cast("Array", matrix)


def as_matrix(array: Array) -> Matrix[Any, Any]:
    """Return the same array as a matrix; that it is one is the caller's claim."""
    return cast("Matrix[Any, Any]", array)


def as_vector(array: Array) -> Vector[Any]:
    """Return the same array as a vector; that it is one is the caller's claim."""
    return cast("Vector[Any]", array)


def as_matrices(arrays: Iterable[Array]) -> list[Matrix[Any, Any]]:
    """Return the same arrays as matrices; that they are some is the caller's claim."""
    return [as_matrix(array) for array in arrays]


def as_result(result: object, shape: tuple[int, ...], name: str) -> Array:
    """Return what a user's function returned, an array of this shape, or raise ValueError."""
    if not isinstance(result, np.ndarray) or result.shape != shape:
        got = f"shape {result.shape}" if isinstance(result, np.ndarray) else repr(result)
        msg = f"{name} must return an array of shape {shape}; got {got}"
        raise ValueError(msg)
    return result


def as_parameter(
    value: object, shape: tuple[int, ...], dtype: np.dtype[Any], name: str
) -> Array:
    """Return weights or biases of this shape in the network's numbers, or raise an error."""
    array = as_numbers(value, dtype, name)
    if array.shape != shape:
        msg = f"`{name}` must have shape {shape}, as `sizes` says; got {array.shape}"
        raise ValueError(msg)
    return array


def as_batch(value: object, width: int, dtype: np.dtype[Any], name: str) -> Matrix[Any, Any]:
    """
    Return x or y as a batch of examples in the network's numbers.

    A single example, shape (width,), becomes a batch of one.

    Parameters
    ----------
    value : array_like
        What the caller gave. Not modified.
    width : int
        The number of neurons of the layer that it belongs to.
    dtype : numpy.dtype
        The dtype of the network, which real numbers are converted to.
    name : str
        The name of the parameter, for messages.

    Returns
    -------
    Matrix, shape (batch, width)
        The numbers; the caller's own array where nothing was to be done.

    Raises
    ------
    TypeError
        If the entries are not numbers, or bool.
    ValueError
        If the shape does not fit, the batch is empty, or an entry is not finite.
    """
    array = as_numbers(value, dtype, name)
    batch = array[np.newaxis] if array.ndim == 1 else array
    if batch.ndim != 2 or batch.shape[1] != width:
        msg = f"`{name}` must have shape (batch, {width}) or ({width},); got {array.shape}"
        raise ValueError(msg + _shape_advice(array.shape, width, name))
    if not len(batch):
        msg = f"`{name}` must hold at least one example; got shape {array.shape}"
        raise ValueError(msg)
    check_finite(array, name)
    return as_matrix(batch)


def as_examples(value: object, width: int, dtype: np.dtype[Any]) -> Matrix[Any, Any] | Pixels:
    """Return x as a batch, or as the pixels that it is, or raise as `as_batch`."""
    if not isinstance(value, Pixels):
        return as_batch(value, width, dtype, "x")
    # Bytes are finite: of objects only the shape is checked, which takes no memory.
    as_batch(np.broadcast_to(np.array(None), value.shape), width, dtype, "x")
    return value


def rows_of(
    x: Matrix[Any, Any] | Pixels, rows: slice | Array, dtype: np.dtype[Any]
) -> Matrix[Any, Any]:
    """Return some examples, pixels as floats."""
    return as_matrix(x.rows(rows, dtype) if isinstance(x, Pixels) else as_array(x)[rows])


def as_numbers(value: object, dtype: np.dtype[Any], name: str) -> Array:
    """Return real numbers as floats of `dtype`, complex numbers and objects as they are."""
    if isinstance(value, Pixels):
        return value.rows(slice(None), dtype)
    try:
        array = np.asanyarray(value)
    except ValueError:
        msg = f"`{name}` must be a rectangular array of numbers; its rows differ in length"
        raise ValueError(msg) from None
    if isinstance(array, np.ma.MaskedArray):
        msg = f"`{name}` must not be masked: fill it, or leave out the masked examples"
        raise TypeError(msg)
    if array.dtype.kind in "iuf":
        with np.errstate(over="ignore"):  # what float32 cannot hold becomes infinite: refused
            return np.asarray(array, dtype)
    if array.dtype.kind not in "cO":
        msg = f"`{name}` must hold numbers; got dtype {array.dtype}"
        if array.dtype.kind == "b":
            msg += f": pass {name}.astype(float) if they are meant as 0 and 1"
        raise TypeError(msg)
    return array


def check_finite(array: Array, name: str) -> None:
    """Raise ValueError, naming the first entry that is not finite, if `array` is real."""
    if array.dtype.kind != "f" or np.isfinite(array).all():
        return
    index = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
    msg = f"`{name}` must be finite; {name}{list(index)} is {array[index]}"
    raise ValueError(msg)


def _shape_advice(shape: tuple[int, ...], width: int, name: str) -> str:
    """Return what to do about a batch of the wrong shape, or nothing."""
    if len(shape) == 2 and shape == (width, 1):
        return f", which looks like one example as a column: rows are examples, pass {name}.T"
    if len(shape) == 2 and shape[0] == width:
        return f", which looks transposed: rows are examples, pass {name}.T"
    if len(shape) > 2 and math.prod(shape[1:]) == width:
        return f": flatten each example, pass {name}.reshape({shape[0]}, {width})"
    if len(shape) == 1 and name == "y":
        return f": if these are class labels, pass np.eye({width})[y]"
    return ""


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
        If the array is not made of bytes.
    ValueError
        If it is not two-dimensional, or a byte is larger than `scale`.

    References
    ----------
    .. [1] Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits".

    Examples
    --------
    >>> images = Pixels(np.array([[0, 255], [51, 0]], np.uint8))
    >>> np.asarray(images)
    array([[0. , 1. ],
           [0.2, 0. ]])
    """

    def __init__(self, array: npt.NDArray[np.uint8], scale: int = 255) -> None:
        dtype = getattr(array, "dtype", type(array))
        if dtype != np.uint8:
            msg = f"`array` must be a numpy array of uint8; got {dtype}"
            raise TypeError(msg)
        if array.ndim != 2:
            msg = f"`array` must have shape (examples, pixels); got {array.shape}"
            raise ValueError(msg)
        if array.size and array.max() > scale:
            msg = f"`array` must hold no byte above `scale`, {scale}; got {array.max()}"
            raise ValueError(msg)
        self.array = array
        self.scale = integer("scale", scale, minimum=1)

    #: Rows and columns.
    ndim = 2

    @property
    def shape(self) -> tuple[int, int]:
        """The number of images and the number of pixels of each."""
        rows, columns = self.array.shape
        return rows, columns

    def __len__(self) -> int:
        return len(self.array)

    def __getitem__(self, rows: slice | Array) -> Pixels:
        return Pixels(np.atleast_2d(self.array[rows]), self.scale)

    def __repr__(self) -> str:
        return f"Pixels(shape={self.shape}, scale={self.scale})"

    def rows(self, rows: slice | Array, dtype: np.dtype[Any]) -> Array:
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
        floats: Array = self.array[rows] / dtype.type(self.scale)
        return floats

    def __array__(self, dtype: npt.DTypeLike | None = None, copy: bool | None = None) -> Array:
        if copy is False:
            msg = "bytes become floats only in a copy; pass copy=None"
            raise ValueError(msg)
        return self.rows(slice(None), np.dtype(np.float64)).astype(
            dtype or np.float64, copy=False
        )
