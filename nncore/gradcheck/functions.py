"""numpy's functions of whole arrays on our numbers: reductions, choices, sorting, casts."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from .approximations import bounded
from .balls import Ball, BallArray
from .choices import sign_of
from .contractions import dot, inner, outer, tensordot, vdot
from .einsum import einsum
from .elementary import Elementary
from .entries import balls
from .operations import apply, unwrapped
from .reductions import NO_VALUE, REDUCTIONS, extreme, stored, total
from .run import current, user_line
from .ufuncs import UFUNCS

if TYPE_CHECKING:
    from .tape import Operand

__all__ = ["FUNCTIONS", "log_softmax", "logsumexp", "softmax"]

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


def _clip(
    a: Operand,
    a_min: Operand = None,
    a_max: Operand = None,
    out: Operand = None,
    **named: Operand,
) -> Operand:
    """`np.clip`, whose bounds are noticed where they are active."""
    low, high = named.get("min", a_min), named.get("max", a_max)
    result = balls(a)
    for bound, ufunc in ((low, np.maximum), (high, np.minimum)):
        if bound is not None and bound is not NO_VALUE:
            result = _CLIPPING[ufunc](result, bound)
    return stored(result, out)


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


def _astype(array: Operand, dtype: Operand, *_: Operand, **options: Operand) -> Operand:
    """The array again; rounded to single precision where the type is narrower than float64."""
    run = current()
    kind = np.dtype(dtype)
    if kind.kind not in "fO":
        msg = f"`astype({kind})` makes plain numbers of numbers whose derivative is followed"
        raise run.defeated(msg)
    if kind.kind == "O" or kind.itemsize >= np.dtype(float).itemsize:
        is_ours = isinstance(array, BallArray) and not options.get("copy", True)
        return array if is_ours else unwrapped(balls(array))
    ours = balls(array)
    run.roundings.append(user_line())
    error = run.arithmetic.hull(run.arithmetic.exact(-1), run.arithmetic.exact(1))
    # Subnormal numbers of the narrow type owe an absolute error as well.
    relative = error * run.arithmetic.exact(float(np.finfo(kind).eps) / 2)
    absolute = error * run.arithmetic.exact(float(np.finfo(kind).smallest_subnormal))

    def rounded(x: Operand) -> Operand:
        return x if x == 0 else x * (1 + relative) + absolute  # an exact zero is not rounded

    return apply(Elementary(rounded, (None,)), ours)


def _norm(
    x: Operand,
    ord: Operand = None,  # noqa: A002 - numpy's name
    axis: Operand = None,
    keepdims: bool = False,
) -> Operand:
    """`np.linalg.norm`; of a matrix those that need no singular values."""
    ours = balls(x)
    is_matrix = (ours.ndim == 2 and axis is None) or isinstance(axis, tuple | list)
    if ord is None or (ord == "fro" and is_matrix) or (ord == 2 and not is_matrix):
        return np.sqrt(total(ours * ours, axis, keepdims=keepdims))
    if is_matrix:
        return _norm_of_matrices(ours, ord, axis or (0, 1), keepdims)
    if ord in (np.inf, -np.inf):
        return extreme(1 if ord > 0 else -1)(abs(ours), axis, keepdims=keepdims)
    if ord == 1:
        return total(abs(ours), axis, keepdims=keepdims)
    return total(abs(ours) ** ord, axis, keepdims=keepdims) ** (1 / cast("Operand", ord))


def _norm_of_matrices(ours: Operand, order: Operand, axes: Operand, keepdims: bool) -> Operand:
    """The largest or smallest sum of absolute values over columns or rows."""
    if order not in (1, -1, np.inf, -np.inf):
        msg = f"np.linalg.norm of a matrix with ord={order!r} is not known"
        raise current().defeated(msg)
    over, along = axes if abs(order) == 1 else axes[::-1]
    sums = total(abs(ours), over, keepdims=True)
    norms = extreme(1 if order > 0 else -1)(sums, along, keepdims=True)
    return norms if keepdims else np.squeeze(norms, axis=(over, along))


def _nan_to_num(x: Operand, *_: Operand, **__: Operand) -> Operand:
    """`np.nan_to_num`: nothing to do once all entries are known to be finite."""
    np.isfinite(balls(x))
    return unwrapped(balls(x).copy())


def _without_nan(function: Operand) -> Operand:
    """`np.nansum` and its like: once all entries are known to be finite, the plain function."""

    def plain(a: Operand, *args: Operand, **options: Operand) -> Operand:
        return REDUCTIONS[function](_nan_to_num(a), *args, **options)

    return plain


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


def _trace(a: Operand) -> Operand:
    """`np.trace`."""
    return total(np.diagonal(balls(a)), None, keepdims=False)


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
    top = extreme(1)(ours, axis, keepdims=True)
    terms = np.exp(ours - top)
    terms = terms if b is None else terms * b
    result = np.log(total(terms, axis, keepdims=True)) + top
    return result if keepdims else total(result, axis, keepdims=False)


def softmax(x: Operand, axis: Operand = None) -> Operand:
    """`scipy.special.softmax`."""
    ours = balls(x)
    terms = np.exp(ours - extreme(1)(ours, axis, keepdims=True))
    return terms / total(terms, axis, keepdims=True)


def log_softmax(x: Operand, axis: Operand = None) -> Operand:
    """`scipy.special.log_softmax`."""
    ours = balls(x)
    return ours - logsumexp(ours, axis, keepdims=True)


_JOINED: dict[Any, Any] = {
    np.add: REDUCTIONS[np.sum],
    np.multiply: REDUCTIONS[np.prod],
    np.maximum: REDUCTIONS[np.max],
    np.minimum: REDUCTIONS[np.min],
    np.logaddexp: logsumexp,
}
_ACCUMULATED: dict[Any, Any] = {
    np.add: REDUCTIONS[np.cumsum],
    np.multiply: REDUCTIONS[np.cumprod],
}


def _whole(functions: dict[Any, Any], method: str) -> Operand:
    """`ufunc.reduce` or `ufunc.accumulate`."""

    def joined(ufunc: Operand, a: Operand, axis: Operand = 0, **options: Operand) -> Operand:
        if ufunc not in functions:
            msg = f"`np.{ufunc.__name__}.{method}` is not known on balls"
            raise current().defeated(msg)
        return functions[ufunc](a, axis, **options)

    return joined


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
    **REDUCTIONS,
    np.argsort: _argsort,
    np.sort: _sort,
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
    np.nansum: _without_nan(np.sum),
    np.nanmean: _without_nan(np.mean),
    np.nanmax: _without_nan(np.max),
    np.nanmin: _without_nan(np.min),
    np.allclose: _allclose,
    np.isclose: _isclose,
    np.trace: _trace,
    np.round: _refused,
    np.ndarray.astype: _astype,
    np.ufunc.reduce: _whole(_JOINED, "reduce"),
    np.ufunc.accumulate: _whole(_ACCUMULATED, "accumulate"),
    np.ufunc.outer: _outer_of,
    np.ufunc.at: _at,
}
