"""Settings come out as they should be, or are refused in words that help."""

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from nncore.settings import integer, real


@pytest.mark.parametrize("value", [3, np.int8(3), np.uint64(3), np.array(3)])
def test_integers_become_ints(value: Any) -> None:
    number = integer("epochs", value, minimum=1)
    assert number == 3
    assert type(number) is int


@pytest.mark.parametrize(
    "value",
    [
        3.0,
        "3",
        None,
        True,
        np.True_,
        np.array(True),
        np.array([3]),
        np.array(1.5),
        np.array([1, 2]),
    ],
    ids=repr,
)
def test_what_is_no_integer_is_refused(value: Any) -> None:
    with pytest.raises(TypeError, match=r"^`epochs` must be an integer; got ") as refused:
        integer("epochs", value, minimum=1)
    assert str(refused.value).endswith(repr(value))


def test_an_integer_below_the_minimum_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^`epochs` must be at least 1; got 0$"):
        integer("epochs", np.int64(0), minimum=1)


@pytest.mark.parametrize("value", [0, 3, 10**300, 0.0, 0.25, 1e308, Fraction(1, 3)])
def test_real_numbers_stay_what_they_are(value: Any) -> None:
    """Exact numbers are computed with exactly where parameters are exact."""
    assert real("l2", value) is value


@pytest.mark.parametrize("value", [np.float32(0.25), np.float64(0.25), np.int8(2)])
def test_a_numpy_scalar_loses_its_dtype(value: Any) -> None:
    number = real("l2", value)
    assert number == value
    assert type(number) in (int, float)


@pytest.mark.parametrize(
    "value", ["1", None, True, np.True_, 1j, np.array(0.1), np.array([1.0])], ids=repr
)
def test_what_is_no_real_number_is_refused(value: Any) -> None:
    with pytest.raises(TypeError, match=r"^`l2` must be a real number; got ") as refused:
        real("l2", value)
    assert str(refused.value).endswith(repr(value))


@pytest.mark.parametrize(
    "value",
    [-1, -1e-9, np.nan, np.inf, Fraction(-1, 3), Fraction(-1, 10**400)],
    ids=["int", "float", "nan", "inf", "rational", "a rational that rounds to 0"],
)
def test_what_is_negative_or_not_finite_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match=r"^`l2` must be finite and not negative; got "):
        real("l2", value)


@pytest.mark.parametrize("value", [10**400, -(10**400), Fraction(10) ** 400], ids=type)
def test_what_no_float_can_hold_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match=r"^`l2` must fit into a float; got ") as refused:
        real("l2", value)
    assert str(refused.value).endswith(repr(value))
