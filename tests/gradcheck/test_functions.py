"""numpy's functions of whole arrays: values as numpy's, derivatives as differences say."""

# The programs under test are written as people write them: without types.
# mypy: allow-untyped-defs, allow-untyped-calls
# ruff: noqa: ANN001, ANN201, ANN202

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
from enclosing import enclosed, floats, started
from scipy import special

from nncore.gradcheck.balls import Ball, BallArray
from nncore.gradcheck.enclosures import Settings
from nncore.gradcheck.functions import log_softmax, logsumexp, softmax
from nncore.gradcheck.run import Defeated, Undecided

RNG = np.random.default_rng(3)
A = RNG.normal(size=(3, 4))
B = RNG.normal(size=(4, 2))
C = RNG.normal(size=(3, 4))
V = RNG.normal(size=4)
S = RNG.normal(size=(2, 3, 4))
# Its types do not know an ellipsis among numbers.
EINSUM: Any = np.einsum
MASK = A > 0.2


def in_place(x):
    out = np.zeros_like(x)
    out[1:] += x[:-1] * 2
    out[0, 1] = 7.5
    out[:, 2] *= x[:, 0]
    out -= 0.5
    out[MASK] = 0
    return out


def with_out(x):
    out = np.empty_like(x)
    np.multiply(x, C, out=out)
    np.add(out, 1, out=out, where=MASK)
    np.exp(x, where=~MASK, out=out)
    return out


def into_outs(x):
    total, product = np.zeros_like(x[0]), np.zeros_like(x, shape=(3, 2))
    np.sum(x, axis=0, out=total)
    np.dot(x, B, out=product)
    return np.concatenate([total, product.ravel()])


def scattered(x):
    out = np.ones_like(x[0], shape=5)
    np.add.at(out, [0, 2, 0], x[0, :3])
    np.subtract.at(out, 4, x[1, 1])
    return out


def unpacked(x):
    rows = [row * (i + 1) for i, row in enumerate(x)]
    return np.array([list(row) for row in rows])


def sorted_in_place(x):
    out = x.copy()
    out.sort(axis=0)
    return out


def logsumexp_of(x):
    top = x.max(axis=1, keepdims=True)
    return np.log(np.exp(x - top).sum(axis=1)) + top[:, 0]


def shared(x):
    out = x * 1
    same = out.astype(float, copy=False)
    same += 1
    return out


def copied(x):
    out = np.zeros_like(x)
    np.copyto(out, x, where=MASK)
    return out


def put(x):
    out = np.zeros_like(x)
    np.put_along_axis(out, np.array([[0], [1], [2]]), x[:, :1], axis=1)
    return out


