"""The certified rung: the user's unmodified code, run in ball arithmetic.

Reverse mode encloses every derivative of the cost, the gradient encloses what its author wrote,
and two enclosures of one entry either overlap or prove that the two programs differ. No step,
no tolerance. What each verdict rests on:

- agrees: both enclosures are finite, overlap, and are narrow against the entry itself (or,
  around zero, against its own terms at 1,024 bits or more);
- agrees, limited by constants: they overlap once the floats that occur in one program only are
  widened by at most 2^18 ulp;
- approximation: they agree once a small constant or an active bound is left out;
- wrong: they are disjoint for any constants within 2^18 ulp of those used;
- inconsistent: the gradient's own floats lie outside the enclosure of the same program in
  rough arithmetic, so what ran on balls is not what the user runs;
- kink: the derivative differs between directions;
- unresolvable: everything else.
"""

from __future__ import annotations

import contextlib
import gc
import math
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from .arithmetic import Balls
from .buffers import served, survivors
from .consistency import ROUGH_BITS, compare_floats, compare_moves, narrowest
from .enclosures import Enclosures, Settings, tight
from .evidence import Evidence, NotApplicable, Progress, Verdict
from .explanations import MOST_ULP, ONE_DIGIT, Explanation
from .findings import Finding, Findings, achieved_digits, digits
from .program import Program, Stopped
from .run import MOST_SHORT_ULP, Undecided

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from .structure import FloatArray, Params, Structure

__all__ = ["certify"]

PRECISIONS = (128, 256, 512, 1024, 2048, 4096)
# A zero is believed only where terms as large as floats can be would leave something visible.
ZERO_BITS = 1024
# Of agreement; those of a double.
ENOUGH_BITS = 53
DIGITS_OF_A_BIT = math.log10(2)


