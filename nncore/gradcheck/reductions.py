"""numpy's functions that join entries along axes; no parameter is passed over in silence."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import numpy as np

from .balls import array_of
from .choices import larger, sign_of
from .entries import balls
from .operations import groups, summed, unwrapped
from .run import current

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .balls import Ball
    from .tape import Operand

__all__ = ["NO_VALUE", "REDUCTIONS", "extreme", "stored", "total"]

# numpy's own default.
NO_VALUE = np._NoValue  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] - it has no other name


def stored(result: Operand, out: Operand) -> Operand:
    """The result, in the array `out` where there is one.

    Parameters
    ----------
    result : BallArray or Ball
        What a function gave.
    out : ndarray or None
        As passed to the function.

    Returns
    -------
    BallArray or Ball
        `out` itself, where there is one.
    """
    if out is None:
        return result
    if out.dtype.kind != "O":
        msg = (
            f"a result is written into an array of dtype {out.dtype}; make that array with "
            "np.zeros_like of an input"
        )
        raise current().defeated(msg)
    out[...] = result
    return out


def _reduction(compute: Callable[..., Operand], order: str, known: str = "") -> Operand:
    """The function of numpy, given the parameters after `axis` and those that are known."""
    names = order.split()

    def function(
        a: Operand, axis: Operand = None, *args: Operand, **options: Operand
    ) -> Operand:
        given = dict(zip(names, args, strict=False)) | options
        given = {k: v for k, v in given.items() if v is not None and v is not NO_VALUE}
        if given.get("where") is True:
            del given["where"]
        out, dtype = given.pop("out", None), given.pop("dtype", None)
        keepdims = bool(given.pop("keepdims", False))
        unknown = sorted(given.keys() - set(known.split()))
        if unknown or len(args) > len(names):
            msg = f"the parameters {unknown or args} of a reduction are not known on balls"
            raise current().defeated(msg)
        result = compute(balls(a), axis, keepdims, **given)
        if dtype is not None:
            result = current().functions[np.ndarray.astype](result, dtype)
        return stored(result, out)

    return function


def total(
    a: Operand, axis: Operand, keepdims: bool, where: Operand = True, initial: Operand = None
) -> Operand:
    """The sum of the entries.

    Parameters
    ----------
    a : BallArray
        The terms.
    axis : int, tuple of int or None
        Along which to add.
    keepdims : bool
        Whether these axes stay, with length 1.
    where : array_like of bool, optional
        The terms that count.
    initial : number, optional
        A further term.

    Returns
    -------
    BallArray or Ball
        As `numpy.sum`.
    """
    terms = a if where is True else np.where(where, a, balls(0))
    result = summed(terms, axis, keepdims=keepdims)
    return result if initial is None else result + initial


def _mean(a: Operand, axis: Operand, keepdims: bool) -> Operand:
    """`np.mean`."""
    result = total(a, axis, keepdims)
    return result / (a.size // max(np.size(result), 1))


def _var(a: Operand, axis: Operand, keepdims: bool, ddof: int = 0) -> Operand:
    """`np.var`."""
    from_mean = a - _mean(a, axis, keepdims=True)
    result = total(from_mean * from_mean, axis, keepdims)
    return result / (a.size // max(np.size(result), 1) - ddof)


def _std(a: Operand, axis: Operand, keepdims: bool, ddof: int = 0) -> Operand:
    """`np.std`."""
    return np.sqrt(_var(a, axis, keepdims, ddof))


def _folded(
    join: Callable[..., Operand],
    a: Operand,
    axis: Operand,
    keepdims: bool,
    initial: Operand,
) -> Operand:
    """The entries along the axes, joined two by two."""
    rows, shape = groups(np.asarray(a), axis, keepdims=keepdims)
    first = [] if initial is None else [balls(initial).ravel().tolist()[0]]
    return unwrapped(array_of([functools.reduce(join, first + row) for row in rows], shape))


def extreme(sign: int) -> Operand:
    """The largest entry, or the smallest.

    Parameters
    ----------
    sign : int
        1 or -1.

    Returns
    -------
    callable
        Of an array, axes, whether these are kept, and a further number.
    """

    def of_array(a: Operand, axis: Operand, keepdims: bool, initial: Operand = None) -> Operand:
        return _folded(lambda x, y: larger(x, y, sign), a, axis, keepdims, initial)

    return of_array


def _prod(a: Operand, axis: Operand, keepdims: bool, initial: Operand = None) -> Operand:
    """`np.prod`."""
    return _folded(np.multiply, a, axis, keepdims, initial)


def _arg_extreme(sign: int) -> Operand:
    """`np.argmax` or `np.argmin`: the first."""

    def place(row: Sequence[Ball]) -> int:
        best = 0
        for i in range(1, len(row)):
            if sign_of(row[i], row[best]) == sign:
                best = i
        return best

    def places(a: Operand, axis: Operand, keepdims: bool) -> Operand:
        rows, shape = groups(np.asarray(a), axis, keepdims=keepdims)
        return np.array([place(row) for row in rows], dtype=np.intp).reshape(shape)[()]

    return places


def _question(join: Callable[..., Any]) -> Operand:
    """`np.all` or `np.any`."""

    def question(a: Operand, axis: Operand, keepdims: bool) -> Operand:
        return join(a != 0, axis=axis, keepdims=keepdims)

    return question


def _cumulated(join: Operand) -> Operand:
    """`np.cumsum` or `np.cumprod`."""

    def cumulated(a: Operand, axis: int | None, keepdims: bool) -> Operand:
        del keepdims
        if axis is None:
            a, axis = a.ravel(), 0
        result = a.copy()
        along = np.moveaxis(result, axis, 0)
        for i in range(1, len(along)):
            along[i] = join(along[i - 1], along[i])
        return result

    return cumulated


_SUM = "dtype out keepdims initial where"
_MAX = "out keepdims initial where"
_VAR = "dtype out ddof keepdims where"

REDUCTIONS: dict[Any, Any] = {
    np.sum: _reduction(total, _SUM, "initial where"),
    np.prod: _reduction(_prod, _SUM, "initial"),
    np.mean: _reduction(_mean, "dtype out keepdims where"),
    np.var: _reduction(_var, _VAR, "ddof"),
    np.std: _reduction(_std, _VAR, "ddof"),
    np.max: _reduction(extreme(1), _MAX, "initial"),
    np.amax: _reduction(extreme(1), _MAX, "initial"),
    np.min: _reduction(extreme(-1), _MAX, "initial"),
    np.amin: _reduction(extreme(-1), _MAX, "initial"),
    np.argmax: _reduction(_arg_extreme(1), "out keepdims"),
    np.argmin: _reduction(_arg_extreme(-1), "out keepdims"),
    np.all: _reduction(_question(np.all), "out keepdims where"),
    np.any: _reduction(_question(np.any), "out keepdims where"),
    np.cumsum: _reduction(_cumulated(np.add), "dtype out"),
    np.cumprod: _reduction(_cumulated(np.multiply), "dtype out"),
}
