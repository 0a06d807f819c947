"""Ask every checker the same questions, and print what they answered."""

from __future__ import annotations

import time
from typing import NamedTuple

import click
from rich.box import MARKDOWN
from rich.console import Console
from rich.progress import track
from rich.table import Table

from .checkers import CHECKERS, Checker, Undecided, installed
from .questions import QUESTIONS, Trial

__all__ = ["Answer", "ask"]

#: Large networks take long: so many times fewer of them.
FEWER = 5


class Answer(NamedTuple):
    """Trials, refusals, those of them that name the wrong entry, and milliseconds of each."""

    trials: int
    refused: int
    named: int
    undecided: int
    milliseconds: float

    def __str__(self) -> str:
        undecided = f", {self.undecided} undecided" if self.undecided else ""
        named = f", {self.named} named" if self.named else ""
        return f"{self.refused} of {self.trials}{named}{undecided}"


def ask(checker: Checker, trials: list[Trial]) -> Answer:
    """Return what a checker says to some trials."""
    refused = named = undecided = 0
    start = time.process_time()
    for problem, wrong in trials:
        try:
            message = checker.check(problem)
        except Undecided:
            undecided += 1
            continue
        if message is not None:
            refused += 1
            named += wrong is not None and _names(message, *wrong)
    seconds = time.process_time() - start
    return Answer(len(trials), refused, named, undecided, 1000 * seconds / len(trials))


def _names(message: str, array: int, entry: tuple[int, ...]) -> bool:
    """Return whether a message holds the indices of the array and of the entry."""
    index = ", ".join(map(str, entry))
    return f"[{array}][{index}]" in message or f"[{array}]({index})" in message


@click.command()
@click.option("--trials", default=100, show_default=True, help="Networks of each question.")
def main(*, trials: int) -> None:
    """
    Ask gradient checkers, each at its own settings, about wrong and about correct gradients.

    To refuse a wrong gradient is what a checker is for; to refuse a correct one is a false
    alarm. A refusal names the entry where its text holds the indices. Times are of the
    processor, for one check. The table is one of Markdown, as the README shows it.
    """
    console = Console(width=200)
    known = installed()
    for name in CHECKERS:
        if name not in known:
            console.print(f"left out: {name}, which needs {CHECKERS[name].module}")
    table = Table("refused", *known, box=MARKDOWN)
    steps = track(QUESTIONS.items(), "asking", console=console, disable=not console.is_terminal)
    for text, question in steps:
        count = max(1, trials // FEWER) if question.is_large else trials
        drawn = [question.make(i) for i in range(count)]
        answers = [
            None if checker.is_slow and question.is_large else ask(checker, drawn)
            for checker in known.values()
        ]
        table.add_row(
            text, *("not asked" if answer is None else str(answer) for answer in answers)
        )
        if question.is_timed:
            table.add_row(
                "  milliseconds",
                *("" if answer is None else f"{answer.milliseconds:.3g}" for answer in answers),
            )
    console.print(table)


if __name__ == "__main__":
    main()
