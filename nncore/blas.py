"""What other libraries add to numpy's matrix products: a fused update, and one thread."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any, TypeAlias

import numpy as np

from .arrays import Array

__all__ = ["LARGE_BATCH", "SMALL_LAYER", "FusedUpdate", "fused_update", "one_thread"]


#: Weights of a layer below which the call of scipy's product costs more than it saves.
SMALL_LAYER = 4096
#: Examples of a mini-batch above which numpy's product and an update are as fast: at
#: 784-512-512-10 a step with scipy's takes 0.91, 0.95, 0.98 and 1.02 times as long with 128,
#: 256, 512 and 1024 of them.
LARGE_BATCH = 256

#: update(w, delta, a_prev, keep): w -> keep w - delta^T a_prev.
FusedUpdate: TypeAlias = Callable[[Array, Array, Array, float], None]


def fused_update(dtype: np.dtype[Any]) -> FusedUpdate:
    """Return an update of the weights that takes one product of scipy's."""
    try:
        from scipy.linalg import get_blas_funcs  # noqa: PLC0415 - scipy is optional
    except ModuleNotFoundError:
        msg = "`blas` 'scipy' needs scipy: python -m pip install scipy, or pass blas='numpy'"
        raise ModuleNotFoundError(msg) from None
    gemm: Any = get_blas_funcs("gemm", dtype=dtype)

    def update(w: Array, delta: Array, a_prev: Array, keep: float) -> None:
        # The transposed view of a C array is the Fortran array that BLAS updates in place.
        gemm(-1.0, a_prev.T, delta.T, keep, w.T, trans_b=1, overwrite_c=1)

    return update


def one_thread() -> AbstractContextManager[Any]:
    """Return a context in which BLAS runs on one thread, where threadpoolctl is installed."""
    try:
        import threadpoolctl  # noqa: PLC0415 - optional
    except ModuleNotFoundError:
        return nullcontext()
    limits: AbstractContextManager[Any] = threadpoolctl.threadpool_limits(1, "blas")
    return limits
