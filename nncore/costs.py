"""
Cost functions, each beside its output error dC/dz^L (BP1).

A cost is a function of the outputs a and the targets y, one number for each example. Joined
with the output activation it becomes an `OutputCost`, a function of the last weighted inputs z.
Where a joint formula is known it is used: the cross-entropies of sigmoid and softmax outputs
never take the logarithm of a rounded probability, so nothing overflows and nothing is clipped.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeVar

import numpy as np

from .activations import (
    ACTIVATIONS,
    Activation,
    Softmax,
    negative_log_softmax,
    positive_part,
    softplus_tail,
)
from .arrays import Array, Elementwise, Matrix, Vector, as_array, elementwise
from .inputs import matrix_like, one_for_each_row
from .settings import check_functions, choose

__all__ = ["COSTS", "Cost", "OutputCost", "Quadratic", "output_cost"]

B = TypeVar("B", bound=int)
N = TypeVar("N", bound=int)

_positive_part: Elementwise = elementwise(positive_part)
_softplus_tail: Elementwise = elementwise(softplus_tail)

#: Rows of targets may miss the sum 1 by the rounding of float32.
SUM_SLACK = 1e-5


@dataclass(frozen=True)
class Cost:
    """
    A cost as a function of outputs and targets, and its derivative.

    Parameters
    ----------
    name : str
        The name that a saved model remembers.
    function : callable
        function(a, y) with outputs and targets of shape (batch, n) returns the cost of each
        example, shape (batch,); the network takes the mean over the batch.
    prime : callable
        prime(a, y) returns dC/da for each example, shape (batch, n).

    Raises
    ------
    TypeError
        If the name is not a string, or one of the functions cannot be called.

    References
    ----------
    .. [1] M. Nielsen, "Neural Networks and Deep Learning", Determination Press, 2015,
           chapter 2, "The two assumptions we need about the cost function".

    Examples
    --------
    >>> import numpy as np
    >>> Cost(
    ...     "log_cosh",
    ...     lambda a, y: np.log(np.cosh(a - y)).sum(axis=1),
    ...     lambda a, y: np.tanh(a - y),
    ... )
    Cost('log_cosh')
    """

    name: str
    function: Callable[[Array, Array], Array]
    prime: Callable[[Array, Array], Array]

    def __post_init__(self) -> None:
        check_functions("cost", self.name, function=self.function, prime=self.prime)

    def __repr__(self) -> str:
        return f"Cost({self.name!r})"

    def values(self, a: Matrix[B, N], y: Matrix[B, N]) -> Vector[B]:
        """
        Return the cost of each example.

        Parameters
        ----------
        a, y : Matrix, shape (batch, n)
            Outputs and targets, rows are examples. Not modified.

        Returns
        -------
        Vector, shape (batch,)
            C for each row.

        Raises
        ------
        ValueError
            If the function returns something of another shape.

        References
        ----------
        .. [1] M. Nielsen, "Neural Networks and Deep Learning", Determination Press, 2015,
               chapter 2, assumption 1 about the cost.

        Examples
        --------
        >>> import numpy as np
        >>> own = Cost("signed", lambda a, y: (a - y).sum(axis=1), lambda a, y: a * 0 + 1)
        >>> own.values(np.array([[3.0, 1.0]]), np.array([[1.0, 1.0]]))
        array([2.])
        """
        # Copies, which a function of somebody else's may change.
        values = self.function(as_array(a).copy(), as_array(y).copy())
        return one_for_each_row(y, values, f"`function` of cost {self.name!r}")

    def nabla_a(self, a: Matrix[B, N], y: Matrix[B, N]) -> Matrix[B, N]:
        """
        Return dC/da for each example.

        Parameters
        ----------
        a, y : Matrix, shape (batch, n)
            Outputs and targets, rows are examples. Not modified.

        Returns
        -------
        Matrix, shape (batch, n)
            dC/da for each row.

        Raises
        ------
        ValueError
            If the function returns something of another shape.

        References
        ----------
        .. [1] M. Nielsen, "Neural Networks and Deep Learning", Determination Press, 2015,
               chapter 2, equation BP1.

        Examples
        --------
        >>> import numpy as np
        >>> own = Cost("signed", lambda a, y: (a - y).sum(axis=1), lambda a, y: a * 0 + 1)
        >>> own.nabla_a(np.array([[3.0, 1.0]]), np.array([[1.0, 1.0]]))
        array([[1., 1.]])
        """
        nabla = self.prime(as_array(a).copy(), as_array(y).copy())
        return matrix_like(a, nabla, f"`prime` of cost {self.name!r}")


@dataclass(frozen=True)
class Quadratic:
    """
    1/2 sum_j (a_j - y_j)^2 for each example.

    Parameters
    ----------
    name : str
        The name that a saved model remembers.

    References
    ----------
    .. [1] M. Nielsen, "Neural Networks and Deep Learning", Determination Press, 2015,
           chapter 2, equation 27.

    Examples
    --------
    >>> import numpy as np
    >>> Quadratic().values(np.array([[3.0, 1.0]]), np.array([[1.0, 1.0]]))
    array([2.])
    """

    name: str = "quadratic"

    def values(self, a: Matrix[B, N], y: Matrix[B, N]) -> Vector[B]:
        """Return the cost of each example, shape (batch,)."""
        # Halved first: the squares alone may overflow.
        return ((a - y) * ((a - y) / 2)).sum(axis=1)

    def nabla_a(self, a: Matrix[B, N], y: Matrix[B, N]) -> Matrix[B, N]:
        """Return dC/da = a - y for each example, shape (batch, n)."""
        return a - y


class OutputCost(Protocol):
    """A cost joined with the output activation: a function of the last weighted inputs z."""

    @property
    def output(self) -> Activation | Softmax:
        """The activation of the output layer."""
        ...

    @property
    def name(self) -> str:
        """The name of the cost."""
        ...

    def check_targets(self, y: Array, name: str) -> None:
        """Raise ValueError if the cost is not defined for real targets y, called `name`."""
        ...

    def values(self, z: Matrix[B, N], y: Matrix[B, N]) -> Vector[B]:
        """Return the cost of each example, shape (batch,)."""
        ...

    def output_error(self, z: Matrix[B, N], y: Matrix[B, N]) -> Matrix[B, N]:
        """Return dC/dz for each example, shape (batch, n)."""
        ...


@dataclass(frozen=True)
class _ComposedCost:
    """Any cost of the outputs of any activation."""

    output: Activation | Softmax
    cost: Cost | Quadratic

    @property
    def name(self) -> str:
        """The name of the cost."""
        return self.cost.name

    def check_targets(self, y: Array, name: str) -> None:
        """Accept every target."""

    def values(self, z: Matrix[B, N], y: Matrix[B, N]) -> Vector[B]:
        """Return C(a, y) with a = sigma(z)."""
        return self.cost.values(self.output.apply(z), y)

    def output_error(self, z: Matrix[B, N], y: Matrix[B, N]) -> Matrix[B, N]:
        """Return dC/da sigma'(z): BP1."""
        a: Matrix[B, N] = self.output.apply(z)
        nabla_a: Matrix[B, N] = self.cost.nabla_a(a, y)
        return self.output.output_error(z, nabla_a)


