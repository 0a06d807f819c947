"""What the operations do on arrays of our numbers, and what they write on the tape."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from .approximations import bounded, sees_small, with_small
from .balls import Ball, BallArray, array_of, balls
from .elementary import BINARY, UNARY, Elementary
from .run import current, user_line
from .tape import CONSTANT, Matrix, Number, Operand, Product, Sparse

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["UFUNCS", "apply", "factor", "groups", "larger", "matmul", "sign_of", "summed"]


def unwrapped(array: Operand) -> Operand:
    """An array without dimensions as the number it holds, as numpy's functions return it."""
    return array if array.ndim else np.ndarray.item(array)


def apply(function: Elementary, *operands: Operand) -> Operand:
    """A function of corresponding entries.

    Parameters
    ----------
    function : Elementary
        With its partial derivatives.
    *operands : array_like
        Broadcast against each other.

    Returns
    -------
    BallArray or Ball
        Recorded on the tape.
    """
    shape, columns = _columns(operands)
    inputs = [[ball.value for ball in column] for column in columns]
    try:
        values = list(map(function.value, *inputs))
    except Exception as error:  # flint raises many kinds: rationals have no exp, no 1 / 0
        reason = f"{current().arithmetic.name} cannot follow this: {error}"
        raise current().defeated(reason) from error
    terms = [
        ([ball.slot for ball in column], partial)
        for column, partial in zip(columns, function.partials, strict=True)
    ]
    outs = emitted(values, [slots for slots, _ in terms])
    if current().recording:
        for slots, partial in terms:
            _record(outs, slots, partial, values, inputs)
    return unwrapped(array_of(outs, shape))


def _columns(operands: Sequence[Any]) -> tuple[tuple[int, ...], list[list[Ball]]]:
    """Common shape, and the corresponding entries of the operands."""
    arrays = [np.asarray(balls(operand)) for operand in operands]
    if any(array.shape != arrays[0].shape for array in arrays):
        arrays = list(np.broadcast_arrays(*arrays))
    return arrays[0].shape, [array.ravel().tolist() for array in arrays]


def emitted(values: Sequence[Number], operands: Sequence[Sequence[int]]) -> list[Ball]:
    """New numbers, constant where all operands in the same place are."""
    run = current()
    if run.rough:
        values = [run.arithmetic.blurred(value) for value in values]
    slots: Sequence[int] = run.tape.slots(len(values))
    if all(max(column, default=0) == CONSTANT for column in operands):
        depends = [min(entry) for entry in zip(*operands, strict=True)]
        slots = [
            CONSTANT if least == CONSTANT else slot
            for slot, least in zip(slots, depends, strict=True)
        ]
    return list(map(Ball, values, slots))


def _record(
    outs: Sequence[Ball],
    slots: Sequence[int],
    partial: Operand,
    values: Sequence[Number],
    inputs: Sequence[Sequence[Number]],
) -> None:
    """Write on the tape how the results depend on one operand."""
    if min(slots, default=CONSTANT) == CONSTANT:
        return
    places = range(len(slots))
    if max(slots) == CONSTANT:
        places = [i for i in places if slots[i] != CONSTANT]  # type: ignore[assignment]
    partials = None
    if partial is not None:
        partials = [partial(values[i], *(column[i] for column in inputs)) for i in places]
    node = Sparse([outs[i].slot for i in places], [slots[i] for i in places], partials)
    current().tape.record(node)


