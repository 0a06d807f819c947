"""Mistakes that show in the gradient alone: factors, signs, order, casts, penalties."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np

from .evidence import ratio_text
from .mistakes import TELLING, Case, Prediction, hypothesis

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from .structure import FloatArray

__all__: list[str] = []


def _common_ratio(case: Case) -> float | None:
    """The constant by which all wrong arrays are too large."""
    ratios = [case.ratio(k) for k in case.affected()]
    if not ratios or any(r is None for r in ratios):
        return None
    # The array with the largest entries tells the constant best.
    sizes = [float(np.nanmax(np.abs(case.reference[k]))) for k in case.affected()]
    return ratios[int(np.argmax(sizes))]


def _scaled(case: Case, factor: float, sentence: str, name: str = "") -> Prediction:
    """All wrong arrays times the factor."""
    arrays = {k: factor * case.reference[k] for k in case.affected()}
    return Prediction(arrays, sentence, name)


def _is_bias(case: Case, k: int) -> bool:
    """Whether the array looks like biases beside weights."""
    array = case.params[k]
    return array.ndim == 1 or (array.ndim == 2 and 1 in array.shape and array.size > 0)


def _kind_of(case: Case) -> str:
    """Which arrays are wrong: all, the biases, one, or some."""
    affected = case.affected()
    if len(affected) == len(case.names):
        return "gradient"
    if all(_is_bias(case, k) for k in affected):
        return "bias"
    return "array" if len(affected) == 1 else "arrays"


def _factors(case: Case) -> Iterator[tuple[float, str, str]]:
    """Constants with a meaning: the constant, its name, what went wrong."""
    if case.batch is not None and case.batch > 1:
        b = case.batch
        yield b, "summed over the batch", "it is summed over the batch, the cost is averaged"
        yield (
            1 / b,
            "divided by the batch twice",
            ("it is divided by the size of the batch once more than the cost"),
        )
        yield (
            b * b,
            "multiplied by the batch twice",
            ("it is multiplied by the size of the batch where the cost divides by it"),
        )
        yield (
            1 / (b * b),
            "divided by the batch three times",
            ("it is divided by the square of the size of the batch"),
        )
    yield 2, "doubled", "a factor 1/2 is missing, or the array is added twice"
    yield 0.5, "halved", "a factor 2 is missing, or a factor 1/2 is one too many"
    yield -1, "wrong sign", "its sign is wrong"


@hypothesis("constant with a meaning")
def factor(case: Case) -> Iterator[Prediction]:
    """All wrong arrays are off by one constant that has a meaning."""
    named = case.named(case.affected())
    for constant, name, reason in _factors(case):
        size = "too large" if abs(constant) > 1 else "too small"
        times = constant if constant > 1 else 1 / constant
        amount = f"is {times:g} times {size}" if constant > 0 else "is negated"
        sentence = f"{named} {amount}: {reason}"
        yield _scaled(case, constant, sentence, f"{_kind_of(case)} {name}")


@hypothesis("zero")
def zero(case: Case) -> Iterator[Prediction]:
    """All wrong arrays are zero."""
    sentence = f"{case.named(case.affected())} is zero: it is never filled, or added to nothing"
    yield _scaled(case, 0.0, sentence, f"{_kind_of(case)} zero")


@hypothesis("averaged over the outputs", rank=1)
def outputs(case: Case) -> Iterator[Prediction]:
    """The mean over all elements where the cost sums the outputs, or the reverse."""
    count = case.params[-1].shape[0] if case.params[-1].ndim else 1
    if count > 1:
        named = case.named(case.affected())
        yield _scaled(
            case,
            1 / count,
            f"{named} is {count} times too small: it is averaged over the {count} outputs as "
            "well, the cost sums them",
        )
        yield _scaled(
            case,
            count,
            f"{named} is {count} times too large: the cost averages the {count} outputs as "
            "well",
            "summed over the outputs",
        )


@hypothesis("divided by its norm", rank=1)
def normalised(case: Case) -> Iterator[Prediction]:
    """The whole gradient has length 1."""
    norm = np.sqrt(sum(float((r[known] ** 2).sum()) for r, known in _known(case)))
    if len(case.affected()) == len(case.names) and norm > 0:
        yield _scaled(case, 1 / norm, "the gradient is divided by its own norm")


@hypothesis("constant ratio", rank=2)
def constant_ratio(case: Case) -> Iterator[Prediction]:
    """All wrong arrays are off by one constant."""
    constant = _common_ratio(case)
    telling = sum(int((case.reference[k] != 0).sum()) for k in case.affected())
    if constant is not None and constant != 0 and telling >= TELLING:
        named = case.named(case.affected())
        yield _scaled(
            case,
            constant,
            f"{named} is {ratio_text(constant)} times the right one in every entry",
        )


@hypothesis("transposed")
def transposed(case: Case) -> Iterator[Prediction]:
    """All wrong arrays are transposed; only square ones can be."""
    affected = case.affected()
    if all(_is_square(case.reference[k]) for k in affected):
        arrays = {k: case.reference[k].T for k in affected}
        yield Prediction(arrays, f"{case.named(affected)} is transposed")


def _is_square(array: FloatArray) -> bool:
    """Whether the array equals its transpose in shape."""
    return array.ndim == 2 and array.shape[0] == array.shape[1]


@hypothesis("arrays swapped")
def swapped(case: Case) -> Iterator[Prediction]:
    """Arrays of the same shape stand in each other's place."""
    affected = case.affected()
    pairs = [
        (i, j)
        for i, j in itertools.combinations(affected, 2)
        if case.reference[i].shape == case.reference[j].shape
        and case.close(i, case.reference[j])
        and case.close(j, case.reference[i])
    ]
    covered = {k for pair in pairs for k in pair}
    if pairs and covered == set(affected) and len(covered) == 2 * len(pairs):
        arrays = {i: case.reference[j] for pair in pairs for i, j in (pair, pair[::-1])}
        words = ", ".join(f"{case.names[i]} and {case.names[j]}" for i, j in pairs)
        yield Prediction(arrays, f"{words} are swapped")