@dataclass(frozen=True)
class _SigmoidCrossEntropy:
    """-sum_j [y_j ln a_j + (1 - y_j) ln(1 - a_j)] with a = sigmoid(z)."""

    output: Activation
    name: str = "cross_entropy"

    def check_targets(self, y: Array, name: str) -> None:
        """Raise ValueError if an entry lies outside [0, 1]."""
        _require(y, (y >= 0) & (y <= 1), name, "must lie in [0, 1] for the cross-entropy")

    def values(self, z: Matrix[B, N], y: Matrix[B, N]) -> Vector[B]:
        """
        Return the cost with -ln a = softplus(-z) and -ln(1 - a) = softplus(z).

        Both are ln(1 + e^-|z|) and what z is beyond 0, above or below.
        """
        above: Matrix[B, N] = _positive_part(z)
        below: Matrix[B, N] = above - z
        return (y * below + (1 - y) * above + _softplus_tail(z)).sum(axis=1)

    def output_error(self, z: Matrix[B, N], y: Matrix[B, N]) -> Matrix[B, N]:
        """Return a - y: BP1, with sigma'(z) cancelled (Nielsen, chapter 3, equation 61)."""
        return self.output.apply(z) - y


@dataclass(frozen=True)
class _SoftmaxCrossEntropy:
    """-sum_j y_j ln a_j with a = softmax(z) for each row."""

    output: Softmax
    name: str = "cross_entropy"

    def check_targets(self, y: Array, name: str) -> None:
        """Raise ValueError if a row is not a distribution: entries >= 0 that sum to 1."""
        _require(y, y >= 0, name, "must not be negative for the cross-entropy")
        sums = y.sum(axis=1)
        wrong = np.flatnonzero(abs(sums - 1) > SUM_SLACK)
        if wrong.size:
            row = int(wrong[0])
            msg = (
                f"rows of `{name}` must sum to 1 for softmax outputs; "
                f"row {row} sums to {sums[row]}"
            )
            raise ValueError(msg)

    def values(self, z: Matrix[B, N], y: Matrix[B, N]) -> Vector[B]:
        """Return the cost from ln a, which is never taken of a rounded a."""
        return (y * negative_log_softmax(z)).sum(axis=1)

    def output_error(self, z: Matrix[B, N], y: Matrix[B, N]) -> Matrix[B, N]:
        """Return a sum_j y_j - y: BP1; a - y where a row of y sums to 1 without rounding."""
        return self.output.apply(z) * y.sum(axis=1, keepdims=True) - y


