"""The laws: one list, in which users enter their own as nncore does."""

from __future__ import annotations

import dataclasses
import unittest
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from .case import Case
    from .subject import Subject

__all__ = ["CHECKS", "GROUPS", "NEEDS", "Check", "Law", "SkipCheck", "check"]

Law: TypeAlias = "Callable[[Subject, Case], None]"

#: Families of laws, in the order in which they are run and reported.
GROUPS = (
    "structure",
    "gradient",
    "differential",
    "metamorphic",
    "purity",
    "numerics",
    "training",
    "persistence",
)

#: What a law may need of an implementation, and how it is asked for.
NEEDS = {
    "parameters": "weights and biases that can be read and written",
    "forward": "`forward`",
    "layers": "`forward` that returns or keeps zs and activations of every layer",
    "predict": "`predict`",
    "outputs": "`predict` or `forward`",
    "cost": "`cost`",
    "gradient": "`gradient`",
    "step": "`step`",
    "fit": "`fit`",
    "save": "`save` and `load`",
    "hidden": "declares=dict(hidden=...)",
    "output": "declares=dict(output=...)",
    "declared cost": "declares=dict(cost=...)",
    "l2": "declares=dict(l2=...)",
    "oracle": "nncore's own core as an oracle (oracle=True)",
}


class SkipCheck(unittest.SkipTest):
    """
    Raised by a law that does not apply here; its message is the reason.

    Hypothesis looks for no smaller case of a skipped test, and pytest knows it as skipped.

    Examples
    --------
    >>> raise SkipCheck("the network has one layer")
    Traceback (most recent call last):
    nncore.verify.registry.SkipCheck: the network has one layer
    """


@dataclasses.dataclass(frozen=True)
class Check:
    """
    A law, with what it needs and what it is tried on.

    Parameters
    ----------
    name : str
        Stable: users write it into `only` and `expected_failures`.
    group : str
        One of `GROUPS`, or a user's own.
    law : callable
        From subject and case; raises AssertionError where the law is broken.
    needs : frozenset of str
        Keys of `NEEDS`; without one of them the law is skipped, with the reason.
    cases : dict
        Bounds of `strategies.cases`.
    examples : float
        Times the usual number of examples that the law is tried on: below 1 for slow laws.
    """

    name: str
    group: str
    law: Law
    needs: frozenset[str]
    cases: dict[str, Any]
    examples: float

    @property
    def sentence(self) -> str:
        """The law in one line: the first of its docstring."""
        return (self.law.__doc__ or self.name).strip().splitlines()[0]


#: Every law by its name.
CHECKS: dict[str, Check] = {}


def check(
    *,
    needs: Collection[str] = (),
    group: str = "user",
    examples: float = 1.0,
    **cases: Any,
) -> Callable[[Law], Law]:
    """
    Enter a law under the name of its function.

    Parameters
    ----------
    needs : collection of str
        Keys of `NEEDS` that an implementation must offer; otherwise the law is skipped.
    group : str
        One of `GROUPS`, or a word of your own.
    examples : float
        Times the usual number of examples.
    **cases : Any
        Bounds of `strategies.cases`, such as ``min_layers=3`` or ``regimes=("grid",)``.

    Returns
    -------
    callable
        The decorator; it returns the function unchanged. The first line of its docstring is
        the sentence of the law.

    Raises
    ------
    ValueError
        If a need is not known, or another law has this name.

    Examples
    --------
    >>> @check(needs={"predict"}, group="mine")
    ... def outputs_are_positive(net, case):
    ...     "Every output is positive."
    ...     assert (net.predict(case.x) > 0).all()
    >>> CHECKS.pop("outputs_are_positive").group
    'mine'
    """
    unknown = sorted(set(needs) - set(NEEDS))
    if unknown:
        msg = f"`needs` holds {unknown[0]!r}; known are {', '.join(sorted(NEEDS))}"
        raise ValueError(msg)

    def enter(law: Law) -> Law:
        name = law.__name__
        known = CHECKS.get(name)
        if known is not None and known.law.__module__ != law.__module__:
            msg = f"a law named {name!r} is known already, from {known.law.__module__}"
            raise ValueError(msg)
        CHECKS[name] = Check(name, group, law, frozenset(needs), cases, examples)
        return law

    return enter
