"""numpy's functions of whole arrays on our numbers: reductions, choices, sorting, casts."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import numpy as np

from .approximations import bounded
from .balls import Ball, BallArray, array_of, balls
from .contractions import dot, einsum, inner, outer, tensordot, vdot
from .elementary import Elementary
from .operations import UFUNCS, _groups, apply, larger, sign_of, summed, unwrapped
from .run import current, user_line

if TYPE_CHECKING:
    from .tape import Operand

__all__ = ["FUNCTIONS", "log_softmax", "logsumexp", "softmax"]

# numpy's own default.
_NO_VALUE = np._NoValue  # noqa: SLF001 - it has no other name


def _sum(
    a: Operand, axis: Operand = None, *_: Operand, keepdims: Operand = False, **options: Operand
) -> Operand:
    """`np.sum`."""
    where = options.get("where", True)
    if where is not True and where is not _NO_VALUE:
        a = np.where(where, balls(a), balls(0))
    total = summed(a, axis, keepdims=bool(keepdims) if keepdims is not _NO_VALUE else False)
    return _out(total, options)


def _out(result: Operand, options: dict[str, Any]) -> Operand:
    """The result, in the array `out=` where one is given."""
    out = options.get("out")
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


def _count(a: Operand, axis: Operand) -> int:
    """How many entries a reduction joins."""
    shape = np.shape(a)
    if axis is None:
        return int(np.prod(shape))
    axes = axis if isinstance(axis, tuple | list) else (axis,)
    return int(np.prod([shape[i] for i in axes]))


def _mean(
    a: Operand, axis: Operand = None, *_: Operand, keepdims: Operand = False, **options: Operand
) -> Operand:
    """`np.mean`."""
    ours = balls(a)
    return _out(_sum(ours, axis, keepdims=keepdims) / _count(ours, axis), options)


def _var(
    a: Operand,
    axis: Operand = None,
    *_: Operand,
    ddof: int = 0,
    keepdims: Operand = False,
    **options: Operand,
) -> Operand:
    """`np.var`."""
    ours = balls(a)
    from_mean = ours - _mean(ours, axis, keepdims=True)
    total = _sum(from_mean * from_mean, axis, keepdims=keepdims)
    return _out(total / (_count(ours, axis) - ddof), options)


def _std(*args: Operand, **options: Operand) -> Operand:
    """`np.std`."""
    return np.sqrt(_var(*args, **options))


def _folded(join: Operand, a: Operand, axis: Operand, *, keepdims: Operand) -> Operand:
    """The entries along the axes, joined two by two."""
    groups, shape = _groups(np.asarray(balls(a)), axis, keepdims=keepdims is True)
    return unwrapped(array_of([functools.reduce(join, group) for group in groups], shape))


def _extreme(sign: int) -> Operand:
    """`np.max` or `np.min`."""

    def extreme(
        a: Operand,
        axis: Operand = None,
        *_: Operand,
        keepdims: Operand = False,
        **options: Operand,
    ) -> Operand:
        largest = _folded(lambda x, y: larger(x, y, sign), a, axis, keepdims=keepdims)
        return _out(largest, options)

    return extreme


def _prod(
    a: Operand, axis: Operand = None, *_: Operand, keepdims: Operand = False, **options: Operand
) -> Operand:
    """`np.prod`."""
    return _out(_folded(lambda x, y: x * y, a, axis, keepdims=keepdims), options)


def _cumulated(join: Operand) -> Operand:
    """`np.cumsum` or `np.cumprod`."""

    def cumulated(
        a: Operand, axis: int | None = None, *_: Operand, **options: Operand
    ) -> Operand:
        ours = balls(a)
        if axis is None:
            ours, axis = ours.ravel(), 0
        result = ours.copy()
        along = np.moveaxis(result, axis, 0)
        for i in range(1, len(along)):
            along[i] = join(along[i - 1], along[i])
        return _out(result, options)

    return cumulated


_KEY = functools.cmp_to_key(sign_of)


def _argsort(a: Operand, axis: int | None = -1, *_: Operand, **__: Operand) -> Operand:
    """`np.argsort`: stable."""
    ours = np.asarray(balls(a))
    if axis is None:
        ours, axis = ours.ravel(), 0
    rows = np.moveaxis(ours, axis, -1)
    places = np.empty(rows.shape, dtype=np.intp)
    for index in np.ndindex(rows.shape[:-1]):
        row = rows[index]
        places[index] = sorted(range(len(row)), key=[_KEY(entry) for entry in row].__getitem__)
    return np.moveaxis(places, -1, axis)


def _sort(a: Operand, axis: int | None = -1, *_: Operand, **__: Operand) -> Operand:
    """`np.sort`."""
    ours = balls(a)
    if axis is None:
        ours, axis = ours.ravel(), 0
    return np.take_along_axis(ours, _argsort(ours, axis), axis)


def _arg_extreme(sign: int) -> Operand:
    """`np.argmax` or `np.argmin`: the first."""

    def place(row: Operand) -> int:
        best = 0
        for i in range(1, len(row)):
            if sign_of(row[i], row[best]) == sign:
                best = i
        return best

    def places(
        a: Operand,
        axis: int | None = None,
        *_: Operand,
        keepdims: Operand = False,
        **__: Operand,
    ) -> Operand:
        groups, shape = _groups(np.asarray(balls(a)), axis, keepdims=keepdims is True)
        return np.array([place(group) for group in groups], dtype=np.intp).reshape(shape)[()]

    return places


def _clip(
    a: Operand, a_min: Operand = None, a_max: Operand = None, *_: Operand, **options: Operand
) -> Operand:
    """`np.clip`, whose bounds are noticed where they are active."""
    low = options.get("min", a_min)
    high = options.get("max", a_max)
    result = balls(a)
    for bound, ufunc in ((low, np.maximum), (high, np.minimum)):
        if bound is not None and bound is not _NO_VALUE:
            result = _CLIPPING[ufunc](result, bound)
    return _out(result, options)


_CLIPPING = {
    np.maximum: bounded(UFUNCS[np.fmax], always=True),
    np.minimum: bounded(UFUNCS[np.fmin], always=True),
}


def _where(condition: Operand, *choices: Operand) -> Operand:
    """`np.where`."""
    if isinstance(condition, Ball | BallArray):
        condition = balls(condition) != 0
    if not choices:
        return np.nonzero(condition)
    x, y = (np.asarray(balls(choice)) for choice in choices)
    return unwrapped(np.asarray(np.where(condition, x, y)).view(BallArray))


def _like(value: int) -> Operand:
    """`np.zeros_like` or `np.ones_like`."""

    def like(
        prototype: Operand,
        dtype: Operand = None,
        *_: Operand,
        shape: Operand = None,
        **__: Operand,
    ) -> Operand:
        return _full_like(prototype, value, dtype, shape=shape)

    return like


def _full_like(
    prototype: Operand,
    value: Operand,
    dtype: Operand = None,
    *_: Operand,
    shape: Operand = None,
    **__: Operand,
) -> Operand:
    """`np.full_like`."""
    shape = np.shape(prototype) if shape is None else shape
    if dtype is not None and np.dtype(dtype).kind not in "fO":
        return np.full(shape, value, dtype=dtype)
    filled = np.empty(shape, dtype=object).view(BallArray)
    filled[...] = balls(value) if not isinstance(value, Ball) else value
    return filled


def _astype(array: Operand, dtype: Operand, *_: Operand, **__: Operand) -> Operand:
    """The array again; rounded to single precision where the type is narrower than float64."""
    run = current()
    kind = np.dtype(dtype)
    if kind.kind not in "fO":
        msg = f"`astype({kind})` makes plain numbers of numbers whose derivative is followed"
        raise run.defeated(msg)
    ours = balls(array).copy()
    if kind.kind == "O" or kind.itemsize >= np.dtype(float).itemsize:
        return unwrapped(ours)
    run.roundings.append(user_line())
    error = run.arithmetic.hull(run.arithmetic.exact(-1), run.arithmetic.exact(1))
    # Subnormal numbers of the narrow type owe an absolute error as well.
    relative = error * run.arithmetic.exact(float(np.finfo(kind).eps) / 2)
    absolute = error * run.arithmetic.exact(float(np.finfo(kind).smallest_subnormal))
    return apply(Elementary(lambda x: x * (1 + relative) + absolute, (None,)), ours)


def _norm(
    x: Operand,
    ord: Operand = None,  # noqa: A002 - numpy's name
    axis: Operand = None,
    keepdims: bool = False,
) -> Operand:
    """`np.linalg.norm` of vectors, and the Frobenius norm."""
    ours = balls(x)
    is_matrix = (ours.ndim == 2 and axis is None) or isinstance(axis, tuple | list)
    if ord is None or (ord == "fro" and is_matrix) or (ord == 2 and not is_matrix):
        return np.sqrt(_sum(ours * ours, axis, keepdims=keepdims))
    if is_matrix:
        msg = f"np.linalg.norm of a matrix with ord={ord!r} is not known"
        raise current().defeated(msg)
    if ord in (np.inf, -np.inf):
        return _extreme(1 if ord > 0 else -1)(abs(ours), axis, keepdims=keepdims)
    if ord == 1:
        return _sum(abs(ours), axis, keepdims=keepdims)
    return _sum(abs(ours) ** ord, axis, keepdims=keepdims) ** (1 / ord)


def _nan_to_num(x: Operand, *_: Operand, **__: Operand) -> Operand:
    """`np.nan_to_num`: nothing to do once all entries are known to be finite."""
    np.isfinite(balls(x))
    return unwrapped(balls(x).copy())


def _allclose(
    a: Operand, b: Operand, rtol: float = 1e-5, atol: float = 1e-8, **_: Operand
) -> Operand:
    """`np.allclose`."""
    return bool(np.all(_isclose(a, b, rtol, atol)))


def _isclose(
    a: Operand, b: Operand, rtol: float = 1e-5, atol: float = 1e-8, **_: Operand
) -> Operand:
    """`np.isclose`."""
    return abs(balls(a) - balls(b)) <= atol + rtol * abs(balls(b))


def _question(join: Operand) -> Operand:
    """`np.all` or `np.any`."""

    def question(
        a: Operand, axis: Operand = None, *_: Operand, keepdims: Operand = False, **__: Operand
    ) -> Operand:
        return join(balls(a) != 0, axis=axis, keepdims=keepdims is True)

    return question


def _trace(a: Operand, *_: Operand, **__: Operand) -> Operand:
    """`np.trace`."""
    return _sum(np.diagonal(balls(a)))


def _refused(*_: Operand, **__: Operand) -> Operand:
    """Rounding, which leaves no derivative."""
    msg = "`np.round` leaves no derivative; leave it out"
    raise current().defeated(msg)


def logsumexp(
    a: Operand,
    axis: Operand = None,
    b: Operand = None,
    keepdims: bool = False,
    return_sign: bool = False,
) -> Operand:
    """`scipy.special.logsumexp`, shifted by the largest entry."""
    if return_sign:
        msg = "logsumexp(return_sign=True) is not known on balls"
        raise current().defeated(msg)
    ours = balls(a)
    top = _extreme(1)(ours, axis, keepdims=True)
    terms = np.exp(ours - top)
    terms = terms if b is None else terms * b
    result = np.log(_sum(terms, axis, keepdims=True)) + top
    return result if keepdims else _sum(result, axis)


def softmax(x: Operand, axis: Operand = None) -> Operand:
    """`scipy.special.softmax`."""
    ours = balls(x)
    terms = np.exp(ours - _extreme(1)(ours, axis, keepdims=True))
    return terms / _sum(terms, axis, keepdims=True)


def log_softmax(x: Operand, axis: Operand = None) -> Operand:
    """`scipy.special.log_softmax`."""
    ours = balls(x)
    return ours - logsumexp(ours, axis, keepdims=True)


_REDUCTIONS: dict[Any, Any] = {
    np.add: _sum,
    np.multiply: _prod,
    np.maximum: _extreme(1),
    np.minimum: _extreme(-1),
}


def _reduce(ufunc: Operand, a: Operand, axis: Operand = 0, **options: Operand) -> Operand:
    """`ufunc.reduce`."""
    if ufunc not in _REDUCTIONS:
        msg = f"`np.{ufunc.__name__}.reduce` is not known on balls"
        raise current().defeated(msg)
    return _REDUCTIONS[ufunc](a, axis, **options)


def _accumulate(ufunc: Operand, a: Operand, axis: int = 0, **options: Operand) -> Operand:
    """`ufunc.accumulate`."""
    return _cumulated(ufunc)(a, axis, **options)


def _outer_of(ufunc: Operand, a: Operand, b: Operand, **_: Operand) -> Operand:
    """`ufunc.outer`."""
    left, right = balls(a), balls(b)
    return UFUNCS[ufunc](left.reshape(left.shape + (1,) * right.ndim), right)


def _at(ufunc: Operand, a: Operand, indices: Operand, b: Operand = None) -> None:
    """`ufunc.at`: one entry after the other."""
    if not (isinstance(a, np.ndarray) and a.dtype.kind == "O"):
        msg = (
            f"`np.{ufunc.__name__}.at` writes into an array of floats; make it with "
            "np.zeros_like of an input"
        )
        raise current().defeated(msg)
    places = np.arange(a.size).reshape(a.shape)[indices]
    values = np.broadcast_to(np.asarray(balls(b)), places.shape)
    flat = np.asarray(a).reshape(-1)
    for place, value in zip(places.ravel().tolist(), values.ravel().tolist(), strict=True):
        flat[place] = ufunc(flat[place], value)
    a[...] = flat.reshape(a.shape).view(BallArray)


FUNCTIONS: dict[Any, Any] = {
    np.sum: _sum,
    np.mean: _mean,
    np.var: _var,
    np.std: _std,
    np.prod: _prod,
    np.max: _extreme(1),
    np.amax: _extreme(1),
    np.min: _extreme(-1),
    np.amin: _extreme(-1),
    np.cumsum: _cumulated(np.add),
    np.cumprod: _cumulated(np.multiply),
    np.argsort: _argsort,
    np.sort: _sort,
    np.argmax: _arg_extreme(1),
    np.argmin: _arg_extreme(-1),
    np.clip: _clip,
    np.where: _where,
    np.zeros_like: _like(0),
    np.ones_like: _like(1),
    np.empty_like: _like(0),
    np.full_like: _full_like,
    np.dot: dot,
    np.vdot: vdot,
    np.inner: inner,
    np.outer: outer,
    np.tensordot: tensordot,
    np.einsum: einsum,
    np.linalg.norm: _norm,
    np.nan_to_num: _nan_to_num,
    np.allclose: _allclose,
    np.isclose: _isclose,
    np.all: _question(np.all),
    np.any: _question(np.any),
    np.trace: _trace,
    np.round: _refused,
    np.ndarray.astype: _astype,
    np.ufunc.reduce: _reduce,
    np.ufunc.accumulate: _accumulate,
    np.ufunc.outer: _outer_of,
    np.ufunc.at: _at,
}
