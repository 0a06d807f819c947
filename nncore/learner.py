"""The network as training sees it: its lists, its functions, and examples to learn from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np

from .activations import Activation
from .arrays import Array, Matrix, Pixels, Vector, as_array, as_matrices, as_matrix, as_vector
from .backprop import forward, mean_cost
from .costs import OutputCost
from .engine import Engine
from .inputs import rows_of
from .labels import Labels, labels_of
from .plan import Plan

__all__ = ["Data", "Learner", "Lists"]

#: Rows that are judged at a time, which bounds the memory of a validation.
CHUNK = 1000


class Data(NamedTuple):
    """Examples with their targets, their labels where these are classes, and their factors."""

    x: Matrix[Any, Any] | Pixels
    y: Matrix[Any, Any]
    labels: Labels | None
    factors: Array | None = None

    def contiguous(self) -> Data:
        """Return the same examples in C order; of others a gather would copy all."""
        x, y = self.x, np.ascontiguousarray(as_array(self.y))
        if isinstance(x, Pixels):
            x = Pixels(np.ascontiguousarray(x.array), x.scale)
        else:
            x = as_matrix(np.ascontiguousarray(as_array(x)))
        return self._replace(x=x, y=as_matrix(y))

    def rows(self, rows: slice) -> tuple[Matrix[Any, Any], Matrix[Any, Any]]:
        """Return x and y of some examples, as floats."""
        y = as_array(self.y)[rows]
        return rows_of(self.x, rows, y.dtype), as_matrix(y)


class Lists(Protocol):
    """The network as training sees it: two lists, of which entry 0 is left alone."""

    weights: list[Array]
    biases: list[Array]


@dataclass
class Learner:
    """A network in training: its lists, the functions around them, and what it is."""

    network: Lists
    read: Callable[[], tuple[list[Matrix[Any, Any]], list[Vector[Any]]]]
    sizes: tuple[int, ...]
    dtype: np.dtype[Any]
    hidden: Activation
    cost: OutputCost
    l2: float

    def engine(self, plan: Plan) -> Engine:
        """Return an engine with the parameters of the lists."""
        self.read()  # before the optimizer starts, which would remember what is refused here
        engine = Engine(
            self.sizes,
            self.hidden,
            self.cost,
            self.l2,
            self.dtype,
            plan.batch_size,
            plan.optimizer,
            plan.blas,
        )
        self.load(engine)
        return engine

    def load(self, engine: Engine) -> None:
        """Bring the engine to the parameters that stand in the lists now, after checks."""
        weights, biases = self.read()
        engine.load([*map(as_array, weights)], [*map(as_array, biases)])
        self._known = [*self.network.weights], [*self.network.biases]

    def store(self, engine: Engine) -> None:
        """
        Put the engine's parameters into the lists, as new arrays.

        An entry that somebody replaced meanwhile stays, and the engine goes on from it.
        """
        self.read()  # raises what is wrong with the lists
        lists, is_ours = (self.network.weights, self.network.biases), True
        for entries, known, new in zip(lists, self._known, engine.copies(), strict=True):
            for l in range(1, len(known)):
                if entries[l] is known[l]:
                    entries[l] = known[l] = new[l - 1]
                else:
                    is_ours = False
        if not is_ours:
            self.load(engine)

    def judge(self, engine: Engine, held_out: Data) -> list[float]:
        """Return the validation cost and, where the targets are classes, the accuracy."""
        nothing = np.empty((self.sizes[0], 0), self.dtype)
        weights = as_matrices([nothing, *engine.weights])
        biases = [as_vector(b) for b in [nothing[0], *engine.biases]]
        total, right, examples = 0.0, 0, len(held_out.y)
        for start in range(0, examples, CHUNK):
            chunk = slice(start, start + CHUNK)
            x, y = held_out.rows(chunk)
            zs, activations = forward(weights, biases, x, self.hidden, self.cost)
            cost = mean_cost(weights, as_matrix(zs[-1]), y, self.cost, self.l2)
            total += len(y) * float(cost)
            if held_out.labels is not None:
                right += int((labels_of(activations[-1]) == held_out.labels[chunk]).sum())
        cost = total / examples
        return [cost] if held_out.labels is None else [cost, right / examples]

    def identity(self) -> dict[str, Any]:
        """Return what makes the network, for checkpoints."""
        return {
            "sizes": self.sizes,
            "hidden": self.hidden.name,
            "output": self.cost.output.name,
            "cost": self.cost.name,
            "l2": float(self.l2),
            "dtype": self.dtype.name,
        }
