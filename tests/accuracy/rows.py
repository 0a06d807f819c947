"""Softmax, the costs and their output errors: functions of rows of numbers, judged by balls."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from flint import arb

from nncore.activations import ACTIVATIONS, negative_log_softmax, softmax
from nncore.arrays import as_array, as_matrix
from nncore.costs import COSTS, OutputCost, output_cost

from .balls import BALLS, ball_error, precision
from .contestants import OURS, module
from .double_double import Array
from .formats import Format

__all__ = ["QUANTITIES", "Quantity", "RowWorst", "measure_row", "rows"]

#: Bits of the balls, and how many entries of a row are judged.
BITS, ENTRIES = 256, 6
WIDEST = 512

Call: TypeAlias = Callable[[Array, Array], Array]
#: exact(z, y): the entries, and for each what its ulp is taken of, None for itself.
Exact: TypeAlias = Callable[[list[Any], list[Any]], list[tuple[Any, Any]]]


class Quantity(NamedTuple):
    """Something computed from rows z and y: by whom, exactly, and from which numbers."""

    calls: Mapping[str, Call]
    exact: Exact
    law: str


def rows(
    law: str, count: int, kind: Format, rng: np.random.Generator
) -> Iterator[tuple[Array, Array]]:
    """Yield pairs of a row of inputs and a row of targets, of 1 to 512 numbers of any scale."""
    largest = float(np.finfo(kind.name).max)
    for _ in range(count):
        n = int(2 ** rng.uniform(0, math.log2(WIDEST + 0.99)))
        if law == "quadratic":
            # The squares add up to 1.69 times the largest float; half of it is finite.
            edge = math.sqrt(largest / n)
            scale = edge * rng.choice([1e-8, 1.3, 1.0 / edge, 30 / edge, 1e3 / edge])
            z, y = scale * rng.uniform(-0.5, 0.5, (2, n))
            y = rng.choice([y, 0 * y, -z])
        else:
            scale = rng.choice([1e-8, 1.0, 8.0, 40.0, 700.0, 1e4, largest / (4 * n)])
            z = scale * rng.uniform(-1, 1, n)
            y = _targets(law, n, rng)
        yield z.astype(kind.name), y.astype(kind.name)


def _targets(law: str, n: int, rng: np.random.Generator) -> Array:
    """Return hard or soft targets: a distribution, or any numbers from 0 to 1."""
    is_hard = rng.random() < 0.5
    y: Array
    if law == "distribution":
        y = np.eye(n)[rng.integers(n)] if is_hard else rng.dirichlet(np.ones(n))
    else:
        y = rng.integers(0, 2, n).astype(float) if is_hard else rng.random(n)
    return y


class RowWorst:
    """The largest error less log2 n so far, and where."""

    def __init__(self) -> None:
        self.excess, self.error, self.n = -math.inf, 0.0, 0
        self.warning = ""

    def add(self, error: float, n: int) -> None:
        """Take in the error of one entry in ulp."""
        if error - math.log2(n) > self.excess:
            self.excess, self.error, self.n = error - math.log2(n), error, n


def measure_row(
    quantity: Quantity,
    worst: Mapping[str, RowWorst],
    z: Array,
    y: Array,
    kind: Format,
    rng: np.random.Generator,
) -> None:
    """Take in the errors of everybody on one row, at a few of its entries."""
    with precision(BITS):
        exact = quantity.exact([arb(float(v)) for v in z], [arb(float(v)) for v in y])
    picked = rng.permutation(len(exact))[:ENTRIES]
    for name, call in quantity.calls.items():
        try:
            with np.errstate(over="raise", divide="raise", invalid="raise"):
                values = call(z[np.newaxis], y[np.newaxis])
        except FloatingPointError as error:
            worst[name].warning = str(error)
            with np.errstate(all="ignore"):
                values = call(z[np.newaxis], y[np.newaxis])
        for i in picked:
            value, unit = exact[i]
            wrong, is_normal = _error(float(np.ravel(values)[i]), value, unit, kind)
            if is_normal:
                worst[name].add(wrong, len(z))


def _error(value: float, exact: Any, unit: Any, kind: Format) -> tuple[float, bool]:
    """Return an error in ulp of the exact number, or of another if there is a unit."""
    if unit is None:
        return ball_error(value, lambda: exact, kind)
    if not math.isfinite(value):
        return math.inf, True
    with precision(BITS):
        # The error of a number next to the unit is as large, and in its ulp.
        size = arb(abs(unit).mid())
        wrong = arb(value) - exact
        as_unit, is_normal = ball_error(float(size), lambda: size + wrong, kind)
        rounding, _ = ball_error(float(size), lambda: size, kind)
    return max(as_unit - rounding, 0.0), is_normal


# --- exact values ---------------------------------------------------------------------------


def _softmax(z: list[Any], _: list[Any]) -> list[tuple[Any, Any]]:
    return [(a, None) for a in _shares(z)]


def _shares(z: list[Any]) -> list[Any]:
    """Return e^z_j / sum_k e^z_k."""
    peak = max(z)
    e = [(v - peak).exp() for v in z]
    total = sum(e)
    return [v / total for v in e]


def _minus_logs(z: list[Any]) -> list[Any]:
    """Return ln sum_k e^z_k - z_j, the largest entry apart."""
    peak = max(range(len(z)), key=lambda j: z[j])
    others = sum(((v - z[peak]).exp() for j, v in enumerate(z) if j != peak), arb(0))
    return [others.log1p() + (z[peak] - v) for v in z]


def _negative_log_softmax(z: list[Any], _: list[Any]) -> list[tuple[Any, Any]]:
    return [(v, None) for v in _minus_logs(z)]


def _sigmoid_cost(z: list[Any], y: list[Any]) -> list[tuple[Any, Any]]:
    softplus = BALLS["softplus"]
    pairs = zip(z, y, strict=True)
    return [(sum(t * softplus(-v) + (1 - t) * softplus(v) for v, t in pairs), None)]


def _softmax_cost(z: list[Any], y: list[Any]) -> list[tuple[Any, Any]]:
    return [(sum(t * v for t, v in zip(y, _minus_logs(z), strict=True)), None)]


def _quadratic(a: list[Any], y: list[Any]) -> list[tuple[Any, Any]]:
    return [(sum((p - t) * (p - t) for p, t in zip(a, y, strict=True)) / 2, None)]


def _difference(a: list[Any], y: list[Any]) -> list[tuple[Any, Any]]:
    """Return a - y, in units of the larger: what is lost when close numbers are subtracted."""
    return [(p - t, max(abs(p), abs(t))) for p, t in zip(a, y, strict=True)]


def _sigmoid_error(z: list[Any], y: list[Any]) -> list[tuple[Any, Any]]:
    return _difference([BALLS["sigmoid"](v) for v in z], y)


def _softmax_error(z: list[Any], y: list[Any]) -> list[tuple[Any, Any]]:
    total = sum(y)
    return _difference([a * total for a in _shares(z)], y)


# --- who computes them ----------------------------------------------------------------------


def _cost(cost: OutputCost) -> Call:
    return lambda z, y: as_array(cost.values(as_matrix(z), as_matrix(y)))


def _output_error(cost: OutputCost) -> Call:
    return lambda z, y: as_array(cost.output_error(as_matrix(z), as_matrix(y)))


SIGMOID = output_cost(ACTIVATIONS["sigmoid"], "cross_entropy")
SOFTMAX = output_cost(ACTIVATIONS["softmax"], "cross_entropy")
QUADRATIC = output_cost(ACTIVATIONS["identity"], "quadratic")


def _naive_softmax(z: Array) -> Array:
    e = np.exp(z)
    a: Array = e / e.sum(axis=1, keepdims=True)
    return a


def _shifted_softmax(z: Array) -> Array:
    return _naive_softmax(z - z.max(axis=1, keepdims=True))


def _naive_cost(z: Array, y: Array) -> Array:
    a = 1 / (1 + np.exp(-z))
    cost: Array = -(y * np.log(a) + (1 - y) * np.log(1 - a)).sum(axis=1)
    return cost


def _quantities() -> Mapping[str, Quantity]:
    """Return everything that is measured, by name."""
    calls: dict[str, dict[str, Call]] = {
        "softmax": {
            OURS: lambda z, _: as_array(softmax(as_matrix(z))),
            "numpy exp/sum": lambda z, _: _naive_softmax(z),
            "numpy, shifted": lambda z, _: _shifted_softmax(z),
        },
        "negative_log_softmax": {
            OURS: lambda z, _: as_array(negative_log_softmax(as_matrix(z))),
            "numpy -log(softmax)": lambda z, _: -np.log(_shifted_softmax(z)),
        },
        "quadratic": {
            OURS: _cost(QUADRATIC),
            "numpy 0.5*sum(d**2)": lambda z, y: 0.5 * ((z - y) ** 2).sum(axis=1),
        },
        "sigmoid cross_entropy": {OURS: _cost(SIGMOID), "numpy y log a + ...": _naive_cost},
        "softmax cross_entropy": {
            OURS: _cost(SOFTMAX),
            "numpy -y log a": lambda z, y: -(y * np.log(_shifted_softmax(z))).sum(axis=1),
        },
        "quadratic dC/da": {
            OURS: lambda z, y: as_array(COSTS["quadratic"].nabla_a(as_matrix(z), as_matrix(y)))
        },
        "sigmoid cross_entropy dC/dz": {OURS: _output_error(SIGMOID)},
        "softmax cross_entropy dC/dz": {OURS: _output_error(SOFTMAX)},
    }
    for name, others in (*_scipy().items(), *_torch().items()):
        calls[name] |= others
    exact: dict[str, tuple[Exact, str]] = {
        "softmax": (_softmax, "distribution"),
        "negative_log_softmax": (_negative_log_softmax, "distribution"),
        "quadratic": (_quadratic, "quadratic"),
        "sigmoid cross_entropy": (_sigmoid_cost, "any"),
        "softmax cross_entropy": (_softmax_cost, "distribution"),
        "quadratic dC/da": (_difference, "quadratic"),
        "sigmoid cross_entropy dC/dz": (_sigmoid_error, "any"),
        "softmax cross_entropy dC/dz": (_softmax_error, "distribution"),
    }
    return {name: Quantity(calls[name], *exact[name]) for name in calls}


def _scipy() -> dict[str, dict[str, Call]]:
    """Return scipy's functions of rows, none where it is not installed."""
    special = module("scipy.special")
    if special is None:
        return {}
    return {
        "softmax": {"scipy softmax": lambda z, _: special.softmax(z, axis=1)},
        "negative_log_softmax": {
            "scipy -log_softmax": lambda z, _: -special.log_softmax(z, axis=1)
        },
    }


def _torch() -> dict[str, dict[str, Call]]:
    """Return torch's functions of rows, none where it is not installed."""
    torch = module("torch")
    if torch is None:
        return {}
    functional = torch.nn.functional

    def call(function: Callable[[Any, Any], Any]) -> Call:
        return lambda z, y: np.asarray(function(torch.from_numpy(z), torch.from_numpy(y)))

    return {
        "softmax": {"torch softmax": call(lambda z, _: functional.softmax(z, 1))},
        "negative_log_softmax": {
            "torch -log_softmax": call(lambda z, _: -functional.log_softmax(z, 1))
        },
        "sigmoid cross_entropy": {
            "torch bce_with_logits": call(
                lambda z, y: functional.binary_cross_entropy_with_logits(z, y, reduction="sum")
            )
        },
        "softmax cross_entropy": {
            "torch cross_entropy": call(
                lambda z, y: functional.cross_entropy(z, y, reduction="sum")
            )
        },
    }


QUANTITIES = _quantities()
