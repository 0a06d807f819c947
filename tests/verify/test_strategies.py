"""The strategies keep their bounds, are fast, and shrink to what can be read."""

from __future__ import annotations

import itertools
import statistics
import sys
import time
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from nncore.verify.case import Case, Parameters
from nncore.verify.strategies import (
    GRID,
    REGIMES,
    TARGETS,
    batches,
    cases,
    layouts,
    networks,
    sizes,
    values,
)

SEARCH = settings(
    max_examples=2000,
    derandomize=True,
    database=None,
    deadline=None,
    phases=tuple(Phase),
    suppress_health_check=list(HealthCheck),  # pyright: ignore[reportArgumentType]
)
FEW = settings(SEARCH, max_examples=50)
#: Where it matters that there is an example, not how small it is.
ANY = settings(SEARCH, phases=[Phase.generate])


def arrays(case: Case) -> list[Any]:
    return [*case.weights[1:], *case.biases[1:], case.x, case.y]


@FEW
@given(st.data())
def test_bounds_are_kept(data: st.DataObject) -> None:
    low, high = sorted(data.draw(st.tuples(st.integers(2, 7), st.integers(2, 7))))
    thin, wide = sorted(data.draw(st.tuples(st.integers(1, 9), st.integers(1, 9))))
    few, many = sorted(data.draw(st.tuples(st.integers(1, 9), st.integers(1, 9))))
    bounds = {"min_layers": low, "max_layers": high, "min_width": thin, "max_width": wide}
    drawn = data.draw(sizes(**bounds))
    case = data.draw(cases(**bounds, min_batch=few, max_batch=many))  # type: ignore[arg-type]
    network = data.draw(networks(**bounds))  # type: ignore[arg-type]
    for n in (drawn, case.sizes, network.sizes):
        assert low <= len(n) <= high
        assert thin <= min(n) <= max(n) <= wide
    assert few <= case.batch <= many
    assert case.x.shape == (case.batch, case.sizes[0])
    assert case.y.shape == (case.batch, case.sizes[-1])


@pytest.mark.parametrize("targets", TARGETS)
def test_targets_are_of_their_kind(targets: str) -> None:
    seen: list[Any] = []

    @FEW
    @given(batches(3, 4, targets=targets), batches(1, 1, targets=targets))
    def look(several: Any, single: Any) -> None:
        seen.extend((several[1], single[1]))

    look()
    wide = np.concatenate([y for y in seen if y.shape[1] == 4])
    thin = np.concatenate([y for y in seen if y.shape[1] == 1])
    if targets == "one-hot":
        assert set(np.unique(wide)) == set(np.unique(thin)) == {0, 1}
    if targets in {"one-hot", "distributions"}:
        assert (wide.sum(axis=1) == 1).all()
    if targets == "distributions":
        assert (wide == 0.5).any()
        assert (thin == 1).all()
    if targets == "probabilities":
        assert (wide >= 0).all()
        assert (wide <= 1).all()
        assert ((wide > 0) & (wide < 1)).any()
    if targets == "any":
        assert wide.min() < 0
        assert wide.max() > 1


@pytest.mark.parametrize("regime", REGIMES)
def test_regimes_are_what_they_are_called(regime: str) -> None:
    array = find(values((20, 20), regime=regime), lambda a: len(np.unique(a)) > 1, settings=ANY)
    assert np.isfinite(array).all()
    size = abs(array)
    assert {
        "grid": np.isin(array, GRID).all(),
        "normal": 0.1 < size.mean() < 3,
        "saturated": 10 < size.mean() < 300,
        "tiny": size.max() < 1e-15,
        "huge": size.mean() > 1000,
        "zeros": 0.3 < (array == 0).mean() < 0.7,
        "ties": set(np.unique(array)) == {-1, 0, 1},
    }[regime]


def test_a_shape_may_be_a_number() -> None:
    assert find(values(3), lambda _: True, settings=SEARCH).tolist() == [1.0, 1.0, 1.0]


def test_sums_on_the_grid_are_exact() -> None:
    @FEW
    @given(cases(regimes=("grid",)))
    def look(case: Case) -> None:
        a, exact = case.x, [[Fraction(v) for v in row] for row in case.x.tolist()]
        for w, b in zip(case.weights[1:], case.biases[1:], strict=True):
            a = a @ w.T + b
            exact = [
                [
                    sum((Fraction(u) * v for u, v in zip(row, e, strict=True)), Fraction(c))
                    for row, c in zip(w.tolist(), b.tolist(), strict=True)
                ]
                for e in exact
            ]
        assert a.tolist() == exact

    look()


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (lambda _: True, [1, 1]),
        (lambda n: len(n) > 2, [1, 1, 1]),
        (lambda n: any(width > n[0] for width in n[1:-1]), [1, 2, 1]),
        (lambda n: n[-1] > n[0], [1, 2]),
        (lambda n: len(set(n)) == 3, [1, 2, 3]),
    ],
)
def test_cases_shrink_to_the_smallest_network_of_ones(
    condition: Callable[[Any], bool], expected: list[int]
) -> None:
    """What goes wrong because of a shape is shown with ones everywhere."""
    assert find(sizes(), condition, settings=SEARCH) == expected
    case = find(cases(), lambda case: condition(case.sizes), settings=SEARCH)
    assert list(case.sizes) == expected
    assert case.batch == 1
    assert case.seed == 0
    assert all((array == 1).all() for array in arrays(case)[:-1]), case
    assert case.y[0, 0] == 1


