"""Say what was raised, and on which line of the user's."""

from __future__ import annotations

import traceback
from pathlib import Path

from .access import AdapterError

__all__ = ["said", "users_line"]

PACKAGE = Path(__file__).parents[1]
OURS = (PACKAGE / "verify", PACKAGE / "gradcheck")


def said(error: BaseException) -> str:
    """
    Return what is wrong, in words.

    Parameters
    ----------
    error : BaseException
        What was raised.

    Returns
    -------
    str
        The message of an assertion; for anything else its type, message, and line of code.

    Examples
    --------
    >>> said(AssertionError("zs has 5 entries")), said(KeyError("w"))
    ('zs has 5 entries', "KeyError: 'w'")
    """
    if isinstance(error, (AssertionError, AdapterError)) and str(error):
        return str(error)
    frame = _users_frame(error)
    raised = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return f"{raised}, raised by `{frame.line}`" if frame and frame.line else raised


def users_line(error: BaseException) -> str:
    """
    Return the last line of a traceback that is neither ours nor a library's.

    Parameters
    ----------
    error : BaseException
        What was raised.

    Returns
    -------
    str
        As file:line; empty if there is none.
    """
    frame = _users_frame(error)
    return f"{frame.filename}:{frame.lineno}" if frame else ""


def _users_frame(error: BaseException) -> traceback.FrameSummary | None:
    """Return the last frame that is neither ours nor a library's."""
    frames = traceback.extract_tb(error.__traceback__)
    return next((frame for frame in reversed(frames) if _is_users(frame.filename)), None)


def _is_users(filename: str) -> bool:
    """Whether a file is the user's."""
    path = Path(filename)
    is_ours = any(folder in path.parents for folder in OURS)
    return not (is_ours or "site-packages" in path.parts or filename.startswith("<"))
