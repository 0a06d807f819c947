"""Long campaigns of the judge: false alarms, detection, location and diagnosis.

Run from the root of the project: ``python tests/gradcheck/campaign.py``, or with ``--nightly``
for the full numbers. ``-j`` sets the number of processes; ``--resume FILE`` keeps what is done
in a file, so that a run that was ended goes on where it was. Ctrl-C ends it with what it has.
Exit status 1 if a correct gradient is refused.
Rates come with the upper bound of a 95 % confidence interval (Clopper and Pearson, 1934).
"""

from __future__ import annotations

import argparse
import collections
import dataclasses
import json
import multiprocessing
import signal
import statistics
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from networks import FAMILIES
from trials import KINDS, TRIALS, Counts

if TYPE_CHECKING:
    from collections.abc import Iterator

# Correct gradients that each rung gets, over all families, in a nightly campaign.
NIGHTLY = {
    "certified": 10_000,
    "complex_step": 100_000,
    "differences": 20_000,
    "differences_full": 5_000,
}
# The smallest error of one entry that is to be seen in 99 of 100 networks, and how it is made.
DETECTION = (
    ("certified", "terms", "1e-30"),
    ("certified", "constant", "1e-10"),
    ("complex_step", "constant", "1e-11"),
    ("differences", "constant", "1e-8"),
    ("differences_full", "constant", "1e-8"),
)
LOCATION = (
    *(("complex_step", "23,860", k, size) for k in ["1", "4", "16"] for size in ("1", "1e-8")),
    *(("complex_step", "1,000,900", "1", size) for size in ("1", "1e-5", "1e-9")),
    *(("differences", "23,860", k, "1") for k in ["1", "16"]),
)
CHUNK = 50


@dataclasses.dataclass(frozen=True)
class Task:
    """Some trials of one line of a table."""

    part: str
    words: tuple[str, ...]
    first: int
    count: int

    @property
    def name(self) -> str:
        """What stands for it in the file of finished ones."""
        return " ".join([self.part, *self.words, str(self.first), str(self.count)])


def run(task: Task) -> tuple[Task, Counts]:
    """The counts of all its trials."""
    counts: Counts = {}
    for seed in range(task.first, task.first + task.count):
        add(counts, TRIALS[task.part](task.words, seed))
    return task, counts


def add(counts: Counts, more: Counts) -> None:
    """Add counts to counts."""
    for name, value in more.items():
        counts[name] = counts[name] + value if name in counts else value


def chunks(part: str, words: tuple[str, ...], first: int, count: int) -> Iterator[Task]:
    """The trials of a line in chunks."""
    for start in range(0, count, CHUNK):
        yield Task(part, words, first + start, min(CHUNK, count - start))


def planned(part: str, size: float, first: int) -> list[Task]:
    """All tasks of a part; a size of 1 is a nightly campaign."""

    def scaled(count: float, least: int) -> int:
        return max(least, round(count * size))

    lines: list[tuple[tuple[str, ...], int]] = []
    if part == "alarm":
        lines = [((m, f), scaled(n / 5, 5)) for m, n in NIGHTLY.items() for f in FAMILIES]
    elif part == "tie":
        lines = [((m, s), scaled(300, 3)) for m in NIGHTLY for s in ("0.0", "0.3", "1.0")]
    elif part == "detection":
        lines = [(words, scaled(2_000, 50)) for words in DETECTION]
    elif part == "location":
        lines = [(w, scaled(200 if w[1] == "23,860" else 20, 5)) for w in LOCATION]
    elif part == "cause":
        lines = [((bug,), scaled(200, 10)) for bug in KINDS[part]]
    elif part == "outside":
        lines = [((kind,), scaled(400, 40)) for kind in KINDS[part]]
    tasks = [task for words, count in lines for task in chunks(part, words, first, count)]
    # In turns, so that a run that is ended early has looked at every line.
    return sorted(tasks, key=lambda task: task.first)


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


def line(part: str, words: tuple[str, ...], counts: Counts) -> str:
    """One line of a table."""
    get = collections.defaultdict(int, counts)
    head = f"  {' '.join(words).replace('_', ' '):34}"
    ran = get["ran"]
    if part == "alarm":
        unresolvable = get["unresolvable"] / max(get["entries"], 1)
        each = get["seconds"] / max(ran + get["skipped"], 1)
        return (
            f"{head} {get['alarms']} of {ran} (<= {upper_bound(get['alarms'], ran):.2g}), "
            f"{get['skipped']} not applicable, {unresolvable:.1%} of entries unresolvable, "
            f"{each:.3f} s each"
        )
    if part == "tie":
        return (
            f"{head} of {ran}: kink {get['kink']}, accepted when asked {get['accepted']}, "
            f"wrong {get['wrong']}"
        )
    if part == "detection":
        return f"{head} seen in {get['seen'] / max(ran, 1):.2%} of {ran}"
    if part == "location":
        made = get["evaluations"] or [0]
        return (
            f"{head} evaluations: median {statistics.median(made):.0f}, 95 % within "
            f"{np.quantile(made, 0.95):.0f}; exact {get['exact']} of {ran}, missed "
            f"{get['missed']}, besides {get['besides']}"
        )
    if part == "cause":
        return f"{head} {get['unique']} of {get['planted']} named alone, {get['other']} not"
    return f"{head} {get['named']} of {get['outside']} got a name"


