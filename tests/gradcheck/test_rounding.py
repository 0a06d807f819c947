"""Random rounding shows the rounding error that a program owes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from nncore.gradcheck.evidence import NotApplicable
from nncore.gradcheck.rounding import Rounded, Rounding
from nncore.gradcheck.spread import spread

EPS = 2.0**-52


def deviation(function: Any, *arrays: Any, runs: int = 8) -> Any:
    """Spread of the function's result."""
    return spread(lambda r: [function(*[r.wrap(np.array(a)) for a in arrays])], 0, runs)[0]


def test_elementwise_results_owe_a_unit() -> None:
    found = deviation(np.exp, [0.0, 1.0, 2.0])
    assert (found > 0.5 * EPS * np.exp([0, 1, 2])).all()
    assert (found < 10 * EPS * np.exp([0, 1, 2])).all()


def test_cancellation_at_saturation_shows() -> None:
    # The float result is exactly zero, in every precision of the input.
    found = deviation(lambda z: 1 - 1 / (1 + np.exp(-z)), [50.0])
    assert EPS / 2 < found[0] < 10 * EPS


def test_terms_of_a_sum_show_in_its_error() -> None:
    found = deviation(np.sum, [1e8, 1.0, -1e8])
    assert 1e-9 < found < 1e-6
    found = deviation(lambda a, b: a @ b, [1e8, 1.0, -1e8], [1.0, 1.0, 1.0])
    assert 1e-9 < found < 1e-6


def test_spread_measures_true_errors() -> None:
    # Against sums in longer floats: true errors stay within a few deviations.
    rng = np.random.default_rng(0)
    a, b = rng.standard_normal((2, 50, 50)) * 10.0 ** rng.uniform(-3, 3, (2, 50, 50))
    true = a.astype(np.longdouble) @ b.astype(np.longdouble)
    quotient = np.abs((a @ b - true).astype(float)) / deviation(lambda x, y: x @ y, a, b)
    assert 0.05 < quotient.max() < 3


def test_very_small_numbers_do_not_underflow() -> None:
    found = deviation(np.exp, [-600.0])
    assert found[0] > 0.5 * EPS * np.exp(-600.0)


def test_zero_stays_zero_and_not_finite_is_infinite() -> None:
    assert deviation(lambda z: z * 2, [0.0])[0] == 0
    assert np.isinf(deviation(lambda z: z - z * np.inf, [1.0])[0])


def test_float32_and_complex_round_as_they_are() -> None:
    found = deviation(lambda z: z * 3, np.ones(1, np.float32))
    assert 1e-8 < found[0] < 1e-5
    rounding = Rounding(0, 1)
    moved = rounding.moved(np.array([1 + 1e-30j]))
    assert 0 < abs(moved[0].imag / 1e-30 - 1) < 10 * EPS
    assert 0 < abs(moved[0].real - 1) < 10 * EPS
    assert rounding.moved("text") == "text"
    assert rounding.moved(np.arange(3)).tolist() == [0, 1, 2]


def styles(x: Any) -> list[Any]:
    """Much of what people write, with numbers as results."""
    y = x.copy()
    y += 1
    y[0] = x[1]
    y[1:] *= 2
    np.add(y, 1, out=y)
    np.add.at(y, [0], 1.0)
    view = y.reshape(3, 1).T
    q, r = np.divmod(y, 2.0)
    parts = np.split(y, 3)
    total = np.einsum("i,i->", x, y) + np.linalg.norm(y) + x.mean() + sum(x)
    flag = bool((x > -1).all()) and len(x) == 3 and np.argmax(x) in (0, 1, 2)
    text = f"{x.sum():.3f} {x!r} {round(x.sum(), 2)}"
    mask = x[x > 1]
    named = np.linalg.slogdet(np.outer(y, y) + np.eye(3))
    nested = np.stack([x, y])
    kept = np.where(x > 1, x, 0.0)
    assert flag
    assert text
    assert x.shape == (3,)
    assert x.T.shape == (3,)
    return [view, q, r, parts[0], total, mask, named.logabsdet, nested, kept, np.max(x)]


