"""A network that is saved and loaded is the same network, to the last bit."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from comparisons import assert_same_bits, results
from hypothesis import given
from hypothesis import strategies as st
from strategies import Array, Case, cases

from nncore import Network, load


def saved(net: Network) -> tuple[Network, bytes]:
    """Return the network that comes back from a file, and the bytes of the file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "net.npz")
        net.save(path)
        return load(path), path.read_bytes()


def parameters(net: Network) -> dict[str, Array]:
    """Return the parameters, by name; layer 0 among them, which is empty."""
    lists: dict[str, Sequence[Array]] = {"weights": net.weights, "biases": net.biases}
    return {f"{name}[{l}]": a for name, arrays in lists.items() for l, a in enumerate(arrays)}


@given(case=cases())
def test_a_loaded_network_computes_the_same(case: Case) -> None:
    """Sizes, functions, penalty, parameters and every result survive, to the last bit."""
    again, _ = saved(case.net)
    got, expected = (
        repr(net).replace(" rng=None,", "").split("rng=")[0] for net in (again, case.net)
    )
    assert got == expected, f"loaded {got}, but saved {expected}"
    assert_same_bits(parameters(again), parameters(case.net), case)
    assert_same_bits(results(case._replace(net=again)), results(case), case)


FLOATS = {
    "float32": st.floats(width=32, allow_nan=False, allow_infinity=False),
    "float64": st.floats(allow_nan=False, allow_infinity=False),
}


@pytest.mark.parametrize("dtype", FLOATS)
@given(data=st.data())
def test_every_float_survives(dtype: str, data: st.DataObject) -> None:
    """Signed zeros, subnormals, the largest and the smallest: parameters keep every bit."""
    finite = FLOATS[dtype]
    net = Network([2, 3], rng=0, dtype=dtype)
    numbers = data.draw(st.lists(finite, min_size=9, max_size=9), label="parameters")
    net.weights[1].flat[:], net.biases[1][:] = numbers[:6], numbers[6:]
    again, _ = saved(net)
    case = Case(net, np.zeros((0, 2)), np.zeros((0, 3)))
    assert_same_bits(parameters(again), parameters(net), case)


@given(case=cases(max_layers=3, max_width=3))
def test_a_loaded_network_is_saved_as_the_same_file(case: Case) -> None:
    """Saving what was loaded writes the same bytes."""
    again, file = saved(case.net)
    assert saved(again)[1] == file, f"the second file differs from the first\n{case}"
