"""Parameters taken apart and put together."""

from __future__ import annotations

import collections
import types
from typing import Any, NamedTuple

import numpy as np
import pytest

from nncore.gradcheck.structure import Structure, StructureFault


class Pair(NamedTuple):
    w: object
    b: object


class Foreign:
    """An array of another library."""

    __array_namespace__ = None

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        return np.array([1.0, 2.0])


def test_paths_and_placeholders() -> None:
    params = {"w": [np.empty((2, 0)), np.ones((3, 2))], "n": np.arange(2), "x": (None, 2.0)}
    structure = Structure.of(params)
    assert structure.paths == (
        'params["w"][0]',
        'params["w"][1]',
        'params["n"]',
        'params["x"][0]',
        'params["x"][1]',
    )
    assert structure.names == ['params["w"][1]', 'params["x"][1]']
    assert structure.size == 7


def test_single_array_and_other_keys() -> None:
    assert Structure.of(np.ones(3)).paths == ("params",)
    assert Structure.of({1: np.ones(3)}).paths == ("params[1]",)


def test_copies_are_private_and_keep_their_layout() -> None:
    value = np.asfortranarray(np.ones((2, 3)))
    structure = Structure.of([value])
    value[:] = 7
    assert (structure.values[0] == 1).all()
    assert structure.arrays[0].flags.f_contiguous
    structure.arrays[0][:] = 5
    assert (structure.values[0] == 1).all()


def test_rebuild_nests_as_before() -> None:
    ordered = collections.OrderedDict(a=np.ones(2), b=Pair(np.ones(1), [None, 3.0]))
    rebuilt = Structure.of(ordered).rebuild([np.zeros(2), np.full(1, 4.0), np.array(5.0)])
    assert type(rebuilt) is collections.OrderedDict
    assert isinstance(rebuilt["b"], Pair)
    assert rebuilt["b"].b == [None, 5.0]
    assert isinstance(rebuilt["b"].b[1], float)
    assert (rebuilt["a"] == 0).all()


@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")
def test_rebuild_of_a_read_only_mapping_and_a_matrix() -> None:
    structure = Structure.of(types.MappingProxyType({"w": np.matrix([[1.0, 2.0]])}))
    rebuilt = structure.rebuild(structure.arrays)
    assert isinstance(rebuilt["w"], np.matrix)


def test_placeholders_are_copied_in() -> None:
    numbers = np.arange(3)
    rebuilt = Structure.of([numbers, np.ones(1)]).rebuild([np.zeros(1)])
    assert (rebuilt[0] == numbers).all()
    assert rebuilt[0] is not numbers


def test_arrays_of_other_libraries_are_arrays() -> None:
    structure = Structure.of([Foreign()])
    assert isinstance(structure.rebuild(structure.arrays)[0], np.ndarray)


@pytest.mark.parametrize(
    ("params", "error", "words"),
    [
        ([np.arange(3)], ValueError, "no array with float entries"),
        ([], ValueError, "no array with float entries"),
        ([np.ones(2) * 1j], TypeError, "dtype complex128"),
        (np.array([np.ones(1), np.ones(2)], dtype=object), TypeError, "array of objects"),
        (["w"], TypeError, "of type str"),
        ([np.ma.ones(3)], TypeError, "of type MaskedArray"),
        ([np.array([1.0, np.nan])], ValueError, r"params\[0\]\[1\] is not finite"),
    ],
)
def test_bad_params_are_refused(params: object, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        Structure.of(params)


def test_leaves_of_a_gradient() -> None:
    structure = Structure.of({"w": [np.empty((2, 0)), np.ones((3, 2))], "n": np.arange(2)})
    for placeholder in (None, np.zeros((2, 0)), np.zeros(5)):
        for number in (None, 0, np.zeros(2)):
            gradient = {"w": (placeholder, np.ones((3, 2)).tolist()), "n": number}
            (leaf,) = structure.leaves(gradient)
            assert leaf.shape == (3, 2)


def test_gradient_may_be_none_for_placeholders_only() -> None:
    structure = Structure.of([[np.arange(2), None], np.ones(2)])
    assert len(structure.leaves([None, np.ones(2)])) == 1
    with pytest.raises(StructureFault, match="the gradient is None, not a list"):
        Structure.of([[np.ones(2)]]).leaves([None])
    with pytest.raises(StructureFault, match="the gradient is None: return one entry for each"):
        Structure.of(np.ones(2)).leaves(None)


@pytest.mark.parametrize(
    ("gradient", "kind"),
    [
        ({"w": np.ones(2)}, "dict"),
        ((float(i) for i in range(2)), "generator"),
        ([[1.0], [2.0, 3.0]], "list"),
        ("ab", "str"),
    ],
)
def test_what_makes_no_array_is_called_by_its_name(gradient: Any, kind: str) -> None:
    with pytest.raises(StructureFault, match=f"the gradient is a {kind}, which makes no array"):
        Structure.of(np.ones(2)).leaves(gradient)


def test_stacked_arrays_stand_for_a_list() -> None:
    structure = Structure.of([np.ones(2), np.zeros(2)])
    assert [leaf.tolist() for leaf in structure.leaves(np.eye(2))] == [[1, 0], [0, 1]]


@pytest.mark.parametrize(
    ("gradient", "words"),
    [
        ({"w": [np.ones((3, 2))]}, "keys differ: missing \\['b'\\]"),
        ({"w": [np.ones((3, 2))], "b": [np.ones(3)], "c": 0}, "not expected \\['c'\\]"),
        ([1, 2], "is a list, not a dict"),
        (np.ones(3), "single array, not a dict"),
        ({"w": np.float64(1), "b": [np.ones(3)]}, "not a list or tuple"),
        ({"w": np.array(1.0), "b": [np.ones(3)]}, "single array, not a list or tuple"),
        ({"w": [np.ones((3, 2))] * 2, "b": [np.ones(3)]}, "has 2 items, the parameters have 1"),
        ({"w": [np.ones((2, 3))], "b": [np.ones(3)]}, "it is transposed"),
        ({"w": [np.ones(3)], "b": [np.ones((3, 2))]}, "another order; the place of .*b"),
        ({"w": [np.ones((3, 1))], "b": [np.ones(3)]}, "one entry for each entry"),
        ({"w": [[[1, 2], [3]]], "b": [np.ones(3)]}, "one entry for each entry"),
    ],
)
def test_faults_of_structure_are_named(gradient: object, words: str) -> None:
    structure = Structure.of({"w": [np.ones((3, 2))], "b": [np.ones(3)]})
    with pytest.raises(StructureFault, match=words):
        structure.leaves(gradient)


def test_placeholder_with_a_gradient_is_a_fault() -> None:
    with pytest.raises(StructureFault, match="it is a placeholder") as caught:
        Structure.of([np.arange(2), np.ones(1)]).leaves([np.ones(2), np.ones(1)])
    assert caught.value.path == "params[0]"
