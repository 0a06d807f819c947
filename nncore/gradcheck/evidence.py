"""What a rung of the ladder hands to the report: a verdict for each entry, with its grounds."""

from __future__ import annotations

import dataclasses
import enum
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .structure import FloatArray

__all__ = [
    "Approximation",
    "Entries",
    "Evidence",
    "NotApplicable",
    "Progress",
    "Verdict",
    "ratio_text",
]


class Verdict(enum.StrEnum):
    """What can be said about one entry of a gradient."""

    AGREES = "agrees"
    APPROXIMATION = "approximation"
    WRONG = "wrong"
    INCONSISTENT = "inconsistent"
    UNRESOLVABLE = "unresolvable"
    KINK = "kink"

    @property
    def code(self) -> int:
        """Its number in an array of verdicts."""
        return tuple(Verdict).index(self)


class NotApplicable(Exception):  # noqa: N818 - not an error: the ladder takes the next rung
    """The code defeats this rung; the text says why, where, and what would allow it."""


class Progress(Protocol):
    """Where a long check tells how far it is."""

    def __call__(self, done: int, total: int) -> None:
        """Say that `done` of `total` evaluations are made."""
        ...


@dataclasses.dataclass(frozen=True)
class Approximation:
    """A constant that its author meant as an approximation.

    Parameters
    ----------
    constant : float
        The constant.
    line : str
        Where it stands, as ``network.py:12``, or ``declare=`` for a declared one.
    effect : float
        The largest error that it causes in an entry, relative to the entry's own terms.
    kind : str
        What it does, such as "added inside a logarithm".
    """

    constant: float
    line: str
    effect: float
    kind: str = ""


@dataclasses.dataclass
class Entries:
    """What a rung found about one array of the parameters; all arrays have its shape.

    Parameters
    ----------
    path : str
        The array, such as ``params["w"][2]``.
    analytic : float array
        What the gradient returned, in its own floats.
    reference : float array
        The derivative of the cost; nan where only a projection looked at the entry.
    error : float array
        Bound on the distance of `reference` from the true derivative.
    magnitude : float array
        Sum of the absolute contributions: the scale on which the entry is judged; nan where
        unknown.
    verdict : array of uint8
        `Verdict.code` of each entry.
    digits : float array
        Decimal digits of agreement, where it agrees.
    slopes : pair of float arrays, optional
        The smallest and the largest slope that were seen where the verdict is `Verdict.KINK`,
        nan elsewhere.
    """

    path: str
    analytic: FloatArray
    reference: FloatArray
    error: FloatArray
    magnitude: FloatArray
    verdict: NDArray[np.uint8]
    digits: FloatArray
    slopes: tuple[FloatArray, FloatArray] | None = None

    def where(self, *verdicts: Verdict) -> NDArray[np.bool_]:
        """Which entries have one of the verdicts.

        Parameters
        ----------
        *verdicts : Verdict
            The verdicts looked for.

        Returns
        -------
        bool array
            True where the entry has one of them.
        """
        # A look into a table takes a tenth of the time of np.isin.
        is_wanted = np.zeros(256, bool)
        is_wanted[[verdict.code for verdict in verdicts]] = True
        return is_wanted[self.verdict]

    def resolve(self, other: Entries) -> int:
        """Take over what `other` says of unresolvable entries; return of how many it does.

        Parameters
        ----------
        other : Entries
            What another rung found about the same array.

        Returns
        -------
        int
            The number of entries that are resolved now.
        """
        taken = self.where(Verdict.UNRESOLVABLE) & ~other.where(Verdict.UNRESOLVABLE)
        for name in ("reference", "error", "magnitude", "verdict", "digits"):
            getattr(self, name)[taken] = getattr(other, name)[taken]
        if other.slopes is not None:
            ours = self.slopes or tuple(np.full(taken.shape, np.nan) for _ in other.slopes)
            for slope, others in zip(ours, other.slopes, strict=True):
                slope[taken] = others[taken]
            self.slopes = ours[0], ours[1]
        return int(taken.sum())


@dataclasses.dataclass
class Evidence:
    """What a rung found about a gradient.

    Parameters
    ----------
    rung : str
        "certified", "exact", "complex step" or "differences".
    entries : list of Entries
        One for each checked array.
    sensitivity : float
        The smallest relative error in one entry that this check would have seen.
    evaluations : int
        Evaluations of the cost.
    notes : list of str
        Limits and named constants, in plain words.
    approximations : list of Approximation
        The constants behind the verdict `Verdict.APPROXIMATION`.
    achieved_digits : float, optional
        Decimal digits that the gradient's own floats achieve against the enclosure.
    clips : str
        Which bounds explain all wrong entries and where, if that was shown by leaving them out.
    details : dict
        What else a machine may want to read (precision in bits, ulp, seconds ...); its values
        are plain Python.
    """

    rung: str
    entries: list[Entries]
    sensitivity: float
    evaluations: int
    notes: list[str] = dataclasses.field(default_factory=list)
    approximations: list[Approximation] = dataclasses.field(default_factory=list)
    achieved_digits: float | None = None
    clips: str = ""
    details: dict[str, Any] = dataclasses.field(default_factory=dict)

    def count(self, *verdicts: Verdict) -> int:
        """How many entries have one of the verdicts.

        Parameters
        ----------
        *verdicts : Verdict
            The verdicts counted.

        Returns
        -------
        int
            The number of entries over all arrays.
        """
        return sum(int(entries.where(*verdicts).sum()) for entries in self.entries)

    def resolve(self, other: Evidence) -> None:
        """Take over what another rung says of entries that are unresolvable to this one.

        Parameters
        ----------
        other : Evidence
            What it found about the same gradient.
        """
        own = self.count(*Verdict) - self.count(Verdict.UNRESOLVABLE)
        pairs = zip(self.entries, other.entries, strict=True)
        resolved = sum(ours.resolve(theirs) for ours, theirs in pairs)
        self.evaluations += other.evaluations
        if resolved:
            self.sensitivity = max(self.sensitivity if own else 0.0, other.sensitivity)
            judged = f"cannot resolve are judged by {other.rung}: {resolved:,}"
            self.notes.append(f"entries that {self.rung} {judged}")


def ratio_text(ratio: float) -> str:
    """A ratio in words; what is close to 1 is told by how far it is from it."""
    if ratio == 1 or abs(ratio - 1) > 1e-4:
        return f"{ratio:.10g}"
    return f"(1 {'+' if ratio > 1 else '-'} {abs(ratio - 1):.2g})"
