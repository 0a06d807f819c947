"""Correct but unusual networks: examples of adapters, and what no law may flag."""

from types import ModuleType

from . import (
    conventions,
    files,
    formulas,
    state,
    storage,
    styles,
    training,
)

__all__ = ["FAMILIES"]

#: Each module enters its own into the catalogue.
FAMILIES: tuple[ModuleType, ...] = (
    conventions,
    files,
    formulas,
    state,
    storage,
    styles,
    training,
)
