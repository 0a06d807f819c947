"""
What a call returns depends on parameters and arguments, and on nothing that happened before.

References
----------
.. [1] K. Claessen, J. Hughes, "Testing monadic code with QuickCheck", Haskell Workshop 2002:
   random sequences of calls against a model, here a new network for each call.
"""

from __future__ import annotations

import random
from typing import Any

import numpy as np

from ..case import Array, Case, Parameters
from ..failure import fail
from ..registry import check
from ..subject import Subject
from .results import CALM, assert_same, calls_of, named, other_batch, results

__all__: list[str] = []

#: The longest sequence of calls.
LONGEST = 12


@check(group="purity", regimes=CALM)
def calls_are_repeatable(net: Subject, case: Case) -> None:
    """The same call returns the same bits again."""
    for role in calls_of(net):
        expected = _copied(results(net, role, case.x, case.y))
        assert_same(f"{role} again", results(net, role, case.x, case.y), expected)


@check(group="purity", regimes=CALM)
def calls_are_independent(net: Subject, case: Case) -> None:
    """Another batch before, of the same size or another, changes no result."""
    alone = net.another(case.parameters) if "parameters" in net.traits.offers else net
    for role in calls_of(net):
        expected = _copied(results(net, role, case.x, case.y))
        for kind, batch in _batches(case).items():
            expected_there = _copied(results(alone, role, *batch))
            results(net, role, case.x, case.y)
            when = f"{role} of {kind} after {role} of the batch"
            assert_same(when, results(net, role, *batch), expected_there)
            when = f"{role} of the batch after {role} of {kind}"
            assert_same(when, results(net, role, case.x, case.y), expected)


@check(needs={"parameters"}, group="purity", regimes=CALM)
def order_of_calls_is_irrelevant(net: Subject, case: Case) -> None:
    """In any sequence each call returns what it returns as the only call of a new network."""
    batches = {"the batch": (case.x, case.y), **_batches(case)}
    rng, alone = case.rng(), {}
    history: list[str] = []
    # The seed shrinks to 0, and so do sequences to their first two calls.
    for _ in range(min(2 + case.seed, LONGEST)):
        role = str(rng.choice(calls_of(net)))
        kind = str(rng.choice(list(batches)))
        if (role, kind) not in alone:
            new = net.another(case.parameters)
            alone[role, kind] = _copied(results(new, role, *batches[kind]))
        before = f" after {', '.join(history)}" if history else ""
        got = results(net, role, *batches[kind])
        assert_same(f"{role} of {kind}{before}", got, alone[role, kind])
        history.append(f"{role} of {kind}")


@check(needs={"parameters", "forward"}, group="purity", regimes=CALM)
def no_forward_is_needed(net: Subject, case: Case) -> None:
    """Cost and gradient do not depend on a call of forward before."""
    for role in [role for role in calls_of(net) if role in {"cost", "gradient"}]:
        expected = _copied(results(net.another(case.parameters), role, case.x, case.y))
        for kind, batch in {"the batch": (case.x, case.y), **_batches(case)}.items():
            net.forward(batch[0])
            when = f"{role} after forward of {kind}"
            assert_same(when, results(net, role, case.x, case.y), expected)


@check(needs={"parameters"}, group="purity", regimes=CALM)
def parameters_are_not_remembered(net: Subject, case: Case) -> None:
    """After new parameters are written, results are those of a new network that has them."""
    changed = _others(case)
    new = net.another(changed)
    for role in calls_of(net):
        net.set_parameters(case.parameters)
        results(net, role, case.x, case.y)
        net.set_parameters(changed)
        expected = _copied(results(new, role, case.x, case.y))
        when = f"{role} after parameters were changed"
        assert_same(when, results(net, role, case.x, case.y), expected)


@check(needs={"parameters"}, group="purity", regimes=CALM)
def networks_are_independent(net: Subject, case: Case) -> None:
    """A second network of the same class changes neither parameters nor results of the first."""
    expected = {role: _copied(results(net, role, case.x, case.y)) for role in calls_of(net)}
    parameters = named(net.parameters().copy())
    second = net.another(_others(case))
    assert_same("after a second network was made", named(net.parameters()), parameters)
    other = other_batch(case)
    for role in calls_of(net):
        results(second, role, *other)
        when = f"{role}, after a second network was used"
        assert_same(when, results(net, role, case.x, case.y), expected[role])
    if "step" in net.traits.offers:
        second.step(*other, learning_rate=0.5)
    assert_same("after a second network was used", named(net.parameters()), parameters)


@check(group="purity", regimes=CALM)
def global_randomness_is_untouched(net: Subject, case: Case) -> None:
    """Forward, predict, cost and gradient draw nothing from the global random generators."""
    for role in calls_of(net):
        numpy_state, python_state = _numpy_state(), random.getstate()
        results(net, role, case.x, case.y)
        if _numpy_state() != numpy_state:
            fail(f"{role} draws from numpy's global random generator")
        if random.getstate() != python_state:
            fail(f"{role} draws from the global generator of the module random")


def _batches(case: Case) -> dict[str, tuple[Array, Array]]:
    """Return other batches than that of the case, by what they are."""
    x, y = other_batch(case)
    changed = case.x.copy()
    changed[-1, -1] += 1
    return {
        "another batch": (x, y),
        "a longer batch": (np.concatenate([case.x, x]), np.concatenate([case.y, y])),
        "one example": (x[:1], y[:1]),
        "the batch backwards": (case.x[::-1], case.y[::-1]),
        "the batch with another last number": (changed, case.y),
    }


def _others(case: Case) -> Parameters:
    """Return other parameters of the same sizes."""
    weights = [weight / 2 - 0.25 for weight in case.weights]
    biases = [bias / 2 + 0.5 for bias in case.biases]
    return Parameters(case.sizes, weights, biases)


def _copied(arrays: dict[str, Array]) -> dict[str, Array]:
    """Return arrays that nobody else holds."""
    return {name: array.copy() for name, array in arrays.items()}


def _numpy_state() -> tuple[Any, ...]:
    """Return the state of numpy's global generator, in a form that can be compared."""
    kind, key, *rest = np.random.get_state()  # noqa: NPY002 - it is asked whether others use it
    return (kind, np.asarray(key).tobytes(), *rest)
