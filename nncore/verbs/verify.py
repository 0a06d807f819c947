"""The verb that judges any network: `nncore verify`."""

# Heavy imports wait until the verb runs, so that `nncore --help` is quick.
# ruff: noqa: PLC0415

from __future__ import annotations

import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..extras import needs
from ..outputs import check_writable
from ..terminal import examples

if TYPE_CHECKING:
    from ..verify.campaign import Outcome, Task

__all__ = ["verify"]


def _names(
    _context: click.Context, _option: click.Parameter, texts: tuple[str, ...]
) -> tuple[str, ...] | None:
    """Return names that were given one by one or separated by commas."""
    return tuple(name for text in texts for name in text.split(",") if name) or None


@click.command(
    short_help="Judge any network by the laws that it must obey.",
    epilog=examples(
        "nncore verify mine.py:adapter",
        "nncore verify a.py:adapter b.py:adapter -j 2 --json results.json",
        "nncore verify --list",
    ),
)
@click.argument("targets", nargs=-1, metavar="[MODULE_OR_FILE:ADAPTER]...")
@click.option(
    "-n",
    "--max-examples",
    type=click.IntRange(min=1),
    help="Networks that each law is tried on.  [default: 25, fewer for slow laws]",
)
@click.option("--seed", type=click.IntRange(min=0), help="One seed tries the same networks.")
@click.option(
    "--only", multiple=True, callback=_names, metavar="NAME,...", help="Checks or groups."
)
@click.option(
    "--max-seconds",
    type=click.FloatRange(min=0, min_open=True),
    help="Begin no new network after so many seconds.",
)
@click.option(
    "-j",
    "--jobs",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="Implementations at the same time, each in its own process.",
)
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    default=600.0,
    show_default=True,
    help="Seconds after which the process of an implementation is ended.",
)
@click.option(
    "--memory",
    type=click.IntRange(min=256),
    metavar="MIB",
    help="Memory that the process of an implementation may have.  [default: no limit]",
)
@click.option(
    "--dask",
    metavar="ADDRESS",
    help="Run on the Dask cluster of this scheduler, which sees the same files.",
)
@click.option(
    "--json",
    "json_path",
    type=click.Path(path_type=Path, allow_dash=True),
    metavar="FILE",
    help="Also write the results as JSON; - for standard output, instead of the text.",
)
@click.option(
    "--junit",
    "junit_path",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Also write the results as JUnit XML.",
)
@click.option(
    "--report",
    "report_path",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Also write the results as an HTML page.",
)
@click.option("--list", "is_list", is_flag=True, help="Print the laws, and try none.")
def verify(
    *,
    targets: tuple[str, ...],
    max_examples: int | None,
    seed: int | None,
    only: tuple[str, ...] | None,
    max_seconds: float | None,
    jobs: int,
    timeout: float,
    memory: int | None,
    dask: str | None,
    json_path: Path | None,
    junit_path: Path | None,
    report_path: Path | None,
    is_list: bool,
) -> int:
    """
    Try the laws of neural networks on implementations of any style.

    A target is a file or module, and the name of an nncore.verify.Adapter in it ("adapter" if
    none is given). Exit codes: 0 if every law holds, 1 if one is broken, 2 if something could not
    be run.
    """
    with needs("verify"):
        from ..verify import campaign, report
        from ..verify.registry import CHECKS
        from ..verify.runner import known
    from rich.console import Console

    if is_list:
        for check in CHECKS.values():
            click.echo(f"{check.group:13} {check.name}: {check.sentence}")
        return 0
    if not targets:
        msg = "name at least one MODULE_OR_FILE:ADAPTER, or --list."
        raise click.UsageError(msg)
    if only is not None:
        known(only, "--only", groups=True)
    for path in (json_path, junit_path, report_path):
        if path is not None and str(path) != "-":
            check_writable(path)
    seed = secrets.randbelow(2**32) if seed is None else seed
    tasks = [
        campaign.Task(
            target, max_examples, seed, only, max_seconds, timeout, (memory or 0) * 2**20
        )
        for target in dict.fromkeys(targets)
    ]
    outcomes = _run(tasks, jobs, dask)
    if str(json_path) == "-":
        click.echo(report.to_json(outcomes))
    else:
        report.to_text(outcomes, Console())
        if json_path is not None:
            json_path.write_text(report.to_json(outcomes) + "\n", encoding="utf-8")
    if junit_path is not None:
        junit_path.write_text(report.to_junit(outcomes) + "\n", encoding="utf-8")
    if report_path is not None:
        from ..verify.page import to_html

        report_path.write_text(to_html(outcomes), encoding="utf-8")
    if any(outcome.error == campaign.INTERRUPTED for outcome in outcomes):
        raise KeyboardInterrupt
    return max(outcome.exit_code for outcome in outcomes)


def _run(tasks: list[Task], jobs: int, dask: str | None) -> list[Outcome]:
    """Return the outcomes of tasks, drawing progress where there is a terminal."""
    from rich.console import Console
    from rich.progress import Progress

    from ..verify import campaign
    from ..verify.runner import chosen

    laws = len(chosen(tasks[0].only))
    with Progress(
        console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()
    ) as bar:
        shown = bar.add_task("verifying", total=len(tasks) * (1 if dask else laws))
        if dask is not None:
            from ..verify.dask import cluster

            return campaign.run(tasks, cluster(dask), lambda _: bar.advance(shown))
        return campaign.run(tasks, campaign.Local(jobs, lambda _: bar.advance(shown)))
