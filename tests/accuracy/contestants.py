"""The functions that are measured: nncore's, and what else people call."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import numpy as np

from nncore import Activation, activations
from nncore.arrays import run
from nncore.inplace import in_place

from .double_double import Array
from .reference import REFERENCES

__all__ = ["GOALS", "OURS", "contestants", "module"]

Function: TypeAlias = Callable[[Array], Array]

#: What nncore's own are called in the tables.
OURS = "nncore"
#: What training runs, in buffers: the same functions, made for speed.
BUFFERS = "nncore in buffers"

#: The largest error in ulp of a function and of a derivative, where the result is normal.
GOALS: Mapping[str, tuple[float, float]] = {"float64": (2.0, 4.0), "float32": (4.0, 6.0)}


def contestants() -> Mapping[str, Mapping[str, Function]]:
    """Return name and function of everybody who computes each function, nncore's first."""
    named = {name: {OURS: getattr(activations, name)} for name in REFERENCES}
    for name, activation in activations.ACTIVATIONS.items():
        if isinstance(activation, Activation):
            named[name][BUFFERS] = _function(activation)
            named[f"{name}_prime"][BUFFERS] = _prime(activation)
    for name, others in (_numpy(), _scipy(), _torch()):
        for function, call in others.items():
            base, _, variant = function.partition(", ")
            named[base][f"{name} {variant}".strip()] = call
    return named


def _function(activation: Activation) -> Function:
    """Return what the engine computes of an activation."""

    def function(z: Array) -> Array:
        a = np.empty_like(z)
        run(in_place(activation, z.dtype).forward(z, a, np.empty_like(z)))
        return a

    return function


def _prime(activation: Activation) -> Function:
    """Return what the engine multiplies an error of 1 with."""

    def prime(z: Array) -> Array:
        a, spare, delta = np.empty_like(z), np.empty_like(z), np.ones_like(z)
        functions = in_place(activation, z.dtype)
        run(functions.forward(z, a, spare) + functions.backward(z, a, spare, delta))
        return delta

    return prime


def _numpy() -> tuple[str, dict[str, Function]]:
    """Return numpy's functions and the formulas that people write with them."""
    return "numpy", {
        "sigmoid, 1/(1+exp(-z))": _naive_sigmoid,
        "sigmoid_prime, a(1-a)": lambda z: _naive_sigmoid(z) * (1 - _naive_sigmoid(z)),
        "tanh, tanh": np.tanh,
        "tanh_prime, 1-tanh^2": lambda z: 1 - np.tanh(z) ** 2,
        "tanh_prime, 1/cosh^2": lambda z: 1 / np.cosh(z) ** 2,
        "softplus, log(1+exp(z))": lambda z: np.log(1 + np.exp(z)),
        "softplus, logaddexp(0, z)": lambda z: np.logaddexp(z.dtype.type(0), z),
        "softplus_prime, 1/(1+exp(-z))": _naive_sigmoid,
    }


def _naive_sigmoid(z: Array) -> Array:
    a: Array = 1 / (1 + np.exp(-z))
    return a


def _scipy() -> tuple[str, dict[str, Function]]:
    """Return scipy's functions, none where it is not installed."""
    special = module("scipy.special")
    if special is None:
        return "scipy", {}
    return "scipy", {
        "sigmoid, expit": special.expit,
        "softplus, -log_expit(-z)": lambda z: -special.log_expit(-z),
        "softplus, log1p(exp(z))": lambda z: special.log1p(np.exp(z)),
        "softplus_prime, expit": special.expit,
    }


def _torch() -> tuple[str, dict[str, Function]]:
    """Return torch's functions and its derivatives by autograd, none where not installed."""
    torch = module("torch")
    if torch is None:
        return "torch", {}

    def function(call: Callable[[Any], Any]) -> Function:
        return lambda z: np.asarray(call(torch.from_numpy(z)))

    def derivative(call: Callable[[Any], Any]) -> Function:
        def prime(z: Array) -> Array:
            leaf = torch.from_numpy(z.copy()).requires_grad_()
            return np.asarray(torch.autograd.grad(call(leaf).sum(), leaf)[0])

        return prime

    calls = {"sigmoid": torch.sigmoid, "tanh": torch.tanh}
    calls["softplus"] = torch.nn.functional.softplus
    named = {name: function(call) for name, call in calls.items()}
    return "torch", named | {f"{n}_prime": derivative(call) for n, call in calls.items()}


def module(name: str) -> Any:
    """Return a module, None where its library is not installed."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError:
        return None
