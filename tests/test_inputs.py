"""What comes from outside is let in as it should be, and refused in words that help."""

from typing import Any

import numpy as np
import pytest

from nncore.arrays import Array, Matrix, Pixels, as_array, as_matrix
from nncore.inputs import (
    as_batch,
    as_examples,
    as_numbers,
    as_parameter,
    as_result,
    check_finite,
    matrix_like,
    one_for_each_row,
    rows_of,
)

F8, F4 = np.dtype(np.float64), np.dtype(np.float32)


@pytest.mark.parametrize(
    "value",
    [
        [[1, 2], [3, 4]],
        ((1.0, 2.0), (3.0, 4.0)),
        np.array([[1, 2], [3, 4]], np.uint8),
        np.array([[1, 2], [3, 4]], np.float16),
        np.array([[1, 2], [3, 4]], ">f8"),
        np.array([[1, 2], [3, 4]], np.longdouble),
        np.array([[1, 2], [3, 4]]).view(np.matrix),
    ],
    ids=["list", "tuple", "bytes", "half", "big-endian", "long double", "np.matrix"],
)
@pytest.mark.parametrize("dtype", [F8, F4])
def test_real_numbers_become_floats_of_the_dtype(value: Any, dtype: np.dtype[Any]) -> None:
    batch = as_array(as_batch(value, 2, dtype, "x"))
    assert type(batch) is np.ndarray
    assert batch.dtype == dtype
    assert batch.dtype.isnative
    assert np.array_equal(batch, [[1.0, 2.0], [3.0, 4.0]])


def test_an_array_that_fits_is_not_copied() -> None:
    x = np.ones((3, 2))
    assert as_array(as_batch(x, 2, F8, "x")) is x
    assert as_parameter(x, (3, 2), F8, "w") is x


@pytest.mark.parametrize("x", [np.asfortranarray(np.eye(3)), np.eye(6)[::2, ::2]])
def test_real_numbers_come_in_one_layout(x: Array) -> None:
    batch = as_array(as_batch(x, 3, F8, "x"))
    assert batch.flags.c_contiguous
    assert np.array_equal(batch, x)


def test_a_single_example_is_a_batch_of_one() -> None:
    assert as_array(as_batch([1.0, 2.0], 2, F8, "x")).shape == (1, 2)
    assert as_array(as_batch([1.0], 1, F8, "x")).shape == (1, 1)


@pytest.mark.parametrize(
    "value",
    [np.array([[1j, 2]]), np.array([[10**30, None]], object), np.array([[np.nan + 1j, 2]])],
    ids=["complex", "objects", "complex NaN"],
)
def test_other_numbers_pass_as_they_are(value: Array) -> None:
    assert as_array(as_batch(value, 2, F8, "x")) is value
    with pytest.raises(ValueError, match=r"`x` must have shape \(batch, 3\)"):
        as_batch(value, 3, F8, "x")


def test_subclasses_with_mathematics_of_their_own() -> None:
    class Own(np.ndarray[Any, Any]):
        """An array of foreign numbers."""

    own = np.array([[1, 2]], object).view(Own)
    assert as_array(as_batch(own, 2, F8, "x")) is own
    # The product of np.matrix is another one.
    plain = as_numbers(np.array([[1j]]).view(np.matrix), F8, "x")
    assert type(plain) is np.ndarray


@pytest.mark.parametrize(
    ("value", "width", "message"),
    [
        (np.ones((784, 1)), 784, "like one example as a column: rows are examples, pass x.T"),
        (np.ones((784, 32)), 784, "which looks transposed: rows are examples, pass x.T"),
        (
            np.ones((32, 783)),
            784,
            r"must have shape \(batch, 784\) or \(784,\); got \(32, 783\)$",
        ),
        (np.ones(783), 784, r"must have shape \(batch, 784\) or \(784,\); got \(783,\)$"),
        (np.ones((5, 28, 28)), 784, r": flatten each example, pass x.reshape\(5, 784\)$"),
        (np.ones((5, 28, 27)), 784, r"got \(5, 28, 27\)$"),
        (np.ones(5), 1, r": if these are 5 examples of one number, pass x.reshape\(-1, 1\)$"),
        (3.5, 784, r"got \(\)$"),
        (None, 784, r"got \(\), one NoneType that is no array$"),
        ({"a": 1}, 784, r"got \(\), one dict that is no array$"),
        (np.ones((0, 784)), 784, r"must hold at least one example; got shape \(0, 784\)$"),
        ([[1.0, 2.0], [3.0]], 2, "must be a rectangular array of numbers; its rows differ"),
        ([[1.0, 2.0], [np.nan, 4.0]], 2, r"must be finite; x\[1, 0\] is nan$"),
        ([1.0, -np.inf], 2, r"must be finite; x\[1\] is -inf$"),
    ],
)
def test_a_batch_of_a_wrong_shape_or_value(value: object, width: int, message: str) -> None:
    with pytest.raises(ValueError, match=rf"^`x` .*{message}"):
        as_batch(value, width, F8, "x")


