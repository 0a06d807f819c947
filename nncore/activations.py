"""
Activation functions, each beside its derivative.

An elementwise function takes weighted inputs z, an array of any shape that it does not modify,
and returns a new array of the same shape and dtype; ``_prime`` marks the derivative with
respect to z. Where a formula branches, it branches on the real part, so that the functions hold
for floats, complex numbers and foreign numbers such as balls. Nothing overflows: exponentials
are taken of numbers that are not positive.

Formulas after M. Nielsen, "Neural Networks and Deep Learning", Determination Press, 2015,
chapters 1 to 3; relu after Glorot, Bordes, Bengio (AISTATS 2011), leaky_relu after Maas,
Hannun, Ng (ICML 2013), softplus after Dugas et al. (NIPS 2000).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias, TypeVar, cast

import numpy as np

from .arrays import Array, Column, Elementwise, Matrix, as_array, elementwise, real_part
from .inputs import matrix_like
from .settings import check_functions, real

__all__ = [
    "ACTIVATIONS",
    "Activation",
    "Softmax",
    "identity",
    "identity_prime",
    "leaky_relu",
    "leaky_relu_prime",
    "negative_log_softmax",
    "positive_part",
    "relu",
    "relu_prime",
    "sigmoid",
    "sigmoid_prime",
    "softmax",
    "softplus",
    "softplus_prime",
    "softplus_tail",
    "tanh",
    "tanh_prime",
]

M = TypeVar("M", bound=int)
N = TypeVar("N", bound=int)
ArrayFunction: TypeAlias = Callable[[Array], Array]

log1p: Elementwise = elementwise(np.log1p)


def _minus_abs(z: Array) -> Array:
    """Return -|z|, with the sign taken from the real part."""
    return np.where(real_part(z) < 0, z, -z)


def positive_part(z: Array) -> Array:
    """
    Return max(z, 0), elementwise; at 0 as a function that goes on above, unlike relu.

    Examples
    --------
    >>> positive_part(np.array([-2.0, 2.0]))
    array([0., 2.])
    """
    return np.where(real_part(z) < 0, 0, z)


def sigmoid(z: Array) -> Array:
    """
    Return 1 / (1 + e^-z), elementwise.

    With e = e^-|z| and s = e / (1 + e), the value is 1 - s, and where z < 0 it is s, written as
    e - e s: so the sum 1 + e, which is rounded most coarsely, counts least.

    Examples
    --------
    >>> sigmoid(np.array([-1000.0, 0.0, 1000.0]))
    array([0. , 0.5, 1. ])
    """
    e = np.exp(_minus_abs(z))
    s = e / (1 + e)
    a: Array = np.where(real_part(z) < 0, e - e * s, 1 - s)
    return a


def sigmoid_prime(z: Array) -> Array:
    """
    Return sigma'(z) = sigma(z) (1 - sigma(z)), elementwise.

    Taken at -|z|, where sigma is the smaller factor and keeps all its digits.

    Examples
    --------
    >>> sigmoid_prime(np.array([0.0]))
    array([0.25])
    """
    e = np.exp(_minus_abs(z))
    a = e / (1 + e)
    slope: Array = a - a * a
    return slope


def tanh(z: Array) -> Array:
    """
    Return the hyperbolic tangent, elementwise.

    Examples
    --------
    >>> tanh(np.array([0.0, 1000.0]))
    array([0., 1.])
    """
    return np.tanh(z)


def tanh_prime(z: Array) -> Array:
    """
    Return 1 - tanh(z)^2, elementwise.

    Written as 4 sigma'(2 z), which keeps all digits where tanh is close to 1.

    Examples
    --------
    >>> tanh_prime(np.array([0.0]))
    array([1.])
    """
    with np.errstate(over="ignore"):  # 2 z may be infinite, where the slope is 0
        slope: Array = 4 * sigmoid_prime(2 * z)
    return slope


def relu(z: Array) -> Array:
    """
    Return z where z > 0 and 0 elsewhere.

    Examples
    --------
    >>> relu(np.array([-2.0, 0.0, 2.0]))
    array([0., 0., 2.])
    """
    return np.where(real_part(z) > 0, z, 0)


def relu_prime(z: Array) -> Array:
    """
    Return 1 where z > 0 and 0 elsewhere.

    Examples
    --------
    >>> relu_prime(np.array([-2.0, 0.0, 2.0]))
    array([0., 0., 1.])
    """
    return np.where(real_part(z) > 0, np.ones_like(z), np.zeros_like(z))


def leaky_relu(z: Array) -> Array:
    """
    Return z where z > 0 and z / 100 elsewhere.

    Examples
    --------
    >>> leaky_relu(np.array([-2.0, 0.0, 2.0]))
    array([-0.02,  0.  ,  2.  ])
    """
    return np.where(real_part(z) > 0, z, z / 100)


def leaky_relu_prime(z: Array) -> Array:
    """
    Return 1 where z > 0 and 1 / 100 elsewhere.

    Examples
    --------
    >>> leaky_relu_prime(np.array([-2.0, 0.0, 2.0]))
    array([0.01, 0.01, 1.  ])
    """
    one = np.ones_like(z)
    return np.where(real_part(z) > 0, one, one / 100)


def softplus(z: Array) -> Array:
    """
    Return ln(1 + e^z), elementwise.

    Written as max(z, 0) + ln(1 + e^-|z|), where nothing overflows or cancels.

    Examples
    --------
    >>> softplus(np.array([-1000.0, 1000.0]))
    array([   0., 1000.])
    """
    return positive_part(z) + softplus_tail(z)


def softplus_tail(z: Array) -> Array:
    """
    Return ln(1 + e^-|z|), elementwise: by how much softplus is above max(z, 0).

    Examples
    --------
    >>> softplus_tail(np.array([0.0, -1000.0]))
    array([0.69314718, 0.        ])
    """
    return np.log1p(np.exp(_minus_abs(z)))


def softplus_prime(z: Array) -> Array:
    """
    Return the sigmoid, the derivative of softplus, elementwise.

    Examples
    --------
    >>> softplus_prime(np.array([0.0]))
    array([0.5])
    """
    return sigmoid(z)


def identity(z: Array) -> Array:
    """
    Return a copy of z.

    Examples
    --------
    >>> identity(np.array([2.0]))
    array([2.])
    """
    return z.copy()


def identity_prime(z: Array) -> Array:
    """
    Return 1 for every entry.

    Examples
    --------
    >>> identity_prime(np.array([2.0]))
    array([1.])
    """
    return np.ones_like(z)


def _argmax(z: Matrix[M, N]) -> Column[M]:
    """Return where the largest entry of each row stands."""
    return cast("Column[M]", real_part(as_array(z)).argmax(axis=1, keepdims=True))


def _entry(z: Matrix[M, N], index: Column[M]) -> Column[M]:
    """Return the entry at the index of each row."""
    return cast("Column[M]", np.take_along_axis(as_array(z), as_array(index), axis=1))


def _others(z: Matrix[M, N], index: Column[M]) -> Matrix[M, N]:
    """Return z with 0 at the index of each row."""
    array = as_array(z)
    is_other = np.not_equal(np.arange(array.shape[1]), as_array(index))
    return cast("Matrix[M, N]", np.where(is_other, array, 0))


def _below(z: Matrix[M, N], index: Column[M]) -> tuple[Matrix[M, N], Matrix[M, N]]:
    """
    Return d = z - p, p the entry at the index of each row, and e^d.

    An exponential magnifies the rounding error r of d by |d|: it is taken as e^d (1 + r), with
    r after O. Moller (BIT 5, 1965). In exact arithmetic r is 0; far down it is left out.
    """
    a, p = as_array(z), as_array(_entry(z, index))
    with np.errstate(over="ignore", invalid="ignore"):  # a difference may be infinite: e^d is 0
        d = a - p
        back = d - a
        r = (a - (d - back)) - (p + back)
        e = np.exp(d)
        e = e + e * np.where(real_part(d) > -1000, r, 0)
    return cast("Matrix[M, N]", d), cast("Matrix[M, N]", e)


def softmax(z: Matrix[M, N]) -> Matrix[M, N]:
    """
    Return e^z_j / sum_k e^z_k for each row.

    Parameters
    ----------
    z : Matrix, shape (batch, n)
        Weighted inputs, rows are examples. Not modified.

    Returns
    -------
    Matrix, shape (batch, n)
        Rows of positive numbers that sum to 1.

    Notes
    -----
    The largest entry of each row is subtracted first, so that no exponential overflows.

    References
    ----------
    .. [1] M. Nielsen, "Neural Networks and Deep Learning", Determination Press, 2015,
           chapter 3, equation 78.

    Examples
    --------
    >>> softmax(np.array([[1000.0, 1000.0, 0.0]]))
    array([[0.5, 0.5, 0. ]])
    """
    _, e = _below(z, _argmax(z))
    return e / e.sum(axis=1, keepdims=True)


def negative_log_softmax(z: Matrix[M, N]) -> Matrix[M, N]:
    """
    Return -ln softmax(z)_j = ln sum_k e^z_k - z_j for each row.

    Parameters
    ----------
    z : Matrix, shape (batch, n)
        Weighted inputs, rows are examples. Not modified.

    Returns
    -------
    Matrix, shape (batch, n)
        Rows of numbers that are not negative.

    Notes
    -----
    With the largest entry m of a row apart, ln sum_k e^z_k = m + ln(1 + sum of e^(z_k - m) over
    the others) [1]_: a probability close to 1 keeps all digits of its logarithm.

    References
    ----------
    .. [1] P. Blanchard, D. Higham, N. Higham, "Accurately computing the log-sum-exp and softmax
           functions", IMA Journal of Numerical Analysis 41 (2021), section 2.

    Examples
    --------
    >>> negative_log_softmax(np.array([[0.0, -40.0]]))
    array([[4.24835426e-18, 4.00000000e+01]])
    """
    peak: Column[M] = _argmax(z)
    below, e = _below(z, peak)
    others: Matrix[M, N] = _others(e, peak)
    return log1p(others.sum(axis=1, keepdims=True)) - below


@dataclass(frozen=True)
class Activation:
    """
    An activation function and its derivative.

    Parameters
    ----------
    name : str
        The name that a saved model remembers.
    function : callable
        a = function(z), elementwise: an array in, an array of the same shape out.
    prime : callable
        Its derivative with respect to z, elementwise.
    gain : float
        Weights that lead into a layer of this activation start as Gaussians of standard
        deviation gain / sqrt(fan-in).

    Raises
    ------
    TypeError
        If the name is not a string, one of the functions cannot be called, or the gain is no
        number.
    ValueError
        If the gain is negative or not finite.

    References
    ----------
    .. [1] M. Nielsen, "Neural Networks and Deep Learning", Determination Press, 2015,
           chapter 3, "Other models of artificial neuron".

    Examples
    --------
    >>> cube = Activation("cube", lambda z: z**3, lambda z: 3 * z**2)
    >>> cube
    Activation('cube')
    """

    name: str
    function: ArrayFunction
    prime: ArrayFunction
    gain: float = 1.0

    def __post_init__(self) -> None:
        check_functions("activation", self.name, function=self.function, prime=self.prime)
        real("gain", self.gain)

    def __repr__(self) -> str:
        return f"Activation({self.name!r})"

    def apply(self, z: Matrix[M, N]) -> Matrix[M, N]:
        """
        Return the activations of weighted inputs.

        Parameters
        ----------
        z : Matrix, shape (batch, n)
            Weighted inputs, rows are examples. Not modified.

        Returns
        -------
        Matrix, shape (batch, n)
            a = sigma(z).

        Raises
        ------
        ValueError
            If the function does not return an array of the shape of z.

        References
        ----------
        .. [1] M. Nielsen, "Neural Networks and Deep Learning", Determination Press, 2015,
               chapter 2, equation 25.

        Examples
        --------
        >>> ACTIVATIONS["relu"].apply(np.array([[-1.0, 2.0]]))
        array([[0., 2.]])
        """
        return matrix_like(z, self.function(as_array(z)), f"`function` of {self}")

    def slope(self, z: Matrix[M, N]) -> Matrix[M, N]:
        """
        Return the derivative at weighted inputs.

        Parameters
        ----------
        z : Matrix, shape (batch, n)
            Weighted inputs, rows are examples. Not modified.

        Returns
        -------
        Matrix, shape (batch, n)
            sigma'(z).

        Raises
        ------
        ValueError
            If the function does not return an array of the shape of z.

        References
        ----------
        .. [1] M. Nielsen, "Neural Networks and Deep Learning", Determination Press, 2015,
               chapter 2, equation BP2.

        Examples
        --------
        >>> ACTIVATIONS["relu"].slope(np.array([[-1.0, 2.0]]))
        array([[0., 1.]])
        """
        return matrix_like(z, self.prime(as_array(z)), f"`prime` of {self}")

    def output_error(self, z: Matrix[M, N], nabla_a: Matrix[M, N]) -> Matrix[M, N]:
        """
        Return dC/dz of an output layer from its dC/da.

        Parameters
        ----------
        z : Matrix, shape (batch, n)
            Weighted inputs, rows are examples. Not modified.
        nabla_a : Matrix, shape (batch, n)
            dC/da. Not modified.

        Returns
        -------
        Matrix, shape (batch, n)
            dC/dz = dC/da sigma'(z).

        Raises
        ------
        ValueError
            If the function does not return an array of the shape of z.

        References
        ----------
        .. [1] M. Nielsen, "Neural Networks and Deep Learning", Determination Press, 2015,
               chapter 2, equation BP1.

        Examples
        --------
        >>> z, nabla_a = np.array([[-1.0, 2.0]]), np.array([[3.0, 4.0]])
        >>> ACTIVATIONS["relu"].output_error(z, nabla_a)
        array([[0., 4.]])
        """
        return nabla_a * self.slope(z)


@dataclass(frozen=True)
class Softmax:
    """
    The softmax as an output: every entry depends on its whole row.

    Parameters
    ----------
    name : str
        The name that a saved model remembers.
    gain : float
        As for `Activation`.

    Examples
    --------
    >>> Softmax().apply(np.array([[0.0, 0.0]]))
    array([[0.5, 0.5]])
    """

    name: str = "softmax"
    gain: float = 1.0

    def __repr__(self) -> str:
        return f"Activation({self.name!r})"

    def apply(self, z: Matrix[M, N]) -> Matrix[M, N]:
        """Return the activations of weighted inputs z, both of shape (batch, n)."""
        return softmax(z)

    def output_error(self, z: Matrix[M, N], nabla_a: Matrix[M, N]) -> Matrix[M, N]:
        """Return dC/dz from dC/da, with da_j/dz_k = a_j (1 if j = k else 0) - a_j a_k."""
        a: Matrix[M, N] = softmax(z)
        return a * (nabla_a - (nabla_a * a).sum(axis=1, keepdims=True))


#: The built-in activations by name; softmax serves as output only.
ACTIVATIONS: Mapping[str, Activation | Softmax] = {
    activation.name: activation
    for activation in (
        Activation("sigmoid", sigmoid, sigmoid_prime),
        Activation("tanh", tanh, tanh_prime),
        Activation("relu", relu, relu_prime, gain=math.sqrt(2)),
        Activation("leaky_relu", leaky_relu, leaky_relu_prime, gain=math.sqrt(2)),
        Activation("softplus", softplus, softplus_prime),
        Activation("identity", identity, identity_prime),
        Softmax(),
    )
}
