"""
Correct networks in the styles that people write, with adapters of at most ten lines.

Every law holds for them. They are written plainly: what is unusual about one is its style.
"""

# Libraries may be missing.
# pyright: reportMissingImports=false

from __future__ import annotations

import dataclasses
import importlib.util
import itertools
import json
import zlib
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from nncore import Network
from nncore.verify import Adapter

__all__ = ["ADAPTERS", "LIBRARIES"]

LOGISTIC = {"hidden": "sigmoid", "output": "sigmoid", "cost": "quadratic"}
TANH = {"hidden": "tanh", "output": "identity", "cost": "quadratic"}
RNG = np.random.default_rng(0)


def sigmoid(z: Any) -> Any:
    return 1 / (1 + np.exp(-np.clip(z, -500, 500) if z.dtype == float else -z))


def normal(*shape: int) -> Any:
    return np.random.default_rng(0).normal(size=shape)


# --- the article's convention: rows, an entry for layer 0, zs and activations returned -------


class Article:
    def __init__(self, sizes: list[int]) -> None:
        pairs = list(itertools.pairwise(sizes))
        self.weights = [np.empty((sizes[0], 0))] + [normal(n, m) for m, n in pairs]
        self.biases = [np.empty(0)] + [np.zeros(n) for n in sizes[1:]]

    def feedforward(self, x: Any) -> Any:
        zs, activations = [np.empty((len(x), 0))], [x]
        for w, b in zip(self.weights[1:], self.biases[1:], strict=True):
            zs.append(activations[-1] @ w.T + b)
            activations.append(sigmoid(zs[-1]))
        return zs, activations

    def cost(self, x: Any, y: Any) -> Any:
        return ((self.feedforward(x)[1][-1] - y) ** 2).sum() / 2 / len(x)

    def backprop(self, x: Any, y: Any) -> Any:
        _, activations = self.feedforward(x)
        nabla_w = [np.zeros_like(w) for w in self.weights]
        nabla_b = [np.zeros_like(b) for b in self.biases]
        delta = (activations[-1] - y) / len(x)
        for l in range(len(self.weights) - 1, 0, -1):
            delta = delta * activations[l] * (1 - activations[l])
            nabla_w[l] = delta.T @ activations[l - 1]
            nabla_b[l] = delta.sum(axis=0)
            delta = delta @ self.weights[l]
        return nabla_w, nabla_b

    def step(self, x: Any, y: Any, learning_rate: float) -> None:
        for mine, nablas in zip((self.weights, self.biases), self.backprop(x, y), strict=True):
            for l in range(1, len(mine)):
                mine[l] = mine[l] - learning_rate * nablas[l]

    def fit(self, x: Any, y: Any, epochs: int, batch_size: int, rate: float, rng: Any) -> None:
        for _ in range(epochs):
            order = rng.permutation(len(x))
            for start in range(0, len(x), batch_size):
                batch = order[start : start + batch_size]
                self.step(x[batch], y[batch], rate)


def article() -> Adapter:
    return Adapter(
        make=Article,
        weights="weights",
        biases="biases",
        forward="feedforward",
        cost="cost",
        gradient="backprop",
        step="step",
        fit="fit",
        declares=LOGISTIC,
    )


# --- a known book's: one example at a time, columns, no layer 0 ------------------------------


