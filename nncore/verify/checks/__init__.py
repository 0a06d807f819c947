"""The laws, by group; each module enters its own."""

from . import (
    accuracy,
    differential,
    directional,
    fitting,
    gradient,
    independence,
    inputs,
    numerics,
    permutations,
    persistence,
    purity,
    refusals,
    structure,
    symmetries,
    training,
    units,
)

__all__ = [
    "accuracy",
    "differential",
    "directional",
    "fitting",
    "gradient",
    "independence",
    "inputs",
    "numerics",
    "permutations",
    "persistence",
    "purity",
    "refusals",
    "structure",
    "symmetries",
    "training",
    "units",
]
