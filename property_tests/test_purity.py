"""Calls are pure: they change nothing, keep nothing, and depend on values alone."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pytest
from comparisons import assert_same_bits, results
from hypothesis import given
from hypothesis import strategies as st
from strategies import OUTPUTS, Array, Case, cases

QUADRATIC = [output for output in OUTPUTS if "quadratic" in output]


def layouts(array: Array) -> dict[str, Array]:
    """Return the same numbers in other places of memory, and read-only."""
    rows, columns = array.shape
    sparse = np.full((2 * rows, 3 * columns), np.nan)
    sparse[::2, 1::3] = array
    wide = np.full((rows, columns + 2), np.nan)
    wide[:, 1:-1] = array
    read_only = array.copy()
    read_only.flags.writeable = False
    return {
        "Fortran-ordered": np.asfortranarray(array),
        "strided": sparse[::2, 1::3],
        "part of wider rows": wide[:, 1:-1],
        "reversed": array[::-1, ::-1].copy()[::-1, ::-1],
        "read-only": read_only,
        "big-endian": array.astype(array.dtype.newbyteorder(">")),
    }


def arrays_of(case: Case) -> dict[str, Array]:
    """Return the arrays that a call is given, by name."""
    lists: dict[str, Sequence[Array]] = {"weights": case.net.weights, "biases": case.net.biases}
    named = {f"{name}[{l}]": a for name, arrays in lists.items() for l, a in enumerate(arrays)}
    return named | {"x": case.x, "y": case.y}


@given(case=cases())
def test_inputs_are_never_modified(case: Case) -> None:
    """x, y, weights and biases keep every bit, and the network its own arrays."""
    before = arrays_of(case)
    bits = {name: array.copy() for name, array in before.items()}
    results(case)
    assert_same_bits(before, bits, case)
    replaced = [name for name, array in arrays_of(case).items() if array is not before[name]]
    assert not replaced, f"{replaced} are other arrays than before\n{case}"


@given(case=cases())
def test_results_are_the_same_each_time(case: Case) -> None:
    """Repeated, in another order and after other batches, calls return the same bits."""
    expected = results(case)
    case.net.backprop(-case.x[:1], case.y[:1])
    case.net.forward(2 * case.x)
    assert_same_bits(results(case), expected, case)


@given(case=cases(hidden=("identity", "relu", "sigmoid")))
def test_results_alias_nothing(case: Case) -> None:
    """No result shares memory with a parameter, a target or another result; only
    activations[0], which is x, does with x."""
    net, x, y = case
    forward, gradient = net.forward(x), net.backprop(x, y)
    lists = {**forward._asdict(), **gradient._asdict()}
    returned = {
        f"{name}[{l}]": a for name, arrays in lists.items() for l, a in enumerate(arrays)
    }
    returned["predict"] = net.predict(x)
    for name, array in returned.items():
        for other, given_ in arrays_of(case).items():
            is_x = (name, other) == ("activations[0]", "x")
            assert is_x or not np.shares_memory(array, given_), (
                f"{name} aliases {other}\n{case}"
            )
    for (name, array), (other, second) in combinations(returned.items(), 2):
        assert not np.shares_memory(array, second), f"{name} aliases {other}\n{case}"


@given(case=cases(), data=st.data())
def test_results_kept_by_the_caller_stay(case: Case, data: st.DataObject) -> None:
    """What a call returned does not change when the network is called again."""
    first = results(case)
    bits = {name: array.copy() for name, array in first.items()}
    order = data.draw(st.permutations(range(len(case.x))), label="order")
    results(case._replace(x=2 * case.x[order], y=case.y[order]))
    assert_same_bits(first, bits, case)


@st.composite
def exact_sums(draw: st.DrawFn) -> Case:
    """Return a strategy for cases in which float64 rounds nothing."""
    case = draw(
        cases(
            max_layers=5,
            hidden=("identity", "relu"),
            outputs=[("identity", "quadratic")],
            regimes=("grid",),
        )
    )
    batch = 2 ** (len(case.x).bit_length() - 1)  # dividing by 3 or 5 would round
    return case._replace(x=case.x[:batch], y=case.y[:batch])


@given(case=exact_sums())
def test_layout_changes_nothing_where_sums_are_exact(case: Case) -> None:
    """Strided, Fortran-ordered, read-only, big-endian: where nothing is rounded, same bits."""
    expected = results(case)
    for x, y in zip(layouts(case.x).values(), layouts(case.y).values(), strict=True):
        assert_same_bits(results(case._replace(x=x, y=y)), expected, case)


@given(case=cases())
def test_layout_changes_nothing(case: Case) -> None:
    """Strided, Fortran-ordered, read-only or big-endian, the same numbers give same bits."""
    expected = results(case)
    for x, y in zip(layouts(case.x).values(), layouts(case.y).values(), strict=True):
        assert_same_bits(results(case._replace(x=x, y=y)), expected, case)


@given(case=cases())
def test_layout_of_parameters_changes_nothing(case: Case) -> None:
    """Weights in another layout are the same weights, to the last bit of every result."""
    net, expected = case.net, results(case)
    kept = net.weights
    for layout in layouts(kept[1]):
        net.weights = [kept[0], *(layouts(w)[layout] for w in kept[1:])]
        assert_same_bits(results(case), expected, case)


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int64", "float32"])
@given(case=cases(regimes=("ties",)))
def test_integers_are_numbers(case: Case, dtype: str) -> None:
    """Integers, float32 and lists give the same bits as the floats of the same values."""
    case = case._replace(x=abs(case.x), y=np.floor(case.y * (case.y == 1)))
    if "cross_entropy" in repr(case.net):
        case.y[:] = 0
        case.y[:, 0] = 1
    expected = results(case)
    x, y = case.x.astype(dtype), case.y.astype(dtype)
    assert_same_bits(results(case._replace(x=x, y=y)), expected, case)
    lists = results(Case(case.net, x.tolist(), y.tolist()))
    assert_same_bits(lists, expected, case)


def square_cases(width: int) -> st.SearchStrategy[Case]:
    """Return a strategy for cases whose layers all have this width, with any targets."""
    return cases(min_width=width, max_width=width, outputs=QUADRATIC)


@given(case=st.integers(1, 8).flatmap(square_cases))
def test_one_array_may_serve_twice(case: Case) -> None:
    """The same array as x and as y gives the bits of two equal arrays."""
    expected = results(case._replace(y=case.x.copy()))
    assert_same_bits(results(case._replace(y=case.x)), expected, case)


@given(case=exact_sums())
def test_one_example_may_serve_twice(case: Case) -> None:
    """A batch whose rows are one example in memory gives the bits of a batch of copies."""
    x, y = (np.broadcast_to(array[0], array.shape) for array in (case.x, case.y))
    expected = results(case._replace(x=x.copy(), y=y.copy()))
    assert_same_bits(results(case._replace(x=x, y=y)), expected, case)
