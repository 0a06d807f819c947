"""
How far rounding may move the results of a declared network from those of its definition.

The error of a product of matrices with inner dimension n is at most about n u |A| |B|
(N. Higham, "Accuracy and Stability of Numerical Algorithms", SIAM 2002, section 3.5). An error
passes through an activation multiplied with its slope, which is at most 1, and through its
derivative multiplied with its curvature, which is at most 1 as well, except at a kink, where
the slope may be off by all of it: any subgradient is right there. Terms of second order in u
are left out; constants are rounded up.
"""

from __future__ import annotations

import numpy as np

from .case import Array, Parameters
from .declared import Declared
from .tolerance import DOUBLE

__all__ = ["Rounding", "underflow"]

#: What an activation or its derivative may be off by, in units of roundoff.
FUNCTION = 16
#: The largest constant that authors add inside a logarithm or a quotient, or clip at.
EPSILON = 1e-5


class Rounding:
    """
    Bounds for a declared network at a point.

    Parameters
    ----------
    declared : Declared
        What the network computes.
    parameters : Parameters
        Its weights and biases.
    x : ndarray of shape (batch, sizes[0])
        Examples.
    unit : float
        Roundoff of the floats in which the network under test computes.

    Attributes
    ----------
    zs, activations : list of ndarray
        What the definition gives.
    z_errors, a_errors : list of ndarray
        How far the network's may be off.
    """

    zs: list[Array]
    activations: list[Array]
    z_errors: list[Array]
    a_errors: list[Array]

    def __init__(
        self, declared: Declared, parameters: Parameters, x: Array, unit: float
    ) -> None:
        self.declared: Declared = declared
        self.parameters: Parameters = parameters
        self.unit: float = unit + DOUBLE  # the definition is rounded as well
        self.tiny: float = underflow(unit)
        self.zs, self.activations = declared.forward(parameters, x)
        # A single network rounds its inputs.
        inputs = abs(self.activations[0]) * (0 if unit == DOUBLE else unit)
        self.z_errors, self.a_errors = [np.zeros((len(x), 0))], [inputs]
        for l in range(1, parameters.last + 1):
            self._forward(l)

    def _forward(self, l: int) -> None:
        """Append the bounds of a layer."""
        w, a = abs(self.parameters.weights[l].astype(float)), self.activations[l]
        terms = abs(self.activations[l - 1]) @ w.T + abs(
            self.parameters.biases[l].astype(float)
        )
        z_error = self.a_errors[-1] @ w.T + (w.shape[1] + 2) * self.unit * terms
        activation = self.declared.activation(l, self.parameters.last)
        if activation is None:  # a softmax mixes its row
            # The largest z is subtracted, which rounds, and the row is summed.
            factor = FUNCTION + a.shape[1] + widest(abs(self.zs[l]))
            a_error = 2 * a * (widest(z_error) + factor * self.unit)
        else:
            # tanh and softplus may be formed of exponentials close to 1.
            own = abs(a) + (0 if activation.is_linear else 1)
            a_error = z_error + FUNCTION * self.unit * own
        self.z_errors.append(z_error)
        self.a_errors.append(a_error + self.tiny)

    def cost(self, y: Array, *, loose: bool = False) -> float:
        """
        Return a bound on the error of the cost.

        Parameters
        ----------
        y : ndarray of shape (batch, sizes[-1])
            Targets.
        loose : bool
            Whether a cross entropy may be formed of the outputs, with a constant added inside
            the logarithm.

        Returns
        -------
        float
            Infinite where nothing can be said.
        """
        a, error, z = self.activations[-1], self.a_errors[-1], self.zs[-1]
        terms = self.declared.data_cost(z, y)
        if self.declared.cost == "quadratic":
            off = abs(a - y)
            each = off * error + error * error + FUNCTION * self.unit * off * (abs(a) + abs(y))
        elif loose:
            each = 2 * self._of_quotients(y)
        else:
            # Formed of z, each term has slope at most 1 + |y|.
            each = (1 + abs(y)) * widest(self.z_errors[-1])
            each = each + FUNCTION * self.unit * (1 + abs(y)) * (1 + widest(abs(z)))
        penalty = self.declared.penalty(self.parameters)
        count = y.size + sum(w.size for w in self.parameters.weights) + FUNCTION
        rounded = count * self.unit * (float(self.declared.reduced(terms)) + penalty)
        return float(self.declared.reduced(each.sum(axis=1))) + float(rounded) + self.tiny

    def gradient(self, y: Array, *, loose: bool = False) -> Parameters:
        """
        Return bounds on the errors of the gradient.

        Parameters
        ----------
        y : ndarray of shape (batch, sizes[-1])
            Targets.
        loose : bool
            As for `cost`.

        Returns
        -------
        bounds : Parameters
            In the places of weights and biases; infinite where nothing can be said.
        """
        n, last, u = self.parameters.sizes, self.parameters.last, self.unit
        delta, error = self._output_error(y)
        if loose and self.declared.cost == "cross_entropy":
            error = error + widest(self._of_quotients(np.ones_like(y))) * (1 + delta)
        nabla_w = [np.zeros_like(w, float) for w in self.parameters.weights]
        nabla_b = [np.zeros_like(b, float) for b in self.parameters.biases]
        for l in range(last, 0, -1):
            if l < last:
                w = abs(self.parameters.weights[l + 1].astype(float))
                terms = delta @ w
                error = error @ w + terms * self._slope_error(l) + (n[l + 1] + 8) * u * terms
                delta = terms
            rounded = error + (len(y) + 8) * u * delta
            nabla_b[l] = self.declared.reduced(rounded)
            products = [rounded[:, :, None] * abs(self.activations[l - 1][:, None, :])]
            products += [delta[:, :, None] * self.a_errors[l - 1][:, None, :]]
            own = abs(self.parameters.weights[l].astype(float)) * (self.declared.l2 or 0.0)
            nabla_w[l] = self.declared.reduced(products[0] + products[1]) + 8 * u * own
        return Parameters(
            n, [each + self.tiny for each in nabla_w], [each + self.tiny for each in nabla_b]
        )

    def _output_error(self, y: Array) -> tuple[Array, Array]:
        """Return bounds on dC/dz of the output layer, and on its error."""
        a, a_error, last = self.activations[-1], self.a_errors[-1], self.parameters.last
        if self.declared.output == "softmax":
            # Of n terms, none larger than twice the largest of |a - y|.
            scale = 1 + abs(y).sum(axis=1, keepdims=True)
            delta = 2 * widest(abs(a) * scale + abs(y))
            error = 4 * scale * widest(a_error) + (a.shape[1] + FUNCTION) * self.unit * delta
            return delta, error
        delta = abs(a - y)
        error = a_error + FUNCTION * self.unit * (abs(a) + abs(y))
        if self.declared.cost == "quadratic":
            error = error + delta * self._slope_error(last)
        return delta, error

    def _slope_error(self, l: int) -> Array:
        """Return how far the derivative of an activation may be off: at a kink by all of it."""
        activation = self.declared.activation(l, self.parameters.last)
        assert activation is not None  # noqa: S101 - a softmax has no slope of its own
        z, error = self.zs[l], self.z_errors[l]
        if activation.is_linear:
            at_kink = (abs(z) <= error) & activation.has_kink
            return np.where(at_kink, 1.0, FUNCTION * self.unit)
        return error + FUNCTION * self.unit

    def _of_quotients(self, y: Array) -> Array:
        """Return how far y / a and (1 - y) / (1 - a) may be off, with a constant inside."""
        a = self.activations[-1]
        error = 2 * (self.a_errors[-1] + EPSILON)
        rest = np.zeros_like(a) if self.declared.output == "softmax" else abs(1 - y) + (y == 1)
        close = np.minimum(a, np.where(rest > 0, 1 - a, 1.0)) <= 10 * error
        with np.errstate(divide="ignore", invalid="ignore"):
            off = error * (abs(y) / a + np.where(rest > 0, rest / (1 - a), 0.0))
        return np.where(close, np.inf, off)


def underflow(unit: float) -> float:
    """
    Return what keeps a bound from 0 where the results underflow.

    Parameters
    ----------
    unit : float
        Roundoff of the floats.

    Returns
    -------
    float
        Above what is lost among numbers that are not normalized.
    """
    return 1e-290 if unit <= DOUBLE else 1e-30


def widest(errors: Array) -> Array:
    """
    Return the largest entry of each row, in every place of the row.

    Parameters
    ----------
    errors : ndarray of shape (batch, n)
        Bounds.

    Returns
    -------
    ndarray of shape (batch, n)
        What a softmax, which mixes its row, may make of them.
    """
    largest: Array = np.broadcast_to(errors.max(axis=1, keepdims=True), errors.shape)
    return largest