def test_a_value_that_matters_is_all_that_is_left() -> None:
    case = find(
        cases(regimes=("grid",)), lambda case: case.weights[1].min() < -2, settings=SEARCH
    )
    rest = case.replaced(weights=[[], [[1]]])
    assert repr(rest) == (
        "Case(sizes=[1, 1], weights=[[], [[1.0]]], biases=[[], [1.0]], x=[[1.0]], y=[[1.0]], "
        "seed=0)"
    )


@pytest.mark.parametrize(
    "condition",
    [
        lambda c: len(c.sizes) > 2 and (c.x @ c.weights[1].T + c.biases[1] == 0).any(),
        lambda c: abs(c.x @ c.weights[1].T + c.biases[1]).min() > 40,
        lambda c: abs(c.x @ c.weights[1].T).max() > 1e4,
        lambda c: c.batch > 1 and (c.x[0] == c.x[1]).all(),
        lambda c: len(set(c.sizes)) == len(c.sizes) > 3,
        lambda c: len(set(c.sizes)) == 1 and c.sizes[0] > 2,
    ],
)
def test_traps_are_drawn(condition: Callable[[Case], bool]) -> None:
    assert condition(find(cases(), condition, settings=ANY))


def test_layouts_hold_the_same_numbers_in_other_places() -> None:
    array = np.arange(6.0).reshape(2, 3)
    seen: list[Any] = []

    @FEW
    @given(layouts(array), layouts(array.astype(int)))
    def look(other: Any, integers: Any) -> None:
        assert other.tolist() == array.tolist() == integers.tolist()
        assert integers.dtype == np.dtype(int)
        assert not np.shares_memory(other, array)
        seen.append((other.strides, other.flags.writeable, other.flags.owndata))

    look()
    assert len(set(seen)) == 6
    first = find(layouts(array), lambda _: True, settings=SEARCH)
    assert first.flags.c_contiguous
    assert first.flags.writeable


def test_cases_are_drawn_fast() -> None:
    """A fifth of the speed of a single integer: hundreds of cases a second."""

    def seconds(strategy: st.SearchStrategy[Any]) -> float:
        @settings(SEARCH, max_examples=100)
        @given(strategy)
        def draw(_: Any) -> None:
            pass

        start = time.process_time()
        draw()
        return time.process_time() - start

    ratios = [seconds(st.integers(0, 10**9)) / seconds(cases()) for _ in range(5)]
    # Coverage slows down our code alone.
    assert statistics.median(ratios) > (0.05 if sys.gettrace() else 0.15), ratios


def test_what_stands_in_loaded_modules_changes_no_draw() -> None:
    """The same seed tries the same cases whatever was imported: constants are not preferred."""
    from hypothesis.internal.conjecture import providers  # noqa: PLC0415 - only here
    from hypothesis.internal.constants_ast import Constants  # noqa: PLC0415 - only here

    def drawn() -> list[str]:
        seen: list[str] = []

        @settings(SEARCH, max_examples=200)
        @given(cases())
        def look(case: Case) -> None:
            seen.append(repr(case))

        look()
        return seen

    before, local = drawn(), providers._get_local_constants
    many = Constants(
        integers=range(1, 70),  # type: ignore[arg-type]
        strings=[chr(65 + i) * j for i in range(9) for j in range(9)],  # type: ignore[arg-type]
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(providers, "_get_local_constants", lambda: local() | many)
        providers.CONSTANTS_CACHE.cache.clear()
        after = drawn()
    providers.CONSTANTS_CACHE.cache.clear()
    assert before == after


@pytest.mark.parametrize(
    ("strategy", "message"),
    [
        (lambda: sizes(min_layers=1), "min_layers=1 must be at least 2"),
        (lambda: sizes(max_layers=1), "max_layers=1 must not be less than min_layers=2"),
        (lambda: sizes(min_width=0), "min_width=0 must be at least 1"),
        (lambda: sizes(max_width=2.5), "max_width=2.5 must be an integer"),  # type: ignore[arg-type]
        (lambda: sizes(min_layers=True), "min_layers=True must be an integer"),
        (
            lambda: networks(regimes=["wild"]),
            r"regimes=\['wild'\] holds 'wild'; known are grid",
        ),
        (lambda: networks(regimes=()), r"regimes=\(\) must be a sequence of at least one"),
        (lambda: networks(regimes="grid"), "regimes='grid' must be a sequence"),
        (lambda: batches(0, 1), "inputs=0 must be at least 1"),
        (lambda: batches(1, 1.5), "outputs=1.5 must be an integer"),  # type: ignore[arg-type]
        (lambda: batches(1, 1, min_batch=0), "min_batch=0 must be at least 1"),
        (lambda: batches(1, 1, targets="wild"), "holds 'wild'; known are one-hot"),
        (lambda: cases(min_batch=3, max_batch=2), "max_batch=2 must not be less"),
        (lambda: cases(targets="wild"), "targets=.* holds 'wild'"),
        (lambda: values(-1), "shape=-1 must be at least 0"),
        (lambda: values(1, regime="wild"), "regime=.* holds 'wild'"),
        (lambda: layouts(np.array(1.0)), "must have at least one dimension"),
    ],
)
def test_impossible_bounds_are_refused_when_drawn(strategy: Any, message: str) -> None:
    """A strategy is built without complaint; drawing from it raises InvalidArgument."""
    lazily = strategy()
    with pytest.raises(InvalidArgument, match=message):
        find(lazily, lambda _: True, settings=SEARCH)


def test_networks_fit_their_sizes() -> None:
    @FEW
    @given(networks())
    def look(network: Parameters) -> None:
        for l, (a, b) in enumerate(itertools.pairwise(network.sizes), start=1):
            assert network.weights[l].shape == (b, a)
            assert network.biases[l].shape == (b,)
            assert not np.shares_memory(network.weights[l], network.biases[l])

    look()
