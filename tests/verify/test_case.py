"""A case prints as what makes it again, and refuses what does not fit."""

from __future__ import annotations

import numpy as np
import pytest

from nncore.verify import Case, Parameters

CASE = Case([2, 1], [[], [[1, -0.5]]], [[], [3]], x=[[1, 2]], y=[[0]], seed=5)


def test_a_case_prints_as_an_expression_that_makes_it_again() -> None:
    again = eval(repr(CASE), {"Case": Case})  # noqa: S307 - our own text
    assert repr(again) == repr(CASE)
    assert CASE.weights[1].dtype == CASE.x.dtype == np.dtype(float)


def test_layer_0_is_empty_and_not_read() -> None:
    parameters = Parameters([2, 1], ["anything", [[1, 2]]], [None, [3]])
    assert parameters.weights[0].shape == (2, 0)
    assert parameters.biases[0].shape == (0,)
    assert parameters.last == 1


def test_foreign_numbers_stay() -> None:
    assert Parameters([1, 1], [[], [[1j]]], [[], [1]]).weights[1].dtype == np.dtype(complex)


def test_copies_share_nothing() -> None:
    copy = CASE.parameters.copy()
    assert not np.shares_memory(copy.weights[1], CASE.weights[1])
    assert np.shares_memory(CASE.parameters.weights[1], CASE.weights[1])


def test_generators_are_new_and_of_the_same_seed() -> None:
    assert CASE.rng().random() == CASE.rng().random()
    assert CASE.replaced(seed=6).rng().random() != CASE.rng().random()


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="`biases` must have an entry for each of 2 layers"):
        Parameters([1, 1], [[], [[1]]], [[1]])
    with pytest.raises(ValueError, match="cannot reshape"):
        Parameters([1, 1], [[], [[1, 2]]], [[], [1]])
    with pytest.raises(ValueError, match="`x` has 2 rows, but `y` has 1"):
        CASE.replaced(x=[[1, 2], [3, 4]])