def matmul(left: Operand, right: Operand) -> Operand:
    """``left @ right`` as numpy defines it, one node for each product of two matrices.

    Parameters
    ----------
    left, right : array_like
        Vectors, matrices or stacks of matrices.

    Returns
    -------
    BallArray or Ball
        The product.
    """
    a, b = (factor(side) for side in (left, right))
    if not a.ndim or not b.ndim:
        msg = "matmul: an operand has no dimensions"
        raise ValueError(msg)
    rows = a[None, :] if a.ndim == 1 else a
    columns = b[:, None] if b.ndim == 1 else b
    if rows.shape[-1] != columns.shape[-2]:
        msg = f"matmul: shapes {a.shape} and {b.shape} do not fit"
        raise ValueError(msg)
    if rows.ndim == columns.ndim == 2:
        product = _product(rows, columns)
    else:
        stack = np.broadcast_shapes(rows.shape[:-2], columns.shape[:-2])
        rows = np.broadcast_to(rows, stack + rows.shape[-2:])
        columns = np.broadcast_to(columns, stack + columns.shape[-2:])
        product = np.empty((*stack, rows.shape[-2], columns.shape[-1]), dtype=object)
        for index in np.ndindex(*stack):
            product[index] = _product(rows[index], columns[index])
    if a.ndim == 1:
        product = product[..., 0, :]
    if b.ndim == 1:
        product = product[..., 0]
    return unwrapped(product.view(BallArray)) if isinstance(product, np.ndarray) else product


def _product(left: Operand, right: Operand) -> Operand:
    """The product of two matrices."""
    run = current()
    (a, a_slots), (b, b_slots) = _matrix(left), _matrix(right)
    values = (a * b).entries()
    least = CONSTANT if a_slots is b_slots is None else run.tape.start
    outs = emitted(values, [[least] * len(values)])
    if run.recording and least != CONSTANT:
        numbers = [ball.slot for ball in outs]
        run.tape.record(Product(numbers, a, b, a_slots, b_slots, run.arithmetic.matrix))
    return np.asarray(array_of(outs, (left.shape[0], right.shape[1])))


def factor(thing: Operand) -> Operand:
    """A factor of a product of matrices.

    Parameters
    ----------
    thing : array_like
        Numbers of ours, or of the user's.

    Returns
    -------
    ndarray
        A plain array of floats as it is: its entries need no place on the tape.
    """
    is_plain = isinstance(thing, np.ndarray) and thing.dtype.kind == "f"
    return thing if is_plain else np.asarray(balls(thing))


def _matrix(array: Operand) -> tuple[Matrix, Sequence[int] | None]:
    """The matrix of the values, and the slots of the entries (None: constants)."""
    run = current()
    flat = array.ravel().tolist()
    slots = None
    if array.dtype.kind == "f":
        run.meet(flat)
        values = run.numbers(flat)
    else:
        values = [ball.value for ball in flat]
        slots = [ball.slot for ball in flat]
        slots = None if min(slots, default=CONSTANT) == CONSTANT else slots
    return run.arithmetic.matrix(array.shape[0], array.shape[1], values), slots


def summed(array: Operand, axis: Operand = None, *, keepdims: bool = False) -> Operand:
    """Sum over some axes, one node for all.

    Parameters
    ----------
    array : array_like
        The terms.
    axis : int or tuple of int, optional
        As for `numpy.sum`.
    keepdims : bool, optional
        As for `numpy.sum`.

    Returns
    -------
    BallArray or Ball
        The sums.
    """
    run = current()
    ours = np.asarray(balls(array))
    rows, shape = groups(ours, axis, keepdims=keepdims)
    zero = run.arithmetic.exact(0)
    values = [sum((ball.value for ball in group), zero) for group in rows]
    least = [min((ball.slot for ball in group), default=CONSTANT) for group in rows]
    outs = emitted(values, [least])
    if run.recording:
        pairs = [
            (out.slot, ball.slot)
            for out, group in zip(outs, rows, strict=True)
            for ball in group
            if ball.slot != CONSTANT
        ]
        if pairs:
            run.tape.record(Sparse([o for o, _ in pairs], [i for _, i in pairs], None))
    return unwrapped(array_of(outs, shape))


def groups(
    array: Operand, axis: Operand, *, keepdims: bool
) -> tuple[list[list[Any]], tuple[int, ...]]:
    """The entries that a reduction joins.

    Parameters
    ----------
    array : ndarray
        Of any numbers.
    axis : int, tuple of int or None
        As for `numpy.sum`.
    keepdims : bool
        As for `numpy.sum`.

    Returns
    -------
    pair
        The entries along the axes for each place that is left, and the shape of the places.
    """
    ndim = array.ndim
    if axis is None:
        axes = tuple(range(ndim))
    else:
        axes = tuple(
            int(a) % ndim for a in (axis if isinstance(axis, tuple | list) else (axis,))
        )
    kept = [a for a in range(ndim) if a not in axes]
    shape = tuple(array.shape[a] for a in kept)
    count = math.prod(array.shape[a] for a in axes)
    rows = array.transpose(*kept, *axes).reshape(math.prod(shape), count).tolist()
    if keepdims:
        shape = tuple(1 if a in axes else array.shape[a] for a in range(ndim))
    return rows, shape


