"""One answer to a package that is not installed: which extra to install."""

from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["needs"]


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
    ModuleNotFoundError
        When the block raised it: one line with the missing package and the command to run.

    Examples
    --------
    >>> with needs("train"):
    ...     import no_such_package
    Traceback (most recent call last):
    ModuleNotFoundError: no_such_package is not installed: pip install "nncore[train]"
    """
    try:
        yield
    except ModuleNotFoundError as error:
        msg = f'{error.name} is not installed: pip install "nncore[{extra}]"'
        raise ModuleNotFoundError(msg, name=error.name) from error
