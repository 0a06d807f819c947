"""The comparison of gradient checkers asks what it says, and counts what it is told."""

import pytest
from click.testing import CliRunner
from comparison.__main__ import ask, main
from comparison.checkers import CHECKERS, Checker, Problem, Undecided
from comparison.questions import QUESTIONS, Trial

WRONG = "one entry 24 % too large"


def test_ours_refuses_and_names_what_is_wrong_and_nothing_else() -> None:
    wrong = ask(CHECKERS["nncore"], [QUESTIONS[WRONG].make(i) for i in range(2)])
    assert (wrong.trials, wrong.refused, wrong.named, wrong.undecided) == (2, 2, 2, 0)
    right = ask(CHECKERS["nncore"], [QUESTIONS["correct"].make(i) for i in range(2)])
    assert (right.refused, right.undecided) == (0, 0)


@pytest.mark.parametrize("name", ["autograd", "JAX", "scipy", "torch", "torch, fast"])
def test_every_peer_refuses_a_gross_error_and_accepts_a_correct_gradient(name: str) -> None:
    checker = CHECKERS[name]
    pytest.importorskip(checker.module)
    cost, gradient, params = QUESTIONS["correct"].make(0).problem
    assert checker.check(Problem(cost, gradient, params)) is None
    thrice = Problem(cost, lambda arrays: [3 * each for each in gradient(arrays)], params)
    assert checker.check(thrice) is not None


def test_what_cannot_be_told_is_not_a_refusal() -> None:
    def undecided(_: Problem) -> str | None:
        raise Undecided

    answer = ask(Checker("numpy", undecided), [QUESTIONS["correct"].make(0)])
    assert str(answer) == "0 of 1, 1 undecided"


def test_a_refusal_names_an_entry_where_its_text_holds_both_indices() -> None:
    problem = QUESTIONS["correct"].make(0).problem

    def says(message: str) -> Checker:
        return Checker("numpy", lambda _: message)

    trials = [Trial(problem, (1, (0, 3)))]
    assert str(ask(says("worst: params[1][0, 3]"), trials)) == "1 of 1, 1 named"
    assert str(ask(says("worst: params[0][1, 3]"), trials)) == "1 of 1"
    assert str(ask(says("worst: params[1][0, 3]"), [Trial(problem)])) == "1 of 1"


def test_the_table_has_a_row_for_each_question(monkeypatch: pytest.MonkeyPatch) -> None:
    few = {"nncore": CHECKERS["nncore"]}
    monkeypatch.setattr("comparison.__main__.installed", lambda: few)
    monkeypatch.setattr("comparison.__main__.CHECKERS", CHECKERS)
    result = CliRunner().invoke(main, ["--trials", "1"])
    assert result.exit_code == 0, result.output
    for text in QUESTIONS:
        assert text in result.output
    assert "left out: torch, which needs torch" in result.output
    assert "1 of 1, 1 named" in result.output