FUNCTIONS: dict[str, Any] = {
    "sum": lambda x: x.sum(),
    "sum axis": lambda x: np.sum(x, axis=1),
    "sum axes": lambda x: np.sum(np.stack([x, x * x]), axis=(0, -1)),
    "sum keepdims": lambda x: x.sum(0, keepdims=True),
    "sum where": lambda x: np.sum(x, where=MASK),
    "builtin sum": sum,
    "sum positions": lambda x: x.sum(1, None, None, True) + np.sum(x, 0, float),
    "sum initial": lambda x: x.sum(initial=2.5) * np.add.reduce(x, axis=1, initial=x[0, 0]),
    "sum reduce where": lambda x: np.add.reduce(x, axis=0, where=MASK),
    "mean everywhere": lambda x: np.mean(x, axis=0, where=True),
    "max initial": lambda x: np.max(x, axis=1, initial=0.4) + x.min(0, initial=x[0, 0])[:3],
    "prod initial": lambda x: np.prod(x, axis=0, initial=2.0),
    "heaviside": lambda x: np.heaviside(x, 0.5) * x,
    "clip out": lambda x: np.clip(x, -0.1, 0.1, x.copy()),
    "astype shares": shared,
    "accumulate": lambda x: np.multiply.accumulate(x, axis=0),
    "column_stack": lambda x: np.column_stack([x, x[:, 0]]),
    "insert": lambda x: np.insert(x, 0, 1, axis=1),
    "median": lambda x: np.median(x, axis=1),
    "windows": lambda x: np.lib.stride_tricks.sliding_window_view(x, (2, 2)).sum(axis=(2, 3)),
    "add.reduce": np.add.reduce,
    "multiply.reduce": lambda x: np.multiply.reduce(x, axis=1),
    "maximum.reduce": lambda x: np.maximum.reduce(x, axis=1),
    "add.accumulate": lambda x: np.add.accumulate(x, axis=1),
    "multiply.outer": lambda x: np.multiply.outer(x, V),
    "mean": np.mean,
    "mean axis": lambda x: x.mean(axis=0),
    "average": lambda x: np.average(x, axis=0, weights=[1, 2, 3]),
    "var": lambda x: x.var(axis=1, ddof=1),
    "std": lambda x: np.std(x, axis=0, keepdims=True),
    "prod": lambda x: np.prod(x, axis=1),
    "cumsum": np.cumsum,
    "cumsum axis": lambda x: x.cumsum(axis=0),
    "cumprod": lambda x: np.cumprod(x, axis=1),
    "max": np.max,
    "max axis": lambda x: x.max(axis=1, keepdims=True),
    "amin": lambda x: np.amin(x, axis=0),
    "builtin max": lambda x: max(x.ravel()),
    "argmax": lambda x: x[np.arange(3), np.argmax(x, axis=1)],
    "argmin": lambda x: x.ravel()[x.argmin()],
    "sort": lambda x: np.sort(x, axis=1),
    "sort flat": lambda x: np.sort(x, axis=None),
    "argsort": lambda x: x.ravel()[np.argsort(x, axis=None)],
    "sort method": sorted_in_place,
    "clip": lambda x: np.clip(x, -0.5, 0.5),
    "clip method": lambda x: x.clip(max=0.1),
    "clip named": lambda x: np.clip(x, min=0.1, max=None),
    "where": lambda x: np.where(x > 0, x * x, 0.3),
    "where mask": lambda x: np.where(MASK, 2, x),
    "where alone": lambda x: x[np.where(x)],
    "where ball": lambda x: np.where(x, x, 1),
    "nonzero": lambda x: x[np.where(x > 0)],
    "mask": lambda x: x[x < 0.1] * 3,
    "all": lambda x: x * np.all(x) + np.any(x, axis=1, keepdims=True),
    "dot": lambda x: np.dot(x, B),
    "dot vector": lambda x: x.dot(V),
    "dot scalar": lambda x: np.dot(x, x[0, 0]),
    "dot stack": lambda x: np.dot(S, x.T),
    "vdot": lambda x: np.vdot(x, C),
    "inner": lambda x: np.inner(x, C),
    "inner scalar": lambda x: np.inner(x, 2),
    "outer": lambda x: np.outer(x, V),
    "matmul": lambda x: x.T @ x,
    "matmul left": lambda x: C.T @ x,
    "matmul vectors": lambda x: x[0] @ x[1],
    "matmul vector": lambda x: V @ x.T,
    "matmul stack": lambda x: np.matmul(S, x.T),
    "tensordot": lambda x: np.tensordot(x, S, axes=([0, 1], [1, 2])),
    "tensordot number": lambda x: np.tensordot(S, x, 2),
    "tensordot one": lambda x: np.tensordot(x, S, axes=(1, 2)),
    "einsum": lambda x: np.einsum("ij,jk->ki", x, B),
    "einsum implicit": lambda x: np.einsum("ij,jk", x, B),
    "einsum batch": lambda x: np.einsum("bij,ij->bi", S, x),
    "einsum three": lambda x: np.einsum("ij,ij,jk->k", x, C, B),
    "einsum one": lambda x: np.einsum("ij->j", x),
    "einsum diagonal": lambda x: np.einsum("ii->i", x @ x.T),
    "einsum trace": lambda x: np.einsum("ii", x @ x.T),
    "einsum ellipsis": lambda x: np.einsum("...ij,jk->...ki", S, x.T),
    "einsum ellipsis implicit": lambda x: np.einsum("...i,ji", S, x),
    "einsum ellipsis one": lambda x: np.einsum("...i->...", x),
    "einsum ellipses": lambda x: np.einsum("i...,...->i...", x, x[:1]),
    "einsum of different sizes": lambda x: np.einsum("ij,ij->ij", x, x[:, :1]),
    "einsum lists": lambda x: np.einsum(x, [0, 27], B, [27, 2], [2, 0]),
    "einsum lists implicit": lambda x: np.einsum(x, [26, 1], B, [1, 2]),
    "einsum lists ellipsis": lambda x: EINSUM(S, [..., 1], x, [0, 1], [..., 0]),
    "einsum alone": lambda x: np.einsum("i,j->", x[0], x[1]),
    "trace": lambda x: np.trace(x @ x.T) + (x @ x.T).trace(),
    "norm": np.linalg.norm,
    "norm axis": lambda x: np.linalg.norm(x, axis=1, keepdims=True),
    "norm 1": lambda x: np.linalg.norm(x[0], 1),
    "norm 3": lambda x: np.linalg.norm(x, 3, axis=1),
    "norm inf": lambda x: np.linalg.norm(x.ravel(), np.inf),
    "norm of columns": lambda x: np.linalg.norm(x, 1),
    "norm of rows": lambda x: np.linalg.norm(x, np.inf, (0, 1), keepdims=True),
    "least norm of columns": lambda x: np.linalg.norm(x * S, -1, axis=(0, 2)),
    "norm fro": lambda x: np.linalg.norm(x, "fro"),
    "nansum": lambda x: np.nansum(x, axis=0) * np.nanmean(x) + np.nanmax(x) - np.nanmin(x),
    "entr": lambda x: special.entr(x * x) + special.kl_div(x * x, C * C),
    "rel_entr": lambda x: special.rel_entr(x * x, C * C),
    "nan_to_num": lambda x: np.nan_to_num(x) * np.isfinite(x) + np.isnan(x),
    "abs": lambda x: abs(x) + np.absolute(x),
    "reshape": lambda x: x.reshape(4, 3).T.ravel(),
    "transpose": lambda x: np.transpose(S, (1, 0, 2)) * x[:, None],
    "concatenate": lambda x: np.concatenate([x, np.ones((3, 1))], axis=1),
    "stack": lambda x: np.stack((x, C)),
    "vstack": lambda x: np.vstack([x, x * 2]),
    "hstack": lambda x: np.hstack([np.ones((3, 1)), x]),
    "c_": lambda x: np.c_[np.ones(3), x],
    "split": lambda x: np.split(x, 2, axis=1)[1],
    "repeat": lambda x: np.repeat(x, 2, axis=0),
    "tile": lambda x: np.tile(x, (2, 1)),
    "squeeze": lambda x: np.squeeze(x[:1]),
    "broadcast_to": lambda x: np.broadcast_to(x[0], (3, 4)),
    "expand_dims": lambda x: np.expand_dims(x, 0),
    "atleast_2d": lambda x: np.atleast_2d(x[0]),
    "flip": lambda x: np.flip(x, 1) + x[::-1],
    "roll": lambda x: np.roll(x, 1, axis=0),
    "diff": lambda x: np.diff(x, axis=1),
    "pad": lambda x: np.pad(x, 1),
    "delete": lambda x: np.delete(x, 1, axis=0),
    "append": lambda x: np.append(x, [1.5]),
    "take": lambda x: np.take(x, [0, 2], axis=1),
    "triu": np.triu,
    "diag": lambda x: np.diag(x[0]) + np.diag(x @ x.T)[0],
    "moveaxis": lambda x: np.moveaxis(S * x, 0, -1),
    "copy": lambda x: np.copy(x) + x.copy() + x.flatten().reshape(3, 4),
    "zeros_like": lambda x: np.zeros_like(x) + x + np.zeros_like(x, dtype=int),
    "full_like": lambda x: np.full_like(x, 0.3) * x + np.full_like(x, x[0, 0]),
    "ones_like": lambda x: np.ones_like(x, shape=(2, 3, 4)) * x,
    "astype": lambda x: x.astype(float) * x.astype(np.float64, copy=False),
    "allclose": lambda x: x * np.allclose(x, x + 1e-12) + np.isclose(x, C),
    "item": lambda x: x[0, 0].item() * x.ravel()[1] + x[0, 0].sum() + x[0, 0].T.copy(),
    "tolist": lambda x: x.tolist()[1][2] * x,
    "copies": lambda x: copy.deepcopy(x)[0] + copy.copy(x[0, 0]) + x[0, 0].copy(),
    "conjugate": lambda x: np.conjugate(np.asarray(x)) * x[0, 0].conjugate(),
    "real": lambda x: np.where(x.real > 0, np.real(x), 0) * x[0, 0].real,
    "imag": lambda x: x + x.imag + np.imag(x) + x[0, 0].imag,
    "round trip": lambda x: np.asarray(np.array(x)) * 2,
    "plain array": lambda x: np.exp(np.asarray(x)) + np.sqrt(np.array(x.tolist()) ** 2),
    "vectorize": np.vectorize(lambda t: t * t if t > 0 else -t),
    "scalars": lambda x: (2 - x[0, 0]) / np.float64(3) * np.float32(0.5) ** x[0, 1] - -x[1, 1],
    "scalar left": lambda x: np.float64(2.5) * x[0, 0] + np.int64(3) / x[0, 1] + +x[1, 1],
    "integers": lambda x: np.arange(4) * x + np.array([True, False, True, True]),
    "power": lambda x: x**2 + x**3.0 + abs(x) ** 0.5 + abs(x) ** 1.5 + 2**x,
    "logaddexp": lambda x: np.logaddexp(x, C),
    "logsumexp": logsumexp_of,
    "logaddexp.reduce": np.logaddexp.reduce,
    "logaddexp.reduce axis": lambda x: np.logaddexp.reduce(x, axis=1, keepdims=True) * x,
    "in place": in_place,
    "out": with_out,
    "outs": into_outs,
    "add.at": scattered,
    "unpacked": unpacked,
    "iteration": lambda x: [row.sum() for row in x][1] * x,
    "dtype": lambda x: np.multiply(x, C, dtype=float),
    "copyto": copied,
    "put": put,
    "ball index": lambda x: x[0, 0][...] * x + x[0, 0][None],
}

