"""Random networks in five families, with a cost and a correct gradient, in plain numpy."""

from __future__ import annotations

import dataclasses
import itertools
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

# Also complex numbers, balls and what rounds at random.
Array: TypeAlias = Any
Params: TypeAlias = dict[str, list[Array]]

FAMILIES = ("plain", "bad scale", "saturated", "relu", "large logits")


@dataclasses.dataclass
class Net:
    """A network at a point: functions of the parameters alone."""

    params: Params
    cost: Callable[[Params], Any]
    gradient: Callable[[Params], Params]
    batch: int
    family: str
    about: dict[str, Any]


def sigmoid(z: Array) -> Array:
    return 1 / (1 + np.exp(-z))


def sigmoid_prime(z: Array) -> Array:
    a = sigmoid(z)
    return a * (1 - a)


def tanh_prime(z: Array) -> Array:
    return 1 - np.tanh(z) ** 2


def relu(z: Array) -> Array:
    return np.maximum(0, z)


def relu_prime(z: Array) -> Array:
    return (z > 0) * 1.0


HIDDEN: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "sigmoid": (sigmoid, sigmoid_prime),
    "tanh": (np.tanh, tanh_prime),
    "relu": (relu, relu_prime),
}


def forward(params: Params, x: Array, hidden: str) -> tuple[list[Array], list[Array]]:
    zs: list[Array] = [x]
    activations: list[Array] = [x]
    last = len(params["w"]) - 1
    for l, (w, b) in enumerate(zip(params["w"], params["b"], strict=True)):
        z = activations[-1] @ w.T + b
        zs.append(z)
        activations.append(z if l == last else HIDDEN[hidden][0](z))
    return zs, activations


def softmax(z: Array) -> Array:
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def cross_entropy(z: Array, y: Array) -> Any:
    shifted = z - z.max(axis=1, keepdims=True)
    logs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return -(y * logs).sum() / len(y)


def quadratic(z: Array, y: Array) -> Any:
    return ((sigmoid(z) - y) ** 2).sum() / 2 / len(y)


def quadratic_error(z: Array, y: Array) -> Array:
    return (sigmoid(z) - y) * sigmoid_prime(z)


COSTS: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "cross_entropy": (cross_entropy, lambda z, y: softmax(z) - y),
    "quadratic": (quadratic, quadratic_error),
}


def backprop(params: Params, x: Array, y: Array, hidden: str, cost: str) -> Params:
    zs, activations = forward(params, x, hidden)
    delta = COSTS[cost][1](zs[-1], y) / len(y)
    nabla: Params = {"w": [], "b": []}
    for l in range(len(params["w"]) - 1, -1, -1):
        nabla["w"].insert(0, delta.T @ activations[l])
        nabla["b"].insert(0, delta.sum(axis=0))
        if l:
            delta = delta @ params["w"][l] * HIDDEN[hidden][1](zs[l])
    return nabla


def net(family: str, seed: int, sizes: tuple[int, ...] = (5, 7, 4, 3), batch: int = 4) -> Net:
    """A random network of a family."""
    rng = np.random.default_rng((FAMILIES.index(family), seed))
    hidden = "relu" if family == "relu" else str(rng.choice(["tanh", "sigmoid"]))
    kind = str(rng.choice(["cross_entropy", "quadratic"]))
    x = rng.standard_normal((batch, sizes[0]))
    y = np.eye(sizes[-1])[rng.integers(0, sizes[-1], batch)]
    pairs = list(itertools.pairwise(sizes))
    w = [rng.standard_normal((m, n)) / np.sqrt(n) for n, m in pairs]
    b = [rng.standard_normal(m) / 2 for m in sizes[1:]]
    if family == "bad scale":
        w = [a * 10.0 ** rng.uniform(-8, 3) for a in w]
        b = [a * 10.0 ** rng.uniform(-8, 3) for a in b]
        x *= 10.0 ** rng.uniform(-8, 3, (1, sizes[0]))
    if family == "saturated":
        w = [a * 10.0 ** rng.uniform(0.5, 2) for a in w]
        hidden = "sigmoid"
    if family == "relu" and seed % 2:
        # Exact zeros in data, a dead unit, and one with a bias but no weights.
        x[rng.random(x.shape) < 0.3] = 0
        b[0][rng.integers(len(b[0]))] = -50
        w[1][rng.integers(len(w[1]))] = 0
    if family == "large logits":
        w[-1] = w[-1] * 10.0 ** rng.uniform(1, 4)
    params = {"w": w, "b": b}
    return Net(
        params,
        lambda p: COSTS[kind][0](forward(p, x, hidden)[0][-1], y),
        lambda p: backprop(p, x, y, hidden, kind),
        batch,
        family,
        {"x": x, "y": y, "hidden": hidden, "kind": kind},
    )


def tied(seed: int, slope: float, sizes: tuple[int, ...] = (3, 4, 2), batch: int = 3) -> Net:
    """A relu network with a unit exactly at its kink; its gradient takes the given slope."""
    rng = np.random.default_rng((77, seed))
    x = rng.standard_normal((batch, sizes[0]))
    y = rng.standard_normal((batch, sizes[-1]))
    w = [rng.standard_normal((m, n)) for n, m in itertools.pairwise(sizes)]
    b = [rng.standard_normal(m) for m in sizes[1:]]
    w[0][1], b[0][1] = 0, 0

    def cost(p: Params) -> Any:
        a = relu(x @ p["w"][0].T + p["b"][0])
        return ((a @ p["w"][1].T + p["b"][1] - y) ** 2).sum() / 2 / batch

    def gradient(p: Params) -> Params:
        z = x @ p["w"][0].T + p["b"][0]
        a = relu(z)
        delta = (a @ p["w"][1].T + p["b"][1] - y) / batch
        back = delta @ p["w"][1] * ((z > 0) + slope * (z == 0))
        return {
            "w": [back.T @ x, delta.T @ a],
            "b": [back.sum(axis=0), delta.sum(axis=0)],
        }

    return Net({"w": w, "b": b}, cost, gradient, batch, "tied", {})
