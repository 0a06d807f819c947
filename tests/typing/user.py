"""
A user's program: it trains a network, and has a kernel of its own.

`wheel` runs it against the installed package, and has both type checkers read it: every ignore
must be needed, so the types of nncore have arrived with their dimensions.
"""

from typing import TYPE_CHECKING, TypeVar, assert_type

import numpy as np

import nncore
from nncore import Matrix, Vector
from nncore.arrays import Array, Array2D, as_array, as_matrix, as_vector

B = TypeVar("B", bound=int)
K = TypeVar("K", bound=int)
N = TypeVar("N", bound=int)


def recurrent(
    w: Matrix[N, K], u: Matrix[N, N], b: Vector[N], x: Matrix[B, K], h: Matrix[B, N]
) -> Matrix[B, N]:
    """The weighted inputs of a recurrent layer, for an input x and the state h before."""
    return x @ w.T + h @ u.T + b


def train() -> nncore.Network:
    """A network that has learned exclusive or."""
    net = nncore.Network([2, 4, 1], hidden="tanh", rng=0)
    x, y = np.array([[0, 0], [0, 1], [1, 0], [1, 1]]), np.array([[0], [1], [1], [0]])
    history = net.fit(x, y, epochs=200, batch_size=4)
    assert_type(history, nncore.History)
    assert_type(history.cost, list[float])
    assert_type(net.predict(x), Array)
    assert_type(net.backprop(x, y).nabla_w[1], Array2D)
    return net


if TYPE_CHECKING:

    def mistakes(
        w: Matrix[N, K], u: Matrix[N, N], b: Vector[N], x: Matrix[B, K], h: Matrix[B, N]
    ) -> object:
        """What a user may get wrong."""
        nncore.Network([2, 1]).predict(x)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
        nncore.Network([2, 1], cost=2)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
        nncore.Network([2, 1]).zs  # type: ignore[attr-defined]  # noqa: B018  # pyright: ignore[reportAttributeAccessIssue]
        recurrent(w, u, b, h, x)  # type: ignore[misc]  # pyright: ignore[reportArgumentType]
        return x @ w + h @ u.T + b  # type: ignore[operator]  # pyright: ignore[reportOperatorIssue]


if __name__ == "__main__":
    net = train()
    w, b, x = np.ones((3, 2)), np.ones(3), np.ones((5, 2))
    h = as_matrix(np.zeros((5, 3)))
    z = recurrent(as_matrix(w), as_matrix(np.eye(3)), as_vector(b), as_matrix(x), h)
    print(nncore.__file__, net.sizes, as_array(z).shape)  # noqa: T201 - a program
