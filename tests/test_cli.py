"""The command line: what it does, what it prints, and one line for all that goes wrong."""

import os
import re
import runpy
import signal
import subprocess
import sys
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import click
import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

import nncore
from nncore import Network, __main__, cli
from nncore.datasets import digits
from nncore.extras import MissingExtraError
from nncore.history import History

ROOT = Path(nncore.__file__).parents[1]
QUICK = ("train", "--sizes", "64,8,10", "--epochs", "1")


class Result(NamedTuple):
    status: int
    out: str
    err: str


Run: TypeAlias = Callable[..., Result]


@pytest.fixture
def run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """Return a function that runs the command line in an empty directory."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")

    def run(*arguments: object) -> Result:
        status = cli.main([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        return Result(status, printed.out, printed.err)

    return run


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file of a network that knows the digits."""
    dataset, path = digits(), tmp_path_factory.mktemp("model") / "digits.npz"
    net = Network([64, 30, 10], hidden="relu", output="softmax", rng=0)
    net.fit(dataset.train_x, dataset.train_labels, epochs=5, learning_rate=0.2)
    net.save(path)
    return path


def failed(result: Result, message: str) -> None:
    """Assert that one line was printed, on standard error, and says so."""
    assert result.status == 2
    assert result.err.count("\n") == 1
    assert re.search(message, result.err), result.err
    assert result.err.startswith("nncore: ")
    assert "Traceback" not in result.err


def write_mnist(directory: Path, side: int = 4) -> Path:
    """Write the four files with some random images of side x side pixels."""
    rng = np.random.default_rng(0)
    directory.mkdir(exist_ok=True)
    for part, examples in (("train", 60), ("t10k", 20)):
        images = rng.integers(0, 256, (examples, side, side), dtype=np.uint8)
        labels = (np.arange(examples) % 10).astype(np.uint8)
        for kind, array in (("images-idx3", images), ("labels-idx1", labels)):
            sizes = np.array(array.shape, dtype=">u4").tobytes()
            header = bytes([0, 0, 8, array.ndim]) + sizes
            (directory / f"{part}-{kind}-ubyte").write_bytes(header + array.tobytes())
    return directory


def accuracy_in(text: str) -> float:
    found = re.search(r"test accuracy (\d\.\d{4}) \((\d+) of (\d+)\)", text)
    assert found is not None, text
    assert round(int(found[2]) / int(found[3]), 4) == float(found[1])
    return float(found[1])


# --- train


def test_the_defaults_reach_96_percent_on_the_digits(run: Run, tmp_path: Path) -> None:
    result = run("train")
    assert (result.status, result.err) == (0, "")
    assert accuracy_in(result.out) >= 0.96
    assert "digits: 1198 examples to fit, 239 held out" in result.out
    assert [path.name for path in tmp_path.iterdir()] == ["digits.npz"]
    dataset, net = digits(), nncore.load("digits.npz")
    assert net.sizes == (64, 100, 10)
    accuracy = net.accuracy(dataset.test_x, dataset.test_labels)
    assert accuracy == pytest.approx(accuracy_in(result.out), abs=5e-5)


def test_one_seed_gives_one_network_and_another_seed_another(run: Run) -> None:
    for name, seed in (("a.npz", 1), ("b.npz", 1), ("c.npz", 2)):
        assert run(*QUICK, "--seed", seed, "-o", name).status == 0
    a, b, c = (nncore.load(name) for name in ("a.npz", "b.npz", "c.npz"))
    np.testing.assert_array_equal(a.weights[1], b.weights[1])
    assert (a.weights[1] != c.weights[1]).all()


