"""Lists, shapes and indices follow the convention."""

from __future__ import annotations

import numpy as np

from ..access import as_array
from ..leaves import flatten
from ..case import Case
from ..failure import fail
from ..raw import layer_lists, output_of, raw
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
    for result in raw(net, "forward", case.x):
        lists = layer_lists(net, result)
        if not lists:
            msg = "`forward` shows only its outputs"
            raise SkipCheck(msg)
        for name, found in lists.items():
            if len(found) not in {layers, layers - 1}:
                fail(f"{name} has {len(found)} entries, but there are {layers} layers")


@check(needs={"layers", "parameters"}, group="structure", max_batch=1)
def example_shapes(net: Subject, case: Case) -> None:
    """
    For one example, zs, activations and biases have the same shape in each layer.

    M. Nielsen, "Neural Networks and Deep Learning", 2015, chapter 2: all of them are vectors
    with one entry for each neuron of the layer.
    """
    (result,) = raw(net, "forward", case.x)
    biases = net.parameters().biases
    for name, found in layer_lists(net, result).items():
        for l in range(1, len(case.sizes)):
            shape = as_array(found[l - len(case.sizes)]).shape
            if _without_ones(shape) != _without_ones(biases[l].shape):
                fail(f"{name}[{l}] has shape {shape}, but biases[{l}] have {biases[l].shape}")


@check(needs={"outputs"}, group="structure")
def output_shape(net: Subject, case: Case) -> None:
    """The outputs have one entry for each neuron of the last layer and each example."""
    role = "predict" if net.adapter.predict is not None else "forward"
    batch = 1 if net.adapter.layout == "single" else case.batch
    shape = (batch, case.sizes[-1])
    shape = shape[::-1] if net.adapter.layout == "columns" else shape
    for result in raw(net, role, case.x):
        found = as_array(output_of(net, result)).shape
        if _without_ones(found) != _without_ones(shape):
            fail(f"{role}(x) has shape {found}, but should have {shape}")


@check(needs={"parameters"}, group="structure")
def parameter_shapes(net: Subject, case: Case) -> None:
    """For all sizes, layer l has weights of shape (n_l, n_{l-1}) and n_l biases."""
    net.parameters()  # raises where they have other shapes
    fresh = Subject(net.adapter, net.traits, case.parameters)
    fresh.net = net.adapter.make(list(case.sizes))  # as it was made, before it is written
    for l in range(1, len(case.sizes)):
        shape, found = (case.sizes[l], case.sizes[l - 1]), fresh.parameters().weights[l].shape
        if found != shape:
            fail(f"weights[{l}] have shape {found}, but should have {shape}")


@check(needs={"parameters", "gradient"}, group="structure")
def gradient_structure(net: Subject, case: Case) -> None:
    """
    The gradient has the structure of the parameters, shapes as they are stored included.

    A gradient of shape (n, 1) for biases of shape (n,) is broadcast to (n, n) by the step.
    """
    there, mine = net.traits.parameters, net.traits.gradient
    if mine is None or there is None:
        net.gradient(case.x, case.y)  # raises where it does not fit
        return
    own = dict(zip(there.places(case.sizes), flatten(net.stored()), strict=False))
    for result in raw(net, "gradient", case.x, case.y):
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


def _without_ones(shape: tuple[int, ...]) -> list[int]:
    """Return the dimensions that hold more than one entry."""
    return [n for n in shape if n != 1]
