"""Files that stand complete under their name, or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

__all__ = ["replacing"]


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
        If the file cannot be written.

    References
    ----------
    .. [1] POSIX.1-2017, rename() and fsync().
    """
    target = Path(os.path.realpath(path))
    if target.is_dir():
        msg = f"{os.fspath(path)!r} is a directory; name a file in it"
        raise IsADirectoryError(msg)
    temporary = target.with_name(f".{target.name}.{os.urandom(8).hex()}.tmp")
    try:
        with temporary.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    except BaseException as error:
        with suppress(OSError):
            temporary.unlink()
        if isinstance(error, OSError) and error.errno is not None:
            # A full disk names no file, and nobody knows the temporary one.
            nobody_knows = error.filename in {None, os.fspath(temporary)}
            error.filename = os.fspath(path) if nobody_knows else error.filename
        raise
    _sync_directory(target.parent)


def _sync_directory(folder: Path) -> None:
    """Put the new name on the disk, where directories can be opened for that."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
