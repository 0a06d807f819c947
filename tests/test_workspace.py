"""Buffers: one for all parameters, with views that tile it."""

import numpy as np

from nncore.workspace import Flat

SIZES = [4, 3, 2]


def test_views_tile_the_buffer_weights_first() -> None:
    flat = Flat(SIZES, np.dtype("f4"))
    for number, view in enumerate([*flat.weights, *flat.biases]):
        view[...] = number
    assert flat.all.tolist() == [0] * 12 + [1] * 6 + [2] * 3 + [3] * 2
    assert flat.all_weights.tolist() == [0] * 12 + [1] * 6
    assert flat.all_biases.tolist() == [2] * 3 + [3] * 2
    assert {view.dtype for view in flat.weights} == {np.dtype("f4")}
