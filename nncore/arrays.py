"""
Dimensions in types: ``Matrix[M, N]``, ``Vector[N]``, and the doors that lead to them.

A type checker sees classes whose operators carry the dimensions from the operands to the
result, and rejects a product, a sum or a transpose whose dimensions do not fit. At run time
they are plain `numpy.ndarray`: the dimensions cost nothing.

What is proved, and what is not:

- Dimensions are proved wherever functions are generic in them: `nncore.kernels`, and the
  functions of `nncore.costs` and `nncore.activations` that take a ``Matrix``. They broadcast in
  one way only: a ``Vector``, one number for each column, is added; a ``Column``, one number
  for each row, is subtracted, multiplied by and divided by. ``len`` is an int like any other,
  ``shape[0]`` a `Size`: a batch can be divided by the size of the batch, and by no other.
- In a list of layers every width is a `Width`, so the checker tells widths from batches there,
  but not one layer's width from another's: that ``weights[l]`` has shape ``(sizes[l],
  sizes[l-1])`` and ``biases[l]`` ``(sizes[l],)`` no type can carry. `as_parameter` checks it
  each time that a network reads them.
- dtypes are not proved: the same kernels run on floats, complex numbers and foreign numbers.
- The operator signatures below, and the casts of the doors, are the only claims that are
  trusted; a test holds each signature to what numpy does at pairwise distinct sizes.

Arrays come in through `as_batch` and `as_parameter`, which check what no type can carry: the
shape and the numbers of an array that somebody else made. They share three rules. Real numbers
become floats of the network's dtype; complex numbers and objects (balls, rationals) pass with
their shape checked; everything else, bool, NaN and infinity among it, is refused.

A kernel of your own states its dimensions as type variables, takes its arrays from `as_matrix`
and `as_vector`, and gives them back through `as_array`.

Examples
--------
>>> def layer_forward(w: Matrix[N, K], b: Vector[N], a_prev: Matrix[M, K]) -> Matrix[M, N]:
...     return a_prev @ w.T + b
>>> w, b, a_prev = np.ones((3, 2)), np.zeros(3), np.ones((1, 2))
>>> as_array(layer_forward(as_matrix(w), as_vector(b), as_matrix(a_prev)))
array([[2., 2., 2.]])
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import (
    TYPE_CHECKING,
    Any,
    Generic,
    Literal,
    NewType,
    Protocol,
    TypeAlias,
    TypeVar,
    cast,
    overload,
)

import numpy as np
import numpy.typing as npt

from .pixels import Pixels

__all__ = [
    "Array",
    "Array1D",
    "Array2D",
    "Column",
    "Elementwise",
    "Matrix",
    "Pixels",
    "Product",
    "Scalar",
    "Size",
    "SumOfRows",
    "Vector",
    "Width",
    "add_into",
    "as_array",
    "as_arrays",
    "as_batch",
    "as_examples",
    "as_matrices",
    "as_matrix",
    "as_numbers",
    "as_parameter",
    "as_result",
    "as_vector",
    "check_finite",
    "elementwise",
    "matrix_like",
    "one_for_each_row",
    "product_into",
    "real_part",
    "rows_of",
    "subtract_into",
]

K = TypeVar("K", bound=int)
M = TypeVar("M", bound=int)
N = TypeVar("N", bound=int)

#: An array of floats, complex numbers or foreign numbers (dtype object).
Array: TypeAlias = npt.NDArray[Any]
#: The same with its rank, as far as numpy's own types carry one.
Array1D: TypeAlias = np.ndarray[tuple[int], np.dtype[Any]]
Array2D: TypeAlias = np.ndarray[tuple[int, int], np.dtype[Any]]

#: The width of some layer; of which one, the types do not say.
Width = NewType("Width", int)

if TYPE_CHECKING:

    class Scalar:
        """One number, of the kind that the array is made of."""

        def __float__(self) -> float: ...
        def __neg__(self) -> Scalar: ...
        def __add__(self, other: Scalar | float, /) -> Scalar: ...
        def __sub__(self, other: Scalar | float, /) -> Scalar: ...
        def __mul__(self, other: Scalar | float, /) -> Scalar: ...
        def __truediv__(self, other: Scalar | float, /) -> Scalar: ...
        def __radd__(self, other: float, /) -> Scalar: ...
        def __rsub__(self, other: float, /) -> Scalar: ...
        def __rmul__(self, other: float, /) -> Scalar: ...
        def __rtruediv__(self, other: float, /) -> Scalar: ...

    class Size(Generic[N]):
        """The number N, an int, which is kept apart so that a mean divides by the right one."""

    class Vector(Generic[N]):
        """N numbers."""

        @property
        def shape(self) -> tuple[Size[N]]: ...
        def __len__(self) -> int: ...
        def __neg__(self) -> Vector[N]: ...
        @overload
        def __matmul__(self, other: Vector[N], /) -> Scalar: ...
        @overload
        def __matmul__(self, other: Matrix[N, K], /) -> Vector[K]: ...
        def __matmul__(self, other: Any, /) -> Any: ...
        def __add__(self, other: Vector[N] | float, /) -> Vector[N]: ...
        def __sub__(self, other: Vector[N] | float, /) -> Vector[N]: ...
        def __mul__(self, other: Vector[N] | float, /) -> Vector[N]: ...
        def __truediv__(self, other: Vector[N] | Size[N] | float, /) -> Vector[N]: ...
        def __radd__(self, other: float, /) -> Vector[N]: ...
        def __rsub__(self, other: float, /) -> Vector[N]: ...
        def __rmul__(self, other: float, /) -> Vector[N]: ...
        def __rtruediv__(self, other: float, /) -> Vector[N]: ...
        def sum(self) -> Scalar: ...

    class Column(Generic[M]):
        """One number for each of M rows, shape (M, 1)."""

        def __len__(self) -> int: ...
        def __neg__(self) -> Column[M]: ...
        def __truediv__(self, other: float, /) -> Column[M]: ...
        def __rmul__(self, other: float, /) -> Column[M]: ...

    class Matrix(Generic[M, N]):
        """M rows of N numbers."""

        @property
        def T(self) -> Matrix[N, M]: ...
        @property
        def shape(self) -> tuple[Size[M], Size[N]]: ...
        def __len__(self) -> int: ...
        def __neg__(self) -> Matrix[M, N]: ...
        @overload
        def __matmul__(self, other: Matrix[N, K], /) -> Matrix[M, K]: ...
        @overload
        def __matmul__(self, other: Vector[N], /) -> Vector[M]: ...
        def __matmul__(self, other: Any, /) -> Any: ...
        def __add__(self, other: Matrix[M, N] | Vector[N] | float, /) -> Matrix[M, N]: ...
        def __sub__(self, other: Matrix[M, N] | Column[M] | float, /) -> Matrix[M, N]: ...
        def __mul__(self, other: Matrix[M, N] | Column[M] | float, /) -> Matrix[M, N]: ...
        def __truediv__(
            self, other: Matrix[M, N] | Column[M] | Size[M] | float, /
        ) -> Matrix[M, N]: ...
        def __radd__(self, other: Vector[N] | float, /) -> Matrix[M, N]: ...
        def __rsub__(self, other: Column[M] | float, /) -> Matrix[M, N]: ...
        def __rmul__(self, other: Column[M] | float, /) -> Matrix[M, N]: ...
        def __rtruediv__(self, other: float, /) -> Matrix[M, N]: ...
        @overload
        def sum(self) -> Scalar: ...
        @overload
        def sum(self, axis: Literal[0]) -> Vector[N]: ...
        @overload
        def sum(self, axis: Literal[1]) -> Vector[M]: ...
        @overload
        def sum(self, axis: Literal[1], *, keepdims: Literal[True]) -> Column[M]: ...
        def sum(self, axis: int | None = None, *, keepdims: bool = False) -> Any: ...

    D = TypeVar("D", bound=Matrix[Any, Any] | Vector[Any] | Column[Any])

    class Elementwise(Protocol):
        """A function of each entry: the dimensions stay as they are."""

        def __call__(self, z: D, /) -> D: ...

    class Product(Protocol):
        """A product that is written into an array that is there, and returned."""

        @overload
        def __call__(
            self, left: Matrix[M, N], right: Matrix[N, K], out: Matrix[M, K], /
        ) -> Matrix[M, K]: ...
        @overload
        def __call__(
            self, left: Vector[M], right: Matrix[M, K], out: Vector[K], /
        ) -> Vector[K]: ...
        def __call__(self, left: Any, right: Any, out: Any, /) -> Any: ...

    class Difference(Protocol):
        """A difference that is written into an array that is there, and returned."""

        def __call__(
            self, left: Matrix[M, N], right: Matrix[M, N], out: Matrix[M, N], /
        ) -> Matrix[M, N]: ...

    class SumOfRows(Protocol):
        """A vector or number added to every row, written into an array, and returned."""

        def __call__(
            self, left: Matrix[M, N], right: Vector[N] | int, out: Matrix[M, N], /
        ) -> Matrix[M, N]: ...

else:
    Scalar = Any
    Size = Any
    Vector = np.ndarray[tuple[N], np.dtype[Any]]
    Column = np.ndarray[tuple[M, Literal[1]], np.dtype[Any]]
    Matrix = np.ndarray[tuple[M, N], np.dtype[Any]]
    Product = Callable
    Difference = Callable
    SumOfRows = Callable
    Elementwise = Callable


def _product_into(left: Array, right: Array, out: Array) -> Array:
    """Write a product; BLAS writes rows, and columns are the rows of the transposed product."""
    if out.flags.c_contiguous:
        left.dot(right, out)
    else:
        right.T.dot(left.T, out.T)
    return out


#: The operations of the kernels that write into buffers, rows or columns one behind the other.
product_into: Product = cast("Product", _product_into)
add_into: SumOfRows = cast("SumOfRows", np.add)
subtract_into: Difference = cast("Difference", np.subtract)


def as_array(matrix: Matrix[M, N] | Vector[N] | Column[M]) -> Array:
    """
    Return the same array without its dimensions.

    Parameters
    ----------
    matrix : Matrix, Vector or Column
        An array, for a type checker one with dimensions.

    Returns
    -------
    numpy.ndarray of the same shape
        The very same object.

    Examples
    --------
    >>> z = as_matrix(np.zeros((2, 3)))
    >>> as_array(z) is z
    True
    """
    return cast("Array", matrix)


def as_arrays(matrices: Iterable[Matrix[M, N]] | Iterable[Vector[N]]) -> list[Array]:
    """Return the same arrays without their dimensions."""
    return [as_array(matrix) for matrix in matrices]


def as_matrix(array: Array) -> Matrix[Any, Any]:
    """
    Return the same array as a matrix, of the dimensions that its caller claims.

    Parameters
    ----------
    array : numpy.ndarray of shape (m, n)
        Any numbers.

    Returns
    -------
    Matrix
        The very same object.

    Raises
    ------
    ValueError
        If the array is not two-dimensional.

    Examples
    --------
    >>> as_matrix(np.zeros((2, 3))).shape
    (2, 3)
    """
    _check_rank(array, 2)
    return cast("Matrix[Any, Any]", array)


def as_vector(array: Array) -> Vector[Any]:
    """
    Return the same array as a vector, of the dimension that its caller claims.

    Parameters
    ----------
    array : numpy.ndarray of shape (n,)
        Any numbers.

    Returns
    -------
    Vector
        The very same object.

    Raises
    ------
    ValueError
        If the array is not one-dimensional.

    Examples
    --------
    >>> as_vector(np.zeros(3)).shape
    (3,)
    """
    _check_rank(array, 1)
    return cast("Vector[Any]", array)


def as_matrices(arrays: Iterable[Array]) -> list[Matrix[Any, Any]]:
    """Return the same arrays as matrices, of the dimensions that their caller claims."""
    return [as_matrix(array) for array in arrays]


def elementwise(function: Callable[[Array], Array]) -> Elementwise:
    """
    Return the same function; that it keeps the shape of any array is the caller's claim.

    Parameters
    ----------
    function : callable
        From an array to one of the same shape.

    Returns
    -------
    Elementwise
        The very same object, which to a type checker keeps dimensions.

    Examples
    --------
    >>> elementwise(np.tanh) is np.tanh
    True
    """
    return cast("Elementwise", function)


def matrix_like(z: Matrix[M, N], result: object, name: str) -> Matrix[M, N]:
    """Return what a user's function returned, of the shape of z, or raise ValueError."""
    return as_matrix(as_result(result, as_array(z).shape, name))


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


