"""`nncore verify` and `nncore new` from a shell."""

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nncore import cli
from nncore.verify import CHECKS, Result, Status, campaign, selftest
from nncore.verify.campaign import INTERRUPTED, Outcome, Task

SOURCE = """
from nncore import Network
from nncore.verify import Adapter
adapter = Adapter(make=Network, weights="weights", biases="biases", forward="forward")
"""


WRONG = """
from nncore import Network
from nncore.verify import Adapter


def gradient(net, x, y):
    nabla_w, nabla_b = net.backprop(x, y)
    return [2 * nabla for nabla in nabla_w], nabla_b


names = {"weights": "weights", "biases": "biases", "forward": "forward", "cost": "cost"}
adapter = Adapter(make=Network, gradient=gradient, **names)
"""


@pytest.fixture(autouse=True)
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory with an implementation."""
    (tmp_path / "implementation_of_mine.py").write_text(SOURCE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "160")
    return tmp_path


TARGET = "implementation_of_mine.py:adapter"
PASSED = Result("law", "structure", "It holds.", Status.PASSED)
FAILED = Result("broken", "structure", "It holds.", Status.FAILED, "it does not")


def stand_in(
    monkeypatch: pytest.MonkeyPatch, outcome_of: Callable[[Task], Outcome]
) -> list[Task]:
    """Let tasks end at once, and return those that were asked for."""
    asked: list[Task] = []

    def in_process(task: Task, told: Any, _running: Any) -> Outcome:
        asked.append(task)
        outcome = outcome_of(task)
        for result in outcome.results:
            told(result)
        return outcome

    monkeypatch.setattr(campaign, "in_process", in_process)
    return asked


def test_a_run_from_beginning_to_end(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["verify", TARGET, "--only", "list_lengths", "-n", "3", "--seed", "5"]
    assert cli.main([*arguments, "--json", "r.json", "--junit", "r.xml"]) == 0
    assert f"{TARGET}: 1 passed" in capsys.readouterr().out
    [row] = json.loads(Path("r.json").read_text("utf-8"))
    assert (row["seed"], row["results"][0]["examples"]) == (5, 3)
    assert 'name="list_lengths"' in Path("r.xml").read_text("utf-8")


def test_options_reach_the_tasks(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = stand_in(monkeypatch, lambda task: Outcome(task, [PASSED]))
    options = "--only structure,gradient --only list_lengths --max-seconds 3 --timeout 9"
    more = "--memory 512 -n 4 --seed 1 -j 2"
    status = cli.main(["verify", "a.py", "b.py", "a.py", *options.split(), *more.split()])
    assert status == 0
    only = ("structure", "gradient", "list_lengths")
    expected = [Task(name, 4, 1, only, 3.0, 9.0, 2**29) for name in ("a.py", "b.py")]
    assert sorted(asked, key=lambda task: task.target) == expected
    assert "b.py: 1 passed" in capsys.readouterr().out


def test_one_seed_is_drawn_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = stand_in(monkeypatch, lambda task: Outcome(task, [PASSED]))
    cli.main(["verify", "a.py", "b.py"])
    seeds = {task.seed for task in asked}
    assert len(seeds) == 1
    assert None not in seeds


def test_exit_codes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stand_in(monkeypatch, lambda task: Outcome(task, [FAILED]))
    assert cli.main(["verify", "a.py"]) == 1
    assert "FAILED broken" in capsys.readouterr().out
    stand_in(monkeypatch, lambda task: Outcome(task, [PASSED], "killed"))
    assert cli.main(["verify", "a.py", "--json", "-"]) == 2
    [row] = json.loads(capsys.readouterr().out)
    assert row["error"] == "killed"


def test_ctrl_c_reports_what_is_known(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(_: Task) -> Outcome:
        raise KeyboardInterrupt

    stand_in(monkeypatch, interrupted)
    assert cli.main(["verify", "a.py"]) == 130
    assert INTERRUPTED in capsys.readouterr().out


def test_a_cluster_gets_the_same_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    dask = pytest.importorskip("nncore.verify.dask")
    addresses: list[str] = []

    def cluster(address: str) -> campaign.Scheduler:
        addresses.append(address)
        return lambda _, tasks: [Outcome(task, [PASSED]) for task in tasks]

    monkeypatch.setattr(dask, "cluster", cluster)
    assert cli.main(["verify", "a.py", "--dask", "tcp://127.0.0.1:1"]) == 0
    assert addresses == ["tcp://127.0.0.1:1"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "name at least one MODULE_OR_FILE:ADAPTER"),
        (["a.py", "--only", ""], "'--only': it must name a check or group"),
        (["a.py", "--only", ",,"], "'--only': it must name a check or group"),
        (["a.py", "--json", "r", "--junit", "./r"], "`--json` and `--junit` are the same file"),
        (["a.py", "--report", "a.py"], "`a.py` and `--report` are the same file"),
        (["a:mine", "--report", "a.py"], "`a:mine` and `--report` are the same file"),
        (["a.py", "--json", "."], "is a directory; name a file in it"),
        (["a.py", "--journal", "j"], "`--journal` is of use only with `--self-test`"),
        (["--list", "a.py"], "the target `a.py` is of no use with `--list`"),
        (["--list", "--only", "structure"], "`--only` is of no use with `--list`"),
        (["--list", "--seed", "0"], "`--seed` is of no use with `--list`"),
        (["--list", "--self-test"], "`--self-test` is of no use with `--list`"),
        (["--self-test", "--json", "-"], "`--json` is of no use with `--self-test`"),
        (["--self-test", "--junit", "r"], "`--junit` is of no use with `--self-test`"),
        (["--self-test=full", "--report", "r"], "`--report` is of no use with `--self-test`"),
        (["--self-test=own", "a.py"], "the target `a.py` is of no use with `--self-test`"),
        (["a.py", "--json", "missing/r.json"], "missing"),
        (["a.py", "--memory", "3"], "--memory"),
    ],
)
def test_bad_input(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["verify", *arguments]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
    assert [path.name for path in Path().iterdir()] == ["implementation_of_mine.py"]


OWN_LAW = """
from nncore import Network
from nncore.verify import Adapter, check


