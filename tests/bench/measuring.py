"""CPU time of peers that take turns, and what it says as ratios."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np

from .problem import Peer


class Spread(NamedTuple):
    """A median and its quartiles."""

    low: float
    median: float
    high: float

    def __str__(self) -> str:
        return f"{self.median:.2f} ({self.low:.2f} to {self.high:.2f})"


class Timing(NamedTuple):
    """CPU seconds for each example: one entry for each round, for each peer."""

    seconds: dict[str, list[float]]

    def speed(self, name: str) -> float:
        """Return examples in a second of CPU time."""
        return float(1 / np.median(self.seconds[name]))

    def ratio(self, name: str, to: str) -> Spread:
        """Return how many times the speed of peer `to` that of `name` is, round by round."""
        ratios = np.divide(self.seconds[to], self.seconds[name])
        return Spread(*map(float, np.quantile(ratios, [0.25, 0.5, 0.75])))


def measure(
    peers: Mapping[str, Peer],
    *,
    examples: int,
    epochs: int,
    rounds: int,
    clock: Callable[[], float] = time.process_time,
) -> Timing:
    """Train all peers in each round, every second round in the opposite order."""
    for peer in peers.values():
        peer.train(1)  # compiles, and warms the caches
    seconds: dict[str, list[float]] = {name: [] for name in peers}
    for i in range(rounds):
        for name in [*peers][:: -1 if i % 2 else 1]:
            start = clock()
            peers[name].train(epochs)
            # A clock may not tick within a run of a few steps.
            seconds[name].append(max(clock() - start, 1e-9) / (epochs * examples))
    return Timing(seconds)
