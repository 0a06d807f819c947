"""The complex step: derivatives without cancellation, one evaluation of the cost for each.

``C(theta + i h e_k).imag / h`` has no difference in it, so h can be tiny and truncation nothing
(Squire and Trapp, Using complex variables to estimate derivatives of real functions, 1998).
What both sides owe to rounding is measured by random rounding, not guessed.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from .complex_cost import ComplexCost, H
from .evidence import Evidence, NotApplicable, Progress
from .kinks import mark_kink
from .lines import Cost, Directions, Gradient, Point, dot
from .locate import Measured, locate
from .noise import noise_along
from .owed import SPREADS, owed_by
from .rounding import Rounding
from .slopes import Slope, confirmed, slope
from .spread import constants_met, spread
from .verdict import control, judge_all, sensitivity

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .structure import FloatArray, Structure

__all__ = ["check"]

# Below this, products with H underflow on the way: nothing is said about smaller numbers.
UNDERFLOW = float(np.finfo(float).tiny) / H * 2.0**40
# Two complex steps of opposite sign differ by less where the function is smooth.
SPLIT = 1e-10
# So many entries are taken one by one; beyond, random projections look at all of them.
MOST_ENTRIES = 30_000
# So many doubtful entries of an array have the rounding of their reference measured.
MOST_DOUBTS = 12
MOST_LOCATED = 200
# Random roundings where something is in doubt.
MANY_RUNS = 24
# Constants may be the results of float arithmetic that lost so many bits.
MOST_ULP = 2**18
# So many times what random moves by most of that make is what any constants can explain.
CONSTANT_SPREADS = 2.0
HIDDEN_KINK = "the point is at a kink that complex numbers do not show"
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
) -> Evidence:
    """Check a gradient by complex steps of the cost.

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
        Of directions and random roundings.
    progress : callable, optional
        Told how many entries are done.

    Returns
    -------
    Evidence
        The derivative by each entry, or, for very many, by random projections.

    Raises
    ------
    NotApplicable
        If the code does not run on complex numbers or is not analytic in them, or if the
        rounding that it owes cannot be measured.
    """
    del declare
    table = _Table(Point(cost, structure), analytic, seed)
    table.require_analytic()
    table.owe(gradient)
    if structure.size > MOST_ENTRIES:
        if table.is_split:
            msg = "there are too many entries to tell the kinks among them one by one"
            raise NotApplicable(msg)
        table.project()
    else:
        table.measure(progress)
        table.resolve_doubts(gradient)
        table.resolve_constants(gradient)
        table.resolve_steps()
        table.confirm()
    return table.evidence(subgradients=subgradients)


class _Table:
    """What is known of each entry so far."""

    def __init__(self, point: Point, analytic: list[FloatArray], seed: int) -> None:
        self.point = point
        self.cost = ComplexCost(point)
        self.analytic = [np.array(array, dtype=float) for array in analytic]
        self.underflow = max(UNDERFLOW, *map(_underflow, [*analytic, *point.values]))
        self.seed = seed
        self.rng = np.random.default_rng(seed)
        self.reference = [np.full(array.shape, np.nan) for array in analytic]
        self.error = [np.full(array.shape, np.inf) for array in analytic]
        self.owed: list[FloatArray] = []
        self.kinks: dict[Place, Slope] = {}
        self.is_split = False
        self.notes: list[str] = []
        self.details: dict[str, Any] = {"step": H}
        self.noise = 0.0
        self.explained = 0

    def require_analytic(self) -> None:
        """Raise unless complex step and differences agree in one random direction."""
        direction = self.point.direction(self.rng)
        plus, minus = self.cost.along(direction), self.cost.along(direction, -1.0)
        if not (math.isfinite(plus) and math.isfinite(minus)):
            msg = "the cost is not finite on complex numbers"
            raise NotApplicable(msg)
        elsewhere = self.point.along(self.point.direction(self.rng))
        self.noise = noise_along(elsewhere, epsilon=self.point.epsilon)
        line = self.point.along(direction)
        found = slope(line, self.noise)
        if abs(found.value - plus) > found.error:
            found = confirmed(line, self.noise, found)
        self.is_split = abs(plus - minus) > SPLIT * (abs(plus) + abs(minus))
        slack = SPLIT * abs(plus)
        if self.is_split:
            slack += 2 * found.side_error
            fits = abs(plus - found.right) <= slack and abs(minus - found.left) <= slack
        else:
            fits = abs(plus - found.value) <= found.error + slack
            low, high = sorted((found.left, found.right))
            if found.is_kink and abs(plus - (low + high) / 2) <= high - low:
                raise NotApplicable(HIDDEN_KINK)
        if math.isfinite(found.error) and not fits:
            raise NotApplicable(_not_analytic(plus, found.value))

    def owe(self, gradient: Gradient, runs: int = 8) -> None:
        """Bound the rounding of the gradient."""
        try:
            deviations = owed_by(gradient, self.point.structure, self.seed + runs, runs)
        except NotApplicable as reason:
            msg = f"the rounding of the gradient cannot be measured: {reason}"
            raise NotApplicable(msg) from reason
        bounds = [SPREADS * deviation + self.underflow for deviation in deviations]
        self.owed = (
            bounds
            if not self.owed
            else [np.maximum(a, b) for a, b in zip(self.owed, bounds, strict=True)]
        )

    def measure(self, progress: Progress | None) -> None:
        """One complex step for each entry; two where the function has kinks."""
        arrays = [_complex(value) for value in self.point.values]
        done = 0
        for k, array in enumerate(arrays):
            for index in np.ndindex(array.shape):
                kept = array[index]
                array[index] = kept + 1j * H
                plus = self.cost.slope(arrays)
                self.reference[k][index] = plus
                if self.is_split:
                    array[index] = kept - 1j * H
                    minus = 0.0 - self.cost.slope(arrays)  # no -0 in a report
                    if abs(plus - minus) > SPLIT * (abs(plus) + abs(minus)):
                        left, right = (side * self.point.scales[k] for side in (minus, plus))
                        self.kinks[k, index] = Slope(right, 0.0, left, right, 0.0)
                array[index] = kept
                done += 1
                if progress:
                    progress(done, self.point.structure.size)

    def resolve_doubts(self, gradient: Gradient) -> None:
        """Measure roundings more closely where those of the gradient do not explain it all."""
        if any(self.doubts(k) for k in range(len(self.analytic))):
            self.owe(gradient, MANY_RUNS)
        # Where both sides agree to what the gradient owes, the reference owes no more.
        self.error = [np.array(owed) for owed in self.owed]
        for k in range(len(self.analytic)):
            self.resolve(k, self.doubts(k))

    def doubts(self, k: int) -> list[tuple[int, ...]]:
        """Entries of an array further from the reference than the gradient owes."""
        distance = np.abs(self.analytic[k] - self.reference[k])
        far = [
            tuple(int(i) for i in index) for index in np.argwhere(~(distance <= self.owed[k]))
        ]
        return [index for index in far if (k, index) not in self.kinks]

    def resolve(self, k: int, doubts: list[tuple[int, ...]]) -> None:
        """Add the rounding of the reference where there are doubts."""
        distance = np.abs(self.analytic[k] - self.reference[k])
        chosen = [doubts[i] for i in self.rng.permutation(len(doubts))[:MOST_DOUBTS]]
        shares = [0.0]
        for index in chosen:
            rounding = SPREADS * self.spread_along(self.unit((k, index)))
            self.error[k][index] += rounding
            shares.append(float(rounding / distance[index]))
        for index in set(doubts) - set(chosen):
            self.error[k][index] += max(shares) * distance[index]

    def resolve_constants(self, gradient: Gradient) -> None:
        """Allow for constants computed in floats that occur in one of the programs only.

        They may be so many ulp from what their author means; by what they move a derivative,
        it can differ. Constants with few digits are what they are.
        """
        wrong = self.wrong_places()
        if not wrong:
            return
        one_sided = constants_met(self.gradient_run(gradient), self.seed) ^ constants_met(
            self.cost.rounded_along(self.unit(wrong[0])), self.seed
        )
        if not one_sided:
            return
        options: dict[str, Any] = {"constants": frozenset(one_sided), "ulp": MOST_ULP}
        moved = spread(self.gradient_run(gradient), self.seed, **options)
        allowances = self.allowances(wrong, options)
        for (k, index), along in allowances.items():
            distance = abs(self.analytic[k][index] - self.reference[k][index])
            allowance = CONSTANT_SPREADS * (moved[k][index] + along)
            if distance <= self.error[k][index] + self.owed[k][index] + allowance:
                self.error[k][index] += allowance
                self.explained += 1
        if self.explained:
            self.notes.append(
                f"{self.explained} entries agree as far as constants computed in floats allow, "
                "which occur in the cost or the gradient alone; install python-flint for their "
                "lines and a sharper verdict"
            )

    def allowances(self, places: list[Place], options: dict[str, Any]) -> dict[Place, float]:
        """By what constants that are moved change the reference of each entry.

        A few are measured, the others are taken to change by as much of themselves.
        """
        measured: dict[Place, float] = {}
        for i in self.rng.permutation(len(places))[:MOST_DOUBTS]:
            run = self.cost.rounded_along(self.unit(places[i]))
            measured[places[i]] = float(spread(run, self.seed, **options)[0])
        sizes = {(k, index): abs(float(self.reference[k][index])) for k, index in places}
        share = max((m / sizes[p] for p, m in measured.items() if sizes[p]), default=0.0)
        return {place: measured.get(place, share * sizes[place]) for place in places}

    def gradient_run(self, gradient: Gradient) -> Callable[[Rounding], list[Any]]:
        """The gradient on arrays that round at random."""
        structure = self.point.structure

        def run(rounding: Rounding) -> list[Any]:
            arrays = [rounding.wrap(array) for array in structure.arrays]
            return structure.leaves(gradient(structure.rebuild(arrays)))

        return run

    def unit(self, place: Place) -> Directions:
        """The direction of one entry."""
        direction: Directions = [np.zeros(value.shape) for value in self.point.values]
        direction[place[0]][place[1]] = 1.0
        return direction

    def spread_along(self, direction: Directions, runs: int = 8) -> float:
        """Standard deviation of the rounding of the derivative along a direction."""
        return float(spread(self.cost.rounded_along(direction), self.seed, runs)[0])

    def is_wrong(self) -> list[Any]:
        """Where the distance is beyond all bounds, and there is no kink."""
        wrong = [
            np.asarray(np.abs(a - r) > e + o)
            for a, r, e, o in zip(
                self.analytic, self.reference, self.error, self.owed, strict=True
            )
        ]
        for k, index in self.kinks:
            wrong[k][index] = False
        return wrong

    def wrong_places(self) -> list[Place]:
        """The entries that are wrong so far."""
        return [
            (k, tuple(int(i) for i in index))
            for k, part in enumerate(self.is_wrong())
            for index in np.argwhere(part)
        ]

    def resolve_steps(self) -> None:
        """Take shorter steps where one was too long: from a parameter that is smaller still.

        Elsewhere a step that is shorter by a power of two gives the same bits.
        """
        for k, index in self.wrong_places():
            short, shorter = (
                self.cost.along(self.unit((k, index)), step=H**power) for power in (3, 4)
            )
            if short != self.reference[k][index]:
                self.reference[k][index] = short
                self.error[k][index] += 2 * abs(short - shorter)

    def confirm(self) -> None:
        """Differences must not side with the gradient where the complex step says wrong."""
        wrong = self.is_wrong()
        if not any(part.any() for part in wrong):
            return
        direction = [
            part * mask
            for part, mask in zip(self.point.direction(self.rng), wrong, strict=True)
        ]
        line = self.point.along(direction)
        # Here a doubt is enough, so nothing is assumed to hide in the noise.
        found = confirmed(line, self.noise, slope(line, self.noise, hidden=1.0))
        ours, theirs = dot(self.reference, direction), dot(self.analytic, direction)
        if found.is_kink and abs(found.value - ours) > found.error:
            raise NotApplicable(HIDDEN_KINK)
        if abs(found.value - theirs) <= found.error < abs(found.value - ours):
            raise NotApplicable(_not_analytic(ours, found.value))

    def project(self) -> None:
        """Look at all entries along one direction, and find the wrong ones if there are any."""
        direction = self.point.direction(self.rng)
        rounding = SPREADS * self.spread_along(direction, 4)
        root = self.owed_along(direction)

        def measure(vector: FloatArray) -> Measured:
            part = self.point.unflattened(vector)
            owed = self.owed_along(part)
            value = self.cost.along(part)
            error = dot(self.analytic, part) - value
            share = rounding * owed / root if root else rounding
            return Measured(error, owed + share + SPREADS * np.finfo(float).eps * abs(value))

        found = locate(measure, self.point.flat_scales(), self.seed, MOST_LOCATED)
        self.details["evaluations to locate"] = found.measurements
        for flat, error in found.places.items():
            k, index = self.point.place(flat)
            self.reference[k][index] = self.analytic[k][index] - error
            self.error[k][index] = self.owed[k][index]
        if not found.complete:
            self.notes.append(
                f"more than {len(found.places)} entries are wrong; the search ended after "
                f"{found.measurements} evaluations"
            )
            return
        whole = Measured(0.0, root + rounding)
        for k, part in enumerate(direction):
            unseen = np.isnan(self.reference[k])
            self.error[k][unseen] = 2 * whole.bound / np.abs(part[unseen])
        self.notes.append(
            f"{structure_size(self.analytic):,} entries were judged by random projections"
        )

    def owed_along(self, direction: Directions) -> float:
        """What the gradient owes along a direction."""
        pairs = zip(self.owed, direction, strict=True)
        return math.sqrt(sum(float(((owed * part) ** 2).sum()) for owed, part in pairs))

    def evidence(self, *, subgradients: bool) -> Evidence:
        """The verdict on every entry."""
        judged = judge_all(
            self.point.structure.names, self.analytic, self.reference, self.error, self.owed
        )
        for (k, index), found in self.kinks.items():
            mark_kink(judged[k], self.point, (k, index), found, subgradients=subgradients)
        self.details["planted and seen"] = control(judged, self.owed, self.seed)
        return Evidence(
            "complex step",
            judged,
            sensitivity(judged, self.owed),
            self.point.evaluations,
            self.notes,
            details=self.details,
        )


def structure_size(arrays: list[FloatArray]) -> int:
    """Number of entries.

    Parameters
    ----------
    arrays : list of float arrays
        Any arrays.

    Returns
    -------
    int
        Over all of them.
    """
    return sum(array.size for array in arrays)


def _complex(value: FloatArray) -> Any:
    """A complex copy of the values."""
    return np.array(value, dtype=np.result_type(value.dtype, np.complex128))


def _underflow(array: FloatArray) -> float:
    """What numbers lost to underflow may grow to: by as much as the floats have digits."""
    info = np.finfo(array.dtype)
    return float(info.tiny) / float(info.eps)


def _not_analytic(step: float, difference: float) -> str:
    """Why the complex step is not used."""
    return (
        f"along one direction the complex step gives {step:.6g} and differences "
        f"{difference:.6g}: the cost is not analytic (np.abs, .real, .conj() or a comparison)"
    )
