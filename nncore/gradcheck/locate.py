"""Find the wrong entries among very many from few measurements along random directions.

A direction measures a weighted sum of all errors. With the same random weights, a second one
that multiplies each weight by the entry's place, counted from the middle, gives the moment: the
place of a single wrong entry is the quotient of the two. Where rounding blurs the place, the
moment of a window around it is measured, in which there is less rounding and more resolution.
Several wrong entries are told apart by halving (adaptive group testing, Dorfman, The detection
of defective members of large populations, 1943); sum and moment of one half give those of the
other. Each found entry is confirmed by a measurement of its own.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["Located", "Measured", "locate"]


@dataclasses.dataclass(frozen=True)
class Measured:
    """Error of a gradient along a direction, and the bound on what rounding makes of it."""

    error: float
    bound: float

    @property
    def is_wrong(self) -> bool:
        """Whether rounding cannot explain the error."""
        return abs(self.error) > self.bound

    def less(self, other: Measured) -> Measured:
        """What is left without the other, whose rounding is independent."""
        return Measured(self.error - other.error, math.hypot(self.bound, other.bound))

    def times(self, factor: float) -> Measured:
        """A multiple."""
        return Measured(self.error * factor, self.bound * abs(factor))


# Bounds are so many times the error that is usual in a quotient.
USUAL = 2.5
# A window is measured where it is so many times narrower than its part; else halves are.
NARROWER = 4
# From weights of the entries (a flat vector) to the weighted sum of their errors.
Measure: TypeAlias = Callable[[NDArray[np.float64]], Measured]


@dataclasses.dataclass(frozen=True)
class Located:
    """Wrong entries.

    Parameters
    ----------
    places : dict of int to float
        Flat places of the wrong entries, each confirmed, with its error.
    complete : bool
        Whether these explain all of the error that was measured.
    measurements : int
        Made in all.
    """

    places: dict[int, float]
    complete: bool
    measurements: int


def locate(
    measure: Measure, scales: NDArray[np.float64], seed: int = 0, most: int = 200
) -> Located:
    """Places of the wrong entries.

    Parameters
    ----------
    measure : callable
        Measures the weighted sum of all errors of the gradient.
    scales : float array
        The natural size of each entry's weight.
    seed : int
        Of the random weights.
    most : int
        Measurements after which the search ends.

    Returns
    -------
    Located
        What was found; complete or not.

    Examples
    --------
    >>> import numpy as np
    >>> errors = np.zeros(1000); errors[123] = 0.5
    >>> found = locate(lambda v: Measured(float(v @ errors), 1e-12), np.ones(1000))
    >>> found.places, found.measurements
    ({123: 0.5}, 3)
    """
    return _Search(measure, scales, np.random.default_rng(seed), most).run()


@dataclasses.dataclass(frozen=True)
class _Sums:
    """The sum of the errors of some entries, and their moment about a place."""

    total: Measured
    moment: Measured
    centre: float

    def place(self) -> tuple[float, float]:
        """The place of a single wrong entry, and how far it may be off."""
        offset = self.moment.error / self.total.error
        doubt = self.moment.bound + self.total.bound * abs(offset)
        # A confirmation guards it, so the usual error counts here and not the bound.
        return self.centre + offset, doubt / abs(self.total.error) / USUAL

    def less(self, other: _Sums) -> _Sums:
        """Those of the entries that are not among the others."""
        apart = other.centre - self.centre
        shifted = other.total.times(apart)
        moment = Measured(
            other.moment.error + shifted.error, math.hypot(other.moment.bound, shifted.bound)
        )
        return _Sums(self.total.less(other.total), self.moment.less(moment), self.centre)

    def without(self, place: int, share: float) -> _Sums:
        """Those without one entry, of which everything is known."""
        known = Measured(share, 0.0)
        return self.less(_Sums(known, Measured(0.0, 0.0), float(place)))


class _Search:
    """The state of one search."""

    def __init__(
        self,
        measure: Measure,
        scales: NDArray[np.float64],
        rng: np.random.Generator,
        most: int,
    ) -> None:
        self.measure = measure
        size = len(scales)
        self.weights = scales * rng.choice([-1.0, 1.0], size) * rng.uniform(0.5, 1.5, size)
        # Neighbours in an array err together: a random order spreads them over the halves.
        self.order = rng.permutation(size)
        self.scales = scales
        self.most = most
        self.made = 0
        self.places: dict[int, float] = {}
        # What each found entry adds to a sum, by its place in the order.
        self.shares: dict[int, float] = {}

    def run(self) -> Located:
        """Everything that is found."""
        size = len(self.order)
        total = self._sum(0, size)
        complete = not total.is_wrong or self._search(0, size, self._sums(0, size, total))
        return Located(self.places, complete, self.made)

    def _weighted(self, start: int, stop: int, factors: NDArray[np.floating[Any]]) -> Measured:
        """The errors of a part, not found before, their weights times the factors."""
        self.made += 1
        chosen = self.order[start:stop]
        vector = np.zeros(len(self.order))
        vector[chosen] = self.weights[chosen] * factors
        known = sum(
            share * float(factors[place - start])
            for place, share in self.shares.items()
            if start <= place < stop
        )
        return self.measure(vector).less(Measured(known, 0.0))

    def _sum(self, start: int, stop: int) -> Measured:
        """The sum of the errors of a part."""
        return self._weighted(start, stop, np.ones(stop - start))

    def _sums(self, start: int, stop: int, total: Measured) -> _Sums:
        """Sum and moment of a part; or of all, where all of the sum lies in that part."""
        # Half a place beside one, so that a part without errors points at no entry.
        centre, half = (start + stop) // 2 - 0.5, (stop - start) / 2
        factors = (np.arange(start, stop) - centre) / half
        return _Sums(total, self._weighted(start, stop, factors).times(half), centre)

    def _search(self, start: int, stop: int, sums: _Sums) -> bool:
        """Find the wrong entries of a part; whether they explain its error."""
        if self.made >= self.most:
            return False
        found = self._single(start, stop, sums)
        if found is None:
            return stop - start > 1 and self._halve(start, stop, sums)
        rest = sums.without(found, self.shares[found])
        return not rest.total.is_wrong or self._search(start, stop, rest)

    def _single(self, start: int, stop: int, sums: _Sums) -> int | None:
        """The place of a wrong entry, if the part seems to hold one alone."""
        if stop - start == 1:
            # Errors too small to be told from rounding may have moved the quotient elsewhere.
            return start if self._confirm(start) else None
        place, width = sums.place()
        if not start - width <= place < stop + width:
            return None
        if width < 0.5:
            nearest = min(max(round(place), start), stop - 1)
            is_whole = abs(place - nearest) <= max(width, 1e-3)
            return nearest if is_whole and self._confirm(nearest) else None
        if 2 * width > (stop - start) / NARROWER:
            return None
        low, high = max(start, math.floor(place - width)), min(stop, math.ceil(place + width))
        return self._single(low, high, self._sums(low, high, sums.total))

    def _halve(self, start: int, stop: int, sums: _Sums) -> bool:
        """Search both halves; the second is known from the whole and the first."""
        middle = (start + stop) // 2
        first = self._sum(start, middle)
        second = sums.total.less(first)
        if not (first.is_wrong and second.is_wrong):
            if first.is_wrong:
                return self._search(start, middle, dataclasses.replace(sums, total=first))
            return second.is_wrong and self._search(middle, stop, sums)
        left = self._sums(start, middle, first)
        results = [
            self._search(start, middle, left),
            self._search(middle, stop, sums.less(left)),
        ]
        return all(results)

    def _confirm(self, place: int) -> bool:
        """Whether the entry is wrong by a measurement of its own."""
        entry = int(self.order[place])
        if entry in self.places:
            return False
        self.made += 1
        vector = np.zeros(len(self.order))
        vector[entry] = self.scales[entry]
        own = self.measure(vector)
        if not own.is_wrong:
            return False
        self.places[entry] = own.error / float(self.scales[entry])
        self.shares[place] = float(self.weights[entry]) * self.places[entry]
        return True
