"""Structures of arrays are opened as far as there are arrays, and rebuilt."""

from __future__ import annotations

from collections import namedtuple
from typing import Any

import numpy as np
import pytest

from nncore.verify.leaves import depth_of, flatten, is_container, items_of, rebuild

A, B, C = np.ones((2, 3)), np.ones(2), np.ones((1, 2))
Pair = namedtuple("Pair", ["w", "b"])  # noqa: PYI024  # pyright: ignore[reportUntypedNamedTuple]


def ragged() -> Any:
    array = np.empty(2, dtype=object)
    array[0], array[1] = A, B
    return array


@pytest.mark.parametrize(
    ("value", "leaves", "depth"),
    [
        (A, [A], 0),
        ([A, B], [A, B], 1),
        ((A, (B, C)), [A, B, C], 2),
        ([Pair(A, B)], [A, B], 2),
        ({"W2": A, "b1": B, "W1": C}, [C, B, A], 1),
        ({"weights": [A], "biases": [B]}, [B, A], 2),
        ([[[1.0, 2.0], [3.0, 4.0]], [1.0]], [[[1.0, 2.0], [3.0, 4.0]], [1.0]], 1),
        ([[[[1.0, 2.0], [3.0, 4.0]], [1.0]]], [[[1.0, 2.0], [3.0, 4.0]], [1.0]], 2),
        ([None, A], [None, A], 1),
        ([[], A], [[], A], 1),
        (zip([A], [B], strict=True), None, 2),
        (ragged(), [A, B], 1),
        ([], [], 0),
    ],
)
def test_arrays_are_found_in_order(value: Any, leaves: Any, depth: int) -> None:
    if leaves is not None:
        found = list(flatten(value))
        assert len(found) == len(leaves)
        assert all(a is b or a == b for a, b in zip(found, leaves, strict=True))
    assert depth_of(value) == depth


def test_the_depth_says_what_lists_of_numbers_are() -> None:
    biases = [[1.0], [2.0]]
    assert list(flatten(biases, 1)) == [[1.0], [2.0]]
    assert list(flatten([biases], 1)) == [biases]


def test_strings_and_arrays_are_no_containers() -> None:
    assert [is_container(v) for v in ("ab", b"ab", A, 1.0, [1], {"a": 1}, ragged())] == [
        *[False] * 4,
        *[True] * 3,
    ]


def test_objects_of_numbers_are_arrays() -> None:
    assert not is_container(np.array([1, 2], dtype=object))


def test_keys_are_read_in_one_order_however_they_were_entered() -> None:
    assert items_of({"b1": 1, "W1": 2}) == items_of({"W1": 2, "b1": 1}) == [2, 1]
    assert items_of({"w10": 1, "w9": 2}) == [2, 1]


@pytest.mark.parametrize(
    ("value", "depth", "expected"),
    [
        ([A, (B, C)], 2, ["a", ("b", "c")]),
        ([Pair(A, B)], 2, [Pair("a", "b")]),
        ({"W1": A, "b1": B}, 1, {"W1": "a", "b1": "b"}),
        (A, 0, "a"),
        ([[1.0, 2.0], [3.0]], 1, ["a", "b"]),
        (ragged(), 1, ["a", "b"]),
    ],
)
def test_structures_are_rebuilt(value: Any, depth: int, expected: Any) -> None:
    made = rebuild(value, iter("abc"), depth)
    assert made == expected
    assert type(made) is type(expected)
