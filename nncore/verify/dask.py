"""The same campaign on a Dask cluster."""

# Type checkers run without Dask.
# pyright: reportMissingImports=false

from __future__ import annotations

from collections.abc import Callable, Iterator

from ..extras import needs
from .campaign import Outcome, Scheduler, Task

__all__ = ["cluster"]

#: How often a task is begun again when the worker that had it is lost.
RETRIES = 3


def cluster(address: str) -> Scheduler:
    """
    Return a scheduler of a Dask cluster.

    Parameters
    ----------
    address : str
        Of the cluster's scheduler, as ``tcp://host:8786``. Its workers must have nncore, and
        see the files of the targets under the same paths.

    Returns
    -------
    callable
        For `campaign.run`. Outcomes come as they finish; a task whose worker is lost runs again
        on another.

    Raises
    ------
    MissingExtraError
        If Dask is not installed.
    OSError
        If nobody answers at the address.
    """
    with needs("dask"):
        from distributed import Client, as_completed  # noqa: PLC0415 - an extra

    def schedule(function: Callable[[Task], Outcome], tasks: list[Task]) -> Iterator[Outcome]:
        with Client(address, timeout="10s") as client:
            futures = client.map(function, tasks, pure=False, retries=RETRIES)
            task_of = dict(zip((future.key for future in futures), tasks, strict=True))
            for future in as_completed(futures):
                error = future.exception()
                if error is None:
                    yield future.result()
                else:
                    yield Outcome(task_of[future.key], [], f"{type(error).__name__}: {error}")

    return schedule
