"""Extrapolated differences of the cost: for any callable, compiled code included."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from .budget import PER_SLOPE, SETTLING, SETTLING_ONE, Budget
from .evidence import Entries, Evidence, NotApplicable, Progress, Verdict
from .kinks import mark_kink
from .lines import Cost, Directions, Gradient, Point, Remembered
from .noise import SUSPICIOUS, noise_along
from .owed import SPREADS, owed_by
from .projections import Known, Place, Projections
from .quotients import Quotients
from .slopes import FEWEST_STEPS, FLAT, STEPS, Slope, confirmed, slope
from .verdict import control, judge_all, owed_everywhere, sensitivity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .structure import FloatArray, Structure

__all__ = ["check"]

# Constants of the code may be the results of float arithmetic that lost 18 bits, and are not
# followed on this rung: an entry may be off by so much of itself.
CONSTANTS = 2.0**18 * float(np.finfo(float).eps)
# Points at which the noise is measured: fewer where no more evaluations are left than so many.
POINTS, FEWEST_POINTS, FEW_LEFT = 12, 8, 43
# Evaluations by which noise is looked at more closely, and how much is too much for few.
LOOKING, SUSPICIOUS_IF_FEW = 36, 1000.0
# Entries that are measured by themselves at random.
MOST_SAMPLES = 60
# Up to so many entries are measured one by one where the projection found an error.
FEW = 1_000
# Kinks smaller than this part of the slope are not looked for: no piece of a network has them.
UNSEEN_KINK = 1e-6
# Noise of so much of the cost is more than rounding makes of a sane one.
COARSE = 1e-5


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
        Every entry by itself; by default two random projections of all entries, the second
        of which moves small entries further, one of entries where the gradient is zero and
        one of arrays of which the others show nothing, their largest entries and a sample of
        entries, as many as are made within two evaluations of the cost for each parameter. For
        fewer than 22 parameters some 40 are made in all, and 8 more if an array of the
        gradient is zero: fewer would not tell a slope from noise. More are made only for a
        projection that disagrees, to look again from nearer and to find the wrong entries, and
        for a cost that stands still beside the point.

    Returns
    -------
    Evidence
        Entries not measured by themselves are judged by the projections.
    """
    del declare
    rng = np.random.default_rng(seed)
    point = Point(cost, structure)
    analytic = [np.array(array, dtype=float) for array in analytic]
    owed, notes = _owed(gradient, structure, analytic, seed)
    table = _Table(point, Known(analytic, owed), notes, subgradients=subgradients, seed=seed)
    table.start(rng, full=full)
    needed = table.needed(full=full)
    for done, place in enumerate(needed):
        table.measure(*place, STEPS)
        if progress:
            progress(done + 1, len(needed))
    wished = [] if full else table.wished(rng)
    for done, place in enumerate(wished):
        if not table.budget.affords(4 * FEWEST_STEPS + SETTLING_ONE):
            break
        table.measure(*place, table.budget.steps(SETTLING_ONE))
        if progress:
            progress(len(needed) + done + 1, len(needed) + len(wished))
    return table.evidence()


def _owed(
    gradient: Gradient, structure: Structure, analytic: list[FloatArray], seed: int
) -> tuple[list[FloatArray], list[str]]:
    """A bound on the rounding of the gradient, and what limits that."""
    try:
        deviations = owed_by(gradient, structure, seed)
    except NotApplicable as reason:
        note = f"the gradient's own rounding is bounded by its largest entry: {reason}"
        return owed_everywhere(analytic), [note]
    owed: list[FloatArray] = [
        SPREADS * deviation + CONSTANTS * np.abs(array)
        for deviation, array in zip(deviations, analytic, strict=True)
    ]
    return owed, []