def test_the_settings_reach_the_network(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, Any] = {}
    fit = Network.fit

    def spy(net: Network, *data: Any, **settings: Any) -> History:
        seen.update(settings, examples=len(data[1]))
        return fit(net, *data, **settings)

    monkeypatch.setattr(Network, "fit", spy)
    options = (
        "--sizes 64,5,4,10 --epochs 2 --batch-size 7 --learning-rate 0.3 --l2 0.01 "
        "--patience 9 --activation tanh --output made.npz"
    )
    assert run("train", *options.split()).status == 0
    validation_x, validation_labels = seen.pop("validation")
    assert len(validation_x) == len(validation_labels) == 239
    assert seen == {
        "examples": 1198,
        "epochs": 2,
        "batch_size": 7,
        "learning_rate": 0.3,
        "patience": 9,
    }
    net = repr(nncore.load("made.npz"))
    for part in ("[64, 5, 4, 10]", "'tanh'", "'softmax'", "'cross_entropy'", "l2=0.01"):
        assert part in net


def test_the_test_examples_have_no_part_in_the_training(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(*QUICK, "-o", "a.npz")
    dataset = digits()
    other = np.zeros_like(dataset.test_x.array)
    changed = nncore.Pixels(other, dataset.test_x.scale)
    object.__setattr__(dataset, "test_x", changed)
    monkeypatch.setattr("nncore.datasets.digits", lambda: dataset)
    run(*QUICK, "-o", "b.npz")
    a, b = nncore.load("a.npz"), nncore.load("b.npz")
    np.testing.assert_array_equal(a.weights[1], b.weights[1])


def test_learning_curves_are_drawn(run: Run, tmp_path: Path) -> None:
    result = run(*QUICK, "--plot", "curves.png")
    assert "wrote curves.png" in result.out
    with Image.open(tmp_path / "curves.png") as image:
        assert image.size == (640, 640)


def test_a_directory_with_idx_files_is_data(run: Run, tmp_path: Path) -> None:
    directory = write_mnist(tmp_path / "my data")
    result = run("train", "--data", directory, "--epochs", 1)
    assert (result.status, result.err) == (0, "")
    assert "mnist: 50 examples to fit, 10 held out" in result.out
    assert nncore.load("mnist.npz").sizes == (16, 100, 10)
    assert accuracy_in(run("evaluate", "mnist.npz", "--data", directory).out) <= 1


def test_mnist_is_downloaded(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    directory = write_mnist(tmp_path / "cache")
    monkeypatch.setattr("nncore.datasets.download_mnist", lambda: directory)
    result = run("train", "--data", "mnist", "--epochs", 1, "-o", "m.npz")
    assert result.status == 0
    assert "wrote m.npz" in result.out


def test_an_older_file_is_replaced(run: Run, tmp_path: Path) -> None:
    (tmp_path / "digits.npz").write_bytes(b"older")
    assert run(*QUICK).status == 0
    assert nncore.load("digits.npz").sizes == (64, 8, 10)
    assert [path.name for path in tmp_path.iterdir()] == ["digits.npz"]


def test_patience_is_told(run: Run) -> None:
    # Steps of almost nothing: no epoch is better than the first by chance alone for long.
    result = run(*QUICK, "--epochs", 500, "--patience", 1, "--learning-rate", 1.5)
    assert re.search(r"stopped after epoch (\d+); kept epoch (\d+)", result.out)


def test_a_training_that_was_interrupted_is_kept_and_told(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = History(cost=[0.5], validation_cost=[0.6], validation_accuracy=[0.7])
    history.stopped = "interrupted"
    monkeypatch.setattr(Network, "fit", lambda *_data, **_settings: history)
    result = run(*QUICK, "--plot", "curves.png")
    assert result.status == 0
    assert "stopped by Ctrl-C in epoch 2; what was learned is kept" in result.out
    assert "wrote digits.npz" in result.out
    assert "test accuracy" in result.out


def test_a_training_that_diverged_leaves_the_older_file_alone(run: Run, tmp_path: Path) -> None:
    (tmp_path / "digits.npz").write_bytes(b"older")
    result = run("train", "--activation", "identity", "--learning-rate", "1e300")
    failed(result, "diverged in epoch 1, nothing is written: lower `--learning-rate`")
    assert (tmp_path / "digits.npz").read_bytes() == b"older"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("--sizes 784,30,10", "digits needs 64 inputs and 10 outputs, but .* are 784,30,10"),
        ("--sizes 64,30,9", "digits needs 64 inputs and 10 outputs, but .* are 64,30,9"),
        ("--sizes 64,0,10", r"`sizes\[1\]` must be at least 1; got 0"),
        ("--sizes 64,-3,10", r"`sizes\[1\]` must be at least 1; got -3"),
        ("--sizes 10", "digits needs 64 inputs"),
        ("--sizes 64x10", r"'--sizes'.*integers separated by commas.*'64x10'.*train --help"),
        ("--sizes 64,1000000000000,10", "."),
        (f"--sizes 64,{10**30},10", "."),
        ("--epochs 0", "'--epochs': 0 is not in the range"),
        ("--epochs two", "'--epochs': 'two' is not a valid integer"),
        ("--batch-size 0", "'--batch-size'"),
        ("--learning-rate nan", "`learning_rate`"),
        ("--learning-rate -1", "`learning_rate`"),
        ("--l2 -1", "`l2`"),
        ("--patience 0", "'--patience'"),
        ("--seed -1", "'--seed'"),
        ("--activation softmax", "'softmax' is not one of 'sigmoid'"),
        ("--data absent", "absent: there is no such directory"),
        ("--data .", "there is none of train-images-idx3-ubyte"),
        ("-o absent/digits.npz", "cannot write absent.digits.npz: No such file or directory"),
        ("-o .", "'.' is a directory; name a file in it"),
        ("-o same.png --plot ./same.png", "`-o` and `--plot` are the same file"),
        ("-o r.html --report r.html", "`-o` and `--report` are the same file"),
        ("--plot a.png --report a.png", "`--plot` and `--report` are the same file"),
        (f"-o {os.devnull}", "'.*' is not a regular file; name another one"),
        (f"--report {os.devnull}", "'.*' is not a regular file; name another one"),
        ("--plot curves.xyz", r"curves\.xyz: a picture's name must end in"),
        ("--plot absent/curves.png", "No such file or directory"),
        ("--epoch 3", "[Nn]o such option.*--epoch"),
        ("more", "unexpected extra argument"),
    ],
)
def test_what_cannot_be_trained_is_told_before_the_training(
    run: Run, tmp_path: Path, options: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if "learning-rate" not in options:
        monkeypatch.setattr(Network, "fit", lambda *_data, **_settings: pytest.fail("too late"))
    failed(run("train", *options.split()), message)
    assert list(tmp_path.iterdir()) == []


def test_on_a_full_disk_the_network_is_written_elsewhere(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = Network.save

    def full(net: Network, path: Path) -> None:
        if path.parent == Path():
            raise OSError(28, "No space left on device")
        write(net, path)

    monkeypatch.setattr(Network, "save", full)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    result = run(*QUICK)
    failed(
        result, "cannot write digits.npz: No space left on device; the network was written to"
    )
    assert nncore.load(result.err.split()[-1]).sizes == (64, 8, 10)


# --- evaluate


def test_evaluate_prints_the_accuracy_and_the_confusion_matrix(run: Run, model: Path) -> None:
    result = run("evaluate", model)
    assert (result.status, result.err) == (0, "")
    dataset, net = digits(), nncore.load(model)
    expected = net.accuracy(dataset.test_x, dataset.test_labels)
    assert accuracy_in(result.out) == pytest.approx(expected, abs=5e-5)
    cells = [int(cell) for cell in re.findall(r"(?<=│)\s*(\d+)(?= │)", result.out)]
    rows = [line.split("│")[2:-1] for line in result.out.splitlines() if line.startswith("│")]
    counts = np.array([[int(cell.replace(".", "0")) for cell in row] for row in rows])
    assert counts.shape == (10, 10)
    np.testing.assert_array_equal(counts.sum(axis=1), np.bincount(dataset.test_labels))
    assert counts.trace() == round(expected * 360)
    assert cells


def test_a_network_for_other_data_is_refused(run: Run, model: Path, tmp_path: Path) -> None:
    directory = write_mnist(tmp_path / "data", side=28)
    failed(run("evaluate", model, "--data", directory), "mnist needs 784 inputs .* 64,30,10")


@pytest.mark.parametrize("verb", ["evaluate", "predict"])
def test_damaged_and_missing_models_are_refused(
    run: Run, model: Path, tmp_path: Path, verb: str
) -> None:
    images = ["some.png"] if verb == "predict" else []
    failed(run(verb, "absent.npz", *images), r"absent\.npz: No such file or directory")
    failed(run(verb, tmp_path, *images), "directory")
    whole = model.read_bytes()
    for content in (b"", b"not a model", whole[:100], whole[:-30], b"\x80\x04N."):
        (tmp_path / "bad.npz").write_bytes(content)
        failed(run(verb, "bad.npz", *images), r"bad\.npz")


# --- predict


def digit_image(number: int, path: Path) -> int:
    """Write the first test image of a digit, dark on light and large; return its index."""
    dataset = digits()
    index = int(np.flatnonzero(dataset.test_labels == number)[0])
    counts = dataset.test_x.array[index].reshape(8, 8).astype(float)
    tones = Image.fromarray((255 - counts * 255 / 16).astype(np.uint8))
    field = Image.new("L", (200, 200), 255)
    field.paste(tones.resize((160, 160), Image.Resampling.BICUBIC), (20, 20))
    field.save(path)
    return index


def test_predict_prints_label_and_probabilities_of_each_image(
    run: Run, model: Path, tmp_path: Path
) -> None:
    names = [f"{number}.png" for number in range(10)]
    for number, name in enumerate(names):
        digit_image(number, tmp_path / name)
    result = run("predict", model, *names)
    assert (result.status, result.err) == (0, "")
    rows = [line.split() for line in result.out.splitlines() if ".png" in line]
    assert [row[-1] for row in rows] == names
    for row in rows:
        probabilities = [float(cell) for cell in row[1:-1]]
        assert sum(probabilities) == pytest.approx(1, abs=0.051)
        assert int(row[0]) == int(np.argmax(probabilities))
    # Shrunk, cut and enlarged again, most of them are still what they were.
    assert sum(row[0] == row[-1][0] for row in rows) >= 7


def test_what_cannot_be_predicted_is_told(run: Run, model: Path, tmp_path: Path) -> None:
    failed(run("predict", model), "[Mm]issing argument 'IMAGE...'.*predict --help")
    failed(run("predict", model, "absent.png"), r"absent\.png: No such file or directory")
    (tmp_path / "bad.png").write_bytes(b"not an image")
    failed(run("predict", model, "bad.png"), r"bad\.png: it is no image in a format")
    Image.new("L", (9, 9), 255).save(tmp_path / "blank.png")
    failed(run("predict", model, "blank.png"), r"blank\.png: no digit can be seen")
    Network([5, 2]).save(tmp_path / "other.npz")
    failed(run("predict", "other.npz", "blank.png"), "with 64 or 784 inputs, got 5")


# --- the frame


@pytest.mark.parametrize("verb", ["train", "evaluate", "predict"])
@pytest.mark.parametrize("option", ["-h", "--help"])
def test_every_verb_has_help_with_an_example(run: Run, verb: str, option: str) -> None:
    result = run(verb, option)
    assert (result.status, result.err) == (0, "")
    assert re.search(rf"\n +Examples?:\n +nncore {verb} ", result.out)


def test_every_example_is_a_command_that_exists(run: Run) -> None:
    for page in (run("-h"), run("train", "-h"), run("evaluate", "-h"), run("predict", "-h")):
        for example in re.findall(r"\n +nncore (.*)", page.out):
            verb, *arguments = example.split()
            cli.commands.commands[verb].make_context(verb, list(arguments))


def test_help_is_what_the_bare_command_prints(run: Run) -> None:
    assert run() == run("--help")
    assert "train" in run().out
    assert run().status == 0


def test_the_version_is_printed(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("--version").out.startswith("nncore, version ")
    monkeypatch.setattr(metadata, "version", lambda name: f"version of {name}")
    assert cli._version() == "version of nncore"

    def absent(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", absent)
    assert cli._version() == "unknown (nncore is not installed)"


def test_an_unknown_verb_is_told(run: Run) -> None:
    failed(run("trian"), "[Nn]o such command 'trian'.*see nncore --help")
    failed(run("--unknown"), "[Nn]o such option.*--unknown")


@pytest.mark.parametrize(
    ("error", "status", "message"),
    [
        (KeyboardInterrupt(), 130, r"^\s*$"),
        (ValueError("two\nlines"), 2, "^nncore: two lines\n$"),
        (MemoryError(), 2, "^nncore: out of memory\n$"),
        (MissingExtraError("x is not installed"), 2, "^nncore: x is not installed\n$"),
        (OSError(5, "Input/output error"), 2, "^nncore: Input/output error\n$"),
        (OSError(5, "Input/output error", "a.npz"), 2, "^nncore: a.npz: Input/output error\n$"),
        (OSError("told in words"), 2, "^nncore: told in words\n$"),
    ],
)
def test_each_error_is_one_line_and_a_status(
    run: Run, monkeypatch: pytest.MonkeyPatch, error: BaseException, status: int, message: str
) -> None:
    def load(_path: Path) -> None:
        raise error

    monkeypatch.setattr("nncore.network.load", load)
    result = run("evaluate", "any.npz")
    assert result.status == status
    assert result.out == ""
    assert re.search(message, result.err), result.err


def test_a_usage_error_without_context_is_told(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def usage(*_arguments: object, **_settings: object) -> None:
        msg = "no context"
        raise click.UsageError(msg)

    monkeypatch.setattr(cli.commands, "main", usage)
    assert run("train") == (2, "", "nncore: no context\n")


def test_a_closed_pipe_is_no_verdict(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def end(*_arguments: object, **_settings: object) -> None:
        raise SystemExit(1)  # as click and rich do

    monkeypatch.setattr(cli.commands, "main", end)
    assert run("train") == (141, "", "")


@pytest.mark.skipif(sys.platform != "linux", reason="there is no /dev/full")
def test_what_cannot_be_printed_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        monkeypatch.setattr(sys, "stdout", full)
        full.write("too much")
        cli._let_go()
        full.flush()


def test_ctrl_c_outside_of_click_is_quiet(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_arguments: object, **_settings: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli.commands, "main", interrupt)
    assert run("train") == (130, "", "")


def test_a_bug_is_not_hidden(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def load(_path: Path) -> None:
        msg = "a bug"
        raise TypeError(msg)

    monkeypatch.setattr("nncore.network.load", load)
    with pytest.raises(TypeError, match="a bug"):
        run("evaluate", "any.npz")


def test_the_commands_work_under_clicks_own_runner() -> None:
    result = CliRunner().invoke(cli.commands, ["--help"])
    assert result.exit_code == 0
    assert "evaluate" in result.output


# --- real processes


def process(
    *arguments: object, cwd: Path, stderr: int = subprocess.PIPE
) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "nncore", *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"}
    return subprocess.Popen(  # noqa: S603 - our own command
        command,
        cwd=cwd,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=stderr,
    )


posix = pytest.mark.skipif(os.name != "posix", reason="pipes break otherwise elsewhere")


@posix
def test_a_reader_that_goes_away_costs_no_file(tmp_path: Path) -> None:
    files = ("--plot", "curves.png", "--report", "training.html")
    with process(*QUICK, *files, cwd=tmp_path) as training:
        assert training.stdout is not None
        assert training.stderr is not None
        assert "examples to fit" in training.stdout.readline()
        training.stdout.close()
        assert training.stderr.read() == ""
    assert training.returncode == 141
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"digits.npz", "curves.png", "training.html"}


@posix
def test_nobody_needs_to_read_help_or_errors(tmp_path: Path) -> None:
    for arguments, status in ((["--help"], 141), (["evaluate", "absent.npz"], 2)):
        ours, theirs = os.pipe()
        os.close(ours)
        ended = subprocess.run(  # noqa: S603 - our own command
            [sys.executable, "-m", "nncore", *arguments],
            cwd=tmp_path,
            stdout=theirs,
            stderr=theirs,
            check=False,
        )
        os.close(theirs)
        assert ended.returncode == status


@posix
def test_an_older_picture_is_replaced_at_once(run: Run, tmp_path: Path) -> None:
    (tmp_path / "curves.SVG").touch(0o444)
    before = (tmp_path / "curves.SVG").stat().st_ino
    assert run(*QUICK, "--plot", "curves.SVG").status == 0
    assert (tmp_path / "curves.SVG").stat().st_ino != before
    assert "</svg>" in (tmp_path / "curves.SVG").read_text("utf-8")


def test_idx_files_that_are_read_are_not_replaced(run: Run, tmp_path: Path) -> None:
    directory = write_mnist(tmp_path / "data")
    path = directory / "t10k-images-idx3-ubyte"
    failed(run("train", "--data", directory, "-o", path), "`--data` and `-o` are the same file")


def test_python_m_nncore_runs_it(tmp_path: Path) -> None:
    good, bad = (
        process("new", "mine", cwd=tmp_path),
        process("evaluate", "absent.npz", cwd=tmp_path),
    )
    out, err = good.communicate()
    assert "next: cd mine" in out
    assert not err
    assert (tmp_path / "mine" / "adapter.py").exists()
    assert good.returncode == 0
    assert bad.communicate() == ("", "nncore: absent.npz: No such file or directory\n")
    assert bad.returncode == 2


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
def test_ctrl_c_in_a_training_saves_the_network(tmp_path: Path) -> None:
    # A shell's background jobs ignore Ctrl-C, and hand that on.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    ours, theirs = os.openpty()
    small = ("--sizes", "64,8,10", "--epochs", 10**6)  # an epoch is over soon
    training = process("train", *small, cwd=tmp_path, stderr=theirs)
    os.close(theirs)
    shown = b""
    # The bar tells when the training is well on its way.
    while not re.search(rb"epoch (?:[2-9]|\d\d+)/1000000", shown):
        shown += os.read(ours, 1000)
    training.send_signal(signal.SIGINT)
    out, _ = training.communicate(timeout=60)
    os.close(ours)
    assert re.search(r"stopped by Ctrl-C in epoch \d+; what was learned is kept", out)
    assert "wrote digits.npz" in out
    assert training.returncode == 0
    assert nncore.load(tmp_path / "digits.npz").sizes == (64, 8, 10)


# --- the entry point


def test_the_entry_point_runs_the_command_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["nncore", "--version"])
    assert __main__.main() == 0
    assert "version" in capsys.readouterr().out


def test_python_m_ends_with_its_status(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["nncore", "--version"])
    monkeypatch.delitem(sys.modules, "nncore.__main__")
    with pytest.raises(SystemExit) as ended:
        runpy.run_module("nncore", run_name="__main__")
    assert ended.value.code == 0


@pytest.mark.parametrize("package", ["click", "rich"])
def test_without_the_extra_one_line_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], package: str
) -> None:
    monkeypatch.delitem(sys.modules, "nncore.cli", raising=False)
    monkeypatch.delitem(sys.modules, "nncore.terminal", raising=False)
    for name in [name for name in sys.modules if name.split(".")[0] == package]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)
    monkeypatch.setattr(sys, "argv", ["nncore", "train", "--help"])
    assert __main__.main() == 2
    expected = f'nncore: {package} is not installed: pip install "nncore[cli]"\n'
    assert capsys.readouterr() == ("", expected)
