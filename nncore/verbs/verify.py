"""The verb that judges any network: `nncore verify`."""

# Heavy imports wait until the verb runs, so that `nncore --help` is quick.
# ruff: noqa: PLC0415

from __future__ import annotations

import contextlib
import secrets
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from ..extras import needs
from ..files import write_text
from ..outputs import check_apart, check_writable
from ..terminal import examples

if TYPE_CHECKING:
    from ..verify.campaign import Outcome, Task

__all__ = ["verify"]


#: What a run without targets heeds besides the option that asks for it.
HEEDED = {
    "--list": set[str](),
    "--self-test": {"max_examples", "seed", "only", "max_seconds", "jobs", "journal"},
}


def _names(
    _context: click.Context, _option: click.Parameter, texts: tuple[str, ...]
) -> tuple[str, ...] | None:
    """Return names that were given one by one or separated by commas."""
    names = tuple(name for text in texts for name in text.split(",") if name)
    if texts and not names:
        msg = "it must name a check or group; leave it out to try all."
        raise click.BadParameter(msg)
    return names or None


@click.command(
    short_help="Judge any network by the laws that it must obey.",
    epilog=examples(
        "nncore verify mine.py:adapter",
        "nncore verify a.py:adapter b.py:adapter -j 2 --json results.json",
        "nncore verify --list",
        "nncore verify --self-test -j 2",
        "nncore verify --self-test=full --journal full.jsonl --max-seconds 600",
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
@click.option(
    "--self-test",
    "self_test",
    is_flag=False,
    flag_value="own",
    type=click.Choice(["own", "full"]),
    help="Try the laws themselves: each planted fault by the law that must kill it, and "
    "correct networks; =full tries everything against everything.",
)
@click.option(
    "--journal",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Keep what a self-test has found, and go on there when it is run again.",
)
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
    self_test: str | None,
    journal: Path | None,
) -> int:
    """
    Try the laws of neural networks on implementations of any style.

    A target is a file or module, and the name of an nncore.verify.Adapter in it ("adapter" if
    none is given). Exit codes: 0 if every law holds, 1 if one is broken, 2 if something could
    not be run.
    """
    with needs("verify"):
        from ..verify.campaign import INTERRUPTED, Task
        from ..verify.target import source

    if is_list:
        _check_heeded("--list")
        return _list()
    if self_test is not None:
        _check_heeded("--self-test")
        settings = {"seed": seed or 0, "max_examples": max_examples, "only": only}
        return _try_laws(self_test == "full", jobs, journal, max_seconds, **settings)
    if not targets:
        msg = "name at least one MODULE_OR_FILE:ADAPTER, or --list."
        raise click.UsageError(msg)
    if journal is not None:
        msg = "`--journal` is of use only with `--self-test`: leave it out."
        raise click.UsageError(msg)
    files = {
        "--json": None if str(json_path) == "-" else json_path,
        "--junit": junit_path,
        "--report": report_path,
    }
    check_apart(files, [(target, source(target)) for target in targets])
    for path in files.values():
        if path is not None:
            check_writable(path)
    seed = secrets.randbelow(2**32) if seed is None else seed
    limit = (memory or 0) * 2**20
    outcomes = _run(
        [
            Task(target, max_examples, seed, only, max_seconds, timeout, limit)
            for target in dict.fromkeys(targets)
        ],
        jobs,
        dask,
    )
    _write(outcomes, json_path, junit_path, report_path)
    if any(outcome.error == INTERRUPTED for outcome in outcomes):
        raise KeyboardInterrupt
    return max(outcome.exit_code for outcome in outcomes)


def _check_heeded(mode: str) -> None:
    """Raise UsageError for anything on the command line that this option does not heed."""
    context = click.get_current_context()
    for parameter in context.command.params:
        name, option = str(parameter.name), parameter.opts[-1]
        is_given = context.get_parameter_source(name) is ParameterSource.COMMANDLINE
        is_heeded = option == mode or name in HEEDED[mode] or context.params.get(name) == ()
        if is_given and not is_heeded:
            is_option = isinstance(parameter, click.Option)
            given = f"`{option}`" if is_option else f"the target `{context.params[name][0]}`"
            msg = f"{given} is of no use with `{mode}`: leave one of them out."
            raise click.UsageError(msg)


def _list() -> int:
    """Print the laws."""
    from ..verify.runner import chosen

    for check in chosen(None):
        click.echo(f"{check.group:13} {check.name}: {check.sentence}")
    return 0


def _write(
    outcomes: list[Outcome], json: Path | None, junit: Path | None, page: Path | None
) -> None:
    """Write outcomes to the files that were asked for, and print them."""
    from ..verify import report
    from ..verify.page import to_html

    is_printed = str(json) == "-"
    forms = (
        (None if is_printed else json, report.to_json),
        (junit, report.to_junit),
        (page, to_html),
    )
    # What cannot be written, or is not read any more, keeps nothing else from being written.
    with contextlib.ExitStack() as stack:
        stack.callback(_print, outcomes, as_json=is_printed)  # the last
        for path, form in forms:
            if path is not None:
                stack.callback(
                    lambda path, form: write_text(path, f"{form(outcomes)}\n"), path, form
                )


def _print(outcomes: list[Outcome], *, as_json: bool) -> None:
    """Print outcomes."""
    from rich.console import Console

    from ..verify import report

    if as_json:
        click.echo(report.to_json(outcomes))
    else:
        report.to_text(outcomes, Console())


def _try_laws(
    full: bool, jobs: int, journal: Path | None, max_seconds: float | None, **settings: Any
) -> int:
    """Run the self-test, print what is not as it should be, and return the exit code."""
    import builtins
    from concurrent.futures import ProcessPoolExecutor

    from rich.console import Console

    from ..verify.journal import Map, journaled
    from ..verify.selftest import Row, tasks
    from ..verify.selftest import self_test as run

    if journal is not None:
        check_writable(journal)
    total = sum(len(task.checks) for task in tasks(full, **settings))
    rows: list[Row] = []
    with _progress("trying the laws", total) as advance:

        def told(row: Row) -> None:
            rows.append(row)
            advance()

        with contextlib.ExitStack() as stack:
            map_: Map = builtins.map
            if jobs > 1:
                map_ = stack.enter_context(ProcessPoolExecutor(jobs)).map
            if journal is not None:
                map_ = journaled(journal, map_)
            run(full, map=map_, max_seconds=max_seconds, progress=told, **settings)
    console = Console()
    for row in rows:
        if not row.is_good:
            console.print(f"{row.outcome.upper()} {row.name} ({row.family}) by {row.check}")
            console.print(f"  {row.sentence}\n  {row.message}", soft_wrap=True, highlight=False)
    faults = {row.name for row in rows if row.is_fault}
    correct = {row.name for row in rows if not row.is_fault}
    bad = {row.name for row in rows if not row.is_good}
    console.print(
        f"{len(faults - bad)} of {len(faults)} planted faults killed, "
        f"{len(correct & bad)} of {len(correct)} correct networks flagged",
        style="bold red" if bad else "green",
    )
    if len(rows) < total:
        more = (
            "run it again to go on" if journal else "give --journal FILE to go on another time"
        )
        console.print(f"the time was over after {len(rows):,} of {total:,}: {more}")
    return 1 if bad else 0


@contextlib.contextmanager
def _progress(about: str, total: int) -> Iterator[Callable[[], None]]:
    """Draw a bar on a terminal, and yield what moves it on."""
    from rich.console import Console
    from rich.progress import Progress

    # Services have no stderr, and older versions of rich print an empty line for a hidden bar.
    if getattr(sys.stderr, "closed", True) or not sys.stderr.isatty():
        yield lambda: None
        return
    with Progress(console=Console(stderr=True), transient=True) as bar:
        shown = bar.add_task(about, total=total)
        yield lambda: bar.advance(shown)


def _run(tasks: list[Task], jobs: int, dask: str | None) -> list[Outcome]:
    """Return the outcomes of tasks, drawing progress where there is a terminal."""
    from ..verify import campaign
    from ..verify.dask import cluster

    laws = _laws(tasks[0].only)
    with _progress("verifying", len(tasks) * (1 if dask else laws)) as advance:
        if dask is not None:
            return campaign.run(tasks, cluster(dask), lambda _: advance())
        return campaign.run(tasks, campaign.Local(jobs, lambda _: advance()))


def _laws(only: tuple[str, ...] | None) -> int:
    """Return about how many laws are meant: targets may bring some that only they know."""
    from ..verify.runner import chosen

    laws = chosen()
    if only is None:
        return len(laws)
    return sum(each.name in only or each.group in only for each in laws) or len(only)
