"""Layer 0 is redundant: whatever stands in its place can change no result."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from comparisons import assert_same_bits, results
from hypothesis import given
from hypothesis import strategies as st
from strategies import Array, Case, cases

from nncore import load

#: So small that nothing diverges.
RATE = 2.0**-24

#: What nobody should find in a list of arrays.
GARBAGE: tuple[Any, ...] = (
    None,
    "garbage",
    np.nan,
    np.inf,
    0,
    [[1.0], [2.0, 3.0]],
    object(),
    np.full((3, 3), np.nan),
    np.array([0.0]),
    np.array(["w"]),
    np.ones((2, 2), complex),
    np.array([None]),
)


def everything(case: Case) -> dict[str, Array]:
    """Return as arrays what the network computes, its file, and what it learns from `fit`."""
    net, x, y = case
    named = results(case) | {"accuracy": np.array(net.accuracy(x, np.zeros(len(x), int)))}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "net.npz")
        net.save(path)
        named["file"] = np.frombuffer(path.read_bytes(), np.uint8)
        case = case._replace(net=load(path))
    history = net.fit(
        x, y, epochs=2, batch_size=2, learning_rate=RATE, rng=0, validation=(x, y)
    )
    named |= {"history": np.array([history.cost, history.validation_cost])}
    learnt: dict[str, Sequence[Array]] = {"weights": net.weights, "biases": net.biases}
    return named | {
        f"{name}[{l}]": arrays[l]
        for name, arrays in learnt.items()
        for l in range(1, net.num_layers)
    }


@given(
    case=cases(max_layers=4, max_width=4, regimes=("grid", "normal", "zeros", "ties")),
    w=st.sampled_from(GARBAGE),
    b=st.sampled_from(GARBAGE),
)
def test_layer_zero_is_never_read(case: Case, w: Any, b: Any) -> None:
    """Garbage in weights[0] and biases[0] changes no bit of any result."""
    net = case.net
    kept = net.weights.copy(), net.biases.copy()
    expected = everything(case)
    net.weights, net.biases = kept
    net.weights[0], net.biases[0] = w, b
    assert_same_bits(everything(case), expected, case)
    is_kept = net.weights[0] is w and net.biases[0] is b
    assert is_kept, f"layer 0 was touched: {net.weights[0]!r}, {net.biases[0]!r}\n{case}"
