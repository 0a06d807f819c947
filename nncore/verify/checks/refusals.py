"""What makes no sense is refused, and layer 0 is redundant."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any, cast

import numpy as np

from ..access import as_array
from ..leaves import flatten
from ..case import Array, Case
from ..failure import assert_same_bits, fail
from ..raw import output_of, raw
from ..registry import SkipCheck, check
from ..subject import Subject

__all__: list[str] = []

# Sizes of which nobody can make a network.
IMPOSSIBLE: tuple[Any, ...] = ([3, -1, 2], [3, 2, -1], ["many", 1], None)
# Sizes that make no network, though the definitions may be read so.
EMPTY: tuple[list[int], ...] = ([], [3], [3, 0, 2], [0, 2])


@check(group="structure", examples=0.2)
def wrong_input_width(net: Subject, case: Case) -> None:
    """Examples with more or fewer numbers than there are inputs are refused."""
    roles = [role for role in ("predict", "forward", "cost", "gradient") if _has(net, role)]
    for width in {case.sizes[0] + 1, case.sizes[0] + 3, case.sizes[0] - 1, 1}:
        if width in {0, case.sizes[0]}:
            continue
        x = np.full((case.batch, width), 0.5)
        for role in roles:
            batch = (x, case.y) if role in {"cost", "gradient"} else (x,)
            result = _attempt(lambda r=role, b=batch: raw(net, r, *b))  # type: ignore[misc]
            if result is not None:
                fail(
                    f"{role} took examples of {width} numbers, though there are "
                    f"{case.sizes[0]} inputs, and returned {result[0]!r:.60}: raise an error"
                )


@check(group="structure", examples=0.05)
def impossible_sizes(net: Subject, _: Case) -> None:
    """
    Sizes that make no network are refused, when it is made or when it is used.

    A layer without neurons is no error in itself: what comes then may also be what the
    definitions give, outputs that depend on biases alone.
    """
    for sizes in IMPOSSIBLE:
        if (outputs := _outputs(net, sizes, np.eye(3))) is not None:
            fail(
                f"a network of sizes {sizes} returned {outputs.tolist()!r:.60}: raise an error"
            )
    for sizes in EMPTY:
        x = np.eye(sizes[0] if sizes else 3, 3).T
        outputs = _outputs(net, sizes, x)
        expected = (
            x if len(sizes) < 2 or outputs is None else outputs[:1] + np.zeros_like(outputs)
        )
        if outputs is not None and not _same(outputs, expected):
            fail(
                f"a network of sizes {sizes} returned {outputs.tolist()!r:.60}: raise an error"
            )


@check(needs={"parameters"}, group="structure", examples=0.4)
def layer_zero_is_redundant(net: Subject, case: Case) -> None:
    """
    Whatever stands in the entries of weights and biases for layer 0 changes no result.

    Only entries that hold numbers are tried; an empty one holds none.
    """
    arrangement = net.traits.parameters
    leaves = list(flatten(net.stored()))
    places = [] if arrangement is None or arrangement.flat else arrangement.places(net.sizes)
    arrays = [
        leaf
        for (_, l), leaf in zip(places, leaves, strict=False)
        if not l and isinstance(leaf, np.ndarray) and leaf.size and leaf.flags.writeable
    ]
    if not arrays:
        msg = "there are no entries for layer 0 that hold numbers"
        raise SkipCheck(msg)
    before = _results(net, case)
    for number, array in enumerate(arrays):
        array[...] = -(number + 1.25)
    for name, after in _results(net, case).items():
        assert_same_bits(f"with other numbers in layer 0, {name}", after, before[name])


def _outputs(net: Subject, sizes: Any, x: Array) -> Array | None:
    """Return the outputs of a network of such sizes as rows, or None if it is refused."""
    other = copy.copy(net)
    role = next(role for role in ("predict", "forward", "cost", "gradient") if _has(net, role))

    def outputs() -> Array:
        other.net = net.adapter.make(sizes)
        batch = (x, x[:, :1]) if role in {"cost", "gradient"} else (x,)
        results = [as_array(output_of(other, result)) for result in raw(other, role, *batch)]
        if net.adapter.layout == "columns":
            return results[0].T
        if net.adapter.layout == "single":
            return np.array([result.reshape(-1) for result in results])
        return results[0]

    return cast("Array | None", _attempt(outputs))


def _same(outputs: Array, expected: Array) -> bool:
    """Whether two arrays are the same numbers, up to rounding."""
    is_same = outputs.shape == expected.shape and np.allclose(outputs, expected)
    return bool(is_same and np.isfinite(outputs).all())


def _results(net: Subject, case: Case) -> dict[str, Array]:
    """Return copies of all that a network can tell of a batch."""
    found: dict[str, Any] = {}
    if "outputs" in net.traits.offers:
        found["the output"] = net.predict(case.x)
    if _has(net, "cost"):
        found["the cost"] = net.cost(case.x, case.y)
    if _has(net, "gradient"):
        gradient = net.gradient(case.x, case.y)
        for l in range(1, len(case.sizes)):
            found[f"the gradient of weights[{l}]"] = gradient.weights[l]
            found[f"the gradient of biases[{l}]"] = gradient.biases[l]
    return {name: np.array(value) for name, value in found.items()}


def _has(net: Subject, role: str) -> bool:
    """Whether the adapter gives an accessor."""
    return getattr(net.adapter, role) is not None


def _attempt(function: Callable[[], Any]) -> Any:
    """Return what a user's function returns, or None if it refuses."""
    try:
        return function()
    except Exception:  # noqa: BLE001 - whatever a user's code raises is a refusal
        return None
