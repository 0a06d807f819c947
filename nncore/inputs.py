"""
Arrays from outside, held to what no type can carry: their numbers and their shape.

They come from callers, and from activations and costs of the caller's own. Three rules: real
numbers become floats of the network's dtype; complex numbers and objects (balls, rationals)
pass with their shape checked; everything else, bool, NaN and infinity among it, is refused.
"""

from __future__ import annotations

import math
from typing import Any, TypeVar, cast

import numpy as np

from .arrays import Array, Matrix, Vector, as_array, as_matrix, as_vector
from .pixels import Pixels

__all__ = [
    "as_batch",
    "as_examples",
    "as_numbers",
    "as_parameter",
    "as_rectangle",
    "as_result",
    "check_finite",
    "matrix_like",
    "one_for_each_row",
    "rows_of",
]

M = TypeVar("M", bound=int)
N = TypeVar("N", bound=int)


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
        raise ValueError(msg + _shape_advice(array, width, name))
    if not len(batch):
        msg = f"`{name}` must hold at least one example; got shape {array.shape}"
        raise ValueError(msg)
    check_finite(array, name)
    return as_matrix(batch)


def as_examples(
    value: object, width: int, dtype: np.dtype[Any], name: str = "x"
) -> Matrix[Any, Any] | Pixels:
    """Return x as a batch, or as the pixels that it is, or raise as `as_batch`."""
    if not isinstance(value, Pixels):
        return as_batch(value, width, dtype, name)
    # Bytes are finite: of objects only the shape is checked, which takes no memory.
    as_batch(np.broadcast_to(np.array(None), value.shape), width, dtype, name)
    return value


def rows_of(
    x: Matrix[Any, Any] | Pixels, rows: slice | Array, dtype: np.dtype[Any]
) -> Matrix[Any, Any]:
    """Return some examples, pixels as floats."""
    return as_matrix(x.rows(rows, dtype) if isinstance(x, Pixels) else as_array(x)[rows])


def as_numbers(value: object, dtype: np.dtype[Any], name: str) -> Array:
    """Return real numbers as floats of `dtype`, complex numbers and objects as they are."""
    if type(value) is np.ndarray and value.dtype == dtype and value.flags.c_contiguous:
        return value  # the usual case, without the microsecond that the others take
    if isinstance(value, Pixels):
        return value.rows(slice(None), dtype)
    array = as_rectangle(value, name)
    if array.dtype.kind in "iuf":
        with np.errstate(over="ignore"):  # what float32 cannot hold becomes infinite: refused
            # One layout, since numpy adds up a product in an order that follows the strides.
            return np.asarray(array, dtype, order="C")
    if array.dtype.kind not in "cO":
        msg = f"`{name}` must hold numbers; got dtype {array.dtype}"
        if array.dtype.kind == "b":
            msg += f": pass {name}.astype(float) if they are meant as 0 and 1"
        raise TypeError(msg)
    return np.asarray(array) if isinstance(array, np.matrix) else array


def as_rectangle(value: object, name: str) -> Array:
    """Return an array of anything, or raise if its rows differ in length or it is masked."""
    try:
        array: Array = np.asanyarray(value)
    except ValueError:
        msg = f"`{name}` must be a rectangular array of numbers; its rows differ in length"
        raise ValueError(msg) from None
    if isinstance(array, np.ma.MaskedArray):
        msg = f"`{name}` must not be masked: fill it, or leave out the masked examples"
        raise TypeError(msg)
    return array


def check_finite(array: Array, name: str) -> None:
    """Raise ValueError, naming the first entry that is not finite, if `array` is real."""
    if array.dtype.kind != "f":
        return
    # Where the sum of squares is finite, so is all: half the time, and no memory.
    if np.isfinite(np.vdot(array, array)) or np.isfinite(array).all():
        return
    index = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
    msg = f"`{name}` must be finite; {name}{list(index)} is {array[index]}"
    raise ValueError(msg)


def matrix_like(z: Matrix[M, N], result: object, name: str) -> Matrix[M, N]:
    """Return what a user's function returned, of the shape of z, or raise ValueError."""
    array = as_result(result, as_array(z).shape, name)
    if array.dtype.kind == "c" and as_array(z).dtype.kind == "f":
        msg = f"{name} must return real numbers for real ones; got dtype {array.dtype}"
        raise ValueError(msg)
    return as_matrix(array)


def one_for_each_row(y: Matrix[M, N], result: object, name: str) -> Vector[M]:
    """Return what a user's function returned, of shape (rows of y,), or raise ValueError."""
    return as_vector(as_result(result, (len(y),), name))


def as_result(result: object, shape: tuple[int, ...], name: str) -> Array:
    """Return what a user's function returned, an array of this shape, or raise ValueError."""
    array = cast("Array", result)  # is one, if the next line lets it pass
    if not isinstance(result, np.ndarray) or array.shape != shape:
        got = f"shape {array.shape}" if isinstance(result, np.ndarray) else repr(result)
        msg = f"{name} must return an array of shape {shape}; got {got}"
        raise ValueError(msg)
    return array


def _shape_advice(array: Array, width: int, name: str) -> str:
    """Return what to do about a batch of the wrong shape, or nothing."""
    shape = array.shape
    if array.dtype == object and not shape:
        return f", one {type(array.item()).__name__} that is no array"
    if len(shape) == 2 and shape[0] == width:
        look = "like one example as a column" if shape[1] == 1 else "transposed"
        return f", which looks {look}: rows are examples, pass {name}.T"
    if len(shape) > 2 and math.prod(shape[1:]) == width:
        return f": flatten each example, pass {name}.reshape({shape[0]}, {width})"
    if len(shape) == 1 and width == 1:
        return f": if these are {shape[0]} examples of one number, pass {name}.reshape(-1, 1)"
    if len(shape) == 1 and name == "y":
        # Integers have become floats by now, which cannot index.
        return f": if these are class labels, pass np.eye({width})[np.asarray(y, int)]"
    return ""
