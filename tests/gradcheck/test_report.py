"""What people see: few lines, plain words, one formatting code."""

from __future__ import annotations

import io
import json
import math
from typing import Any

import numpy as np
import pytest
import rich.console
from networks import net

from nncore.gradcheck.check import check_gradient
from nncore.gradcheck.evidence import Approximation, Entries, Evidence, Verdict
from nncore.gradcheck.hygiene import Fault, Kind
from nncore.gradcheck.report import Report


def entries(*verdicts: Verdict, path: str = "params") -> Entries:
    codes = np.array([verdict.code for verdict in verdicts], np.uint8)
    ones = np.ones(len(verdicts))
    slopes = (ones * 0, ones) if Verdict.KINK in verdicts else None
    return Entries(path, ones * 2, ones, ones * 1e-12, ones, codes, ones * 12, slopes)


def report(*arrays: Entries, **parts: Any) -> Report:
    settings: dict[str, Any] = {"faults": [], "causes": [], "passed_over": []}
    evidence = Evidence("complex step", list(arrays), 1e-12, 10)
    settings |= {"evidence": evidence, "placeholders": 0, "call": "again()"} | parts
    return Report(**settings)


@pytest.mark.parametrize(
    ("arrays", "verdict"),
    [
        ([entries(Verdict.AGREES)], "agrees"),
        ([entries(Verdict.AGREES, Verdict.UNRESOLVABLE)], "agrees"),
        ([entries(Verdict.AGREES), entries(Verdict.UNRESOLVABLE)], "unresolvable"),
        ([entries(Verdict.AGREES, Verdict.APPROXIMATION)], "approximation"),
        ([entries(Verdict.APPROXIMATION), entries(Verdict.UNRESOLVABLE)], "unresolvable"),
        ([entries(Verdict.AGREES, Verdict.KINK)], "kink"),
        ([entries(Verdict.KINK, Verdict.INCONSISTENT)], "inconsistent"),
        ([entries(Verdict.INCONSISTENT), entries(Verdict.WRONG)], "wrong"),
    ],
)
def test_verdict_is_the_worst_that_counts(arrays: list[Entries], verdict: str) -> None:
    found = report(*arrays)
    assert found.verdict == verdict
    assert found.ok is (verdict in {"agrees", "approximation"})
    assert str(found).startswith(f"{verdict}: of ")


def test_a_fault_comes_before_all_verdicts() -> None:
    fault = Fault(Kind.ALIAS, "so it does")
    found = report(entries(Verdict.AGREES), faults=[fault])
    assert found.verdict == "fault"
    assert not found.ok
    found = report(evidence=None, faults=[fault])
    assert "the check ended before" in str(found)
    assert "so it does" in str(found)
    assert found.worst() is None
    assert found.to_dict()["rung"] is None
    assert "<figure" not in found._repr_html_()


def test_first_line_counts_what_is_unresolvable() -> None:
    found = report(entries(Verdict.AGREES, *[Verdict.UNRESOLVABLE] * 3), placeholders=2)
    line = str(found).splitlines()[0]
    assert "3 are unresolvable" in line
    assert "2 placeholders passed over" in line


def test_wrong_entry_is_named_with_all_that_helps() -> None:
    n = net("plain", 1, batch=8)

    def wrong(p: Any) -> Any:
        found = n.gradient(p)
        found["w"][2] = 8 * found["w"][2]
        return found

    text = str(check_gradient(n.cost, wrong, n.params, batch=8, method="complex_step"))
    lines = text.splitlines()
    assert len(lines) <= 20
    assert lines[0] == "wrong: of 89 entries 12 are wrong, 77 agree"
    assert 'worst: params["w"][2][' in text
    assert "yours      " in text
    assert "reference  " in text
    assert "+- " in text
    assert "ratio      8" in text
    assert (
        'cause: params["w"][2] is 8 times too large: it is summed over the batch, the cost is '
        "averaged" in text
    )
    assert lines[-1].startswith("reproduce: nncore.check_gradient(cost, gradient, params, ")


