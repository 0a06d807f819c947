"""What is found out about an implementation by making one network and using it."""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import numpy as np

from .access import AdapterError, as_array, read
from .adapter import CALLS, Adapter
from .arrangement import Arrangement
from .arranging import arrangement_of
from .case import Parameters
from .layouts import Layout
from .store import stored
from .subject import Subject

__all__ = ["Traits", "probe_sizes"]

T = TypeVar("T")

# Examples of the probe, as many as no layer has neurons.
BATCH = 6


@dataclasses.dataclass(frozen=True)
class Traits:
    """
    What was found out about an implementation.

    Parameters
    ----------
    parameters, gradient : Arrangement, optional
        How they are arranged; None where the adapter does not give them.
    layout : Layout
        How it takes examples.
    offers : frozenset of str
        What laws may need of it, keys of `registry.NEEDS`.

    Examples
    --------
    >>> from nncore.verify.plain import Plain
    >>> traits = Traits.of(Plain.adapter())
    >>> "gradient" in traits.offers, traits.layout.name
    (True, 'rows')
    """

    parameters: Arrangement | None = None
    gradient: Arrangement | None = None
    layout: Layout = dataclasses.field(default_factory=Layout)
    offers: frozenset[str] = frozenset()

    @classmethod
    def of(cls, adapter: Adapter) -> Traits:
        """
        Find out the traits of an implementation.

        What fails because of the user's code, and not of the adapter, is left for the laws to
        tell.

        Parameters
        ----------
        adapter : Adapter
            What the user said.

        Returns
        -------
        Traits
            What a `Subject` needs to know.

        Raises
        ------
        AdapterError
            If a name is missing, or the parameters cannot be understood or written.
        """
        offers = _said(adapter)
        net = _made(adapter)
        _check_names(adapter, net)
        if adapter.weights is None:
            return cls(layout=Layout(adapter.layout), offers=frozenset(offers))
        traits = _with_parameters(adapter, net)
        subject = Subject(adapter, traits, _probe(adapter))
        _check_written(subject, _probe(adapter))
        offers |= {"parameters"} | ({"layers"} if _shows_layers(subject) else set())
        return dataclasses.replace(
            traits, gradient=_gradient(subject), offers=frozenset(offers)
        )


def probe_sizes(bounds: Mapping[str, Any]) -> tuple[int, ...]:
    """
    Return sizes by which arrays can be told from each other.

    Parameters
    ----------
    bounds : mapping
        Those of `strategies.cases` that an implementation keeps to.

    Returns
    -------
    tuple of int
        (3, 5, 4, 2), or as near to that as the bounds on layers allow.

    Examples
    --------
    >>> probe_sizes({}), probe_sizes({"max_layers": 3}), probe_sizes({"min_layers": 6})
    ((3, 5, 4, 2), (3, 5, 2), (3, 5, 4, 5, 4, 2))
    """
    layers = max(4, bounds.get("min_layers", 2))
    layers = min(layers, bounds.get("max_layers", layers))
    low = bounds.get("min_width", 1)  # wider than `max_width`: equal widths tell nothing
    hidden = itertools.islice(itertools.cycle((5, 4)), layers - 2)
    return tuple(max(n, low) for n in (3, *hidden, 2))


def _said(adapter: Adapter) -> set[str]:
    """Return what the adapter says that the implementation offers."""
    said = {role for role in CALLS if getattr(adapter, role) is not None} - {"save", "load"}
    said |= {"outputs"} if adapter.predict or adapter.forward else set()
    said |= {"save"} if adapter.save and adapter.load else set()
    said |= {key for key in ("hidden", "output", "l2") if key in adapter.declares}
    said |= {"declared cost"} if "cost" in adapter.declares else set()
    return said | ({"oracle"} if adapter.oracle else set())


