"""What two runs share: found again by identity alone, and only the last few."""

from typing import Any

import flint
import numpy as np
import pytest

from nncore.gradcheck.check import check_gradient
from nncore.gradcheck.factors import Factors


def made(count: int) -> list[flint.arb]:
    return [flint.arb(i) for i in range(count)]


def test_the_same_floats_are_the_same_numbers() -> None:
    factors, calls = Factors(), []

    def convert(floats: list[float]) -> list[flint.arb]:
        calls.append(floats)
        return list(map(flint.arb, floats))

    first = factors.numbers([0.5, 1.5], convert)
    assert factors.numbers([0.5, 1.5], convert) is first
    assert factors.numbers([0.5, 2.5], convert) == [flint.arb(0.5), flint.arb(2.5)]
    assert factors.numbers([], convert) == []
    assert calls == [[0.5, 1.5], [0.5, 2.5], []]


def test_a_matrix_is_found_by_all_its_entries_and_its_shape() -> None:
    factors, entries = Factors(), made(6)
    first = factors.matrix(2, 3, entries, flint.arb_mat)
    assert factors.matrix(2, 3, list(entries), flint.arb_mat) is first
    assert factors.matrix(3, 2, entries, flint.arb_mat).nrows() == 3
    for place in range(6):
        other = list(entries)
        other[place] = flint.arb(7)
        changed = factors.matrix(2, 3, other, flint.arb_mat)
        assert changed.entries()[place] == 7
    assert factors.matrix(0, 3, [], flint.arb_mat).entries() == []


def test_a_product_is_found_by_both_factors_in_their_order() -> None:
    factors = Factors()
    a, b = flint.arb_mat(2, 2, [1, 2, 3, 4]), flint.arb_mat(2, 2, [0, 1, 1, 0])
    first = factors.product(a, b)
    assert first == [2, 1, 4, 3]
    assert factors.product(a, b) is first
    assert factors.product(b, a) == [3, 4, 1, 2]
    assert factors.product(flint.arb_mat(a), b) is not first


def test_only_the_last_sixteen_are_kept() -> None:
    factors, entries = Factors(), [made(1) for _ in range(17)]
    matrices = [factors.matrix(1, 1, one, flint.arb_mat) for one in entries]
    assert factors.matrix(1, 1, entries[-1], flint.arb_mat) is matrices[-1]
    assert factors.matrix(1, 1, entries[1], flint.arb_mat) is matrices[1]
    assert factors.matrix(1, 1, entries[0], flint.arb_mat) is not matrices[0]


def test_both_programs_of_a_check_multiply_their_common_factors_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    x, w = np.arange(6.0).reshape(2, 3), np.arange(12.0).reshape(4, 3)
    made_of: list[int] = []
    keep = Factors.matrix

    def counting(self: Factors, rows: int, columns: int, entries: Any, make: Any) -> Any:
        def counted(*args: Any) -> Any:
            made_of.append(len(args[2]))
            return make(*args)

        return keep(self, rows, columns, entries, counted)

    monkeypatch.setattr(Factors, "matrix", counting)
    report = check_gradient(
        lambda w: ((x @ w.T) ** 2).sum() / 2, lambda w: (x @ w.T).T @ x, w, method="certified"
    )
    assert report.ok
    # x, w and, in the gradient, the transposed results; once each for both programs.
    assert sorted(made_of) == [6, 8, 12]
