"""What the campaigns count: each trial is a network, a gradient, and what the judge says.

A trial takes the words of its line in the table and a seed, and returns counts; numbers that
are told as medians stand in lists.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from bugs import BUGS, backprop, network
from networks import Net, net, tied
from open_world import OPEN_WORLD
from test_diagnose import case_of

from nncore.gradcheck import complex_step
from nncore.gradcheck.check import check_gradient
from nncore.gradcheck.diagnose import diagnose
from nncore.gradcheck.evidence import NotApplicable, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from nncore.gradcheck.report import Report

__all__ = ["TRIALS", "Counts"]

# Numbers are summed over the trials, lists joined.
Counts: TypeAlias = dict[str, Any]
# The networks whose wrong entries are looked for.
LARGE = {"23,860": (784, 30, 10), "1,000,900": (1000, 990, 10)}
# Beyond so many entries the complex step looks along random directions alone.
FEW_ENTRIES = 1_000


def checked(n: Net, method: str, gradient: Any = None, **settings: Any) -> Report | None:
    """The report; None where the rung does not apply."""
    try:
        with np.errstate(all="ignore"):
            return check_gradient(
                n.cost,
                gradient or n.gradient,
                n.params,
                method=method,
                progress=False,
                **settings,
            )
    except NotApplicable:
        return None


def alarm(words: tuple[str, ...], seed: int) -> Counts:
    """A correct gradient: whether it is called wrong."""
    method, family = words
    start = time.process_time()
    report = checked(net(family, seed), method)
    seconds = time.process_time() - start
    if report is None or report.evidence is None:
        return {"skipped": 1, "seconds": seconds}
    entries = report.evidence.entries
    found: Counts = {
        "ran": 1,
        "alarms": 0,
        "unresolvable": report.evidence.count(Verdict.UNRESOLVABLE),
        "entries": sum(each.analytic.size for each in entries),
        "seconds": seconds,
    }
    if report.verdict not in {"agrees", "unresolvable", "approximation"}:
        found |= {"alarms": 1, "seeds": [f"{method} {family} {seed}: {report.verdict}"]}
    return found


def tie(words: tuple[str, ...], seed: int) -> Counts:
    """A unit exactly at its kink, with some subgradient."""
    method, slope = words
    n = tied(seed, float(slope))
    plain, kind = checked(n, method), checked(n, method, subgradients=True)
    if plain is None or kind is None:
        return {"skipped": 1}
    return {
        "ran": 1,
        "kink": int(plain.verdict == "kink"),
        "accepted": int(kind.verdict in {"agrees", "unresolvable"}),
        "wrong": int("wrong" in {plain.verdict, kind.verdict}),
    }


def detection(words: tuple[str, ...], seed: int) -> Counts:
    """One wrong entry in a well-scaled network: whether it is seen.

    The entry gets terms of its own that many times smaller, or is multiplied by a float that
    is a constant of the gradient alone.
    """
    method, kind, size = words[0], words[1], float(words[2])
    n = net("plain", 50_000 + seed)
    place = int(np.random.default_rng(seed).integers(89))

    def wrong(params: Any) -> Any:
        found = n.gradient(params)
        for array, inside in _places(found, np.array([place])):
            if kind == "terms":
                array.flat[inside] += array.flat[inside] * size
            else:
                array.flat[inside] *= 1 + size
        return found

    report = checked(n, method, wrong)
    seen = report is not None and report.verdict in {"wrong", "inconsistent"}
    return {"ran": 1, "seen": int(seen)}


def location(words: tuple[str, ...], seed: int) -> Counts:
    """Wrong entries of a large network by projections alone."""
    method, entries, count, size = words
    n = net("plain", 600_000 + seed, LARGE[entries], batch=10)
    total = sum(array.size for kind in n.params.values() for array in kind)
    places = np.random.default_rng(seed).choice(total, int(count), replace=False)

    def wrong(params: Any) -> Any:
        found = n.gradient(params)
        for array, inside in _places(found, places):
            array.flat[inside] *= 1 + float(size)
        return found

    before, complex_step.MOST_ENTRIES = complex_step.MOST_ENTRIES, FEW_ENTRIES
    try:
        report = checked(n, method, wrong)
    finally:
        complex_step.MOST_ENTRIES = before
    if report is None or report.evidence is None:
        return {"skipped": 1}
    flat = [each.where(Verdict.WRONG).ravel() for each in report.evidence.entries]
    found = set(np.flatnonzero(np.concatenate(flat)).tolist())
    return {
        "ran": 1,
        "exact": int(found == set(places.tolist())),
        "missed": len(set(places.tolist()) - found),
        "besides": len(found - set(places.tolist())),
        "evaluations": [report.evidence.details.get("evaluations to locate", 0)],
    }


def cause(words: tuple[str, ...], seed: int) -> Counts:
    """A planted cause, at batch 3: whether it is the only one named."""
    (bug,) = words
    n = network(seed)
    case = case_of(n, backprop(n, bug, seed % 3))
    if not case.affected():
        return {"same": 1}
    named = [found.name for found in diagnose(case)]
    return {"planted": 1, "unique": int(named == [bug]), "other": int(bug not in named)}


def outside(words: tuple[str, ...], seed: int) -> Counts:
    """An error outside the table: whether it gets a name."""
    (kind,) = words
    spoil = next(each for each in OPEN_WORLD if each.__name__.strip("_") == kind)
    n = network(seed)
    right = backprop(n)
    arrays = [array.copy() for array in (*right["w"], *right["b"])]
    spoil(arrays, np.random.default_rng(seed))
    case = case_of(n, {"w": arrays[:3], "b": arrays[3:]})
    if not case.affected():
        return {"same": 1}
    named = [found.name for found in diagnose(case)]
    return {"outside": 1, "named": len(named), "names": [f"{kind} {seed}: {n}" for n in named]}


def _places(found: Any, places: Any) -> list[tuple[Any, Any]]:
    """Each array of a gradient, with those of the flat places that lie in it."""
    pairs, offset = [], 0
    for array in (*found["w"], *found["b"]):
        inside = places[(places >= offset) & (places < offset + array.size)] - offset
        pairs += [(array, i) for i in inside.tolist()]
        offset += array.size
    return pairs


TRIALS: dict[str, Callable[[tuple[str, ...], int], Counts]] = {
    "alarm": alarm,
    "tie": tie,
    "detection": detection,
    "location": location,
    "cause": cause,
    "outside": outside,
}
KINDS = {"cause": BUGS, "outside": tuple(f.__name__.strip("_") for f in OPEN_WORLD)}
