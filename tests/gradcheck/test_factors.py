"""What two runs share: found again by identity alone, and only the last few."""

import functools
from typing import Any

import flint
import numpy as np
import pytest

from nncore.gradcheck.arithmetic import Balls
from nncore.gradcheck.check import check_gradient
from nncore.gradcheck.factors import Factors


def made(count: int) -> list[flint.arb]:
    return [flint.arb(i) for i in range(count)]


def converted(floats: list[float]) -> list[flint.arb]:
    return list(map(flint.arb, floats))


def test_a_constant_is_found_by_all_its_floats_and_its_shape() -> None:
    factors, floats = Factors(flint.arb_mat), [0.5, 1.5]
    kept, first = factors.constant((1, 2), floats, converted)
    assert kept is floats
    assert first.slots is None
    assert first.entries == first.matrix.entries() == [0.5, 1.5]
    again, second = factors.constant((1, 2), list(floats), converted)
    assert again is floats
    assert second is first
    assert factors.constant((2, 1), floats, converted)[1].matrix.nrows() == 2
    assert factors.constant((1, 2), [0.5, 2.5], converted)[1].entries == [0.5, 2.5]
    assert factors.constant((0, 2), [], converted)[1].entries == []


def test_a_matrix_is_found_by_all_its_entries_and_its_shape() -> None:
    factors, entries = Factors(flint.arb_mat), made(6)
    first = factors.matrix((2, 3), entries)
    assert factors.matrix((2, 3), list(entries)) is first
    assert factors.matrix((3, 2), entries).nrows() == 3
    for place in range(6):
        other = list(entries)
        other[place] = flint.arb(7)
        changed = factors.matrix((2, 3), other)
        assert changed.entries()[place] == 7
    assert factors.matrix((0, 3), []).entries() == []


def test_a_product_is_found_by_both_factors_in_their_order() -> None:
    factors = Factors(flint.arb_mat)
    a, b = flint.arb_mat(2, 2, [1, 2, 3, 4]), flint.arb_mat(2, 2, [0, 1, 1, 0])
    first = factors.product(a, b)
    assert first == [2, 1, 4, 3]
    assert factors.product(a, b) is first
    assert factors.product(b, a) == [3, 4, 1, 2]
    assert factors.product(flint.arb_mat(a), b) is not first


def test_only_the_last_sixteen_are_kept() -> None:
    factors, entries = Factors(flint.arb_mat), [made(1) for _ in range(17)]
    matrices = [factors.matrix((1, 1), one) for one in entries]
    assert factors.matrix((1, 1), entries[-1]) is matrices[-1]
    assert factors.matrix((1, 1), entries[1]) is matrices[1]
    assert factors.matrix((1, 1), entries[0]) is not matrices[0]


def test_both_programs_of_a_check_multiply_their_common_factors_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    x, w = np.arange(6.0).reshape(2, 3), np.arange(12.0).reshape(4, 3)
    made_of: list[int] = []

    def counting(_: Balls, rows: int, columns: int, entries: Any) -> Any:
        made_of.append(len(entries))
        return flint.arb_mat(rows, columns, entries)

    keep = Balls.__init__

    def init(self: Balls, *settings: int) -> None:
        keep(self, *settings)
        self.matrix = functools.partial(counting, self)

    monkeypatch.setattr(Balls, "__init__", init)
    report = check_gradient(
        lambda w: ((x @ w.T) ** 2).sum() / 2, lambda w: (x @ w.T).T @ x, w, method="certified"
    )
    assert report.ok
    # x, w and the transposed results, once each for both programs; what reaches the results.
    assert sorted(made_of) == [6, 8, 8, 12]
