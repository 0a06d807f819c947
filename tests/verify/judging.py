"""Try single laws on implementations."""

from __future__ import annotations

import warnings

from nncore.verify import CHECKS, Adapter
from nncore.verify.result import Result, Status
from nncore.verify.traits import Traits
from nncore.verify.trial import try_law

__all__ = ["broken", "judged", "passes"]


def judged(adapter: Adapter, law: str, examples: int = 25, seed: int = 0) -> Result:
    """Return what becomes of a law; its case is the first that breaks it, not the smallest."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        traits = Traits.of(adapter)
        return try_law(
            adapter, traits, CHECKS[law], max_examples=examples, seed=seed, shrink=False
        )


def passes(adapter: Adapter, law: str, examples: int = 25) -> bool:
    result = judged(adapter, law, examples)
    assert result.status in {Status.PASSED, Status.SKIPPED}, result.message
    return result.status is Status.PASSED


def broken(adapter: Adapter, law: str, examples: int = 100) -> str:
    result = judged(adapter, law, examples)
    assert result.status is Status.FAILED, (law, result.status, result.message)
    return result.message
