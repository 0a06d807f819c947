"""A backpropagation with every mistake of the table in it, each behind its name."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.floating[Any]]
Factor: TypeAlias = Callable[[int], float]


def sigmoid(z: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-z)))


ACTIVATIONS: dict[str, tuple[Callable[[Array], Array], Callable[[Array], Array]]] = {
    "tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2),
    "sigmoid": (sigmoid, lambda z: sigmoid(z) * (1 - sigmoid(z))),
}


@dataclasses.dataclass
class Network:
    """Sizes [6, 6, 6, 4]: square layers, so that transposes and swaps fit."""

    w: list[Array]
    b: list[Array]
    x: Array
    y: Array
    hidden: str
    output: str
    l2: float
    rate: float = 0.3

    @property
    def batch(self) -> int:
        return len(self.x)

    @property
    def params(self) -> dict[str, list[Array]]:
        return {"w": self.w, "b": self.b}

    def forward(self, p: Any = None) -> tuple[list[Array], list[Array]]:
        w, b = (p["w"], p["b"]) if p is not None else (self.w, self.b)
        zs, activations = [self.x], [self.x]
        for l in range(3):
            zs.append(activations[-1] @ w[l].T + b[l])
            activations.append(self.function(l + 1)(zs[-1]))
        return zs, activations

    def function(self, l: int) -> Callable[[Array], Array]:
        if l < 3:
            return ACTIVATIONS[self.hidden][0]
        return softmax if self.output == "softmax" else sigmoid

    def prime(self, l: int) -> Callable[[Array], Array]:
        if l < 3:
            return ACTIVATIONS[self.hidden][1]
        return ACTIVATIONS["sigmoid"][1] if self.output == "sigmoid" else softmax_diagonal

    def cost(self, p: Any) -> Any:
        a = self.forward(p)[1][-1]
        if self.output == "softmax":
            data = -(self.y * np.log(a)).sum() / self.batch
        else:
            data = ((a - self.y) ** 2).sum() / 2 / self.batch
        return data + self.l2 / 2 * sum((w**2).sum() for w in p["w"])


def softmax(z: Array) -> Array:
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return np.asarray(e / e.sum(axis=1, keepdims=True))


def softmax_diagonal(z: Array) -> Array:
    return softmax(z) * (1 - softmax(z))


def network(seed: int, *, batch: int = 3, l2: float | None = None) -> Network:
    rng = np.random.default_rng((9, seed))
    sizes = [6, 6, 6, 4]
    w: list[Array] = [rng.standard_normal((m, n)) / 2 for n, m in itertools.pairwise(sizes)]
    b: list[Array] = [rng.standard_normal(m) / 3 for m in sizes[1:]]
    x = rng.standard_normal((batch, 6))
    y = np.eye(4)[rng.integers(0, 4, batch)]
    hidden = ["tanh", "sigmoid"][seed % 2]
    output = ["softmax", "sigmoid"][seed // 2 % 2]
    return Network(w, b, x, y, hidden, output, 0.017 if l2 is None else l2)


def backprop(  # noqa: C901, PLR0912, PLR0915 - one place for every mistake
    net: Network, bug: str = "", layer: int = 0
) -> dict[str, list[Array]]:
    """The gradient, or what the bug makes of it; the layer matters to some."""
    zs, a = net.forward()
    batch, w = net.batch, net.w
    delta = (a[3] - net.y) / batch
    if bug == "targets forgotten":
        delta = a[3] / batch
    if (net.output == "sigmoid" and bug != "output derivative missing") or (
        net.output == "softmax" and bug == "output derivative too much"
    ):
        delta = delta * net.prime(3)(zs[3])
    if net.output == "sigmoid" and bug == "output derivative too much":
        delta = delta * net.prime(3)(zs[3])
    for place, word in ((0, "first"), (batch - 1, "last")):
        if bug.startswith(f"{word} example only"):
            keep = np.arange(batch) == place
            delta = np.where(keep[:, None], delta, 0.0)
            delta = delta if bug.endswith("batch") else delta * batch
    if bug == "error from the wrong end":
        delta = delta[::-1]
    if bug == "penalty alone":
        delta = 0 * delta
    nabla_w: list[Array] = [np.empty(0)] * 3
    nabla_b: list[Array] = [np.empty(0)] * 3
    for l in (3, 2, 1):
        below = a[l - 1]
        if bug == "activations a layer late" and a[l].shape == below.shape:
            below = a[l]
        if bug == "z for a" and l > 1:
            below = zs[l - 1]
        if bug == "inputs not used" and l == 1:
            below = np.ones_like(below)
        nabla_w[l - 1] = delta.T @ below + net.l2 * w[l - 1]
        nabla_b[l - 1] = delta.sum(axis=0)
        if bug == "batch averaged before the product":
            nabla_w[l - 1] = np.outer(delta.sum(axis=0), below.mean(axis=0)) + net.l2 * w[l - 1]
        if bug.startswith("bias from the"):
            example = delta[0] if "first" in bug else delta[-1]
            nabla_b[l - 1] = example * (1 if bug.endswith("batch") else batch)
        if l == 1:
            break
        back = w[l - 1]
        if bug == "weights not transposed" and back.shape[0] == back.shape[1]:
            back = back.T
        if bug == "weights of another layer" and w[l - 2].shape == back.shape:
            back = w[l - 2]
        if bug == "update before backpropagation":
            back = back - net.rate * nabla_w[l - 1]
        before, z, f, prime = delta, zs[l - 1], net.function(l - 1), net.prime(l - 1)
        slope = prime(z)
        if bug == "activation derivative missing":
            slope = np.ones_like(z)
        if bug == "activation derivative doubled":
            slope = prime(z) * prime(z)
        if bug == "activation derivative at a":
            slope = prime(f(z))
        if bug == "activation for its derivative":
            slope = f(z)
        if bug == "activation derivative of another layer":
            slope = prime(zs[max(l - 2, 1)])
        delta = (before @ back) * slope
        if bug == "error of another layer" and delta.shape == before.shape:
            delta = before
    return outside({"w": nabla_w, "b": nabla_b}, net, bug, layer)


INSIDE = (
    "activation derivative missing",
    "activation derivative doubled",
    "activation derivative at a",
    "activation for its derivative",
    "activation derivative of another layer",
    "output derivative missing",
    "output derivative too much",
    "targets forgotten",
    "first example only",
    "first example only, divided by the batch",
    "last example only",
    "last example only, divided by the batch",
    "bias from the first example",
    "bias from the first example, divided by the batch",
    "bias from the last example",
    "bias from the last example, divided by the batch",
    "batch averaged before the product",
    "weights not transposed",
    "weights of another layer",
    "activations a layer late",
    "z for a",
    "update before backpropagation",
    "error of another layer",
    "inputs not used",
    "penalty alone",
    "error from the wrong end",
)
FACTORS: dict[str, Factor] = {
    "gradient summed over the batch": lambda n: n,
    "gradient divided by the batch twice": lambda n: 1 / n,
    "gradient multiplied by the batch twice": lambda n: n * n,
    "gradient divided by the batch three times": lambda n: 1 / n / n,
    "gradient doubled": lambda _: 2,
    "gradient halved": lambda _: 1 / 2,
    "gradient wrong sign": lambda _: -1,
    "gradient zero": lambda _: 0,
    "averaged over the outputs": lambda _: 1 / 4,
    "summed over the outputs": lambda _: 4,
    "constant ratio": lambda _: 1.7,
}
PENALTIES: dict[str, Factor] = {
    "l2 missing": lambda _: -1.0,
    "l2 doubled": lambda _: 1.0,
    "l2 with the wrong sign": lambda _: -2.0,
    "l2 halved": lambda _: -0.5,
    "l2 over the batch": lambda n: 1 / n - 1,
    "l2 times the batch": lambda n: n - 1.0,
}
ONE_ARRAY = {
    "array doubled": 2.0,
    "array halved": 0.5,
    "array zero": 0.0,
    "array wrong sign": -1,
}
BIASES: dict[str, Factor] = {
    "bias summed over the batch": lambda n: n,
    "bias divided by the batch twice": lambda n: 1 / n,
    "bias zero": lambda _: 0,
    "bias doubled": lambda _: 2,
    "bias wrong sign": lambda _: -1,
}
OTHERS = (
    "transposed",
    "arrays swapped",
    "rows reversed",
    "columns reversed",
    "cast to float32",
    "cast to float16",
    "absolute value",
    "clipped",
    "rounded",
    "divided by its norm",
    "updated parameters",
    "l2 on biases",
)
OUTSIDE = (*FACTORS, *PENALTIES, *ONE_ARRAY, *BIASES, *OTHERS)
BUGS = (*INSIDE, *OUTSIDE)


def outside(  # noqa: C901, PLR0912 - one place for every mistake
    g: dict[str, list[Array]], net: Network, bug: str, layer: int
) -> dict[str, list[Array]]:
    """What a bug around backpropagation makes of the gradient."""
    n = net.batch
    arrays = [*g["w"], *g["b"]]
    if bug in FACTORS:
        arrays = [FACTORS[bug](n) * array for array in arrays]
    elif bug in PENALTIES:
        arrays[:3] = [
            a + PENALTIES[bug](n) * net.l2 * w for a, w in zip(arrays, net.w, strict=False)
        ]
    elif bug in ONE_ARRAY:
        arrays[layer] = ONE_ARRAY[bug] * arrays[layer]
    elif bug in BIASES:
        arrays[3:] = [BIASES[bug](n) * array for array in arrays[3:]]
    elif bug == "transposed":
        arrays[layer % 2] = arrays[layer % 2].T
    elif bug == "arrays swapped":
        pair = [(0, 1), (3, 4)][layer % 2]
        arrays[pair[0]], arrays[pair[1]] = arrays[pair[1]], arrays[pair[0]]
    elif bug in {"rows reversed", "columns reversed"}:
        arrays[layer] = np.flip(arrays[layer], 0 if bug[0] == "r" else 1)
    elif bug.startswith("cast to"):
        arrays = [a.astype(bug.rsplit(maxsplit=1)[-1]).astype(float) for a in arrays]
    elif bug == "absolute value":
        arrays = [np.abs(a) for a in arrays]
    elif bug == "clipped":
        bound = float(np.median(np.abs(arrays[1])))
        arrays = [np.clip(a, -bound, bound) for a in arrays]
    elif bug == "rounded":
        arrays = [np.round(a, 3) for a in arrays]
    elif bug == "divided by its norm":
        norm = np.sqrt(sum((a**2).sum() for a in arrays))
        arrays = [a / norm for a in arrays]
    elif bug == "updated parameters":
        old = [*net.w, *net.b]
        arrays = [p - 0.1 * a for p, a in zip(old, arrays, strict=True)]
    elif bug == "l2 on biases":
        arrays[3:] = [a + net.l2 * b for a, b in zip(arrays[3:], net.b, strict=True)]
    return {"w": arrays[:3], "b": arrays[3:]}
