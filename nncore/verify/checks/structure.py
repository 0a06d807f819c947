"""Lists, shapes and indices follow the convention."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..access import as_array
from ..case import Case
from ..failure import fail
from ..registry import SkipCheck, check
from ..subject import Subject

__all__: list[str] = []


@check(needs={"forward"}, group="structure")
def list_lengths(net: Subject, case: Case) -> None:
    """
    The lists zs and activations have one entry for each layer.

    An entry for layer 0 may be missing, where the implementation keeps none.
    """
    layers = len(case.sizes)
    for name, found in _lists(net, case):
        if len(found) not in {layers, layers - 1}:
            fail(f"{name} has {len(found)} entries, but there are {layers} layers")


@check(needs={"outputs"}, group="structure")
def shapes_follow_sizes(net: Subject, case: Case) -> None:
    """
    Outputs, zs and activations of layer l have an entry for each example and neuron of it.

    Dimensions of 1 are not looked at: a single output may be a number.
    """
    last = len(case.sizes) - 1
    if net.adapter.predict is not None:
        for result in net.raw("predict", case.x):
            _assert_shape(net, case, "the output", result, last)
    if net.adapter.forward is None:
        return
    for call in net.shown(case.x):
        _assert_shape(net, case, "the output", call.output, last)
        for name in ("zs", "activations"):
            found = getattr(call, name) or []
            for l in range(1, min(len(found), last) + 1):
                _assert_shape(net, case, f"{name}[{1 + last - l}]", found[-l], 1 + last - l)


@check(needs={"layers", "parameters"}, group="structure", max_batch=1)
def example_shapes(net: Subject, case: Case) -> None:
    """
    For one example, zs, activations and biases have the same shape in each layer.

    M. Nielsen, "Neural Networks and Deep Learning", 2015, chapter 2: all of them are vectors
    with one entry for each neuron of the layer.
    """
    biases = net.parameters().biases
    for name, found in _lists(net, case):
        for l in range(1, min(len(found), len(case.sizes) - 1) + 1):
            shape, there = as_array(found[-l]).shape, biases[-l].shape
            if _without_ones(shape) != _without_ones(there):
                place = len(case.sizes) - l
                fail(f"{name}[{place}] has shape {shape}, but biases[{place}] have {there}")


@check(needs={"parameters"}, group="structure")
def parameter_shapes(net: Subject, case: Case) -> None:
    """For all sizes, layer l has weights of shape (n_l, n_{l-1}) and n_l biases."""
    fresh = Subject(net.adapter, net.traits, case.parameters)
    fresh.net = net.adapter.make(list(case.sizes))  # as it was made, before it is written
    for each in (net, fresh):
        each.parameters()  # raises where shapes do not fit


@check(needs={"parameters", "gradient"}, group="structure")
def gradient_structure(net: Subject, case: Case) -> None:
    """
    The gradient has the structure of the parameters, shapes as they are stored included.

    A gradient of shape (n, 1) for biases of shape (n,) is broadcast to (n, n) by the step.
    """
    there = net.traits.parameters
    assert there is not None  # noqa: S101 - a need of this law
    mine = net.traits.gradient or there
    own = dict(zip(there.places(case.sizes), there.flatten(net.stored()), strict=False))
    for result in net.raw("gradient", case.x, case.y):
        leaves = mine.leaves(result, case.sizes, "gradient")
        if mine.flat or there.flat:
            continue
        for place, leaf in zip(mine.places(case.sizes), leaves, strict=True):
            kind, l = place
            found, shape = as_array(leaf).shape, as_array(own.get(place, leaf)).shape
            if l and found != shape:
                name = f"{'weights' if kind == 'w' else 'biases'}[{l}]"
                fail(f"the gradient of {name} has shape {found}, but {name} have {shape}")


@check(group="structure")
def results_keep_the_dtype(net: Subject, case: Case) -> None:
    """
    Outputs and gradient are floats of the parameters' dtype.

    A network of float32 may return float64 for inputs of float64.
    """
    kinds = {np.dtype(float)}
    if net.traits.parameters is not None:
        arrays = net.parameters()
        own = {as_array(a).dtype for a in (*arrays.weights[1:], *arrays.biases[1:])}
        kinds = {d for d in own if d.kind == "f"} or kinds
    kinds |= {np.result_type(float, d) for d in kinds}
    found = {}
    if "outputs" in net.traits.offers:
        found["outputs"] = net.predict(case.x).dtype
    if "gradient" in net.traits.offers and net.traits.parameters is not None:
        gradient = net.gradient(case.x, case.y)
        for l in range(1, len(case.sizes)):
            found[f"the gradient of weights[{l}]"] = gradient.weights[l].dtype
            found[f"the gradient of biases[{l}]"] = gradient.biases[l].dtype
    for name, dtype in found.items():
        if dtype not in kinds:
            wanted = " or ".join(sorted(str(d) for d in kinds))
            fail(f"{name} of dtype {dtype} came, but should be of {wanted}")


def _lists(net: Subject, case: Case) -> list[tuple[str, Sequence[Any]]]:
    """Return zs and activations by name, as the user's forward pass shows them."""
    found = [
        (name, getattr(call, name))
        for call in net.shown(case.x)
        for name in ("zs", "activations")
        if getattr(call, name) is not None
    ]
    if not found:
        msg = "`forward` shows only its outputs"
        raise SkipCheck(msg)
    return found


def _assert_shape(net: Subject, case: Case, name: str, result: Any, l: int) -> None:
    """Raise unless results of a layer have a number for each example and neuron."""
    __tracebackhide__ = True
    batch = 1 if net.adapter.layout == "single" else case.batch
    shape = (batch, case.sizes[l])
    shape = shape[::-1] if net.adapter.layout == "columns" else shape
    found = as_array(result).shape
    if _without_ones(found) != _without_ones(shape):
        fail(f"{name} has shape {found}, but should have {shape}")


def _without_ones(shape: tuple[int, ...]) -> list[int]:
    """Return the dimensions that hold more than one entry."""
    return [n for n in shape if n != 1]
