"""The laws, by group; each module enters its own."""

from . import differential, gradient, metamorphic, refusals, structure  # noqa: F401

__all__: list[str] = []
