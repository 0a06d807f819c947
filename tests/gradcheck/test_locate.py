"""Wrong entries are found by few measurements, each confirmed."""

from __future__ import annotations

import numpy as np
import pytest

from nncore.gradcheck.locate import Located, Measured, locate

# What a complex step leaves of rounding, for weights of 1, and how far a bound lies above it.
DEVIATION, SPREADS = 7e-17, 10
# The size of a usual entry of the gradient in networks with so many parameters.
ENTRY = {500: 0.1, 24_000: 0.02, 1_000_000: 0.003}


def search(size: int, wrong: int, epsilon: float, seed: int) -> tuple[Located, set[int]]:
    """Errors of relative size epsilon, measured with the noise of a complex step."""
    rng = np.random.default_rng(seed)
    errors = np.zeros(size)
    places = rng.choice(size, wrong, replace=False)
    errors[places] = epsilon * ENTRY[size] * rng.choice([-1, 1], wrong)
    errors[places] *= rng.uniform(0.1, 2, wrong) if wrong > 1 else 1

    def measure(vector: np.ndarray) -> Measured:
        deviation = DEVIATION * float(np.linalg.norm(vector))
        value = float(vector @ errors)
        return Measured(value + deviation * rng.standard_normal(), SPREADS * deviation)

    found = locate(measure, np.ones(size), seed)
    for place, error in found.places.items():
        assert error == pytest.approx(errors[place], rel=1e-2)
    return found, set(map(int, places))


@pytest.mark.parametrize("epsilon", [1.0, 1e-5, 1e-9])
def test_one_among_a_million(epsilon: float) -> None:
    found, places = search(1_000_000, 1, epsilon, 1)
    assert set(found.places) == places
    assert found.complete
    assert found.measurements <= 25


@pytest.mark.parametrize("epsilon", [1.0, 1e-5, 1e-8])
def test_sixteen_among_24000(epsilon: float) -> None:
    made = []
    for seed in range(20):
        found, places = search(24_000, 16, epsilon, seed)
        assert set(found.places) == places
        assert found.complete
        assert found.measurements <= 110
        made.append(found.measurements)
    assert np.median(made) <= 80


def test_nothing_wrong_takes_one_measurement() -> None:
    found = locate(lambda _: Measured(0.0, 1e-12), np.ones(100))
    assert found == Located({}, complete=True, measurements=1)


def test_too_many_end_the_search() -> None:
    found, places = search(500, 400, 1.0, 0)
    assert not found.complete
    assert set(found.places) < places
    assert found.measurements <= 230


def test_unconfirmed_entries_are_not_named() -> None:
    # The whole is wrong but no single entry: rounding in the sums, say.
    found = locate(lambda v: Measured(float(np.count_nonzero(v) > 1), 0.1), np.ones(8))
    assert not found.places
    assert not found.complete


def test_neighbours_of_one_array_are_told_apart() -> None:
    errors = np.zeros(1000)
    errors[10:14] = [1, -1, 1, -1]
    found = locate(lambda v: Measured(float(v @ errors), 1e-12), np.ones(1000))
    assert sorted(found.places) == [10, 11, 12, 13]


def test_windows_that_do_not_hold_the_error_are_halved() -> None:
    # So much noise that a place is told only roughly, and two errors that look like one.
    for seed in range(30):
        rng = np.random.default_rng(seed)
        errors = np.zeros(4000)
        places = rng.choice(4000, 2, replace=False)
        errors[places] = [1.0, 1.3]

        def measure(vector: np.ndarray, errors: np.ndarray = errors) -> Measured:
            deviation = 5e-4 * float(np.linalg.norm(vector))
            noise = deviation * np.random.default_rng(int(1e6 * abs(vector).sum())).normal()
            return Measured(float(vector @ errors) + noise, 8 * deviation)

        found = locate(measure, np.ones(4000), seed)
        assert set(found.places) <= set(map(int, places))


def test_an_entry_is_named_once() -> None:
    # Alone it shows half of its error, so that the rest leads to it again.
    def measure(vector: np.ndarray) -> Measured:
        alone = np.count_nonzero(vector) == 1
        return Measured(float(vector[5]) * (0.5 if alone else 1.0), 1e-12)

    found = locate(measure, np.ones(16))
    assert list(found.places) == [5]
    assert not found.complete


@pytest.mark.parametrize("seed", [4, 18, 19, 21, 26])
def test_an_error_too_small_to_show_does_not_hide_a_large_one(seed: int) -> None:
    # Its weight in the moment moves the quotient away from the large one's place.
    errors = np.zeros(1000)
    errors[[123, 700]] = 1.0, 9e-4
    found = locate(lambda v: Measured(float(v @ errors), 1e-3), np.ones(1000), seed)
    assert list(found.places) == [123]
    assert found.complete