def test_code_in_many_styles_gives_the_same_numbers() -> None:
    values = np.array([1.5, 2.5, -0.5])
    exact = styles(values.copy())
    rounded = styles(Rounding(0, 0).wrap(values.copy()))
    moved = styles(Rounding(0, 1).wrap(values.copy()))
    for a, b in zip(exact, rounded, strict=True):
        assert isinstance(b, Rounded)
        np.testing.assert_array_equal(a, b.array)
    assert len(moved) == len(exact)


def test_views_write_through() -> None:
    x = Rounding(0, 1).wrap(np.zeros(4))
    x.reshape(2, 2)[0, 0] = 5.0
    assert x.array[0] == 5


def test_buffers_and_conversions_are_followed() -> None:
    def buffered(x: Any) -> Any:
        out = np.zeros(3)
        out[:] = np.exp(np.asarray(x))
        out += np.ones(3, dtype=float)
        count = np.zeros(3, dtype=int)
        assert np.zeros(2, dtype=int).sum() == 0
        return out - np.array([1.0, 1.0, 1.0]) + count

    found = deviation(buffered, [0.0, 1.0, 2.0])
    assert (found > 0.5 * EPS).all()
    assert np.zeros(2).sum() == 0
    assert isinstance(np.zeros(2), np.ndarray)


def test_numbers_that_leave_are_noticed() -> None:
    with pytest.raises(NotApplicable, match="plain floats on the way"):
        deviation(lambda x: np.array([math.exp(float(v)) for v in x]), [1.0, 2.0])
    with pytest.raises(NotApplicable, match="plain floats on the way"):
        deviation(lambda x: np.abs(complex(x[0])) * x, [1.0, 2.0])


def test_code_that_refuses_is_reported() -> None:
    def picky(x: Any) -> Any:
        if not isinstance(x, np.ndarray):
            msg = "arrays only"
            raise TypeError(msg)
        return x

    with pytest.raises(NotApplicable, match="arrays only"):
        deviation(picky, [1.0])


def test_missing_attributes_are_missing() -> None:
    x = Rounding(0, 1).wrap(np.ones(2))
    with pytest.raises(AttributeError):
        _ = x.no_such_thing
    with pytest.raises(AttributeError):
        _ = x.__no_such_thing__


def test_shared_out_is_an_escape() -> None:
    rounding = Rounding(0, 1)
    out = np.zeros(2)
    np.add(rounding.wrap(np.ones(2)), 1, out=out)
    assert (out > 1.9).all()
    assert rounding.escaped


def test_arrays_answer_as_plain_ones() -> None:
    x = Rounding(0, 1).wrap(np.ones(1))
    assert bool(x)
    assert len(x) == 1
    assert complex(x[0]) == 1


def test_methods_of_plain_arrays_are_followed() -> None:
    data = np.array([[1e8, 1.0, -1e8], [1.0, 2.0, 3.0]])

    def backward(w: Any) -> Any:
        hidden = data.dot(w)
        view = hidden[:1]
        return np.concatenate([1 - 1 / (1 + np.exp(-hidden)), np.ones(2).dot(data) * w, view])

    found = deviation(backward, [1.0, 1.0, 1.0])
    assert 1e-9 < found[-1] < 1e-6
    assert (found[:2] > EPS / 4).all()
    lost = Rounding(0, 1)
    buffer = np.zeros(3)
    buffer[:] = lost.wrap(np.ones(3))
    assert lost.has_lost
    kept = Rounding(0, 1)
    assert float(data.dot(kept.wrap(np.ones(3)))[1]) == pytest.approx(6)
    assert not kept.has_lost
    total = np.sum(data.dot(kept.wrap(np.ones(3))))
    assert isinstance(total, Rounded)
    with kept.inside():
        assert type(np.asarray(kept.wrap(np.ones(3)))) is np.ndarray
