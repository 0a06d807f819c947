"""What the catalogue holds; that its faults die by their checks is a property test."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from nncore.verify import CHECKS, Parameters, Subject
from nncore.verify.catalogue import CORRECT, FAULTS, correct, fault
from nncore.verify.plain import Plain, Quadratic, Relu, Softmax
from nncore.verify.registry import GROUPS
from nncore.verify.selftest import Outcome, Task, run, self_test
from nncore.verify.traits import Traits

PARAMETERS = Parameters(
    [2, 2, 1], [[], [[0.5, -0.25], [1.0, 2.0]], [[1.5, -1.0]]], [[], [0.25, -0.5], [0.125]]
)


def test_there_are_many_of_each_family() -> None:
    families = Counter(entry.family for entry in FAULTS.values())
    wanted = {
        "gradient": 20,
        "shape": 10,
        "layer0": 5,
        "state": 10,
        "numerical": 10,
        "training": 10,
        "persistence": 8,
        "tiny": 8,
        "consistent": 10,
    }
    assert {name for name, count in wanted.items() if families[name] < count} == set()
    assert len(FAULTS) >= 80
    assert len(CORRECT) >= 40


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_each_fault_says_what_it_is_and_who_kills_it(name: str) -> None:
    entry = FAULTS[name]
    assert entry.killed_by in CHECKS
    assert entry.source
    assert entry.sentence.endswith(".")


def test_faults_need_laws_of_every_group_but_none() -> None:
    used = {CHECKS[entry.killed_by].group for entry in FAULTS.values()}
    assert used == set(GROUPS)


@pytest.mark.parametrize("name", [e.name for e in CORRECT.values() if e.family == "training"])
def test_no_other_way_to_train_is_flagged(name: str) -> None:
    laws = tuple(check.name for check in CHECKS.values() if check.group == "training")
    assert [row for row in run(Task(name, laws, 5, 0)) if not row.is_good] == []


@pytest.mark.parametrize("name", [n for n in FAULTS if "gradient" not in FAULTS[n].killed_by])
def test_each_fault_but_wrong_gradients_is_killed_by_its_check(name: str) -> None:
    # Those take longer: the property tests kill them.
    (row,) = self_test(only=[name])
    assert row.outcome is Outcome.KILLED, row
    assert not row.crashed, row  # an error of its own would be noticed without any law


@pytest.mark.parametrize("name", sorted({**FAULTS, **CORRECT}.keys() - {"DefaultListShared"}))
def test_each_call_of_each_entry_runs(name: str, tmp_path: Path) -> None:
    # A slip, such as a name that is not there, must not pass for the planted mistake. The lists
    # of `DefaultListShared` are too long for any second gradient.
    adapter = {**FAULTS, **CORRECT}[name].adapter()
    x, y = np.array([[1.0, 2.0], [-1.0, 0.5], [2.0, 3.0]]), np.array([[0.0], [1.0], [1.0]])
    net = Subject(adapter, Traits.of(adapter), PARAMETERS)
    calls: dict[str, Callable[[], object]] = {
        "forward": lambda: net.forward(x),
        "predict": lambda: net.predict(x),
        "cost": lambda: net.cost(x, y),
        "gradient": lambda: net.gradient(x, y),
        "step": lambda: net.step(x, y, 0.5),
        "save": lambda: net.save(str(tmp_path / "net")),
        "load": lambda: net.load(str(tmp_path / "net")),
    }
    for role, call in calls.items():
        if getattr(adapter, role) is not None:
            call()
            call()
    assert all(np.isfinite(w).all() for w in net.parameters().weights[1:])


@pytest.mark.parametrize("name", [e.name for e in CORRECT.values() if e.family == "files"])
def test_no_correct_file_is_flagged(name: str) -> None:
    laws = tuple(check.name for check in CHECKS.values() if check.group == "persistence")
    rows = run(Task(name, laws, 3, 0))
    assert {row.outcome for row in rows} == {Outcome.PASSED}, rows


@pytest.mark.parametrize("cls", [Plain, Relu, Quadratic, Softmax])
def test_the_ground_is_right(cls: type[Plain]) -> None:
    name = f"Ground{cls.__name__}"
    correct()(type(name, (cls,), {"__doc__": "As it is."}))
    try:
        rows = run(Task(name, tuple(CHECKS)[::4], 1, 2))
    finally:
        del CORRECT[name]
    assert [row for row in rows if not row.is_good] == []


def test_names_are_taken_once() -> None:
    class MeanForgotten(Plain):
        """A second one."""

    with pytest.raises(ValueError, match="'MeanForgotten' already"):
        fault("list_lengths")(MeanForgotten)
    with pytest.raises(ValueError, match="'MeanForgotten' already"):
        correct()(MeanForgotten)


def test_widths_must_agree_for_biases_to_be_mixed_up() -> None:
    x, y = np.eye(2), np.eye(2)
    wrong = FAULTS["BiasesOfTheLastLayer"].adapter().make([2, 2, 2]).gradient(x, y)
    right = Plain([2, 2, 2]).gradient(x, y)
    assert np.array_equal(wrong[1][-1], right[1][1])
    assert not np.array_equal(wrong[1][-1], right[1][-1])


def test_the_last_layer_is_lost(tmp_path: Path) -> None:
    # The law that kills it needs no third layer.
    adapter = FAULTS["PlaceholderSavedForFirstLayer"].adapter()
    net, other = adapter.make([2, 3, 2, 1]), adapter.make([2, 3, 2, 1])
    net.weights[1] += 1
    net.weights[-1] += 1
    net.save(str(tmp_path / "net"))
    other.load(str(tmp_path / "net"))
    assert np.array_equal(other.weights[1], net.weights[1])
    assert not np.array_equal(other.weights[-1], net.weights[-1])


def test_a_class_without_an_adapter_is_described_in_full() -> None:
    adapter = CORRECT["Columns"].adapter()
    assert (adapter.layout, adapter.gradient) == ("columns", "backprop")


def test_plain_refuses_what_makes_no_sense(tmp_path: Path) -> None:
    for sizes in ([], [3], [3, 0]):
        with pytest.raises(ValueError, match="sizes must be"):
            Plain(sizes)
    with pytest.raises(ValueError, match="x must have shape"):
        Plain([2, 1]).predict(np.ones((4, 3)))
    path = str(tmp_path / "net")
    Plain([2, 3, 1]).save(path)
    for other in ([2, 3, 2], [2, 1]):
        with pytest.raises(ValueError, match="other sizes"):
            Plain(other).load(path)
