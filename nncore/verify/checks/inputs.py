"""
The same numbers give the same results, in whatever array they come.

References
----------
.. [1] Y. Zhang, Y. Chen, S.-C. Cheung, Y. Xiong, L. Zhang, "An empirical study on TensorFlow
   program bugs", ISSTA 2018: wrong types and shapes of tensors.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from ..case import Array, Case
from ..failure import assert_close
from ..memory import LAYOUTS
from ..registry import check
from ..subject import Subject
from ..tolerance import DOUBLE, cost_bound, gradient_bounds, output_bound
from .results import calls_of, results

__all__: list[str] = []

#: Small numbers, in networks in which hardly anything saturates.
SMALL = ("ties", "normal")
#: What computing in float32 may lose beyond float64.
SINGLE = 2.0**-24 / DOUBLE

#: Results by name, and how far rounding may move them.
Expected: TypeAlias = dict[str, tuple[Array, float]]


class _Handing(Subject):
    """The same network, that is given every array in another form."""

    def __init__(self, net: Subject, form: Callable[[Array], Array]) -> None:
        vars(self).update(vars(net))
        self.form = form

    def native(self, rows: Array) -> list[Array]:
        """Return examples as the user's code takes them, in this form."""
        return [self.form(array) for array in super().native(rows)]


@check(group="numerics", needs={"parameters"}, regimes=SMALL)
def memory_layout_is_irrelevant(net: Subject, case: Case) -> None:
    """
    Strided, reversed, Fortran-ordered and read-only arrays give the results of plain ones.

    Products may be summed in another order. Arrays that are read from their end may be refused
    with a ValueError.
    """
    x, y = case.x.astype(float), case.y.astype(float)
    expected = _expected(net, x, y)
    for form, change in LAYOUTS.items():
        refusals = (ValueError,) if form == "reversed" else ()
        _assert_alike(_Handing(net, change), x, y, expected, f"given {form} arrays", refusals)


@check(group="numerics", needs={"parameters"}, regimes=SMALL)
def integer_inputs_are_numbers(net: Subject, case: Case) -> None:
    """Integers give the results of the same numbers as floats, or are refused."""
    y = case.y.astype(float)
    for dtype, numbers in (("int64", case.x), ("uint8", abs(case.x))):
        x = np.rint(numbers).astype(float)
        expected = _expected(net, x, y)
        # Of targets only what the type can hold becomes integer.
        is_whole = not (y % 1).any() and (dtype == "int64" or bool((y >= 0).all()))
        targets = y.astype(dtype) if is_whole else y
        when, refusals = f"given {dtype}", (TypeError, ValueError)
        _assert_alike(net, x.astype(dtype), targets, expected, when, refusals)


@check(group="numerics", needs={"parameters"}, regimes=("normal",))
def float32_inputs_lose_little(net: Subject, case: Case) -> None:
    """Outputs and cost of float32 inputs are those of the same numbers, up to float32 rounding."""
    x, y = case.x.astype(np.float32), case.y.astype(np.float32)
    expected = {
        name: (array, SINGLE * bound)
        for name, (array, bound) in _expected(net, x.astype(float), y.astype(float)).items()
        if not name.startswith("nabla")  # at a kink it may be another one
    }
    _assert_alike(net, x, y, expected, "given float32", ())


def _assert_alike(
    net: Subject,
    x: Array,
    y: Array,
    expected: Expected,
    when: str,
    refusals: tuple[type[Exception], ...],
) -> None:
    """Raise unless a batch has the expected results, or is refused where that is allowed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # libraries warn of arrays that cannot be written
        try:
            got = _results(net, x, y)
        except refusals:
            return
    for name, (array, bound) in expected.items():
        assert_close(f"{when}: {name}", got[name], array, bound)


def _expected(net: Subject, x: Array, y: Array) -> Expected:
    """Return results of plain arrays, and how far rounding may move them."""
    got = _results(net, x, y)
    bounds: dict[str, float] = {}
    if "output" in got:
        bounds["output"] = output_bound(net, x)
    if "cost" in got:
        bounds["cost"] = cost_bound(net, x, y)
    if "nabla_w[1]" in got:
        for l, (weights, biases) in enumerate(gradient_bounds(net, x, y)):
            bounds |= {f"nabla_w[{l}]": weights, f"nabla_b[{l}]": biases}
    return {name: (array, bounds[name]) for name, array in got.items()}


def _results(net: Subject, x: Array, y: Array) -> dict[str, Array]:
    """Return outputs, cost and gradient, as far as they are offered, by name."""
    got: dict[str, Array] = {}
    if "outputs" in net.traits.offers:
        got["output"] = net.predict(x)
    for role in {"cost", "gradient"} & set(calls_of(net)):
        got |= results(net, role, x, y)
    return got
