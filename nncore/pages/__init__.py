"""Self-contained HTML pages: no network access, no foreign script."""

from .page import render

__all__ = ["render"]
