"""The declared cost, differentiated by libraries for automatic differentiation."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from .case import Array, Parameters
from .declared import Declared
from .registry import SkipCheck

__all__ = ["LIBRARIES", "gradient_by"]

#: An array of a library.
Foreign: TypeAlias = Any
Cost: TypeAlias = Callable[[Any, list[Foreign], list[Foreign]], Foreign]


def gradient_by(
    library: str, declared: Declared, parameters: Parameters, x: Array, y: Array
) -> Parameters:
    """
    Return the gradient of the declared cost as a library differentiates it.

    Parameters
    ----------
    library : str
        One of `LIBRARIES`.
    declared : Declared
        The network.
    parameters : Parameters
        Weights and biases.
    x, y : ndarray
        Examples and targets.

    Returns
    -------
    gradient : Parameters
        Without the penalty, in float64.

    Raises
    ------
    SkipCheck
        If the library is not installed.
    """

    def cost(numpy: Any, weights: list[Foreign], biases: list[Foreign]) -> Foreign:
        constants = (numpy.asarray(x.astype(float)), numpy.asarray(y.astype(float)))
        return _cost(numpy, declared, weights, biases, *constants)

    weights = [w.astype(float) for w in parameters.weights[1:]]
    biases = [b.astype(float) for b in parameters.biases[1:]]
    found = LIBRARIES[library](cost, weights, biases)
    nabla_w, nabla_b = ([np.asarray(a, float) for a in arrays] for arrays in found)
    return Parameters(parameters.sizes, [[], *nabla_w], [[], *nabla_b])


def _cost(
    numpy: Any,
    declared: Declared,
    weights: list[Foreign],
    biases: list[Foreign],
    x: Foreign,
    y: Foreign,
) -> Foreign:
    """Return the declared cost of a batch, without the penalty."""
    a, z = x, x
    for number, (w, b) in enumerate(zip(weights, biases, strict=True), start=1):
        z = a @ w.T + b
        a = _activation(
            numpy, declared.output if number == len(weights) else declared.hidden, z
        )
    if declared.cost == "quadratic":
        total = ((a - y) * (a - y)).sum() / 2
    elif declared.output == "softmax":
        total = (y * (_log_sum(numpy, z)[:, None] - z)).sum()
    else:
        total = (numpy.logaddexp(0 * z, z) - y * z).sum()
    return total / len(x) if declared.is_mean else total


def _activation(numpy: Any, name: str, z: Foreign) -> Foreign:
    """Return an activation, by functions that all libraries have."""
    if name == "sigmoid":
        return numpy.exp(-numpy.logaddexp(0 * z, -z))
    if name == "tanh":
        return numpy.tanh(z)
    if name == "softplus":
        return numpy.logaddexp(0 * z, z)
    if name == "softmax":
        return numpy.exp(z - _log_sum(numpy, z)[:, None])
    factors = {"relu": 0.0, "leaky_relu": 0.01, "identity": 1.0}
    return numpy.where(z > 0, z, factors[name] * z)


def _log_sum(numpy: Any, z: Foreign) -> Foreign:
    """Return ln sum_k e^z_k of each row."""
    total = z[:, 0]
    for k in range(1, z.shape[1]):
        total = numpy.logaddexp(total, z[:, k])
    return total


def _by_jax(cost: Cost, weights: list[Array], biases: list[Array]) -> Any:
    """Return the gradient by JAX, in double precision for this call alone."""
    jax = _installed("jax")
    with jax.enable_x64(True):
        numpy = _installed("jax.numpy")
        return jax.grad(lambda p: cost(numpy, *p))((weights, biases))


def _by_torch(cost: Cost, weights: list[Array], biases: list[Array]) -> Any:
    """Return the gradient by torch."""
    torch = _installed("torch")
    lists = [
        [torch.tensor(a, requires_grad=True) for a in arrays] for arrays in (weights, biases)
    ]
    flat = [*lists[0], *lists[1]]
    found = [a.numpy() for a in torch.autograd.grad(cost(torch, *lists), flat)]
    return found[: len(weights)], found[len(weights) :]


def _by_autograd(cost: Cost, weights: list[Array], biases: list[Array]) -> Any:
    """Return the gradient by autograd."""
    autograd, numpy = _installed("autograd"), _installed("autograd.numpy")
    return autograd.grad(lambda p: cost(numpy, *p))((weights, biases))


#: Libraries, and how each differentiates a function of lists of weights and biases.
LIBRARIES: dict[str, Callable[[Cost, list[Array], list[Array]], Any]] = {
    "jax": _by_jax,
    "torch": _by_torch,
    "autograd": _by_autograd,
}


def _installed(module: str) -> Any:
    """Return a module, or skip the law where its package is not installed."""
    try:
        return importlib.import_module(module)
    except ImportError:
        name = module.split(".", maxsplit=1)[0]
        msg = f"{name} is not installed: pip install {name}"
        raise SkipCheck(msg) from None