def larger(left: Ball, right: Ball, sign: int = 1) -> Ball:
    """The larger of two numbers (the smaller where sign is -1).

    Parameters
    ----------
    left, right : Ball
        The numbers.
    sign : int, optional
        1 or -1.

    Returns
    -------
    Ball
        One of the two where their order is known; else a number that encloses both, whose
        partial derivatives enclose every generalised derivative (F. H. Clarke, Optimization
        and Nonsmooth Analysis, SIAM 1990).
    """
    run = current()
    order = run.order(left, right)
    if order:
        return left if order == sign else right
    if order == 0 and not run.is_tie(left, right):
        return left
    if order is None and run.rough:
        run.doubtful.append(user_line())
    if run.arithmetic.name == "rationals":
        msg = "a tie of two rationals has no derivative"
        raise run.defeated(msg)
    value = left.value.max(right.value) if sign == 1 else left.value.min(right.value)
    out = emitted([value], [[left.slot], [right.slot]])[0]
    if run.recording and out.slot != CONSTANT:
        run.ties.setdefault(user_line(), False)
        share = run.arithmetic.hull(run.arithmetic.exact(0), run.arithmetic.exact(1))
        for ball in (left, right):
            if ball.slot != CONSTANT:
                run.tape.record(Sparse([out.slot], [ball.slot], [share]))
    return out


def _choice(sign: int) -> Operand:
    """`np.maximum` or `np.minimum`."""

    def choose(left: Operand, right: Operand) -> Operand:
        shape, (lefts, rights) = _columns((left, right))
        chosen = [larger(a, b, sign) for a, b in zip(lefts, rights, strict=True)]
        return unwrapped(array_of(chosen, shape))

    return choose


def _absolute(array: Operand) -> Operand:
    """|x| = max(x, -x)."""
    return _choice(1)(array, apply(UNARY[np.negative], array))


def sign_of(left: Ball, right: Ball) -> int:
    """Sign of ``left - right``, as data of the program.

    Parameters
    ----------
    left, right : Ball
        The numbers.

    Returns
    -------
    int
        1, 0 or -1.

    Raises
    ------
    Undecided
        If the enclosures overlap.
    """
    run = current()
    order = run.order(left, right)
    if order is None:
        if not run.rough:
            raise run.undecided()
        run.doubtful.append(user_line())
        a, b = left.value.mid(), right.value.mid()
        return int(a > b) - int(a < b)
    if order == 0 and run.is_tie(left, right):
        run.ties[user_line()] = True
        return run.forced
    return order


def compare(holds: Operand) -> Operand:
    """A comparison as data.

    Parameters
    ----------
    holds : callable
        Whether the comparison holds for the sign of the difference.

    Returns
    -------
    callable
        The comparison of two arrays, entry by entry.
    """

    def comparison(left: Operand, right: Operand) -> Operand:
        shape, (lefts, rights) = _columns((left, right))
        signs = [holds(sign_of(a, b)) for a, b in zip(lefts, rights, strict=True)]
        result = np.array(signs, dtype=bool).reshape(shape)
        return result if shape else result[()]

    return comparison


def _sign(array: Operand) -> Operand:
    """The sign of each entry, a constant."""
    zero = Ball(current().arithmetic.exact(0))
    ours = balls(array)
    signs = [sign_of(ball, zero) for ball in np.asarray(ours).ravel().tolist()]
    return unwrapped(array_of([Ball(current().number(s)) for s in signs], ours.shape))


