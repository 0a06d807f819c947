"""The command line: handwritten digits, and the judge of any network."""

import io
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib import metadata

import click

from .extras import MissingExtraError
from .terminal import examples
from .verbs import evaluate, new, predict, train, verify

__all__ = ["commands", "main"]

# The last two are 128 and the number of the signal, as shells say it.
FAILED, INTERRUPTED, UNREAD = 2, 130, 141


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
        0 when the command did what was asked, 2 after bad input, 130 after Ctrl-C, 141 when
        nobody reads what it prints. What went wrong is said in one line on standard error.

    Examples
    --------
    >>> main(["evaluate", "no-such-model.npz"])
    2
    """
    _escape()
    try:
        return _status(arguments)
    finally:
        _let_go()


def _status(arguments: Sequence[str] | None) -> int:
    """Run the command line, say what went wrong, and return the exit status."""
    try:
        # Without `standalone_mode` click leaves its own errors to the one handler below.
        status = commands.main(arguments, prog_name="nncore", standalone_mode=False)
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except SystemExit:
        # Only click and rich end the process, over a closed pipe: with 1, which is a verdict.
        return UNREAD
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
    with suppress(OSError):  # the status tells it where nothing can be written
        click.echo(f"nncore: {' '.join(reason.split())}", err=True)
    return FAILED


def _escape() -> None:
    """Let what a terminal or file cannot show be escaped, instead of ending the command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _let_go() -> None:
    """Forget what could not be printed; the interpreter would end with 120 over it."""
    for stream in (sys.stdout, sys.stderr):
        if stream is None or stream.closed:
            continue
        try:
            stream.flush()
        except OSError:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stream.fileno())
            os.close(nowhere)


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
