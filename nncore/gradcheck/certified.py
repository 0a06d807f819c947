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

import dataclasses
import math
import threading
import warnings
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from .arithmetic import Balls
from .buffers import served
from .enclosures import Enclosures, Program, Settings, Stopped, tight
from .evidence import Approximation, Entries, Evidence, NotApplicable, Progress, Verdict
from .run import Undecided
from .structure import FloatArray, Params, Structure
from .tape import Number

__all__ = ["certify"]

PRECISIONS = (128, 256, 512, 1024, 2048, 4096)
# A zero is believed only where terms as large as a float can be leave nothing visible.
ZERO_BITS = 1024
# Constants may be the results of float arithmetic that lost so many bits.
MOST_ULP = 2**18
# Bits of the rough run: eight fewer than the floats it stands for.
ROUGH_BITS = {4: 16, 8: 45}
# A distance of more than a tenth of the entry is no agreement.
ONE_DIGIT = 0.1

_lock = threading.RLock()


@dataclasses.dataclass
class Finding:
    """What is known of one entry."""

    verdict: Verdict
    reference: Number
    digits: float = math.nan
    slopes: tuple[Number, Number] | None = None


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
    with _lock, warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        program = Program(cost, gradient, structure, seed)
        try:
            return _Certificate(program, analytic, subgradients, progress).evidence()
        except Stopped as first:
            try:
                with served(cost, gradient):
                    return _Certificate(program, analytic, subgradients, progress).evidence()
            except Stopped:
                raise NotApplicable(str(first)) from first


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
        self.findings: dict[int, Finding] = {}
        self.magnitude: list[float] = []
        self.notes: list[str] = []
        self.approximations: list[Approximation] = []
        self.bits = PRECISIONS[0]
        self.ulp = 0
        self.one_sided: dict[float, str] = {}

    def evidence(self) -> Evidence:
        """All that was found."""
        size = self.program.structure.size
        disjoint = self._resolve(size)
        if disjoint:
            self._explain(disjoint)
        self._compare_floats()
        return self._evidence()

    def _resolve(self, size: int) -> dict[int, Enclosures]:
        """The entries whose enclosures are disjoint, each with those enclosures.

        All others get their verdict; precision doubles while some are open.
        """
        open_entries = set(range(size))
        disjoint: dict[int, Enclosures] = {}
        undecided = ""
        for bits in PRECISIONS:
            self.bits = bits
            try:
                sides = self.program.enclosures(Settings(bits))
            except Undecided as tie:
                undecided = str(tie)
                continue
            undecided = ""
            self.magnitude = sides.magnitude
            with Balls(bits).context():
                for i in sorted(open_entries):
                    finding = self._judge(sides, i)
                    if finding is None:
                        continue
                    if finding.verdict is Verdict.WRONG:
                        disjoint[i] = sides
                    self.findings[i] = finding
            open_entries -= self.findings.keys()
            if self.progress:
                self.progress(size - len(open_entries), size)
            if not open_entries or sides.gradient_run.roundings or sides.cost_run.roundings:
                break
        self._leave_open(open_entries, undecided)
        return disjoint

    def _judge(self, sides: Enclosures, i: int) -> Finding | None:
        """The verdict on one entry, None where more precision is needed."""
        reference, analytic = sides.reference[i], sides.analytic[i]
        if i in sides.kinks:
            return self._at_kink(sides, i)
        distance = analytic - reference
        if not distance.is_finite():
            return None
        if not distance.contains(0):
            return Finding(Verdict.WRONG, reference)
        gap, size = distance.abs_upper(), reference.abs_lower()
        rounded = sides.cost_run.roundings or sides.gradient_run.roundings
        enough = ONE_DIGIT if rounded else math.ldexp(1.0, -53)
        if gap <= size * enough:
            return Finding(Verdict.AGREES, reference, _digits(gap, size))
        # The sum of the terms bounds what cancellation has left.
        terms = sides.magnitude[i]
        is_zero = reference.contains(0) and analytic.contains(0) and math.isfinite(terms)
        if is_zero and self.bits >= ZERO_BITS and gap <= terms * arb_power(-self.bits // 2):
            return Finding(Verdict.AGREES, reference, _digits(gap, terms))
        return None

    def _at_kink(self, sides: Enclosures, i: int) -> Finding | None:
        """The verdict on an entry without a derivative."""
        kink = sides.kinks[i]
        if not all(tight(slope) for slope in kink.slopes):
            return None
        inside = kink.hull.overlaps(sides.analytic[i])
        if kink.proved and not inside and sides.analytic[i].is_finite():
            return Finding(Verdict.WRONG, sides.reference[i], slopes=kink.slopes)
        accepted = inside and self.subgradients
        verdict = Verdict.AGREES if accepted else Verdict.KINK
        middle = (kink.slopes[0] + kink.slopes[1]) / 2
        digits = -math.log10(np.finfo(float).eps) if accepted else math.nan
        return Finding(verdict, middle, digits, kink.slopes)

    def _leave_open(self, entries: Iterable[int], undecided: str) -> None:
        """Call the entries unresolvable, and say why."""
        entries = list(entries)
        if not entries:
            return
        nothing = Balls(self.bits).exact(0) * math.nan
        for i in entries:
            self.findings[i] = Finding(Verdict.UNRESOLVABLE, nothing)
        self.magnitude = self.magnitude or [math.nan] * len(entries)
        if undecided:
            self.notes.append(
                f"{undecided}: two numbers are too close to be told apart at {self.bits} bits, "
                "so the program's way is not known"
            )
        else:
            self.notes.append(
                f"{len(entries)} entries are not enclosed narrowly enough at {self.bits} bits"
            )

    def _explain(self, disjoint: dict[int, Enclosures]) -> None:
        """Look for constants that explain why the enclosures are disjoint."""
        sides = next(iter(disjoint.values()))
        in_cost, in_gradient = sides.constants
        self.one_sided = {
            value: line
            for value, line in (in_cost | in_gradient).items()
            if (value in in_cost) != (value in in_gradient)
        }
        remaining = self._widen(Settings(self.bits), sides, set(disjoint))
        candidates = frozenset(sides.approximations)
        if not remaining or not candidates:
            return
        without = Settings(self.bits, removed=candidates)
        try:
            others = self.program.enclosures(without)
        except Undecided:
            return
        with Balls(self.bits).context():
            same = {i for i in remaining if self._agree(others, i)}
        rest = remaining - same
        same |= rest - self._widen(without, others, rest)
        self._approximate(sides, same)

    def _agree(self, sides: Enclosures, i: int) -> bool:
        """Whether the enclosures agree without further help."""
        finding = self._judge(sides, i)
        return finding is not None and finding.verdict is Verdict.AGREES

    def _widen(self, settings: Settings, sides: Enclosures, entries: set[int]) -> set[int]:
        """The entries that are disjoint however constants are rounded.

        The others agree, limited by constants, or cannot be resolved.
        """
        if not self.one_sided or not entries:
            return entries
        widest, ulp = self._widest(settings)
        if widest is None:
            for i in entries:
                self.findings[i].verdict = Verdict.UNRESOLVABLE
            self.notes.append("constants computed in floats decide which way the program goes")
            return set()
        far = set()
        for i in sorted(entries):
            distance = widest.analytic[i] - widest.reference[i]
            if distance.is_finite() and not distance.contains(0):
                far.add(i)
        if ulp < MOST_ULP:
            for i in far:
                self.findings[i].verdict = Verdict.UNRESOLVABLE
        near = entries - far
        with Balls(self.bits).context():
            for i in near:
                self._limit(sides, i)
        if near and not settings.removed:
            self._name_constants(settings, sides, widest, near, ulp)
        return far if ulp == MOST_ULP else set()

    def _widest(self, settings: Settings) -> tuple[Enclosures | None, int]:
        """Enclosures for constants as wide as the program's way allows, and their width."""
        for ulp in (MOST_ULP, 2**12, 2**6, 1):
            try:
                return self.program.enclosures(self._at(settings, ulp)), ulp
            except Undecided:
                continue
        return None, 0

    def _at(self, settings: Settings, ulp: int) -> Settings:
        """The settings, with the constants of one program widened."""
        return dataclasses.replace(settings, ulp=ulp, one_sided=frozenset(self.one_sided))

    def _limit(self, sides: Enclosures, i: int) -> None:
        """Agreement as far as constants allow it."""
        reference = sides.reference[i]
        gap = (sides.analytic[i] - reference).abs_upper()
        size, terms = reference.abs_lower(), sides.magnitude[i]
        finding = self.findings[i]
        if gap <= size * ONE_DIGIT:
            finding.verdict, finding.digits = Verdict.AGREES, _digits(gap, size)
        elif math.isfinite(terms) and gap <= terms * math.ldexp(MOST_ULP, -52):
            finding.verdict, finding.digits = Verdict.AGREES, _digits(gap, terms)
        else:
            finding.verdict = Verdict.UNRESOLVABLE

    def _name_constants(
        self,
        settings: Settings,
        sides: Enclosures,
        widest: Enclosures,
        near: set[int],
        ulp: int,
    ) -> None:
        """Note the smallest width at which the enclosures meet, and the constants."""
        low, high = 0, ulp
        guess = 1
        with Balls(self.bits).context():
            for i in near:
                gap = (sides.analytic[i] - sides.reference[i]).abs_upper()
                width = (widest.analytic[i] - widest.reference[i]).rad()
                ratio = float(ulp * gap / width)
                guess = max(guess, math.ceil(ratio) if math.isfinite(ratio) else 1)
        for probe in (guess, guess - 1, 2 * guess, guess // 2):
            if low < probe < high:
                low, high = (low, probe) if self._meet(settings, near, probe) else (probe, high)
        while high - low > max(1, low // 8):
            probe = (low + high) // 2
            low, high = (low, probe) if self._meet(settings, near, probe) else (probe, high)
        self.ulp = high
        lines = sorted({line for line in self.one_sided.values() if line})
        shown = ", ".join(lines[:3]) + (" ..." if len(lines) > 3 else "")
        self.notes.append(
            f"{len(near)} entries agree as far as constants computed in floats allow: within "
            f"{high} ulp of those that occur in the cost or the gradient alone ({shown})"
        )

    def _meet(self, settings: Settings, entries: set[int], ulp: int) -> bool:
        """Whether the enclosures of all the entries overlap at this width."""
        try:
            sides = self.program.enclosures(self._at(settings, ulp))
        except Undecided:
            return False
        return all(sides.analytic[i].overlaps(sides.reference[i]) for i in entries)

    def _approximate(self, sides: Enclosures, entries: set[int]) -> None:
        """Agreement but for the constants that were left out."""
        largest = 0.0
        with Balls(self.bits).context():
            for i in entries:
                finding = self.findings[i]
                reference = sides.reference[i]
                gap = (sides.analytic[i] - reference).abs_upper()
                terms = max(float(reference.abs_upper()), sides.magnitude[i])
                largest = max(largest, float(gap) / terms if terms else math.inf)
                finding.verdict = Verdict.APPROXIMATION
                finding.digits = max(0.0, _digits(gap, reference.abs_lower()))
        if entries:
            self.approximations += [
                Approximation(value, line, largest, kind)
                for (value, line), kind in sides.approximations.items()
            ]

    def _compare_floats(self) -> None:
        """Hold what the user's floats give against the same programs in rough arithmetic."""
        agreeing = (Verdict.AGREES, Verdict.APPROXIMATION, Verdict.WRONG)
        narrow = min(array.dtype.itemsize for array in self.analytic)
        widths = [array.dtype.itemsize for array in self.program.structure.arrays]
        bits = ROUGH_BITS[8 if min(narrow, *widths) >= np.dtype(float).itemsize else 4]
        try:
            rough, run = self.program.run_gradient(Settings(bits), rough=True)
            value, cost_run = self.program.run_cost(Settings(bits))
        except Undecided:
            self.notes.append("the floats could not be compared with the enclosures")
            return
        flat = [float(v) for array in self.analytic for v in array.ravel().tolist()]
        own = self.program.cost_in_floats
        suspect = self._outside(value, own)
        if suspect and cost_run.doubtful:
            self.notes.append(
                f"in floats the cost may go another way at {cost_run.doubtful[0]}"
            )
            suspect = False
        for i, finding in self.findings.items():
            if finding.verdict not in agreeing:
                continue
            if suspect:
                finding.verdict = Verdict.INCONSISTENT
            elif self._outside(rough[i], flat[i]):
                finding.verdict = Verdict.UNRESOLVABLE if run.doubtful else Verdict.INCONSISTENT
        if suspect:
            self.notes.append(
                f"the cost is {own!r} in floats, but {value.str(15)} in ball arithmetic: "
                "it is not the same program for both"
            )
        if run.doubtful:
            self.notes.append(f"{run.doubtful[0]}: in floats this may go another way")

    @staticmethod
    def _outside(rough: Number, value: float) -> bool:
        """Whether the float is not what the program can give in floats."""
        return bool(rough.is_finite()) and math.isfinite(value) and not rough.contains(value)

    def _evidence(self) -> Evidence:
        """The findings as arrays."""
        entries, start = [], 0
        structure = self.program.structure
        for path, array in zip(structure.names, self.analytic, strict=True):
            found = [self.findings[start + i] for i in range(array.size)]
            magnitude = self.magnitude[start : start + array.size]
            entries.append(_entries(path, array, found, magnitude))
            start += array.size
        worst = min(
            (f.digits for f in self.findings.values() if f.verdict is Verdict.AGREES),
            default=math.nan,
        )
        limit = math.ldexp(MOST_ULP, -52) if self.one_sided else 0.0
        if self.approximations:
            self.notes += [
                f"{a.line}: the constant {a.constant!r} ({a.kind}) is an approximation"
                for a in self.approximations
            ]
        return Evidence(
            "certified",
            entries,
            max(limit, 10.0**-worst) if math.isfinite(worst) else limit,
            self.program.evaluations,
            self.notes,
            self.approximations,
            _achieved(entries),
            {"bits": self.bits, "ulp": self.ulp},
        )


def arb_power(exponent: int) -> Number:
    """Two to an integer power, which may be beyond the range of floats."""
    return Balls(64).exact(2) ** exponent


def _digits(gap: Number, size: Any) -> float:
    """Decimal digits between a distance and a size."""
    if gap == 0:
        return math.inf
    ratio = (size / gap).log() / math.log(10)
    return float(ratio)


def _entries(
    path: str, analytic: FloatArray, found: list[Finding], magnitude: list[float]
) -> Entries:
    """The findings on one array."""
    shape = analytic.shape
    slopes = None
    if any(f.slopes is not None for f in found):
        pairs = [f.slopes or (math.nan, math.nan) for f in found]
        slopes = (
            np.array([float(a) for a, _ in pairs]).reshape(shape),
            np.array([float(b) for _, b in pairs]).reshape(shape),
        )
    return Entries(
        path,
        np.asarray(analytic, dtype=float),
        np.array([float(f.reference) for f in found]).reshape(shape),
        np.array([float(f.reference.rad()) for f in found]).reshape(shape),
        np.array(magnitude).reshape(shape),
        np.array([f.verdict.code for f in found], dtype=np.uint8).reshape(shape),
        np.array([f.digits for f in found]).reshape(shape),
        slopes,
    )


def _achieved(entries: list[Entries]) -> float | None:
    """Decimal digits of the worst entry of the gradient's own floats."""
    worst = 0.0
    for leaf in entries:
        known = leaf.where(Verdict.AGREES) & (leaf.reference != 0)
        gap = np.abs(leaf.analytic - leaf.reference)[known]
        if gap.size:
            worst = max(worst, float((gap / np.abs(leaf.reference[known])).max()))
    eps = float(np.finfo(float).eps)
    return -math.log10(max(worst, eps)) if worst < 1 else 0.0