class _Table:
    """What is known of each entry so far, and how more is found out."""

    def __init__(
        self, point: Point, known: Known, notes: list[str], *, subgradients: bool, seed: int
    ) -> None:
        self.point = point
        self.known = known
        self.notes = notes
        self.subgradients = subgradients
        self.seed = seed
        self.budget = Budget(point)
        # The cost at the point, and its noise.
        self.centre = self.noise = 0.0
        self.details: dict[str, Any] = {}
        self.slopes: dict[Place, Slope] = {}
        # Along which direction the gradient is no slope, and by how much at least.
        self.disagreement: tuple[Directions, float] | None = None

    def start(self, rng: np.random.Generator, *, full: bool) -> None:
        """Measure the noise of the cost, and unless `full` judge all by projections."""
        direction = self.point.direction(rng)
        line = Remembered(self.point.along(direction))
        self.centre = line(0.0)
        # The second look at arrays of zeros ends where it has settled.
        kept = 0 if all(array.any() for array in self.known.analytic) else SETTLING
        points = POINTS if self.budget.affords(FEW_LEFT + kept) else FEWEST_POINTS
        is_short = not full and not self.budget.affords(POINTS + LOOKING + PER_SLOPE + kept)
        suspicious = SUSPICIOUS_IF_FEW if is_short else SUSPICIOUS
        self.noise = noise_along(line, points, suspicious, self.point.epsilon)
        self.tell_noise(line)
        if not full:
            projections = Projections(self.point, self.known, self.budget, rng)
            steps = self.budget.steps(SETTLING + kept)
            if not projections.agree(direction, line, self.noise, steps):
                self.disagreement = projections.disagreement

    def tell_noise(self, line: Remembered) -> None:
        """Say so where the cost is no smooth function."""
        finite = (abs(value) for value in line.known.values() if math.isfinite(value))
        largest = max(finite, default=0.0)
        if COARSE * largest < self.noise < math.inf:
            self.notes.append(
                f"beside the point the cost, {self.centre:.3g}, moves by steps or noise of "
                f"{self.noise:.1g}, which hides its slope; an accuracy or a rounded number is "
                "a step function"
            )

    def needed(self, *, full: bool) -> list[Place]:
        """The entries to measure by themselves, whatever it takes."""
        if full or (self.disagreement and self.point.structure.size <= FEW):
            return self.every()
        return self.located() if self.disagreement else []

    def wished(self, rng: np.random.Generator) -> list[Place]:
        """Entries to measure by themselves while evaluations are left."""
        seen = [
            (k, i)
            for k, i in self.known.hidden()
            # Over a length of its own the cost would not move by more than its noise.
            if not 0
            < abs(self.known.analytic[k][i]) * self.point.scales[k]
            <= FLAT * self.noise
        ]
        return [*seen, *self.sample(rng)]

    def every(self) -> list[Place]:
        """All entries."""
        return [(k, i) for k, a in enumerate(self.known.analytic) for i in np.ndindex(a.shape)]

    def sample(self, rng: np.random.Generator) -> list[Place]:
        """Entries at random, so many as may be afforded."""
        count = min(max(self.budget.left // PER_SLOPE, 0), MOST_SAMPLES)
        chosen = rng.choice(self.point.structure.size, count, replace=False)
        return [self.point.place(int(flat)) for flat in chosen]

    def located(self) -> list[Place]:
        """Entries that are wrong, found by few evaluations."""
        before = self.point.evaluations
        quotients = Quotients(
            self.point, self.known.analytic, self.centre, self.noise, self.seed
        )
        places = [self.point.place(flat) for flat in quotients.wrong()]
        self.details["evaluations to locate"] = self.point.evaluations - before
        return places

    def measure(self, array: int, index: tuple[int, ...], steps: int) -> None:
        """The slope of one entry by itself."""
        known = self.known
        line = Remembered(self.point.across(array, index), {0.0: self.centre})
        scale = self.point.scales[array]
        found = slope(line, self.noise, steps=steps)
        expected = known.analytic[array][index] * scale
        if not abs(found.value - expected) <= found.error + known.owed[array][index] * scale:
            found = confirmed(line, self.noise, found, steps=steps)
        self.slopes[array, index] = found
        known.reference[array][index] = found.value / scale
        known.error[array][index] = found.error / scale
        breaks = max(abs(found.right - found.left) / 2, found.side_error)
        size = max(abs(found.value), abs(expected))
        if not found.is_kink and breaks > UNSEEN_KINK * size:
            # A kink of this size could not be told from a smooth bend.
            known.error[array][index] += breaks / scale

    def evidence(self) -> Evidence:
        """The verdict on every entry."""
        known = self.known
        judged = judge_all(
            self.point.structure.names, known.analytic, known.reference, known.error, known.owed
        )
        for (k, index), found in self.slopes.items():
            if found.is_kink:
                mark_kink(
                    judged[k], self.point, (k, index), found, subgradients=self.subgradients
                )
        if self.disagreement and not self.explained(judged):
            for each in judged:
                each.verdict[...] = Verdict.UNRESOLVABLE.code
            self.notes.append(
                "along a random direction the gradient is not the slope of the cost, but no "
                'entry was found that is wrong by itself; method="differences_full" measures '
                "every entry"
            )
        planted = control(judged, known.owed, self.seed)
        measured = len(self.slopes)
        details = self.details | {
            "measured entries": measured,
            "noise of the cost": self.noise,
            "planted and seen": planted,
        }
        if measured < self.point.structure.size:
            self.notes.append(
                f"{measured} entries were measured one by one, all of them by random "
                'projections; method="differences_full" measures every entry'
            )
        return Evidence(
            "differences",
            judged,
            sensitivity(judged, known.owed),
            self.point.evaluations,
            self.notes,
            details=details,
        )

    def explained(self, judged: list[Entries]) -> bool:
        """Whether the entries measured by themselves tell why the projection disagreed."""
        return (
            self.refuted()
            or any(found.is_kink for found in self.slopes.values())
            or any(each.where(Verdict.WRONG).any() for each in judged)
        )

    def refuted(self) -> bool:
        """Whether all entries by themselves leave no room for what the projection showed."""
        if self.disagreement is None or len(self.slopes) < self.point.structure.size:
            return False
        known, (direction, excess) = self.known, self.disagreement
        room = sum(
            float((np.abs(part) * (np.abs(analytic - reference) + error)).sum())
            for part, analytic, reference, error in zip(
                direction, known.analytic, known.reference, known.error, strict=True
            )
        )
        return not room >= excess
