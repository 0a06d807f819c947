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
    sizes : tuple of int
        Of that case.
    batch : int
        Its number of examples.
    max_examples, seed : int
        With which `verify` shows the failure again.
    details : dict
        Plain data for reports, such as the report of a gradient check.

    Examples
    --------
    >>> print(Result("one_law", "structure", "It holds.", Status.FAILED, "It is 2, not 1."))
    FAILED one_law
      law: It holds.
      It is 2, not 1.
    >>> Result("one_law", "structure", "It holds.", Status.PASSED).reproduce
    ''
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
    sizes: tuple[int, ...] = ()
    batch: int = 0
    max_examples: int = 0
    seed: int = 0
    details: dict[str, object] = dataclasses.field(default_factory=dict)

    @property
    def reproduce(self) -> str:
        """Python that shows the failure again; empty if there is none."""
        if not self.example:
            return ""
        settings = f'only=["{self.name}"], max_examples={self.max_examples}, seed={self.seed}'
        return f'replay(adapter, "{self.name}", {self.example})\nverify(adapter, {settings})'

    def lines(self) -> list[tuple[str, str]]:
        """
        Return what a person reads first, the same wherever it is read.

        Returns
        -------
        list of pairs
            What a line is ("status", "law", "smallest", "message", "cause" or "where"), and its
            text. How to see it again is not among them: each front end has its own way.

        Examples
        --------
        >>> Result("zs", "structure", "One for each layer.", Status.PASSED).lines()
        [('status', 'PASSED zs'), ('law', 'law: One for each layer.')]
        """
        found = [("status", f"{self.status.upper()} {self.name}"), ("law", f"law: {self.law}")]
        if self.example:
            smallest = f"smallest: sizes {list(self.sizes)}, a batch of {self.batch}"
            found.append(("smallest", smallest))
        found += [("message", line) for line in self.message.splitlines()]
        abouts = {"cause": self.cause, "where": self.where}
        return found + [(name, f"{name}: {about}") for name, about in abouts.items() if about]

    def __str__(self) -> str:
        lines = [text for _, text in self.lines()]
        if self.reproduce:
            lines.append(f"reproduce: {self.reproduce}".replace("\n", "\n" + " " * 13))
        return "\n  ".join(lines)
