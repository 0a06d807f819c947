"""What becomes of a call of one of numpy's universal functions on our numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .balls import Ball, BallArray, matrix_like, wrapped
from .entries import balls
from .run import current
from .ufuncs import UFUNCS

if TYPE_CHECKING:
    from .tape import Operand

__all__ = ["call"]


def call(
    ufunc: Operand, method: str, args: tuple[Any, ...], options: dict[str, Any]
) -> Operand:
    """What numpy's universal function gives for our numbers.

    Parameters
    ----------
    ufunc : ufunc
        Numpy's or scipy's, or one made of a Python function.
    method : str
        ``__call__``, or one such as ``reduce``.
    args, options : tuple, dict
        As numpy's protocol ``__array_ufunc__`` hands them over; the options are consumed.

    Returns
    -------
    BallArray, Ball or array of bool
        The result, or `out` where there is one.

    Raises
    ------
    Defeated
        If nothing is known of the function, or `out` cannot hold the result.
    """
    run = current()
    outs = options.pop("out", None)
    where = options.pop("where", True)
    dtype = options.pop("dtype", None)
    options.pop("casting", None)
    # scipy's functions are known by name: scipy is not imported.
    ours = UFUNCS.get(ufunc) or UFUNCS.get(ufunc.__name__)
    if ours is None:
        return _unknown(ufunc, method, args, options)
    is_call = method == "__call__"
    unknown = options.keys() - {"order", "subok"} if is_call else set()
    if unknown or not (is_call or getattr(np.ufunc, method) in run.functions):
        msg = f"`{ufunc.__name__}` with {method} and {sorted(unknown)} is not known on balls"
        raise run.defeated(msg)
    if is_call:
        result = matrix_like(ours(*args), args)
    else:
        options |= {} if where is True else {"where": where}
        result = run.functions[getattr(np.ufunc, method)](ufunc, *args, **options)
        where = True
    if dtype is not None:
        result = run.functions[np.ndarray.astype](result, dtype)
    return result if outs is None else _stored(result, outs[0], where)


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