def _is_finite(answer: bool) -> Operand:
    """`np.isfinite`, or the answer for a finite number of another question."""

    def question(array: Operand) -> Operand:
        ours = balls(array)
        entries = np.asarray(ours).ravel().tolist()
        if not all(current().arithmetic.finite(ball.value) for ball in entries):
            raise current().undecided()
        return np.full(ours.shape, answer)[()]

    return question


def _heaviside(x: Operand, at_zero: Operand) -> Operand:
    """`np.heaviside`: 0, 1, or at an exact zero the second operand."""
    shape, (column, values) = _columns((x, at_zero))
    zero, one = (Ball(current().arithmetic.exact(n)) for n in (0, 1))
    steps = [
        (value, one, zero)[sign_of(ball, zero)]
        for ball, value in zip(column, values, strict=True)
    ]
    return unwrapped(array_of(steps, shape))


UFUNCS: dict[Any, Any] = {
    np.heaviside: _heaviside,
    np.matmul: matmul,
    np.maximum: _choice(1),
    np.fmax: _choice(1),
    np.minimum: _choice(-1),
    np.fmin: _choice(-1),
    np.absolute: _absolute,
    np.fabs: _absolute,
    np.sign: _sign,
    np.positive: lambda x: unwrapped(balls(x).copy()),
    np.conjugate: lambda x: unwrapped(balls(x).copy()),
    np.greater: compare(lambda sign: sign > 0),
    np.greater_equal: compare(lambda sign: sign >= 0),
    np.less: compare(lambda sign: sign < 0),
    np.less_equal: compare(lambda sign: sign <= 0),
    np.equal: compare(lambda sign: sign == 0),
    np.not_equal: compare(lambda sign: sign != 0),
    np.isfinite: _is_finite(True),
    np.isnan: _is_finite(False),
    np.isinf: _is_finite(False),
}


def _elementwise(function: Elementary) -> Operand:
    """The operation of a table's entry."""
    return lambda *operands: apply(function, *operands)


def _power(base: Operand, exponent: Operand) -> Operand:
    """The power; an exponent such as 2.0 is the integer, which nothing has rounded."""
    if isinstance(exponent, float | np.floating) and float(exponent).is_integer():
        exponent = int(exponent)
    if isinstance(exponent, float | np.floating) and exponent == 0.5:
        return UFUNCS[np.sqrt](base)
    return apply(BINARY[np.power], base, exponent)


UFUNCS |= {ufunc: _elementwise(function) for ufunc, function in (UNARY | BINARY).items()}
UFUNCS |= {
    np.add: with_small(UFUNCS[np.add]),
    np.subtract: with_small(UFUNCS[np.subtract]),
    np.log: sees_small(UFUNCS[np.log], "a logarithm"),
    np.log2: sees_small(UFUNCS[np.log2], "a logarithm"),
    np.log10: sees_small(UFUNCS[np.log10], "a logarithm"),
    np.sqrt: sees_small(UFUNCS[np.sqrt], "a root"),
    np.power: sees_small(_power, "a power"),
    np.true_divide: sees_small(UFUNCS[np.true_divide], "a division", 1),
    np.reciprocal: sees_small(UFUNCS[np.reciprocal], "a division"),
    np.maximum: bounded(_choice(1), always=False),
    np.minimum: bounded(_choice(-1), always=False),
}
UFUNCS |= {np.float_power: UFUNCS[np.power]}


def _xlogy(x: Operand, y: Operand) -> Operand:
    """The product x log(y), which is 0 where x is an exact 0."""
    ours, others = np.broadcast_arrays(np.asarray(balls(x)), np.asarray(balls(y)))
    zero = current().arithmetic.exact(0)
    return unwrapped(
        array_of(
            [
                Ball(zero) if a.value == 0 and a.slot == CONSTANT else a * np.log(b)
                for a, b in zip(ours.ravel().tolist(), others.ravel().tolist(), strict=True)
            ],
            ours.shape,
        )
    )


# scipy.special's own, by name.
UFUNCS |= {
    "xlogy": _xlogy,
    "xlog1py": lambda x, y: _xlogy(x, 1 + balls(y)),
    "logit": lambda p: np.log(balls(p) / (1 - balls(p))),
}
