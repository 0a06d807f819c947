"""The table of peers. One whose library is not installed is left out, and named."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from importlib.util import find_spec

from .problem import Peer, Problem

NNCORE, SCIPY, PLAIN, LIMIT = "nncore", "nncore, scipy", "plain numpy", "products alone"
SKLEARN, EAGER, BY_HAND = "scikit-learn", "torch eager", "torch by hand"
STEP, SCAN = "JAX per step", "JAX scan"

#: The library that each needs, and the module and class that use it, in the order of their
#: turns: what is compared and near in speed one after the other, before the machine changes.
PEERS = {
    LIMIT: ("numpy", "numpy_peers", "Products"),
    NNCORE: ("numpy", "numpy_peers", "Nncore"),
    PLAIN: ("numpy", "numpy_peers", "PlainNumpy"),
    SCIPY: ("scipy", "numpy_peers", "NncoreScipy"),
    SKLEARN: ("sklearn", "sklearn_peer", "ScikitLearn"),
    EAGER: ("torch", "torch_peers", "TorchEager"),
    BY_HAND: ("torch", "torch_peers", "TorchByHand"),
    STEP: ("jax", "jax_peers", "JaxPerStep"),
    SCAN: ("jax", "jax_peers", "JaxScan"),
}


def installed() -> list[str]:
    """Return the names of the peers whose library is there."""
    # To import those that nobody asks for would take seconds.
    return [name for name, (library, _, _) in PEERS.items() if find_spec(library)]


def make(problem: Problem, names: Iterable[str]) -> dict[str, Peer]:
    """Return the named peers, ready to train."""
    result: dict[str, Peer] = {}
    for name in names:
        _, module, kind = PEERS[name]
        result[name] = getattr(importlib.import_module(f".{module}", __package__), kind)(
            problem
        )
    return result
