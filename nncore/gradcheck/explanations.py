"""Constants that explain why two enclosures are disjoint: rounded ones, and approximations."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING

from .approximations import SMALL
from .evidence import Approximation, Verdict
from .findings import Findings, digits
from .run import Undecided

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .enclosures import Bound, Enclosures, Settings
    from .program import Program

__all__ = ["Explanation"]

# Constants may be the results of float arithmetic that lost so many bits.
MOST_ULP = 2**18
# Random moves of the constants, and how much larger a difference may be than the root of their
# number times what they move: a sum of n terms is at most so much larger than a random one.
SAMPLES = 3
MARGIN = 4
# Steps of differences are smaller, and their errors grow with such powers of them.
LARGEST_STEP = 1e-2
POWERS = (2, 4, 6)
# The last bit of a float.
ROUNDING = 2.0**-53
# A distance of more than a tenth of the entry is no agreement.
ONE_DIGIT = 0.1


class Explanation:
    """Looks for constants that explain a difference.

    Parameters
    ----------
    program : Program
        The user's cost and gradient.
    sides : Enclosures
        Where some are disjoint.
    findings : Findings
        By the flat index of the entry; the verdicts are changed.
    """

    def __init__(
        self,
        program: Program,
        sides: Enclosures,
        findings: Findings,
    ) -> None:
        self.program = program
        self.settings: Settings = sides.settings
        self.sides = sides
        self.findings = findings
        self.notes: list[str] = []
        self.approximations: list[Approximation] = []
        # Where bounds explain a gross error: in a sentence.
        self.clips: str = ""
        self.ulp: int = 0
        self.one_sided: dict[float, str] = sides.one_sided

    def explain(self, entries: set[int]) -> None:
        """Change the verdicts of entries that constants explain.

        Parameters
        ----------
        entries : set of int
            Whose enclosures are disjoint.
        """
        if not entries:
            return
        remaining = self._rounded(self.settings, self.sides, entries)
        moved = self.sides.moved
        large = {bound for bound in self.sides.candidates if not moved.get(bound, 0.0) < SMALL}
        small = {b: kind for b, kind in self.sides.candidates.items() if b not in large}
        explained, without = self._removed(self.settings, remaining, small)
        self._approximate(explained, small)
        if large:
            self._clipped(without, remaining - explained, large)

    def _removed(
        self, settings: Settings, entries: set[int], candidates: Iterable[Bound]
    ) -> tuple[set[int], Settings]:
        """The entries that agree once the candidates are left out, and the settings without."""
        without = dataclasses.replace(
            settings, removed=settings.removed | frozenset(candidates)
        )
        if not entries or without == settings:
            return set(), settings
        try:
            others = self.program.enclosures(without)
        except Undecided:
            return set(), settings
        explained = {i for i in entries if _overlap(others, i)}
        return explained | self._meeting(without, entries - explained), without

    def _clipped(self, settings: Settings, entries: set[int], large: set[Bound]) -> None:
        """Tell approximations from gross errors among what bounds explain that move by much."""
        explained, _ = self._removed(settings, entries, large)
        if not explained:
            return
        sides = self.sides if settings == self.settings else self.program.enclosures(settings)
        slight = {i for i in explained if self._is_slight(sides, i, large)}
        kinds = self.sides.candidates
        self._approximate(slight, {bound: kinds[bound] for bound in large})
        if explained == entries and slight != entries:
            self.clips = self._named(large)

    def _is_slight(self, sides: Enclosures, i: int, large: set[Bound]) -> bool:
        """Whether what the bounds cause is small where it arrives.

        Against the terms of the entry; or, unless it is the returned gradient that is clipped,
        against the last bit of the cost: a clip that only keeps exp from overflowing.
        """
        with self.settings.arithmetic.context():
            gap = float((sides.analytic[i] - sides.reference[i]).abs_upper())
            terms = max(float(sides.reference[i].abs_upper()), float(sides.magnitude[i]))
        if gap <= SMALL * terms:
            return True
        reach = max(map(abs, self.program.floats))
        is_inside = all(self.sides.moved[bound] < math.inf for bound in large)
        return is_inside and gap * reach <= ROUNDING * abs(self.program.cost_in_floats)

    def _named(self, large: set[Bound]) -> str:
        """What is clipped, at which bounds and where."""
        lines = sorted({line for _, line in large})
        bounds = ", ".join(f"{value:g}" for value in sorted({value for value, _ in large}))
        returned = any(self.sides.moved[bound] == math.inf for bound in large)
        in_cost = any(bound in self.sides.cost_run.moved for bound in large)
        what = "gradient" if returned else "cost" if in_cost else "gradient's working"
        return (
            f"the {what} is clipped at {bounds} ({', '.join(lines)}): unclipped, gradient and "
            "cost agree; leave the clip out, or state it with declare="
        )

    def _rounded(self, settings: Settings, sides: Enclosures, entries: set[int]) -> set[int]:
        """The entries that stay disjoint however constants are rounded.

        The others agree, limited by constants, or cannot be resolved.
        """
        if not self.one_sided:
            return entries
        for ulp in (MOST_ULP, 2**12, 2**6, 1):
            try:
                widest = self.program.enclosures(self._at(settings, ulp))
            except Undecided:
                continue
            break
        else:
            self._give_up(entries, "decide which way the program goes")
            return set()
        far = {i for i in entries if _disjoint(widest, i)}
        near = entries - far
        moved = self._moved(settings, sides, near, ulp)
        self._give_up(near - moved, "widen the enclosures until they meet, but explain nothing")
        near = moved
        near = self._by_steps(settings, sides, near)
        with settings.arithmetic.context():
            for i in near:
                self._limit(sides, i)
        if near:
            self._name_constants(sides, widest, near, ulp)
        if ulp == MOST_ULP:
            return far
        self._give_up(far, "decide which way the program goes")
        return set()

    def _moved(
        self, settings: Settings, sides: Enclosures, entries: set[int], ulp: int
    ) -> set[int]:
        """The entries whose difference moves enough when the constants are moved at random.

        Wide enclosures also overlap where constants cancel; what constants explain, they move.
        """
        allowance = MARGIN * math.sqrt(len(self.one_sided))
        explained = set()
        for seed in range(SAMPLES):
            at = dataclasses.replace(self._at(settings, ulp), seed=seed)
            others = self.program.enclosures(at)
            with settings.arithmetic.context():
                for i in entries:
                    gap = sides.analytic[i] - sides.reference[i]
                    move = others.analytic[i] - others.reference[i] - gap
                    if gap.abs_lower() <= allowance * move.abs_upper():
                        explained.add(i)
        return explained

    def _by_steps(self, settings: Settings, sides: Enclosures, entries: set[int]) -> set[int]:
        """The entries that are no difference quotients; the others are approximations.

        Their distance from the derivative grows with a power of the step, which is a small
        constant: with its square or more. What comes from rounded constants grows with them.
        """
        steps = {v: line for v, line in self.one_sided.items() if abs(v) < LARGEST_STEP}
        if not steps or not entries:
            return entries
        grown: list[Enclosures] = []
        for halves in (3, 4):
            at = dataclasses.replace(settings, stretched=frozenset(steps), halves=halves)
            try:
                grown.append(self.program.enclosures(at))
            except Undecided:
                return entries
        quotients = set()
        with settings.arithmetic.context():
            for i in entries:
                gap, *larger = (
                    float(at.analytic[i] - at.reference[i]) for at in (sides, *grown)
                )
                if any(_grow_with_power([larger[0] / gap, larger[1] / gap], p) for p in POWERS):
                    quotients.add(i)
        kind = "the step of a difference quotient"
        self._approximate(quotients, dict.fromkeys(steps.items(), kind))
        return entries - quotients

    def _give_up(self, entries: set[int], what_constants_do: str) -> None:
        """Call the entries unresolvable, and say why."""
        for i in entries:
            self.findings.change(i, Verdict.UNRESOLVABLE)
        if entries:
            self.notes.append(f"constants computed in floats {what_constants_do}")

    def _at(self, settings: Settings, ulp: int) -> Settings:
        """The settings, with the constants of one program widened."""
        return dataclasses.replace(
            settings, ulp=ulp, one_sided=frozenset(self.one_sided), short=self.sides.short
        )

    def _limit(self, sides: Enclosures, i: int) -> None:
        """Agreement as far as constants allow it: to a digit of the entry, or in its terms."""
        reference = sides.reference[i]
        gap = (sides.analytic[i] - reference).abs_upper()
        size = reference.abs_lower()
        terms = size * 0 + sides.magnitude[i]
        if gap <= size * ONE_DIGIT:
            self.findings.change(i, Verdict.AGREES, digits(gap, size))
        elif terms.is_finite() and gap <= terms * math.ldexp(MOST_ULP, -52):
            self.findings.change(i, Verdict.AGREES, digits(gap, terms))
        else:
            self.findings.change(i, Verdict.UNRESOLVABLE)

    def _name_constants(
        self, sides: Enclosures, widest: Enclosures, near: set[int], ulp: int
    ) -> None:
        """Note the smallest width at which the enclosures meet, and the constants."""
        guess = self._guess(sides, widest, near, ulp)
        probes = [probe for probe in (guess - 1, guess, guess + 1) if 0 < probe < ulp]
        meeting = (p for p in probes if self._meeting(self.settings, near, p) == near)
        self.ulp = next(meeting, ulp)
        lines = sorted({line for line in self.one_sided.values() if line})
        shown = ", ".join(lines[:3]) + (" ..." if len(lines) > 3 else "")
        self.notes.append(
            f"{len(near)} entries agree as far as constants computed in floats allow: within "
            f"{self.ulp} ulp of those that occur in the cost or the gradient alone ({shown})"
        )

    def _guess(self, sides: Enclosures, widest: Enclosures, near: set[int], ulp: int) -> int:
        """The width at which all should meet; so close to a point enclosures widen linearly."""
        guess = 1.0
        with self.settings.arithmetic.context():
            for i in near:
                gap = (sides.analytic[i] - sides.reference[i]).abs_lower()
                width = (widest.analytic[i] - widest.reference[i]).rad()
                guess = max(guess, float(ulp * gap / width))
        return math.ceil(min(guess, float(ulp)))

    def _meeting(self, settings: Settings, entries: set[int], ulp: int = MOST_ULP) -> set[int]:
        """The entries whose enclosures overlap at this width."""
        if not entries or not self.one_sided:
            return set()
        try:
            sides = self.program.enclosures(self._at(settings, ulp))
        except Undecided:
            return set()
        return {i for i in entries if _overlap(sides, i)}

    def _approximate(self, entries: set[int], candidates: dict[Bound, str]) -> None:
        """Agreement but for the constants that were left out."""
        largest = 0.0
        with self.settings.arithmetic.context():
            for i in entries:
                reference = self.sides.reference[i]
                gap = (self.sides.analytic[i] - reference).abs_upper()
                terms = max(float(reference.abs_upper()), float(self.sides.magnitude[i]))
                largest = max(largest, float(gap) / terms if terms else math.inf)
                shown = max(0.0, digits(gap, reference.abs_lower()))
                self.findings.change(i, Verdict.APPROXIMATION, shown)
        if entries:
            self.approximations += [
                Approximation(value, line, largest, kind)
                for (value, line), kind in candidates.items()
            ]


def _grow_with_power(ratios: list[float], power: int) -> bool:
    """Whether something grows with the power of a step, half as large again and twice."""
    expected = (1.5**power, 2.0**power)
    return all(abs(r / e - 1) < 0.02 for r, e in zip(ratios, expected, strict=True))


def _disjoint(sides: Enclosures, i: int) -> bool:
    """Whether both enclosures are finite and apart."""
    reference, analytic = sides.reference[i], sides.analytic[i]
    finite = reference.is_finite() and analytic.is_finite()
    return bool(finite and not analytic.overlaps(reference))


def _overlap(sides: Enclosures, i: int) -> bool:
    """Whether both enclosures are finite and meet, and there is a derivative."""
    reference, analytic = sides.reference[i], sides.analytic[i]
    finite = reference.is_finite() and analytic.is_finite()
    return bool(finite and analytic.overlaps(reference) and i not in sides.kinks)
