"""What nncore promises: the least ratio of speeds, and where."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from .measuring import Spread, Timing
from .peers import EAGER, LIMIT, NNCORE, PLAIN, SCAN, SCIPY, SKLEARN


class Case(NamedTuple):
    """One column of the benchmark."""

    sizes: tuple[int, ...]
    batch_size: int
    dtype: str

    def __str__(self) -> str:
        return f"{'-'.join(map(str, self.sizes))}, batch {self.batch_size}, {self.dtype}"


class Target(NamedTuple):
    """The speed of `name` is at least `least` times that of `to`, in some of the cases."""

    name: str
    to: str
    least: float
    where: Callable[[Case], bool]


class Outcome(NamedTuple):
    """A target in one case, and what was measured there."""

    target: Target
    case: Case
    ratio: Spread

    @property
    def is_met(self) -> bool:
        """Whether the median reaches the target."""
        return self.ratio.median >= self.target.least


def _is(hidden: int, batch_size: int) -> Callable[[Case], bool]:
    """Return whether a case has this first hidden layer and this batch."""
    return lambda case: (case.sizes[1], case.batch_size) == (hidden, batch_size)


TARGETS = [
    Target(NNCORE, PLAIN, 1.2, lambda case: case.batch_size == 10),
    Target(NNCORE, PLAIN, 1.0, lambda case: case.batch_size > 10),
    Target(SCIPY, PLAIN, 1.4, lambda case: case.batch_size == 10),
    Target(SCIPY, PLAIN, 1.0, lambda case: case.batch_size > 10),
    Target(NNCORE, SKLEARN, 5.0, _is(30, 10)),
    Target(NNCORE, EAGER, 4.0, _is(30, 10)),
    Target(NNCORE, SCAN, 1.0, lambda case: case.batch_size <= 32),
    Target(NNCORE, SCAN, 0.95, lambda case: case.batch_size > 32),
    Target(NNCORE, LIMIT, 0.5, _is(30, 10)),
    Target(NNCORE, LIMIT, 0.7, _is(100, 32)),
    Target(NNCORE, LIMIT, 0.85, _is(512, 128)),
]


def outcomes(timings: Mapping[Case, Timing]) -> Iterator[Outcome]:
    """Yield every target in every case that it speaks of, where both peers were measured."""
    for target in TARGETS:
        for case, timing in timings.items():
            if target.where(case) and {target.name, target.to} <= timing.seconds.keys():
                yield Outcome(target, case, timing.ratio(target.name, target.to))
