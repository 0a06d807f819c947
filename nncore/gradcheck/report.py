"""What people see of a check: twenty lines of text, a dict, and a picture in notebooks."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Any

import numpy as np

from nncore.display import lines_rich

from .evidence import Entries, Evidence, Verdict, ratio_text
from .heatmap import heatmap, levels_of

if TYPE_CHECKING:
    from .diagnose import Cause
    from .faults import Fault
    from .structure import FloatArray

__all__ = ["Report"]

MOST_LINES = 20
# Worse first.
ORDER = (
    Verdict.WRONG,
    Verdict.INCONSISTENT,
    Verdict.KINK,
    Verdict.UNRESOLVABLE,
    Verdict.APPROXIMATION,
    Verdict.AGREES,
)
FAULT = "fault"
STYLES = {
    Verdict.WRONG: "bold red",
    Verdict.INCONSISTENT: "bold red",
    FAULT: "bold red",
    Verdict.KINK: "bold yellow",
    Verdict.UNRESOLVABLE: "bold yellow",
    Verdict.APPROXIMATION: "bold cyan",
    Verdict.AGREES: "bold green",
}


@dataclasses.dataclass
class Report:
    """The result of `check_gradient`.

    Parameters
    ----------
    evidence : Evidence, optional
        What the rung found; None where a fault ended the check before.
    faults : list of Fault
        Faults around the formula.
    causes : list of Cause
        What explains a wrong gradient; empty where nothing in the table does.
    passed_over : list of pairs
        Higher rungs and why they were not taken.
    placeholders : int
        Arrays without float entries.
    call : str
        The line that reproduces the check.

    References
    ----------
    .. [1] F. Johansson, "Arb: efficient arbitrary-precision midpoint-radius interval
           arithmetic", IEEE Transactions on Computers 66(8), 2017: what an agreement of
           enclosures says.

    Examples
    --------
    >>> import numpy as np
    >>> from nncore.gradcheck import check_gradient
    >>> report = check_gradient(lambda w: (w**2).sum(), lambda w: 3 * w, np.array([1.0]))
    >>> report.ok, report.verdict
    (False, 'wrong')
    >>> entries, index = report.worst()
    >>> index
    (0,)
    >>> report.lines()[0]
    ('bold red', 'wrong: of 1 entries 1 are wrong')
    >>> report.to_dict()["verdict"]
    'wrong'
    """

    evidence: Evidence | None
    faults: list[Fault]
    causes: list[Cause]
    passed_over: list[tuple[str, str]]
    placeholders: int
    call: str

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong and something of every array was resolved."""
        return self.verdict in {Verdict.AGREES, Verdict.APPROXIMATION}

    @property
    def verdict(self) -> str:
        """One word for all entries: "fault", or the worst of their verdicts.

        Single unresolvable entries do not count where others of the same array agree.
        """
        if self.faults:
            return FAULT
        assert self.evidence is not None  # noqa: S101 - only a fault leaves none
        for verdict in (Verdict.WRONG, Verdict.INCONSISTENT, Verdict.KINK):
            if self.evidence.count(verdict):
                return str(verdict)
        passing = (Verdict.AGREES, Verdict.APPROXIMATION)
        if not all(entries.where(*passing).any() for entries in self.evidence.entries):
            return str(Verdict.UNRESOLVABLE)
        approximated = self.evidence.count(Verdict.APPROXIMATION)
        return str(Verdict.APPROXIMATION if approximated else Verdict.AGREES)

    def worst(self) -> tuple[Entries, tuple[int, ...]] | None:
        """The entry to look at first.

        Returns
        -------
        pair of Entries and index, or None
            The entry with the worst verdict and the largest error against the size of its
            array; None where all agree.
        """
        if self.evidence is None:
            return None
        for verdict in (Verdict.WRONG, Verdict.INCONSISTENT, Verdict.KINK):
            found = [
                (float(distance.max()), entries, distance)
                for entries in self.evidence.entries
                if entries.where(verdict).any()
                for distance in [_distance(entries, verdict)]
            ]
            if found:
                _, entries, distance = max(found, key=lambda item: item[0])
                index = np.unravel_index(int(distance.argmax()), distance.shape)
                return entries, tuple(int(i) for i in index)
        return None

    def lines(self) -> list[tuple[str, str]]:
        """The report as lines, each with a style.

        Returns
        -------
        list of pairs
            Style (of rich) and text; at most 20.
        """
        lines = [(STYLES[self.verdict], self._headline())]
        lines += [("red", f"fault: {fault}") for fault in self.faults[:4]]
        if self.evidence is not None:
            lines += self._about_rung(self.evidence)
            lines += self._about_worst()
        lines += [("bold", f"cause: {cause.sentence}") for cause in self.causes[:2]]
        if self.verdict == Verdict.WRONG and not self.causes:
            lines += [("", "cause: none of the known causes explains all of the error")]
        if self.evidence is not None:
            lines += [("cyan", text) for text in self._about_constants(self.evidence)]
        lines += [("dim", f"not {rung}: {reason}") for rung, reason in self.passed_over]
        if self.evidence is not None:
            lines += [("dim", f"note: {note}") for note in self.evidence.notes]
        lines = [(style, _short(text)) for style, text in lines[: MOST_LINES - 1]]
        return [*lines, ("dim", f"reproduce: {self.call}")]

    def __str__(self) -> str:
        return "\n".join(text for _, text in self.lines())

    def __rich__(self) -> object:
        return lines_rich(self.lines())

    def _repr_html_(self) -> str:
        """The report for notebooks, with a heat map of the error over each array."""
        return heatmap(self.lines(), self.evidence.entries if self.evidence else [])

    def to_dict(self) -> dict[str, Any]:
        """The report for machines.

        Returns
        -------
        dict
            Plain Python, as JSON has it: None stands for what is not a finite number.
        """
        worst = self.worst()
        evidence = self.evidence
        told = {
            "ok": self.ok,
            "verdict": self.verdict,
            "faults": [{"kind": str(f.kind), "message": f.message} for f in self.faults],
            "causes": [{"name": c.name, "sentence": c.sentence} for c in self.causes],
            "not": [{"rung": rung, "reason": reason} for rung, reason in self.passed_over],
            "placeholders": self.placeholders,
            "reproduce": self.call,
            "rung": evidence.rung if evidence else None,
            "sensitivity": evidence.sensitivity if evidence else None,
            "evaluations": evidence.evaluations if evidence else None,
            "achieved_digits": evidence.achieved_digits if evidence else None,
            "notes": evidence.notes if evidence else [],
            "details": evidence.details if evidence else {},
            "approximations": [dataclasses.asdict(a) for a in evidence.approximations]
            if evidence
            else [],
            "arrays": [
                _array_dict(entries, has_levels=bool(worst)) for entries in evidence.entries
            ]
            if evidence
            else [],
            "worst": _entry_dict(*worst) if worst else None,
        }
        return {key: _plain(value) for key, value in told.items()}

    def _headline(self) -> str:
        """The verdict and the numbers of entries."""
        if self.evidence is None:
            return f"{self.verdict}: the check ended before the formula was looked at"
        total = sum(entries.analytic.size for entries in self.evidence.entries)
        counts = {v: self.evidence.count(v) for v in ORDER}
        told = ", ".join(
            f"{number:,} {_VERBS[verdict]}" for verdict, number in counts.items() if number
        )
        passed = f"; {self.placeholders} placeholders passed over" if self.placeholders else ""
        return f"{self.verdict}: of {total:,} entries {told}{passed}"

    def _about_rung(self, evidence: Evidence) -> list[tuple[str, str]]:
        """The method, and the error that it would have seen."""
        resolved = [
            float(entries.digits[entries.where(Verdict.AGREES)].min())
            for entries in evidence.entries
            if entries.where(Verdict.AGREES).any()
        ]
        least = min(resolved, default=math.inf)
        count = f"{least:.0f} digits or more" if math.isfinite(least) else "all digits"
        digits = f"agreement to {count}; " if resolved else ""
        size = f"a relative error of {evidence.sensitivity:.1e}"
        seen = (
            f"{size if evidence.sensitivity else 'any error'} in one entry would have been seen"
        )
        lines = [("", f"{evidence.rung}, {evidence.evaluations:,} evaluations of the cost")]
        if evidence.count(Verdict.AGREES, Verdict.WRONG):
            lines += [("", f"{digits}{seen}")]
        if evidence.achieved_digits is not None:
            lines += [("", f"its own floats achieve {evidence.achieved_digits:.1f} digits")]
        return lines

    def _about_worst(self) -> list[tuple[str, str]]:
        """The worst entry: yours, the reference, their ratio, the slopes of a kink."""
        worst = self.worst()
        if worst is None:
            return []
        entries, index = worst
        mine, reference = float(entries.analytic[index]), float(entries.reference[index])
        error = float(entries.error[index])
        lines = [
            ("bold", f"worst: {_name(entries.path, index)}"),
            ("", f"  yours      {_exact(mine)}"),
        ]
        if entries.slopes is not None and math.isfinite(entries.slopes[0][index]):
            low, high = (float(side[index]) for side in entries.slopes)
            lines += [("", f"  slopes     from {low:.10g} to {high:.10g}")]
        else:
            lines += [("", f"  reference  {_exact(reference)} +- {error:.1e}")]
            ratio = ratio_text(mine / reference) if reference else "none: the reference is zero"
            lines += [("", f"  ratio      {ratio}")]
        return lines

    def _about_constants(self, evidence: Evidence) -> list[str]:
        """The approximations, one sentence each."""
        return [
            f"approximation: {a.constant:g} {a.kind} ({a.line}) causes {_effect(a.effect)}"
            for a in evidence.approximations[:3]
        ]


