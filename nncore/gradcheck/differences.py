"""Extrapolated differences of the cost: for any callable, compiled code included."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from .evidence import Entries, Evidence, NotApplicable, Progress, Verdict
from .kinks import mark_kink
from .lines import Cost, Directions, Gradient, Line, Point, Remembered, dot, levelled
from .noise import SUSPICIOUS, noise_along
from .owed import SPREADS, owed_by
from .quotients import Quotients
from .slopes import FEWEST_STEPS, FLAT, STEPS, Slope, confirmed, slope
from .verdict import RESOLVED, control, judge_all, owed_everywhere, sensitivity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .structure import FloatArray, Structure

__all__ = ["check"]

# Constants of the code may be the results of float arithmetic that lost 18 bits, and are not
# followed on this rung: an entry may be off by so much of itself.
CONSTANTS = 2.0**18 * float(np.finfo(float).eps)
# The default stays within two evaluations of the cost for each parameter, but makes at least
# as many as one slope takes with its noise.
PER_PARAMETER, FEWEST_EVALUATIONS = 2, 44
# Points at which the noise is measured: fewer where no more evaluations are left than so many.
POINTS, FEWEST_POINTS, FEW_LEFT = 12, 8, 43
# Evaluations by which noise is looked at more closely, and how much is too much for few.
LOOKING, SUSPICIOUS_IF_FEW = 36, 1000.0
# Calls of the cost before and after this rung, which look for faults around the formula.
INSPECTING = 5
# A slope takes at most this many evaluations, and seldom more: two tables, the search for
# their first step, which is longer along one entry; fewer where a table has fewer steps.
PER_SLOPE, SETTLING, SETTLING_ONE = 60, 8, 20
MOST_SAMPLES = 60
# Up to so many entries are measured one by one where the projection found an error.
FEW = 1_000
# Where slope and gradient differ by at most so many bounds, another direction decides.
DOUBTFUL = 4.0
# Kinks smaller than this part of the slope are not looked for: no piece of a network has them.
UNSEEN_KINK = 1e-6
# Noise of so much of the cost is more than rounding makes of a sane one.
COARSE = 1e-5
Place: TypeAlias = tuple[int, tuple[int, ...]]


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
        of which moves small entries further, another one of arrays of which the first shows
        nothing, their largest entries and a sample of entries, as many as are made within two
        evaluations of the cost for each parameter. For fewer than 22 parameters some 40 are
        made in all, and 8 more if an array of the gradient is zero: fewer would not tell a
        slope from noise. More are made only for a projection that disagrees, to look again
        from nearer and to find the wrong entries, and for a cost that stands still beside the
        point.

    Returns
    -------
    Evidence
        Entries not measured by themselves are judged by the projections.
    """
    del declare
    rng = np.random.default_rng(seed)
    table = _Table(Point(cost, structure), analytic, subgradients, seed)
    table.notes += table.owe(gradient)
    table.start(rng, full=full)
    needed = table.needed(full=full)
    for done, place in enumerate(needed):
        table.measure(*place)
        if progress:
            progress(done + 1, len(needed))
    wished = [] if full else table.wished(rng)
    for done, place in enumerate(wished):
        if not table.affords_slope():
            break
        table.measure(*place)
        if progress:
            progress(len(needed) + done + 1, len(needed) + len(wished))
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
        # The cost at the point, and its noise.
        self.centre = self.noise = 0.0
        self.notes: list[str] = []
        self.details: dict[str, Any] = {}
        self.owed: list[FloatArray] = owed_everywhere(analytic)
        self.reference = [np.full(array.shape, np.nan) for array in analytic]
        self.error = [np.full(array.shape, np.inf) for array in analytic]
        self.slopes: dict[Place, Slope] = {}
        self.suspicious = False
        # Along which direction the gradient is no slope, and by how much at least.
        self.disagreement: tuple[Directions, float] = [], math.nan
        self.steps = STEPS

    def owe(self, gradient: Gradient) -> list[str]:
        """Bound the rounding of the gradient; what limits that."""
        try:
            deviations = owed_by(gradient, self.point.structure, self.seed)
        except NotApplicable as reason:
            return [f"the gradient's own rounding is bounded by its largest entry: {reason}"]
        self.owed = [
            SPREADS * deviation + CONSTANTS * np.abs(array)
            for deviation, array in zip(deviations, self.analytic, strict=True)
        ]
        return []

    def affords(self, evaluations: int) -> bool:
        """Whether so many evaluations more stay within the promise."""
        return evaluations <= self.left

    @property
    def left(self) -> int:
        """Evaluations that are left of those promised."""
        size = self.point.structure.size
        promised = max(PER_PARAMETER * size, FEWEST_EVALUATIONS) - INSPECTING
        return promised - self.point.evaluations

    def affords_slope(self) -> bool:
        """Whether one more slope does, in as many steps as that leaves it."""
        steps = (self.left - SETTLING_ONE) // 4
        self.steps = min(max(steps, FEWEST_STEPS), STEPS)
        return steps >= FEWEST_STEPS

    def start(self, rng: np.random.Generator, *, full: bool) -> None:
        """Measure the noise of the cost, and unless `full` judge all by projections."""
        direction = self.point.direction(rng)
        line = Remembered(self.point.along(direction))
        self.centre = line(0.0)
        # The second look at arrays of zeros ends where it has settled.
        kept = 0 if all(array.any() for array in self.analytic) else SETTLING
        points = POINTS if self.affords(FEW_LEFT + kept) else FEWEST_POINTS
        is_short = not full and not self.affords(POINTS + LOOKING + PER_SLOPE + kept)
        self.noise = noise_along(line, points, SUSPICIOUS_IF_FEW if is_short else SUSPICIOUS)
        self.tell_noise(line)
        if not full:
            steps = (self.left - SETTLING - kept) // 4
            self.steps = min(max(steps, FEWEST_STEPS), STEPS)
            self.suspicious = not (
                self.agree(direction, line, rng)
                and self.look_again(rng)
                and self.look_closer(rng)
            )
            if self.suspicious:
                self.steps = STEPS  # now it matters more to be sure than to be quick

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

    def agree(self, direction: Directions, line: Line, rng: np.random.Generator) -> bool:
        """Judge all entries that a direction moves, by another one where it is doubtful.

        Rounding seems to be a slope along one line in some hundred of badly scaled networks;
        along another line it is not the same.
        """
        found = slope(line, self.noise, steps=self.steps)
        off = self.judge(direction, found)
        if 1 < off <= DOUBTFUL:
            direction = [part * rng.choice([-1.0, 1.0], part.shape) for part in direction]
            line = self.line(direction)
            found = slope(line, self.noise, steps=self.steps)
            off = self.judge(direction, found)
        if not off <= 1:
            off = self.judge(direction, confirmed(line, self.noise, found, steps=self.steps))
        return off <= 1

    def judge(self, direction: Directions, found: Slope) -> float:
        """Judge entries by the slope along a direction; by how many bounds it is off."""
        owed = math.sqrt(
            sum(float(((o * d) ** 2).sum()) for o, d in zip(self.owed, direction, strict=True))
        )
        distance, bound = abs(found.value - dot(self.analytic, direction)), found.error + owed
        if found.is_kink or not distance <= bound:
            self.disagreement = direction, distance - bound if distance > bound else math.nan
            return math.inf if found.is_kink else distance / bound
        for k, part in enumerate(direction):
            with np.errstate(divide="ignore"):
                error = (distance + bound) / np.abs(part)
            self.error[k] = np.asarray(np.minimum(self.error[k], error))
            if found.value == 0:
                # The cost has not moved in any bit: nothing of it depends on these entries.
                self.reference[k][(part != 0) & (self.analytic[k] == 0)] = 0.0
        return 0.0

    def look_again(self, rng: np.random.Generator) -> bool:
        """Judge arrays of which the projection shows nothing by another, of these alone."""
        hidden = {k for k, _ in self.hidden()}
        if not hidden:
            return True
        direction = [part * (k in hidden) for k, part in enumerate(self.point.direction(rng))]
        return self.agree(direction, self.line(direction), rng)

    def look_closer(self, rng: np.random.Generator) -> bool:
        """Judge all by a second projection, where so many evaluations are left besides.

        What is granted to large entries hides errors of small ones in the first, in which an
        error of 1e-8 shows in 79 % of the entries of a network; in both, in 99 %.
        """
        if not self.affords(PER_SLOPE * (1 + len(self.hidden()))):
            return True
        direction = levelled(self.point.direction(rng), self.analytic)
        return self.agree(direction, self.line(direction), rng)

    def line(self, direction: Directions) -> Remembered:
        """The cost along a direction."""
        return Remembered(self.point.along(direction), {0.0: self.centre})

    def hidden(self) -> list[Place]:
        """The largest entry of each array of which nothing was seen: none is passed so."""
        largest = [
            (k, tuple(int(j) for j in np.unravel_index(np.abs(a).argmax(), a.shape)))
            for k, a in enumerate(self.analytic)
        ]
        return [
            (k, i)
            for k, i in largest
            if np.abs(self.analytic[k][i]) <= RESOLVED * self.error[k][i]
            and np.isnan(self.reference[k][i])
        ]

    def needed(self, *, full: bool) -> list[Place]:
        """The entries to measure by themselves, whatever it takes."""
        if full or (self.suspicious and self.point.structure.size <= FEW):
            return self.every()
        return self.located()

    def wished(self, rng: np.random.Generator) -> list[Place]:
        """Entries to measure by themselves while evaluations are left."""
        seen = [
            (k, i)
            for k, i in self.hidden()
            # Over a length of its own the cost would not move by more than its noise.
            if not 0 < abs(self.analytic[k][i]) * self.point.scales[k] <= FLAT * self.noise
        ]
        return [*seen, *self.sample(rng)]

    def every(self) -> list[Place]:
        """All entries."""
        return [(k, i) for k, a in enumerate(self.analytic) for i in np.ndindex(a.shape)]

    def sample(self, rng: np.random.Generator) -> list[Place]:
        """Entries at random, so many as may be afforded."""
        count = min(max(self.left // PER_SLOPE, 0), MOST_SAMPLES)
        chosen = rng.choice(self.point.structure.size, count, replace=False)
        return [self.point.place(int(flat)) for flat in chosen]

    def located(self) -> list[Place]:
        """Entries that are wrong, when the projection was."""
        if not self.suspicious:
            return []
        before = self.point.evaluations
        quotients = Quotients(self.point, self.analytic, self.centre, self.noise, self.seed)
        places = [self.point.place(flat) for flat in quotients.wrong()]
        self.details["evaluations to locate"] = self.point.evaluations - before
        return places

    def measure(self, array: int, index: tuple[int, ...]) -> None:
        """The slope of one entry by itself."""
        line = Remembered(self.point.across(array, index), {0.0: self.centre})
        scale = self.point.scales[array]
        found = slope(line, self.noise, steps=self.steps)
        expected = self.analytic[array][index] * scale
        if not abs(found.value - expected) <= found.error + self.owed[array][index] * scale:
            found = confirmed(line, self.noise, found, steps=self.steps)
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
        judged = judge_all(
            self.point.structure.names, self.analytic, self.reference, self.error, self.owed
        )
        for (k, index), found in self.slopes.items():
            if found.is_kink:
                mark_kink(
                    judged[k], self.point, (k, index), found, subgradients=self.subgradients
                )
        if self.suspicious and not self.explained(judged):
            for each in judged:
                each.verdict[...] = Verdict.UNRESOLVABLE.code
            self.notes.append(
                "along a random direction the gradient is not the slope of the cost, but no "
                'entry was found that is wrong by itself; method="differences_full" measures '
                "every entry"
            )
        planted = control(judged, self.owed, self.seed)
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
            sensitivity(judged, self.owed),
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
        direction, excess = self.disagreement
        if len(self.slopes) < self.point.structure.size:
            return False
        room = sum(
            float((np.abs(part) * (np.abs(analytic - reference) + error)).sum())
            for part, analytic, reference, error in zip(
                direction, self.analytic, self.reference, self.error, strict=True
            )
        )
        return not room >= excess
