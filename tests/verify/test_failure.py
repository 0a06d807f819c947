"""A broken law says what was expected, what came, and where."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from nncore.verify.failure import Failure, assert_close, assert_same_bits, fail


def test_failures_carry_cause_and_details() -> None:
    with pytest.raises(Failure, match="it is 2") as caught:
        fail("it is 2", cause="a factor", details={"a": 1})
    assert (caught.value.cause, caught.value.details) == ("a factor", {"a": 1})
    assert Failure("x").details == {}


@pytest.mark.parametrize(
    ("got", "expected", "bound", "message"),
    [
        ([1.0, 2.5], [1.0, 2.0], 0.1, r"a\[1\] is 2.5, but should be 2 \+- 1.0e-01"),
        ([1.0, np.nan], [1.0, 2.0], 9, r"a\[1\] is nan"),
        ([1.1, 4.0], [1.0, 2.0], [0.05, 0.1], r"a\[1\] is 4"),
        (2.0, 1.0, 0.0, r"^a is 2, but should be 1"),
        ([1.0], [1.0, 2.0], 1, r"a has shape \(1,\), but should have \(2,\)"),
        ([[1.0, np.inf]], [[1.0, 2.0]], 1, r"a\[0, 1\] is inf"),
    ],
)
def test_what_is_not_close(got: Any, expected: Any, bound: Any, message: str) -> None:
    with pytest.raises(Failure, match=message):
        assert_close("a", got, expected, bound)


def test_what_is_close() -> None:
    assert_close("a", [1.0, np.inf], [1.05, np.inf], 0.1)


@pytest.mark.parametrize(
    ("got", "expected", "message"),
    [
        (np.ones(2), np.ones(3), "shape"),
        (np.ones(2, "float32"), np.ones(2), "a is of dtype float32, but should be float64"),
        (np.array([1, 1 + 2**-52]), np.ones(2), r"a\[1\] is .*to the last bit"),
        (np.array(2.0), np.array(1.0), r"^a is .*2.0"),
        (np.array([np.nan]), np.ones(1), r"a\[0\] is np.float64\(nan\)"),
    ],
)
def test_other_bits(got: Any, expected: Any, message: str) -> None:
    with pytest.raises(Failure, match=message):
        assert_same_bits("a", got, expected)


def test_the_same_bits() -> None:
    assert_same_bits("a", np.array([1.0, np.nan]), np.array([1.0, np.nan]))
