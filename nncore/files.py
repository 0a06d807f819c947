"""Files that stand complete under their name, or not at all."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import BinaryIO

__all__ = ["TEMPORARY", "mode_of", "replacing", "write_text"]

#: What temporary files are called. A process that is killed leaves one behind.
TEMPORARY = ".nncore-*.tmp"


@contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """
    Open a temporary file that takes the place of `path` once it is written and on the disk.

    Parameters
    ----------
    path : str or path-like
        The file to replace or to make; where it is a link, the file that it leads to.

    Yields
    ------
    BinaryIO
        The temporary file, beside the final one. If the block raises, it is removed and what
        stood under the name stays.

    Raises
    ------
    OSError
        If the file cannot be written, or what stands there is a directory, a pipe, a device or
        anything else that is not a regular file.

    Notes
    -----
    A file that takes the place of another has its mode, and never a wider one.

    References
    ----------
    .. [1] POSIX.1-2017, rename() and fsync().
    """
    target = Path(os.path.realpath(path))
    temporary = target.with_name(TEMPORARY.replace("*", os.urandom(8).hex()))
    try:
        with _create(temporary, mode_of(path)) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    except BaseException as error:
        with suppress(OSError):
            temporary.unlink()
        if isinstance(error, OSError) and error.errno is not None:
            # A full disk names no file, and nobody knows the temporary one or where links lead.
            nobody_knows = error.filename in {None, os.fspath(temporary), os.fspath(target)}
            error.filename = os.fspath(path) if nobody_knows else error.filename
        raise
    _sync_directory(target.parent)


def write_text(path: str | os.PathLike[str], text: str) -> None:
    r"""
    Write a file as `replacing` does, in UTF-8.

    Parameters
    ----------
    path : str or path-like
        The file to replace or to make.
    text : str
        What it shall hold. Half a pair of surrogates, as in names of files that are no UTF-8,
        is written as Python escapes it.

    Raises
    ------
    OSError
        As of `replacing`.
    """
    with replacing(path) as file:
        file.write(text.encode("utf-8", "backslashreplace"))


def mode_of(path: str | os.PathLike[str]) -> int | None:
    """
    Return the mode of the file that `replacing` would replace.

    Parameters
    ----------
    path : str or path-like
        The file; where it is a link, the file that it leads to.

    Returns
    -------
    int or None
        The permissions; None where there is no file yet.

    Raises
    ------
    OSError
        If what stands there is not a regular file, in a sentence that says so.
    """
    name = os.fspath(path)
    try:
        mode = Path(path).stat().st_mode  # what realpath makes of /dev/fd/63 is nowhere
    except FileNotFoundError:
        return None
    if stat.S_ISDIR(mode):
        msg = f"{name!r} is a directory; name a file in it"
        raise IsADirectoryError(msg)
    if not stat.S_ISREG(mode):
        msg = f"{name!r} is not a regular file; name another one"
        raise OSError(msg)
    return stat.S_IMODE(mode)


def _create(path: Path, mode: int | None) -> BinaryIO:
    """Open a new file, of this mode where one is given."""
    if mode is None:
        return path.open("xb")
    # Made with its mode, not given it afterwards: who opened it in between could read on.
    file = open(path, "xb", opener=partial(os.open, mode=mode))  # noqa: SIM115
    with suppress(OSError):  # not every file system can give back what the umask took
        path.chmod(mode)
    return file


def _sync_directory(folder: Path) -> None:
    """Put the new name on the disk, where directories can be opened for that."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
