"""What other libraries bring to the engine, and what happens without them."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from typing import TYPE_CHECKING, Literal

import numpy as np
import pytest

from nncore import SGD, Adam, Network, Optimizer
from nncore.blas import fused_update, one_thread

if TYPE_CHECKING:
    from collections.abc import Callable

X = np.random.default_rng(0).normal(size=(30, 5))
Y = np.random.default_rng(1).uniform(size=(30, 2))


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", ["f8", "f4"])
@pytest.mark.parametrize("k", [5, 2000])
def test_the_fused_update_is_the_product_and_the_sum(
    k: int, dtype: str, order: Literal["C", "F"]
) -> None:
    rng = np.random.default_rng(2)
    w, delta, a = (rng.normal(size=s).astype(dtype) for s in ((3, k), (7, 3), (7, k)))
    expected = 0.5 * w - delta.T @ a
    fused_update(np.dtype(dtype))(w, np.asarray(delta, order=order), a, 0.5)
    eps = float(np.finfo(dtype).eps)
    np.testing.assert_allclose(w, expected, rtol=32 * eps, atol=32 * eps)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("optimizer", [SGD, lambda: SGD(0.5), Adam])
def test_scipy_trains_to_the_same_numbers(
    optimizer: Callable[[], Optimizer], dtype: str
) -> None:
    eps = float(np.finfo(dtype).eps)
    ours, theirs = (Network([5, 4, 2], l2=0.1, rng=0, dtype=dtype) for _ in range(2))
    a, b = (
        net.fit(
            X, Y, epochs=3, batch_size=4, learning_rate=0.1, blas=blas, optimizer=optimizer()
        )
        for net, blas in ((ours, "numpy"), (theirs, "scipy"))
    )
    np.testing.assert_allclose(theirs.weights[1], ours.weights[1], rtol=0, atol=4096 * eps)
    np.testing.assert_allclose(b.cost, a.cost, rtol=512 * eps)


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
