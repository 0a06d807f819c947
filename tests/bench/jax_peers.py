"""JAX with one compiled function for each step, and with a scan over the whole epoch."""

# pyright: reportMissingImports=false

from __future__ import annotations

import functools
import os
from typing import Any

# Read when jax is imported.
os.environ.setdefault(
    "XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
)

import jax
import jax.numpy as jnp
import numpy as np

from .problem import Array, Peer, Problem

jax.config.update("jax_enable_x64", True)


class JaxPerStep(Peer):
    """Gradients by `jax.grad`, parameters updated in place."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        net = problem.network()
        self.net = [*map(jnp.array, net.weights[1:])], [*map(jnp.array, net.biases[1:])]
        self.x, self.y = jnp.array(problem.digits.x), jnp.array(problem.targets)
        cost = functools.partial(_cost, problem.output)

        def step(net: Any, batch: Any, x: Any, y: Any) -> Any:
            gradient = jax.grad(cost)(net, x[batch], y[batch])
            return jax.tree.map(lambda p, g: p - problem.learning_rate * g, net, gradient)

        def epoch(net: Any, batches: Any, x: Any, y: Any) -> Any:
            return jax.lax.scan(lambda n, batch: (step(n, batch, x, y), None), net, batches)[0]

        self._step, self._epoch = (jax.jit(f, donate_argnums=0) for f in (step, epoch))

    def train(self, epochs: int) -> None:
        super().train(epochs)
        jax.block_until_ready(self.net)

    def step(self, batch: Array) -> None:
        self.net = self._step(self.net, batch, self.x, self.y)

    def parameters(self) -> tuple[list[Array], list[Array]]:
        weights, biases = self.net
        return [np.asarray(w) for w in weights], [np.asarray(b) for b in biases]


class JaxScan(JaxPerStep):
    """One call for each epoch, whose batches must all be full."""

    def train(self, epochs: int) -> None:
        for _ in range(epochs):
            batches = np.stack([*self.problem.batches(self.rng)])
            self.net = self._epoch(self.net, batches, self.x, self.y)
        jax.block_until_ready(self.net)


def _cost(output: str, net: Any, x: Any, y: Any) -> Any:
    """Return the cross-entropy of a batch."""
    weights, biases = net
    for w, b in zip(weights[:-1], biases[:-1], strict=True):
        x = jax.nn.sigmoid(x @ w.T + b)
    z = x @ weights[-1].T + biases[-1]
    if output == "softmax":
        return -(y * jax.nn.log_softmax(z)).sum() / len(y)
    return (jax.nn.softplus(z) - y * z).sum() / len(y)
