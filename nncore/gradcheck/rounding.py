"""Random rounding: how much of a result is rounding error, measured without a formula.

Every float result of numpy is moved at random to a neighbour (Parker, Monte Carlo arithmetic,
1997; Vignes, A stochastic arithmetic for reliable scientific computation, 1993). The spread of
a few runs is the rounding error that the program owes, cancellations such as ``1 - a`` at
saturation included, which no jitter of the inputs would show.
"""

from __future__ import annotations

import contextlib
import dataclasses
import math
import random
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from .exact_functions import EXACT

if TYPE_CHECKING:
    from .structure import AnyArray

__all__ = ["Passing", "Rounded", "Rounding", "unwrapped"]

# Arguments and results of functions that this module passes through without knowing them.
Anything: TypeAlias = Any


class Rounding:
    """The source of one run's random roundings, and whether numbers escaped it.

    Parameters
    ----------
    seed : int
        Of the random generator.
    run : int
        Which run of several; run 0 moves nothing, and is what the others are held against.
    """

    def __init__(self, seed: int, run: int) -> None:
        self.rng: np.random.Generator = np.random.default_rng((seed, run))
        self.name: str = f"{seed} {run}"
        self.amplitude: float = 1.0 if run else 0.0
        self.escaped = False
        # Floats of the user's code that met these arrays, and those to be moved, by how much.
        self.met: set[float] | None = None
        self.constants: frozenset[float] = frozenset()
        self.ulp: int = 0
        self.busy: bool = False
        self.claims: dict[tuple[int, int, int], _Claim] = {}

    @property
    def has_lost(self) -> bool:
        """Whether numbers left and did not come back."""
        return self.escaped or not all(claim.came_back for claim in self.claims.values())

    def wrap(self, array: AnyArray) -> Rounded:
        """Array whose every result is rounded at random. The array is not copied.

        Parameters
        ----------
        array : ndarray
            Floats or complex numbers.

        Returns
        -------
        Rounded
            Stands for the array in the user's code.
        """
        return Rounded(array, self)

    def moved(self, array: Anything) -> Anything:
        """The floats of an array, each moved to a neighbour at random.

        Parameters
        ----------
        array : Any
            Arrays of other kinds are returned as they are.

        Returns
        -------
        Any
            A new array, or the argument.
        """
        kind = getattr(array, "dtype", np.dtype(object)).kind
        if kind == "f":
            epsilon = np.finfo(array.dtype).eps
            with self.inside():
                # By 1 to 3 units: moves of one size would cancel exactly in one run of two.
                units = self.rng.uniform(-2, 2, np.shape(array))
                units += np.copysign(1.0, units)
                factor = 1 + self.amplitude * epsilon * units
                return np.asarray(array * factor, dtype=array.dtype)
        if kind == "c":
            return self.moved(np.real(array)) + 1j * self.moved(np.imag(array))
        return array

    def constant(self, thing: Anything) -> Anything:
        """A number or an array of the user's own, remembered and moved if that is wanted.

        Parameters
        ----------
        thing : Any
            What met an array of the run; only floats count.

        Returns
        -------
        Any
            The same, or a moved copy.
        """
        if self.met is None and not self.constants:
            return thing
        if isinstance(thing, tuple | list):
            return _rebuilt(thing, [self.constant(item) for item in thing])
        is_float = isinstance(thing, float)
        if not (is_float or (isinstance(thing, np.ndarray) and thing.dtype == float)):
            return thing
        flat = [float(thing)] if is_float else thing.ravel().tolist()
        if self.met is not None:
            self.met.update(flat)
        if not self.constants.intersection(flat):
            return thing
        moved = [self._moved_constant(value) for value in flat]
        return moved[0] if is_float else np.array(moved).reshape(thing.shape)

    def _moved_constant(self, value: float) -> float:
        """The constant, moved by many ulp where it is one of those."""
        if value not in self.constants:
            return value
        # The same number moves alike wherever it stands.
        draw = random.Random(f"{self.name} {value}")  # noqa: S311 - no secret
        steps = draw.choice((-1, 1)) * draw.randint((self.ulp + 1) // 2, self.ulp)
        return value + steps * math.ulp(value)

    @contextlib.contextmanager
    def inside(self) -> Iterator[None]:
        """Mark numpy's own work: allocation there is not the user's."""
        if self.busy:
            yield
            return
        self.busy = True
        try:
            with np.errstate(all="ignore"):
                yield
        finally:
            self.busy = False

    def call(
        self, name: str, function: Callable[..., Anything], args: Anything, kwargs: Anything
    ) -> Anything:
        """Result of a numpy function, rounded at random.

        Parameters
        ----------
        name : str
            Of the function.
        function : callable
            The function on plain arrays.
        args, kwargs : Any
            Its arguments, with arrays of this class among them.

        Returns
        -------
        Any
            The result; float arrays stand for arrays again.
        """
        with self.inside():
            exact = name in EXACT
            args = self.constant(args)
            plain = [unwrapped(x, None if exact else self) for x in (args, kwargs)]
            result = function(*plain[0], **plain[1])
            return self.wrap_result(result, plain, exact=exact)

    def wrap_result(self, result: Anything, plain: Anything, *, exact: bool) -> Anything:
        """The result with its float arrays wrapped; views stay views.

        Parameters
        ----------
        result, plain : Any
            What a function gave, and what it was given.
        exact : bool
            Whether it has rounded nothing.

        Returns
        -------
        Any
            The same, or the same kind of sequence; other results as they are.
        """
        if isinstance(result, tuple | list):
            items = [self.wrap_result(item, plain, exact=exact) for item in result]
            return _rebuilt(result, items)
        if getattr(result, "dtype", np.dtype(object)).kind not in "fc":
            return result
        is_view = isinstance(result, np.ndarray) and result.base is not None
        return self.wrap(np.asarray(result if exact or is_view else self.moved(result)))


class Rounded(np.lib.mixins.NDArrayOperatorsMixin):
    """An array that stands for an ndarray in the user's code and rounds at random.

    Parameters
    ----------
    array : ndarray
        Its numbers; not copied.
    rounding : Rounding
        The run that it belongs to.
    """

    __array_priority__ = 1000

    def __init__(self, array: AnyArray, rounding: Rounding) -> None:
        self.array = array
        self.rounding = rounding

    def __array_ufunc__(
        self, ufunc: np.ufunc, method: str, *inputs: Anything, **kwargs: Anything
    ) -> Anything:
        rounding = self.rounding
        inputs = rounding.constant(inputs)
        elementwise = method == "__call__" and ufunc.signature is None
        out = kwargs.pop("out", None)
        with rounding.inside():
            plain = [unwrapped(x, None if elementwise else rounding) for x in inputs]
            options = unwrapped(kwargs, None)
            if method == "at":
                return ufunc.at(*unwrapped(inputs, None), **options)
            result = getattr(ufunc, method)(*plain, **options)
            if out is None:
                return rounding.wrap_result(result, plain, exact=False)
            return self._write(out, result)

    def _write(self, out: Anything, result: Anything) -> Anything:
        """The outputs, the results written into them."""
        results = result if isinstance(result, tuple) else (result,)
        for target, value in zip(out, results, strict=True):
            plain = target.array if isinstance(target, Rounded) else target
            self.rounding.escaped |= plain is target
            np.copyto(plain, self.rounding.moved(value), casting="same_kind")
        return out[0] if len(out) == 1 else out

    def __array_function__(
        self, func: Callable[..., Anything], types: Anything, args: Anything, kwargs: Anything
    ) -> Anything:
        del types
        return self.rounding.call(func.__name__, func, args, kwargs)

    def __array__(self, dtype: Anything = None, copy: Anything = None) -> AnyArray:
        del copy
        if self.rounding.busy:
            return np.array(self.array, dtype=dtype)
        with self.rounding.inside():
            passing = np.array(self.rounding.moved(self.array), dtype=dtype).view(Passing)
        # numpy asks twice, for the type and for the numbers: one instruction is one claim.
        frame = sys._getframe(1)  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] - the instruction that asks
        key = (id(frame.f_code), frame.f_lasti, id(self))
        passing.claim = self.rounding.claims.setdefault(key, _Claim(self.rounding, self))
        return passing

    def __getattr__(self, name: str) -> Anything:
        if name.startswith("__"):
            raise AttributeError(name)
        attribute = getattr(self.array, name)
        if not callable(attribute):
            return self.rounding.wrap_result(attribute, None, exact=True)
        owner = type(self.array)

        def method(*args: Anything, **kwargs: Anything) -> Anything:
            return self.rounding.call(name, getattr(owner, name), (self, *args), kwargs)

        return method

    def __getitem__(self, key: Anything) -> Anything:
        part = self.array[unwrapped(key, None)]
        return self.rounding.wrap(np.asarray(part))

    def __setitem__(self, key: Anything, value: Anything) -> None:
        self.array[unwrapped(key, None)] = unwrapped(self.rounding.constant(value), None)

    def __iter__(self) -> Iterator[Anything]:
        return (self[i] for i in range(len(self.array)))

    def __len__(self) -> int:
        return len(self.array)

    def __bool__(self) -> bool:
        return bool(self.array)

    def __float__(self) -> float:
        self.rounding.escaped = True
        return float(self.array)

    def __complex__(self) -> complex:
        self.rounding.escaped = True
        return complex(self.array)

    def __round__(self, digits: int = 0) -> Anything:
        return self.round(digits)

    def __repr__(self) -> str:
        return repr(self.array)

    def __format__(self, spec: str) -> str:
        return format(self.array[()], spec)


