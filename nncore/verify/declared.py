"""The network that an adapter declares, computed by plain loops over plain floats."""

from __future__ import annotations

import dataclasses
import operator

import numpy as np

from .adapter import Adapter
from .case import Array, Parameters
from .definitions import ACTIVATIONS, COSTS, Activation, Row, log_sum, softmax, softplus
from .registry import SkipCheck

__all__ = ["Declared"]


@dataclasses.dataclass(frozen=True)
class Declared:
    """
    The network that an adapter declares.

    Parameters
    ----------
    hidden, output : str
        Activations: names in `ACTIVATIONS`, for the output also "softmax".
    cost : str
        One of `COSTS`; empty where none is declared.
    is_mean : bool
        Whether cost and gradient are means over the batch, or sums.
    l2 : float, optional
        The cost holds l2 / 2 times the sum of squared weights; None where that is not said.
    """

    hidden: str
    output: str
    cost: str = ""
    is_mean: bool = True
    l2: float | None = None

    @classmethod
    def of(cls, adapter: Adapter) -> Declared:
        """
        Return what an adapter declares.

        Parameters
        ----------
        adapter : Adapter
            It declares hidden and output activations at least.

        Returns
        -------
        Declared
            Of known names only.

        Raises
        ------
        SkipCheck
            If there is no definition of what it declares.
        """
        said = adapter.declares
        known = {"hidden": [*ACTIVATIONS], "output": [*ACTIVATIONS, "softmax"], "cost": COSTS}
        for key, names in known.items():
            if key in said and said[key] not in names:
                msg = (
                    f"declares {key}={said[key]!r}, of which there is no independent "
                    f"definition; there is one of {', '.join(names)}"
                )
                raise SkipCheck(msg)
        cost, output = said.get("cost", ""), said["output"]
        if cost == "cross_entropy" and output not in {"sigmoid", "softmax"}:
            msg = f"a cross entropy of {output} outputs is not defined"
            raise SkipCheck(msg)
        is_mean = said.get("reduction", adapter.reduction) == "mean"
        return cls(said["hidden"], output, cost, is_mean, said.get("l2"))

    def activation(self, l: int, last: int) -> Activation | None:
        """
        Return the activation of a layer.

        Parameters
        ----------
        l, last : int
            Indices of the layer, and of the output layer.

        Returns
        -------
        Activation or None
            None for a softmax.
        """
        return ACTIVATIONS.get(self.output if l == last else self.hidden)

    def forward(self, parameters: Parameters, x: Array) -> tuple[list[Array], list[Array]]:
        """
        Return zs and activations, by three loops: over layers, neurons, and inputs.

        Parameters
        ----------
        parameters : Parameters
            Weights and biases.
        x : ndarray of shape (batch, sizes[0])
            Examples.

        Returns
        -------
        pair of lists of ndarray
            One entry for each layer; ``zs[0]`` is empty.
        """
        passes = [self._pass(parameters, row) for row in x.astype(float).tolist()]
        zs = [np.array([each[0][l] for each in passes]) for l in range(len(parameters.sizes))]
        activations = [
            np.array([each[1][l] for each in passes]) for l in range(len(parameters.sizes))
        ]
        return zs, activations

    def data_cost(self, z: Array, y: Array) -> Array:
        """
        Return the cost of each example, without the penalty.

        Parameters
        ----------
        z, y : ndarray of shape (batch, sizes[-1])
            Weighted inputs of the output layer, and targets.

        Returns
        -------
        ndarray of shape (batch,)
            1/2 sum (a - y)^2, or the cross entropy.
        """
        pairs = zip(z.astype(float).tolist(), y.astype(float).tolist(), strict=True)
        return np.array([self._row_cost(*pair) for pair in pairs])

    def output_error(self, z: Array, y: Array) -> Array:
        """
        Return dC/dz of the output layer for each example (BP1).

        Parameters
        ----------
        z, y : ndarray of shape (batch, sizes[-1])
            Weighted inputs of the output layer, and targets.

        Returns
        -------
        ndarray of shape (batch, sizes[-1])
            Of the cost of each example alone.
        """
        pairs = zip(z.astype(float).tolist(), y.astype(float).tolist(), strict=True)
        return np.array([self._row_error(*pair) for pair in pairs])

    def reduced(self, each: Array) -> Array:
        """
        Return the mean or the sum over the batch.

        Parameters
        ----------
        each : ndarray of shape (batch, ...)
            What is reduced.

        Returns
        -------
        ndarray of shape (...)
            In the declared reduction.
        """
        total: Array = each.sum(axis=0)
        return total / len(each) if self.is_mean else total

    def penalty(self, parameters: Parameters) -> float:
        """
        Return l2 / 2 times the sum of squared weights; 0 where no l2 is declared.

        Parameters
        ----------
        parameters : Parameters
            The weights; biases are not punished.

        Returns
        -------
        float
            What is added to the cost of a batch.
        """
        squares = (float((w.astype(float) ** 2).sum()) for w in parameters.weights[1:])
        return (self.l2 or 0.0) / 2 * sum(squares)

    def gradient(self, parameters: Parameters, x: Array, y: Array) -> Parameters:
        """
        Return the gradient by BP1 to BP4, by plain loops.

        Parameters
        ----------
        parameters : Parameters
            Weights and biases.
        x, y : ndarray
            Examples and targets.

        Returns
        -------
        gradient : Parameters
            Derivatives of the declared cost in the places of weights and biases.
        """
        last = parameters.last
        nabla_w = [np.zeros((len(x), *w.shape)) for w in parameters.weights]
        nabla_b = [np.zeros((len(x), *b.shape)) for b in parameters.biases]
        w = [matrix.astype(float).tolist() for matrix in parameters.weights]
        for i, row in enumerate(x.astype(float).tolist()):
            zs, activations = self._pass(parameters, row)
            delta = self._row_error(zs[last], y[i].astype(float).tolist())
            for l in range(last, 0, -1):
                nabla_b[l][i] = delta
                nabla_w[l][i] = [[d * a for a in activations[l - 1]] for d in delta]
                columns = zip(*w[l], strict=True)
                back = [sum(map(operator.mul, delta, column)) for column in columns]
                if l > 1:
                    prime = ACTIVATIONS[self.hidden].prime
                    delta = [b * prime(z) for b, z in zip(back, zs[l - 1], strict=True)]
        return Parameters(
            parameters.sizes,
            [
                self.reduced(each) + (self.l2 or 0.0) * matrix.astype(float)
                for each, matrix in zip(nabla_w, parameters.weights, strict=True)
            ],
            [self.reduced(each) for each in nabla_b],
        )

    def _pass(self, parameters: Parameters, row: Row) -> tuple[list[Row], list[Row]]:
        """Return zs and activations of one example."""
        zs: list[Row] = [[]]
        activations = [row]
        for l in range(1, len(parameters.sizes)):
            below, z = activations[l - 1], []
            weights, biases = parameters.weights[l].tolist(), parameters.biases[l].tolist()
            for j in range(parameters.sizes[l]):
                total = float(biases[j])
                for k in range(parameters.sizes[l - 1]):
                    total += weights[j][k] * below[k]
                z.append(total)
            activation = self.activation(l, parameters.last)
            zs.append(z)
            activations.append(self._activated(z, activation))
        return zs, activations

    def _activated(self, z: Row, activation: Activation | None) -> Row:
        """Return the activations of a layer for one example."""
        return softmax(z) if activation is None else [activation.function(v) for v in z]

    def _row_cost(self, z: Row, y: Row) -> float:
        """Return the cost of one example."""
        activation = ACTIVATIONS.get(self.output)
        a = self._activated(z, activation)
        if self.cost == "quadratic":
            return sum((a_j - y_j) * (a_j - y_j) for a_j, y_j in zip(a, y, strict=True)) / 2
        if activation is None:
            total = log_sum(z)
            return sum(y_j * (total - z_j) for z_j, y_j in zip(z, y, strict=True))
        return sum(softplus(z_j) - y_j * z_j for z_j, y_j in zip(z, y, strict=True))

    def _row_error(self, z: Row, y: Row) -> Row:
        """Return dC/dz of the output layer for one example."""
        activation = ACTIVATIONS.get(self.output)
        a = self._activated(z, activation)
        if self.cost == "cross_entropy":
            times = 1.0 if activation else sum(y)
            return [a_j * times - y_j for a_j, y_j in zip(a, y, strict=True)]
        by_a = [a_j - y_j for a_j, y_j in zip(a, y, strict=True)]
        if activation is None:
            mean = sum(d * a_j for d, a_j in zip(by_a, a, strict=True))
            return [a_j * (d - mean) for d, a_j in zip(by_a, a, strict=True)]
        return [d * activation.prime(v) for d, v in zip(by_a, z, strict=True)]
