"""What a user says of their network, once; everything else follows from it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

from .access import Accessor, AdapterError

__all__ = ["DECLARATIONS", "LAYOUTS", "REDUCTIONS", "ROLES", "Adapter"]

LAYOUTS = ("rows", "columns", "single")
REDUCTIONS = ("mean", "sum")
DECLARATIONS = ("hidden", "output", "cost", "reduction", "l2")
#: What an accessor may stand for.
ROLES = (
    "weights",
    "biases",
    "zs",
    "activations",
    "forward",
    "predict",
    "cost",
    "gradient",
    "step",
    "fit",
    "set_parameters",
    "save",
    "load",
)


@dataclasses.dataclass(kw_only=True)
class Adapter:
    """
    How to use somebody's network: names or callables, and its conventions.

    Each accessor is the name of an attribute or method (dots lead inside), or a callable that
    takes the network first. All but `make` and one of `cost`, `gradient` and `forward` may be
    missing; laws that need what is missing are skipped, with that reason.

    Parameters
    ----------
    make : callable
        From a list of sizes, input layer first, to a new network.
    weights, biases : accessor
        Lists of arrays, one for each layer, with or without an entry for layer 0; transposed
        weights and biases as columns or rows are recognized. `weights` alone may also be a list
        of pairs, a dict, or a flat vector (layer by layer, weights before biases).
    zs, activations : accessor, optional
        Where `forward` leaves them, if it does not return them.
    forward : accessor, optional
        ``forward(net, x)``: returns the outputs, or zs and activations, or activations.
    predict : accessor, optional
        ``predict(net, x)``: returns the outputs.
    cost : accessor, optional
        ``cost(net, x, y)``: returns a number, the reference for `gradient`.
    gradient : accessor, optional
        ``gradient(net, x, y)``: returns a pair of lists, a list of pairs, a dict, or a flat
        vector.
    step : accessor, optional
        ``step(net, x, y, learning_rate)``: changes the parameters, or returns a new network.
    fit : accessor, optional
        ``fit(net, x, y, epochs, batch_size, learning_rate, rng)``: changes the parameters.
    set_parameters : accessor, optional
        ``set_parameters(net, weights, biases)``, for parameters that cannot be written in
        place: lists of arrays in the arrangement that `weights` and `biases` have. Returns
        None, or a new network.
    save, load : accessor, optional
        ``save(net, path)``, and ``load(net, path)``, which fills `net` or returns a network.
    layout : {"rows", "columns", "single"}
        Whether examples are rows of a batch, columns of a batch, or come one at a time.
    reduction : {"mean", "sum"}
        Over the batch, in cost and gradient alike.
    layer0 : bool, optional
        Whether the lists have an entry for layer 0; found out where it is not said.
    declares : mapping, optional
        What the network claims to compute: ``hidden`` and ``output`` (activations by name),
        ``cost`` ("quadratic", "cross_entropy"), ``reduction``, ``l2``. Held against independent
        definitions.
    oracle : bool
        Whether nncore's own core is asked as well.
    expected_failures : mapping of str to str, optional
        Check and reason. One that does not fail any more is a failure.
    name : str, optional
        For reports; by default that of the class or function in `make`.

    Raises
    ------
    AdapterError
        If a setting is not known or of the wrong type, or nothing is left to check.

    Examples
    --------
    >>> Adapter(make=list, forward="feed", layout="columns").name
    'list'
    """

    make: Callable[..., Any]
    weights: Accessor | None = None
    biases: Accessor | None = None
    zs: Accessor | None = None
    activations: Accessor | None = None
    forward: Accessor | None = None
    predict: Accessor | None = None
    cost: Accessor | None = None
    gradient: Accessor | None = None
    step: Accessor | None = None
    fit: Accessor | None = None
    set_parameters: Accessor | None = None
    save: Accessor | None = None
    load: Accessor | None = None
    layout: str = "rows"
    reduction: str = "mean"
    layer0: bool | None = None
    declares: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    oracle: bool = True
    expected_failures: Mapping[str, str] = dataclasses.field(default_factory=dict)
    name: str = ""

    def __post_init__(self) -> None:
        if not callable(self.make):
            msg = f"`make` must be a function of the sizes, it is {self.make!r}"
            raise AdapterError(msg)
        self.name = self.name or getattr(self.make, "__name__", type(self.make).__name__)
        for role in ROLES:
            accessor = getattr(self, role)
            if not (accessor is None or isinstance(accessor, str) or callable(accessor)):
                msg = f"`{role}` must be a name or a function, it is {accessor!r}"
                raise AdapterError(msg)
        _choose("layout", self.layout, LAYOUTS)
        _choose("reduction", self.reduction, REDUCTIONS)
        for key in self.declares:
            _choose("declares", key, DECLARATIONS)
        if not (self.cost or self.gradient or self.forward):
            msg = "one of `cost`, `gradient` and `forward` must be given: nothing is left to check"
            raise AdapterError(msg)


def _choose(name: str, value: object, known: tuple[str, ...]) -> None:
    """Raise unless the value is one of those known."""
    if value not in known:
        msg = f"`{name}` must be one of {', '.join(known)}; it is {value!r}"
        raise AdapterError(msg)
