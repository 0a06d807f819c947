"""Long campaigns of the judge: false alarms, detection, location, diagnosis and speed.

Run from the root of the project: ``python tests/gradcheck/campaign.py --networks 1000``.
Counts come with the upper bound of a 95 % confidence interval (Clopper and Pearson, 1934).
"""

from __future__ import annotations

import argparse
import itertools
import time
from typing import TYPE_CHECKING, Any

import numpy as np
from bugs import BUGS, backprop, network
from networks import FAMILIES, Net, net, tied
from test_diagnose import OPEN_WORLD, case_of

from nncore.gradcheck import complex_step
from nncore.gradcheck.check import check_gradient
from nncore.gradcheck.diagnose import diagnose
from nncore.gradcheck.evidence import NotApplicable, Verdict

if TYPE_CHECKING:
    from nncore.gradcheck.report import Report

# Shares of the networks that each rung gets: the slower ones get fewer.
RUNGS = {"certified": 0.1, "complex_step": 1.0, "differences": 0.2}
DETECTION: dict[str, tuple[float, ...]] = {
    "certified": (1e-9, 1e-10, 1e-11, 1e-12, 1e-13),
    "complex_step": (1e-9, 1e-10, 1e-11, 1e-12),
    "differences_full": (1e-7, 1e-8, 1e-9),
    "differences": (1e-5, 1e-6, 1e-7, 1e-8),
}


def upper_bound(alarms: int, trials: int) -> float:
    """The largest rate that leaves so few alarms with a chance of 5 %."""
    if trials == 0 or alarms >= trials:
        return 1.0
    low, high = alarms / trials, 1.0
    for _ in range(60):
        rate = (low + high) / 2
        terms = [1.0]
        for k in range(1, alarms + 1):
            terms.append(terms[-1] * (trials - k + 1) / k * rate / (1 - rate))
        if sum(terms) * (1 - rate) ** trials > 0.05:
            low = rate
        else:
            high = rate
    return high


def checked(n: Net, method: str, gradient: Any = None, **settings: Any) -> Report | None:
    """The report; None where the rung does not apply."""
    try:
        with np.errstate(all="ignore"):
            return check_gradient(
                n.cost, gradient or n.gradient, n.params, method=method, **settings
            )
    except NotApplicable:
        return None


def false_alarms(networks: int, first: int) -> None:
    """Correct gradients: how many are called wrong."""
    print("false alarms on correct gradients (upper bound at 95 %)")
    for method, share in RUNGS.items():
        total = alarms = 0
        for family in FAMILIES:
            count = max(1, int(networks * share / len(FAMILIES)))
            wrong = skipped = unresolved = entries = 0
            start = time.perf_counter()
            for seed in range(first, first + count):
                report = checked(net(family, seed), method)
                if report is None or report.evidence is None:
                    skipped += 1
                    continue
                bad = report.verdict not in {"agrees", "unresolvable", "approximation"}
                wrong += bad
                if bad:
                    print(f"    {family} {seed}: {str(report).splitlines()[:6]}")
                unresolved += report.evidence.count(Verdict.UNRESOLVABLE)
                entries += sum(e.analytic.size for e in report.evidence.entries)
            seconds = (time.perf_counter() - start) / count
            ran = count - skipped
            total, alarms = total + ran, alarms + wrong
            print(
                f"  {method:13} {family:13} {wrong} of {ran:6} ({skipped} not applicable), "
                f"{unresolved / max(entries, 1):6.1%} unresolvable, {seconds:.3f} s each"
            )
        bound = upper_bound(alarms, total)
        print(f"  {method:13} in all        {alarms} of {total}: <= {bound:.2g}")


