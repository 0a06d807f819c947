"""What became of one law."""

from __future__ import annotations

import dataclasses
import enum

__all__ = ["Result", "Status"]


class Status(enum.StrEnum):
    """
    What may become of a law.

    Examples
    --------
    >>> Status("passed").is_good, Status.FAILED.is_good
    (True, False)
    """

    PASSED = "passed"
    FAILED = "failed"
    #: The adapter or the law itself could not be run.
    ERROR = "error"
    SKIPPED = "skipped"
    #: Failed, as the adapter's `expected_failures` says.
    EXPECTED = "expected"

    @property
    def is_good(self) -> bool:
        """Whether nothing is to be done."""
        return self not in {Status.FAILED, Status.ERROR}


@dataclasses.dataclass(frozen=True)
class Result:
    """
    What became of one law; plain data that can be pickled and sent.

    Parameters
    ----------
    name, group, law : str
        Of the check, and its sentence.
    status : Status
        What became of it.
    message : str
        What was expected and what came, or the reason why it was skipped; empty if passed.
    seconds : float
        How long it took.
    examples : int
        How many cases it was tried on.
    example : str
        The smallest case that failed, as an expression; empty if none did.
    cause : str
        The diagnosed cause of a wrong gradient; empty where there is none.
    where : str
        The user's own line that raised, as file:line; empty if none did.
    reproduce : str
        Lines that show the failure again; empty if there is none.
    details : dict
        Plain data for reports, such as the report of a gradient check.

    Examples
    --------
    >>> print(Result("one_law", "structure", "It holds.", Status.FAILED, "It is 2, not 1."))
    one_law failed: It holds.
      It is 2, not 1.
    """

    name: str
    group: str
    law: str
    status: Status
    message: str = ""
    seconds: float = 0.0
    examples: int = 0
    example: str = ""
    cause: str = ""
    where: str = ""
    reproduce: str = ""
    details: dict[str, object] = dataclasses.field(default_factory=dict)

    def __str__(self) -> str:
        parts = {
            "": self.message,
            "cause: ": self.cause,
            "where: ": self.where,
            "case = ": self.example,
            "again: ": self.reproduce,
        }
        lines = [
            label + text.replace("\n", "\n" + " " * len(label))
            for label, text in parts.items()
            if text
        ]
        told = "\n".join([f"{self.name} {self.status.value}: {self.law}", *lines])
        return told.replace("\n", "\n  ")
