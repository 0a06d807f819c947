"""Try single laws on implementations."""

from __future__ import annotations

import warnings

from nncore.verify import Adapter
from nncore.verify.result import Result, Status
from nncore.verify.runner import verify

__all__ = ["broken", "judged", "passes"]


def judged(adapter: Adapter, law: str, examples: int = 25, seed: int = 0) -> Result:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        (result,) = verify(adapter, only=[law], max_examples=examples, seed=seed, on_fail=None)
    return result


def passes(adapter: Adapter, law: str, examples: int = 25) -> bool:
    result = judged(adapter, law, examples)
    assert result.status in {Status.PASSED, Status.SKIPPED}, result.message
    return result.status is Status.PASSED


def broken(adapter: Adapter, law: str, examples: int = 100) -> str:
    result = judged(adapter, law, examples)
    assert result.status is Status.FAILED, (law, result.status, result.message)
    return result.message
