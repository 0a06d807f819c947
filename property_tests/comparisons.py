"""Comparisons that say where two results differ first, and on which case."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from strategies import Array, Case

__all__ = ["assert_close", "assert_same_bits", "results"]


def assert_close(name: str, got: Any, expected: Any, bound: Any, case: Case) -> None:
    """Raise unless every entry of `got` is within its `bound` of the expected one."""
    __tracebackhide__ = True
    got, expected = np.asarray(got), np.asarray(expected)
    if got.shape != expected.shape:
        msg = f"{name} has shape {got.shape}, but should have {expected.shape}\n{case}"
        raise AssertionError(msg)
    bounds = np.broadcast_to(np.asarray(bound), got.shape)
    # Not `>`: a NaN is not close to anything.
    wrong = np.argwhere(~np.asarray(abs(got - expected) <= bounds, bool))
    if len(wrong):
        i = tuple(int(k) for k in wrong[0])
        msg = f"{name}{list(i)} is {got[i]}, but should be {expected[i]} +- {bounds[i]}\n{case}"
        raise AssertionError(msg)


def assert_same_bits(got: dict[str, Array], expected: dict[str, Array], case: Case) -> None:
    """Raise unless every named array has dtype, shape and bits of the expected one."""
    __tracebackhide__ = True
    for name, array in expected.items():
        kind, other = (array.dtype, array.shape), (got[name].dtype, got[name].shape)
        if other != kind:
            msg = f"{name} is of dtype and shape {other}, but should be of {kind}\n{case}"
            raise AssertionError(msg)
        if got[name].tobytes() != array.tobytes():
            msg = (
                f"{name} is\n{got[name]!r}, but should be, to the last bit,\n{array!r}\n{case}"
            )
            raise AssertionError(msg)


def results(case: Case) -> dict[str, Array]:
    """Return everything that the network computes from a batch, by name."""
    net, x, y = case
    forward, gradient = net.forward(x), net.backprop(x, y)
    lists: dict[str, Sequence[Array]] = {**forward._asdict(), **gradient._asdict()}
    named = {f"{name}[{l}]": a for name, arrays in lists.items() for l, a in enumerate(arrays)}
    named |= {"cost": np.asarray(net.cost(x, y)), "predict": net.predict(x)}
    return named | {"classify": np.asarray(net.classify(x))}
