"""The command line: handwritten digits, and the judge of any network."""

from collections.abc import Sequence
from importlib import metadata

import click

from .extras import MissingExtraError
from .terminal import examples
from .verbs import evaluate, new, predict, train, verify

__all__ = ["commands", "main"]

FAILED, INTERRUPTED = 2, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """
    Run the command line and return its exit status.

    Parameters
    ----------
    arguments : sequence of str, optional
        What follows the command's name; by default what the process was given.

    Returns
    -------
    int
        0 when the command did what was asked, 2 after bad input, 130 after Ctrl-C. What went
        wrong is said in one line on standard error.

    Examples
    --------
    >>> main(["evaluate", "no-such-model.npz"])
    2
    """
    try:
        # Without `standalone_mode` click leaves its own errors to the one handler below.
        status = commands.main(arguments, prog_name="nncore", standalone_mode=False)
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except click.ClickException as error:
        context = getattr(error, "ctx", None)
        hint = "" if context is None else f" (see {context.command_path} --help)"
        return _fail(error.format_message() + hint)
    except OSError as error:
        return _fail(_told(error))
    except (ValueError, MissingExtraError, MemoryError) as error:
        return _fail(str(error) or "out of memory")
    return status if isinstance(status, int) else 0


def _fail(reason: str) -> int:
    """Say on standard error, in one line, what went wrong, and return the exit status."""
    click.echo(f"nncore: {' '.join(reason.split())}", err=True)
    return FAILED


def _told(error: OSError) -> str:
    """Return what went wrong with a file, without its number."""
    if error.strerror is None:
        return str(error)
    return error.strerror if error.filename is None else f"{error.filename}: {error.strerror}"


def _version() -> str:
    """Return the version that is installed."""
    try:
        return metadata.version("nncore")
    except metadata.PackageNotFoundError:
        return "unknown (nncore is not installed)"


@click.group(
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=examples(
        "nncore train", "nncore predict digits.npz seven.png", "nncore verify mine.py:adapter"
    ),
)
@click.version_option(_version(), prog_name="nncore")
@click.pass_context
def commands(context: click.Context) -> None:
    """Train a network on real handwritten digits, and judge networks of any style."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


for _verb in (train, evaluate, predict, verify, new):
    commands.add_command(_verb)
