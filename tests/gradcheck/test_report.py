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
from nncore.gradcheck.diagnose import Cause
from nncore.gradcheck.evidence import Approximation, Entries, Evidence, Verdict
from nncore.gradcheck.faults import Fault, Kind
from nncore.gradcheck.heatmap import levels_of
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


@pytest.mark.parametrize(
    ("verdict", "style"),
    [
        (Verdict.WRONG, "bold red"),
        (Verdict.INCONSISTENT, "bold red"),
        (Verdict.KINK, "bold yellow"),
        (Verdict.UNRESOLVABLE, "bold yellow"),
        (Verdict.APPROXIMATION, "bold cyan"),
        (Verdict.AGREES, "bold green"),
    ],
)
def test_the_first_line_has_the_colour_of_the_verdict(verdict: Verdict, style: str) -> None:
    assert report(entries(verdict)).lines()[0][0] == style


def test_the_first_line_counts_every_verdict_the_worse_first() -> None:
    assert str(report(entries(*Verdict))).splitlines()[0] == (
        "wrong: of 6 entries 1 are wrong, 1 are inconsistent, 1 are at a kink, "
        "1 are unresolvable, 1 agree but for an approximation, 1 agree"
    )


def told() -> Report:
    """A report in which everything has something to say."""
    bias, weights = entries(Verdict.AGREES, Verdict.WRONG), entries(*[Verdict.AGREES] * 4)
    bias.digits[:] = 9, 3
    weights.path = 'params["w"]'
    weights.verdict[2] = Verdict.WRONG.code
    weights.digits[:] = 8, 7, 3, 12
    weights.analytic, weights.reference = np.arange(4.0), np.array([0.0, 1, -2, 3])
    weights.error = np.arange(4) * 1e-12
    for name in ("analytic", "reference", "error", "magnitude", "verdict", "digits"):
        setattr(weights, name, getattr(weights, name).reshape(2, 2))
    approximations = [Approximation(1e-9, "a.py:1", effect, "x") for effect in (1e-8, math.inf)]
    evidence = Evidence(
        "complex step",
        [bias, weights],
        1e-12,
        1234,
        ["a limit"],
        approximations * 2,
        13.2,
        details={"bits": 128, "seconds": (math.inf, 0.5)},
    )
    causes = [Cause(name, f"because of {name}") for name in ("a", "b", "c")]
    passed_over = [("certified", "it\nprints"), ("exact", "it rounds")]
    return report(evidence=evidence, causes=causes, passed_over=passed_over, placeholders=1)


def test_all_lines_and_their_styles() -> None:
    approximation = "approximation: 1e-09 x (a.py:1) causes"
    small = f"{approximation} a relative error of up to 1.0e-08"
    seen = "a relative error of 1.0e-12 in one entry would have been seen"
    assert told().lines() == [
        ("bold red", "wrong: of 6 entries 2 are wrong, 4 agree; 1 placeholders passed over"),
        ("", "complex step, 1,234 evaluations of the cost"),
        ("", f"agreement to 7 digits or more; {seen}"),
        ("", "its own floats achieve 13.2 digits"),
        ("bold", 'worst: params["w"][1, 0]'),
        ("", "  yours      2"),
        ("", "  reference  -2 +- 2.0e-12"),
        ("", "  ratio      -1"),
        ("bold", "cause: because of a"),
        ("bold", "cause: because of b"),
        ("cyan", small),
        ("cyan", f"{approximation} all of an entry whose derivative is zero"),
        ("cyan", small),
        ("dim", "not certified: it prints"),
        ("dim", "not exact: it rounds"),
        ("dim", "note: a limit"),
        ("dim", "reproduce: again()"),
    ]
    untold = report(entries(Verdict.UNRESOLVABLE)).lines()
    assert untold[2:] == [("dim", "reproduce: again()")]
    assert ("", seen) in report(entries(Verdict.WRONG)).lines()


def test_four_faults_are_told_and_the_formula_was_not_looked_at() -> None:
    faults = [Fault(Kind.STATE, str(i)) for i in range(5)]
    assert report(evidence=None, faults=faults).lines() == [
        ("bold red", "fault: the check ended before the formula was looked at"),
        *(("red", f"fault: hidden state: {i}") for i in range(4)),
        ("dim", "reproduce: again()"),
    ]


