"""
Options of pytest for `NetworkContract`.

Load them with ``-p nncore.verify.plugin``. pytest does so before coverage begins to count, so
this module imports nothing of ours. PYTEST_DONT_REWRITE: there is nothing to rewrite here, and
pytest would warn wherever something has imported this module before.
"""

from __future__ import annotations

from argparse import ArgumentTypeError
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

__all__ = ["pytest_addoption"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """
    Enter the options.

    Parameters
    ----------
    parser : pytest.Parser
        Of pytest.
    """
    group = parser.getgroup("nncore", "laws of networks (nncore.verify)")
    group.addoption(
        "--nncore-max-examples",
        type=partial(_integer, minimum=1),
        metavar="N",
        help="cases that each law of a NetworkContract is tried on",
    )
    group.addoption(
        "--nncore-seed",
        type=partial(_integer, minimum=0),
        metavar="SEED",
        help="of the cases, as a failure tells it: the same seed tries the same cases",
    )


def _integer(text: str, minimum: int) -> int:
    """Return the number that an option is given."""
    if not text.isdecimal() or int(text) < minimum:
        msg = f"it must be an integer of at least {minimum}; it is {text!r}"
        raise ArgumentTypeError(msg)
    return int(text)
