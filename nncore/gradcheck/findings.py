"""What is known of each entry, and as what it is handed over."""

from __future__ import annotations

import functools
import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .evidence import Entries, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from .structure import FloatArray, Structure
    from .tape import Number

__all__ = ["Finding", "Findings", "achieved_digits", "digits"]


# The code of an entry that has no verdict yet.
_OPEN = 255
_CODES = {verdict: verdict.code for verdict in Verdict}
SMALLEST = np.finfo(float).smallest_subnormal


class Finding(NamedTuple):
    """What is known of one entry.

    Parameters
    ----------
    verdict : Verdict
        So far.
    reference : Number
        Enclosure of the derivative.
    digits : float, optional
        Decimal digits of agreement.
    slopes : pair of Number, optional
        The smallest and the largest that were seen, where there is no derivative.
    """

    verdict: Verdict
    reference: Number
    digits: float = math.nan
    slopes: tuple[Number, Number] | None = None


class Findings:
    """What is known of each entry, by its flat index.

    Parameters
    ----------
    size : int
        How many entries there are; all are open.
    """

    def __init__(self, size: int) -> None:
        self._codes: NDArray[np.uint8] = np.full(size, _OPEN, np.uint8)
        self._digits: FloatArray = np.full(size, math.nan)
        self._references: NDArray[Any] = np.full(size, math.nan, object)
        self._slopes: dict[int, tuple[Number, Number]] = {}
        # Whose radius is beyond the last bit of a float.
        self._is_narrow: NDArray[np.bool_] = np.zeros(size, bool)

    def open(self) -> NDArray[np.bool_]:
        """Which entries have no verdict yet.

        Returns
        -------
        bool array
            True where the entry has none.
        """
        return np.equal(self._codes, _OPEN)

    def where(self, verdict: Verdict) -> NDArray[np.bool_]:
        """Which entries have a verdict.

        Parameters
        ----------
        verdict : Verdict
            The verdict looked for.

        Returns
        -------
        bool array
            True where the entry has it.
        """
        return np.equal(self._codes, _CODES[verdict])

    def judge(self, i: int, finding: Finding) -> None:
        """Give an entry its first verdict.

        Parameters
        ----------
        i : int
            The entry.
        finding : Finding
            What is known of it.
        """
        self._references[i] = finding.reference
        if finding.slopes:
            self._slopes[i] = finding.slopes
        self.change(i, finding.verdict, finding.digits)

    def agree(
        self, which: NDArray[np.bool_], references: list[Number], shown: FloatArray
    ) -> None:
        """Say of many entries at once that they agree beyond the last bit of a float.

        Parameters
        ----------
        which : bool array
            The entries.
        references : list of Number
            Enclosures of the derivatives of all entries.
        shown : float array
            Decimal digits of agreement of all entries.
        """
        self._references[which] = np.fromiter(references, object, which.size)[which]
        self._codes[which] = _CODES[Verdict.AGREES]
        self._digits[which] = shown[which]
        self._is_narrow |= which

    def change(self, i: int, verdict: Verdict, shown: float = math.nan) -> None:
        """Give an entry another verdict.

        Parameters
        ----------
        i : int
            The entry.
        verdict : Verdict
            What is known of it now.
        shown : float, optional
            Decimal digits of agreement.
        """
        self._codes[i], self._digits[i] = _CODES[verdict], shown

    def give_up(self) -> None:
        """Call all entries inconsistent."""
        self._codes[:] = _CODES[Verdict.INCONSISTENT]

    @functools.cached_property
    def references(self) -> FloatArray:
        """The enclosed derivatives as floats, once every entry has its verdict."""
        return _floats(self._references.tolist())

    def enclosures(self, verdict: Verdict) -> list[Number]:
        """The enclosed derivatives of the entries that have a verdict.

        Parameters
        ----------
        verdict : Verdict
            The verdict looked for.

        Returns
        -------
        list of Number
            In the order of the entries.
        """
        found: list[Number] = self._references[self.where(verdict)].tolist()
        return found

    def fewest_digits(self) -> float | None:
        """Decimal digits of the entry that agrees least.

        Returns
        -------
        float or None
            None where no entry agrees.
        """
        agreeing = self._digits[self.where(Verdict.AGREES)]
        return float(agreeing.min()) if agreeing.size else None

    def as_entries(
        self,
        structure: Structure,
        analytic: list[FloatArray],
        magnitude: FloatArray | list[Number],
    ) -> list[Entries]:
        """The findings, array by array.

        Parameters
        ----------
        structure : Structure
            The parameters.
        analytic : list of float arrays
            What the gradient returned in its own floats.
        magnitude : float array or list of Number
            Of the terms of each entry.

        Returns
        -------
        list of Entries
            One for each checked array.
        """
        errors, sizes = self._errors(), np.asarray(magnitude, dtype=float)
        entries, start = [], 0
        for path, array in zip(structure.names, analytic, strict=True):
            part, shape = slice(start, start + array.size), array.shape
            entries.append(
                Entries(
                    path,
                    np.asarray(array, dtype=float),
                    self.references[part].reshape(shape),
                    errors[part].reshape(shape),
                    sizes[part].reshape(shape),
                    self._codes[part].reshape(shape),
                    self._digits[part].reshape(shape),
                    self._slopes_of(start, array),
                )
            )
            start += array.size
        return entries

    def _errors(self) -> FloatArray:
        """Bounds on the distances of the references, which are floats, from the derivatives."""
        half = np.spacing(np.abs(self.references)) / 2
        errors: FloatArray = np.maximum(half, SMALLEST) * (self.references != 0)
        kind = type(self._references[0])
        if hasattr(kind, "rad"):  # a ball
            # Their radii are less than half of that, and to read them takes time.
            errors[self._is_narrow] *= 1.5
            wide = ~self._is_narrow
            errors[wide] += _floats(map(kind.rad, self._references[wide].tolist()))
        return errors

    def _slopes_of(self, start: int, array: FloatArray) -> tuple[FloatArray, FloatArray] | None:
        """The slopes of the kinks in the array that begins at an entry, nan elsewhere."""
        inside = {i - start: pair for i, pair in self._slopes.items() if i >= start}
        inside = {i: pair for i, pair in inside.items() if i < array.size}
        if not inside:
            return None
        slopes = np.full((2, array.size), math.nan)
        for i, pair in inside.items():
            slopes[:, i] = list(map(float, pair))
        one, other = slopes.reshape(2, *array.shape)
        return one, other


