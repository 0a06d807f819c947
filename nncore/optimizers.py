"""Optimizers: how a gradient moves the parameters. All work in place on flat arrays."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

import numpy as np

from .arrays import Array
from .buffers import buffer
from .settings import real, truth

__all__ = ["OPTIMIZERS", "SGD", "Adam", "Optimizer"]

#: What float32 still holds times the bias correction of the first step; less would be 0, and
#: 0 / 0 the move of a parameter whose gradient is 0.
LEAST_EPSILON = 1e-37


class Optimizer(ABC):
    """
    How a gradient moves the parameters; what it remembers of earlier steps is its state.

    A subclass names the arrays of its state in ``STATE`` and its usual learning rate in
    ``LEARNING_RATE``, and moves the parameters in `update`, which finds these arrays in
    `remembered` and may count its calls in ``count``. `fit` starts it. An object that is given
    to `fit` again goes on with its state; a name stands for a new object.

    Checkpoints tell optimizers apart by their ``repr``, which should name the settings.

    Raises
    ------
    TypeError
        If a subclass has no `update`.

    References
    ----------
    .. [1] I. Goodfellow, Y. Bengio, A. Courville, "Deep Learning", MIT Press, 2016, chapter 8.

    Examples
    --------
    >>> class SignDescent(Optimizer):
    ...     LEARNING_RATE = 0.01
    ...
    ...     def update(self, parameters, gradient, learning_rate):
    ...         parameters -= learning_rate * np.sign(gradient)
    >>> parameters = np.array([1.0, -1.0])
    >>> SignDescent().is_plain
    False
    >>> SignDescent().update(parameters, np.array([3.0, -4.0]), 0.5)
    >>> parameters
    array([ 0.5, -0.5])
    >>> class Smoothed(Optimizer):
    ...     STATE = ("average",)
    ...
    ...     def update(self, parameters, gradient, learning_rate):
    ...         average = self.remembered["average"]
    ...         average += 0.1 * (gradient - average)
    ...         parameters -= learning_rate * average
    """

    #: The learning rate where the caller names none.
    LEARNING_RATE: float = 0.1
    #: Names of the arrays that are remembered, each of the size of the parameters.
    STATE: tuple[str, ...] = ()
    #: Whether `update` wants the gradient already multiplied by the learning rate. The engine
    #: then scales the output error, a few hundred numbers, instead of the whole gradient.
    WANTS_STEPS: bool = False

    #: Calls of `update` so far, if it counts them; part of the state.
    count: int = 0
    _state: Mapping[str, Array] | None = None

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"

    @property
    def is_plain(self) -> bool:
        """Whether `fit` may subtract learning_rate times the gradient instead of `update`."""
        return False

    @property
    def remembered(self) -> Mapping[str, Array]:
        """The arrays of ``STATE``, for `update` to change; RuntimeError before `start`."""
        if self._state is None:
            msg = "`start(size, dtype)` comes before `update`: it makes the arrays of the state"
            raise RuntimeError(msg)
        return self._state

    def start(self, size: int, dtype: np.dtype[Any]) -> None:
        """
        Make ready for so many parameters; a state of the same size and dtype goes on.

        Parameters
        ----------
        size : int
            The number of parameters.
        dtype : numpy.dtype
            Their floats.

        Raises
        ------
        ValueError
            If the state belongs to parameters of another number or dtype.

        References
        ----------
        .. [1] I. Goodfellow, Y. Bengio, A. Courville, "Deep Learning", MIT Press, 2016,
               chapter 8.

        Examples
        --------
        >>> optimizer = Adam()
        >>> optimizer.start(3, np.dtype("f8"))
        >>> optimizer.state()["moment"]
        array([0., 0., 0.])
        """
        if self._state is None:
            self._state = {name: buffer((size,), dtype) for name in self.STATE}
        for array in self._state.values():
            if array.shape != (size,) or array.dtype != dtype:
                msg = (
                    f"`optimizer` remembers {array.size} parameters of {array.dtype}; the "
                    f"network has {size} of {dtype}: pass a new {type(self).__name__}"
                )
                raise ValueError(msg)
        self._spare = buffer((size,), dtype)

    @abstractmethod
    def update(self, parameters: Array, gradient: Array, learning_rate: float) -> None:
        """
        Move the parameters one step.

        Parameters
        ----------
        parameters : numpy.ndarray, shape (size,)
            All weights, then all biases. Changed in place.
        gradient : numpy.ndarray, shape (size,)
            dC/dparameters, times `learning_rate` where ``WANTS_STEPS``. May be overwritten.
        learning_rate : float
            eta.

        References
        ----------
        .. [1] I. Goodfellow, Y. Bengio, A. Courville, "Deep Learning", MIT Press, 2016,
               chapter 8.

        Examples
        --------
        >>> optimizer, parameters = Adam(), np.array([1.0, 1.0])
        >>> optimizer.start(2, np.dtype("f8"))
        >>> optimizer.update(parameters, np.array([5.0, -3.0]), 0.5)
        >>> parameters.round(6)
        array([0.5, 1.5])
        """

    def state(self) -> dict[str, Array]:
        """
        Return a copy of what is remembered.

        Returns
        -------
        dict of numpy.ndarray
            The arrays of ``STATE`` once started, and "count".

        References
        ----------
        .. [1] I. Goodfellow, Y. Bengio, A. Courville, "Deep Learning", MIT Press, 2016,
               chapter 8.

        Examples
        --------
        >>> SGD(momentum=0.9).state()
        {'count': array(0)}
        """
        arrays = {name: array.copy() for name, array in (self._state or {}).items()}
        return arrays | {"count": np.array(self.count, np.int64)}

    def restore(self, state: Mapping[str, Array]) -> None:
        """
        Take back an earlier state, to the last bit.

        Parameters
        ----------
        state : dict of numpy.ndarray
            What `state` returned. Copied.

        Raises
        ------
        ValueError
            If the names are not those of this optimizer's state, or the count is negative.

        References
        ----------
        .. [1] I. Goodfellow, Y. Bengio, A. Courville, "Deep Learning", MIT Press, 2016,
               chapter 8.

        Examples
        --------
        >>> optimizer = SGD(momentum=0.9)
        >>> optimizer.restore({"velocity": np.array([1.0, 2.0]), "count": np.array(1)})
        >>> optimizer.state()["velocity"]
        array([1., 2.])
        """
        names = {"count", *self.STATE}
        if set(state) != names and set(state) != {"count"}:
            msg = f"`state` must hold {sorted(names)}; got {sorted(state)}"
            raise ValueError(msg)
        count = int(state["count"])
        if count < 0:
            msg = f"`state` must hold a count of at least 0; got {count}"
            raise ValueError(msg)
        arrays = {name: np.array(state[name]) for name in self.STATE if name in state}
        self._state, self.count = arrays or None, count
        for array in arrays.values():
            self.start(array.size, array.dtype)


class SGD(Optimizer):
    """
    Stochastic gradient descent, with momentum where asked for.

    Parameters
    ----------
    momentum : float
        mu, at least 0 and below 1, in v -> mu v - eta dC/dw and w -> w + v.
    nesterov : bool
        Whether to look ahead: w -> w + mu v - eta dC/dw with the new v.

    Raises
    ------
    TypeError, ValueError
        If `momentum` is no number in [0, 1), or `nesterov` is asked for without momentum.

    Notes
    -----
    The velocity is in units of the parameters, as in [1]_ and [2]_; while the learning rate
    stays the same, PyTorch's form, which keeps the sum of gradients, takes the same steps.

    References
    ----------
    .. [1] M. Nielsen, "Neural Networks and Deep Learning", Determination Press, 2015,
           chapter 3, equations 107 and 108.
    .. [2] I. Sutskever, J. Martens, G. Dahl, G. Hinton, "On the importance of initialization
           and momentum in deep learning", ICML 2013; for the form of Nesterov's step Y. Bengio,
           N. Boulanger-Lewandowski, R. Pascanu, ICASSP 2013, equation 7.

    Examples
    --------
    >>> SGD().is_plain
    True
    >>> SGD(momentum=0.9, nesterov=True)
    SGD(momentum=0.9, nesterov=True)
    """

    LEARNING_RATE = 0.5
    WANTS_STEPS: bool = True

    def __init__(self, momentum: float = 0.0, *, nesterov: bool = False) -> None:
        self.momentum = momentum
        self.nesterov: bool = truth("nesterov", nesterov)
        if nesterov and not self.momentum:
            msg = "`nesterov` needs `momentum` above 0; got 0: pass momentum=0.9, for example"
            raise ValueError(msg)

    @property
    def momentum(self) -> float:
        """
        The decay mu of the velocity, which may be set, between two epochs for example.

        Raises
        ------
        TypeError, ValueError
            If it is set to no number in [0, 1), or to or from 0 once training has begun.

        Examples
        --------
        >>> optimizer = SGD(momentum=0.5)
        >>> optimizer.momentum = 0.9
        >>> optimizer
        SGD(momentum=0.9, nesterov=False)
        """
        return self._momentum

    @momentum.setter
    def momentum(self, momentum: float) -> None:
        mu = _below_one("momentum", momentum)
        if self._state is not None and bool(mu) != bool(self._momentum):
            msg = (
                f"`momentum` cannot change from {self._momentum} to {mu} once training has "
                f"begun; pass a new {type(self).__name__}"
            )
            raise ValueError(msg)
        self._momentum: float = mu
        velocity = ("velocity",) if mu else ()
        self.STATE: tuple[str, ...] = (*type(self).STATE, *velocity)

    @property
    def is_plain(self) -> bool:
        """Whether `fit` may subtract learning_rate times the gradient instead of `update`."""
        return not self.momentum and getattr(self.update, "__func__", None) is SGD.update

    def __repr__(self) -> str:
        name = type(self).__name__
        return f"{name}(momentum={self.momentum!r}, nesterov={self.nesterov!r})"

    def update(self, parameters: Array, gradient: Array, learning_rate: float) -> None:  # noqa: ARG002 - as documented
        """
        Move the parameters one step.

        Parameters
        ----------
        parameters : numpy.ndarray, shape (size,)
            All weights, then all biases. Changed in place.
        gradient : numpy.ndarray, shape (size,)
            dC/dparameters, already times `learning_rate`. May be overwritten.
        learning_rate : float
            eta. Not used: the gradient comes multiplied by it.

        Raises
        ------
        RuntimeError
            If `start` was not called, which makes the velocity of momentum.

        References
        ----------
        .. [1] M. Nielsen, "Neural Networks and Deep Learning", Determination Press, 2015,
               chapter 3, equations 107 and 108.

        Examples
        --------
        >>> optimizer, parameters = SGD(0.9), np.array([1.0, 1.0])
        >>> optimizer.start(2, np.dtype("f8"))
        >>> optimizer.update(parameters, np.array([0.5, -0.5]), 0.5)
        >>> parameters.round(6)
        array([0.5, 1.5])
        """
        self.count: int = self.count + 1
        if self.momentum:
            velocity = self.remembered["velocity"]
            np.multiply(velocity, self.momentum, out=velocity)
            np.subtract(velocity, gradient, out=velocity)
            if not self.nesterov:
                np.add(parameters, velocity, out=parameters)
                return
            np.multiply(velocity, self.momentum, out=self._spare)
            np.add(parameters, self._spare, out=parameters)
        np.subtract(parameters, gradient, out=parameters)


class Adam(Optimizer):
    """
    Adam: steps of about the learning rate, whatever the scale of a parameter's gradient.

    Parameters
    ----------
    beta1, beta2 : float
        Decay of the averages of the gradient and of its square, at least 0 and below 1.
    epsilon : float
        Added to the root of the average square, at least 1e-37.

    Raises
    ------
    TypeError, ValueError
        If a setting is no number in its range.

    Notes
    -----
    m -> beta1 m + (1 - beta1) g, v -> beta2 v + (1 - beta2) g^2, and with the bias corrections
    of step t, w -> w - eta (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon), in the
    order of the remark at the end of section 2 of [1]_, epsilon scaled to make it the same.

    References
    ----------
    .. [1] D. Kingma, J. Ba, "Adam: a method for stochastic optimization", ICLR 2015,
           algorithm 1.

    Examples
    --------
    >>> Adam()
    Adam(beta1=0.9, beta2=0.999, epsilon=1e-08)
    """

    LEARNING_RATE = 0.001
    STATE: tuple[str, ...] = ("moment", "square")

    def __init__(self, beta1: float = 0.9, beta2: float = 0.999, epsilon: float = 1e-8) -> None:
        self.beta1: float = _below_one("beta1", beta1)
        self.beta2: float = _below_one("beta2", beta2)
        self.epsilon: float = float(real("epsilon", epsilon))
        if self.epsilon < LEAST_EPSILON:
            msg = f"`epsilon` must be at least {LEAST_EPSILON:g}; got {epsilon!r}"
            raise ValueError(msg)

    def __repr__(self) -> str:
        settings = f"beta1={self.beta1!r}, beta2={self.beta2!r}, epsilon={self.epsilon!r}"
        return f"{type(self).__name__}({settings})"

    def update(self, parameters: Array, gradient: Array, learning_rate: float) -> None:
        """
        Move the parameters one step.

        Parameters
        ----------
        parameters : numpy.ndarray, shape (size,)
            All weights, then all biases. Changed in place.
        gradient : numpy.ndarray, shape (size,)
            dC/dparameters. May be overwritten.
        learning_rate : float
            eta.

        Raises
        ------
        RuntimeError
            If `start` was not called, which makes the moments.

        References
        ----------
        .. [1] D. Kingma, J. Ba, "Adam: a method for stochastic optimization", ICLR 2015,
               algorithm 1.

        Examples
        --------
        >>> optimizer, parameters = Adam(), np.array([1.0, 1.0])
        >>> optimizer.start(2, np.dtype("f8"))
        >>> optimizer.update(parameters, np.array([0.5, -0.5]), 0.5)
        >>> parameters.round(6)
        array([0.5, 1.5])
        """
        moment, square = self.remembered["moment"], self.remembered["square"]
        spare = self._spare
        self.count: int = self.count + 1
        root = math.sqrt(1 - self.beta2**self.count)
        np.multiply(moment, self.beta1, out=moment)
        np.multiply(gradient, 1 - self.beta1, out=spare)
        np.add(moment, spare, out=moment)
        np.multiply(square, self.beta2, out=square)
        np.multiply(gradient, gradient, out=spare)
        np.multiply(spare, 1 - self.beta2, out=spare)
        np.add(square, spare, out=square)
        np.sqrt(square, out=spare)
        np.add(spare, self.epsilon * root, out=spare)
        np.divide(moment, spare, out=spare)
        np.multiply(spare, learning_rate * root / (1 - self.beta1**self.count), out=spare)
        np.subtract(parameters, spare, out=parameters)


#: The optimizers that `fit` knows by name.
OPTIMIZERS: Mapping[str, type[SGD | Adam]] = {"sgd": SGD, "adam": Adam}


def _below_one(name: str, value: object) -> float:
    """Return a number in [0, 1), or raise TypeError or ValueError."""
    number = float(real(name, value))
    if number >= 1:
        msg = f"`{name}` must be below 1; got {value!r}"
        raise ValueError(msg)
    return number