def certify(
    cost: Callable[[Params], Any],
    gradient: Callable[[Params], Params],
    structure: Structure,
    *,
    analytic: list[FloatArray],
    subgradients: bool = False,
    declare: Mapping[str, float] | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> Evidence:
    """Check a gradient in ball arithmetic.

    Parameters
    ----------
    cost, gradient : callable
        The user's functions.
    structure : Structure
        The parameters.
    analytic : list of float arrays
        What the gradient returned in its own floats.
    subgradients : bool, optional
        Whether any slope between the one-sided ones is accepted at a kink.
    declare : mapping, optional
        Not used by this rung.
    seed : int, optional
        Of the directions that resolve ties.
    progress : callable, optional
        Told how far the check is.

    Returns
    -------
    Evidence
        A verdict on every entry.

    Raises
    ------
    NotApplicable
        If the code does not run on balls, with its line and what would allow it.
    """
    del declare
    with _undisturbed(), np.errstate(all="ignore"):
        program = Program(cost, gradient, structure, seed)
        try:
            return _Certificate(program, analytic, subgradients, progress).evidence()
        except Stopped as first:
            try:
                with served(cost, gradient):
                    certificate = _Certificate(program, analytic, subgradients, progress)
                    evidence = certificate.evidence()
            except Stopped:
                raise NotApplicable(str(first)) from first
            program.run_in_floats()
            evidence.notes += [
                f"{line}: your code keeps this buffer between calls; it still holds numbers of "
                "the check, so make the object anew"
                for line in survivors()
            ]
            return evidence


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Neither warnings nor garbage collections, which cost a third of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        if was_enabled:
            gc.enable()


class _Certificate:
    """The verdicts on the entries of one gradient."""

    def __init__(
        self,
        program: Program,
        analytic: list[FloatArray],
        subgradients: bool,
        progress: Progress | None,
    ) -> None:
        self.program = program
        self.analytic = analytic
        self.subgradients = subgradients
        self.progress = progress
        self.findings: Findings = Findings(program.structure.size)
        self.magnitude: FloatArray = np.full(program.structure.size, math.nan)
        self.notes: list[str] = []
        self.bits = PRECISIONS[0]

    def evidence(self) -> Evidence:
        """All that was found."""
        sides = self._resolve()
        disjoint = set(np.flatnonzero(self.findings.where(Verdict.WRONG)).tolist())
        explanation = None
        if sides is not None:
            explanation = Explanation(self.program, sides, self.findings)
            explanation.explain(disjoint)
            self.notes += [*explanation.notes, *_about_casts(sides)]
        if sides is None or not self._floats_agree(sides):
            self.notes += compare_floats(
                self.program,
                self.analytic,
                self.findings,
                is_rounded=sides is not None and sides.is_rounded,
            )
        self.notes += compare_moves(self.program, self.findings)
        return self._evidence(explanation)

    def _floats_agree(self, sides: Enclosures) -> bool:
        """Whether the floats are nearer to the reference than one rounding of its terms.

        It is a rough one, of eight bits fewer than floats have: nearer than this a run that
        rounds so at every step could not tell them from the enclosures either.
        """
        if not self.findings.where(Verdict.AGREES).all():
            return False
        floats = np.concatenate([array.ravel().astype(float) for array in self.analytic])
        gap = np.abs(floats - self.findings.references)
        length = narrowest(self.program, self.analytic, is_rounded=sides.is_rounded)
        rounding = math.ldexp(1.0, -ROUGH_BITS[length])
        terms = self.magnitude
        value, own = float(sides.cost_run.result), self.program.cost_in_floats
        return bool(
            (gap <= rounding * terms).all()
            and np.isfinite(terms).all()
            and abs(value - own) <= rounding * abs(value)
        )

    def _resolve(self) -> Enclosures | None:
        """The narrowest enclosures; precision doubles while entries have no verdict."""
        undecided, narrowest = "", None
        for bits in PRECISIONS:
            self.bits = bits
            try:
                sides = self.program.enclosures(Settings(bits))
            except Undecided as place:
                undecided = str(place)
                continue
            undecided, narrowest = "", sides
            self.magnitude = np.asarray(sides.magnitude, dtype=float)
            self._agree(sides)
            self._judge_open(sides)
            is_open = self.findings.open()
            if self.progress:
                self.progress(int((~is_open).sum()), is_open.size)
            if not is_open.any() or sides.is_rounded:
                break
        self._leave_open(undecided)
        return narrowest

    def _agree(self, sides: Enclosures) -> None:
        """Judge those of the entries at once that agree beyond the last bit of a float."""
        bits = sides.shared_bits()
        agree = (bits > ENOUGH_BITS) & self.findings.open()
        agree[list(sides.kinks)] = False
        self.findings.agree(agree, sides.reference, bits * DIGITS_OF_A_BIT)

    def _judge_open(self, sides: Enclosures) -> None:
        """Judge the other entries one by one, as far as this precision allows."""
        # Enclosures rounded to single precision stay wide at any precision.
        enough = ONE_DIGIT if sides.is_rounded else math.ldexp(1.0, -53)
        with Balls(self.bits).context():
            for i in np.flatnonzero(self.findings.open()).tolist():
                finding = self._judge(sides, i, enough)
                if finding is not None:
                    self.findings.judge(i, finding)

    def _judge(self, sides: Enclosures, i: int, enough: float) -> Finding | None:
        """The verdict on one entry, None where more precision is needed."""
        reference, analytic = sides.reference[i], sides.analytic[i]
        if i in sides.kinks:
            return self._judge_kink(sides, i)
        distance = analytic - reference
        if not distance.is_finite():
            return None
        if not distance.contains(0):
            return Finding(Verdict.WRONG, reference)
        gap, size = distance.abs_upper(), reference.abs_lower()
        if gap <= size * enough:
            return Finding(Verdict.AGREES, reference, digits(gap, size))
        # The sum of the terms is the scale of what cancellation has left.
        terms = size * 0 + sides.magnitude[i]
        is_zero = self.bits >= ZERO_BITS and reference.contains(0) and analytic.contains(0)
        if is_zero and terms.is_finite() and gap <= terms / 2 ** (self.bits // 2):
            return Finding(Verdict.AGREES, reference, digits(gap, terms))
        return None

    def _judge_kink(self, sides: Enclosures, i: int) -> Finding | None:
        """The verdict on an entry without a derivative."""
        kink, analytic = sides.kinks[i], sides.analytic[i]
        if not (analytic.is_finite() and all(tight(slope) for slope in kink.slopes)):
            return None
        # A hull of two balls is wider than both by some 2^-30, more than constants may owe.
        inside = kink.hull.overlaps(analytic)
        middle = (kink.slopes[0] + kink.slopes[1]) / 2
        if kink.is_proved and not inside:
            return Finding(Verdict.WRONG, kink.hull, slopes=kink.slopes)
        if inside and self.subgradients:
            return Finding(
                Verdict.AGREES, middle, -math.log10(np.finfo(float).eps), kink.slopes
            )
        return Finding(Verdict.KINK, middle, slopes=kink.slopes)

    def _leave_open(self, undecided: str) -> None:
        """Call the entries without a verdict unresolvable, and say why."""
        nothing = Balls(self.bits).exact(math.nan)
        entries = np.flatnonzero(self.findings.open()).tolist()
        for i in entries:
            self.findings.judge(i, Finding(Verdict.UNRESOLVABLE, nothing))
        if undecided:
            self.notes.append(
                f"{undecided}: two numbers are too close to be told apart at {self.bits} bits, "
                "so the way of the program is not known"
            )
        elif entries:
            self.notes.append(
                f"{len(entries)} entries are not enclosed narrowly enough at {self.bits} bits"
            )

    def _evidence(self, explanation: Explanation | None) -> Evidence:
        """The findings, handed over."""
        entries = self.findings.as_entries(
            self.program.structure, self.analytic, self.magnitude
        )
        known = self.findings.fewest_digits()
        sensitivity = 10.0 ** -(self._width() if known is None else known)
        if explanation is not None and explanation.one_sided:
            sensitivity = max(sensitivity, math.ldexp(MOST_ULP, -52))
            if explanation.sides.short:
                sensitivity = max(sensitivity, math.ldexp(MOST_SHORT_ULP, -23))
        return Evidence(
            "certified",
            entries,
            sensitivity,
            self.program.evaluations,
            self.notes,
            explanation.approximations if explanation else [],
            achieved_digits(entries),
            explanation.clips if explanation else "",
            {"bits": self.bits, "ulp": explanation.ulp if explanation else 0},
        )

    def _width(self) -> float:
        """The digits to which the derivatives of wrong entries are known at least."""
        wrong = self.findings.enclosures(Verdict.WRONG)
        with Balls(self.bits).context():
            known = [digits(r.rad(), r.abs_lower()) for r in wrong if not r.contains(0)]
        return min(known, default=0.0)


def _about_casts(sides: Enclosures) -> list[str]:
    """Where the code rounds to shorter floats, which limits the agreement."""
    lines = sorted({*sides.cost_run.roundings, *sides.gradient_run.roundings})
    if not lines:
        return []
    return [f"{', '.join(lines[:3])}: rounds to shorter floats, which limits the agreement"]
