"""What each process of the campaign does: damage a file at one byte after the other."""

from __future__ import annotations

import multiprocessing
import resource
import signal
from collections.abc import Iterator
from pathlib import Path

from .reading import FORMATS, fault, one_byte

__all__ = ["begin", "damaged_at"]

#: Bytes of memory that reading any damaged file may take.
ROOM = 2**30
#: Bytes before the pixels of an IDX file, which carry no check.
IDX_HEADER = 16


def begin() -> None:
    """Leave Ctrl-C to the process that asks, and bound the memory."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    used = int(Path("/proc/self/statm").read_text("utf-8").split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + ROOM, used + ROOM))


def damaged_at(
    name: str, content: bytes, values: str, folder: str, place: int
) -> tuple[int, list[str]]:
    """Return how many files damaged at a byte were tried, and what is wrong with them."""
    path = Path(folder) / multiprocessing.current_process().name
    tried, faults = 0, []
    for what, damaged in _damages(name, content, place):
        tried += 1
        found = fault(FORMATS[name], damaged, path, values)
        if found is not None:
            faults.append(f"{what}: {found}")
    return tried, faults


def _damages(name: str, content: bytes, place: int) -> Iterator[tuple[str, bytes]]:
    """Yield the file cut at a byte, and with that byte changed to all others."""
    yield f"only {place} bytes", content[:place]
    if name != "idx" or place < IDX_HEADER:
        yield from one_byte(content, places=range(place, place + 1))
