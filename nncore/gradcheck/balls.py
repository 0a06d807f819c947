"""The two types that the user's code meets: a number and an array of numbers.

Both answer numpy's protocols, so the code need not know. What would quietly turn a number into
a float raises and names the line: a float would end in a proof of nothing.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from .run import asked_by_user, current
from .tape import CONSTANT, Number, Operand

if TYPE_CHECKING:
    from collections.abc import Iterable


__all__ = [
    "METHODS",
    "Ball",
    "BallArray",
    "array_of",
    "matrix_like",
    "wrapped",
]

_CAST = (
    "{} makes a plain float of a number whose derivative is followed; leave it out, or keep to "
    "numpy's functions and to arrays made with np.zeros_like of an input"
)


class Ball:
    """A number of a run, never changed once made.

    Parameters
    ----------
    value : Number
        Its value.
    slot : int
        Its place on the tape.
    """

    __slots__ = ("slot", "value")

    def __init__(self, value: Number, slot: int = CONSTANT) -> None:
        self.value: Number = value
        self.slot: int = slot

    @property  # type: ignore[misc]
    def __class__(self) -> type:  # pyright: ignore[reportIncompatibleMethodOverride] - on purpose
        # What the user's code asks `isinstance` of: floats must go the same way.
        return np.float64

    @property
    def dtype(self) -> Operand:
        """As of a float where the user's code asks."""
        return current().dtype if asked_by_user() else np.dtype(object)

    def __array_ufunc__(
        self, ufunc: Operand, method: str, *args: Operand, **options: Operand
    ) -> Operand:
        return current().ufunc(ufunc, method, args, options)

    def __array_function__(
        self, function: Operand, types: Operand, args: Operand, options: Operand
    ) -> Operand:
        return array_of([self], ()).__array_function__(function, types, args, options)

    def __float__(self) -> float:
        raise current().defeated(_CAST.format("`float()`, a math function or a float buffer"))

    def __int__(self) -> int:
        raise current().defeated(_CAST.format("`int()`"))

    def __complex__(self) -> complex:
        raise current().defeated(_CAST.format("`complex()`"))

    def __bool__(self) -> bool:
        return bool(np.not_equal(cast("Operand", self), 0))

    # The mark keeps a text from being read as a float again, without its derivative.
    def __format__(self, spec: str) -> str:
        return f"{format(float(self.value), spec)}~"

    def __repr__(self) -> str:
        return f"{float(self.value)!r}~"

    def __hash__(self) -> int:
        msg = "a number whose derivative is followed was used as a key"
        raise current().defeated(msg)

    def __round__(self, digits: int | None = None) -> Ball:
        msg = "`round()` leaves no derivative; leave it out"
        raise current().defeated(msg)

    def __neg__(self) -> Operand:
        return np.negative(self)

    def __pos__(self) -> Operand:
        return self

    def __abs__(self) -> Operand:
        return np.absolute(self)

    def __getitem__(self, key: Operand) -> Operand:
        return array_of([self], ())[key]

    def item(self, *_: Operand) -> Ball:
        """The number itself."""
        return self

    def copy(self) -> Ball:
        """The number itself."""
        return self

    def conjugate(self) -> Ball:
        """The number itself: it is real."""
        return self

    def __copy__(self) -> Ball:
        return self

    def __deepcopy__(self, memo: Operand) -> Ball:
        return self


# `+ - * / ** @` and the comparisons are numpy's ufuncs, on numbers as on arrays.
_OPERATORS = {
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "truediv": np.true_divide,
    "pow": np.power,
    "floordiv": np.floor_divide,
    "mod": np.remainder,
}
_COMPARISONS = {
    "lt": np.less,
    "le": np.less_equal,
    "gt": np.greater,
    "ge": np.greater_equal,
    "eq": np.equal,
    "ne": np.not_equal,
}


def _operator(ufunc: Operand, *, swapped: bool = False) -> Operand:
    """The method that calls the ufunc."""

    def method(self: Ball, other: Operand) -> Operand:
        if other is None or isinstance(other, str):
            return NotImplemented
        return ufunc(other, self) if swapped else ufunc(self, other)

    return method


def _function(ufunc: Operand) -> Operand:
    """The method that numpy calls for an entry of a plain object array."""

    def method(self: Ball) -> Operand:
        return ufunc(self)

    return method


for _name, _ufunc_of in _OPERATORS.items():
    setattr(Ball, f"__{_name}__", _operator(_ufunc_of))
    setattr(Ball, f"__r{_name}__", _operator(_ufunc_of, swapped=True))
for _name, _ufunc_of in _COMPARISONS.items():
    setattr(Ball, f"__{_name}__", _operator(_ufunc_of))
# numpy calls these methods of the entries of plain object arrays.
# fmt: off
_NUMPY_CALLS = (
    np.exp, np.log, np.log2, np.log10, np.log1p, np.expm1, np.sqrt, np.cbrt, np.tanh,
    np.sinh, np.cosh, np.tan, np.sin, np.cos, np.arctan, np.arcsin, np.arccos, np.arcsinh,
    np.arccosh, np.arctanh, np.square, np.exp2,
)
# fmt: on
for _called in _NUMPY_CALLS:
    setattr(Ball, _called.__name__, _function(_called))


