"""The laws, by group; each module enters its own."""

from . import (
    differential,  # noqa: F401
    fitting,  # noqa: F401
    gradient,  # noqa: F401
    independence,  # noqa: F401
    inputs,  # noqa: F401
    metamorphic,  # noqa: F401
    numerics,  # noqa: F401
    persistence,  # noqa: F401
    purity,  # noqa: F401
    refusals,  # noqa: F401
    structure,  # noqa: F401
    training,  # noqa: F401
)

__all__: list[str] = []
