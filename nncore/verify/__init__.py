"""The judge of any network: an adapter of ten lines, and a list of laws."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .access import AdapterError
    from .adapter import Adapter
    from .case import Case, Parameters
    from .contract import NetworkContract
    from .failure import fail
    from .registry import CHECKS, SkipCheck, check
    from .result import Result, Status
    from .runner import VerificationError, verify
    from .subject import Forward, Subject
    from .traits import Traits
    from .trial import replay

__all__ = [
    "CHECKS",
    "Adapter",
    "AdapterError",
    "Case",
    "Forward",
    "NetworkContract",
    "Parameters",
    "Result",
    "SkipCheck",
    "Status",
    "Subject",
    "Traits",
    "VerificationError",
    "check",
    "fail",
    "replay",
    "verify",
]

# The modules whose names these are. They bring the laws with them, so that CHECKS is full.
_MODULES = (
    "runner",
    "contract",
    "trial",
    "traits",
    "subject",
    "result",
    "registry",
    "failure",
    "case",
    "adapter",
    "access",
)


def __getattr__(name: str) -> Any:
    """
    Import the kit when it is first asked for.

    The command line and `nncore.verify.plugin` import this package before it is known whether
    the kit is needed, or installed.
    """
    if name not in __all__:
        msg = f"module 'nncore.verify' has no attribute {name!r}"
        raise AttributeError(msg)
    from importlib import import_module  # noqa: PLC0415 - see above

    from nncore.extras import needs  # noqa: PLC0415 - see above

    with needs("verify"):
        modules = [import_module(f"{__name__}.{module}") for module in _MODULES]
    return next(getattr(module, name) for module in modules if name in module.__all__)
