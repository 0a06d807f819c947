"""Every promise has evidence that exists; what is measured is written, the rest stays."""

import re
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner
from evidence import __main__ as command
from evidence.rows import PROMISES, ROWS, Row, alarms, counted, detected, found, nearest
from evidence.table import BEGIN, END, UNKNOWN, Cell, read_table, write_table
from figures import Figure, write

ROOT = Path(__file__).parent.parent


def test_every_promise_names_sessions_that_exist() -> None:
    sessions = re.findall(
        r"^def (\w+)\(session", (ROOT / "noxfile.py").read_text(), re.MULTILINE
    )
    assert {row.promise for row in ROWS} == set(PROMISES)
    assert {row.session for row in ROWS} <= set(sessions)
    assert all(row.name in row.nox.split() for row in ROWS)
    assert len({row.name for row in ROWS}) == len(ROWS)


def test_every_command_runs_a_file_or_module_that_its_session_runs() -> None:
    noxfile = (ROOT / "noxfile.py").read_text()
    for row in ROWS:
        program = next(word for word in row.command if word not in {"python", "-m"})
        assert f'"{program}"' in noxfile, row.name


def test_the_readme_has_a_row_for_each_command() -> None:
    cells = read_table(ROOT / "README.md")
    assert list(cells) == [row.nox for row in ROWS]
    for cell in cells.values():
        assert cell == UNKNOWN or re.fullmatch(r"\d{4}-\d\d-\d\d", cell.date)


def test_campaigns_speak_of_promises_that_are_made() -> None:
    made: set[str] = set()
    for path in (ROOT / "tests").rglob("*.py"):
        made |= set(re.findall(r'^PROMISE = "(.*)"$', path.read_text("utf-8"), re.MULTILINE))
    assert made
    assert made <= set(PROMISES)


@pytest.fixture
def readme(tmp_path: Path) -> Path:
    path = tmp_path / "README.md"
    path.write_text(f"before\n{BEGIN}{END}\nafter\n")
    return path


def test_rows_of_other_names_stay(readme: Path) -> None:
    first, second = ROWS[0].nox, ROWS[1].nox
    write_table(readme, {first: Cell("1 of 2", "2026-01-01")})
    write_table(readme, {second: Cell("3 of 4", "2026-01-02")})
    cells = read_table(readme)
    assert cells[first] == Cell("1 of 2", "2026-01-01")
    assert cells[second] == Cell("3 of 4", "2026-01-02")
    assert list(cells.values())[2:] == [UNKNOWN] * (len(ROWS) - 2)
    text = readme.read_text()
    assert text.startswith(f"before\n{BEGIN}\n\n| promise |")
    assert text.endswith(f"|\n\n{END}\nafter\n")


def test_a_file_without_markers_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "README.md"
    path.write_text(BEGIN)
    with pytest.raises(ValueError, match="must stand between"):
        write_table(path, {})
    assert path.read_text() == BEGIN


def test_figures_become_words(capsys: pytest.CaptureFixture[str]) -> None:
    figures = [
        Figure(PROMISES[0], "a", 1.0, 0.0, "mutants", 10),
        Figure(PROMISES[0], "b", 0.0, 0.0, "mutants", 20),
        Figure(PROMISES[0], "c", 3.0, 4.0, "ulp"),
        Figure(PROMISES[0], "d", 1.0, 2.0, "ulp"),
    ]
    write("s", figures, None)
    output = "a table\n" + capsys.readouterr().out
    assert counted("survive")(output) == "1 of 30 mutants survive"
    assert nearest(output) == "nearest to its goal of 2: c 3 ulp, at most 4"
    assert (counted("survive")("nothing"), nearest("nothing")) == ("", "")
    assert (
        found(r"(\d+) passed", r"(\d+) failed")("12 passed\n1 failed\n3 passed") == "12, 3, 1"
    )


@pytest.mark.parametrize(
    ("code", "cell", "status"),
    [
        ("print('7 passed')", "7 passed", 0),
        ("print('7 passed'); raise SystemExit(1)", "**missed:** 7 passed", 1),
        ("print('nothing')", "**missed:** exit status 0", 1),
    ],
)
def test_what_is_missed_is_said(
    code: str, cell: str, status: int, readme: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = Row("mine", PROMISES[0], ROWS[0].nox, ("python", "-c", code), found(r"(\d+ passed)"))
    monkeypatch.setattr(command, "ROWS", (row, row._replace(name="other", command=())))
    # The choice of names was made when the command was.
    monkeypatch.setattr(command.main.params[0].type, "choices", ["mine"])
    result = CliRunner().invoke(command.main, ["mine", "--readme", str(readme)])
    assert result.exit_code == status
    assert read_table(readme)[row.nox].figure == cell


def test_ctrl_c_keeps_the_rows_before(readme: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    write_table(readme, {ROWS[0].nox: Cell("1 of 2", "2026-01-01")})
    monkeypatch.setattr(subprocess, "run", interrupted)
    result = CliRunner().invoke(command.main, ["accuracy", "--readme", str(readme)])
    assert result.exit_code == 130
    assert read_table(readme)[ROWS[0].nox].figure == "1 of 2"


def test_names_are_listed_and_unknown_ones_refused() -> None:
    listed = CliRunner().invoke(command.main, ["--list"]).output
    assert [line.split()[0] for line in listed.splitlines()] == [row.name for row in ROWS]
    assert CliRunner().invoke(command.main, ["nothing"]).exit_code == 2


def test_false_alarms_are_told_by_rung() -> None:
    output = """false alarms on correct gradients
  certified plain                    0 of 2000 (<= 0.0015), 0 not applicable
  certified in all                   0 of 10000 (<= 0.0003), 0 not applicable
  complex step in all                1 of 200 (<= 0.024), 3 not applicable
"""
    assert (
        alarms(output)
        == "false alarms: certified 0 of 10000 (<= 0.0003), complex step 1 of 200 (<= 0.024)"
    )
    assert not alarms("nothing")


def test_errors_that_were_seen_are_told_by_rung_and_size() -> None:
    output = """one wrong entry, by its relative size
  certified terms 1e-30              seen in 100.00% of 2000
  differences full constant 1e-8     seen in 99.50% of 2000
"""
    told = "certified 1e-30 in 100.00% of 2000, differences full 1e-8 in 99.50% of 2000"
    assert detected(output) == f"one wrong entry seen: {told}"
    assert not detected("nothing")
