"""Find the wrong entries among very many from few measurements along random directions.

A direction measures a weighted sum of all errors. With the same random weights, a second one
that multiplies each weight by the entry's place gives the place of a single wrong entry as the
quotient of the two; several are told apart by halving (adaptive group testing, Dorfman, The
detection of defective members of large populations, 1943). Each found entry is confirmed by a
measurement of its own.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import TypeAlias

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


# Bounds are so many times the error that is usual in a quotient.
USUAL = 2.5
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

    def run(self) -> Located:
        """Everything that is found."""
        everything = (0, len(self.order))
        total = self._along(*everything)
        complete = not total.is_wrong or self._search(*everything, total, None)
        return Located(self.places, complete, self.made)

    def _weighted(
        self, start: int, stop: int, factors: NDArray[np.float64] | float
    ) -> Measured:
        """The errors of a part of the entries, their weights times the factors."""
        self.made += 1
        chosen = self.order[start:stop]
        vector = np.zeros(len(self.order))
        vector[chosen] = self.weights[chosen] * factors
        return self.measure(vector)

    def _along(self, start: int, stop: int) -> Measured:
        """The sum of the errors of a part."""
        return self._weighted(start, stop, 1.0)

    def _moment(self, start: int, stop: int) -> Measured:
        """The sum of the errors of a part, each times its place from 0 to 1."""
        return self._weighted(start, stop, (np.arange(start, stop) + 1.0) / len(self.order))

    def _search(self, start: int, stop: int, total: Measured, moment: Measured | None) -> bool:
        """Find the wrong entries of a part; whether they explain its error."""
        if stop - start == 1:
            return self._confirm(start) is not None
        if self.made >= self.most:
            return False
        moment = moment or self._moment(start, stop)
        place, width = self._decoded(total, moment)
        if start - width <= place < stop + width and abs(place - round(place)) <= max(
            width, 1e-3
        ):
            if width < 0.5:
                found = self._confirm(min(max(round(place), start), stop - 1))
                if found is not None:
                    return self._explained(start, stop, total, moment, found)
            elif width < (stop - start) / 8:
                low, high = max(start, int(place - width)), min(stop, int(place + width) + 2)
                near = self._along(low, high)
                if abs(near.error - total.error) <= near.bound + total.bound:
                    return self._search(low, high, near, None)
        return self._halve(start, stop, total, moment)

    def _decoded(self, total: Measured, moment: Measured) -> tuple[float, float]:
        """The place of a single wrong entry, and how far it may be off."""
        size = len(self.order)
        place = moment.error / total.error * size - 1
        doubt = moment.bound + total.bound * abs(moment.error / total.error)
        # A confirmation guards it, so the usual error counts here and not the bound.
        return place, size * doubt / abs(total.error) / USUAL

    def _explained(
        self, start: int, stop: int, total: Measured, moment: Measured, found: int
    ) -> bool:
        """Whether the found entry explains the part; what it leaves is searched."""
        entry = self.order[found]
        share = float(self.weights[entry]) * self.places[entry]
        rest = Measured(total.error - share, total.bound)
        rest_moment = Measured(
            moment.error - share * (found + 1) / len(self.order), moment.bound
        )
        if not rest.is_wrong:
            return True
        return self._halve(start, stop, rest, rest_moment)

    def _halve(self, start: int, stop: int, total: Measured, moment: Measured) -> bool:
        """Search both halves; the second is known from the whole and the first."""
        middle = (start + stop) // 2
        known = sum(
            float(self.weights[e]) * self.places[e]
            for e in self.order[start:middle]
            if e in self.places
        )
        first = self._along(start, middle)
        first = Measured(first.error - known, first.bound)
        second = Measured(total.error - first.error, total.bound)
        parts = [(start, middle, first), (middle, stop, second)]
        wrong = [part for part in parts if part[2].is_wrong]
        if len(wrong) == 1:
            return self._search(*wrong[0], moment)
        results = [self._search(*part, None) for part in wrong]
        return bool(results) and all(results)

    def _confirm(self, place: int) -> int | None:
        """The place, if the entry is wrong by a measurement of its own."""
        entry = int(self.order[place])
        if entry in self.places:
            return None
        self.made += 1
        vector = np.zeros(len(self.order))
        vector[entry] = self.scales[entry]
        own = self.measure(vector)
        if not own.is_wrong:
            return None
        self.places[entry] = own.error / float(self.scales[entry])
        return place
