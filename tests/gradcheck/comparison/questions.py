"""What is asked of each checker: problems whose right answer is known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
from networks import Net, net, tied

from .checkers import Arrays, Problem

__all__ = ["QUESTIONS", "Question", "Trial"]


class Trial(NamedTuple):
    """A problem, and the array and the entry that are wrong, if any."""

    problem: Problem
    wrong: tuple[int, tuple[int, ...]] | None = None


class Question(NamedTuple):
    """A kind of trial, drawn by number."""

    make: Callable[[int], Trial]
    is_large: bool = False
    is_timed: bool = False


def problem_of(n: Net) -> Problem:
    """Return a network's cost and gradient as functions of one list."""
    layers = len(n.params["w"])

    def params(arrays: Arrays) -> Any:
        return {"w": arrays[:layers], "b": arrays[layers:]}

    def gradient(arrays: Arrays) -> Arrays:
        found = n.gradient(params(arrays))
        return [*found["w"], *found["b"]]

    point = [*n.params["w"], *n.params["b"]]
    return Problem(lambda arrays: n.cost(params(arrays)), gradient, point)


def one_wrong(number: int, error: float) -> Trial:
    """Return a plain network one random entry of whose gradient is too large by a share."""
    rng = np.random.default_rng(number)
    cost, gradient, params = problem_of(net("plain", number))
    k = int(rng.integers(len(params)))
    entry = tuple(int(rng.integers(n)) for n in params[k].shape)

    def wrong(arrays: Arrays) -> Arrays:
        found = gradient(arrays)
        found[k][entry] = found[k][entry] * (1 + error)
        return found

    return Trial(Problem(cost, wrong, params), (k, entry))


def correct(number: int, family: str, sizes: tuple[int, ...] = (5, 7, 4, 3)) -> Trial:
    """Return a correct network."""
    batch = 10 if sizes[0] > 100 else 4
    return Trial(problem_of(net(family, number, sizes, batch)))


QUESTIONS: Mapping[str, Question] = {
    "one entry 24 % too large": Question(lambda i: one_wrong(i, 0.24)),
    "one entry 1e-4 too large": Question(lambda i: one_wrong(i, 1e-4)),
    "one entry 1e-7 too large": Question(lambda i: one_wrong(i, 1e-7)),
    "correct": Question(lambda i: correct(i, "plain"), is_timed=True),
    "correct, badly scaled": Question(lambda i: correct(i, "bad scale")),
    "correct, saturated": Question(lambda i: correct(i, "saturated")),
    "correct, large logits": Question(lambda i: correct(i, "large logits")),
    "correct, a relu exactly at 0": Question(
        lambda i: Trial(problem_of(tied(i, slope=i % 3 / 2)))
    ),
    "correct, [784, 30, 10]": Question(
        lambda i: correct(i, "plain", (784, 30, 10)), is_large=True, is_timed=True
    ),
}
