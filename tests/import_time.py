"""Measure what `import nncore` costs beyond numpy: ``python tests/import_time.py``."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import click
from figures import Figure, json_option, write

PROMISE = "It is fast"
#: Processor time of the import in a fresh process that has imported numpy.
CODE = """
import numpy, time
start = time.process_time()
import nncore
print(1000 * (time.process_time() - start))
"""


def measure(cache: str) -> float:
    """Return the milliseconds of processor time of one fresh import, compiled before."""
    # An installed package is compiled once, which is not what every import costs.
    environment = os.environ | {"PYTHONPYCACHEPREFIX": cache}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    result = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", CODE],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    return float(result.stdout)


@click.command()
@click.option("--processes", default=11, show_default=True, help="The median of these counts.")
@json_option
def main(*, processes: int, json_file: Path | None) -> None:
    """Print the median time that importing nncore takes beyond numpy's own, in ms."""
    with tempfile.TemporaryDirectory() as cache:
        measure(cache)
        times = [measure(cache) for _ in range(processes)]
    figure = Figure(PROMISE, "import beyond numpy", statistics.median(times), 30.0, "ms of CPU")
    sys.exit(0 if write("import_time", [figure], json_file) else 1)


if __name__ == "__main__":
    main()
