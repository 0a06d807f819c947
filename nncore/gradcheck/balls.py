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

    from .structure import AnyArray

__all__ = [
    "METHODS",
    "Ball",
    "BallArray",
    "array_of",
    "balls",
    "entries_and_slots",
    "entries_of",
    "is_constant",
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
        return _ufunc(ufunc, method, args, options)

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
        return _ufunc(ufunc, method, args, options)

    def __array_function__(
        self, function: Operand, types: Operand, args: Operand, options: Operand
    ) -> Operand:
        ours = current().functions.get(function)
        if ours is not None:
            return _matrix_like(ours(*args, **options), args)
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


def is_constant(thing: Operand) -> bool:
    """Whether a thing is a plain number.

    Parameters
    ----------
    thing : Operand
        Whatever a function was given.

    Returns
    -------
    bool
        Not so for our numbers, which say that they are floats, for arrays and for truth values.
    """
    if type(thing) is Ball or isinstance(thing, bool):
        return False
    return isinstance(thing, float | int | np.number)


def balls(thing: Operand) -> Operand:
    """Anything as an array of our numbers.

    Parameters
    ----------
    thing : Operand
        A number, an array, or lists of them; floats become constants of the run.

    Returns
    -------
    BallArray
        Of the same shape; a constant has the slot `CONSTANT`.
    """
    if type(thing) is Ball:
        return array_of([thing], ())
    run = current()
    if isinstance(thing, int | float):  # not a number of ours, which says that it is one
        run.meet([thing] if isinstance(thing, float) else [])
        return array_of([Ball(run.number(thing))], ())
    array = thing if isinstance(thing, np.ndarray) else np.asarray(thing)
    return array_of(entries_of(array), array.shape)


def entries_of(array: AnyArray) -> list[Ball]:
    """The entries of an array as numbers of the run.

    Parameters
    ----------
    array : ndarray
        Of our numbers, or of floats, which become constants of the run.

    Returns
    -------
    list of Ball
        Row by row.
    """
    return entries_and_slots(array)[0]


def entries_and_slots(array: AnyArray) -> tuple[list[Ball], list[int]]:
    """The entries of an array as numbers of the run, and their slots.

    Parameters
    ----------
    array : ndarray
        As for `entries_of`.

    Returns
    -------
    pair of lists
        Row by row.
    """
    run = current()
    kind = array.dtype.kind
    flat = np.asarray(array).ravel().tolist()
    if kind == "O":
        try:
            return _ours(flat)
        except AttributeError:  # rare, and to ask for every type first takes time
            return _ours([e if type(e) is Ball else _constant(e) for e in flat])
    if kind not in "fiub":
        msg = f"an array of dtype {array.dtype} meets the parameters"
        raise run.defeated(msg)
    if kind == "f":
        run.meet(flat)
        if array.dtype.itemsize < np.dtype(float).itemsize:
            run.meet_short(flat)
    return list(map(Ball, run.numbers(flat))), [CONSTANT] * len(flat)


def _constant(entry: Operand) -> Ball:
    """A number that stands among ours in an array."""
    run = current()
    if isinstance(entry, np.floating) and entry.itemsize < np.dtype(float).itemsize:
        run.meet_short([float(entry)])
    plain = entry.item() if isinstance(entry, np.generic) else entry
    if not isinstance(plain, int | float):
        msg = f"an array holds a {type(plain).__name__}"
        raise run.defeated(msg)
    if isinstance(plain, float):
        run.meet([plain])
    return Ball(run.number(plain))


def _ours(entries: list[Ball]) -> tuple[list[Ball], list[int]]:
    """Entries and slots, unless one was kept from an earlier run or is none of ours."""
    start, slots = current().tape.start, [entry.slot for entry in entries]
    if min(slots, default=start) < start:
        msg = "a number kept from an earlier call is used again: hidden state"
        raise current().defeated(msg)
    return entries, slots


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


def _ufunc(
    ufunc: Operand, method: str, args: tuple[Any, ...], options: dict[str, Any]
) -> Operand:
    """What numpy's universal function gives for our numbers."""
    run = current()
    outs = options.pop("out", None)
    where = options.pop("where", True)
    dtype = options.pop("dtype", None)
    options.pop("casting", None)
    # scipy's functions are known by name: scipy is not imported.
    ours = run.ufuncs.get(ufunc) or run.ufuncs.get(ufunc.__name__)
    if ours is None:
        return _unknown(ufunc, method, args, options)
    is_call = method == "__call__"
    unknown = options.keys() - {"order", "subok"} if is_call else set()
    if unknown or not (is_call or getattr(np.ufunc, method) in run.functions):
        msg = f"`{ufunc.__name__}` with {method} and {sorted(unknown)} is not known on balls"
        raise run.defeated(msg)
    if is_call:
        result = _matrix_like(ours(*args), args)
    else:
        options |= {} if where is True else {"where": where}
        result = run.functions[getattr(np.ufunc, method)](ufunc, *args, **options)
        where = True
    if dtype is not None:
        result = run.functions[np.ndarray.astype](result, dtype)
    return result if outs is None else _stored(result, outs[0], where)


def _matrix_like(result: Operand, args: tuple[Any, ...]) -> Operand:
    """The result, a matrix where one of the operands is."""
    if isinstance(result, BallArray) and any(isinstance(arg, np.matrix) for arg in args):
        return result.view(BallArray.as_matrix)
    return result


def _stored(result: Operand, out: Operand, where: Operand) -> Operand:
    """The array `out`, holding the result."""
    if out.dtype.kind not in "Ob" or (out.dtype.kind == "b") != (_kind(result) == "b"):
        reason = (
            "a result that depends on the parameters is written into an array of dtype "
            f"{out.dtype}; make that array with np.zeros_like of an input"
        )
        raise current().defeated(reason)
    if where is True:
        out[...] = result
    else:
        np.copyto(np.asarray(out), np.asarray(result), where=np.asarray(where))
    return out


def _kind(result: Operand) -> str:
    """The kind of dtype that the result has."""
    return "O" if isinstance(result, Ball) else str(np.asarray(result).dtype.kind)


def _unknown(
    ufunc: Operand, method: str, args: tuple[Any, ...], options: dict[str, Any]
) -> Operand:
    """A function that numpy made of the user's Python function, entry by entry."""
    if "O" not in "".join(ufunc.types).replace("->", "") or ufunc.__name__ in vars(np):
        msg = f"`{ufunc.__name__}` is not known on balls"
        raise current().defeated(msg)
    plain = [np.asarray(balls(a)) if isinstance(a, Ball | BallArray) else a for a in args]
    return wrapped(getattr(ufunc, method)(*plain, **options))
