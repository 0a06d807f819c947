"""What other libraries bring to the engine, and what happens without them."""

import sys
from contextlib import nullcontext
from typing import Any

import numpy as np
import pytest

from nncore import SGD, Network
from nncore.blas import fused_update, one_thread

X = np.random.default_rng(0).normal(size=(30, 5))
Y = np.random.default_rng(1).uniform(size=(30, 2))


@pytest.mark.parametrize("k", [5, 2000])
def test_the_fused_update_is_the_product_and_the_sum(k: int) -> None:
    rng = np.random.default_rng(2)
    w, delta, a = (rng.normal(size=s) for s in ((3, k), (7, 3), (7, k)))
    expected = 0.5 * w - delta.T @ a
    update = fused_update(np.dtype(np.float64))
    assert update is not None
    update(w, delta, a, 0.5)
    eps = float(np.finfo(float).eps)
    np.testing.assert_allclose(w, expected, rtol=32 * eps, atol=32 * eps)


def test_float32_has_no_fused_update_and_trains_the_same_bits() -> None:
    assert fused_update(np.dtype(np.float32)) is None
    ours, theirs = (Network([5, 4, 2], dtype="float32", rng=0) for _ in range(2))
    ours.fit(X, Y, epochs=2)
    theirs.fit(X, Y, epochs=2, blas="scipy")
    np.testing.assert_array_equal(theirs.weights[1], ours.weights[1])


@pytest.mark.parametrize("settings", [{}, {"optimizer": SGD(0.5)}, {"optimizer": "adam"}])
def test_scipy_trains_to_the_same_numbers(settings: dict[str, Any]) -> None:
    ours, theirs = (Network([5, 4, 2], l2=0.1, rng=0) for _ in range(2))
    a = ours.fit(X, Y, epochs=3, batch_size=4, learning_rate=0.1, **settings)
    settings = {
        name: SGD(0.5) if isinstance(value, SGD) else value for name, value in settings.items()
    }
    b = theirs.fit(X, Y, epochs=3, batch_size=4, learning_rate=0.1, blas="scipy", **settings)
    np.testing.assert_allclose(theirs.weights[1], ours.weights[1], rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(b.cost, a.cost, rtol=1e-13)


def test_without_scipy_the_error_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "scipy.linalg", None)
    net = Network([5, 4, 2], rng=0)
    with pytest.raises(ModuleNotFoundError, match="needs scipy: python -m pip install scipy, "):
        net.fit(X, Y, blas="scipy")
    Network([5, 4, 2], rng=0).fit(X, Y, epochs=1)


def threads() -> set[int]:
    threadpoolctl = pytest.importorskip("threadpoolctl")
    return {
        pool["num_threads"]
        for pool in threadpoolctl.threadpool_info()
        if pool["user_api"] == "blas"
    }


@pytest.mark.parametrize(("small", "expected"), [(2**24, {1}), (10, {2})])
def test_small_layers_train_on_one_thread(
    small: int, expected: set[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nncore.training.SMALL_PRODUCT", small)
    threadpoolctl = pytest.importorskip("threadpoolctl")
    seen: set[int] = set()

    def look(_: object) -> None:
        seen.update(threads())

    with threadpoolctl.threadpool_limits(2, "blas"):
        if threads() != {2}:
            pytest.skip("BLAS has no second thread here")
        net = Network([5, 4, 2], rng=0)
        net.fit(X, Y, epochs=1, callbacks=[look])
        assert seen == expected
        assert threads() == {2}


def test_without_threadpoolctl_nothing_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "threadpoolctl", None)
    assert isinstance(one_thread(), nullcontext)