class Book:
    def __init__(self, sizes: list[int]) -> None:
        self.biases = [normal(n, 1) for n in sizes[1:]]
        self.weights = [normal(n, m) for m, n in itertools.pairwise(sizes)]

    def feedforward(self, a: Any) -> Any:
        for b, w in zip(self.biases, self.weights, strict=True):
            a = sigmoid(np.dot(w, a) + b)
        return a

    def backprop(self, x: Any, y: Any) -> Any:
        activation, activations = x, [x]
        for b, w in zip(self.biases, self.weights, strict=True):
            activation = sigmoid(np.dot(w, activation) + b)
            activations.append(activation)
        nabla_b: list[Any] = [None] * len(self.biases)
        nabla_w: list[Any] = [None] * len(self.weights)
        delta = (activations[-1] - y) * activations[-1] * (1 - activations[-1])
        nabla_b[-1], nabla_w[-1] = delta, np.dot(delta, activations[-2].T)
        for l in range(2, len(self.weights) + 1):
            prime = activations[-l] * (1 - activations[-l])
            delta = np.dot(self.weights[-l + 1].T, delta) * prime
            nabla_b[-l], nabla_w[-l] = delta, np.dot(delta, activations[-l - 1].T)
        return nabla_b, nabla_w

    def update_mini_batch(self, mini_batch: Any, eta: float) -> None:
        total_b = [np.zeros(b.shape) for b in self.biases]
        total_w = [np.zeros(w.shape) for w in self.weights]
        for x, y in mini_batch:
            nabla_b, nabla_w = self.backprop(x, y)
            total_b = [a + b for a, b in zip(total_b, nabla_b, strict=True)]
            total_w = [a + w for a, w in zip(total_w, nabla_w, strict=True)]
        m = len(mini_batch)
        self.weights = [w - eta / m * a for w, a in zip(self.weights, total_w, strict=True)]
        self.biases = [b - eta / m * a for b, a in zip(self.biases, total_b, strict=True)]


def book() -> Adapter:
    return Adapter(
        make=Book,
        weights="weights",
        biases="biases",
        forward="feedforward",
        cost=lambda net, x, y: ((net.feedforward(x) - y) ** 2).sum() / 2,
        gradient="backprop",
        step=lambda net, x, y, rate: net.update_mini_batch([(x, y)], rate),
        layout="single",
        declares=LOGISTIC,
    )


# --- a course's: columns, a dict of parameters, functions, a cache ---------------------------


def initialize(sizes: list[int]) -> dict[str, Any]:
    parameters: dict[str, Any] = {}
    assert len(sizes) > 1, "a network needs inputs and outputs"
    for l in range(1, len(sizes)):
        parameters[f"W{l}"] = normal(sizes[l], sizes[l - 1])
        parameters[f"b{l}"] = np.zeros((sizes[l], 1))
    return parameters


def propagate(parameters: dict[str, Any], x: Any) -> Any:
    cache = {"A0": x}
    last = len(parameters) // 2
    for l in range(1, last + 1):
        z = parameters[f"W{l}"] @ cache[f"A{l - 1}"] + parameters[f"b{l}"]
        cache[f"A{l}"] = z if l == last else np.tanh(z)
    return cache[f"A{last}"], cache


