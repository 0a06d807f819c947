"""Say how a law is broken: what was expected, what came, and where."""

from __future__ import annotations

from typing import Any

import numpy as np

from .case import Array

__all__ = ["Failure", "assert_close", "assert_same_bits", "fail"]


class Failure(AssertionError):  # noqa: N818 - it is read as a word
    """
    A broken law, with what a report shows beside the message.

    Parameters
    ----------
    message : str
        What was expected, what came, and where.
    cause : str
        The diagnosed cause.
    details : dict, optional
        Plain data for reports.
    """

    def __init__(
        self, message: str, *, cause: str = "", details: dict[str, object] | None = None
    ) -> None:
        super().__init__(message)
        self.cause = cause
        self.details: dict[str, object] = details or {}


def fail(message: str, **about: Any) -> None:
    """
    Raise a `Failure`.

    Parameters
    ----------
    message : str
        What was expected, what came, and where.
    **about : Any
        As of `Failure`.

    Raises
    ------
    Failure
        Always.

    Examples
    --------
    >>> fail("weights[1] has 3 rows, expected 2")
    Traceback (most recent call last):
    nncore.verify.failure.Failure: weights[1] has 3 rows, expected 2
    """
    __tracebackhide__ = True
    raise Failure(message, **about)


def assert_close(name: str, got: Any, expected: Any, bound: Any) -> None:
    """
    Raise unless every entry is within its bound of the expected one.

    Parameters
    ----------
    name : str
        Of what is compared, as ``weights[2]``.
    got, expected : array_like
        Of one shape.
    bound : array_like
        Of a shape that fits.

    Raises
    ------
    Failure
        With the worst entry; a NaN is close to nothing.
    """
    __tracebackhide__ = True
    got, expected = np.asarray(got), np.asarray(expected)
    _assert_shape(name, got, expected)
    bounds = np.broadcast_to(np.asarray(bound), got.shape)
    with np.errstate(all="ignore"):
        wrong = ~np.asarray((abs(got - expected) <= bounds) | (got == expected), bool)
        if not wrong.any():
            return
        size = np.where(wrong, abs(got - expected) / np.maximum(bounds, 5e-324), -1.0)
    i = np.unravel_index(int(np.nan_to_num(size, nan=np.inf).argmax()), size.shape)
    place = f"[{', '.join(str(int(k)) for k in i)}]" if i else ""
    fail(f"{name}{place} is {got[i]:.17g}, but should be {expected[i]:.17g} +- {bounds[i]:.1e}")


def assert_same_bits(name: str, got: Array, expected: Array) -> None:
    """
    Raise unless two arrays have the same dtype, shape and values, NaN included.

    Parameters
    ----------
    name : str
        Of what is compared.
    got, expected : ndarray
        Any arrays.

    Raises
    ------
    Failure
        With the first entry that differs.
    """
    __tracebackhide__ = True
    _assert_shape(name, got, expected)
    if got.dtype != expected.dtype:
        fail(f"{name} is of dtype {got.dtype}, but should be {expected.dtype}")
    different = (got != expected) & ~((got != got) & (expected != expected))  # noqa: PLR0124 - NaN
    if different.any():
        i = tuple(int(k) for k in np.argwhere(different)[0])
        place = f"[{', '.join(map(str, i))}]" if i else ""
        fail(f"{name}{place} is {got[i]!r}, but should be {expected[i]!r}, to the last bit")


def _assert_shape(name: str, got: Array, expected: Array) -> None:
    """Raise unless two arrays have the same shape."""
    __tracebackhide__ = True
    if got.shape != expected.shape:
        fail(f"{name} has shape {got.shape}, but should have {expected.shape}")
