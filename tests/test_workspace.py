"""Buffers: one for all parameters, with views that tile it."""

import numpy as np

from nncore.workspace import Flat, make_layers

SIZES = [4, 3, 2]


def test_views_tile_the_buffer_weights_first() -> None:
    flat = Flat(SIZES, np.dtype("f4"))
    for number, view in enumerate([*flat.weights, *flat.biases]):
        view[...] = number
    assert flat.all.tolist() == [0] * 12 + [1] * 6 + [2] * 3 + [3] * 2
    assert flat.all_weights.tolist() == [0] * 12 + [1] * 6
    assert flat.all_biases.tolist() == [2] * 3 + [3] * 2
    assert {view.dtype for view in flat.weights} == {np.dtype("f4")}


def test_layers_share_what_they_hand_on() -> None:
    parameters, gradient = Flat(SIZES, np.dtype("f8")), Flat(SIZES, np.dtype("f8"))
    x = np.empty((5, 4))
    layers = make_layers(x, parameters, gradient, "F")
    first, second = layers
    assert first.a_prev is x
    assert second.a_prev is first.a
    assert second.below is first
    assert first.below is None
    assert first.earlier is second.earlier is None
    assert [layer.delta.shape for layer in layers] == [(5, 3), (5, 2)]
    assert [layer.z.flags.f_contiguous for layer in layers] == [True, False]
    for layer, nabla in zip(layers, gradient.weights, strict=True):
        assert layer.nabla_w is nabla
        assert np.shares_memory(layer.w_t, parameters.all)
