"""Correct but unusual networks: examples of adapters, and what no law may flag."""

from . import conventions, files, formulas, state, storage, styles, training  # noqa: F401

__all__: list[str] = []