@check(needs={"forward"}, group="my_laws")
def my_law(net, case):
    \"\"\"It holds.\"\"\"


adapter = Adapter(make=Network, weights="weights", biases="biases", forward="forward")
"""


def test_laws_that_only_the_target_knows_can_be_named(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("own.py").write_text(OWN_LAW)
    for name in ("my_law", "my_laws"):
        assert cli.main(["verify", "own.py", "--only", name, "-n", "2"]) == 0
        assert "own.py: 1 passed" in capsys.readouterr().out
    assert cli.main(["verify", "own.py", "--only", "my_lau", "-n", "2"]) == 2
    assert "names 'my_lau', which is no check (did you mean 'my_law'?)" in (
        capsys.readouterr().out
    )


ENDINGS = (["--json", "r.json"], ["--junit", "r.xml"], ["--report", "r.html"])
ALL_FILES = [word for words in ENDINGS for word in words]


def test_one_file_that_fails_keeps_nothing_else_from_being_written(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def vanish(task: Task) -> Outcome:
        Path("r.xml").mkdir()
        return Outcome(task, [PASSED])

    stand_in(monkeypatch, vanish)
    assert cli.main(["verify", "a.py", *ALL_FILES]) == 2
    assert Path("r.json").exists()
    assert Path("r.html").exists()
    out, err = capsys.readouterr()
    assert "a.py: 1 passed" in out
    assert "'r.xml' is a directory" in err


def in_a_shell(command: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Run a pipeline and end with the status of its first command."""
    nncore = f"{shlex.quote(sys.executable)} -m nncore"
    line = f"set -o pipefail; {command.replace('nncore', nncore)}"
    return subprocess.run(  # noqa: S603 - our own command
        ["/bin/bash", "-c", line],
        env={**os.environ, **environment},
        capture_output=True,
        check=False,
    )


posix = pytest.mark.skipif(sys.platform != "linux", reason="bash and /dev/full")


@posix
@pytest.mark.parametrize(("where", "status"), [("| true", 141), ("> /dev/full", 2)])
def test_where_nobody_reads_the_files_are_written(where: str, status: int) -> None:
    verify = f"nncore verify {TARGET} --only list_lengths -n 1 {' '.join(ALL_FILES)}"
    ended = in_a_shell(f"{verify} {where}")
    assert ended.returncode == status
    assert b"Traceback" not in ended.stderr
    assert b"Exception ignored" not in ended.stderr
    for name in ("r.json", "r.xml", "r.html"):
        assert Path(name).stat().st_size > 0


