"""Products that are bound to their arrays: the same numbers in one part or in several."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from nncore import products
from nncore.arrays import Array, run
from nncore.buffers import Order, buffer
from nncore.products import bound_product, has_small_products, rows_at_once

RNG = np.random.default_rng(0)


@pytest.fixture
def avx512(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(products, "has_small_products", lambda: True)


def drawn(shape: tuple[int, ...], order: Order = "C") -> Array:
    array = buffer(shape, "f8", order)
    array[...] = RNG.normal(size=shape)
    return array


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize(
    ("rows", "inputs", "outputs", "by_rows", "by_columns"),
    [
        (10, 784, 120, 1, 1),
        (10, 784, 121, 2, 2),  # 9 rows are small; so are 120 columns
        (32, 784, 100, 3, 3),  # 12 rows or 37 columns
        (10, 100, 300, 1, 1),
        (1, 784, 2000, 1, 2),  # of 1200 columns
    ],
)
@pytest.mark.usefixtures("avx512")
def test_parts_make_up_the_product(
    order: Order, rows: int, inputs: int, outputs: int, by_rows: int, by_columns: int
) -> None:
    x, w, z = drawn((rows, inputs)), drawn((outputs, inputs)), drawn((rows, outputs), order)
    if rows == 1:  # a row is a column as well
        by_columns = by_rows
    writes = bound_product(x, w.T, z)
    assert len(writes) == (by_rows if order == "C" else by_columns)
    run(writes)
    np.testing.assert_allclose(z, np.einsum("bk,nk->bn", x, w), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.usefixtures("avx512")
def test_a_matrix_that_is_not_transposed_is_multiplied_at_once(order: Order) -> None:
    delta, w, out = drawn((32, 400)), drawn((400, 100)), drawn((32, 100), order)
    writes = bound_product(delta, w, out)
    assert order == "F" or len(writes) == 1
    run(writes)
    np.testing.assert_allclose(out, np.einsum("bm,mn->bn", delta, w), rtol=1e-12, atol=1e-12)


def test_a_vector_is_multiplied_as_a_row() -> None:
    ones, delta, out = np.ones(5), drawn((5, 3), "F"), np.empty(3)
    run(bound_product(ones, delta, out))
    np.testing.assert_allclose(out, delta.sum(axis=0), rtol=1e-14)


@pytest.mark.parametrize(
    ("rows", "inputs", "outputs", "itemsize", "expected"),
    [
        (40, 784, 100, 8, 12),  # 1200 numbers
        (40, 1000, 50, 8, 20),  # a million terms
        (100, 784, 30, 8, 40),
        (2000, 784, 1, 8, 1200),
        (101, 784, 30, 8, 40),
        (101, 784, 100, 8, 12),
        (101, 784, 101, 8, 101),  # both are many
        (100, 784, 101, 8, 11),
        (40, 299, 100, 8, 40),
        (40, 300, 100, 8, 12),
        (40, 1500, 60, 8, 11),
        (40, 1501, 60, 8, 40),
        (40, 1250, 100, 8, 8),  # a million bytes
        (40, 1251, 100, 8, 40),
        (40, 1251, 100, 4, 7),
        (40, 300, 400, 4, 3),
        (40, 300, 600, 4, 2),
        (40, 300, 601, 4, 40),  # single rows are not worth it
    ],
)
@pytest.mark.usefixtures("avx512")
def test_rows_at_once(
    rows: int, inputs: int, outputs: int, itemsize: int, expected: int
) -> None:
    assert rows_at_once(rows, inputs, outputs, itemsize) == expected


def test_elsewhere_all_rows_are_multiplied_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(products, "has_small_products", lambda: False)
    assert rows_at_once(40, 784, 100, 8) == 40


class TestHasSmallProducts:
    @pytest.fixture(autouse=True)
    def fresh(self) -> Iterator[None]:
        has_small_products.cache_clear()
        yield
        has_small_products.cache_clear()

    @pytest.mark.parametrize(
        ("blas", "found", "expected"),
        [
            ("scipy-openblas", ["X86_V3", "X86_V4", "AVX512_ICL"], True),
            ("openblas", ["SSE41", "AVX2", "AVX512_SKX"], True),
            ("scipy-openblas", ["SSE41", "AVX2", "FMA3"], False),
            ("scipy-openblas", None, False),
            ("mkl-sdl", ["X86_V3", "X86_V4"], False),
            ("accelerate", ["NEON"], False),
        ],
    )
    def test_is_read_from_the_configuration_of_numpy(
        self, monkeypatch: pytest.MonkeyPatch, blas: str, found: Any, *, expected: bool
    ) -> None:
        features = {} if found is None else {"found": found}
        config = {"SIMD Extensions": features, "Build Dependencies": {"blas": {"name": blas}}}
        monkeypatch.setattr(np, "show_config", lambda mode: config if mode == "dicts" else None)
        assert has_small_products() is expected

    def test_this_numpy_says_it(self) -> None:
        assert has_small_products() in {True, False}
