"""A forward pass is understood in every form in which people return it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from nncore.verify.layouts import Layout
from nncore.verify.passes import Forward, Shown, shown

SIZES = (2, 3, 2)
X = np.ones((4, 2))
H, O = np.full((4, 3), 0.5), np.full((4, 2), 0.25)
ZH, ZO = -H, -O
ROWS, SINGLE = Layout("rows"), Layout("single")


@pytest.mark.parametrize(
    ("result", "has_zs", "has_activations"),
    [
        (O, False, False),
        (O.tolist(), False, False),
        (list(O), False, False),
        ((O, {"A1": H}), False, False),
        ((O, [H, O]), False, False),
        ([X, H, O], False, True),
        ((H, O), False, True),
        (([ZH, ZO], [X, H, O]), True, True),
        (([None, ZH, ZO], [X, H, O]), True, True),
        (([[], ZH, ZO], [X, H, O]), True, True),
        ([[ZH.tolist(), ZO.tolist()], [H.tolist(), O.tolist()]], True, True),
        ({"zs": [ZH, ZO], "activations": [H, O]}, True, True),
        ({"activations": {"A1": H, "A2": O}}, False, True),
        (SimpleNamespace(zs=[ZH, ZO], activations=[X, H, O]), True, True),
        (SimpleNamespace(zs=None, activations=[X, H, O]), False, True),
    ],
)
def test_forms(result: Any, has_zs: bool, has_activations: bool) -> None:
    seen = shown(result, 4, 2, ROWS)
    forward = Forward([seen], ROWS, SIZES, X)
    assert forward.output.tolist() == O.tolist()
    assert (forward.zs is not None, forward.activations is not None) == (
        has_zs,
        has_activations,
    )
    if forward.zs is not None:
        assert [z.shape for z in forward.zs] == [(4, 0), (4, 3), (4, 2)]
        assert forward.zs[2].tolist() == ZO.tolist()
    if forward.activations is not None:
        assert [a.tolist() for a in forward.activations] == [a.tolist() for a in (X, H, O)]


def test_numbers_of_numpy_in_lists_are_numbers() -> None:
    result = [[np.float64(1), np.float64(2)], [0.5, 0.5, 0.5], [0.1, 0.2]]
    seen = shown(result, 1, 2, SINGLE)
    assert seen.output == [0.1, 0.2]
    assert seen.activations == result


def test_lists_of_the_wrong_length_are_told_when_they_are_read() -> None:
    forward = Forward([Shown(O, [ZO], [X, H, H, O])], ROWS, SIZES, X)
    assert forward.output.shape == (4, 2)
    with pytest.raises(AssertionError, match="zs has 1 entries, but there are 3 layers"):
        _ = forward.zs
    with pytest.raises(AssertionError, match="activations has 4 entries, but there are 3"):
        _ = forward.activations


def test_examples_are_the_missing_first_activations() -> None:
    forward = Forward([Shown(O, None, [H, O])], ROWS, SIZES, X)
    assert forward.activations is not None
    assert forward.activations[0] is X


def test_single_examples_are_joined() -> None:
    calls = [Shown(o, [None, h, o], [x, h, o]) for x, h, o in zip(X, H, O, strict=True)]
    forward = Forward(calls, SINGLE, SIZES, X)
    assert forward.zs is not None
    assert forward.activations is not None
    assert forward.output.tolist() == O.tolist()
    assert forward.zs[1].tolist() == H.tolist()
    assert forward.activations[0].tolist() == X.tolist()


def test_copies_share_no_memory() -> None:
    copy = Shown(O, [None, ZO], None).copied()
    assert copy.zs is not None
    assert copy.zs[0] is None
    assert not np.shares_memory(copy.output, O)
    assert not np.shares_memory(copy.zs[1], ZO)
    assert copy.activations is None


@pytest.mark.parametrize("strange", [["ab", "cd"], []])
def test_what_is_no_list_of_numbers_is_an_output(strange: list[str]) -> None:
    assert shown(strange, 1, 2, ROWS).output is strange