class BallArray(np.ndarray[Any, np.dtype[Any]]):
    """An array of numbers: views, indexing and aliasing are numpy's own."""

    # The type of its matrices, which are known elsewhere.
    as_matrix: type[Any]

    @property
    def dtype(self) -> np.dtype[Any]:
        """As of an array of floats where the user's code asks: it must go the same way."""
        return current().dtype if asked_by_user() else np.ndarray.dtype.__get__(self)

    def __array_ufunc__(
        self, ufunc: Operand, method: str, *args: Operand, **options: Operand
    ) -> Operand:
        return current().ufunc(ufunc, method, args, options)

    def __array_function__(
        self, function: Operand, types: Operand, args: Operand, options: Operand
    ) -> Operand:
        ours = current().functions.get(function)
        if ours is not None:
            return matrix_like(ours(*args, **options), args)
        kinds = [kind for kind in types if not issubclass(kind, Ball)]
        return wrapped(super().__array_function__(function, kinds, args, options))

    def __mul__(self, other: Operand) -> Operand:
        # As for plain arrays: the product of matrices where the other is one.
        return NotImplemented if isinstance(other, np.matrix) else np.multiply(self, other)

    def view(self, *args: Operand, **options: Operand) -> Operand:
        """The same entries; what `np.matrix` makes is ours as well."""
        kinds = [BallArray.as_matrix if arg is np.matrix else arg for arg in args]
        return super().view(*kinds, **options)

    def __bool__(self) -> bool:
        return bool(self.item())

    def __float__(self) -> float:
        raise current().defeated(_CAST.format("`float()`, a math function or a float buffer"))

    def __int__(self) -> int:
        raise current().defeated(_CAST.format("`int()`"))

    def __array_wrap__(
        self, array: Operand, context: Operand = None, return_scalar: bool = False
    ) -> Operand:
        return wrapped(array)

    def astype(self, dtype: Operand, *args: Operand, **options: Operand) -> Operand:
        """The array itself, copied; rounded where the type is float32; integers refused."""
        return current().functions[np.ndarray.astype](self, dtype, *args, **options)


def _method(name: str) -> Operand:
    """The method that numpy's function of the same name implements on our arrays."""

    def method(self: BallArray, *args: Operand, **options: Operand) -> Operand:
        return current().functions[getattr(np, name)](self, *args, **options)

    return method


# fmt: off
METHODS = (
    "sum", "mean", "prod", "max", "min", "argmax", "argmin", "argsort", "cumsum", "dot",
    "clip", "std", "var", "round", "all", "any", "trace",
)
# fmt: on
for _name in METHODS:
    setattr(BallArray, _name, _method(_name))


def _sorted_in_place(self: BallArray, axis: int = -1, **_: Operand) -> None:
    """Sort as ``ndarray.sort`` does."""
    self[...] = current().functions[np.sort](self, axis=axis)


BallArray.sort = cast("Operand", _sorted_in_place)  # type: ignore[method-assign]


def _attribute(name: str) -> Operand:
    """The attribute of a number that an array without dimensions has."""
    return property(lambda self: getattr(array_of([self], ()), name))


# A float64 has the attributes of an array. One by one: `__getattr__` would make every reading
# of a value take three times as long, and a check 1.05 times.
for _name in {*dir(np.ndarray)} - {*dir(Ball)}:
    if not _name.startswith("__"):
        setattr(Ball, _name, _attribute(_name))


def array_of(entries: Iterable[Any], shape: tuple[int, ...]) -> Operand:
    """An array of our type.

    Parameters
    ----------
    entries : iterable of Ball
        Row by row.
    shape : tuple of int
        Its shape.

    Returns
    -------
    BallArray
        Fresh.
    """
    flat = np.fromiter(entries, dtype=object, count=math.prod(shape))
    return flat.reshape(shape).view(BallArray)


def wrapped(result: Operand) -> Operand:
    """What a numpy function returned, its object arrays as ours.

    Parameters
    ----------
    result : Operand
        An array, a number, or a tuple or list of them.

    Returns
    -------
    Any
        The same, not copied.
    """
    if isinstance(result, np.ndarray) and result.dtype.kind == "O":
        is_matrix = isinstance(result, np.matrix)
        return result.view(BallArray.as_matrix if is_matrix else BallArray)
    if isinstance(result, tuple | list):
        return type(result)(wrapped(item) for item in result)
    return result


def matrix_like(result: Operand, args: tuple[Any, ...]) -> Operand:
    """The result, a matrix where one of the operands is.

    Parameters
    ----------
    result : Operand
        What a function gave.
    args : tuple
        What it was given.

    Returns
    -------
    Any
        Not copied.
    """
    if isinstance(result, BallArray) and any(isinstance(arg, np.matrix) for arg in args):
        return result.view(BallArray.as_matrix)
    return result
