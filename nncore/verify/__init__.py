"""The judge of any network: an adapter of ten lines, and a list of laws."""

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
    "verify",
]
