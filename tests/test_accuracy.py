"""The accuracy campaign measures what it says, and the worst points that it found stay good."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from accuracy import __main__ as campaign
from accuracy.balls import BALLS, ball_error
from accuracy.contestants import GOALS, OURS, contestants
from accuracy.double_double import Array, DoubleDouble, exact
from accuracy.formats import FORMATS, errors_in_ulp
from accuracy.measuring import Worst, check_reference, measure_chunk
from accuracy.points import chunks, landmarks
from accuracy.reference import BITS, REFERENCES, Reference
from accuracy.rows import QUANTITIES, RowWorst, measure_row, rows
from click.testing import CliRunner
from flint import arb

from nncore import activations

F64, F32 = FORMATS["float64"], FORMATS["float32"]

#: The worst points of 10 million, and of landmarks, for this and for earlier formulas.
WORST = {
    "sigmoid": [-1.2152294481351902, -3.4390840254801063, -16.978376388549805, -36.74],
    "sigmoid_prime": [-6.2352644112760629, -4.848874903105468, -4.1388931274414062],
    "tanh": [0.50019772860731904, 0.50047188997268677, 1e-310, 5e-324],
    "tanh_prime": [-2.7703845758438161, 2.4258062072285114, -2.4220294952392578, 354.5],
    "softplus": [-1.3852815544651198, -5.8818817138671875, 20.000000000000004],
    "softplus_prime": [-1.2152294481351902, 20.000000000000004],
}


def ball(name: str, z: Any) -> Callable[[], Any]:
    return lambda: BALLS[name](arb(float(z)))


@pytest.mark.parametrize("kind", FORMATS.values(), ids=lambda kind: kind.name)
@pytest.mark.parametrize("name", WORST)
def test_the_worst_points_meet_the_goals(name: str, kind: Any) -> None:
    z = np.array(WORST[name] + [-v for v in WORST[name]], kind.name)
    values = getattr(activations, name)(z)
    goal = GOALS[kind.name][name.endswith("_prime")]
    for point, value in zip(z, values, strict=True):
        error, is_normal = ball_error(float(value), ball(name, point), kind)
        assert error <= goal or not is_normal, (point, value, error)


@pytest.mark.parametrize("kind", FORMATS.values(), ids=lambda kind: kind.name)
@pytest.mark.parametrize("name", REFERENCES)
def test_nothing_warns_anywhere(name: str, kind: Any) -> None:
    z = landmarks(kind)
    with np.errstate(over="raise", divide="raise", invalid="raise"):
        values = getattr(activations, name)(z)
    assert np.isfinite(values).all()
    assert values.dtype == z.dtype


def fraction(number: DoubleDouble) -> Fraction:
    return Fraction(float(number.high)) + Fraction(float(number.low))


class TestDoubleDouble:
    def test_operations_are_good_to_a_hundred_bits(self) -> None:
        rng = np.random.default_rng(0)
        for _ in range(200):
            high = rng.normal(size=2) * 10.0 ** rng.integers(-9, 9, 2)
            a, b = (DoubleDouble(np.array(h), np.array(h * 2.0**-55)) for h in high)
            x, y = fraction(a), fraction(b)
            for got, expected in (
                (a + b, x + y),
                (a - b, x - y),
                (a * b, x * y),
                (a / b, x / y),
            ):
                assert abs(fraction(got) - expected) <= abs(expected) * Fraction(2) ** -100

    def test_sums_that_cancel_keep_their_digits(self) -> None:
        one = exact(1.0) / 3.0
        assert fraction(one - exact(1 / 3)) == fraction(one) - Fraction(1 / 3)


class TestReference:
    @pytest.mark.parametrize("name", REFERENCES)
    def test_is_within_its_bound_at_the_landmarks(self, name: str) -> None:
        z = landmarks(F64)[::7]
        check_reference(name, z, REFERENCES[name](z))

    def test_a_reference_that_is_off_is_refused(self) -> None:
        z = np.array([1.0])
        (high, low), exponent = REFERENCES["tanh"](z)
        off = Reference(DoubleDouble(high, low + 2.0 ** -(BITS - 2)), exponent)
        with pytest.raises(ArithmeticError, match="the reference of tanh is off"):
            check_reference("tanh", z, off)


def plain(value: Array) -> Reference:
    return Reference(exact(value), np.zeros(np.shape(value), np.int64))


class TestUlp:
    def test_counts_the_distance_of_floats(self) -> None:
        x = np.array([1.0, 1.5, 1024.0, 1e-300])
        errors, is_normal = errors_in_ulp(np.nextafter(x, np.inf), plain(x), F64)
        assert list(errors) == [1, 1, 1, 1]
        assert is_normal.all()

    def test_floats_are_closer_below_a_power_of_two(self) -> None:
        below = Reference(
            DoubleDouble(np.array([1.0]), np.array([-(2.0**-60)])), np.zeros(1, int)
        )
        errors, _ = errors_in_ulp(np.array([1.0]), below, F64)
        assert errors == [2.0**-60 / 2.0**-53]

    def test_results_below_the_smallest_normal_number_are_apart(self) -> None:
        x = np.array([5e-324, 1e-310, 2.2250738585072014e-308, 0.0])
        errors, is_normal = errors_in_ulp(x + 2 * 5e-324, plain(x), F64)
        assert list(errors) == [2, 2, 2, 2]
        assert list(is_normal) == [False, False, True, False]

    def test_what_is_far_below_every_float_counts_as_zero(self) -> None:
        nothing = Reference(exact(np.array([0.7])), np.array([-5000]))
        assert errors_in_ulp(np.array([5e-324]), nothing, F64)[0] == [1]

    @pytest.mark.parametrize("bad", [np.inf, -np.inf, np.nan])
    def test_what_is_not_finite_is_infinitely_wrong(self, bad: float) -> None:
        assert errors_in_ulp(np.array([bad]), plain(np.ones(1)), F64)[0] == [np.inf]
        assert ball_error(bad, lambda: arb(1), F64)[0] == np.inf

    @pytest.mark.parametrize("kind", FORMATS.values(), ids=lambda kind: kind.name)
    def test_balls_find_the_same_errors(self, kind: Any) -> None:
        rng = np.random.default_rng(1)
        # Further out the sigmoid is next to 1, where one ulp is half of the other.
        z = rng.uniform(-300, 30, 200).astype(kind.name)
        values = (activations.sigmoid(z) * (1 + 1e-6)).astype(kind.name)
        errors, _ = errors_in_ulp(values, REFERENCES["sigmoid"](z.astype(float)), kind)
        for point, value, error in zip(z, values, errors, strict=True):
            found, _ = ball_error(float(value), ball("sigmoid", point), kind)
            assert found == pytest.approx(float(error), rel=1e-6, abs=1e-6)

    def test_a_ball_that_stays_wide_is_refused(self) -> None:
        with pytest.raises(ArithmeticError, match="bits do not tell the error"):
            ball_error(1.0, lambda: arb(1, 0.1), F64)


class TestPoints:
    @pytest.mark.parametrize("kind", FORMATS.values(), ids=lambda kind: kind.name)
    def test_cover_every_exponent_and_sign(self, kind: Any) -> None:
        parts = list(chunks(100_000, kind, np.random.default_rng(0)))
        z = np.concatenate(parts)
        assert z.dtype == kind.name
        assert np.isfinite(z).all()
        assert len(z) >= 99_000
        exponents = np.frexp(z[z != 0].astype(float))[1] - 1
        top = np.finfo(kind.name).maxexp
        assert set(exponents) == set(range(kind.smallest, top))
        assert {-np.finfo(kind.name).max, np.finfo(kind.name).max} <= set(z)


class TestMeasuring:
    def test_the_worst_point_is_kept_and_decided_by_balls(self) -> None:
        def wrong(z: Array) -> Array:
            return np.where(z == 3.0, 0.99, np.tanh(z))

        worst = Worst()
        for z in (np.array([1.0, 3.0]), np.array([2.0, -1.0])):
            measure_chunk(wrong, z, REFERENCES["tanh"](z), F64, worst)
        error, point = worst.decide("tanh", F64)
        assert point == 3.0
        assert error == pytest.approx(abs(0.99 - math.tanh(3)) * 2**53, rel=1e-6)
        assert (worst.count, worst.warning) == (4, "")

    def test_a_warning_is_kept(self) -> None:
        worst, z = Worst(), np.array([1000.0])
        call = contestants()["softplus"]["numpy log(1+exp(z))"]
        measure_chunk(call, z, REFERENCES["softplus"](z), F64, worst)
        assert "overflow" in worst.warning
        assert worst.decide("softplus", F64) == (np.inf, 1000.0)

    def test_tiny_results_are_apart(self) -> None:
        worst, z = Worst(), np.array([-740.0])
        measure_chunk(lambda z: 0 * z, z, REFERENCES["sigmoid"](z), F64, worst)
        assert worst.decide("sigmoid", F64) == (0.0, 0.0)
        assert worst.subnormal > 1


class TestRows:
    @pytest.mark.parametrize("kind", FORMATS.values(), ids=lambda kind: kind.name)
    @pytest.mark.parametrize("name", QUANTITIES)
    def test_ours_meet_the_goals(self, name: str, kind: Any) -> None:
        rng, quantity = np.random.default_rng(5), QUANTITIES[name]
        ours = quantity._replace(calls={OURS: quantity.calls[OURS]})
        worst = {OURS: RowWorst()}
        for z, y in rows(quantity.law, 25, kind, rng):
            measure_row(ours, worst, z, y, kind, rng)
        assert worst[OURS].warning == ""
        assert worst[OURS].excess <= 4

    def test_a_rounded_difference_is_magnified_and_seen(self) -> None:
        worst = {who: RowWorst() for who in QUANTITIES["softmax"].calls}
        z, y = np.array([0.1, -40.3, -700.2]), np.array([1.0, 0.0, 0.0])
        rng = np.random.default_rng(0)
        measure_row(QUANTITIES["softmax"], worst, z, y, F64, rng)
        assert worst["numpy, shifted"].error > 10
        assert worst[OURS].error < 2

    def test_an_output_error_is_measured_beside_the_larger_number(self) -> None:
        """a - y of numbers that cancel owes the rounding of a, not of the difference."""
        name = "sigmoid cross_entropy dC/dz"
        quantity, worst = QUANTITIES[name], {OURS: RowWorst()}
        off = quantity._replace(
            calls={OURS: lambda z, y: quantity.calls[OURS](z, y) + 2.0**-50}
        )
        z, y = np.array([0.5]), np.array([0.625])
        measure_row(off, worst, z, y, F64, np.random.default_rng(0))
        assert worst[OURS].error == pytest.approx(8, abs=1)

    def test_a_warning_is_kept(self) -> None:
        worst = {who: RowWorst() for who in QUANTITIES["quadratic"].calls}
        z, y = np.array([1.5e154]), np.array([0.0])
        measure_row(QUANTITIES["quadratic"], worst, z, y, F64, np.random.default_rng(0))
        assert "overflow" in worst["numpy 0.5*sum(d**2)"].warning
        assert worst[OURS].warning == ""
        assert worst[OURS].error < 2


class TestCampaign:
    def test_runs_and_writes_its_figures(self, tmp_path: Path) -> None:
        path = tmp_path / "accuracy.json"
        arguments = ["--points", "3000", "--rows", "2", "--json", str(path)]
        result = CliRunner().invoke(campaign.main, arguments)
        assert result.exit_code == 0, result.output
        assert "tanh_prime" in result.output
        found = json.loads(path.read_text(encoding="utf-8"))
        assert found["is_met"]
        assert {f["what"] for f in found["figures"]} >= {"activations, float64"}

    def test_fails_where_a_goal_is_missed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(activations, "sigmoid", lambda z: 1 / (1 + np.exp(-z)) + 1e-9)
        result = CliRunner().invoke(campaign.main, ["--points", "3000", "--rows", "1"])
        assert result.exit_code == 1
