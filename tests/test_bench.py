"""The benchmark compares like with like and counts as it says; no test asserts on seconds."""

import gzip
import io
import re
from pathlib import Path
from typing import Any

import bench.__main__
import numpy as np
import pytest
from bench.__main__ import CASES, main
from bench.accuracy import GOAL, MOST_EPOCHS, Learned, accuracy, learn
from bench.measuring import Spread, Timing, measure
from bench.memory import FORMS, peak_ratio
from bench.numpy_peers import PlainNumpy
from bench.peers import (
    BY_HAND,
    EAGER,
    LIMIT,
    NNCORE,
    PEERS,
    PLAIN,
    SCAN,
    SKLEARN,
    STEP,
    installed,
    make,
)
from bench.problem import Array, Digits, Peer, Problem, mnist, random_digits
from bench.report import print_learned
from bench.targets import Case, outcomes
from click.testing import CliRunner
from rich.console import Console

from nncore import Network

DIGITS = random_digits(60)


def problem(output: str = "softmax", dtype: str = "float64") -> Problem:
    return Problem((784, 6, 5, 10), 20, DIGITS.take(60, dtype), output)


def arrays(peer: Peer) -> list[Array]:
    weights, biases = peer.parameters()
    return [*weights, *biases]


def distance(one: Peer, other: Peer) -> float:
    """The largest difference of any parameter."""
    pairs = zip(arrays(one), arrays(other), strict=True)
    return max(float(np.abs(a - b).max()) for a, b in pairs)


@pytest.mark.parametrize(("dtype", "slack"), [("float64", 1e-12), ("float32", 1e-4)])
@pytest.mark.parametrize("output", ["softmax", "sigmoid"])
@pytest.mark.parametrize("name", [name for name in PEERS if name not in {PLAIN, LIMIT}])
def test_every_peer_trains_the_same_network(
    name: str, output: str, dtype: str, slack: float
) -> None:
    if name not in installed():
        pytest.skip(f"{name} is not installed")
    plain, peer = make(problem(output, dtype), [PLAIN, name]).values()
    start = make(problem(output, dtype), [PLAIN])[PLAIN]
    for trained in (plain, peer):
        trained.train(1)
        trained.train(2)
    assert distance(plain, start) > 0.1
    assert distance(plain, peer) < slack
    assert {array.dtype.name for array in arrays(peer)} == {dtype}


def test_a_wrong_peer_would_be_noticed() -> None:
    plain, wrong = PlainNumpy(problem()), PlainNumpy(problem())
    wrong.y = wrong.y + 1e-9
    plain.train(1)
    wrong.train(1)
    assert distance(plain, wrong) > 1e-12


class Clock:
    """A clock that only peers move, and the order in which they do."""

    def __init__(self) -> None:
        self.ticks, self.order = 0.0, list[str]()


class Counter(Peer):
    """A peer whose steps move a clock by so many ticks for each example."""

    def __init__(self, name: str, ticks: float, clock: Clock) -> None:
        super().__init__(problem())
        self.name, self.each, self.clock = name, ticks, clock

    def step(self, batch: Array) -> None:
        self.clock.ticks += self.each * len(batch)
        self.clock.order += [self.name]


def test_peers_take_turns_in_alternating_order_and_the_warm_up_is_not_timed() -> None:
    clock = Clock()
    peers = {name: Counter(name, ticks, clock) for name, ticks in (("a", 1), ("b", 4))}
    timing = measure(peers, examples=60, epochs=2, rounds=3, clock=lambda: clock.ticks)
    assert "".join(clock.order[::3]) == "ab" + "aabb" + "bbaa" + "aabb"
    assert timing.seconds == {"a": [1, 1, 1], "b": [4, 4, 4]}
    assert timing.speed("b") == 0.25
    assert timing.ratio("a", "b") == Spread(4, 4, 4)


def test_ratios_are_taken_within_each_round() -> None:
    timing = Timing({"a": [1, 10, 100, 1, 1], "b": [2, 30, 400, 5, 6]})
    assert timing.ratio("a", "b") == Spread(3, 4, 5)
    assert str(timing.ratio("b", "a")) == "0.25 (0.20 to 0.33)"


def test_a_clock_that_does_not_tick_gives_finite_ratios() -> None:
    peers = {name: Counter(name, 0, Clock()) for name in "ab"}
    timing = measure(peers, examples=60, epochs=1, rounds=1, clock=lambda: 0.0)
    assert timing.ratio("a", "b") == Spread(1, 1, 1)


