"""Buffers: zeros of any shape and order that begin at cache lines."""

import numpy as np
import pytest

from nncore.buffers import Order, buffer


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", ["f4", "f8", "u1"])
@pytest.mark.parametrize("shape", [(), (0,), (1,), (7, 3), (0, 5), (1000, 11)])
def test_a_buffer_is_zeros_that_begin_where_a_cache_line_does(
    shape: tuple[int, ...], dtype: str, order: Order
) -> None:
    for _ in range(20):
        array = buffer(shape, dtype, order)
        assert (array.shape, array.dtype) == (shape, np.dtype(dtype))
        assert array.flags[order]
        assert array.flags.writeable
        assert not array.any()
        assert not array.size or array.ctypes.data % 64 == 0
        array.fill(1)
