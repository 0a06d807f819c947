"""Each elementary function and its derivatives, against mpmath with sixty digits."""

# The programs under test are written as people write them: without types.
# mypy: allow-untyped-defs, allow-untyped-calls
# ruff: noqa: ANN001, ANN201, ANN202

from __future__ import annotations

from typing import Any

import flint
import mpmath
import numpy as np
import pytest
from enclosing import enclosed
from scipy import special

from nncore.gradcheck.elementary import BINARY as BINARIES

mpmath.mp.dps = 60
LOG2 = mpmath.log(2)
UNARY: dict[str, Any] = {
    "negative": (np.negative, lambda x: -x),
    "exp": (np.exp, mpmath.exp),
    "exp2": (np.exp2, lambda x: mpmath.mpf(2) ** x),
    "expm1": (np.expm1, mpmath.expm1),
    "tanh": (np.tanh, mpmath.tanh),
    "sinh": (np.sinh, mpmath.sinh),
    "cosh": (np.cosh, mpmath.cosh),
    "sin": (np.sin, mpmath.sin),
    "cos": (np.cos, mpmath.cos),
    "tan": (np.tan, mpmath.tan),
    "arctan": (np.arctan, mpmath.atan),
    "arcsinh": (np.arcsinh, mpmath.asinh),
    "square": (np.square, lambda x: x * x),
    "cbrt": (np.cbrt, lambda x: mpmath.sign(x) * mpmath.cbrt(abs(x))),
    "reciprocal": (np.reciprocal, lambda x: 1 / x),
    "absolute": (np.abs, abs),
    "fabs": (np.fabs, abs),
    "sign": (lambda x: np.sign(x) * x, abs),
    "expit": (special.expit, lambda x: 1 / (1 + mpmath.exp(-x))),
    "log_expit": (special.log_expit, lambda x: -mpmath.log(1 + mpmath.exp(-x))),
    "erf": (special.erf, mpmath.erf),
    "erfc": (special.erfc, mpmath.erfc),
    "cube": (lambda x: x**3, lambda x: x**3),
    "inverse cube": (lambda x: x**-3.0, lambda x: x**-3),
    "power": (lambda x: 3.5**x, lambda x: mpmath.mpf(3.5) ** x),
    "nothing": (lambda x: x**0 + x, lambda x: 1 + x),
    "positive": (lambda x: +x, lambda x: x),
    "conjugate": (np.conjugate, lambda x: x),
}
POSITIVE: dict[str, Any] = {
    "log": (np.log, mpmath.log),
    "log2": (np.log2, lambda x: mpmath.log(x) / LOG2),
    "log10": (np.log10, mpmath.log10),
    "log1p": (np.log1p, mpmath.log1p),
    "sqrt": (np.sqrt, mpmath.sqrt),
    "root": (lambda x: x**0.5, mpmath.sqrt),
    "root of a ball": (lambda x: x ** (x / x / 2), mpmath.sqrt),
    "power": (lambda x: x**-0.75, lambda x: x ** mpmath.mpf(-0.75)),
    "self": (lambda x: x**x, lambda x: x**x),
    "xlogy": (lambda x: special.xlogy(x, x), lambda x: x * mpmath.log(x)),
    "xlog1py": (lambda x: special.xlog1py(x, x), lambda x: x * mpmath.log(1 + x)),
    "arccosh": (lambda x: np.arccosh(1 + x), lambda x: mpmath.acosh(1 + x)),
}
UNIT: dict[str, Any] = {
    "arcsin": (np.arcsin, mpmath.asin),
    "arccos": (np.arccos, mpmath.acos),
    "arctanh": (np.arctanh, mpmath.atanh),
    "logit": (lambda x: special.logit((1 + x) / 2), lambda x: mpmath.log((1 + x) / (1 - x))),
}
BINARY: dict[str, Any] = {
    "add": (np.add, lambda x, y: x + y),
    "subtract": (np.subtract, lambda x, y: x - y),
    "multiply": (np.multiply, lambda x, y: x * y),
    "divide": (np.divide, lambda x, y: x / y),
    "power": (lambda x, y: np.power(abs(x), y), lambda x, y: abs(x) ** y),
    "float_power": (lambda x, y: np.float_power(abs(x), y), lambda x, y: abs(x) ** y),
    "logaddexp": (np.logaddexp, lambda x, y: mpmath.log(mpmath.exp(x) + mpmath.exp(y))),
    "hypot": (np.hypot, mpmath.hypot),
    "arctan2": (np.arctan2, mpmath.atan2),
    "maximum": (np.maximum, max),
    "minimum": (np.minimum, min),
    "fmax": (np.fmax, max),
    "fmin": (np.fmin, min),
}
POINTS = [-31.7, -2.3, -0.4, 1e-9, 0.6, 1.9, 45.2]


def contains(ball, exact):
    """Whether the ball is narrow and contains the number of sixty digits."""
    known = flint.arb(mpmath.nstr(exact, 60), abs(float(exact)) * 1e-50 + 1e-60)
    return ball.overlaps(known) and float(ball.rad()) <= 1e-45 * max(1e-9, abs(float(exact)))


