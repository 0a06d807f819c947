"""Sums by slot are the same in arrays as one by one."""

from __future__ import annotations

from typing import Any

import flint
import numpy as np
import pytest
from certifying import certified, only
from enclosing import started

from nncore.gradcheck import tape
from nncore.gradcheck.enclosures import Settings
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


# --- tangents and magnitudes, of products and of single numbers ---------------------------

P, Q = RNG.standard_normal((3, 4)), RNG.standard_normal((4, 2))
PROGRAMS: dict[str, Any] = {
    "left": lambda p, _: (p @ np.ones((4, 2)) * np.arange(1.0, 7).reshape(3, 2)).sum(),
    "right": lambda _, q: (np.arange(1.0, 13).reshape(3, 4) @ q).sum() * 2,
    "both": lambda p, q: ((p @ q) * np.array([[1.0, -2.0], [3.0, 0.5], [2.0, 4.0]])).sum(),
    "chain": lambda p, q: np.exp(p @ q @ q.T[:, :2]).sum(),
    "entries": lambda p, q: (p[:, :2] * q[:3] / 4 - p[:, 2:] + q[1:] ** 3).sum(),
    "sums": lambda p, q: (p.sum(axis=1) * 3).sum() - q.sum(),
    "beside constants": lambda p, q: (
        np.hstack([p, np.ones((3, 1))]) @ np.vstack([q, np.full((1, 2), 5.0)])
    ).sum(),
}


def recorded(program: Any) -> tuple[Any, Any, Any]:
    """A run of a program of P and Q along a direction, its end, and the direction."""
    run = Settings(128).run(recording=True)
    direction = RNG.standard_normal(P.size + Q.size)
    with run:
        params = started(run, P, Q)
        run.tape.tangents = Sums()
        run.tape.tangents.add(run.tape.leaves, [flint.arb(d) for d in direction.tolist()])
        end = program(*params)
    return run, end, direction


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_tangent_is_the_derivative_along_the_direction(name: str) -> None:
    run, end, direction = recorded(PROGRAMS[name])
    with run:
        gradient = run.tape.gradient(end.slot, flint.arb(0), flint.arb(1))
        expected = sum(g * d for g, d in zip(gradient, direction.tolist(), strict=True))
        assert run.tape.tangents.by_slot[end.slot].overlaps(expected)
        assert abs(float(expected)) > 0.1


@pytest.mark.parametrize("name", PROGRAMS)
def test_magnitudes_are_derivatives_of_the_program_of_absolute_values(name: str) -> None:
    run, end, _ = recorded(PROGRAMS[name])
    with run:
        magnitudes = run.tape.gradient(
            end.slot, 0.0, 1.0, lambda numbers: [abs(float(n)) for n in numbers]
        )
        balls = run.tape.gradient(
            end.slot, flint.arb(0), flint.arb(1), lambda numbers: list(map(abs, numbers))
        )
        gradient = run.tape.gradient(end.slot, flint.arb(0), flint.arb(1))
    assert magnitudes == pytest.approx([float(b) for b in balls])
    at_least = [abs(float(g)) for g in gradient]
    assert all(m >= g * (1 - 1e-12) for m, g in zip(magnitudes, at_least, strict=True))
    if name in ("left", "right", "both"):
        weights = np.array([[1.0, 2.0], [3.0, 0.5], [2.0, 4.0]])
        expected = {
            "left": [
                *(np.arange(1.0, 7).reshape(3, 2) @ np.ones((2, 4))).ravel(),
                *[0.0] * Q.size,
            ],
            "right": [
                *[0.0] * P.size,
                *(2 * np.arange(1.0, 13).reshape(3, 4).T @ np.ones((3, 2))).ravel(),
            ],
            "both": [*(weights @ abs(Q).T).ravel(), *(abs(P).T @ weights).ravel()],
        }[name]
        assert magnitudes == pytest.approx(expected)
