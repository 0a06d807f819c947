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

import numpy as np

from ..access import as_array
from ..case import Array, Case
from ..failure import assert_close
from ..memory import LAYOUTS
from ..registry import check
from ..subject import Subject
from ..tolerance import DOUBLE, cost_bound, gradient_bounds, output_bound, roundoff
from .results import named

__all__: list[str] = []

#: Small numbers, in networks in which hardly anything saturates.
SMALL = ("ties", "normal")
#: What computing in float32 may lose beyond float64.
SINGLE = 2.0**-24 / DOUBLE


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
    for form, change in LAYOUTS.items():
        refusals = (ValueError,) if form == "reversed" else ()
        _assert_alike(net, change, (x, y), (x, y), f"given {form} arrays", refusals)


@check(group="numerics", needs={"parameters"}, regimes=SMALL)
def integer_inputs_are_numbers(net: Subject, case: Case) -> None:
    """Integers give the results of the same numbers as floats, or are refused."""
    y = case.y.astype(float)
    is_whole = not (y % 1).any()
    for dtype in ("int64", "uint8"):
        x = np.rint(abs(case.x) if dtype == "uint8" else case.x).astype(float)
        # Of targets only what the type can hold becomes integer.
        targets = is_whole and (dtype == "int64" or bool((y >= 0).all()))
        given = (x.astype(dtype), y.astype(dtype) if targets else y)
        refusals = (TypeError, ValueError)
        _assert_alike(net, np.ascontiguousarray, given, (x, y), f"given {dtype}", refusals)


@check(group="numerics", needs={"parameters"}, regimes=("normal",))
def float32_inputs_lose_little(net: Subject, case: Case) -> None:
    """Outputs and cost of float32 inputs are those of the same numbers, up to float32 rounding."""
    x, y = case.x.astype(np.float32), case.y.astype(np.float32)
    same = (x.astype(float), y.astype(float))
    for name, got, expected, bound in _compared(net, np.ascontiguousarray, (x, y), same):
        if not name.startswith("nabla"):
            assert_close(f"given float32: {name}", got, expected, SINGLE * bound)


def _assert_alike(
    net: Subject,
    form: Callable[[Array], Array],
    given: tuple[Array, Array],
    same: tuple[Array, Array],
    when: str,
    refusals: tuple[type[Exception], ...],
) -> None:
    """Raise unless what is given has the results of the same numbers in plain arrays."""
    try:
        compared = _compared(net, form, given, same)
    except refusals:
        return
    for name, got, expected, bound in compared:
        assert_close(f"{when}: {name}", got, expected, bound)


def _compared(
    net: Subject,
    form: Callable[[Array], Array],
    given: tuple[Array, Array],
    same: tuple[Array, Array],
) -> list[tuple[str, Array, Array, float]]:
    """Return names, results of what is given, of the same numbers, and what rounding may do."""
    handing = _Handing(net, form)
    found: list[tuple[str, Array, Array, float]] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # libraries that warn of read-only arrays
        if "outputs" in net.traits.offers:
            got = handing.predict(given[0])
            found.append(("output", got, net.predict(same[0]), output_bound(net, same[0])))
        if "cost" in net.traits.offers:
            value = as_array(handing.cost(*given))
            found.append(("cost", value, as_array(net.cost(*same)), cost_bound(net, *same)))
        if "gradient" in net.traits.offers:
            slopes, bounds = (
                named(handing.gradient(*given), "nabla_w", "nabla_b"),
                gradient_bounds(net, *same),
            )
            for name, expected in named(net.gradient(*same), "nabla_w", "nabla_b").items():
                bound = bounds[int(name[8:-1])][name.startswith("nabla_b")]
                found.append((name, slopes[name], expected, bound))
    return found