@hypothesis("rows or columns reversed")
def flipped(case: Case) -> Iterator[Prediction]:
    """An array is filled from the wrong end."""
    affected = case.affected()
    for axis, word in ((0, "rows"), (-1, "columns")):
        if all(case.reference[k].ndim == 2 for k in affected):
            arrays = {k: np.flip(case.reference[k], axis) for k in affected}
            sentence = f"the {word} of {case.named(affected)} are in reverse order"
            yield Prediction(arrays, sentence, f"{word} reversed")


@hypothesis("cast to a short float")
def cast(case: Case) -> Iterator[Prediction]:
    """All entries were rounded to a shorter float on the way."""
    for short in (np.float32, np.float16):
        arrays = {
            k: case.analytic[k].astype(short).astype(float) for k in range(len(case.names))
        }
        unit, least = float(np.finfo(short).eps), float(np.finfo(short).smallest_subnormal)
        near = all(
            bool((np.abs(a - r) <= unit * np.abs(r) + least)[known].all())
            for a, (r, known) in zip(case.analytic, _known(case), strict=True)
        )
        exact = all(np.array_equal(arrays[k], case.analytic[k]) for k in case.affected())
        if near and exact:
            name = np.dtype(short).name
            yield Prediction(arrays, f"the gradient is rounded to {name}", f"cast to {name}")
            return


@hypothesis("absolute value", rank=1)
def absolute(case: Case) -> Iterator[Prediction]:
    """Signs are lost."""
    affected = case.affected()
    if any((case.reference[k] > 0).any() for k in affected):
        arrays = {k: np.abs(case.reference[k]) for k in affected}
        yield Prediction(arrays, f"the signs of {case.named(affected)} are lost")


@hypothesis("clipped", rank=1)
def clipped(case: Case) -> Iterator[Prediction]:
    """Large entries are cut at bounds: gradient clipping is on."""
    low = min(float(array.min()) for array in case.analytic)
    high = max(float(array.max()) for array in case.analytic)
    arrays = {k: np.clip(r, low, high) for k, r in enumerate(case.reference)}
    references = np.concatenate([r[known] for r, known in _known(case)])
    cut = {
        f"{low:g}": int((references < low).sum()),
        f"{high:g}": int((references > high).sum()),
    }
    bounds = ", ".join(bound for bound, count in cut.items() if count)
    if sum(cut.values()) >= TELLING:
        entries = f"{sum(cut.values())} entries are cut"
        yield Prediction(arrays, f"the gradient is clipped at {bounds} ({entries})")


