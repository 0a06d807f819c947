"""Rows go out in the user's layout, and come back as rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from nncore.verify.layouts import Layout

X = np.arange(6.0).reshape(3, 2)


@pytest.mark.parametrize(
    ("layout", "shapes"),
    [
        (Layout("rows"), [(3, 2)]),
        (Layout("columns"), [(2, 3)]),
        (Layout("single"), [(2,)] * 3),
        (Layout("single", column=True), [(2, 1)] * 3),
    ],
)
def test_examples_go_and_come(layout: Layout, shapes: list[tuple[int, ...]]) -> None:
    native = layout.native(X)
    assert [array.shape for array in native] == shapes
    assert all(array.flags.c_contiguous for array in native)
    assert not any(np.shares_memory(array, X) for array in native)
    assert layout.rows(native, 3, 2).tolist() == X.tolist()


@pytest.mark.parametrize("name", ["rows", "columns"])
def test_results_stay_the_users_memory(name: str) -> None:
    (native,) = Layout(name).native(X)
    assert np.shares_memory(Layout(name).rows([native], 3, 2), native)


def test_a_vector_is_one_neuron_of_every_example() -> None:
    vector = np.ones(3)
    assert Layout("columns").rows([vector], 3, 1).shape == (3, 1)
    assert Layout("rows").rows([vector], 3, 1).shape == (3, 1)


@pytest.mark.parametrize(
    ("layout", "result"),
    [
        (Layout("rows"), X.T),
        (Layout("columns"), X),
        (Layout("rows"), X[:2]),
        (Layout("single"), X),
    ],
)
def test_other_shapes_are_not_forced_into_rows(
    layout: Layout, result: np.ndarray[Any, Any]
) -> None:
    with pytest.raises(AssertionError, match=r"an array of shape \(\d, \d\) came where"):
        layout.rows([result] * 3, 3, 2)
