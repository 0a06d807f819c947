"""The catalogue that judges the judge: planted faults, and correct but unusual networks."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, TypeVar

from .adapter import Adapter

__all__ = ["CORRECT", "FAULTS", "Entry", "correct", "fault"]

Class = TypeVar("Class", bound=type)


@dataclasses.dataclass(frozen=True)
class Entry:
    """
    An implementation whose verdict is known.

    Parameters
    ----------
    name : str
        Of its class.
    family : str
        Of the mistake, or of the style.
    sentence : str
        What is wrong, or unusual.
    adapter : callable
        Returns the adapter that fits it.
    killed_by : str
        The check that must kill it; empty if it is correct.
    source : str
        Who makes this mistake.
    """

    name: str
    family: str
    sentence: str
    adapter: Callable[[], Adapter]
    killed_by: str = ""
    source: str = ""


#: Planted faults by name.
FAULTS: dict[str, Entry] = {}
#: Correct but unusual implementations by name.
CORRECT: dict[str, Entry] = {}


def fault(
    killed_by: str, *, source: str = "beginners", **settings: Any
) -> Callable[[Class], Class]:
    """
    Enter a class as a planted fault.

    Parameters
    ----------
    killed_by : str
        The check that must kill it.
    source : str
        Who makes this mistake: a fault of a published taxonomy, or "beginners".
    **settings : Any
        Of its adapter, where they differ from those of `Plain`.

    Returns
    -------
    callable
        The decorator. The module is the family, the docstring the sentence.

    Raises
    ------
    ValueError
        If the name is taken.
    """
    return lambda cls: _enter(FAULTS, cls, settings, killed_by=killed_by, source=source)


def correct(**settings: Any) -> Callable[[Class], Class]:
    """
    Enter a class as a correct but unusual implementation.

    Parameters
    ----------
    **settings : Any
        Of its adapter; for a subclass of `Plain`, where they differ.

    Returns
    -------
    callable
        The decorator. The module is the family, the docstring the sentence.

    Raises
    ------
    ValueError
        If the name is taken.
    """
    return lambda cls: _enter(CORRECT, cls, settings)


def _enter(
    catalogue: dict[str, Entry], cls: Class, settings: dict[str, Any], **about: str
) -> Class:
    """Return the class, entered."""
    name = cls.__name__
    if name in FAULTS or name in CORRECT:
        msg = f"the catalogue has an entry named {name!r} already"
        raise ValueError(msg)
    sentence = (cls.__doc__ or "").strip().splitlines()[0]
    family = cls.__module__.rpartition(".")[2]

    def adapter() -> Adapter:
        own: Callable[..., Adapter] | None = getattr(cls, "adapter", None)
        return Adapter(make=cls, **settings) if own is None else own(**settings)

    catalogue[name] = Entry(name, family, sentence, adapter, **about)
    return cls
