"""The rounding noise of functions along a line."""

from __future__ import annotations

import math

import numpy as np
import pytest

from nncore.gradcheck.noise import SPACING, noise_along


def test_noise_is_at_least_that_of_large_terms_nearby() -> None:
    # Constant near the point, but not far from it: what cancelled here was rounded too.
    assert noise_along(lambda t: 1e4 if abs(t) > 0.5 else 0.0) >= 1e-12


@pytest.mark.parametrize("start", [0.1, -0.1, 0.7, -0.7])
def test_noise_is_as_high_as_the_steps_of_a_function_that_stands_still(start: float) -> None:
    # A saturated cost, -log(1 - 1e-13): what was rounded beside 1 is a thousandth of it.
    def line(t: float) -> float:
        moved = max(t / start - 0.5, 0) * 1e-14
        return -math.log(1 - (1e-13 + moved))

    assert {line(t / 1000) for t in range(-10, 11)} == {line(0.0)}
    assert 1e-16 <= noise_along(line) <= 2e-16


def test_steps_count_even_where_equal_spacing_hides_them() -> None:
    step = 2.0**-53
    rate = (11_200 + 0.3) * step / SPACING  # nearer, each point is as many steps from the next

    def line(t: float) -> float:
        return 1e-8 + step * round(rate * t / step)

    moves = np.diff([line(SPACING / 10 * i) for i in range(12)])
    assert (abs(moves - moves[0]) < step / 2).all()
    assert step / 4 < noise_along(line) < step


def test_noise_is_measured() -> None:
    for seed in range(50):
        rng = np.random.default_rng(seed)
        noise = noise_along(
            lambda t, rng=rng: math.sin(t) + 1e-7 * float(rng.standard_normal())  # type: ignore[misc]
        )
        assert 0.4e-7 < noise < 4e-7


def test_a_function_that_ends_beside_the_point_has_the_noise_of_its_values() -> None:
    assert noise_along(lambda t: 1.0 if t < 0.1 else math.nan) == pytest.approx(
        1.1e-16, rel=0.1
    )


def test_nothing_is_said_about_a_function_without_noise_or_finite_values() -> None:
    assert noise_along(lambda _: 0.0) == math.inf
    assert noise_along(lambda _: math.nan) == math.inf


@pytest.mark.parametrize("place", [2e-4, 4e-4])
def test_a_kink_among_the_points_is_not_noise(place: float) -> None:
    assert noise_along(lambda t: 1 + abs(t - place)) < 1e-14


def test_noise_is_as_large_from_nearer() -> None:
    rng = np.random.default_rng(0)
    sigma = noise_along(lambda t: 1 + abs(t - 2e-4) + 1e-7 * rng.standard_normal())
    assert 3e-8 < sigma < 3e-7


@pytest.mark.parametrize("offset", [0.0, 1.0, 1e3])
@pytest.mark.parametrize("rate", [1e5, 3e5, 1e6, 1e7, 3e7])
def test_a_wave_between_the_points_is_no_noise(rate: float, offset: float) -> None:
    for phase in np.linspace(0.1, 6, 20).tolist():
        noise = noise_along(lambda t, p=phase: math.sin(rate * t + p) + 0.3 * t + offset)  # type: ignore[misc]
        assert noise < 1e-9 * max(offset, 1) or noise == math.inf


@pytest.mark.parametrize("rate", [1e10, 1e11, 1e12, 1e14])
def test_nothing_is_said_about_waves_too_short_for_floats(rate: float) -> None:
    for phase in np.linspace(0.1, 6, 20).tolist():
        assert noise_along(lambda t, p=phase: math.sin(rate * (1 + t) + p) + 3 * t) == math.inf  # type: ignore[misc]


@pytest.mark.parametrize("slope", [0.0, 0.3, 1e3])
def test_steps_of_shorter_floats_are_noise_beside_what_is_smooth(slope: float) -> None:
    for phase in np.linspace(0.1, 6, 20).tolist():
        noise = noise_along(lambda t, p=phase: float(np.float32(math.sin(t + p))) + slope * t)  # type: ignore[misc]
        assert 1e-9 < noise < 1e-7


def test_a_rounded_cost_has_the_noise_of_its_steps_beside_what_is_smooth() -> None:
    for phase in np.linspace(-1, 1, 20).tolist():
        noise = noise_along(lambda t, p=phase: round(100 * math.sin(100 * t + p)) / 100 + t)  # type: ignore[misc]
        assert 1e-3 < noise < 1e-1


def test_single_roundings_are_noise_where_equal_spacing_does_not_show_them() -> None:
    def line(t: float) -> float:
        return float(np.float32(1) + np.float32(2 * t))

    epsilon = float(np.finfo(np.float32).eps)
    still = noise_along(lambda _: 3.0, epsilon=epsilon)
    assert still >= 3 * epsilon / 2
    assert noise_along(line, epsilon=epsilon) >= epsilon / 2
