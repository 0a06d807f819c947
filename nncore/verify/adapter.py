"""What a user says of their network, once; everything else follows from it."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from numbers import Real
from typing import Any

from hypothesis.errors import InvalidArgument

from .access import Accessor, AdapterError, call
from .strategies import check_bounds

__all__ = ["CALLS", "DECLARATIONS", "LAYOUTS", "REDUCTIONS", "Adapter", "check_adapter"]

LAYOUTS = ("rows", "columns", "single")
REDUCTIONS = ("mean", "sum")
DECLARATIONS = ("hidden", "output", "cost", "reduction", "l2")
#: What is called.
CALLS = (
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
#: What is read.
ATTRIBUTES = ("weights", "biases", "zs", "activations")
#: Bounds of `strategies.cases` that an implementation may keep to.
BOUNDS = (
    "min_layers",
    "max_layers",
    "min_width",
    "max_width",
    "min_batch",
    "max_batch",
    "regimes",
    "targets",
)


#: What settings must be that are no accessors, in words and types.
TYPES: dict[str, tuple[str, tuple[type, ...]]] = {
    "layer0": ("True, False or None", (bool, type(None))),
    "declares": ("a mapping", (Mapping,)),
    "cases": ("a mapping", (Mapping,)),
    "oracle": ("True or False", (bool,)),
    "expected_failures": ("a mapping", (Mapping,)),
    "name": ("a text", (str,)),
}


@dataclasses.dataclass(kw_only=True, frozen=True, eq=False)
class Adapter:
    """
    How to use somebody's network: names or callables, and its conventions.

    Each accessor is the name of an attribute or method (dots lead inside), a callable that
    takes the network first, or a tuple: a method, and attributes in which it leaves its
    results. All but `make` and one of `cost`, `gradient` and `forward` may be missing; laws
    that need what is missing are skipped, with that reason.

    Parameters
    ----------
    make : callable
        From a list of sizes, input layer first, to a new network.
    weights, biases : accessor
        Lists of arrays, one for each layer, with or without an entry for layer 0; transposed
        weights and biases as columns or rows are recognized. `weights` alone may also be a list
        of pairs, a dict, or a flat vector (layer by layer, weights before biases; for a vector
        in another order, callables that return views of it).
    zs, activations : accessor, optional
        Where `forward` leaves them, if it does not return them.
    forward : accessor, optional
        ``forward(net, x)``: returns the outputs, or zs and activations, or activations, or the
        outputs with anything else.
    predict : accessor, optional
        ``predict(net, x)``: returns the outputs.
    cost : accessor, optional
        ``cost(net, x, y)``: returns a number, the reference for `gradient`.
    gradient : accessor, optional
        ``gradient(net, x, y)``: returns a pair of lists in either order, a list of pairs, a
        dict, or a flat vector, whose order is that of `weights` and `biases`.
    cost_and_gradient : accessor, optional
        ``cost_and_gradient(net, x, y)``, where one call gives both: returns the cost, and then
        the gradient in one or several parts. `cost` and `gradient` go before it.
    step : accessor, optional
        ``step(net, x, y, learning_rate)``: changes the parameters, or returns a new network.
        With the layout "single" it is called for each example.
    fit : accessor, optional
        ``fit(net, x, y, epochs, batch_size, learning_rate, rng)``: changes the parameters, or
        returns a new network. With the layout "single" x and y are rows.
    set_parameters : accessor, optional
        For parameters that cannot be written in place: ``set_parameters(net, weights,
        biases)``, or ``set_parameters(net, weights)`` where `weights` holds both, in the
        structures that `weights` and `biases` returned, filled with arrays of numpy. Changes
        the network, or returns a new one.
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
    cases : mapping, optional
        Bounds of `strategies.cases` outside which the implementation need not work, such as
        ``dict(min_layers=3, max_layers=3)`` for a class with one hidden layer.
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

    make: Any  # a callable
    weights: Accessor | None = None
    biases: Accessor | None = None
    zs: Accessor | None = None
    activations: Accessor | None = None
    forward: Accessor | None = None
    predict: Accessor | None = None
    cost: Accessor | None = None
    gradient: Accessor | None = None
    cost_and_gradient: Accessor | None = None
    step: Accessor | None = None
    fit: Accessor | None = None
    set_parameters: Accessor | None = None
    save: Accessor | None = None
    load: Accessor | None = None
    layout: str = "rows"
    reduction: str = "mean"
    layer0: bool | None = None
    declares: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    cases: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    oracle: bool = True
    expected_failures: Mapping[str, str] = dataclasses.field(default_factory=dict)
    name: str = ""

    def __post_init__(self) -> None:
        for setting, (kind, kinds) in TYPES.items():
            _check_type(setting, getattr(self, setting), kinds, kind)
        if not callable(self.make):
            msg = f"`make` must be a function of the sizes, it is {self.make!r}"
            raise AdapterError(msg)
        name = self.name or getattr(self.make, "__name__", type(self.make).__name__)
        object.__setattr__(self, "name", name)
        for role in CALLS + ATTRIBUTES:
            _check_accessor(role, getattr(self, role))
        if self.cost_and_gradient is not None:
            _check_accessor("cost_and_gradient", self.cost_and_gradient)
            for place, role in enumerate(("cost", "gradient")):
                if getattr(self, role) is None:
                    object.__setattr__(self, role, _part(self.cost_and_gradient, place))
        _choose("layout", self.layout, LAYOUTS)
        _choose("reduction", self.reduction, REDUCTIONS)
        for key, value in self.declares.items():
            _check_declared(key, value)
        _check_cases(self.cases)
        for key, reason in self.expected_failures.items():
            _check_type(f"expected_failures[{key!r}]", reason, str, "a text")
        if not (self.cost or self.gradient or self.forward):
            msg = "nothing is left to check: give `cost`, `gradient` or `forward`"
            raise AdapterError(msg)


