"""What cannot be written is found out before long work, not after it."""

import importlib
import os
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from .extras import needs
from .files import mode_of

__all__ = ["check_apart", "check_page", "check_picture", "check_writable"]


def check_writable(path: Path) -> None:
    """
    Check that a file can be written, as `nncore.files.replacing` does.

    Parameters
    ----------
    path : Path
        The file. It may be there already; it is not touched.

    Raises
    ------
    OSError
        When `path` is there and not a regular file, or when its directory is missing or may not
        be written to.

    Examples
    --------
    >>> check_writable(Path("no such directory/digits.npz"))
    Traceback (most recent call last):
    OSError: cannot write no such directory/digits.npz: No such file or directory
    """
    try:
        mode_of(path)
        # Files are replaced: their folder must be writable, they themselves need not.
        with tempfile.TemporaryFile(dir=Path(os.path.realpath(path)).parent):
            pass
    except OSError as error:
        if error.errno is None:
            raise  # in a sentence of our own
        # The name of the trial file would mean nothing to anybody.
        msg = f"cannot write {path}: {error.strerror}"
        raise OSError(msg) from error


def check_apart(
    outputs: Mapping[str, Path | None], inputs: Iterable[tuple[str, Path]] = ()
) -> None:
    """
    Check that no output takes the place of another one, or of an input.

    Parameters
    ----------
    outputs : mapping of str to Path
        The files to write, by their options; None for those that were not asked for.
    inputs : iterable of (str, Path)
        What names them, and the files that are read.

    Raises
    ------
    ValueError
        When two are one file, whatever they are called.

    Examples
    --------
    >>> check_apart({"--json": Path("out"), "--junit": Path("./out")})
    Traceback (most recent call last):
    ValueError: `--json` and `--junit` are the same file, out: give each its own
    """
    taken = {os.path.realpath(path): name for name, path in inputs}
    for name, path in outputs.items():
        if path is None:
            continue
        other = taken.setdefault(os.path.realpath(path), name)
        if other != name:
            msg = f"`{other}` and `{name}` are the same file, {path}: give each its own"
            raise ValueError(msg)


def check_picture(path: Path) -> None:
    """
    Check that a picture can be drawn and written.

    Parameters
    ----------
    path : Path
        The file, whose ending names the format.

    Raises
    ------
    OSError
        When the file cannot be written.
    ValueError
        When matplotlib knows no format of that ending.
    MissingExtraError
        When matplotlib is not installed; the message says how to install it.

    Examples
    --------
    >>> check_picture(Path("curves.jpeg2000"))
    Traceback (most recent call last):
    ValueError: curves.jpeg2000: a picture's name must end in ...
    """
    check_writable(path)
    with needs("train"):
        from matplotlib.figure import Figure  # noqa: PLC0415 - an extra
    known = Figure().canvas.get_supported_filetypes()
    if path.suffix.removeprefix(".").lower() not in known:
        msg = f"{path}: a picture's name must end in one of .{', .'.join(sorted(known))}"
        raise ValueError(msg)


def check_page(path: Path) -> None:
    """
    Check that a page with pictures can be made and written.

    Parameters
    ----------
    path : Path
        The file.

    Raises
    ------
    OSError
        When the file cannot be written.
    MissingExtraError
        When Jinja2 or matplotlib is not installed; the message says how to install it.

    Examples
    --------
    >>> check_page(Path("no such directory/training.html"))
    Traceback (most recent call last):
    OSError: cannot write no such directory/training.html: No such file or directory
    """
    check_writable(path)
    with needs("train"):
        importlib.import_module("jinja2")
        importlib.import_module("matplotlib.figure")
