"""The verb that starts a project around somebody's own network: `nncore new`."""

# Heavy imports wait until the verb runs, so that `nncore --help` is quick.
# ruff: noqa: PLC0415

from pathlib import Path

import click

from ..extras import needs
from ..terminal import examples

__all__ = ["new"]


@click.command(
    short_help="Start a project that verifies your own network.",
    epilog=examples("nncore new my-network"),
)
@click.argument("directory", type=click.Path(path_type=Path), metavar="DIR")
@click.option("--name", help="Of the project.  [default: the name of DIR]")
def new(*, directory: Path, name: str | None) -> None:
    """
    Write a project into the new or empty directory DIR.

    It holds a sample network, its adapter, tests, laws and strategies to extend, a noxfile and
    a README; its tests pass as they stand.
    """
    with needs("verify"):
        from ..verify.project import new_project

    for path in new_project(directory, name):
        click.echo(f"wrote {path}")
    click.echo(f"next: cd {directory} && pytest")