@dataclasses.dataclass
class _Claim:
    """Numbers that numpy's C code was given, as by ``plain.dot(rounded)``."""

    rounding: Rounding
    # Kept, so that its id stays its own.
    source: Rounded
    came_back: bool = False


class Passing(np.ndarray):
    """What numpy's C code is given: its results are of this class again, or are lost."""

    claim: _Claim | None

    @property
    def __array_priority__(self) -> float:
        # Above plain arrays, so that products with them are of this class.
        return 1000.0

    def __array_finalize__(self, source: Anything) -> None:
        self.claim = getattr(source, "claim", None)
        if self.claim is not None:
            self.claim.came_back = True

    def __array_ufunc__(
        self, ufunc: np.ufunc, method: str, *inputs: Anything, **kwargs: Anything
    ) -> Anything:
        return self.followed().__array_ufunc__(ufunc, method, *inputs, **kwargs)

    def __array_function__(
        self, func: Anything, types: Anything, args: Anything, kwargs: Anything
    ) -> Anything:
        return self.followed().__array_function__(func, types, args, kwargs)

    def followed(self) -> Rounded:
        """The array as one that rounds at random again."""
        assert self.claim is not None  # noqa: S101 - set where it is made
        self.claim.came_back = True
        return Rounded(self.view(np.ndarray), self.claim.rounding)


def unwrapped(thing: Anything, rounding: Rounding | None) -> Anything:
    """The thing with plain arrays, moved at random where a rounding is given."""
    if isinstance(thing, Passing) and thing.claim is not None:
        thing = thing.followed()
    if isinstance(thing, Rounded):
        return thing.array if rounding is None else rounding.moved(thing.array)
    if isinstance(thing, tuple | list):
        items = [unwrapped(item, rounding) for item in thing]
        return _rebuilt(thing, items)
    if isinstance(thing, Mapping):
        return {key: unwrapped(value, rounding) for key, value in thing.items()}
    return thing


def _rebuilt(sequence: Anything, items: list[Anything]) -> Anything:
    """The items in a sequence of the same kind."""
    return sequence._make(items) if hasattr(sequence, "_make") else type(sequence)(items)
