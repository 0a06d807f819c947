"""All laws are tried, whatever becomes of one."""

from __future__ import annotations

import dataclasses
import pickle
from typing import Any

import numpy as np
import pytest

from nncore.verify import CHECKS, Result, Status, VerificationError, verify

from .implementations import Article, article

FEW = ["list_lengths", "example_shapes", "parameter_shapes"]


class Wrong(Article):
    def feedforward(self, x: Any) -> Any:
        zs, activations = super().feedforward(x)
        return zs[1:], [*activations, activations[-1]]


WRONG = dataclasses.replace(article(), make=Wrong)


def test_every_law_has_a_result_in_order() -> None:
    told: list[Result] = []
    results = verify(article(), only=FEW, max_examples=3, seed=1, progress=told.append)
    assert [r.name for r in results] == [n for n in CHECKS if n in FEW]
    assert told == results
    assert pickle.loads(pickle.dumps(results)) == results  # noqa: S301 - our own


def test_one_failure_hides_no_other() -> None:
    with pytest.raises(VerificationError) as caught:
        verify(WRONG, only=FEW, max_examples=3, seed=1)
    assert "FAILED list_lengths" in str(caught.value)
    assert "smallest: sizes [1, 1], a batch of 1" in str(caught.value)
    results = verify(WRONG, only=FEW, max_examples=3, seed=1, on_fail=None)
    assert len(results) == 3
    assert {r.name for r in results if r.status is Status.FAILED} >= {"list_lengths"}
    assert {r.name for r in results if r.status is Status.PASSED} >= {"parameter_shapes"}


def test_the_same_seed_is_the_same_run() -> None:
    def told(seed: int | None) -> list[Result]:
        results = verify(WRONG, only=FEW, max_examples=5, seed=seed, on_fail=None)
        return [dataclasses.replace(result, seconds=0) for result in results]

    assert told(4) == told(4)
    again = told(None)
    assert told(again[0].seed) == again


def test_after_the_time_laws_are_skipped() -> None:
    results = verify(article(), only=["structure"], seed=1, max_seconds=1e-9)
    assert {result.status for result in results} == {Status.SKIPPED}
    assert any("the time was over after 0 cases" in result.message for result in results)


def test_what_is_known_is_told_before_ctrl_c(monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(net: Any, case: Any) -> None:
        raise KeyboardInterrupt

    told: list[Result] = []
    stopped = dataclasses.replace(CHECKS["example_shapes"], law=stop)
    monkeypatch.setitem(CHECKS, "example_shapes", stopped)
    with pytest.raises(KeyboardInterrupt):
        verify(article(), only=FEW, max_examples=2, seed=1, progress=told.append)
    names = [name for name in CHECKS if name in FEW]
    assert [result.name for result in told] == names[: names.index("example_shapes")]


def test_integers_of_numpy_will_do() -> None:
    three: Any = np.int64(3)
    (result,) = verify(article(), only=["list_lengths"], max_examples=three, seed=three)
    assert (type(result.max_examples), type(result.seed)) == (int, int)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"on_fail": "stop"}, '`on_fail` must be "raise" or None'),
        ({"max_examples": 0}, "`max_examples` must be at least 1; got 0"),
        ({"seed": -1}, "`seed` must be at least 0; got -1"),
        ({"max_seconds": 0}, "`max_seconds` must be positive; it is 0"),
        ({"max_seconds": np.nan}, "`max_seconds` must be positive"),
        ({"only": ["no_law"]}, "`only` names 'no_law'"),
    ],
)
def test_settings_that_cannot_be_used(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        verify(article(), **settings)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"adapter": None}, "`adapter` must be an nncore.verify.Adapter; it is None"),
        ({"adapter": "a.py"}, "it is 'a.py'; nncore.verify.target.find_adapter finds one by"),
        ({"only": 3}, "`only` must be a list of names; it is 3"),
        ({"only": [3]}, r"`only` must be a list of names; it is \[3\]"),
        ({"only": "structure"}, "`only` must be a list of names; it is 'structure'"),
        ({"max_examples": True}, "`max_examples` must be an integer; got True"),
        ({"seed": 0.5}, "`seed` must be an integer; got 0.5"),
        ({"max_seconds": "x"}, "`max_seconds` must be a number; it is 'x'"),
        ({"max_seconds": True}, "`max_seconds` must be a number; it is True"),
        ({"progress": 3}, "`progress` must be a function of a result; it is 3"),
    ],
)
def test_settings_of_a_wrong_type(settings: dict[str, Any], message: str) -> None:
    given: dict[str, Any] = {"adapter": article(), "only": FEW, **settings}
    with pytest.raises(TypeError, match=message):
        verify(**given)


def test_unknown_expected_failures_are_told() -> None:
    adapter = dataclasses.replace(article(), expected_failures={"no_law": "because"})
    with pytest.raises(ValueError, match="`expected_failures` names 'no_law'"):
        verify(adapter)
