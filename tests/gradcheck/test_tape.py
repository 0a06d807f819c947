"""Sums by slot are the same in arrays as one by one."""

from __future__ import annotations

from typing import Any

import flint
import numpy as np
import pytest
from certifying import certified, only

from nncore.gradcheck import tape
from nncore.gradcheck.evidence import Verdict
from nncore.gradcheck.tape import CONSTANT, Sums

RNG = np.random.default_rng(0)
W = RNG.standard_normal((9, 9))
X = RNG.standard_normal((5, 9))


@pytest.mark.parametrize("dtype", [float, object])
@pytest.mark.parametrize("many", [1, 4, 100])
def test_sums_are_those_of_single_numbers(
    monkeypatch: pytest.MonkeyPatch, dtype: type, many: int
) -> None:
    monkeypatch.setattr(tape, "MANY", many)
    leaves, others = list(range(10, 20)), [20, 21, CONSTANT]
    for _ in range(50):
        sums, expected = Sums(leaves, dtype), dict.fromkeys([*leaves, *others], 0.0)
        for _ in range(RNG.integers(1, 5)):
            known = leaves if RNG.random() < 0.7 else leaves + others
            slots = [int(slot) for slot in RNG.choice(known, RNG.integers(0, 12))]
            terms = [float(term) for term in RNG.integers(-9, 9, len(slots))]
            sums.add(slots, terms)
            for slot, term in zip(slots, terms, strict=True):
                expected[slot] += term
        assert sums.of_leaves(0.0) == [expected[slot] for slot in leaves]
        assert all(sums.by_slot[s] == expected[s] for s in others if s in sums.by_slot)


def test_what_nothing_reaches_is_the_zero_that_was_asked_for() -> None:
    sums, zero = Sums([7, 8, 9]), flint.arb(0)
    sums.add([8], [flint.arb(2)])
    found = sums.of_leaves(zero)
    assert found == [0, 2, 0]
    assert found[0] is found[2] is zero


@pytest.mark.parametrize(
    ("cost", "gradient"),
    [
        (  # twice in products
            lambda w: ((X @ w @ w) ** 2).sum() / 2,
            lambda w: X.T @ (X @ w @ w) @ w.T + (X @ w).T @ (X @ w @ w),
        ),
        (  # in a product and entry by entry
            lambda w: ((X @ w) ** 2).sum() / 2 + (w**2).sum(),
            lambda w: X.T @ (X @ w) + 2 * w,
        ),
        (  # each entry several times
            lambda w: ((X @ np.vstack([w[:1]] * 9)) ** 2).sum() / 2,
            lambda w: np.vstack(
                [X.sum(axis=1) @ (X @ np.vstack([w[:1]] * 9)), np.zeros((8, 9))]
            ),
        ),
        (  # beside constants, as with biases in the last column
            lambda w: (np.hstack([w, np.ones((9, 1))]) @ np.vstack([X.T, X[:, 0]]))[0].sum(),
            lambda w: np.vstack([X.sum(axis=0) + 0 * w[0], np.zeros((8, 9))]),
        ),
        (lambda w: w[2, 3], lambda w: np.eye(9)[[2]].T @ np.eye(9)[[3]] + 0 * w),
    ],
    ids=["twice", "two ways", "repeated", "beside constants", "itself"],
)
def test_parameters_that_reach_the_cost_on_several_ways(cost: Any, gradient: Any) -> None:
    assert only(cost, gradient, W) == "agrees"
    wrong = certified(cost, lambda w: gradient(w) * (1 + 2.0**-9), W)
    assert wrong.count(Verdict.WRONG) == np.count_nonzero(gradient(W))