def test_the_whole_dict() -> None:
    found = told()
    assert found.evidence is not None
    bias, weights = found.evidence.entries
    none = dict.fromkeys(map(str, Verdict), 0)
    small = {"constant": 1e-9, "line": "a.py:1", "effect": 1e-8, "kind": "x"}
    assert found.to_dict() == {
        "ok": False,
        "verdict": "wrong",
        "faults": [],
        "causes": [{"name": name, "sentence": f"because of {name}"} for name in "abc"],
        "not": [
            {"rung": "certified", "reason": "it\nprints"},
            {"rung": "exact", "reason": "it rounds"},
        ],
        "placeholders": 1,
        "reproduce": "again()",
        "rung": "complex step",
        "sensitivity": 1e-12,
        "evaluations": 1234,
        "achieved_digits": 13.2,
        "notes": ["a limit"],
        "details": {"bits": 128, "seconds": [None, 0.5]},
        "approximations": [small, small | {"effect": None}] * 2,
        "arrays": [
            {
                "path": "params",
                "shape": [2],
                "verdicts": none | {"agrees": 1, "wrong": 1},
                "levels": levels_of(bias),
            },
            {
                "path": 'params["w"]',
                "shape": [2, 2],
                "verdicts": none | {"agrees": 3, "wrong": 1},
                "levels": levels_of(weights),
            },
        ],
        "worst": {
            "entry": 'params["w"][1, 0]',
            "verdict": "wrong",
            "yours": 2.0,
            "reference": -2.0,
            "error": 2e-12,
            "slopes": None,
        },
    }


def test_the_dict_of_a_check_that_ended_before() -> None:
    fault = Fault(Kind.STATE, "it counts")
    assert report(evidence=None, faults=[fault]).to_dict() == {
        "ok": False,
        "verdict": "fault",
        "faults": [{"kind": "hidden state", "message": "it counts"}],
        **{key: [] for key in ("causes", "not", "notes", "approximations", "arrays")},
        **dict.fromkeys(("rung", "sensitivity", "evaluations", "achieved_digits", "worst")),
        "placeholders": 0,
        "reproduce": "again()",
        "details": {},
    }


def compared(analytic: list[float], reference: list[float]) -> Entries:
    """Entries that are all wrong."""
    found = entries(*[Verdict.WRONG] * len(analytic))
    found.analytic, found.reference = np.array(analytic), np.array(reference)
    return found


@pytest.mark.parametrize("unknown", [math.nan, math.inf, -math.inf])
def test_an_entry_without_a_reference_counts_by_its_size(unknown: float) -> None:
    found = [compared([1.0, 2.0], [unknown, 1.9]), compared([0.1, 2.0], [unknown, -2.0])]
    assert [report(each).worst() for each in found] == [(found[0], (0,)), (found[1], (1,))]


def test_the_worst_array_is_told_by_the_error_against_its_largest_number() -> None:
    arrays = [
        compared([-10.0, 0.0], [-1.0, 0.0]),
        compared([2.0], [-2.0]),
        compared([-1.0, 0.0], [-10.0, 0.0]),
    ]
    for order in (arrays, arrays[::-1]):
        worst = report(*order).worst()
        assert worst is not None
        assert worst[0] is arrays[1]
    tied = [compared([2.0, 1.0], [1.0, 1.0]) for _ in range(2)]
    assert report(*tied).worst() == (tied[0], (0,))
    below = compared([1.0, 2.0], [3.0, 2.1])
    assert report(below).worst() == (below, (0,))
    assert report(compared([0.0], [math.nan])).worst() is not None


def test_a_wrong_entry_beside_a_kink_has_a_reference() -> None:
    found = entries(Verdict.WRONG, Verdict.KINK)
    found.slopes = np.array([math.nan, -1.0]), np.array([math.nan, 1.0])
    lines = [text for _, text in report(found).lines()]
    assert "  reference  1 +- 1.0e-12" in lines
    assert report(found).to_dict()["worst"]["slopes"] == [None, None]


@pytest.mark.parametrize(("length", "kept"), [(300, 300), (301, 297)])
def test_long_lines_are_cut_at_three_hundred(length: int, kept: int) -> None:
    text = "fault: hidden state: ".ljust(length, "x")
    fault = Fault(Kind.STATE, text.removeprefix("fault: hidden state: "))
    shown = report(evidence=None, faults=[fault]).lines()[1][1]
    assert shown == text[:kept].ljust(300, ".")


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
    assert report(entries(Verdict.KINK)).lines()[2:] == [
        ("bold", "worst: params[0]"),
        ("", "  yours      2"),
        ("", "  slopes     from 0 to 1"),
        ("dim", "reproduce: again()"),
    ]
    wrong = entries(Verdict.WRONG)
    wrong.reference[:] = 0
    assert "the reference is zero" in str(report(wrong))
    unexplained = "cause: none of the known causes explains all of the error"
    assert ("", unexplained) in report(wrong).lines()


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
