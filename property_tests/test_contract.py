"""
The core through the contract that everybody's network is held to, by the same door.

`oracle=False`: where the core itself is judged, it is no oracle.
"""

from __future__ import annotations

from typing import Any

import numpy as np

import nncore
from nncore import Network
from nncore.verify import Adapter, NetworkContract


def core(hidden: str, output: str, cost: str, l2: float = 0.0, **settings: Any) -> Adapter:
    """Return an adapter of the core."""
    return Adapter(
        make=lambda sizes: Network(
            sizes, hidden=hidden, output=output, cost=cost, l2=l2, rng=0
        ),
        name=f"Network of {hidden} and {output}",
        weights="weights",
        biases="biases",
        forward="forward",
        predict="predict",
        cost="cost",
        gradient=gradient,
        step=step,
        fit=fit,
        save="save",
        load=lambda net, path: nncore.load(path),  # noqa: ARG005 - a new one
        declares={"hidden": hidden, "output": output, "cost": cost, "l2": l2},
        oracle=False,
        **settings,
    )


def gradient(net: Network, x: Any, y: Any) -> tuple[list[Any], list[Any]]:
    """Return the derivatives by weights and by biases."""
    found = net.backprop(x, y)
    return found.nabla_w, found.nabla_b


def step(net: Network, x: Any, y: Any, learning_rate: float) -> None:
    """Make one step: an epoch of one batch, whose order must not be left to chance."""
    net.fit(x, y, epochs=1, batch_size=len(x), learning_rate=learning_rate, rng=0)


def fit(
    net: Network,
    x: Any,
    y: Any,
    epochs: int,
    batch_size: int,
    learning_rate: float,
    rng: np.random.Generator,
) -> None:
    """Train; the history is left out."""
    settings = {"epochs": epochs, "batch_size": batch_size, "learning_rate": learning_rate}
    net.fit(x, y, rng=rng, progress=False, **settings)  # type: ignore[arg-type]


class TestSigmoid(NetworkContract):
    """The default: sigmoid outputs with the cross-entropy."""

    adapter = core("sigmoid", "sigmoid", "cross_entropy")
    max_examples = 8


class TestSoftmax(NetworkContract):
    """Softmax outputs, hidden units with a kink, a penalty."""

    adapter = core("relu", "softmax", "cross_entropy", l2=0.25)
    max_examples = 8


class TestRegression(NetworkContract):
    """Identity outputs with the quadratic cost."""

    adapter = core("tanh", "identity", "quadratic")
    max_examples = 8
