"""The laws, by group; each module enters its own."""

from . import independence, persistence, purity, structure  # noqa: F401

__all__: list[str] = []
