"""On which cases a law is tried: those that it asks for and an implementation has."""

from __future__ import annotations

import inspect
from typing import Any

from .adapter import Adapter
from .registry import Check, SkipCheck
from .strategies import cases

__all__ = ["bounds_of"]

RANGES = ("layers", "width", "batch")
DEFAULTS = {name: p.default for name, p in inspect.signature(cases).parameters.items()}


def bounds_of(adapter: Adapter, check: Check) -> dict[str, Any]:
    """
    Return bounds of `strategies.cases`.

    Parameters
    ----------
    adapter : Adapter
        The implementation; its `cases` limit those of the law.
    check : Check
        The law.

    Returns
    -------
    dict
        Keyword arguments.

    Raises
    ------
    SkipCheck
        If the law asks for cases that the implementation does not have.

    Examples
    --------
    >>> two_layers = Adapter(make=list, cost="cost", cases={"max_layers": 3})
    >>> law = Check("law", "mine", print, frozenset(), {"min_layers": 3}, 1.0)
    >>> bounds = bounds_of(two_layers, law)
    >>> bounds["min_layers"], bounds["max_layers"]
    (3, 3)
    """
    bounds = {"targets": _targets(adapter)} | check.cases | _given(adapter, "targets")
    for name in RANGES:
        low = _strictest(max, f"min_{name}", adapter, check)
        high = _strictest(min, f"max_{name}", adapter, check)
        if f"max_{name}" not in {**adapter.cases, **check.cases}:
            high = max(low, high)
        if low > high:
            msg = f"needs min_{name}={low}, but the adapter's `cases` end at {high}"
            raise SkipCheck(msg)
        bounds |= {f"min_{name}": low, f"max_{name}": high}
    regimes = [
        regime
        for regime in check.cases.get("regimes", DEFAULTS["regimes"])
        if regime in adapter.cases.get("regimes", DEFAULTS["regimes"])
    ]
    if not regimes:
        msg = f"needs regimes={check.cases['regimes']}, which the adapter's `cases` leave out"
        raise SkipCheck(msg)
    return bounds | {"regimes": tuple(regimes)}


def _strictest(choose: Any, name: str, adapter: Adapter, check: Check) -> Any:
    """Return the bound that both keep to, or the usual one."""
    given = [cases[name] for cases in (adapter.cases, check.cases) if name in cases]
    return choose(given) if given else DEFAULTS[name]


def _given(adapter: Adapter, name: str) -> dict[str, Any]:
    """Return what the adapter says, where it does."""
    return {name: adapter.cases[name]} if name in adapter.cases else {}


def _targets(adapter: Adapter) -> str:
    """Return the kind of targets that the declared cost accepts."""
    declared = adapter.declares
    if declared.get("cost") == "quadratic":
        return "any"
    if declared.get("output") == "softmax":
        return "distributions"
    return "probabilities" if declared.get("cost") == "cross_entropy" else "one-hot"