if np.lib.NumpyVersion(np.__version__) < "2.1.0":
    del FUNCTIONS["clip named"]  # numpy knew its bounds by other names


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_has_numpys_value_and_its_derivative(name):
    function = FUNCTIONS[name]
    expected = np.asarray(function(A))
    weights = RNG.normal(size=expected.shape)

    def weighted(x):
        return (np.asarray(function(x)) * weights).sum()

    value, (slopes,) = enclosed(lambda x: (function(x) * weights).sum(), A)
    assert float(value) == pytest.approx(weighted(A), rel=1e-12, abs=1e-12)
    differences = np.zeros(A.size)
    for i in range(A.size):
        step = np.zeros(A.size)
        step[i] = 1e-5
        moved = step.reshape(A.shape)
        differences[i] = (weighted(A + moved) - weighted(A - moved)) / 2e-5
    np.testing.assert_allclose(floats(slopes), differences, rtol=2e-6, atol=1e-8)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_shapes_are_numpys(name):
    run = Settings(64).run()
    with run:
        (x,) = started(run, A)
        result = FUNCTIONS[name](x)
        assert np.shape(result) == np.shape(FUNCTIONS[name](A))
        entries = np.ravel(np.asarray(result)).tolist()
        assert all(isinstance(entry, Ball | float | int | np.number) for entry in entries)