def test_targets_are_met_from_their_ratio_on() -> None:
    case = Case((784, 30, 10), 10, "float64")
    wide = Case((784, 512, 512, 10), 128, "float64")
    times = {NNCORE: [1.0], PLAIN: [1.25], LIMIT: [0.5]}
    timings = {case: Timing(times), wide: Timing(times | {PLAIN: [0.99]})}
    found = {(o.case, o.target.to): (o.target.least, o.is_met) for o in outcomes(timings)}
    assert found == {
        (case, PLAIN): (1.2, True),
        (wide, PLAIN): (1.0, False),
        (case, LIMIT): (0.5, True),
        (wide, LIMIT): (0.85, False),
    }


@pytest.mark.parametrize("form", FORMS)
def test_peak_memory_counts_what_fit_allocates(
    form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hoard(*_: Any, **_settings: Any) -> None:
        np.ones((1000, 784), "float64" if form == "float64" else "float32")

    honest = peak_ratio(form, 1000)
    assert honest >= 1
    monkeypatch.setattr(Network, "fit", hoard)
    copies = 4 if form == "bytes" else 1
    assert peak_ratio(form, 1000) == pytest.approx(1 + copies, abs=0.15 * copies)


class Spoiled(PlainNumpy):
    """A peer that never learns."""

    def train(self, epochs: int) -> None:
        """Leave the parameters as they are."""


def test_accuracy_is_judged_by_the_parameters_of_the_peer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    x = np.tile(np.eye(10, 784), (30, 1))
    digits = Digits(x, np.tile(np.arange(10), 30))
    learned = learn([NNCORE, PLAIN], digits, digits, "softmax", seed=0)
    assert learned[NNCORE].epochs == learned[PLAIN].epochs < MOST_EPOCHS
    seconds = learned[PLAIN].seconds
    assert seconds is not None
    assert seconds >= 0
    monkeypatch.setattr(PlainNumpy, "train", Spoiled.train)
    assert learn([PLAIN], digits, digits, "softmax", seed=0)[PLAIN] == (None, MOST_EPOCHS)
    net = problem().network()
    expected = net.accuracy(DIGITS.x, DIGITS.labels)
    assert accuracy(make(problem(), [NNCORE])[NNCORE], DIGITS) == expected < GOAL


@pytest.mark.parametrize("is_packed", [True, False])
def test_mnist_is_read_from_idx_files(tmp_path: Path, *, is_packed: bool) -> None:
    pixels = np.arange(2 * 784).reshape(2, 784).astype("u1")
    for name, header, content in (
        ("images-idx3", 16, pixels),
        ("labels-idx1", 8, np.array([7, 3], "u1")),
    ):
        data = bytes(header) + content.tobytes()
        path = tmp_path / f"train-{name}-ubyte{'.gz' if is_packed else ''}"
        path.write_bytes(gzip.compress(data) if is_packed else data)
    digits = mnist(tmp_path, "train")
    assert np.array_equal(digits.x, pixels / 255)
    assert list(digits.labels) == [7, 3]


def test_a_library_that_is_missing_leaves_its_peers_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in (SKLEARN, SCAN):
        monkeypatch.setitem(PEERS, name, ("no_such_library", "", ""))
    assert not {SKLEARN, SCAN} & {*installed()}
    assert {NNCORE, PLAIN, LIMIT} <= {*installed()}


def test_the_quick_form_prints_tables_and_draws_a_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # One network in both precisions, of all that are measured; and peers that compile nothing.
    for name in (EAGER, BY_HAND, STEP, SCAN):
        monkeypatch.setitem(PEERS, name, ("no_such_library", "", ""))
    cases = CASES[:: len(CASES) // 2]
    monkeypatch.setattr(bench.__main__, "CASES", cases)
    picture = tmp_path / "bench.png"
    result = CliRunner().invoke(
        main, ["--quick", "--picture", str(picture)], catch_exceptions=False
    )
    assert result.exit_code == 0
    assert "random data" in result.output
    assert "left out: torch eager, which needs no_such_library" in result.output
    for case in cases:
        assert str(case) in result.output
    for words in ("targets", "growth", "peak memory", "CPU time to 97 % needs MNIST"):
        assert words in result.output
    rows = re.findall(rf"│ {PLAIN} +│ +[\d,]+ │ +\d+\.\d\d \(", result.output)
    assert len(rows) == len(cases) == 2
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_the_table_of_learned_peers_says_who_never_did() -> None:
    console = Console(record=True, width=100, file=io.StringIO())
    runs = [{NNCORE: Learned(2.0, 4), PLAIN: Learned(None, 15)}] * 3
    print_learned(console, runs)
    text = console.export_text()
    assert re.search(rf"{NNCORE} +│ +2.0 │ +4 │ +1.00", text)
    assert re.search(rf"{PLAIN} +│ +inf │ +15 │ +inf", text)
