"""The laws, by group; each module enters its own."""

from . import (  # noqa: F401
    differential,
    directional,
    fitting,
    gradient,
    independence,
    inputs,
    metamorphic,
    numerics,
    persistence,
    purity,
    refusals,
    structure,
    training,
)

__all__: list[str] = []