def test_kinks_show_both_slopes_and_zero_references_no_ratio() -> None:
    assert "0 to the left, 1 to the right" in str(report(entries(Verdict.KINK)))
    wrong = entries(Verdict.WRONG)
    wrong.reference[:] = 0
    assert "the reference is zero" in str(report(wrong))
    assert "none of the known causes" in str(report(wrong))


def test_very_long_reports_have_twenty_lines() -> None:
    found = report(
        entries(Verdict.WRONG),
        faults=[Fault(kind, "x" * 500) for kind in Kind],
        passed_over=[("certified", "because\nof that")] * 30,
    )
    assert found.evidence is not None
    found.evidence.notes = ["note"] * 30
    found.evidence.approximations = [Approximation(1e-9, "a.py:1", 1e-8, "in a root")] * 9
    lines = str(found).splitlines()
    assert len(lines) == 20
    assert max(map(len, lines)) <= 300
    assert lines[-1] == "reproduce: again()"


def test_constants_digits_and_sensitivity_are_told() -> None:
    found = report(entries(Verdict.APPROXIMATION, Verdict.AGREES))
    assert found.evidence is not None
    found.evidence.approximations = [Approximation(1e-9, "a.py:1", 1e-8, "in a root")]
    found.evidence.approximations.append(Approximation(500.0, "a.py:2", math.inf, "a bound"))
    found.evidence.achieved_digits = 13.2
    found.evidence.notes = ["a limit"]
    text = str(found)
    assert (
        "approximation: 1e-09 in a root (a.py:1) causes a relative error of up to 1.0e-08"
        in text
    )
    assert "500 a bound (a.py:2) causes all of an entry whose derivative is zero" in text
    assert "achieve 13.2 digits" in text
    assert "a relative error of 1.0e-12 in one entry would have been seen" in text
    assert "note: a limit" in text
    found.evidence.sensitivity = 0.0
    found.evidence.entries[0].digits[:] = np.inf
    assert "agreement to all digits; any error in one entry" in str(found)


def test_dict_fits_json() -> None:
    found = report(entries(Verdict.WRONG, Verdict.KINK))
    data = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert data["verdict"] == "wrong"
    assert data["ok"] is False
    assert data["worst"]["entry"] == "params[0]"
    assert data["arrays"][0]["verdicts"]["kink"] == 1
    assert report(entries(Verdict.AGREES)).to_dict()["worst"] is None


def test_dict_of_a_wrong_gradient_has_a_level_for_each_entry() -> None:
    data = report(entries(Verdict.WRONG, Verdict.AGREES, Verdict.UNRESOLVABLE)).to_dict()
    ((wrong, right, unknown),) = data["arrays"][0]["levels"]
    assert 0 < wrong <= 1
    assert (right, unknown) == (0, None)
    assert "levels" not in report(entries(Verdict.AGREES)).to_dict()["arrays"][0]


def test_scalars_are_named_by_their_path() -> None:
    scalar = entries(Verdict.WRONG)
    for name in ("analytic", "reference", "error", "magnitude", "verdict", "digits"):
        setattr(scalar, name, getattr(scalar, name).reshape(()))
    assert "worst: params\n" in str(report(scalar))
    assert "<svg" in report(scalar)._repr_html_()


def test_rich_and_plain_text_are_the_same() -> None:
    found = report(entries(Verdict.WRONG))
    console = rich.console.Console(width=400, record=True, file=io.StringIO())
    console.print(found)
    assert console.export_text().rstrip() == str(found)


def test_notebooks_get_a_picture_of_each_array() -> None:
    array = entries(*[Verdict.WRONG, Verdict.AGREES, Verdict.UNRESOLVABLE, Verdict.KINK] * 50)
    for name in ("analytic", "reference", "error", "magnitude", "verdict", "digits"):
        setattr(array, name, getattr(array, name).reshape(100, 2))
    array.slopes = (np.zeros((100, 2)), np.ones((100, 2)))
    html = report(array, entries(Verdict.AGREES, path='params["w"]<script>'))._repr_html_()
    assert html.count("<svg") == 2
    # A tall array is drawn in blocks.
    assert html.count("<rect") == 48 * 2 + 1
    assert "<script>" not in html
    assert "hsl(130" in html
    assert "#d9d9d9" in report(entries(Verdict.UNRESOLVABLE))._repr_html_()
