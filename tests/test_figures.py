"""What campaigns hand on to other programs."""

import json
from pathlib import Path

import pytest
from figures import Figure, write


def test_figures_are_one_line_of_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "figures.json"
    assert write("accuracy", [Figure("accurate", "tanh", 1.5, 2.0, "ulp")], path)
    text = path.read_text(encoding="utf-8")
    assert capsys.readouterr().out == text
    assert text.count("\n") == 1
    found = json.loads(text)
    assert (found["session"], found["is_met"]) == ("accuracy", True)
    assert found["figures"] == [
        {
            "promise": "accurate",
            "what": "tanh",
            "value": 1.5,
            "goal": 2.0,
            "unit": "ulp",
            "trials": 0,
            "is_met": True,
        }
    ]


@pytest.mark.parametrize("value", [2.1, float("inf"), float("nan")])
def test_a_figure_beyond_its_goal_is_not_met(
    value: float, capsys: pytest.CaptureFixture[str]
) -> None:
    met, missed = Figure("p", "a", 1.0, 2.0, ""), Figure("p", "b", value, 2.0, "")
    assert not write("s", [met, missed], None)
    # Strict JSON, which has no NaN and no infinity.
    json.loads(capsys.readouterr().out, parse_constant=pytest.fail)


def test_nothing_measured_is_nothing_met() -> None:
    assert not write("s", [], None)
