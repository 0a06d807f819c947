"""One answer to a package that is not installed: which extra to install."""

from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["MissingExtraError", "needs"]


class MissingExtraError(ModuleNotFoundError):
    """A package is not installed that one of the extras of nncore brings."""


@contextmanager
def needs(extra: str) -> Iterator[None]:
    """
    Say which extra of nncore brings the package that the block imports.

    Parameters
    ----------
    extra : str
        Name of the extra, as in ``pip install "nncore[train]"``.

    Yields
    ------
    None
        The block runs; its imports are ordinary import statements.

    Raises
    ------
    MissingExtraError
        When the block raised ModuleNotFoundError: one line with the missing package and the
        command to run.

    Examples
    --------
    >>> with needs("train"):
    ...     import no_such_package
    Traceback (most recent call last):
    nncore.extras.MissingExtraError: no_such_package is not installed: ...
    """
    try:
        yield
    except ModuleNotFoundError as error:
        package = str(error.name).partition(".")[0]
        msg = f'{package} is not installed: pip install "nncore[{extra}]"'
        raise MissingExtraError(msg, name=error.name) from error
