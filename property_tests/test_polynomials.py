"""Backpropagation is the derivative of the cost as an identity of polynomials, up to 2^-50."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polynomials import (
    POLYNOMIALS,
    PRIME,
    Numbers,
    degree_of_identity,
    disagreement,
    random_case,
    rationals,
    residues,
)

from nncore import Activation

SEEDS = st.integers(0, 2**32 - 1)


def holds(seed: int, numbers: Numbers, hidden: Activation, *, is_output: bool) -> None:
    """Assert that a random network agrees with its cost along a random line, exactly."""
    __tracebackhide__ = True
    rng = np.random.default_rng(seed)
    output = hidden if is_output else "identity"
    case = random_case(rng, numbers, hidden=hidden, output=output, max_layers=4, max_width=3)
    assert degree_of_identity(case) < PRIME * 2.0**-50
    difference = disagreement(case, numbers, rng)
    assert difference == 0, f"<nabla, u> is off by {difference}\n{case}"


@pytest.mark.parametrize("hidden", POLYNOMIALS, ids=repr)
@given(seed=SEEDS, is_output=st.booleans())
def test_backprop_is_the_derivative_modulo_a_prime(
    hidden: Activation, seed: int, is_output: bool
) -> None:
    """One agreement at a random point leaves a wrong formula a chance below 2^-50."""
    holds(seed, residues, hidden, is_output=is_output)


@pytest.mark.parametrize("hidden", POLYNOMIALS, ids=repr)
@given(seed=SEEDS)
def test_backprop_is_the_derivative_over_the_rationals(hidden: Activation, seed: int) -> None:
    """No formula is wrong by multiples of the prime."""
    holds(seed, rationals, hidden, is_output=False)


@given(seed=SEEDS)
def test_a_wrong_slope_is_seen_at_once(seed: int) -> None:
    """The law would fail: with z in place of 2 z no random line agrees."""
    wrong = Activation("wrong", lambda z: z * z, lambda z: z)
    rng = np.random.default_rng(seed)
    case = random_case(rng, residues, hidden=wrong, output=wrong, max_layers=3, max_width=3)
    assert disagreement(case, residues, rng) != 0