def _made(adapter: Adapter) -> Any:
    """Return a new network for the probe."""
    sizes = list(probe_sizes(adapter.cases))
    try:
        return adapter.make(sizes)
    except Exception as error:
        msg = (
            f"`make`: {adapter.name} made no network for sizes {sizes}, but raised "
            f"{type(error).__name__}: {error}. If it cannot have such sizes, say so: "
            f"cases=dict(min_layers=3, max_layers=3)"
        )
        raise AdapterError(msg) from error


def _check_names(adapter: Adapter, net: Any) -> None:
    """Raise unless every method that the adapter names is there."""
    for role in CALLS:
        accessor = getattr(adapter, role)
        method = accessor[0] if isinstance(accessor, tuple) else accessor
        if isinstance(method, str) and not callable(read(net, method, role)):
            msg = f"`{role}`: {method!r} of {type(net).__name__} is no method"
            raise AdapterError(msg)


def _with_parameters(adapter: Adapter, net: Any) -> Traits:
    """Return how parameters are arranged, and examples handed over."""
    sizes, structure = probe_sizes(adapter.cases), stored(net, adapter)
    role = "`weights`" if adapter.biases is None else "`weights` and `biases`"
    arrangement = arrangement_of(structure, role, sizes, layer0=adapter.layer0)
    leaves = arrangement.leaves(structure, sizes, role)
    places = arrangement.places(sizes)
    biases = [
        np.shape(as_array(leaf))
        for leaf, (kind, l) in zip(leaves, places, strict=True)
        if kind == "b" and l
    ]
    column = all(len(shape) == 2 and shape[1] == 1 for shape in biases)
    return Traits(arrangement, layout=Layout(adapter.layout, column))


def _probe(adapter: Adapter) -> Parameters:
    """Return parameters that differ from those that networks start with."""
    n = probe_sizes(adapter.cases)
    weights = [np.full((n[l], n[l - 1]), 0.25) for l in range(1, len(n))]
    return Parameters(n, [[], *weights], [[], *(np.full(width, 0.125) for width in n[1:])])


def _check_written(subject: Subject, expected: Parameters) -> None:
    """Raise unless parameters can be read back as they were written."""
    try:
        got = subject.parameters()
    except AssertionError as error:
        msg = f"{error}, after `set_parameters` or writing in place"
        raise AdapterError(msg) from error
    for name in ("weights", "biases"):
        for l in range(1, len(expected.sizes)):
            written, there = getattr(expected, name)[l], getattr(got, name)[l]
            if not np.array_equal(as_array(there).astype(float), written):
                msg = (
                    f"`{name}`: what is written into {name}[{l}] is not there when it is read "
                    f"again; give `set_parameters=`"
                )
                raise AdapterError(msg)


def _gradient(subject: Subject) -> Arrangement | None:
    """Return how a gradient is arranged; None if there is none, or laws will have to tell."""
    sizes = subject.sizes
    x, y = np.full((BATCH, sizes[0]), 0.5), np.eye(sizes[-1])[np.arange(BATCH) % sizes[-1]]
    if subject.adapter.gradient is None:
        return None
    results = _attempt(lambda: subject.raw("gradient", x, y))
    if results is None:
        return None
    like = subject.traits.parameters
    with contextlib.suppress(AdapterError):
        return arrangement_of(results[0], "`gradient`", sizes, like=like)
    return None


def _shows_layers(subject: Subject) -> bool:
    """Whether `forward` shows zs and activations."""
    if subject.adapter.forward is None:
        return False
    calls = _attempt(lambda: subject.shown(np.full((BATCH, subject.sizes[0]), 0.5)))
    return calls is not None and all(call.zs and call.activations for call in calls)


def _attempt(function: Callable[[], T]) -> T | None:
    """Return what a user's function returns, or None where it fails: laws will tell of that."""
    try:
        return function()
    except AdapterError:
        raise
    except Exception:  # noqa: BLE001 - whatever a user's code raises
        return None
