"""The self-test tells what became of each entry, whatever becomes of it."""

import builtins
import multiprocessing
import pickle
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import pytest

from nncore.verify import CHECKS
from nncore.verify.catalogue import CORRECT, FAULTS, correct, fault
from nncore.verify.plain import Plain
from nncore.verify.selftest import FEW, MANY, Outcome, Row, Task, run, self_test, tasks


@pytest.fixture(autouse=True)
def entries() -> Iterator[None]:
    """Take out again what a test has entered."""
    before = set(FAULTS), set(CORRECT)
    yield
    for catalogue, names in zip((FAULTS, CORRECT), before, strict=True):
        for name in set(catalogue) - names:
            del catalogue[name]


class Harmless(Plain):
    """Nothing is wrong with it."""


class Uphill(Plain):
    """The gradient points up."""

    def step(self, x: object, y: object, learning_rate: float) -> None:
        super().step(x, y, -learning_rate)


class Raises(Plain):
    """Nothing works."""

    def forward(self, x: object) -> tuple[list[object], list[object]]:
        msg = "not today"
        raise RuntimeError(msg)


def test_by_default_faults_meet_their_check_and_others_everything() -> None:
    made = {task.name: task for task in tasks()}
    assert list(made) == [*FAULTS, *CORRECT]
    killed_by = FAULTS["StepUphill"].killed_by
    assert made["StepUphill"] == Task("StepUphill", (killed_by,), MANY, 0)
    assert made["Einsum"] == Task("Einsum", tuple(CHECKS), FEW, 0)


def test_in_full_everything_meets_everything() -> None:
    made = tasks(True, seed=3, only=["gradient", "Einsum"])
    names = {task.name for task in made}
    tried = {
        name: [c for task in made if task.name == name for c in task.checks] for name in names
    }
    assert {frozenset(checks) for checks in tried.values()} == {frozenset(CHECKS)}
    assert {len(checks) for checks in tried.values()} == {len(CHECKS)}
    # The check that must kill a fault has as many cases as ever: a rare one needs them.
    assert {(task.max_examples, task.seed) for task in made if len(task.checks) > 1} == {
        (None, 3)
    }
    assert {task.max_examples for task in made if len(task.checks) == 1} == {MANY}
    assert made[-1].name == "Einsum"


def test_the_number_of_cases_may_be_chosen() -> None:
    assert {task.max_examples for task in tasks(max_examples=7)} == {7}


def test_unknown_names_are_refused() -> None:
    with pytest.raises(ValueError, match="'Nobody', which is no entry or family"):
        self_test(only=["Nobody", "tiny"])


@pytest.mark.parametrize(
    ("settings", "kind", "message"),
    [
        ({"only": "MeanForgotten"}, TypeError, "must be a list of names; it is 'Mean"),
        ({"max_examples": 0}, ValueError, "`max_examples` must be at least 1; got 0"),
        ({"seed": -1}, ValueError, "`seed` must be at least 0; got -1"),
        ({"max_seconds": 0}, ValueError, "`max_seconds` must be positive; it is 0"),
    ],
)
def test_settings_that_cannot_be_used(
    settings: dict[str, Any], kind: type[Exception], message: str
) -> None:
    with pytest.raises(kind, match=message):
        self_test(**settings)


def test_a_fault_that_survives_fails_the_self_test() -> None:
    fault("step_is_gradient_descent")(Harmless)
    (row,) = self_test(only=["Harmless"], max_examples=2)
    assert row.outcome is Outcome.SURVIVED
    assert not row.is_good
    assert row.is_fault


def test_a_fault_whose_check_is_skipped_survives() -> None:
    fault("step_is_gradient_descent", step=None)(Uphill)
    (row,) = self_test(only=["Uphill"])
    assert (row.outcome, row.message) == (Outcome.SURVIVED, "needs `step`")


def test_a_fault_that_passes_the_check_of_another_is_not_seen() -> None:
    (row,) = run(Task("StepUphill", ("list_lengths",), 2, 0))
    assert row.outcome is Outcome.UNSEEN
    assert row.is_good


def test_a_correct_one_that_fails_is_flagged() -> None:
    correct()(Uphill)
    rows = run(Task("Uphill", ("step_is_gradient_descent", "list_lengths"), 3, 0))
    assert [row.outcome for row in rows] == [Outcome.FLAGGED, Outcome.PASSED]
    assert not rows[0].is_fault
    assert not rows[0].crashed


def test_a_correct_one_may_be_skipped() -> None:
    (row,) = run(Task("ForwardOnly", ("step_is_gradient_descent",), 3, 0))
    assert (row.outcome, row.is_good) == (Outcome.SKIPPED, True)


def test_an_error_of_its_own_is_told_from_a_broken_law() -> None:
    fault("shapes_follow_sizes")(Raises)
    (row,) = self_test(only=["Raises"])
    assert row.outcome is Outcome.KILLED
    assert row.crashed
    assert "not today" in row.message


def test_a_check_that_is_not_there_is_an_error() -> None:
    fault("no_such_check")(Harmless)
    rows = self_test(only=["Harmless"])
    assert [(row.check, row.outcome) for row in rows] == [("no_such_check", Outcome.ERROR)]
    own, others = tasks(True, only=["Harmless"])
    assert (own.checks, others.checks) == (("no_such_check",), tuple(CHECKS))


def test_an_adapter_that_does_not_fit_is_an_error() -> None:
    correct(weights="nowhere")(Harmless)
    rows = run(Task("Harmless", ("list_lengths", "shapes_follow_sizes"), 1, 0))
    assert {row.outcome for row in rows} == {Outcome.ERROR}
    assert len(rows) == 2
    assert "no attribute 'nowhere'" in rows[0].message


def test_an_adapter_that_fits_no_more_is_an_error() -> None:
    class Changeable(Plain):
        """The second network of a class has no weights."""

        made = 0

        def __init__(self, sizes: list[int]) -> None:
            super().__init__(sizes)
            Changeable.made += 1
            if Changeable.made > 9:
                del self.weights

    correct()(Changeable)
    rows = run(Task("Changeable", ("list_lengths",), 100, 0))
    assert [row.outcome for row in rows] == [Outcome.ERROR]


def test_rows_are_told_as_they_come() -> None:
    told: list[Row] = []
    seen_at: list[int] = []

    def counting_map(function: object, made: object) -> Iterator[list[Row]]:
        for rows in builtins.map(function, made):  # type: ignore[call-overload]
            seen_at.append(len(told))
            yield rows

    names = ["StepUphill", "MeanForgotten"]
    rows = self_test(only=names, map=counting_map, progress=told.append)
    assert rows == told
    assert seen_at == [0, 1]


def test_the_same_seed_gives_the_same_rows() -> None:
    first, second = (
        [(row.outcome, row.message) for row in self_test(only=["BiasesSummed"], seed=5)]
        for _ in range(2)
    )
    assert first == second


def test_other_processes_find_entries_by_name() -> None:
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        (row,) = self_test(only=["StepUphill"], map=pool.map)
    assert row.outcome is Outcome.KILLED
    assert pickle.loads(pickle.dumps(row)) == row  # noqa: S301 - made two lines above