@hypothesis("rounded", rank=1)
def rounded(case: Case) -> Iterator[Prediction]:
    """Entries are rounded to some decimals."""
    for decimals in range(1, 9):
        arrays = {k: np.round(r, decimals) for k, r in enumerate(case.reference)}
        if any(array.any() for array in arrays.values()):
            yield Prediction(arrays, f"the gradient is rounded to {decimals} decimals")


@hypothesis("updated parameters", rank=1)
def updated(case: Case) -> Iterator[Prediction]:
    """The parameters after a step are returned, not the gradient."""
    power = sum(float((r[known] ** 2).sum()) for r, known in _known(case))
    moved = sum(
        float(((p - a) * r)[known].sum())
        for p, a, r, known in zip(
            case.params, case.analytic, case.reference, case.known, strict=True
        )
    )
    rate = moved / power if power and _common_ratio(case) is None else 0.0
    if rate and sum(int(known.sum()) for known in case.known) >= TELLING:
        arrays: dict[int, FloatArray] = {
            k: p - rate * r
            for k, (p, r) in enumerate(zip(case.params, case.reference, strict=True))
        }
        sentence = f"the parameters after a step of {rate:g} are returned, not the gradient"
        yield Prediction(arrays, sentence)


@hypothesis("l2")
def penalty(case: Case) -> Iterator[Prediction]:
    """The difference is a multiple of the parameters themselves."""
    affected = case.affected()
    difference = [case.analytic[k] - case.reference[k] for k in affected]
    power = sum(float((case.params[k][case.known[k]] ** 2).sum()) for k in affected)
    telling = sum(int((case.params[k] != 0).sum()) for k in affected)
    # A gradient that is a multiple of the parameters does not tell a penalty from a factor.
    if power == 0 or telling < TELLING or _common_ratio(case) is not None:
        return
    sum_of_products = sum(
        float((d * case.params[k])[case.known[k]].sum())
        for d, k in zip(difference, affected, strict=True)
    )
    constant = sum_of_products / power
    arrays: dict[int, FloatArray] = {
        k: case.reference[k] + constant * case.params[k] for k in affected
    }
    named = case.named(affected)
    for name, sentence in _penalty_names(case, constant, named):
        yield Prediction(arrays, sentence, name)


def _penalty_names(case: Case, constant: float, named: str) -> Iterator[tuple[str, str]]:
    """Name and sentence of a penalty that is off by a constant times the parameters."""
    l2 = case.layers.l2 if case.layers is not None else None
    size = f"{abs(constant):.6g}"
    if _kind_of(case) == "bias" and constant > 0:
        sentence = f"{named} contains {size} times the biases: l2 holds for weights only"
        yield "l2 on biases", sentence
        return
    if not l2:
        if constant < 0:
            sentence = f"{named} lacks {size} times the parameters: the l2 term is missing"
            yield "l2 missing", f"{sentence}, or has the wrong sign"
        else:
            sentence = f"{named} contains {size} times the parameters too much: l2 is doubled"
            yield "l2 doubled", f"{sentence}, or the cost has none"
        return
    batch = case.batch or 1
    meanings = {
        "l2 missing": (-l2, "the l2 term is missing"),
        "l2 doubled": (l2, "the l2 term is doubled: 2 * l2 * w for l2 / 2 * w**2"),
        "l2 with the wrong sign": (-2 * l2, "the l2 term has the wrong sign"),
        "l2 halved": (-l2 / 2, "the l2 term is halved"),
        "l2 over the batch": (l2 / batch - l2, "the l2 term is divided by the batch"),
        "l2 times the batch": (l2 * batch - l2, "the l2 term is summed over the batch"),
    }
    for name, (expected, sentence) in meanings.items():
        if expected and abs(constant - expected) <= 1e-6 * abs(l2):
            yield name, f"{named}: {sentence}"


def _known(case: Case) -> Iterator[tuple[FloatArray, NDArray[np.bool_]]]:
    """Reference and mask of each array."""
    return zip(case.reference, case.known, strict=True)
