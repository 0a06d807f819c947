"""Extrapolated differences of the cost: for any callable, compiled code included."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from .evidence import Evidence, NotApplicable, Progress, Verdict
from .kinks import mark_kink
from .lines import Cost, Directions, Gradient, Point, dot
from .locate import Measured, locate
from .rounding import Rounding, spread
from .slopes import Slope, confirmed, slope
from .verdict import RESOLVED, control, judge, owed_everywhere, sensitivity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .structure import FloatArray, Structure

__all__ = ["SPREADS", "check", "owed_by"]

# Standard deviations of random rounding that a result may be off; the largest quotient in the
# campaigns is near 3, and eight runs leave the deviation itself uncertain.
SPREADS = 10.0
# A slope takes about this many evaluations: two tables, and the search for their first step.
PER_SLOPE = 50
FEWEST_EVALUATIONS = 200
MOST_SAMPLES = 60
# Up to so many entries are measured one by one where the projection found an error.
FEW = 1_000
# Kinks smaller than this part of the slope are not looked for: no piece of a network has them.
UNSEEN_KINK = 1e-6


def check(
    cost: Cost,
    gradient: Gradient,
    structure: Structure,
    *,
    analytic: list[FloatArray],
    subgradients: bool = False,
    declare: Mapping[str, float] | None = None,
    seed: int = 0,
    progress: Progress | None = None,
    full: bool = False,
) -> Evidence:
    """Check a gradient by extrapolated differences of the cost.

    Parameters
    ----------
    cost, gradient : callable
        The user's functions.
    structure : Structure
        The parameters.
    analytic : list of float arrays
        What the gradient returned.
    subgradients : bool
        Whether any slope between the one-sided ones is accepted at a kink.
    declare : mapping, optional
        Not used by this rung.
    seed : int
        Of directions and samples.
    progress : callable, optional
        Told how many entries are done.
    full : bool
        Every entry by itself; by default a random projection of all entries, and as many
        entries as two evaluations per parameter allow.

    Returns
    -------
    Evidence
        Entries not measured by themselves are judged by the projection.
    """
    del declare
    rng = np.random.default_rng(seed)
    table = _Table(Point(cost, structure), analytic, subgradients, seed)
    table.notes += table.owe(gradient)
    table.noise = table.point.noise(rng)
    if not full:
        table.project(table.point.direction(rng))
    places = table.places(rng, full=full)
    for done, place in enumerate(places):
        table.measure(*place)
        if progress:
            progress(done + 1, len(places))
    return table.evidence()


class _Table:
    """What is known of each entry so far."""

    def __init__(
        self, point: Point, analytic: list[FloatArray], subgradients: bool, seed: int
    ) -> None:
        self.point = point
        self.analytic = [np.array(array, dtype=float) for array in analytic]
        self.subgradients = subgradients
        self.seed = seed
        self.noise = 0.0
        self.notes: list[str] = []
        self.owed = owed_everywhere(analytic)
        self.reference = [np.full(array.shape, np.nan) for array in analytic]
        self.error = [np.full(array.shape, np.inf) for array in analytic]
        self.slopes: dict[tuple[int, tuple[int, ...]], Slope] = {}
        self.suspicious = False

    def owe(self, gradient: Gradient) -> list[str]:
        """Bound the rounding of the gradient; what limits that."""
        try:
            deviations = owed_by(gradient, self.point.structure, self.seed)
        except NotApplicable as reason:
            return [f"the gradient's own rounding is bounded by its largest entry: {reason}"]
        self.owed = [SPREADS * deviation for deviation in deviations]
        return []

    def project(self, direction: Directions) -> None:
        """Judge all entries by one slope along a direction."""
        line = self.point.along(direction)
        found = slope(line, self.noise)
        owed = math.sqrt(
            sum(float(((o * d) ** 2).sum()) for o, d in zip(self.owed, direction, strict=True))
        )
        expected = dot(self.analytic, direction)
        if abs(found.value - expected) > found.error + owed:
            found = confirmed(line, self.noise, found)
        distance = abs(found.value - expected)
        self.suspicious = found.is_kink or not distance <= found.error + owed
        if not self.suspicious:
            self.error = [
                np.asarray((distance + found.error + owed) / np.abs(part)) for part in direction
            ]

    def places(
        self, rng: np.random.Generator, *, full: bool
    ) -> list[tuple[int, tuple[int, ...]]]:
        """The entries to measure by themselves, the most telling first."""
        every = [(k, i) for k, a in enumerate(self.analytic) for i in np.ndindex(a.shape)]
        if full or (self.suspicious and len(every) <= FEW):
            return every
        budget = max(2 * len(every), FEWEST_EVALUATIONS) - self.point.evaluations
        count = min(max(budget // PER_SLOPE, 0), MOST_SAMPLES)
        # The largest entry of each array first: an array is never passed unseen.
        largest = [
            (k, tuple(int(j) for j in np.unravel_index(np.abs(a).argmax(), a.shape)))
            for k, a in enumerate(self.analytic)
        ]
        unseen = [
            (k, i)
            for k, i in largest
            if np.abs(self.analytic[k][i]) <= RESOLVED * self.error[k][i]
        ]
        sample = [every[i] for i in rng.permutation(len(every))[:count]]
        return [*unseen, *self.located(), *sample[: max(count - len(unseen), 0)]]

    def located(self) -> list[tuple[int, tuple[int, ...]]]:
        """Entries that are wrong by much, when the projection was."""
        if not self.suspicious:
            return []

        def measure(vector: FloatArray) -> Measured:
            direction = self.point.unflattened(vector)
            found = slope(self.point.along(direction), self.noise)
            return Measured(dot(self.analytic, direction) - found.value, found.error)

        found = locate(measure, self.point.flat_scales(), self.seed, MOST_SAMPLES)
        return [self.point.place(flat) for flat in found.places]

    def measure(self, array: int, index: tuple[int, ...]) -> None:
        """The slope of one entry by itself."""
        line, scale = self.point.across(array, index), self.point.scales[array]
        found = slope(line, self.noise)
        expected = self.analytic[array][index] * scale
        if not abs(found.value - expected) <= found.error + self.owed[array][index] * scale:
            found = confirmed(line, self.noise, found)
        self.slopes[array, index] = found
        self.reference[array][index] = found.value / scale
        self.error[array][index] = found.error / scale
        breaks = max(abs(found.right - found.left) / 2, found.side_error)
        size = max(abs(found.value), abs(expected))
        if not found.is_kink and breaks > UNSEEN_KINK * size:
            # A kink of this size could not be told from a smooth bend.
            self.error[array][index] += breaks / scale

    def evidence(self) -> Evidence:
        """The verdict on every entry."""
        judged = []
        for k, array in enumerate(self.analytic):
            seen = np.isfinite(self.reference[k])
            reference = np.where(seen, self.reference[k], array)
            entries = judge(
                self.point.structure.names[k], array, reference, self.error[k], self.owed[k]
            )
            # A projection passes no entry that is exactly zero: it has no size to be seen by.
            entries.verdict[~seen & (array == 0)] = Verdict.UNRESOLVABLE.code
            entries.reference[~seen] = np.nan
            judged.append(entries)
        for (k, index), found in self.slopes.items():
            if found.is_kink:
                mark_kink(
                    judged[k], self.point, (k, index), found, subgradients=self.subgradients
                )
        planted = control(judged, self.owed, self.seed)
        measured = len(self.slopes)
        details = {
            "measured entries": measured,
            "noise of the cost": self.noise,
            "planted and seen": planted,
        }
        if measured < self.point.structure.size:
            self.notes.append(
                f"{measured} entries were measured one by one, all of them by a random "
                'projection; method="differences_full" measures every entry'
            )
        return Evidence(
            "differences",
            judged,
            sensitivity(judged, self.owed),
            self.point.evaluations,
            self.notes,
            details=details,
        )


def owed_by(
    gradient: Gradient, structure: Structure, seed: int, runs: int = 8
) -> list[FloatArray]:
    """Standard deviation of the rounding of each entry of a gradient.

    Parameters
    ----------
    gradient : callable
        The user's gradient.
    structure : Structure
        The parameters.
    seed : int
        Of the random roundings.
    runs : int
        How many runs.

    Returns
    -------
    list of float arrays
        One for each checked array.

    Raises
    ------
    NotApplicable
        If the code does not run on arrays that round at random.
    """

    def run(rounding: Rounding) -> list[Any]:
        arrays = [rounding.wrap(array) for array in structure.arrays]
        return structure.leaves(gradient(structure.rebuild(arrays)))

    return spread(run, seed, runs)