TITLES = {
    "alarm": "false alarms on correct gradients (and the upper bound of their rate at 95 %)",
    "tie": "relu exactly at its kink, by subgradient",
    "detection": "one wrong entry, by its relative size",
    "location": "wrong entries found by projections: of how many, how many, by what size",
    "cause": "planted causes at batch 3",
    "outside": "errors outside the table",
}


def summary(part: str, table: dict[tuple[str, ...], Counts]) -> list[str]:
    """What the lines of a part add up to."""
    if part == "alarm":
        methods: dict[str, Counts] = {}
        for words, counts in table.items():
            add(methods.setdefault(words[0], {}), counts)
        return [line(part, (method, "in all"), counts) for method, counts in methods.items()]
    total: Counts = {}
    for counts in table.values():
        add(total, counts)
    return [line(part, ("in all",), total)] if part in {"cause", "outside"} else []


def printed(part: str, table: dict[tuple[str, ...], Counts]) -> None:
    """Print a table, and what is to be looked at."""
    print(TITLES[part])
    if part not in {"cause", "outside"}:
        print(*[line(part, words, counts) for words, counts in table.items()], sep="\n")
    print(*summary(part, table), sep="\n", end="\n\n" if summary(part, table) else "\n")
    for counts in table.values():
        for told in (*counts.get("seeds", ()), *counts.get("names", ())):
            print(f"    {told}")


def results(
    tasks: list[Task], processes: int, kept: Path | None
) -> Iterator[tuple[Task, Counts]]:
    """The counts of each task as they come; those kept in the file first."""
    known: dict[str, Counts] = {}
    if kept is not None and kept.exists():
        known = dict(json.loads(entry) for entry in kept.read_text("utf-8").splitlines())
    yield from [(task, known[task.name]) for task in tasks if task.name in known]
    todo = [task for task in tasks if task.name not in known]
    if processes == 1:
        yield from _kept(map(run, todo), kept)
        return
    # The workers leave Ctrl-C to this process, which ends them.
    with multiprocessing.get_context("spawn").Pool(
        processes, signal.signal, (signal.SIGINT, signal.SIG_IGN)
    ) as pool:
        yield from _kept(pool.imap_unordered(run, todo), kept)


def _kept(done: Any, kept: Path | None) -> Iterator[tuple[Task, Counts]]:
    """The results, each written to the file."""
    for task, counts in done:
        if kept is not None:
            with kept.open("a", encoding="utf-8") as file:
                file.write(json.dumps([task.name, counts]) + "\n")
        yield task, counts


def told(progress: str) -> None:
    """Show how far it is, over and over in one line of a terminal, else in lines of a log."""
    print(
        f"\r  {progress}" if sys.stderr.isatty() else progress,
        file=sys.stderr,
        flush=True,
        end="\r" if sys.stderr.isatty() else "\n",
    )


def main() -> None:
    """Run the parts, and print their tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--size", type=float, default=0.01, help="of the nightly numbers: 0.01")
    size.add_argument("--nightly", action="store_const", const=1.0, dest="size")
    parser.add_argument("--only", choices=TRIALS, action="append", help="a part, or several")
    parser.add_argument("--first", type=int, default=1_000_000, help="seed of the first trial")
    parser.add_argument("-j", type=int, default=1, dest="processes", help="processes")
    parser.add_argument("--resume", type=Path, metavar="FILE", help="keep what is done here")
    arguments = parser.parse_args()
    refused = 0
    for part in arguments.only or TRIALS:
        tasks = planned(part, arguments.size, arguments.first)
        table: dict[tuple[str, ...], Counts] = {task.words: {} for task in tasks}
        done, trials = 0, sum(task.count for task in tasks)
        try:
            for task, counts in results(tasks, arguments.processes, arguments.resume):
                add(table[task.words], counts)
                done += task.count
                told(f"{part}: {done:,} of {trials:,} trials")
        except KeyboardInterrupt:
            print(f"\nended after {done:,} of {trials:,} trials")
            printed(part, table)
            return
        printed(part, table)
        refused += sum(counts.get("alarms", 0) for counts in table.values())
    sys.exit(1 if refused else 0)


if __name__ == "__main__":
    main()