def check_adapter(adapter: object) -> None:
    """
    Raise unless this is an adapter.

    Parameters
    ----------
    adapter : object
        What a user gave as one.

    Raises
    ------
    TypeError
        If it is something else.
    """
    if isinstance(adapter, Adapter):
        return
    hint = "nncore.verify.target.find_adapter finds one by file and name"
    msg = f"`adapter` must be an nncore.verify.Adapter; it is {adapter!r:.60}; {hint}"
    raise TypeError(msg)


def _part(both: Accessor, place: int) -> Accessor:
    """Return the accessor of one part of a call that gives cost and gradient."""

    def part(net: Any, x: Any, y: Any) -> Any:
        result = call(net, both, "cost_and_gradient", x, y)
        if not isinstance(result, tuple) or len(result) < 2:
            msg = (
                f"`cost_and_gradient` must return cost and gradient; it returned {result!r:.60}"
            )
            raise AdapterError(msg)
        cost, *gradient = result
        return (cost, gradient[0] if len(gradient) == 1 else tuple(gradient))[place]

    return part


def _check_accessor(role: str, accessor: object) -> None:
    """Raise unless this is an accessor, or None."""
    several = accessor if isinstance(accessor, tuple) and len(accessor) > 1 else (accessor,)
    if accessor is None or all(isinstance(each, str) or callable(each) for each in several):
        return
    msg = (
        f"`{role}` must be a name, a function, or a tuple of a method and the attributes in "
        f"which it leaves its results; it is {accessor!r}"
    )
    raise AdapterError(msg)


def _check_type(name: str, value: object, kinds: type | tuple[type, ...], kind: str) -> None:
    """Raise unless the value is of one of these types."""
    if not isinstance(value, kinds):
        msg = f"`{name}` must be {kind}; it is {value!r}"
        raise AdapterError(msg)


def _check_cases(cases: Mapping[str, Any]) -> None:
    """Raise unless there are cases within these bounds."""
    for key in cases:
        _choose("cases", key, BOUNDS)
    try:
        check_bounds(cases)
    except InvalidArgument as error:
        msg = f"`cases`: {error}"
        raise AdapterError(msg) from None


def _check_declared(key: str, value: object) -> None:
    """Raise unless the value can be what a network computes; its name need not be known."""
    _choose("declares", key, DECLARATIONS)
    name = f"declares[{key!r}]"
    if key == "reduction":
        _choose(name, value, REDUCTIONS)
    elif key == "l2":
        _check_type(name, value, Real, "a number")
        if isinstance(value, Real) and not 0 <= float(value) < math.inf:
            msg = f"`{name}` must be finite and not negative; it is {value!r}"
            raise AdapterError(msg)
    else:
        _check_type(name, value, str, "a text")


def _choose(name: str, value: object, known: tuple[str, ...]) -> None:
    """Raise unless the value is one of those known."""
    if not isinstance(value, str) or value not in known:
        msg = f"`{name}` must be one of {', '.join(known)}; it is {value!r}"
        raise AdapterError(msg)