def check(function: Any, exact: Any, x: float) -> None:
    value, ((slope,),) = enclosed(lambda a: function(a)[0], [x])
    point = mpmath.mpf(x)
    with flint.ctx.workprec(256):
        assert contains(value, exact(point))
        with mpmath.workdps(160):
            slope_there = mpmath.diff(exact, point, h=mpmath.mpf(10) ** -70)
        assert contains(slope, slope_there)


@pytest.mark.parametrize("name", UNARY)
@pytest.mark.parametrize("x", POINTS)
def test_functions_of_any_number(name, x):
    function, exact = UNARY[name]
    check(function, exact, x)


@pytest.mark.parametrize("name", POSITIVE)
@pytest.mark.parametrize("x", [abs(x) for x in POINTS])
def test_functions_of_positive_numbers(name, x):
    function, exact = POSITIVE[name]
    check(function, exact, x)


@pytest.mark.parametrize("name", UNIT)
@pytest.mark.parametrize("x", [-0.999, -0.3, 1e-6, 0.71])
def test_functions_of_the_unit_interval(name, x):
    function, exact = UNIT[name]
    check(function, exact, x)


@pytest.mark.parametrize("name", BINARY)
@pytest.mark.parametrize(("x", "y"), [(0.3, 1.7), (-2.2, 0.4), (5.1, -3.3), (-0.2, -41.0)])
def test_functions_of_two_numbers(name, x, y):
    function, exact = BINARY[name]
    check(lambda a: function(a, y), lambda m: exact(m, mpmath.mpf(y)), x)
    check(lambda a: function(x, a), lambda m: exact(mpmath.mpf(x), m), y)


@pytest.mark.parametrize("n", [0, 1, 2, 3, 7, 2.0, 3.0])
def test_an_integer_power_of_an_overlap_with_zero_is_narrow(n):
    value, ((slope,),) = enclosed(lambda a: (a - np.log(np.exp(a)))[0] ** n + 0 * a[0], [0.3])
    assert value.contains(0**n)
    assert float(value.rad()) < 1e-60
    assert slope.is_finite()


def test_an_integer_power_of_a_ball_around_zero_is_finite():
    power = BINARIES[np.power]
    ball, two = flint.arb(0, 1e-70), flint.arb(2)
    assert power.value(ball, two).is_finite()
    prime = power.partials[0]
    assert prime is not None
    assert prime(None, ball, flint.arb(3)).is_finite()


def test_the_cube_root_of_an_overlap_with_zero_encloses_it():
    value, _ = enclosed(lambda a: np.cbrt(a - np.log(np.exp(a)))[0], [0.3])
    assert value.contains(0)


RANDOM: dict[str, Any] = {
    "+": (np.add, lambda x, y: x + y),
    "-": (np.subtract, lambda x, y: x - y),
    "*": (np.multiply, lambda x, y: x * y),
    "/": (lambda x, y: x / (1 + y * y), lambda x, y: x / (1 + y * y)),
    "l": (np.logaddexp, lambda x, y: mpmath.log(mpmath.exp(x) + mpmath.exp(y))),
    "t": (lambda x, y: np.tanh(x) + y, lambda x, y: mpmath.tanh(x) + y),
    "s": (lambda x, y: np.sqrt(1 + x * x) * y, lambda x, y: mpmath.sqrt(1 + x * x) * y),
    "e": (lambda x, y: np.exp(-x * x) - y, lambda x, y: mpmath.exp(-x * x) - y),
    "g": (lambda x, y: special.expit(x) * y, lambda x, y: y / (1 + mpmath.exp(-x))),
    "m": (np.maximum, max),
    "n": (lambda x, y: np.minimum(x, y) * y, lambda x, y: min(x, y) * y),
    "a": (lambda x, y: abs(x) - y, lambda x, y: abs(x) - y),
}


@pytest.mark.parametrize("seed", range(60))
def test_random_programs(seed):
    rng = np.random.default_rng(seed)
    start = rng.normal(size=3)
    steps = [
        (
            str(rng.choice(list(RANDOM))),
            int(rng.integers(0, 3 + i)),
            int(rng.integers(0, 3 + i)),
        )
        for i in range(8)
    ]

    def program(values, which):
        values = list(values)
        for name, i, j in steps:
            values.append(RANDOM[name][which](values[i], values[j]))
        return values[-1]

    value, (slopes,) = enclosed(lambda x: program(x, 0), start)
    point = [mpmath.mpf(x) for x in start]
    with flint.ctx.workprec(256):
        assert contains(value, program(point, 1))
        for i, slope in enumerate(slopes):
            with mpmath.workdps(200):
                exact = mpmath.diff(
                    lambda x, i=i: program([*point[:i], x, *point[i + 1 :]], 1),
                    point[i],
                    h=mpmath.mpf(10) ** -80,
                )
            assert contains(slope, exact)