def _exact(number: float) -> str:
    """The shortest text that is read as the same float."""
    return repr(number).removesuffix(".0")


def _effect(size: float) -> str:
    """The error that an approximation causes, in words."""
    if math.isinf(size):
        return "all of an entry whose derivative is zero"
    return f"a relative error of up to {size:.1e}"


_VERBS = {
    Verdict.WRONG: "are wrong",
    Verdict.INCONSISTENT: "are inconsistent",
    Verdict.KINK: "are at a kink",
    Verdict.UNRESOLVABLE: "are unresolvable",
    Verdict.APPROXIMATION: "agree but for an approximation",
    Verdict.AGREES: "agree",
}


def _distance(entries: Entries, verdict: Verdict) -> FloatArray:
    """Distance of entries with the verdict, relative to the largest of the array."""
    reference = np.nan_to_num(entries.reference, posinf=0.0, neginf=0.0)
    size = float(max(np.abs(reference).max(), np.abs(entries.analytic).max())) or 1.0
    distance = np.abs(entries.analytic - reference) / size
    return np.where(entries.where(verdict), distance, -math.inf)


def _name(path: str, index: tuple[int, ...]) -> str:
    """An entry as ``params["w"][2][0, 3]``."""
    return f"{path}[{', '.join(str(i) for i in index)}]" if index else path


def _short(text: str, most: int = 300) -> str:
    """The text on one line, cut where it is very long."""
    line = " ".join(text.split()) if not text.startswith(" ") else text
    return line if len(line) <= most else f"{line[: most - 3]}..."


def _plain(value: Any) -> Any:
    """The value, with None for numbers that JSON does not know."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _array_dict(entries: Entries, *, has_levels: bool) -> dict[str, Any]:
    """Counts of the verdicts of one array; a level for each entry where one of them is bad."""
    counts = {str(v): int(entries.where(v).sum()) for v in Verdict}
    about = {"path": entries.path, "shape": entries.analytic.shape, "verdicts": counts}
    return about | ({"levels": levels_of(entries)} if has_levels else {})


def _entry_dict(entries: Entries, index: tuple[int, ...]) -> dict[str, Any]:
    """One entry."""
    slopes = entries.slopes
    return {
        "entry": _name(entries.path, index),
        "verdict": str(tuple(Verdict)[int(entries.verdict[index])]),
        "yours": float(entries.analytic[index]),
        "reference": float(entries.reference[index]),
        "error": float(entries.error[index]),
        "slopes": [float(side[index]) for side in slopes] if slopes is not None else None,
    }
