"""The laws, by group; each module enters its own."""

from . import (  # noqa: F401
    differential,
    directional,
    gradient,
    metamorphic,
    refusals,
    structure,
)

__all__: list[str] = []
