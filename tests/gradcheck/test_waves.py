"""Costs that wave within the steps of differences: a wave is neither noise nor a step."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from nncore.gradcheck.check import check_gradient
from nncore.gradcheck.evidence import NotApplicable

METHODS = ("certified", "complex_step", "differences")


def waving(seed: int, rate: float) -> tuple[Any, Any, Any]:
    """A layer of sines, as positions are encoded; its gradient; weights."""
    rng = np.random.default_rng(seed)
    x, w = rng.standard_normal((4, 3)), rng.standard_normal((3, 2))

    def cost(w: Any) -> Any:
        return (np.sin(rate * (x @ w)) ** 2).sum() / 2 + 10 + w.sum()

    def gradient(w: Any) -> Any:
        a = rate * (x @ w)
        return rate * (x.T @ (np.sin(a) * np.cos(a))) + 1

    return cost, gradient, w


def verdict(cost: Any, gradient: Any, w: Any, method: str) -> str:
    try:
        return str(check_gradient(cost, gradient, w, method=method, progress=False).verdict)
    except NotApplicable:
        return "not applicable"


@pytest.mark.parametrize("rate", [1e2, 1e4, 1e6, 1e8, 1e10, 1e12])
@pytest.mark.parametrize("method", METHODS)
def test_a_wave_raises_no_false_alarm(method: str, rate: float) -> None:
    found = {verdict(*waving(seed, rate), method) for seed in range(8)}
    assert found <= {"agrees", "unresolvable", "not applicable"}
    assert "agrees" in found or (method, rate) >= ("differences", 1e9) or rate > 1e11


@pytest.mark.parametrize("rate", [1e2, 1e4, 1e6])
@pytest.mark.parametrize("method", METHODS)
def test_an_error_of_a_wave_is_seen(method: str, rate: float) -> None:
    cost, gradient, w = waving(0, rate)
    assert verdict(cost, lambda w: gradient(w) * 1.01, w, method) == "wrong"
