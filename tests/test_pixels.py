"""Bytes that are read as floats."""

from typing import Any

import numpy as np
import pytest

from nncore import Network, Pixels

BYTES = np.array([[0, 255, 51], [102, 0, 204]], np.uint8)


def test_read_as_floats_between_zero_and_one() -> None:
    pixels = Pixels(BYTES)
    np.testing.assert_array_equal(np.asarray(pixels), BYTES / 255)
    assert np.asarray(pixels, np.float32).dtype == np.float32
    assert (pixels.shape, pixels.ndim, len(pixels)) == ((2, 3), 2, 2)
    assert repr(pixels) == "Pixels(shape=(2, 3), scale=255)"


@pytest.mark.parametrize("rows", [1, slice(1, 2), np.array([1]), np.array([False, True])])
def test_rows_are_pixels(rows: Any) -> None:
    some = Pixels(BYTES, scale=255)[rows]
    assert isinstance(some, Pixels)
    np.testing.assert_array_equal(some.array, BYTES[1:])


def test_a_slice_is_not_copied() -> None:
    assert np.shares_memory(Pixels(BYTES)[:1].array, BYTES)


def test_bytes_become_floats_only_in_a_copy() -> None:
    with pytest.raises(ValueError, match="only in a copy"):
        np.asarray(Pixels(BYTES), copy=False)


def test_the_network_reads_them_everywhere() -> None:
    net = Network([3, 2], rng=0)
    np.testing.assert_array_equal(net.predict(Pixels(BYTES)), net.predict(BYTES / 255))
    assert net.accuracy(Pixels(BYTES), [0, 1]) == net.accuracy(BYTES / 255, [0, 1])


@pytest.mark.parametrize(
    ("array", "scale", "error", "message"),
    [
        (
            BYTES.astype(float),
            255,
            TypeError,
            "`array` must be a numpy array of uint8; got float",
        ),
        (
            [[0, 1]],
            255,
            TypeError,
            "`array` must be a numpy array of uint8; got <class 'list'>",
        ),
        (
            BYTES[0],
            255,
            ValueError,
            r"`array` must have shape \(examples, pixels\); got \(3,\)",
        ),
        (np.ma.array(BYTES, mask=BYTES == 0), 255, TypeError, "`array` must not be masked"),
        (BYTES, 16, ValueError, "`array` must hold no byte above `scale`, 16; got 255"),
        (BYTES, 0, ValueError, "^`scale` must be at least 1; got 0$"),
        (BYTES, -1, ValueError, "^`scale` must be at least 1; got -1$"),
        (BYTES, 255.0, TypeError, "^`scale` must be an integer; got 255.0$"),
        (BYTES, 1.5, TypeError, "^`scale` must be an integer; got 1.5$"),
        (BYTES, "a", TypeError, "^`scale` must be an integer; got 'a'$"),
        (BYTES, None, TypeError, "^`scale` must be an integer; got None$"),
        (BYTES, np.array([255]), TypeError, "^`scale` must be an integer; got array"),
    ],
)
def test_bad_input(array: Any, scale: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        Pixels(array, scale)
