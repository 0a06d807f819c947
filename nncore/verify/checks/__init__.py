"""The laws, by group; each module enters its own."""

from . import (  # noqa: F401
    differential,
    directional,
    gradient,
    permutations,
    refusals,
    structure,
    symmetries,
    units,
)

__all__: list[str] = []
