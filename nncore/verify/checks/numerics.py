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
import re
import warnings
from collections.abc import Iterator

import numpy as np

from ..access import as_array
from ..case import Array, Case, Parameters
from ..failure import fail
from ..registry import SkipCheck, check
from ..subject import Subject
from .results import calls_of, results

__all__: list[str] = []

#: Weighted inputs are up to so much in size.
SIZES = (1e4, 1e4, 1e3, 1e2)
#: Half of the 24 bits of float32: what an output must at least have right.
HALF = 2.0**-12
SINGLE = 2.0**-24
#: What OpenBLAS raises in products of finite float32 at times (see `nncore.arrays`); where it
#: is real, an overflow is told before or `large_inputs_stay_finite` fails.
SPURIOUS = re.compile("invalid value encountered in (dot|matmul|matvec|vecdot|vecmat)")
#: Near enough to a perfect fit that the squares of outputs and targets cancel in all digits.
NEAR = 2.0**-30


@check(group="numerics", needs={"parameters"}, regimes=("grid", "normal", "zeros"))
def large_inputs_stay_finite(net: Subject, case: Case) -> None:
    """With weighted inputs up to 10,000 no result is infinite or NaN."""
    for where, large, x, y in _saturated(net, case):
        for role in calls_of(large):
            for name, array in results(large, role, x, y).items():
                bad = array[~np.isfinite(np.asarray(array, float))]
                if bad.size:
                    fail(f"{role}: an entry of {name} is {bad[0]}, where {where}")


@check(group="numerics", needs={"parameters"}, regimes=("grid", "normal", "zeros"))
def large_inputs_raise_no_warning(net: Subject, case: Case) -> None:
    """With weighted inputs up to 10,000 numpy warns of no overflow and no invalid operation."""
    for where, large, x, y in _saturated(net, case):
        for role in calls_of(large):
            with (
                warnings.catch_warnings(record=True) as caught,
                np.errstate(over="warn", divide="warn", invalid="warn", under="ignore"),
            ):
                warnings.simplefilter("always")
                results(large, role, x, y)
            for told in caught:
                spurious = SPURIOUS.match(str(told.message))
                if issubclass(told.category, RuntimeWarning) and not spurious:
                    place = f"{told.filename}:{told.lineno}"
                    fail(f"{role} warns: {told.message} ({place}), where {where}")


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
    for size in (35.0, -35.0, 20.0, -20.0):
        _assert_probabilities(net, case, kind, size)


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


def _assert_probabilities(net: Subject, case: Case, kind: str, size: float) -> None:
    """Raise unless outputs are accurate for weighted inputs up to a size, or down to it."""
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
        owed = HALF + 8 * (len(row) + 1) * SINGLE * 3 * abs(size)
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


def _saturated(net: Subject, case: Case) -> Iterator[tuple[str, Subject, Array, Array]]:
    """Yield, for each layer, a network in which its weighted inputs are large, and a batch."""
    size = float(case.rng().choice(SIZES))
    x = case.x / (float(abs(case.x).max()) or 1.0)
    # Rows of absolute sum 1: activations that are no larger than their weighted inputs stay
    # below the largest input.
    pairs = list(zip(case.weights, case.biases, strict=True))[1:]
    rows = [abs(w).sum(axis=1) + abs(b) for w, b in pairs]
    for layer in range(1, len(case.sizes)):
        scales = [
            (size if l == layer else 1) / np.where(row == 0, 1, row)
            for l, row in enumerate(rows, start=1)
        ]
        weights = [[], *(s[:, None] * w for s, (w, _) in zip(scales, pairs, strict=True))]
        biases = [[], *(s * b for s, (_, b) in zip(scales, pairs, strict=True))]
        where = f"weighted inputs of layer {layer} are up to {size:g} in size"
        yield where, net.another(Parameters(case.sizes, weights, biases)), x, case.y


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
