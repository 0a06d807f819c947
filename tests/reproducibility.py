"""
Print a digest of short training runs: ``python tests/reproducibility.py``.

The same seed gives the same bits for one numpy version, BLAS and kind of CPU, on every version
of Python. The digest, the last line, is the same wherever that holds; the lines before say
which run differs, and on what it was computed.
"""

from __future__ import annotations

import copy
import hashlib
import platform
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from nncore import SGD, Network

__all__ = ["RUNS", "Run", "digest", "digests"]


class Run(NamedTuple):
    """A network and how it is trained."""

    network: Mapping[str, Any]
    fit: Mapping[str, Any]


#: Together they use most of what training can do, in both float types.
RUNS: Mapping[str, Run] = {
    "sigmoid, sgd": Run({"hidden": "sigmoid"}, {"learning_rate": 0.5}),
    "tanh, softmax, adam": Run(
        {"hidden": "tanh", "output": "softmax", "l2": 1e-3}, {"optimizer": "adam"}
    ),
    "relu, quadratic, validation": Run(
        {"hidden": "relu", "output": "identity", "cost": "quadratic"},
        {"learning_rate": 0.05, "validation": True},
    ),
    "softplus, nesterov, float32": Run(
        {"hidden": "softplus", "dtype": "float32"}, {"optimizer": SGD(0.9, nesterov=True)}
    ),
    "leaky_relu, own shuffling": Run({"hidden": "leaky_relu"}, {"rng": 7, "batch_size": 5}),
}
EXAMPLES, SIZES = 60, (9, 12, 8, 4)


def _trained(run: Run) -> tuple[Network, list[float]]:
    """Return the network after three epochs, and the numbers of its history."""
    rng = np.random.default_rng(2024)
    x, labels = rng.normal(size=(EXAMPLES, SIZES[0])), rng.integers(0, SIZES[-1], EXAMPLES)
    fit = copy.deepcopy(dict(run.fit))  # an optimizer remembers its steps
    if fit.pop("validation", False):
        fit["validation"] = (x[:10], labels[:10])
    net = Network(SIZES, rng=1, **run.network)
    history = net.fit(x, labels, epochs=3, progress=False, **fit)
    numbers = (*history.cost, *history.validation_cost, *history.validation_accuracy)
    return net, [float(number) for number in numbers]


def digests() -> dict[str, str]:
    """Return the digest of parameters and history of each run."""
    found: dict[str, str] = {}
    for name, run in RUNS.items():
        net, numbers = _trained(run)
        hashed = hashlib.sha256(repr(numbers).encode())
        for array in (*net.weights, *net.biases):
            # One byte order, whatever the machine's.
            hashed.update(array.astype(array.dtype.newbyteorder("<")).tobytes())
        found[name] = hashed.hexdigest()
    return found


def digest(of_runs: Mapping[str, str]) -> str:
    """Return one digest of all runs."""
    return hashlib.sha256("".join(of_runs.values()).encode()).hexdigest()


def main() -> None:
    """Print what computes, the digest of each run, and the digest of all."""
    blas: Any = np.show_config(mode="dicts")
    found = digests()
    print(f"Python {platform.python_version()}, numpy {np.__version__}, {platform.machine()}")
    print(f"BLAS {blas['Build Dependencies']['blas']['name']}")
    for name, value in found.items():
        print(f"{value[:16]}  {name}")
    print(digest(found))


if __name__ == "__main__":
    main()
