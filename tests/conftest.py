"""
What thousands of tests have loaded is not looked through by each garbage collection.

A certified check collects garbage, which takes a few milliseconds in a program of its own and
a tenth of a second beside all tests.
"""

from __future__ import annotations

import gc


def pytest_collection_finish() -> None:
    """Leave what is loaded by now to no later collection."""
    gc.collect()
    gc.freeze()
