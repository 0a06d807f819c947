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
  sizes[l-1])`` and ``biases[l]`` ``(sizes[l],)`` no type can carry. `nncore.inputs` checks
  it each time that a network reads them.
- dtypes are not proved: the same kernels run on floats, complex numbers and foreign numbers.
- The operator signatures below, and the casts of the doors, are the only claims that are
  trusted; a test holds each signature to what numpy does at pairwise distinct sizes.

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

from collections.abc import Callable, Iterable
from functools import partial
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
from .products import bound_product

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
    "SpreadSum",
    "SumOfRows",
    "Vector",
    "Width",
    "Write",
    "Writes",
    "add_into",
    "add_spread_into",
    "as_array",
    "as_arrays",
    "as_matrices",
    "as_matrix",
    "as_vector",
    "elementwise",
    "ignore_invalid",
    "product_into",
    "real_part",
    "run",
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

#: What writes into buffers when it is called.
Write: TypeAlias = Callable[[], object]
#: The same, one after the other.
Writes: TypeAlias = list[Write]

#: A decorator for products of finite numbers. In float32, for 5 columns, OpenBLAS's product for
#: AVX-512 takes along what the stack happens to hold and drops it again, but an operation that
#: is invalid there makes numpy warn. A real one follows an overflow, of which numpy warns, too.
ignore_invalid: np.errstate = np.errstate(invalid="ignore")

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
        """Returns what writes a product into an array that is there."""

        @overload
        def __call__(
            self, left: Matrix[M, N], right: Matrix[N, K], out: Matrix[M, K], /
        ) -> Writes: ...
        @overload
        def __call__(
            self, left: Vector[M], right: Matrix[M, K], out: Vector[K], /
        ) -> Writes: ...
        def __call__(self, left: Any, right: Any, out: Any, /) -> Any: ...

    class Difference(Protocol):
        """Returns what writes a difference into an array that is there."""

        def __call__(
            self, left: Matrix[M, N], right: Matrix[M, N], out: Matrix[M, N], /
        ) -> Write: ...

    class SumOfRows(Protocol):
        """Returns what adds a vector or number to every row and writes it into an array."""

        def __call__(
            self, left: Matrix[M, N], right: Vector[N] | int, out: Matrix[M, N], /
        ) -> Write: ...

    class SpreadSum(Protocol):
        """Returns what adds a vector to every row of an array, after a copy to as many rows."""

        def __call__(
            self, out: Matrix[M, N], row: Vector[N], spread: Matrix[M, N], /
        ) -> Writes: ...

else:
    Scalar = Any
    Size = Any
    Vector = np.ndarray[tuple[N], np.dtype[Any]]
    Column = np.ndarray[tuple[M, Literal[1]], np.dtype[Any]]
    Matrix = np.ndarray[tuple[M, N], np.dtype[Any]]
    Product = Callable
    Difference = Callable
    SumOfRows = Callable
    SpreadSum = Callable
    Elementwise = Callable


def _add_spread_into(out: Array, row: Array, spread: Array) -> Writes:
    """Bind a copy and a sum: in small arrays they are faster than a sum with one row."""
    return [partial(np.copyto, spread, row), partial(np.add, out, spread, out)]


#: The operations of the kernels that write into buffers, rows or columns one behind the other.
product_into: Product = cast("Product", bound_product)
add_into: SumOfRows = cast("SumOfRows", partial(partial, np.add))
add_spread_into: SpreadSum = cast("SpreadSum", _add_spread_into)
subtract_into: Difference = cast("Difference", partial(partial, np.subtract))


def run(writes: Writes) -> None:
    """Call what writes into buffers, in order."""
    for write in writes:
        write()


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


def real_part(z: Array) -> Array:
    """Return the real parts, a view; numbers of any other kind are their own."""
    part: Array = cast("Any", z).real  # numpy's annotations know no `real` of any number
    return part


def _check_rank(array: Array, rank: int) -> None:
    """Raise ValueError unless the array has so many dimensions."""
    if array.ndim != rank:
        msg = f"a {'vector' if rank == 1 else 'matrix'} has {rank} dimensions"
        raise ValueError(msg + f"; got an array of shape {array.shape}")
