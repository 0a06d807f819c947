"""
Calls change nothing, and their results belong to the caller.

References
----------
.. [1] N. Humbatova, G. Jahangirova, G. Bavota, V. Riccio, A. Stocco, P. Tonella, "Taxonomy of
   real faults in deep learning systems", ICSE 2020.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from ..case import Array, Case
from ..failure import assert_same_bits, fail
from ..registry import check
from ..subject import Subject
from .results import (
    CALM,
    again,
    arrays_of,
    assert_same,
    calls_of,
    named,
    other_batch,
    own_arrays,
    raw,
    results,
)

__all__: list[str] = []


@check(group="purity", regimes=CALM)
def arguments_are_unmodified(net: Subject, case: Case) -> None:
    """Calls leave x and y as they are: forward, predict, cost, gradient, step and fit."""
    batch = [net.native(case.x), net.native(case.y)]
    for role in calls_of(net):
        for (arguments, _), *given in zip(raw(net, role, case.x, case.y), *batch, strict=True):
            for name, array, copy in zip("xy", arguments, given, strict=False):
                assert_same_bits(f"after {role}: {name}", array, copy)
    if "step" in net.traits.offers:
        net.step(case.x, case.y, learning_rate=0.125)
        for array, copy in zip(net.handed, [a for each in batch for a in each], strict=True):
            assert_same_bits("after step: x or y", array, copy)
    if "fit" in net.traits.offers:
        net.fit(case.x, case.y, epochs=1, batch_size=2, learning_rate=0.125, rng=case.rng())
        for name, array, rows in zip("xy", net.handed, (case.x, case.y), strict=True):
            whole = rows.T if net.adapter.layout == "columns" else rows
            assert_same_bits(f"after fit: {name}", array, whole)


@check(needs={"parameters"}, group="purity", regimes=CALM)
def parameters_are_unmodified(net: Subject, case: Case) -> None:
    """Forward, predict, cost and gradient leave weights and biases as they are."""
    for role in calls_of(net):
        before = named(net.parameters().copy())
        results(net, role, case.x, case.y)
        assert_same(f"after {role}", named(net.parameters()), before)


@check(group="purity", regimes=CALM)
def results_own_their_memory(net: Subject, case: Case) -> None:
    """
    Writing into a result changes neither arguments, parameters, nor later results.

    ``activations[0]`` may be x itself, and results of one call may be views of each other.
    """
    for role in calls_of(net):
        before = _parameters(net)
        held = own_arrays(net, role, case.x, case.y)
        arguments = [array.copy() for array in net.handed]
        expected = {name: array.copy() for name, array in held.items()}
        _overwrite(held.values())
        when = f"after its caller wrote into a result of {role}"
        for name, array, copy in zip("xy", net.handed, arguments, strict=False):
            assert_same_bits(f"{when}: {name}", array, copy)
        assert_same(when, _parameters(net), before)
        assert_same(f"{when}, {role} again", own_arrays(net, role, case.x, case.y), expected)


@check(group="purity", regimes=CALM)
def earlier_results_survive(net: Subject, case: Case) -> None:
    """Results of an earlier call are not overwritten by a later one."""
    other = other_batch(case)
    for role in calls_of(net):
        calls = raw(net, role, case.x, case.y)
        before = [_copies(arrays_of(net, result)) for _, result in calls]
        for later in calls_of(net):
            raw(net, later, *other)
            for (_, result), copies in zip(calls, before, strict=True):
                what = f"a result of {role}, after a later call of {later}"
                _assert_unchanged(what, arrays_of(net, result), copies)


@check(group="purity", regimes=CALM)
def arguments_are_not_remembered(net: Subject, case: Case) -> None:
    """The same arrays with new numbers in them give new results."""
    other = other_batch(case)
    for role in calls_of(net):
        expected = [
            ([array.copy() for array in arguments], _copies(arrays_of(net, result)))
            for arguments, result in raw(net, role, *other)
        ]
        calls = raw(net, role, case.x, case.y)
        for (arguments, _), (numbers, copies) in zip(calls, expected, strict=True):
            again(net, role, arguments)
            for array, new in zip(arguments, numbers, strict=True):
                array[...] = new
            result = again(net, role, arguments)
            what = f"{role} of the same arrays, filled with new numbers"
            _assert_unchanged(what, arrays_of(net, result), copies)


def _parameters(net: Subject) -> dict[str, Array]:
    """Return copies of the parameters by name; nothing where they cannot be read."""
    return named(net.parameters().copy()) if "parameters" in net.traits.offers else {}


def _copies(arrays: Sequence[Array]) -> list[Array]:
    """Return arrays that nobody else holds."""
    return [array.copy() for array in arrays]


def _overwrite(arrays: Iterable[Array]) -> None:
    """Write into arrays what no computation returns."""
    for array in arrays:
        if array.flags.writeable:
            array[...] = np.nan if array.dtype.kind in "fc" else 1


def _assert_unchanged(what: str, now: Sequence[Array], before: Sequence[Array]) -> None:
    """Raise unless arrays of a result are as they were."""
    if len(now) != len(before):
        fail(f"{what}: {len(now)} arrays are in it, but there should be {len(before)}")
    for k, (array, copy) in enumerate(zip(now, before, strict=True)):
        place = f", array {k} of {len(now)}" if len(now) > 1 else ""
        assert_same_bits(f"{what}{place}", array, copy)