def real_part(z: Array) -> Array:
    """Return the real parts, a view; numbers of any other kind are their own."""
    part: Array = cast("Any", z).real  # numpy's annotations know no `real` of any number
    return part


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
    try:
        array: Array = np.asanyarray(value)
    except ValueError:
        msg = f"`{name}` must be a rectangular array of numbers; its rows differ in length"
        raise ValueError(msg) from None
    if isinstance(array, np.ma.MaskedArray):
        msg = f"`{name}` must not be masked: fill it, or leave out the masked examples"
        raise TypeError(msg)
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


def check_finite(array: Array, name: str) -> None:
    """Raise ValueError, naming the first entry that is not finite, if `array` is real."""
    if array.dtype.kind != "f" or np.isfinite(array).all():
        return
    index = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
    msg = f"`{name}` must be finite; {name}{list(index)} is {array[index]}"
    raise ValueError(msg)


def _check_rank(array: Array, rank: int) -> None:
    """Raise ValueError unless the array has so many dimensions."""
    if array.ndim != rank:
        msg = f"a {'vector' if rank == 1 else 'matrix'} has {rank} dimensions"
        raise ValueError(msg + f"; got an array of shape {array.shape}")


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
        return f": if these are class labels, pass np.eye({width})[y]"
    return ""
