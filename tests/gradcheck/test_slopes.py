"""Slopes along a line against functions whose derivative is known."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest

from nncore.gradcheck.lines import Remembered
from nncore.gradcheck.noise import noise_along
from nncore.gradcheck.slopes import confirmed, slope

if TYPE_CHECKING:
    from collections.abc import Callable

SMOOTH: list[tuple[Callable[[float], float], float]] = [
    (math.exp, 1.0),
    (lambda t: math.sin(3 + t), math.cos(3)),
    (lambda t: 1e8 * (t + 1) ** 2, 2e8),
    (lambda t: math.tanh(30 * t) + 5, 30.0),
    (lambda t: (t - 0.3) ** 4, -4 * 0.027),
    (lambda _: 7.0, 0.0),
]


@pytest.mark.parametrize(("function", "derivative"), SMOOTH)
def test_derivative_lies_within_the_error(
    function: Callable[[float], float], derivative: float
) -> None:
    line = Remembered(function)
    found = slope(line, noise_along(line))
    assert abs(found.value - derivative) <= found.error
    assert found.error < 1e-7 * max(abs(derivative), abs(function(0.0)))
    assert abs(found.right - derivative) <= found.side_error
    assert abs(found.left - derivative) <= found.side_error
    assert not found.is_kink
    assert (len(line.known) <= 25) if function(1.0) == function(0.0) else True
    assert len(line.known) <= 90


def test_noise_is_measured_and_widens_the_error() -> None:
    rng = np.random.default_rng(0)

    def noisy(t: float) -> float:
        return math.sin(t) + 1e-6 * float(rng.standard_normal())

    noise = noise_along(noisy)
    assert 5e-8 < noise < 3e-6
    found = slope(noisy, noise)
    assert abs(found.value - 1) <= found.error
    assert 1e-7 < found.error < 1e-2


def test_nothing_is_said_about_a_function_that_ends_at_the_point() -> None:
    assert slope(lambda t: math.log(t) if t > 0 else math.nan, 1e-16).error == math.inf


def test_kink_has_both_slopes() -> None:
    found = slope(lambda t: max(0.0, t) + 0.25 * t + t * t, 1e-16)
    assert found.is_kink
    assert found.left == pytest.approx(0.25, abs=1e-6)
    assert found.right == pytest.approx(1.25, abs=1e-6)


@pytest.mark.parametrize("distance", [3e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7])
def test_kink_nearby_is_none(distance: float) -> None:
    for tilt in (0.0, 0.5, 1.0):
        found = slope(lambda t, tilt=tilt: abs(t - distance) + tilt * t, 1e-16)  # type: ignore[misc]
        assert not found.is_kink
        assert abs(found.value + 1 - tilt) <= found.error < 1e-3


def test_plateaus_on_both_sides_are_no_slope() -> None:
    # Far away the function is flat and symmetric; its slope is at the point.
    def bump(t: float) -> float:
        return math.tanh(50 * t) * math.exp(-((50 * t) ** 2))

    found = slope(bump, 1e-17)
    assert abs(found.value - 50) <= found.error < 1e-6


@pytest.mark.parametrize("height", [2e-17, 1e-16, 2e-16])
def test_a_unit_whose_step_is_lost_in_rounding_may_have_a_slope(height: float) -> None:
    # A bias of 983 is moved by a thousand, but the unit behind it saturates within one or two.
    found = slope(lambda t: 0.4 + height * np.tanh(983 * t + 1.0), noise=4.4e-17)
    true = height * 983 / np.cosh(1.0) ** 2
    assert abs(found.value - true) <= found.error


def test_a_nearer_look_replaces_a_contradicted_slope() -> None:
    # A step at 1e-4 that the first tables pass over.
    def step(t: float) -> float:
        return 3 * t + (
            0.5 * math.tanh(1e5 * t) if abs(t) < 1e-3 else 0.5 * math.copysign(1, t)
        )

    first = slope(step, 1e-16, 10.0)
    second = confirmed(step, 1e-16, first, 10.0)
    assert abs(second.value - (3 + 0.5e5)) <= second.error


@pytest.mark.parametrize("place", [0.008, 0.01, 0.012])
def test_a_second_unit_far_away_feigns_no_kink(place: float) -> None:
    def unit(z: float) -> float:
        return (1 + math.tanh(z / 2)) / 2

    def line(t: float) -> float:
        return 1.1 + 9.5e-14 * (unit((t - place) / 0.003) + unit((t - 0.65) / 0.02))

    a = unit(-place / 0.003)
    found = slope(line, noise=1.2e-16)
    assert abs(found.value - 9.5e-14 * a * (1 - a) / 0.003) <= found.error


def test_small_kinks_beside_large_terms_stay_kinks() -> None:
    found = slope(lambda t: 9 + (1e-9 * t if t > 0 else 0.0), 2e-15)
    assert found.is_kink
    assert found.right == pytest.approx(1e-9, rel=1e-2)
