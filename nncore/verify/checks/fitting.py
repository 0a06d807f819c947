"""
Training is steps over batches that hold every example, with its own target, once an epoch.

What a call of fit did with each example is read off the parameters: in a step so short that the
gradient hardly changes on the way, the difference is a sum of the gradients of the examples.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np

from ..case import Array, Case
from ..failure import fail
from ..registry import check
from ..subject import Subject
from ..tolerance import roundoff
from .descent import Course, assert_reached, is_reached
from .results import assert_same, named
from .training import SMALL

__all__: list[str] = []

#: Long enough that the order of batches shows, short enough that rounding does not grow.
RATE = 2.0**-8
#: So short that the gradient does not change on the way.
TINY_RATE = 2.0**-16
#: How far from a whole number a count may be; it must be known twice as well.
COUNTED = 0.25

NEEDS = {"fit", "gradient", "parameters"}


@check(needs=NEEDS, group="training", regimes=SMALL, max_layers=4, max_width=4)
def fit_is_steps(net: Subject, case: Case) -> None:
    """Two epochs with all examples in one batch are two steps, from the parameters there are."""
    course = _course(net, case)
    for _ in range(2):
        course = course.step(case.x, case.y, RATE)
    _fit(net, case, epochs=2, batch_size=case.batch)
    assert_reached("after two epochs", net, course)


@check(needs=NEEDS, group="training", regimes=SMALL, max_layers=4, max_width=4)
def fit_goes_on(net: Subject, case: Case) -> None:
    """A second call of fit goes on where the first ended."""
    course = _course(net, case)
    for when in ("one call of fit", "a second call of fit"):
        course = course.step(case.x, case.y, RATE)
        _fit(net, case, epochs=1, batch_size=case.batch)
        assert_reached(f"after {when}", net, course)


@check(
    needs=NEEDS,
    group="training",
    regimes=SMALL,
    max_layers=3,
    max_width=4,
    min_batch=3,
    max_batch=4,
)
def last_batch_counts(net: Subject, case: Case) -> None:
    """
    Where the batch size does not divide the examples, the last batch is a step as any other.

    Which examples are in it, the implementation may choose, and batches may be evened out.
    """
    size, start = case.batch - 1, _course(net, case)
    _fit(net, case, epochs=1, batch_size=size)
    for batches in _halves(case.batch, size):
        course = start
        for rows in batches:
            course = course.step(case.x[rows], case.y[rows], RATE)
        if is_reached(net, course):
            return
    fail(
        f"after an epoch over {case.batch} examples in batches of {size} the parameters are "
        f"those of no two steps over batches that hold each example once"
    )


@check(
    needs=NEEDS,
    group="training",
    regimes=SMALL,
    max_layers=3,
    max_width=4,
    min_batch=2,
    max_batch=4,
)
def pairs_stay_together(net: Subject, case: Case) -> None:
    """Every example is trained with its own target, however they are shuffled."""
    start = _course(net, case)
    _fit(net, case, epochs=1, batch_size=case.batch)
    # The first is the right one; where pairs are equal, so are the steps.
    for order in itertools.permutations(range(case.batch)):
        rows = list(order)
        if not is_reached(net, start.step(case.x, case.y[rows], RATE)):
            continue
        wrong = [i for i in range(case.batch) if i != order[i]]
        if wrong:
            fail(f"example {wrong[0]} was trained with the target of example {rows[wrong[0]]}")
        return


@check(
    needs=NEEDS,
    group="training",
    regimes=SMALL,
    max_layers=3,
    min_width=2,
    max_width=4,
    min_batch=2,
)
def every_example_once(net: Subject, case: Case) -> None:
    """Every example is used once in each epoch: none is left out, none comes twice."""
    counts = _counts(net, case, epochs=2)
    for i, count in enumerate(counts):
        if abs(count - 2) > COUNTED:
            fail(
                f"in two epochs over {case.batch} examples in batches of one, example {i} was "
                f"used {count:.3g} times, but should be used 2 times"
            )


@check(
    needs={"fit", "parameters"},
    group="training",
    examples=0.6,
    regimes=SMALL,
    max_layers=4,
    min_batch=3,
)
def same_seed_same_run(net: Subject, case: Case) -> None:
    """Two runs with equal generators end with the same parameters, to the last bit."""
    other = net.another(case.parameters)
    for each in (net, other):
        _fit(each, case, epochs=3, batch_size=1)
    assert_same("in a second run", named(other.parameters()), named(net.parameters()))


def _fit(
    net: Subject, case: Case, *, epochs: int, batch_size: int, learning_rate: float = RATE
) -> None:
    """Train on the batch of the case."""
    net.fit(
        case.x,
        case.y,
        epochs=epochs,
        batch_size=batch_size,
        learning_rate=learning_rate,
        rng=case.rng(),
    )


def _course(net: Subject, case: Case) -> Course:
    """Return the course of a training that begins at the parameters of the case."""
    return Course.at(net, case.parameters, case.x, case.y)


def _halves(count: int, size: int) -> Iterator[tuple[list[int], list[int]]]:
    """Yield the ways to make two batches of at most some size, full ones first."""
    for length in range(size, count - size - 1, -1):
        for one in itertools.combinations(range(count), length):
            yield list(one), [i for i in range(count) if i not in one]


def _counts(net: Subject, case: Case, epochs: int) -> list[float]:
    """Return how often each example was used; nothing where that cannot be told."""
    before, gradients = _flat(named(net.parameters())), _gradients(net, case)
    _fit(net, case, epochs=epochs, batch_size=1, learning_rate=TINY_RATE)
    after = _flat(named(net.parameters()))
    update = (before - after) / TINY_RATE
    found, _, rank, singular = np.linalg.lstsq(gradients, update, rcond=None)
    if rank < case.batch:
        return []
    # How far they may be off: gradients that change on the way, rounding of the parameters, and
    # whatever else was done to them.
    changed = epochs * np.linalg.norm(_gradients(net, case) - gradients, axis=0).sum()
    rounded = len(before) * epochs * case.batch * roundoff(net) * abs(before).max() / TINY_RATE
    unexplained = np.linalg.norm(gradients @ found - update)
    if not (changed + rounded + unexplained) / singular[-1] < COUNTED / 2:
        return []
    return [float(count) for count in found]


def _gradients(net: Subject, case: Case) -> Array:
    """Return the gradient of each example as a column."""
    rows = [slice(i, i + 1) for i in range(case.batch)]
    each = [_flat(named(net.gradient(case.x[row], case.y[row]))) for row in rows]
    return np.stack(each, axis=1)


def _flat(arrays: dict[str, Array]) -> Array:
    """Return all entries in one vector of float64."""
    return np.concatenate([array.ravel() for array in arrays.values()]).astype(float)
