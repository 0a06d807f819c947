"""Buffers: one for all parameters, with views that tile it."""

import numpy as np
import pytest

from nncore.workspace import LEAST_ROWS, PART_BYTES, Flat, make_layers

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
    layers = make_layers(x, parameters, gradient, "F", keeps_z=True)
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


def test_a_is_written_over_z_where_nobody_reads_it() -> None:
    flat, x = Flat(SIZES, np.dtype("f8")), np.empty((5, 4))
    over = make_layers(x, flat, flat, "C", keeps_z=False)
    kept = make_layers(x, flat, flat, "C", keeps_z=True)
    assert [layer.a is layer.z for layer in [*over, *kept]] == [True, True, False, False]
    assert not np.shares_memory(kept[0].a, kept[0].z)


@pytest.mark.parametrize(
    ("width", "examples", "expected"),
    [
        (30, 1024, [1024]),
        (512, 64, [64]),
        (512, 130, [64, 64, 2]),
        (256, 129, [128, 1]),
        (5000, 65, [64, 1]),
    ],
)
def test_parts_are_as_large_as_a_cache_and_tile_the_rows(
    width: int, examples: int, expected: list[int]
) -> None:
    flat = Flat([3, width], np.dtype("f8"))
    (layer,) = make_layers(np.empty((examples, 3)), flat, flat, "C", keeps_z=True)
    assert [len(part.z) for part in layer.parts] == expected
    for name in ("z", "a", "spare", "delta"):
        whole, parts = getattr(layer, name), [getattr(part, name) for part in layer.parts]
        whole[...] = np.arange(whole.size).reshape(whole.shape)
        np.testing.assert_array_equal(np.concatenate(parts), whole)
        assert all(np.shares_memory(part, whole) for part in parts)
        assert all(part.nbytes <= PART_BYTES or len(part) <= LEAST_ROWS for part in parts)
