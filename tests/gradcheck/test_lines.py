"""The cost along lines."""

from __future__ import annotations

import numpy as np
import pytest

from nncore.gradcheck.lines import FURTHEST, Point, dot, levelled
from nncore.gradcheck.structure import FloatArray, Structure


@pytest.fixture
def point() -> Point:
    params = [np.full((2, 2), 100.0), np.zeros(3)]
    return Point(lambda p: (p[0] ** 2).sum() + p[1].sum(), Structure.of(params))


def test_scales_are_those_of_the_arrays(point: Point) -> None:
    assert point.scales == [100.0, 100.0]
    assert Point(lambda p: p.sum(), Structure.of(np.zeros(2))).scales == [1.0]
    directions = point.direction(np.random.default_rng(0))
    assert all((np.abs(d) >= 50).all() and (np.abs(d) <= 150).all() for d in directions)


def test_along_and_across_move_what_they_name(point: Point) -> None:
    direction: list[FloatArray] = [np.zeros((2, 2)), np.ones(3)]
    assert point.along(direction)(0.5) - point.along(direction)(0.0) == 1.5
    line = point.across(1, (2,))
    assert line(1.0) - line(0.0) == 100
    assert point.evaluations == 4
    assert (point.values[1] == 0).all()


def test_flat_places_and_arrays_belong_together(point: Point) -> None:
    vector = np.arange(7.0)
    arrays = point.unflattened(vector)
    for flat in range(7):
        array, index = point.place(flat)
        assert arrays[array][index] == flat
    assert point.flat_scales().tolist() == [100.0] * 7


def test_dot_sums_exactly() -> None:
    assert dot([np.array([1e16, 1.0, -1e16])], [np.ones(3)]) == 1.0


def test_levelled_entries_contribute_more_alike() -> None:
    direction: list[FloatArray] = [np.array([1.0, -0.5]), np.array([[1.0], [1.0], [0.0]])]
    gradient: list[FloatArray] = [np.array([1.0, 2e-2]), np.array([[0.0], [1e-9], [1.0]])]
    first, second = levelled(direction, gradient)
    assert first.shape == (2,)
    assert second.shape == (3, 1)
    assert (np.sign(first) == [1, -1]).all()
    # Shares of the slope of 1 and 1e-2 are then 1 and 10^(-2 / 4).
    np.testing.assert_allclose(abs(first[1] * 2e-2) / first[0], 10**-0.5)
    assert second[1, 0] / first[0] == pytest.approx(FURTHEST)
    assert second[0, 0] == second[2, 0] == 0  # what contributes nothing stays where it is
    lengths = np.array([*first / [1, -0.5], second[1, 0], 0, 0])
    assert np.mean(lengths**2) == pytest.approx(1)


def test_nothing_is_levelled_where_nothing_contributes() -> None:
    (levelled_zeros,) = levelled([np.ones(3)], [np.zeros(3)])
    assert (levelled_zeros == 0).all()
