"""What the user's calls return, before anything is brought to canonical form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .access import call, read
from .leaves import flatten
from .case import Array
from .subject import Subject

__all__ = ["layer_lists", "output_of", "raw"]


def raw(net: Subject, role: str, *batch: Array) -> list[Any]:
    """
    Return what a function of the user's returned for a batch.

    Parameters
    ----------
    net : Subject
        The network.
    role : str
        An accessor of its adapter that is there.
    *batch : ndarray
        Examples, and targets, as rows of any width; not modified.

    Returns
    -------
    list
        One result, or one for each example where they come one at a time.
    """
    accessor = getattr(net.adapter, role)
    native = [net.native(rows) for rows in batch]
    return [call(net.net, accessor, role, *each) for each in zip(*native, strict=True)]


def layer_lists(net: Subject, result: Any) -> dict[str, Sequence[Any]]:
    """
    Return the lists zs and activations of a forward pass.

    Parameters
    ----------
    net : Subject
        Of which `forward` was just called.
    result : Any
        What it returned.

    Returns
    -------
    dict of str to sequence
        Empty where it shows only its outputs.
    """
    if net.adapter.activations is not None:
        names = [name for name in ("zs", "activations") if getattr(net.adapter, name)]
        return {name: list(read(net.net, getattr(net.adapter, name), name)) for name in names}
    if hasattr(result, "activations"):
        names = [name for name in ("zs", "activations") if hasattr(result, name)]
        return {name: list(getattr(result, name)) for name in names}
    if isinstance(result, tuple) and len(result) == 2:
        zs, activations = result
        if isinstance(zs, (list, tuple)) and isinstance(activations, (list, tuple)):
            return {"zs": zs, "activations": activations}
    return {}


def output_of(net: Subject, result: Any) -> Any:
    """
    Return the outputs in a result of `predict` or `forward`.

    Parameters
    ----------
    net : Subject
        Of which it was just called.
    result : Any
        What it returned.

    Returns
    -------
    Any
        The last activations, or the result itself.
    """
    lists = layer_lists(net, result)
    return lists["activations"][-1] if "activations" in lists else list(flatten(result))[-1]
