"""Layers of a mini-batch: which buffers they share, and what writes them."""

from dataclasses import replace

import numpy as np
import pytest

from nncore.arrays import run
from nncore.buffers import Order
from nncore.inplace import _BuiltIn
from nncore.layers import LEAST_ROWS, PART_BYTES, SPREAD_BYTES, make_layers
from nncore.workspace import Flat

SIZES = [4, 3, 2]
#: The derivative of one reads z, that of the other does not.
BUILT_IN = _BuiltIn(np.dtype("f8")).named()
TANH, SIGMOID = BUILT_IN["tanh"], BUILT_IN["sigmoid"]


def test_layers_share_what_they_hand_on() -> None:
    parameters, gradient = Flat(SIZES, np.dtype("f8")), Flat(SIZES, np.dtype("f8"))
    x = np.empty((5, 4))
    layers = make_layers(x, parameters, gradient, TANH, "F")
    first, second = layers
    assert first.a_prev is x
    assert second.a_prev is first.a
    assert second.below is first
    assert first.below is None
    assert first.earlier is second.earlier is None
    assert [layer.delta.shape for layer in layers] == [(5, 3), (5, 2)]
    assert [layer.z.flags.f_contiguous for layer in layers] == [True, False]
    for layer, w, nabla in zip(layers, parameters.weights, gradient.weights, strict=True):
        assert layer.w is w
        assert layer.nabla_w is nabla


@pytest.mark.parametrize("order", ["C", "F"])
def test_a_layer_writes_its_buffers(order: Order) -> None:
    rng = np.random.default_rng(0)
    parameters, gradient = Flat(SIZES, np.dtype("f8")), Flat(SIZES, np.dtype("f8"))
    parameters.all[...] = rng.normal(size=parameters.all.shape)
    x = rng.normal(size=(5, 4))
    first, second = make_layers(x, parameters, gradient, TANH, order)
    run(first.forward)
    np.testing.assert_allclose(first.z, x @ first.w.T + first.b, rtol=1e-13)
    run(first.activate)
    np.testing.assert_allclose(first.a, np.tanh(first.z), rtol=1e-13)
    second.delta[...] = rng.normal(size=(5, 2))
    run(second.forward)
    np.testing.assert_allclose(second.z, first.a @ second.w.T + second.b, rtol=1e-13)
    run(second.error_below)
    slope = 1 / np.cosh(first.z) ** 2
    np.testing.assert_allclose(first.delta, second.delta @ second.w * slope, rtol=1e-13)
    assert first.error_below == []
    for layer, a_prev in ((first, x), (second, first.a)):
        run(layer.bias_gradient)
        run(layer.weight_gradient)
        np.testing.assert_allclose(layer.nabla_b, layer.delta.sum(axis=0), rtol=1e-13)
        np.testing.assert_allclose(layer.nabla_w, layer.delta.T @ a_prev, rtol=1e-13)


def test_a_first_layer_that_looks_ahead_catches_up_instead() -> None:
    rng = np.random.default_rng(0)
    flat = Flat(SIZES, np.dtype("f8"))
    first, _ = make_layers(rng.normal(size=(5, 4)), flat, flat, TANH, "C")
    overlap, earlier = rng.normal(size=(5, 2)), rng.normal(size=(2, 3))
    z = rng.normal(size=(5, 3))
    expected = z - overlap @ earlier
    run(replace(first, z=z, overlap=overlap, earlier=earlier).forward)
    np.testing.assert_allclose(z, expected, rtol=1e-13)


def test_a_is_written_over_z_where_nobody_reads_it() -> None:
    flat, x = Flat(SIZES, np.dtype("f8")), np.empty((5, 4))
    over = make_layers(x, flat, flat, SIGMOID, "C")
    kept = make_layers(x, flat, flat, TANH, "C")
    assert [layer.a is layer.z for layer in [*over, *kept]] == [True, False, False, False]
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
    (layer,) = make_layers(np.empty((examples, 3)), flat, flat, TANH, "C")
    assert [len(part.z) for part in layer.parts] == expected
    flat.all[...], layer.a_prev[...] = np.arange(flat.all.size), 2
    run(layer.forward)
    np.testing.assert_array_equal(layer.z, layer.a_prev @ layer.w.T + layer.b)
    for name in ("z", "a", "spare", "delta"):
        whole, parts = getattr(layer, name), [getattr(part, name) for part in layer.parts]
        whole[...] = np.arange(whole.size).reshape(whole.shape)
        np.testing.assert_array_equal(np.concatenate(parts), whole)
        assert all(np.shares_memory(part, whole) for part in parts)
        assert all(part.nbytes <= PART_BYTES or len(part) <= LEAST_ROWS for part in parts)


@pytest.mark.parametrize(("examples", "writes"), [(SPREAD_BYTES // 64, 3), (513, 2)])
def test_biases_are_spread_in_small_layers(examples: int, writes: int) -> None:
    flat = Flat([3, 8], np.dtype("f8"))
    (layer,) = make_layers(np.ones((examples, 3)), flat, flat, TANH, "C")
    flat.all[...] = np.arange(flat.all.size)
    assert len(layer.forward) == writes
    run(layer.forward)
    np.testing.assert_array_equal(layer.z, layer.a_prev @ layer.w.T + layer.b)
