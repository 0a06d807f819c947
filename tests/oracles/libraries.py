"""JAX, autograd and torch: the same network in their words, and its derivative by them."""

# pyright: reportMissingImports=false, reportAttributeAccessIssue=false

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from strategies import Array

__all__ = ["LIBRARIES", "Library", "Model", "Results", "forward", "installed", "mean_cost"]

Functions: TypeAlias = Mapping[str, Callable[[Any], Any]]


class Model(NamedTuple):
    """What a network is, apart from its numbers."""

    hidden: str
    output: str
    cost: str
    l2: float


class Results(NamedTuple):
    """What an oracle computes: lists over the layers 1 to L, and the cost."""

    activations: list[Any]
    cost: Any
    nabla_w: list[Any]
    nabla_b: list[Any]


def forward(functions: Functions, model: Model, parameters: Any, x: Any) -> Any:
    """Return the weighted inputs of the last layer and the activations of all but the input."""
    weights, biases = parameters
    activations: list[Any] = []
    z: Any = None
    for w, b in zip(weights, biases, strict=True):
        z = x @ w.T + b
        is_last = len(activations) == len(weights) - 1
        x = functions[model.output if is_last else model.hidden](z)
        activations.append(x)
    return z, activations


def mean_cost(functions: Functions, model: Model, parameters: Any, x: Any, y: Any) -> Any:
    """Return the cost of a batch from its definition."""
    z, activations = forward(functions, model, parameters, x)
    if model.cost == "quadratic":
        total = ((activations[-1] - y) ** 2).sum() / 2
    elif model.output == "softmax":
        total = -(y * functions["log_softmax"](z)).sum()
    else:
        softplus = functions["softplus"]
        total = (y * softplus(-z) + (1 - y) * softplus(z)).sum()
    return total / len(y) + model.l2 * sum((w**2).sum() for w in parameters[0]) / 2


class Library(NamedTuple):
    """How a library turns a model and numpy's arrays into results."""

    module: str
    compute: Callable[[Model, list[Array], list[Array], Array, Array], Results]


def installed() -> dict[str, Library]:
    """Return the libraries that can be imported, by name."""
    return {name: library for name, library in LIBRARIES.items() if _is_there(library.module)}


def _is_there(module: str) -> bool:
    """Return whether a module can be imported."""
    try:
        importlib.import_module(module)
    except ModuleNotFoundError:
        return False
    return True


def _jax(
    model: Model, weights: list[Array], biases: list[Array], x: Array, y: Array
) -> Results:
    """Return the results of JAX in float64."""
    (value, activations), (nabla_w, nabla_b) = _compiled(model)((weights, biases), x, y)
    return _as_numpy(activations, value, nabla_w, nabla_b)


@cache
def _compiled(model: Model) -> Any:
    """Return what computes cost, activations and gradient; JAX compiles it for each shape."""
    import jax  # noqa: PLC0415 - may be missing
    import jax.numpy as jnp  # noqa: PLC0415

    jax.config.update("jax_enable_x64", True)  # type: ignore[no-untyped-call, unused-ignore]
    functions: Functions = {
        "sigmoid": jax.nn.sigmoid,
        "tanh": jnp.tanh,
        "relu": jax.nn.relu,
        "leaky_relu": jax.nn.leaky_relu,
        "softplus": jax.nn.softplus,
        "identity": lambda z: z,
        "softmax": jax.nn.softmax,
        "log_softmax": jax.nn.log_softmax,
    }

    def cost(parameters: Any, x: Any, y: Any) -> Any:
        _, activations = forward(functions, model, parameters, x)
        return mean_cost(functions, model, parameters, x, y), activations

    return jax.jit(jax.value_and_grad(cost, has_aux=True))


def _autograd(
    model: Model, weights: list[Array], biases: list[Array], x: Array, y: Array
) -> Results:
    """Return the results of autograd."""
    import autograd.numpy as anp  # noqa: PLC0415 - may be missing
    from autograd import value_and_grad  # noqa: PLC0415
    from autograd.scipy import special  # noqa: PLC0415

    def log_softmax(z: Any) -> Any:
        return z - special.logsumexp(z, axis=1, keepdims=True)

    functions: Functions = {
        "sigmoid": special.expit,
        "tanh": anp.tanh,
        # `maximum` shares the slope of a tie.
        "relu": lambda z: anp.where(z > 0, z, 0.0),
        "leaky_relu": lambda z: anp.where(z > 0, z, z / 100),
        "softplus": lambda z: anp.logaddexp(0.0, z),
        "identity": lambda z: z,
        "softmax": lambda z: anp.exp(log_softmax(z)),
        "log_softmax": log_softmax,
    }

    def cost(parameters: Any) -> Any:
        return mean_cost(functions, model, parameters, x, y)

    # Its annotations show the undecorated function, which takes one argument more.
    differentiate: Any = value_and_grad
    value, (nabla_w, nabla_b) = differentiate(cost)((weights, biases))
    _, activations = forward(functions, model, (weights, biases), x)
    return _as_numpy(activations, value, nabla_w, nabla_b)


def _torch(
    model: Model, weights: list[Array], biases: list[Array], x: Array, y: Array
) -> Results:
    """Return the results of torch."""
    import torch  # noqa: PLC0415 - may be missing
    from torch.nn import functional  # noqa: PLC0415

    functions: Functions = {
        "sigmoid": torch.sigmoid,
        "tanh": torch.tanh,
        "relu": torch.relu,
        "leaky_relu": functional.leaky_relu,
        # `functional.softplus` is the identity above a threshold, which costs 8 digits.
        "softplus": lambda z: torch.logaddexp(z, torch.zeros_like(z)),
        "identity": lambda z: z,
        "softmax": lambda z: functional.softmax(z, dim=1),
        "log_softmax": lambda z: functional.log_softmax(z, dim=1),
    }
    leaves: list[list[Any]] = [
        [torch.tensor(p, requires_grad=True) for p in ps] for ps in (weights, biases)
    ]
    inputs, targets = torch.tensor(x), torch.tensor(y)
    value = mean_cost(functions, model, leaves, inputs, targets)
    value.backward()
    _, activations = forward(functions, model, leaves, inputs)
    nabla_w, nabla_b = ([p.grad.numpy() for p in ps] for ps in leaves)
    return _as_numpy([a.detach() for a in activations], value.detach(), nabla_w, nabla_b)


def _as_numpy(activations: Any, cost: Any, nabla_w: Any, nabla_b: Any) -> Results:
    """Return the results as numpy's arrays."""
    lists = ([np.asarray(a) for a in arrays] for arrays in (activations, nabla_w, nabla_b))
    values, of_weights, of_biases = lists
    return Results(values, float(cost), of_weights, of_biases)


LIBRARIES: Mapping[str, Library] = {
    "JAX": Library("jax", _jax),
    "autograd": Library("autograd", _autograd),
    "torch": Library("torch", _torch),
}