def propagate_back(parameters: dict[str, Any], x: Any, y: Any) -> dict[str, Any]:
    output, cache = propagate(parameters, x)
    grads, m = {}, x.shape[1]
    dz = output - y
    for l in range(len(parameters) // 2, 0, -1):
        grads[f"db{l}"] = dz.sum(axis=1, keepdims=True) / m
        grads[f"dW{l}"] = dz @ cache[f"A{l - 1}"].T / m
        if l > 1:
            dz = (parameters[f"W{l}"].T @ dz) * (1 - cache[f"A{l - 1}"] ** 2)
    return grads


def course() -> Adapter:
    return Adapter(
        make=initialize,
        weights=lambda parameters: parameters,
        forward=propagate,
        cost=lambda net, x, y: ((propagate(net, x)[0] - y) ** 2).sum() / 2 / x.shape[1],
        gradient=propagate_back,
        layout="columns",
        declares=TANH,
    )


# --- for an optimizer: one flat vector, cost and gradient as functions of it ------------------


class Flat:
    def __init__(self, sizes: list[int]) -> None:
        self.sizes = sizes
        count = sum(n * (m + 1) for m, n in itertools.pairwise(sizes))
        self.theta = np.zeros(count)

    def layers(self) -> list[Any]:
        layers, start = [], 0
        for m, n in zip(self.sizes, self.sizes[1:], strict=False):
            w = self.theta[start : start + n * m].reshape(n, m)
            b = self.theta[start + n * m : start + n * m + n]
            layers.append((w, b))
            start += n * m + n
        return layers

    def predict(self, x: Any) -> list[Any]:
        activations = [x]
        for l, (w, b) in enumerate(self.layers()):
            z = activations[-1] @ w.T + b
            activations.append(np.tanh(z) if l < len(self.sizes) - 2 else z)
        return activations

    def cost_and_gradient(self, x: Any, y: Any) -> Any:
        activations, layers = self.predict(x), self.layers()
        error = (activations[-1] - y) / len(x)
        cost = (error * (activations[-1] - y)).sum() / 2
        parts: list[Any] = []
        for l in range(len(layers) - 1, -1, -1):
            parts = [(error.T @ activations[l]).ravel(), error.sum(axis=0), *parts]
            error = (error @ layers[l][0]) * (1 - activations[l] ** 2)
        return cost, np.concatenate(parts)


def flat() -> Adapter:
    return Adapter(
        make=Flat,
        weights="theta",
        predict=lambda net, x: net.predict(x)[-1],
        forward="predict",
        cost_and_gradient="cost_and_gradient",
        declares=TANH,
    )


def flat_views() -> Adapter:
    return Adapter(
        make=Flat,
        name="flat_views",
        weights=lambda net: [w for w, _ in net.layers()],
        biases=lambda net: [b for _, b in net.layers()],
        forward="predict",
        cost=lambda net, x, y: net.cost_and_gradient(x, y)[0],
        declares=TANH,
    )


# --- a framework in small: a class for each layer, weights transposed, biases as rows --------


class Dense:
    __slots__ = ("b", "db", "dw", "w", "x")

    def __init__(self, m: int, n: int) -> None:
        self.w, self.b = normal(m, n), np.zeros((1, n))

    def forward(self, x: Any) -> Any:
        self.x = x
        return x.dot(self.w) + self.b

    def backward(self, grad: Any) -> Any:
        self.dw, self.db = self.x.T.dot(grad), grad.sum(axis=0, keepdims=True)
        return grad.dot(self.w.T)


class ReLU:
    def forward(self, x: Any) -> Any:
        self.mask = x > 0
        return np.where(self.mask, x, 0)

    def backward(self, grad: Any) -> Any:
        return np.where(self.mask, grad, 0)


class Stack:
    def __init__(self, sizes: list[int]) -> None:
        self.layers: list[Any] = []
        for m, n in itertools.pairwise(sizes):
            self.layers += [Dense(m, n), ReLU()]
        self.layers.pop()

    @property
    def dense(self) -> list[Any]:
        return self.layers[::2]

    def forward(self, x: Any) -> Any:
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def loss(self, x: Any, y: Any) -> Any:
        return ((self.forward(x) - y) ** 2).sum()

    def backward(self, x: Any, y: Any) -> None:
        grad = 2 * (self.forward(x) - y)
        for layer in reversed(self.layers):
            grad = layer.backward(grad)


def stack() -> Adapter:
    return Adapter(
        make=Stack,
        weights=lambda net: [layer.w for layer in net.dense],
        biases=lambda net: [layer.b for layer in net.dense],
        forward="forward",
        cost="loss",
        gradient=("backward", lambda net: [(layer.dw, layer.db) for layer in net.dense]),
        reduction="sum",
        declares={"hidden": "relu", "output": "identity"},
    )


# --- functions of a list of named tuples ------------------------------------------------------


class Layer(NamedTuple):
    weights: Any
    bias: Any


def layers_of(sizes: list[int]) -> tuple[Layer, ...]:
    _, *widths = sizes
    assert widths, "a network needs inputs and outputs"
    pairs = zip(sizes, widths, strict=False)
    return tuple(Layer(normal(n, m), np.zeros(n)) for m, n in pairs)


def outputs_of(network: tuple[Layer, ...], x: Any) -> list[Any]:
    outputs = [x]
    for layer in network:
        outputs.append(sigmoid(outputs[-1] @ layer.weights.T + layer.bias))
    return outputs[1:]


def mean_cost(network: tuple[Layer, ...], x: Any, y: Any) -> Any:
    return ((outputs_of(network, x)[-1] - y) ** 2).sum(axis=1).mean() / 2


def gradient_of(network: tuple[Layer, ...], x: Any, y: Any) -> tuple[Layer, ...]:
    outputs = [x, *outputs_of(network, x)]
    delta, nablas = (outputs[-1] - y) / len(x), []
    for l in range(len(network), 0, -1):
        delta = delta * outputs[l] * (1 - outputs[l])
        nablas.append(Layer(delta.T @ outputs[l - 1], delta.sum(axis=0)))
        delta = delta @ network[l - 1].weights
    return tuple(reversed(nablas))


def stepped(network: tuple[Layer, ...], x: Any, y: Any, rate: float) -> tuple[Layer, ...]:
    nablas = gradient_of(network, x, y)
    return tuple(
        Layer(layer.weights - rate * nabla.weights, layer.bias - rate * nabla.bias)
        for layer, nabla in zip(network, nablas, strict=True)
    )


def functional() -> Adapter:
    return Adapter(
        make=layers_of,
        weights=lambda network: network,
        forward=outputs_of,
        cost=mean_cost,
        gradient=gradient_of,
        step=stepped,
        set_parameters=lambda network, layers: layers,
        declares=LOGISTIC,
    )


# --- pure Python: lists of lists --------------------------------------------------------------


class Lists:
    def __init__(self, sizes: list[int]) -> None:
        if len(sizes) < 2 or min(sizes) < 1:
            msg = f"no network has sizes {sizes}"
            raise ValueError(msg)
        pairs = list(itertools.pairwise(sizes))
        self.w = [[[0.1] * m for _ in range(n)] for m, n in pairs]
        self.b = [[0.0] * n for n in sizes[1:]]

    def forward(self, x: Any) -> list[Any]:
        activations = [list(x)]
        for w, b in zip(self.w, self.b, strict=True):
            a = activations[-1]
            z = [
                sum(u * v for u, v in zip(row, a, strict=True)) + c
                for row, c in zip(w, b, strict=True)
            ]
            activations.append(z)
        return activations

    def cost(self, x: Any, y: Any) -> Any:
        return sum((a - t) * (a - t) for a, t in zip(self.forward(x)[-1], y, strict=True)) / 2

    def gradient(self, x: Any, y: Any) -> Any:
        activations = self.forward(x)
        delta = [a - t for a, t in zip(activations[-1], y, strict=True)]
        dw: list[Any] = []
        db: list[Any] = []
        for l in range(len(self.w) - 1, -1, -1):
            dw.insert(0, [[d * a for a in activations[l]] for d in delta])
            db.insert(0, delta)
            columns = zip(*self.w[l], strict=True)
            delta = [sum(w * d for w, d in zip(c, delta, strict=True)) for c in columns]
        return dw, db


def lists() -> Adapter:
    return Adapter(
        make=Lists,
        weights="w",
        biases="b",
        forward="forward",
        cost="cost",
        gradient="gradient",
        layout="single",
        declares={"hidden": "identity", "output": "identity", "cost": "quadratic"},
    )


# --- everything in attributes -----------------------------------------------------------------


class Attributes:
    def __init__(self, sizes: list[int]) -> None:
        pairs = list(itertools.pairwise(sizes))
        self.W: list[Any] = [None, *(normal(n, m) for m, n in pairs)]
        self.b: list[Any] = [None, *(np.zeros((n, 1)) for n in sizes[1:])]

    def feed(self, x: Any) -> None:
        self.z: list[Any] = [None]
        self.a: list[Any] = [x]
        for w, b in zip(self.W[1:], self.b[1:], strict=True):
            self.z.append(w @ self.a[-1] + b)
            self.a.append(sigmoid(self.z[-1]))

    def backprop(self, x: Any, y: Any) -> None:
        self.feed(x)
        self.dW: list[Any] = [None] * len(self.W)
        self.db: list[Any] = [None] * len(self.b)
        delta: Any = (self.a[-1] - y) / x.shape[1]
        for l in range(len(self.W) - 1, 0, -1):
            self.dW[l] = delta @ self.a[l - 1].T
            self.db[l] = delta.sum(axis=1, keepdims=True)
            delta = self.W[l].T @ delta * self.a[l - 1] * (1 - self.a[l - 1])

    def loss(self, x: Any, y: Any) -> Any:
        self.feed(x)
        z: Any = self.z[-1]
        return (np.logaddexp(0, z) - y * z).sum() / x.shape[1]


def attributes() -> Adapter:
    return Adapter(
        make=Attributes,
        weights="W",
        biases="b",
        zs="z",
        activations="a",
        forward="feed",
        cost="loss",
        gradient=("backprop", "dW", "db"),
        layout="columns",
        declares={"hidden": "sigmoid", "output": "sigmoid", "cost": "cross_entropy"},
    )


# --- one hidden layer, every array a name -----------------------------------------------------


class TwoLayers:
    def __init__(self, inputs: int, hidden: int, outputs: int) -> None:
        self.params = {
            "W1": normal(inputs, hidden),
            "b1": np.zeros(hidden),
            "W2": normal(hidden, outputs),
            "b2": np.zeros(outputs),
        }

    def loss(self, x: Any, y: Any = None) -> Any:
        w1, b1, w2, b2 = (self.params[name] for name in ("W1", "b1", "W2", "b2"))
        hidden = np.maximum(0, x @ w1 + b1)
        scores = hidden @ w2 + b2
        shifted = scores - scores.max(axis=1, keepdims=True)
        log_probabilities = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        if y is None:
            return np.exp(log_probabilities)
        loss = -(y * log_probabilities).sum() / len(x)
        dscores = (np.exp(log_probabilities) - y) / len(x)
        dhidden = dscores @ w2.T * (hidden > 0)
        grads = {"W2": hidden.T @ dscores, "b2": dscores.sum(axis=0)}
        grads |= {"W1": x.T @ dhidden, "b1": dhidden.sum(axis=0)}
        return loss, grads


def two_layers() -> Adapter:
    return Adapter(
        make=lambda sizes: TwoLayers(*sizes),
        name="TwoLayers",
        weights="params",
        predict="loss",
        forward="loss",
        cost_and_gradient="loss",
        cases={"min_layers": 3, "max_layers": 3},
        declares={"hidden": "relu", "output": "softmax", "cost": "cross_entropy"},
    )


# --- frozen, in float32, saved as JSON --------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Frozen:
    weights: tuple[Any, ...]
    biases: tuple[Any, ...]

    @classmethod
    def of(cls, sizes: list[int]) -> Frozen:
        pairs = list(itertools.pairwise(sizes))
        weights = tuple(normal(n, m).astype("float32") for m, n in pairs)
        return cls(weights, tuple(np.zeros(n, "float32") for n in sizes[1:]))

    def __call__(self, x: Any) -> Any:
        for l, (w, b) in enumerate(zip(self.weights, self.biases, strict=True), start=1):
            x = np.asarray(x).astype("float32") @ w.T + b
            x = x if l == len(self.weights) else np.tanh(x)
        return x

    def save(self, path: str) -> None:
        lists = {name: [a.tolist() for a in arrays] for name, arrays in vars(self).items()}
        text = json.dumps(lists)
        Path(path).write_text(f"{zlib.crc32(text.encode())}\n{text}", encoding="utf-8")

    def load(self, path: str) -> Frozen:
        checksum, text = Path(path).read_text(encoding="utf-8").split("\n")
        if checksum != str(zlib.crc32(text.encode())):
            msg = f"{path} is damaged"
            raise ValueError(msg)
        lists = json.loads(text)
        read = {
            name: tuple(np.array(numbers, "float32") for numbers in lists[name])
            for name in ("weights", "biases")
        }
        for name, mine in vars(self).items():
            if [a.shape for a in read[name]] != [a.shape for a in mine]:
                msg = f"{path} holds {name} of other shapes"
                raise ValueError(msg)
        return Frozen(**read)


def frozen() -> Adapter:
    return Adapter(
        make=Frozen.of,
        name="Frozen",
        weights="weights",
        biases="biases",
        forward="__call__",
        save="save",
        load="load",
        declares={"hidden": "tanh", "output": "identity"},
    )


# --- a cost without a network that can be seen ------------------------------------------------


class Closed:
    def __init__(self, sizes: list[int]) -> None:
        net = Network(sizes, rng=0)
        self.answer = net.predict


def closed() -> Adapter:
    return Adapter(make=Closed, predict="answer", forward="answer")


# --- libraries --------------------------------------------------------------------------------


def sklearn_classifier() -> Adapter:
    from sklearn.neural_network import MLPClassifier  # noqa: PLC0415 - where it is installed

    def make(sizes: list[int]) -> Any:
        _, *hidden, _ = sizes
        net = MLPClassifier(hidden, activation="tanh", solver="sgd", momentum=0, alpha=0)
        y = np.repeat([[0], [1]], sizes[-1], axis=1).squeeze()
        return net.partial_fit(np.zeros((2, sizes[0])), y, classes=range(max(2, sizes[-1])))

    def backprop(net: Any, x: Any, y: Any) -> Any:
        layers, more = [x, *net.coefs_], ([None] * len(net.coefs_) for _ in range(3))
        return net._backprop(x, y, None, layers, *more)

    def step(net: Any, x: Any, y: Any, learning_rate: float) -> None:
        net._optimizer.learning_rate = learning_rate
        net.partial_fit(x, y.squeeze(axis=1) if y.shape[1] == 1 else y)

    return Adapter(
        make=make,
        name="MLPClassifier",
        weights="coefs_",
        biases="intercepts_",
        forward=lambda net, x: net._forward_pass([x, *net.coefs_]),
        cost_and_gradient=backprop,
        step=step,
        cases={"targets": "one-hot"},
        declares={"hidden": "tanh", "output": "sigmoid", "cost": "cross_entropy"},
    )


def torch_sequential() -> Adapter:
    import torch  # noqa: PLC0415 - where it is installed

    def make(sizes: list[int]) -> Any:
        layers: list[Any] = []
        for m, n in itertools.pairwise(sizes):
            layers += [torch.nn.Linear(m, n, dtype=torch.float64), torch.nn.Tanh()]
        return torch.nn.Sequential(*layers[:-1])

    def cost(net: Any, x: Any, y: Any) -> Any:
        error = net(torch.tensor(x, dtype=torch.float64)) - torch.tensor(y, dtype=torch.float64)
        return (error**2).sum() / 2 / len(x)

    return Adapter(
        make=make,
        name="Sequential",
        weights=lambda net: list(net.parameters()),
        forward=lambda net, x: net(torch.tensor(x, dtype=torch.float64)),
        cost=lambda net, x, y: cost(net, x, y).item(),
        gradient=lambda net, x, y: torch.autograd.grad(cost(net, x, y), list(net.parameters())),
        declares=TANH,
    )


def jax_functions() -> Adapter:
    import jax  # noqa: PLC0415 - where it is installed
    import jax.numpy as jnp  # noqa: PLC0415 - where it is installed

    jax.config.update("jax_enable_x64", True)

    def make(sizes: list[int]) -> Any:
        pairs = itertools.pairwise(sizes)
        return [{"w": jnp.ones((m, n)), "b": jnp.zeros(n)} for m, n in pairs]

    def forward(params: Any, x: Any) -> Any:
        for layer in params[:-1]:
            x = jnp.tanh(x @ layer["w"] + layer["b"])
        return x @ params[-1]["w"] + params[-1]["b"]

    def cost(params: Any, x: Any, y: Any) -> Any:
        return ((forward(params, x) - y) ** 2).sum() / 2 / len(x)

    return Adapter(
        make=make,
        name="jax_functions",
        weights=lambda params: params,
        forward=forward,
        cost=lambda params, x, y: float(cost(params, x, y)),
        gradient=jax.grad(cost),
        set_parameters=lambda _, params: jax.tree.map(jnp.asarray, params),
        declares=TANH,
        # It compiles each operation for each shape.
        cases={"max_layers": 3, "max_width": 2, "max_batch": 2},
    )


#: By name, functions that make an adapter.
ADAPTERS = {
    make.__name__: make
    for make in (
        article,
        book,
        course,
        flat,
        flat_views,
        stack,
        functional,
        lists,
        attributes,
        two_layers,
        frozen,
        closed,
    )
}
#: Those of libraries that are installed.
LIBRARIES = {
    make.__name__: make
    for library, make in (
        ("sklearn", sklearn_classifier),
        ("torch", torch_sequential),
        ("jax", jax_functions),
    )
    if importlib.util.find_spec(library)
}
