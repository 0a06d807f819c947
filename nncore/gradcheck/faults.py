"""Faults around a formula: side effects, shared memory, state, noise, casts, wrong shapes."""

from __future__ import annotations

import dataclasses
import enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .generators import Generators
    from .structure import FloatArray

__all__ = ["FATAL", "Fault", "Inspection", "Kind"]


class Kind(enum.StrEnum):
    """Faults that are not a wrong formula."""

    COST_MODIFIES = "the cost modifies its argument"
    GRADIENT_MODIFIES = "the gradient modifies its argument"
    ALIAS = "the gradient shares memory with its argument"
    BUFFER = "the gradient reuses a buffer"
    STATE = "hidden state"
    NOISE = "random noise"
    FLOAT32 = "a silent cast to float32"
    NOT_FINITE = "not finite"
    STRUCTURE = "wrong structure"
    NOT_SCALAR = "the cost is not a scalar"


# After these, nothing can be said about the formula.
FATAL = frozenset(
    {
        Kind.COST_MODIFIES,
        Kind.GRADIENT_MODIFIES,
        Kind.STATE,
        Kind.NOT_FINITE,
        Kind.STRUCTURE,
        Kind.NOT_SCALAR,
    }
)


@dataclasses.dataclass(frozen=True)
class Fault:
    """A fault around the formula.

    Parameters
    ----------
    kind : Kind
        Its name.
    message : str
        Where and how it shows, and what to do.
    fatal : bool
        Whether the check of the formula ends here.
    """

    kind: Kind
    message: str
    fatal: bool = False

    def __str__(self) -> str:
        return f"{self.kind}: {self.message}"


@dataclasses.dataclass
class Inspection:
    """What float calls of cost and gradient showed.

    Parameters
    ----------
    faults : list of Fault
        In the order in which they were found.
    analytic : list of float arrays
        Copies of what the gradient returned; empty after a fatal fault.
    generators : Generators
        Those that cost and gradient can reach.
    """

    faults: list[Fault]
    analytic: list[FloatArray]
    generators: Generators

    def find(self, kind: Kind, message: str, *, fatal: bool | None = None) -> None:
        """Note a fault, once for each kind.

        Parameters
        ----------
        kind : Kind
            Its name.
        message : str
            Where and how it shows.
        fatal : bool, optional
            Whether the check ends; by default as usual for the kind.
        """
        if all(fault.kind != kind for fault in self.faults):
            ends = kind in FATAL if fatal is None else fatal
            self.faults.append(Fault(kind, message, ends))

    @property
    def ended(self) -> bool:
        """Whether a fault ended the check."""
        return any(fault.fatal for fault in self.faults)
