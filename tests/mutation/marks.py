"""Mutants that no test can kill, each with its reason: `equivalents.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from pathlib import Path

from .mutants import Mutant

__all__ = ["read_marks", "unmatched"]

FILE = Path(__file__).with_name("equivalents.toml")
FIELDS = {"module", "function", "before", "after", "reason"}


def read_marks(path: Path = FILE) -> dict[Mutant, str]:
    """Return the marked mutants, and why each computes the same; all must have a reason."""
    marks: dict[Mutant, str] = {}
    for entry in tomllib.loads(path.read_text("utf-8")).get("equivalent", []):
        if not FIELDS <= set(entry) <= FIELDS | {"number"} or not entry["reason"].strip():
            msg = f"{path}: a mark has {sorted(FIELDS)} and may have a number; got {entry}"
            raise ValueError(msg)
        reason = str(entry.pop("reason"))
        marks[Mutant(**entry)] = reason
    return marks


def unmatched(marks: Iterable[Mutant], mutants: Iterable[Mutant]) -> list[Mutant]:
    """Return the marks that stand for no mutant: of code that has changed since."""
    existing = set(mutants)
    return [mark for mark in marks if mark not in existing]
