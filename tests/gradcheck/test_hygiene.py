"""Each fault around a correct formula is planted, and named as itself."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from networks import net

from nncore.gradcheck.check import check_gradient
from nncore.gradcheck.evidence import Verdict
from nncore.gradcheck.faults import Kind

RNG = np.random.default_rng(0)
X = RNG.standard_normal((4, 3))
W = RNG.standard_normal((2, 3))


def cost(p: Any) -> Any:
    return (np.tanh(X @ p["w"].T) ** 2).sum()


def gradient(p: Any) -> Any:
    a = np.tanh(X @ p["w"].T)
    return {"w": (2 * a * (1 - a**2)).T @ X}


def params() -> dict[str, Any]:
    return {"w": W.copy()}


def kinds(c: Any = cost, g: Any = gradient, p: Any = None) -> list[Kind]:
    report = check_gradient(c, g, params() if p is None else p, method="differences")
    assert report.verdict == ("fault" if report.faults else "agrees")
    assert report.ok is not bool(report.faults)
    for fault in report.faults:
        assert str(fault) in str(report)
    return [fault.kind for fault in report.faults]


def test_clean_code_has_no_fault() -> None:
    assert kinds() == []


def cost_modifying(p: Any) -> Any:
    value = cost(p)
    p["w"][0, 0] += 1e-3
    return value


def gradient_modifying(p: Any) -> Any:
    found = gradient(p)
    p["w"] *= 1.001
    return found


def gradient_dropping(p: Any) -> Any:
    found = gradient(p)
    del p["w"]
    return found


def stale() -> Any:
    """Returns one buffer from all calls."""
    buffer = np.empty_like(W)

    def function(p: Any) -> Any:
        buffer[:] = gradient(p)["w"]
        return {"w": buffer}

    return function


def viewed() -> Any:
    """Returns views of one buffer."""
    buffer = np.empty((2, *W.shape))

    def function(p: Any) -> Any:
        buffer[0] = gradient(p)["w"]
        return {"w": buffer[0]}

    return function


def aliasing(p: Any) -> Any:
    p["w"].sum()
    return {"w": p["w"]}


def counting(function: Any) -> Any:
    """Changes with each call."""
    calls = [0]

    def counted(p: Any) -> Any:
        calls[0] += 1
        factor = 1 + 1e-6 * calls[0]
        found = function(p)
        return {"w": found["w"] * factor} if isinstance(found, dict) else found * factor

    return counted


class Forgetful:
    """Its gradient reads what the last cost left."""

    def cost(self, p: Any) -> Any:
        self.a = np.tanh(X @ p["w"].T)
        return (self.a**2).sum()

    def gradient(self, p: Any) -> Any:
        del p
        return {"w": (2 * self.a * (1 - self.a**2)).T @ X}


def noisy(function: Any, size: float, rng: Any = None) -> Any:
    """Adds random numbers, from a generator of its own unless one is given."""

    def drawn(p: Any) -> Any:
        source = rng or np.random.default_rng()
        found = function(p)
        if isinstance(found, dict):
            return {"w": found["w"] + size * source.standard_normal(W.shape)}
        return found + size * source.standard_normal()

    return drawn


def short(p: Any) -> Any:
    return {"w": gradient(p)["w"].astype(np.float32)}


def shortened(p: Any) -> Any:
    return {"w": gradient(p)["w"].astype(np.float32).astype(float)}


def alternating(function: Any) -> Any:
    """One state after the other."""
    calls = [0]

    def counted(p: Any) -> Any:
        calls[0] += 1
        return function(p) * (1 + calls[0] % 2)

    return counted


def spoiled(p: Any) -> Any:
    found = gradient(p)
    found["w"][1, 2] = np.nan
    return found


FAULTS: dict[str, tuple[Any, Any, Kind]] = {
    "cost modifies": (cost_modifying, gradient, Kind.COST_MODIFIES),
    "gradient modifies": (cost, gradient_modifying, Kind.GRADIENT_MODIFIES),
    "gradient drops a key": (cost, gradient_dropping, Kind.GRADIENT_MODIFIES),
    "buffer": (cost, stale(), Kind.BUFFER),
    "view of a buffer": (cost, viewed(), Kind.BUFFER),
    "alias": (lambda p: (p["w"] ** 2).sum() / 2, aliasing, Kind.ALIAS),
    "noise in the cost": (noisy(cost, 1e-9), gradient, Kind.NOISE),
    "noise in the gradient": (cost, noisy(gradient, 1e-6), Kind.NOISE),
    "noise from a generator": (cost, noisy(gradient, 1e-6, RNG), Kind.NOISE),
    "cost from a generator": (noisy(cost, 1e-9, RNG), gradient, Kind.NOISE),
    "counting cost": (counting(cost), gradient, Kind.STATE),
    "alternating cost": (alternating(cost), gradient, Kind.STATE),
    "counting gradient": (cost, counting(gradient), Kind.STATE),
    "gradient of the last cost": (Forgetful().cost, Forgetful().gradient, Kind.STATE),
    "float32": (cost, short, Kind.FLOAT32),
    "float32 on the way": (cost, shortened, Kind.FLOAT32),
    "float32 cost": (lambda p: np.float32(cost(p)), gradient, Kind.FLOAT32),
    "float32 cost in a float": (
        lambda p: float(np.float32(1.1 * cost(p))),
        gradient,
        Kind.FLOAT32,
    ),
    "nan": (cost, spoiled, Kind.NOT_FINITE),
    "infinite cost": (lambda p: cost(p) + np.inf, gradient, Kind.NOT_FINITE),
    "transposed shape": (cost, lambda p: {"w": gradient(p)["w"].T}, Kind.STRUCTURE),
    "keys": (cost, lambda p: {"v": gradient(p)["w"]}, Kind.STRUCTURE),
    "integers": (cost, lambda p: {"w": np.ones(p["w"].shape, int)}, Kind.STRUCTURE),
    "vector cost": (lambda p: np.tanh(X @ p["w"].T), gradient, Kind.NOT_SCALAR),
    "ragged cost": (lambda p: [cost(p), [1, 2]], gradient, Kind.NOT_SCALAR),
}
_model = Forgetful()
FAULTS["gradient of the last cost"] = (_model.cost, _model.gradient, Kind.STATE)


@pytest.mark.parametrize("name", FAULTS)
def test_fault_is_named_as_itself(name: str) -> None:
    c, g, kind = FAULTS[name]
    if name == "ragged cost":
        with pytest.raises(TypeError, match="must return a real number"):
            kinds(c, g)
        return
    found = kinds(c, g)
    assert found[0] == kind, found


def test_values_that_differ_are_told_as_numbers() -> None:
    report = check_gradient(cost, counting(gradient), params())
    assert re.search(r'\["w"\]\[\d, \d\]: [\d.-]+, then [\d.-]+\)', str(report))


def test_swapped_order_is_named() -> None:
    p = [np.ones((2, 3)), np.ones((3, 2))]
    report = check_gradient(
        lambda q: (q[0] ** 2).sum() + (q[1] ** 3).sum(),
        lambda q: [3 * q[1] ** 2, 2 * q[0]],
        p,
    )
    assert report.faults[0].kind == Kind.STRUCTURE
    assert "another order" in str(report) or "transposed" in str(report)


def test_scalars_of_any_shape_are_scalars() -> None:
    assert kinds(lambda p: cost(p).reshape(1, 1)) == []


def test_integer_zeros_are_a_gradient() -> None:
    constant = [np.ones(3), np.ones(2)]
    report = check_gradient(
        lambda p: (p[0] ** 2).sum(), lambda p: [2 * p[0], np.zeros(2, int)], constant
    )
    assert report.ok, str(report)


def test_short_parameters_may_have_short_gradients() -> None:
    assert kinds(p={"w": W.astype(np.float32)}) == []


def test_simple_numbers_are_no_cast() -> None:
    ones = {"w": np.ones((2, 3))}
    assert kinds(lambda p: (p["w"] ** 2).sum(), lambda p: {"w": 2 * p["w"]}, ones) == []


def test_a_single_entry_shows_a_cast() -> None:
    assert kinds(
        lambda w: (w**2).sum(), lambda w: (2 * w).astype(np.float32) + 0.0, np.array([0.31])
    ) == [Kind.FLOAT32]


@pytest.mark.parametrize("scale", [1, 64])
def test_sums_of_whole_numbers_are_no_cast(scale: int) -> None:
    # A unit that turns on between two points changes such a gradient.
    pixels = scale * np.random.default_rng(0).integers(0, 256, (200, 6)).astype(float)

    def relu_cost(w: Any) -> Any:
        return np.maximum(0, pixels @ w).sum()

    def relu_gradient(w: Any) -> Any:
        return (pixels @ w > 0) @ pixels

    assert kinds(relu_cost, relu_gradient, np.random.default_rng(1).normal(size=6)) == []


def test_random_numbers_from_a_reachable_generator_do_not_hide_the_formula() -> None:
    def dropout(function: Any) -> Any:
        rng = np.random.default_rng(3)

        def masked(p: Any) -> Any:
            mask = rng.random((4, 2)) < 0.5
            a = np.tanh(X @ p["w"].T)
            if function == "cost":
                return (mask * a**2).sum()
            return {"w": (2 * mask * a * (1 - a**2)).T @ X}

        return masked

    report = check_gradient(dropout("cost"), dropout("gradient"), params())
    assert report.faults[0].kind == Kind.NOISE
    assert report.evidence is not None
    assert report.evidence.entries[0].where(Verdict.AGREES).all()


def test_errors_of_the_user_say_which_call_it_was() -> None:
    def broken(_: Any) -> Any:
        msg = "my own"
        raise KeyError(msg)

    for c, g in ((broken, gradient), (cost, broken)):
        with pytest.raises(KeyError, match="my own") as caught:
            check_gradient(c, g, params())
        assert "called with a copy of `params`" in caught.value.__notes__[0]


@pytest.mark.parametrize("returned", ["text", None, 1j, {}, True, np.False_])
def test_costs_that_are_no_number_are_refused(returned: Any) -> None:
    with pytest.raises(TypeError, match="`cost` must return a real number"):
        check_gradient(lambda _: returned, gradient, params())


def test_complex_gradients_are_refused() -> None:
    with pytest.raises(TypeError, match="`gradient` must return real numbers"):
        check_gradient(cost, lambda p: {"w": gradient(p)["w"] * 1j}, params())


def test_masked_gradients_are_refused() -> None:
    with pytest.raises(TypeError, match=r"must return plain arrays; that for .*\["):
        check_gradient(cost, lambda p: {"w": np.ma.masked_array(gradient(p)["w"])}, params())


def test_constant_gradients_may_be_the_data() -> None:
    # The same array each time, of float32 numbers, but never overwritten.
    data = X.astype(np.float32).astype(float)
    assert kinds(lambda p: (data * p).sum(), lambda _: data, np.ones((4, 3))) == []


def test_functions_may_refuse_other_points() -> None:
    def picky(p: Any) -> Any:
        if (p > 1).any():
            msg = "outside"
            raise ValueError(msg)
        return (p**2).sum()

    point = np.array([1.0 - 1e-3, 0.5])
    report = check_gradient(picky, lambda p: 2 * p, point, method="differences")
    assert report.ok, str(report)
    assert (
        check_gradient(picky, lambda p: 3 * p, point, method="differences").verdict == "wrong"
    )


def test_overflow_in_the_users_code_is_no_error() -> None:
    def naive(p: Any) -> Any:
        return (1 / (1 + np.exp(-p))).sum()

    def slope(p: Any) -> Any:
        s = 1 / (1 + np.exp(-p))
        return s * (1 - s)

    huge = check_gradient(naive, slope, np.array([-1000.0, 0.5]), method="differences")
    assert huge.faults == []
    assert kinds(lambda p: (p**2).sum(), lambda p: 2 * p, np.array([1e6, 2e6 / 3, 7e5])) == []


@pytest.mark.parametrize("seed", [333, 1006083])
def test_few_digits_left_by_cancellation_are_no_float32(seed: int) -> None:
    n = net("bad scale", seed)
    report = check_gradient(n.cost, n.gradient, n.params, batch=n.batch)
    assert report.verdict == "agrees", str(report)


def test_what_cancellation_leaves_does_not_need_the_last_digit_of_float32() -> None:
    # Two classes that are as likely at any of the points tried: 20 to 23 digits are left.
    n = net("bad scale", 3108, (2, 3, 2), batch=2)
    assert check_gradient(n.cost, n.gradient, n.params).faults == []


@pytest.mark.parametrize("size", [1, 2])
def test_a_cast_of_few_entries_is_seen(size: int) -> None:
    for seed in range(10):
        rng = np.random.default_rng(seed)
        x, y = rng.standard_normal((7, size)), rng.standard_normal(7)

        def squares(w: Any, x: Any = x, y: Any = y) -> Any:
            return ((np.tanh(x @ w) - y) ** 2).sum()

        def cast(w: Any, x: Any = x, y: Any = y) -> Any:
            a = np.tanh(x @ w)
            return (2 * (a - y) * (1 - a**2) @ x).astype(np.float32).astype(float)

        found = check_gradient(squares, cast, rng.standard_normal(size), method="differences")
        assert [fault.kind for fault in found.faults] == [Kind.FLOAT32], seed
