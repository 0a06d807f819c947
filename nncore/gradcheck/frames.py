"""Where in the user's own code something happened."""

from __future__ import annotations

import functools
import sys
import sysconfig
import traceback
from pathlib import Path

import numpy as np

__all__ = ["is_users", "line_of"]

_PACKAGE = Path(__file__).resolve().parents[1]
# The judges of gradients and of networks.
_OURS = (str(_PACKAGE / "gradcheck"), str(_PACKAGE / "verify"))
# Networks that come with the judge of networks, and are judged as users' are.
_EXAMPLES = tuple(str(_PACKAGE / "verify" / name) for name in ("correct", "faults", "plain.py"))
_LIBRARIES = (
    *(str(Path(sysconfig.get_paths()[key]).resolve()) for key in ("stdlib", "purelib")),
    # Wherever it stands: an environment may borrow the packages of another.
    str(Path(np.__file__).resolve().parent),
)
# Folders into which packages are installed, here or in another environment.
_INSTALLED = {"site-packages", "dist-packages"}


def line_of(error: BaseException) -> str:
    """Line of the user's code that raised, as ``file.py:12``.

    Parameters
    ----------
    error : BaseException
        As caught, with its traceback.

    Returns
    -------
    str
        The innermost line that belongs neither to this package nor to an installed one; empty
        where there is none.

    Examples
    --------
    >>> line_of(ValueError("never raised"))
    ''
    """
    frames = [
        f"{Path(frame.filename).name}:{frame.lineno}"
        for frame in traceback.extract_tb(error.__traceback__)
        if is_users(frame.filename)
    ]
    return frames[-1] if frames else ""


@functools.cache
def is_users(filename: str) -> bool:
    """Whether the file is neither ours nor installed.

    Parameters
    ----------
    filename : str
        As in a frame or a traceback; names such as ``<stdin>`` are no files.

    Returns
    -------
    bool
        False for this package, the standard library and installed packages.

    Examples
    --------
    >>> is_users(traceback.__file__)
    False
    """
    if filename.startswith("<"):
        return not filename.startswith("<frozen")
    path = Path(filename).resolve()
    if str(path).startswith(_EXAMPLES):
        return True
    is_ours = str(path).startswith((*_OURS, *_LIBRARIES))
    is_builtin = filename in sys.builtin_module_names
    return not (is_ours or is_builtin or _INSTALLED & set(path.parts))
