"""
Results stay finite and accurate where floats come to their ends.

References
----------
.. [1] P. Blanchard, D. J. Higham, N. J. Higham, "Accurately computing the log-sum-exp and
   softmax functions", IMA Journal of Numerical Analysis 41, 2021.
.. [2] N. J. Higham, "Accuracy and Stability of Numerical Algorithms", SIAM 2002, sections 1.7
   and 1.8: cancellation.
"""

from __future__ import annotations

import math
import warnings

import numpy as np

from ..access import as_array
from ..case import Array, Case, Parameters
from ..failure import fail
from ..registry import SkipCheck, check
from ..subject import Subject
from .results import calls_of, results

__all__: list[str] = []

#: Weighted inputs are up to 10 to one of these powers.
POWERS = (1, 2, 3, 4)
#: Half of the 24 bits of float32: what an output must at least have right.
HALF = 2.0**-12
SINGLE = 2.0**-24
#: Near enough to a perfect fit that the squares of outputs and targets cancel in all digits.
NEAR = 2.0**-30


@check(group="numerics", needs={"parameters"}, regimes=("grid", "normal", "zeros"))
def large_inputs_stay_finite(net: Subject, case: Case) -> None:
    """With weighted inputs up to 10,000 no result is infinite or NaN."""
    power, saturated = _saturated(case)
    large = net.another(saturated.parameters)
    for role in calls_of(large):
        for name, array in results(large, role, saturated.x, saturated.y).items():
            bad = array[~np.isfinite(np.asarray(array, float))]
            if bad.size:
                fail(
                    f"{role}: an entry of {name} is {bad[0]}, where weighted inputs are up to "
                    f"10^{power} in size"
                )


@check(group="numerics", needs={"parameters"}, regimes=("grid", "normal", "zeros"))
def large_inputs_raise_no_warning(net: Subject, case: Case) -> None:
    """With weighted inputs up to 10,000 numpy warns of no overflow and no invalid operation."""
    power, saturated = _saturated(case)
    large = net.another(saturated.parameters)
    for role in calls_of(large):
        with (
            warnings.catch_warnings(record=True) as caught,
            np.errstate(over="warn", divide="warn", invalid="warn", under="ignore"),
        ):
            warnings.simplefilter("always")
            results(large, role, saturated.x, saturated.y)
        told = [each for each in caught if issubclass(each.category, RuntimeWarning)]
        if told:
            fail(
                f"{role} warns: {told[0].message} ({told[0].filename}:{told[0].lineno}), where "
                f"weighted inputs are up to 10^{power} in size"
            )


@check(
    group="numerics",
    needs={"parameters", "outputs", "output"},
    regimes=("grid", "normal"),
    max_layers=2,
)
def outputs_are_accurate(net: Subject, case: Case) -> None:
    """
    Probabilities keep at least half the digits of single precision, however small they are.

    A network of two layers computes one product before its output activation; what rounding
    that product may do is granted, in single precision. So are positive bounds at which authors
    clip: an output that is the same for weighted inputs further apart.
    """
    kind = net.adapter.declares["output"]
    if kind not in {"sigmoid", "softmax"}:
        reason = f"outputs of {kind} are no probabilities"
        raise SkipCheck(reason)
    size = float(case.rng().choice((35.0, 20.0)))
    spread, x = _spread(case, size)
    got = np.asarray(net.another(spread).predict(x), float)
    wider = _spread(case, 1.25 * size)[0]
    below = np.asarray(net.another(wider).predict(x), float)
    for i, row in enumerate(x):
        zs = [
            math.fsum([*(w * row), b])
            for w, b in zip(spread.weights[1], spread.biases[1], strict=True)
        ]
        exact = _softmax(zs) if kind == "softmax" else [_sigmoid(z) for z in zs]
        owed = HALF + 8 * (len(row) + 1) * SINGLE * 3 * size
        for j, value in enumerate(exact):
            is_clipped = got[i, j] == below[i, j] > value
            error = abs(got[i, j] - value) / value
            if not (error <= owed or is_clipped):
                right = max(0.0, -math.log10(error)) if error == error else 0.0  # noqa: PLR0124 - NaN
                fail(
                    f"output[{i}, {j}] is {got[i, j]:.17g}, but should be {value:.17g} for "
                    f"weighted input {zs[j]:.6g}: {right:.1f} digits are right",
                    details={"digits": right},
                )


@check(
    group="numerics",
    needs={"parameters", "outputs", "cost", "declared cost"},
    regimes=("grid", "normal"),
)
def quadratic_cost_is_never_negative(net: Subject, case: Case) -> None:
    """
    The quadratic cost near a perfect fit is not negative: squares do not cancel.

    A difference of squares, ``a^2 - 2 a y + y^2``, loses all digits there.
    """
    if net.adapter.declares["cost"] != "quadratic":
        reason = f"the cost is {net.adapter.declares['cost']}"
        raise SkipCheck(reason)
    outputs = np.asarray(net.predict(case.x), float)
    for step in range(1, 5):
        y = outputs * (1 + step * NEAR)
        cost = float(as_array(net.cost(case.x, y)))
        if cost < 0:
            fail(f"cost is {cost:.3g}, where targets are outputs times 1 + {step * NEAR:.3g}")


def _saturated(case: Case) -> tuple[int, Case]:
    """Return a power of ten, and a case with weighted inputs up to that size."""
    rng = case.rng()
    power, layer = int(rng.choice(POWERS)), int(rng.integers(1, len(case.sizes)))
    weights, biases = [case.weights[0]], [case.biases[0]]
    for l in range(1, len(case.sizes)):
        w, b = case.weights[l], case.biases[l]
        # Rows of absolute sum 1 at most: activations that are no larger than their weighted
        # inputs stay below the largest input.
        size = np.maximum(abs(w).sum(axis=1) + abs(b), 1)
        scale = 10.0**power if l == layer else 1.0
        weights.append(scale * w / size[:, None])
        biases.append(scale * b / size)
    x = case.x / max(1.0, float(abs(case.x).max()))
    return power, case.replaced(weights=weights, biases=biases, x=x)


def _spread(case: Case, size: float) -> tuple[Parameters, Array]:
    """Return parameters and examples with weighted inputs up to a size in layer 1."""
    w, b, x = case.weights[1], case.biases[1], case.x
    largest = float((abs(x) @ abs(w).T + abs(b)).max())
    scale = size / largest if largest else 1.0
    return Parameters(case.sizes, [[], scale * w], [[], scale * b]), x


def _sigmoid(z: float) -> float:
    """Return 1 / (1 + e^-z)."""
    e = math.exp(-abs(z))
    return (1 if z > 0 else e) / (1 + e)


def _softmax(zs: list[float]) -> list[float]:
    """Return e^z, divided by their sum."""
    powers = [math.exp(z - max(zs)) for z in zs]
    return [power / math.fsum(powers) for power in powers]
