"""What the user's calls return, before anything is brought to canonical form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

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
    return net.raw(role, *batch)


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
    seen = net.seen_in(result)
    lists = {"zs": seen.zs, "activations": seen.activations}
    return {name: found for name, found in lists.items() if found is not None}


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
    return net.seen_in(result).output
