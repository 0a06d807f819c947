"""Random networks, and how far an oracle is from the core in units of the rounding bound."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from rounding import rounding
from strategies import HIDDEN, OUTPUTS, Array, Case

from nncore import Network

from .digits import exact
from .libraries import Model, Results

__all__ = ["Architecture", "Drawn", "disagreements", "draw_architecture", "largest_ratio"]

L2 = (0.0, 0.01, 1.0)
SCALES = (1e-3, 0.1, 1.0, 3.0, 10.0, 30.0)


class Drawn(NamedTuple):
    """A network with a batch, and what the network is."""

    case: Case
    model: Model

    def arguments(self) -> tuple[Model, list[Array], list[Array], Array, Array]:
        """Return what an oracle wants to know."""
        net, x, y = self.case
        return self.model, list(net.weights[1:]), list(net.biases[1:]), x, y


class Architecture(NamedTuple):
    """What JAX compiles a network for: everything but its numbers."""

    model: Model
    sizes: list[int]
    batch: int

    def draw(self, rng: np.random.Generator) -> Drawn:
        """Return a network with parameters, examples and targets of any scale."""
        model, sizes, batch = self
        net = Network(
            sizes,
            hidden=model.hidden,
            output=model.output,
            cost=model.cost,
            l2=model.l2,
            rng=rng,
        )
        scale = float(rng.choice(SCALES))
        for l in range(1, net.num_layers):
            net.weights[l] = scale * net.weights[l]
            net.biases[l] = scale * rng.normal(size=sizes[l])
        x = rng.normal(size=(batch, sizes[0])) * rng.choice(SCALES)
        return Drawn(Case(net, x, _targets(rng, model, (batch, sizes[-1]))), model)


def draw_architecture(
    rng: np.random.Generator, *, max_width: int = 12, max_layers: int = 5
) -> Architecture:
    """Return random sizes, activations, outputs, cost and penalty."""
    sizes = [int(n) for n in rng.integers(1, max_width + 1, rng.integers(2, max_layers + 1))]
    output, cost = OUTPUTS[rng.integers(len(OUTPUTS))]
    model = Model(HIDDEN[rng.integers(len(HIDDEN))], output, cost, float(rng.choice(L2)))
    return Architecture(model, sizes, int(rng.integers(1, 9)))


def _targets(rng: np.random.Generator, model: Model, shape: tuple[int, ...]) -> Array:
    """Return targets that the cost accepts, hard or soft."""
    batch, n = shape
    if model.cost == "quadratic":
        return rng.normal(size=shape)
    is_hard = rng.random() < 0.5
    if model.output == "softmax":
        return (
            np.eye(n)[rng.integers(0, n, batch)] if is_hard else rng.dirichlet([1] * n, batch)
        )
    return rng.integers(0, 2, shape).astype(float) if is_hard else rng.random(shape)


def disagreements(
    drawn: Drawn, theirs: Results, *, programs: int
) -> Iterator[tuple[str, float]]:
    """
    Yield what was compared and how far apart it is, in units of the bound.

    The bound is what rounding may do to one program; `programs` of the two round.
    """
    net, x, y = drawn.case
    bounds = rounding(drawn.case)
    activations, gradient = net.forward(x).activations, net.backprop(x, y)
    yield "cost", largest_ratio([net.cost(x, y)], [theirs.cost], [programs * bounds.cost])
    for name, ours, other, bound in (
        ("forward", activations, theirs.activations, bounds.activations),
        ("gradient", gradient.nabla_w, theirs.nabla_w, bounds.nabla_w),
        ("gradient", gradient.nabla_b, theirs.nabla_b, bounds.nabla_b),
    ):
        yield name, largest_ratio(ours[1:], other, [programs * b for b in bound[1:]])


def largest_ratio(ours: Sequence[Any], theirs: Sequence[Any], bounds: Sequence[Any]) -> float:
    """Return the largest |ours - theirs| / bound; infinity for a NaN or another shape."""
    largest = 0.0
    for a, b, bound in zip(ours, theirs, bounds, strict=True):
        if np.shape(a) != np.shape(b):
            return np.inf
        distance = np.asarray(abs(_like(a, b) - np.asarray(b)), float)
        ratio = np.where(distance == 0, 0.0, distance / np.maximum(bound, 5e-324))
        largest = max(largest, float(np.where(np.isnan(ratio), np.inf, ratio).max()))
    return largest


def _like(ours: Any, theirs: Any) -> Any:
    """Return our floats as exact numbers where theirs are exact."""
    if np.asarray(theirs).dtype != object:
        return np.asarray(ours)
    return exact(ours)