@posix
def test_what_cannot_be_encoded_is_escaped() -> None:
    message = "Σ \\ud800"
    raising = f"def forward(net, x): raise ArithmeticError('{message}')"
    Path("greek.py").write_text(
        SOURCE.replace('"forward")', "forward)").replace("adapter", f"{raising}\nadapter"),
        "utf-8",
    )
    Path("r.xml").write_text("older")
    ended = in_a_shell(
        f"nncore verify greek.py -n 1 --only structure {' '.join(ALL_FILES)}",
        PYTHONIOENCODING="cp1252",
    )
    assert ended.returncode in {1, 2}
    assert b"\\u03a3 \\ud800" in ended.stdout
    assert b"codec" not in ended.stderr
    assert "Σ \\ud800" in Path("r.xml").read_text("utf-8")
    assert "Σ \\ud800" in Path("r.html").read_text("utf-8")
    assert json.loads(Path("r.json").read_text("utf-8"))


def test_the_list_of_laws(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["verify", "--list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(CHECKS)
    assert any("list_lengths: " in line for line in lines)


def test_a_new_project(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["new", "mine"]) == 0
    assert "next: cd mine && pytest" in capsys.readouterr().out
    assert Path("mine/adapter.py").exists()
    assert cli.main(["new", "mine"]) == 2
    assert "not an empty directory" in capsys.readouterr().err


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_the_self_test(jobs: str, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["verify", "--self-test", "--only", "MeanForgotten", "-j", jobs]
    assert cli.main(arguments) == 0
    assert "1 of 1 planted faults killed" in capsys.readouterr().out


def test_a_self_test_goes_on(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["verify", "--self-test", "--only", "MeanForgotten,StepUphill"]
    assert cli.main([*arguments, "--max-seconds", "0.001"]) == 0
    assert "after 1 of 2: give --journal FILE" in capsys.readouterr().out
    arguments += ["--journal", "done"]
    assert cli.main([*arguments, "--max-seconds", "0.001"]) == 0
    assert "after 1 of 2: run it again" in capsys.readouterr().out
    assert cli.main(arguments) == 0
    assert "2 of 2 planted faults killed" in capsys.readouterr().out
    assert cli.main([*arguments, "--journal", "nowhere/done"]) == 2
    assert "cannot write nowhere" in capsys.readouterr().err


def test_a_fault_that_survives_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    row = selftest.Row(
        "Slip", "tiny", "It slips.", "a_law", selftest.Outcome.SURVIVED, is_fault=True
    )
    monkeypatch.setattr(selftest, "self_test", lambda _, progress, **__: progress(row))
    assert cli.main(["verify", "--self-test", "--only", "MeanForgotten"]) == 1
    out = capsys.readouterr().out
    assert "SURVIVED Slip (tiny) by a_law" in out
    assert "0 of 1 planted faults killed" in out


def test_progress_is_drawn_on_a_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stand_in(monkeypatch, lambda task: Outcome(task, [PASSED]))
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    assert cli.main(["verify", "a.py"]) == 0
    assert "verifying" in capsys.readouterr().err


def test_without_stderr_no_progress_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(monkeypatch, lambda task: Outcome(task, [PASSED]))
    monkeypatch.setattr(sys, "stderr", None)
    assert cli.main(["verify", "a.py"]) == 0


def test_a_page_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(monkeypatch, lambda task: Outcome(task, [FAILED]))
    assert cli.main(["verify", "a.py", "--report", "r.html"]) == 1
    assert "A law is broken" in Path("r.html").read_text("utf-8")


def test_a_wrong_gradient_is_drawn_entry_by_entry() -> None:
    Path("wrong.py").write_text(WRONG)
    law = "gradient_is_certified"
    assert cli.main(["verify", "wrong.py", "--only", law, "-n", "2", "--report", "r.html"]) == 1
    page = Path("r.html").read_text("utf-8")
    for kind in ("weights", "biases"):
        assert f"error of params[&#34;{kind}&#34;][1]" in page
    assert "hsl(210 60% 82%)" in page  # biases agree