@pytest.mark.parametrize(
    "y", [[3, 1, 4], [3.0, 1.0, 4.0], np.array([3, 1, 4], np.uint8), np.array([3.0, 1.0, 4.0])]
)
def test_labels_where_targets_belong(y: Any) -> None:
    with pytest.raises(ValueError, match="if these are class labels, pass ") as refused:
        as_batch(y, 10, F8, "y")
    advice = str(refused.value).rpartition("pass ")[2]
    targets = eval(advice, {"np": np, "y": y})  # noqa: S307 - to the letter, as a reader would
    assert np.argwhere(targets).tolist() == [[0, 3], [1, 1], [2, 4]]


def test_numbers_where_a_column_belongs() -> None:
    with pytest.raises(ValueError, match=r"3 examples of one number, pass y.reshape\(-1, 1\)$"):
        as_batch([0, 1, 1], 1, F8, "y")


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (
            [[True, False]],
            r"got dtype bool: pass x.astype\(float\) if they are meant as 0 and 1$",
        ),
        ([["1", "2"]], "got dtype <U1$"),
        (np.array([["2026-01-01", "2026-01-02"]], "M8[D]"), r"got dtype datetime64\[D\]$"),
        (np.zeros((1, 2), "f8,f8"), "must hold numbers"),
        (np.ma.array([[1.0, 2.0]]), "must not be masked: fill it, or leave out"),
    ],
)
def test_a_batch_of_a_wrong_type(value: object, message: str) -> None:
    with pytest.raises(TypeError, match=rf"^`x` .*{message}"):
        as_batch(value, 2, F8, "x")


def test_what_float32_cannot_hold_is_refused() -> None:
    with pytest.raises(ValueError, match=r"`x` must be finite; x\[0, 1\] is inf"):
        as_batch([[1.0, 1e39]], 2, F4, "x")


def test_a_parameter_of_a_wrong_shape() -> None:
    with pytest.raises(
        ValueError, match=r"^`w` must have shape \(3, 2\), as `sizes` says; got"
    ):
        as_parameter(np.ones((2, 3)), (3, 2), F8, "w")


def test_only_real_numbers_are_searched_for_nan() -> None:
    check_finite(np.array([1.0, 2.0]), "x")
    check_finite(np.array([[1e200, -1e300]]), "x")  # whose squares are not
    check_finite(np.full((3, 2), 1e30, np.float32).T, "x")
    check_finite(np.array([np.nan * 1j]), "x")
    with pytest.raises(ValueError, match=r"`x` must be finite; x\[\] is nan"):
        check_finite(np.array(np.nan), "x")


# --- pixels go through the same doors ---------------------------------------------------------


def test_pixels_stay_pixels_until_rows_are_read() -> None:
    pixels = Pixels(np.array([[0, 51], [102, 255]], np.uint8))
    assert as_examples(pixels, 2, F8) is pixels
    rows = as_array(rows_of(pixels, np.array([1]), F4))
    assert rows.dtype == F4
    assert np.allclose(rows, [[0.4, 1.0]])
    assert np.allclose(as_numbers(pixels, F8, "x"), [[0.0, 0.2], [0.4, 1.0]])
    with pytest.raises(
        ValueError, match=r"`x` must have shape \(batch, 3\) or \(3,\); got \(2, 2"
    ):
        as_examples(pixels, 3, F8)


def test_examples_that_are_no_pixels() -> None:
    x = np.ones((3, 2))
    examples = as_examples(x, 2, F8)
    assert not isinstance(examples, Pixels)
    assert as_array(examples) is x
    assert np.array_equal(as_array(rows_of(examples, slice(1, 3), F8)), x[1:3])


@pytest.mark.parametrize(
    ("result", "got"),
    [(np.ones((3, 2)), r"shape \(3, 2\)"), ([1.0], r"\[1.0\]"), (None, "None")],
)
def test_what_a_users_function_returns_is_held_to_a_shape(result: object, got: str) -> None:
    z: Matrix[Any, Any] = as_matrix(np.ones((2, 3)))
    with pytest.raises(
        ValueError, match=rf"^f must return an array of shape \(2, 3\); got {got}"
    ):
        matrix_like(z, result, "f")
    with pytest.raises(
        ValueError, match=rf"^f must return an array of shape \(2,\); got {got}"
    ):
        one_for_each_row(z, result, "f")


def test_what_a_users_function_returns_comes_through() -> None:
    z: Matrix[Any, Any] = as_matrix(np.ones((2, 3)))
    rectangle, each = np.zeros((2, 3)), np.zeros(2)
    assert as_array(matrix_like(z, rectangle, "f")) is rectangle
    assert as_array(one_for_each_row(z, each, "f")) is each
    assert as_result(each, (2,), "f") is each
