"""What is known of each entry, and as what it is handed over."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Any

import numpy as np

from .evidence import Entries, Verdict

if TYPE_CHECKING:
    from .structure import FloatArray, Structure
    from .tape import Number, Operand

__all__ = ["Finding", "achieved_digits", "as_entries", "digits"]


_CODES = {verdict: verdict.code for verdict in Verdict}


@dataclasses.dataclass(slots=True)
class Finding:
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
        Along a direction and its opposite, where there is no derivative.
    """

    verdict: Verdict
    reference: Number
    digits: float = math.nan
    slopes: tuple[Number, Number] | None = None


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


def as_entries(
    structure: Structure,
    analytic: list[FloatArray],
    findings: dict[int, Finding],
    magnitude: list[Number],
) -> list[Entries]:
    """The findings as arrays.

    Parameters
    ----------
    structure : Structure
        The parameters.
    analytic : list of float arrays
        What the gradient returned in its own floats.
    findings : dict
        By the flat index of the entry.
    magnitude : list of float or Number
        Of the terms of each entry.

    Returns
    -------
    list of Entries
        One for each checked array.
    """
    entries, start = [], 0
    for path, array in zip(structure.names, analytic, strict=True):
        found = [findings[start + i] for i in range(array.size)]
        sizes = magnitude[start : start + array.size]
        entries.append(_entries(path, array, found, sizes))
        start += array.size
    return entries


def _entries(
    path: str, analytic: FloatArray, found: list[Finding], magnitude: list[Number]
) -> Entries:
    """The findings on one array."""

    def shaped(values: list[Any], dtype: Operand = float) -> Operand:
        return np.array(values, dtype=dtype).reshape(analytic.shape)

    slopes = None
    if any(finding.slopes for finding in found):
        pairs = [finding.slopes or (math.nan, math.nan) for finding in found]
        slopes = (shaped([float(a) for a, _ in pairs]), shaped([float(b) for _, b in pairs]))
    references = [finding.reference for finding in found]
    return Entries(
        path,
        np.asarray(analytic, dtype=float),
        shaped(list(map(float, references))),
        shaped(_radii(references)),
        shaped([float(size) for size in magnitude]),
        shaped([_CODES[finding.verdict] for finding in found], np.uint8),
        shaped([finding.digits for finding in found]),
        slopes,
    )


def _radii(numbers: list[Number]) -> list[float]:
    """The radii of balls, the rounding of the floats of rationals."""
    if numbers and hasattr(numbers[0], "q"):
        return [math.ulp(float(number)) / 2 for number in numbers]
    return [float(number.rad()) for number in numbers]


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