@pytest.mark.parametrize(
    ("ours", "reference"),
    [
        (logsumexp, lambda x: np.log(np.exp(x).sum(axis=1))),
        (softmax, lambda x: np.exp(x) / np.exp(x).sum(axis=1, keepdims=True)),
        (log_softmax, lambda x: x - np.log(np.exp(x).sum(axis=1, keepdims=True))),
    ],
)
def test_functions_of_scipy(ours, reference):
    _, (slopes,) = enclosed(lambda x: (ours(x, axis=1) ** 2).sum(), A)
    _, (expected,) = enclosed(lambda x: (reference(x) ** 2).sum(), A)
    assert all(a.overlaps(b) for a, b in zip(slopes, expected, strict=True))


def test_logsumexp_with_weights():
    value, _ = enclosed(lambda x: logsumexp(x, axis=1, b=C**2, keepdims=True).sum(), A)
    assert float(value) == pytest.approx(np.log((np.exp(A) * C**2).sum(axis=1)).sum())


REFUSED: dict[str, Any] = {
    "round": np.round,
    "rint": np.rint,
    "floor": np.floor,
    "spectral norm": lambda x: np.linalg.norm(x, 2),
    "sign of logsumexp": lambda x: logsumexp(x, return_sign=True),
    "astype int": lambda x: x.astype(int),
    "astype bool": lambda x: x.astype(bool),
    "complex": lambda x: x * 1j,
    "complex array": lambda x: x * np.array([1j]),
    "string": lambda x: x[0, 0] + "a",
    "object": lambda x: np.add(x, np.array([{}])),
    "float": lambda x: float(x[0, 0]),
    "float of an array": lambda x: float(x[:1, 0]),
    "int": lambda x: int(x[0, 0]),
    "int of an array": lambda x: int(x[:1, 0]),
    "dot out": lambda x: np.dot(x, B, np.zeros((3, 2))),
    "sum out": lambda x: np.sum(x, axis=0, out=np.zeros(4)),
    "ufunc out": lambda x: np.exp(x, out=np.zeros((3, 4))),
    "comparison out": lambda x: np.greater(x, 0, out=np.zeros_like(x)),
    "at": lambda x: np.add.at(np.zeros(3), [0], x[0, 0]),
    "mean where": lambda x: np.mean(x, where=MASK),
    "too many positions": lambda x: x.cumsum(0, float, None, 1),
    "matmul axes": lambda x: np.matmul(x, B, axes=[(0, 1), (0, 1), (0, 1)]),
    "reduceat": lambda x: np.add.reduceat(x, [0, 1]),
    "std out": lambda x: np.std(x, axis=0, out=np.zeros(4)),
    "accumulate of maximum": np.maximum.accumulate,
    "dtype int": lambda x: np.sum(x, dtype=int),
    "reduce": lambda x: np.hypot.reduce(x, axis=1),
    "divide.reduce": np.divide.reduce,
    "shape": lambda x: x @ x,
    "no dimensions": lambda x: np.matmul(x, 2),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_followed_is_refused(name):
    run = Settings(64).run()
    with run:
        (x,) = started(run, A)
        with pytest.raises((TypeError, ValueError)):
            REFUSED[name](x)


def test_a_comparison_may_be_written_into_booleans():
    run = Settings(64).run()
    with run:
        (x,) = started(run, A)
        out = np.zeros((3, 4), dtype=bool)
        assert np.greater(x, 0, out=out) is out
        assert (out == (A > 0)).all()


@pytest.mark.parametrize("question", [np.isfinite, np.isnan, np.nan_to_num, np.isinf])
def test_what_is_not_finite_is_undecided(question):
    run = Settings(64).run()
    with run:
        (x,) = started(run, A)
        with pytest.raises(Undecided):
            question(1 / (x - x))


def test_truth_is_data():
    run = Settings(64).run()
    with run:
        (x,) = started(run, A)
        assert bool(x[0, 0])
        assert bool(x[:1, 0])
        assert x[0, 0] is not None
        assert x[0, 0] not in (None, 1)
        assert x[0, 0] != "text"


def test_arrays_stay_ours():
    run = Settings(64).run()
    with run:
        (x,) = started(run, A)
        for thing in (x.T, x[0], x + 1, np.exp(x), x @ B, np.stack([x, x]), x.astype(float)):
            assert isinstance(thing, BallArray)
        assert all(type(thing) is Ball for thing in (x[0, 0], np.exp(x[0, 0]), x.sum()))


def test_a_number_outlives_its_run_in_vain():
    run = Settings(64).run()
    with run:
        (x,) = started(run, A)
    with pytest.raises(Defeated, match="after it ended"):
        x + 1


def test_a_ufunc_may_round_to_single_precision():
    run = Settings(64).run()
    with run:
        (x,) = started(run, A)
        rounded = np.multiply(x, 3, dtype=np.float32)
        assert len(run.roundings) == 1
        assert 1e-9 < float(rounded[0, 0].value.rad()) < 1e-6
