"""The laws, by group; each module enters its own."""

from . import fitting, independence, persistence, purity, structure, training  # noqa: F401

__all__: list[str] = []