def _require(y: Array, good: Array, name: str, rule: str) -> None:
    """Raise ValueError for the first entry of y that is not good."""
    if not good.all():
        index = tuple(int(i) for i in np.argwhere(~good)[0])
        msg = f"`{name}` {rule}; {name}{list(index)} is {y[index]}"
        raise ValueError(msg)


#: The costs that fit the outputs of any activation, by name.
COSTS: Mapping[str, Quadratic] = {"quadratic": Quadratic()}


def output_cost(output: Activation | Softmax, cost: str | Cost) -> OutputCost:
    """
    Join a cost with the activation of the output layer.

    Parameters
    ----------
    output : Activation or Softmax
        The activation of the output layer.
    cost : str or Cost
        "quadratic", "cross_entropy", or a cost of your own.

    Returns
    -------
    OutputCost
        The cost as a function of the last weighted inputs.

    Raises
    ------
    ValueError
        If the name is unknown, or if the cross-entropy is asked for outputs that are neither
        the built-in sigmoid nor the built-in softmax.
    TypeError
        If `cost` is neither a name nor a `Cost`.

    References
    ----------
    .. [1] M. Nielsen, "Neural Networks and Deep Learning", Determination Press, 2015,
           chapter 3, equations 57, 63 and 80.

    Examples
    --------
    >>> output_cost(ACTIVATIONS["sigmoid"], "cross_entropy").name
    'cross_entropy'
    """
    if cost != "cross_entropy":
        return _ComposedCost(output, choose("cost", cost, COSTS, Cost, "cross_entropy"))
    if isinstance(output, Activation) and output == ACTIVATIONS["sigmoid"]:
        return _SigmoidCrossEntropy(output)
    if isinstance(output, Softmax):
        return _SoftmaxCrossEntropy(output)
    msg = (
        "`cost` 'cross_entropy' needs output='sigmoid' or output='softmax'; got output="
        f"{output.name!r}: change the output, or use cost='quadratic'"
    )
    raise ValueError(msg)
