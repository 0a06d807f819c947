"""The order and orientation of arrays is found out, and nothing is forced into it."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

from nncore.verify.access import AdapterError
from nncore.verify.arrangement import ORDERS, Arrangement
from nncore.verify.arranging import arrangement_of
from nncore.verify.case import Parameters

SIZES = (3, 5, 4, 2)
W = [np.arange(b * a, dtype=float).reshape(b, a) for a, b in itertools.pairwise(SIZES)]
B = [np.arange(b, dtype=float) for b in SIZES[1:]]
PARAMETERS = Parameters(SIZES, [[], *W], [[], *B])
PAIRS = list(zip(W, B, strict=True))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ([W, B], Arrangement(ORDERS[0], depth=2)),
        ([B, W], Arrangement(ORDERS[1], depth=2)),
        (PAIRS, Arrangement(ORDERS[2], depth=2)),
        ([(b, w) for w, b in PAIRS], Arrangement(ORDERS[3], depth=2)),
        ([[None, *W], [None, *B]], Arrangement(ORDERS[0], True, True, depth=2)),
        ([W, [[], *B]], Arrangement(ORDERS[0], False, True, depth=2)),
        ([[w.T for w in W], B], Arrangement(ORDERS[0], transposed=True, depth=2)),
        ([W, [b[:, None] for b in B]], Arrangement(ORDERS[0], depth=2)),
        ([W, [b[None] for b in B]], Arrangement(ORDERS[0], depth=2)),
        ([w.tolist() for w in W] + [b.tolist() for b in B], Arrangement(ORDERS[0])),
        (
            {f"{k}{l}": a for l, p in enumerate(PAIRS) for k, a in zip("Wb", p, strict=True)},
            Arrangement(ORDERS[2]),
        ),
        (
            np.concatenate([a.ravel() for p in PAIRS for a in p]),
            Arrangement(ORDERS[2], flat=True, depth=0),
        ),
    ],
)
def test_arrangements_are_found_and_read(value: Any, expected: Arrangement) -> None:
    found = arrangement_of(value, "`weights`", SIZES)
    assert found == expected
    read = found.canonical(value, SIZES, "parameters")
    for name in ("weights", "biases"):
        for l in range(1, 4):
            there = getattr(PARAMETERS, name)[l]
            assert getattr(read, name)[l].tolist() == there.tolist(), f"{name}[{l}]"
    own = found.flatten(value)
    native = found.native(PARAMETERS, own)
    assert [np.shape(a) for a in native] == [np.shape(a) for a in own]
    for (_, l), mine, theirs in zip(found.places(SIZES), native, own, strict=False):
        assert np.array_equal(mine, theirs) if l else mine is theirs


def test_a_flat_gradient_has_the_order_of_the_parameters() -> None:
    like = Arrangement(ORDERS[1], transposed=True, depth=2)
    vector = np.concatenate([*B, *(w.T.ravel() for w in W)])
    found = arrangement_of(vector, "`gradient`", SIZES, like=like)
    assert found.canonical(vector, SIZES, "gradient").weights[1].tolist() == W[0].tolist()


def test_layer_0_is_as_the_user_says() -> None:
    with pytest.raises(AdapterError, match="arrays of shapes"):
        arrangement_of([W, B], "`weights`", SIZES, layer0=True)
    assert arrangement_of([[None, *W], [None, *B]], "w", SIZES, layer0=True).weights0


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (
            W,
            r"`weights`: for sizes \[3, 5, 4, 2\] arrays of .*, \(4, 5\), \(2, 4\) came",
        ),
        (np.ones(7), r"arrays of shapes \(7,\) came; expected are weights \(5, 3\), \(4, 5\)"),
        ([], "arrays of shapes .* came"),
    ],
)
def test_what_fits_nothing_is_told(value: Any, message: str) -> None:
    with pytest.raises(AdapterError, match=message):
        arrangement_of(value, "`weights`", SIZES)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([W[:2], B], "gradient: 5 arrays came for sizes .* but there should be 6"),
        ([[*W[:2], W[2].T], B], r"gradient: weights\[3\] has shape \(4, 2\), but should have"),
        ([W, [*B[:2], np.ones(3)]], r"biases\[3\] has shape \(3,\), but should have \(2,\)"),
    ],
)
def test_other_shapes_are_told_and_not_forced(value: Any, message: str) -> None:
    with pytest.raises(AssertionError, match=message):
        Arrangement(ORDERS[0], depth=2).canonical(value, SIZES, "gradient")


def test_a_short_vector_is_told() -> None:
    with pytest.raises(AssertionError, match="the vector has 3 entries, but should have 54"):
        Arrangement(ORDERS[2], flat=True, depth=0).canonical(np.ones(3), SIZES, "gradient")


def test_lists_of_equal_layers_are_no_matrix() -> None:
    found = arrangement_of([W, [b.tolist() for b in B]], "w", SIZES)
    read = found.canonical([[np.ones((1, 1))] * 2, [[1.0], [2.0]]], (1, 1, 1), "parameters")
    assert [b.tolist() for b in read.biases[1:]] == [[1.0], [2.0]]