def ties(networks: int) -> None:
    """Units exactly at their kink, whatever the subgradient."""
    print("relu at z = 0, subgradients 0, 0.3 and 1")
    for method in RUNGS:
        told = accepted = wrong = trials = 0
        for seed, slope in itertools.product(range(max(3, networks // 100)), (0.0, 0.3, 1.0)):
            n = tied(seed, slope)
            plain, kind = checked(n, method), checked(n, method, subgradients=True)
            if plain is None or kind is None:
                continue
            trials += 1
            told += plain.verdict == "kink"
            wrong += "wrong" in {plain.verdict, kind.verdict}
            accepted += kind.verdict in {"agrees", "unresolvable"}
        print(
            f"  {method:13} of {trials}: kink {told}, accepted when asked {accepted}, "
            f"wrong {wrong}"
        )


def detection(networks: int) -> None:
    """One wrong entry in well-scaled networks: how often it is seen."""
    print("one wrong entry, seen in % of networks")
    for method, sizes in DETECTION.items():
        count = max(20, networks // 10)
        shares = []
        for size in sizes:
            seen = sum(_is_seen(seed, size, method) for seed in range(count))
            shares.append(f"{size:.0e}: {seen / count:.1%}")
        print(f"  {method:17} ({count} each)  {', '.join(shares)}")


def _is_seen(seed: int, size: float, method: str) -> bool:
    """Whether a random entry times 1 + size is called wrong."""
    n = net("plain", 50_000 + seed)
    place = int(np.random.default_rng(seed).integers(89))

    def wrong(params: Any) -> Any:
        found = n.gradient(params)
        left = place
        for array in (*found["w"], *found["b"]):
            if 0 <= left < array.size:
                array.flat[left] *= 1 + size
            left -= array.size
        return found

    report = checked(n, method, wrong)
    return report is not None and report.verdict in {"wrong", "inconsistent"}


def location(sizes: tuple[int, ...], counts: tuple[int, ...]) -> None:
    """Wrong entries of a large network by projections alone."""
    n = net("plain", 7, sizes, batch=10)
    total = sum(array.size for kind in n.params.values() for array in kind)
    print(f"location among {total:,} entries: evaluations to locate (in all), found")
    for count, size in itertools.product(counts, (1.0, 1e-5, 1e-8)):
        places = np.random.default_rng(count).choice(total, count, replace=False)

        def wrong(params: Any, places: Any = places, size: float = size) -> Any:
            found = n.gradient(params)
            offset = 0
            for array in (*found["w"], *found["b"]):
                inside = places[(places >= offset) & (places < offset + array.size)]
                array.flat[inside - offset] *= 1 + size
                offset += array.size
            return found

        report = checked(n, "complex_step", wrong)
        if report is None or report.evidence is None:
            continue
        flat = [e.where(Verdict.WRONG).ravel() for e in report.evidence.entries]
        found = set(np.flatnonzero(np.concatenate(flat)))
        made = report.evidence.details["evaluations to locate"]
        print(
            f"  {count:2} wrong by {size:.0e}: {made} ({report.evidence.evaluations}), "
            f"{len(found & set(places))} found, {len(found - set(places))} besides"
        )


def diagnosis(networks: int) -> None:
    """Planted causes and errors outside the table, at batch 3."""
    planted = unique = named = outside = 0
    for seed in range(max(10, networks // 50)):
        n = network(seed)
        for bug in BUGS:
            case = case_of(n, backprop(n, bug, seed % 3))
            if case.affected():
                planted += 1
                unique += [cause.name for cause in diagnose(case)] == [bug]
        for spoil in OPEN_WORLD:
            right = backprop(n)
            arrays = [a.copy() for a in (*right["w"], *right["b"])]
            spoil(arrays, np.random.default_rng(seed))
            outside += 1
            named += bool(diagnose(case_of(n, {"w": arrays[:3], "b": arrays[3:]})))
    print(
        f"diagnosis: {len(BUGS)} kinds, {unique} of {planted} planted causes named uniquely "
        f"({unique / planted:.2%}); {named} of {outside} errors outside the table got a name"
    )


def speed() -> None:
    """Every entry of [784, 30, 10], batch 10, against a loop of two forwards for each entry."""
    n = net("plain", 7, (784, 30, 10), batch=10)
    start = time.perf_counter()
    for _ in range(400):
        n.cost(n.params)
    loop = (time.perf_counter() - start) / 400 * 2 * 23_860
    print(
        f"every entry of [784, 30, 10], batch 10; a loop of central differences: {loop:.2f} s"
    )
    for method in ("certified", "complex_step"):
        times = []
        for _ in range(3):
            start = time.perf_counter()
            report = checked(n, method)
            times.append(time.perf_counter() - start)
        verdict = report.verdict if report else "not applicable"
        print(
            f"  {method:13} {verdict}, {min(times):.2f} s: {loop / min(times):.1f} times faster"
        )


def main() -> None:
    """Run everything, and print counts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--networks", type=int, default=1000)
    parser.add_argument(
        "--first", type=int, default=1_000_000, help="seed of the first network"
    )
    arguments = parser.parse_args()
    false_alarms(arguments.networks, arguments.first)
    ties(arguments.networks)
    detection(arguments.networks)
    before, complex_step.MOST_ENTRIES = complex_step.MOST_ENTRIES, 1000
    try:
        location((784, 30, 10), (1, 4, 16))
        location((1000, 990, 10), (1,))
    finally:
        complex_step.MOST_ENTRIES = before
    diagnosis(arguments.networks)
    speed()


if __name__ == "__main__":
    main()
