"""
Hypothesis profiles: how long, and how reproducibly, the laws are tried.

``dev`` is the default, ``ci`` where the variable CI is set. Another one is chosen by the
environment variable HYPOTHESIS_PROFILE, or by ``--hypothesis-profile``, which goes first.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.database import DirectoryBasedExampleDatabase

# The option of the contracts; elsewhere `-p nncore.verify.plugin` adds it.
from nncore.verify.plugin import pytest_addoption

__all__ = ["pytest_addoption"]

# No deadlines: a noisy machine is not a broken law. No explain phase: inside numpy it finds
# lines of numpy.
COMMON = settings(
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
    phases=set(Phase) - {Phase.explain},
)

settings.register_profile("dev", COMMON, max_examples=100)
settings.register_profile("ci", COMMON, max_examples=200, derandomize=True, database=None)
# Where CI is set, Hypothesis's own defaults would try the same examples every night.
settings.register_profile(
    "nightly",
    COMMON,
    max_examples=10_000,
    derandomize=False,
    database=DirectoryBasedExampleDatabase(".hypothesis/examples"),
)
# What fails need not be made small: only that it fails is asked, of hundreds of mutants.
settings.register_profile(
    "mutation",
    COMMON,
    max_examples=25,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
)


def pytest_configure(config: pytest.Config) -> None:
    """Load the profile that was asked for."""
    default = "ci" if os.environ.get("CI") else "dev"
    chosen = config.getoption("--hypothesis-profile", default=None)
    settings.load_profile(chosen or os.environ.get("HYPOTHESIS_PROFILE") or default)