def digits(gap: Number, size: Number) -> float:
    """Decimal digits between a distance and a size.

    Parameters
    ----------
    gap, size : Number
        Both at least 0.

    Returns
    -------
    float
        Infinite where there is no distance.
    """
    if gap == 0:
        return math.inf
    ratio = float(size / gap)
    if 0 < ratio < math.inf:
        return math.log10(ratio)
    return float((size / gap).log() / math.log(10))  # beyond the range of floats


def _floats(numbers: Iterable[Number]) -> FloatArray:
    """The numbers as floats."""
    return np.fromiter(map(float, numbers), float)


def achieved_digits(entries: list[Entries]) -> float | None:
    """Decimal digits of the worst entry of the gradient's own floats.

    Parameters
    ----------
    entries : list of Entries
        With verdicts.

    Returns
    -------
    float or None
        At most those of a double; None where no entry agrees.
    """
    worst = None
    for leaf in entries:
        known = leaf.where(Verdict.AGREES) & (leaf.reference != 0)
        gap = np.abs(leaf.analytic - leaf.reference)[known]
        if gap.size:
            worst = max(worst or 0.0, float((gap / np.abs(leaf.reference[known])).max()))
    if worst is None:
        return None
    return max(0.0, -math.log10(max(worst, float(np.finfo(float).eps))))
