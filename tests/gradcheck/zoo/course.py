"""Networks as courses and older scripts write them: matrices, running means, layers that update."""

# mypy: ignore-errors

import math

import numpy as np

rng = np.random.RandomState(11)
X = rng.randn(5, 3)
Y = np.eye(2)[rng.randint(0, 2, 5)]


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def unrolled_matrices():
    """One vector of parameters, cut into `np.matrix`, whose product is `*`."""
    m = len(X)
    inputs, targets = np.matrix(X), np.matrix(Y)

    def cut(p):
        w1 = np.matrix(np.reshape(p[:16], (4, 4)))
        return w1, np.asmatrix(p[16:]).reshape(2, 5)

    def forward(p):
        w1, w2 = cut(p)
        a1 = np.c_[np.ones((m, 1)), inputs]
        z2 = a1 * w1.T
        a2 = np.c_[np.ones((m, 1)), sigmoid(z2)]
        return a1, z2, a2, sigmoid(a2 * w2.T)

    def cost(p):
        w1, w2 = cut(p)
        h = forward(p)[-1]
        total = 0
        for i in range(m):
            first = np.multiply(-targets[i, :], np.log(h[i, :]))
            total += np.sum(first - np.multiply(1 - targets[i, :], np.log(1 - h[i, :])))
        penalty = np.power(w1[:, 1:], 2).sum(axis=1).sum() + np.sum(np.square(w2[:, 1:]))
        return total / m + float(1) / (2 * m) * penalty

    def gradient(p):
        w1, w2 = cut(p)
        a1, z2, a2, h = forward(p)
        d3 = h - targets
        d2 = np.multiply(d3 * w2[:, 1:], np.multiply(sigmoid(z2), 1 - sigmoid(z2)))
        g1, g2 = np.zeros(w1.shape), np.zeros(w2.shape)
        g1 += d2.T * a1 / m
        g2 += d3.T * a2 / m
        g1[:, 1:] += w1[:, 1:] * 1 / m
        g2[:, 1:] += w2[:, 1:] / m
        return np.concatenate((np.ravel(g1), np.asarray(g2).ravel()))

    return cost, gradient, rng.randn(26) * 0.5


def matrices_one_example_at_a_time():
    """`np.matrix` parameters, e to a power, `.A1` and `np.append`."""

    def squash(z):
        return 1.0 / (1 + np.power(math.e, -z))

    def cost(p):
        total = 0
        for x, y in zip(X, Y, strict=True):
            h = squash(p[0] * np.matrix(x).T)
            out = squash(p[1] * np.matrix(np.append(1, h)).T)
            total += ((out.A1 - y) ** 2).sum() / 2 + np.mean(p[1], axis=0).A.sum() * 0
        return total

    def gradient(p):
        g1, g2 = 0, 0
        for x, y in zip(X, Y, strict=True):
            h = squash(p[0] * np.matrix(x).T)
            a = np.matrix(np.append(1, h))
            out = squash(p[1] * a.T)
            d = np.multiply(out - np.matrix(y).T, np.multiply(out, 1 - out))
            g2 = g2 + d * a
            g1 = g1 + np.multiply(p[1][:, 1:].T * d, np.multiply(h, 1 - h)) * np.matrix(x)
        return [g1, g2]

    return cost, gradient, [np.matrix(rng.randn(4, 3)), np.matrix(rng.randn(2, 5))]


class BatchNorm:
    """Keeps means and variances that it does not use while it trains."""

    def __init__(self, width):
        self.mean, self.var = np.zeros(width), np.ones(width)
        self.seen = []

    def forward(self, x, gamma, beta):
        mu, var = x.mean(axis=0), x.var(axis=0)
        self.mean = 0.9 * self.mean + 0.1 * mu
        self.var = 0.9 * self.var + 0.1 * var
        self.seen.append(mu)
        self.centred, self.std, self.gamma = x - mu, np.sqrt(var + 1e-5), gamma
        return gamma * self.centred / self.std + beta

    def backward(self, grad):
        m = len(grad)
        normed = self.centred / self.std
        along = grad * self.gamma
        inner = m * along - along.sum(axis=0) - normed * (along * normed).sum(axis=0)
        return inner / (m * self.std), (grad * normed).sum(axis=0), grad.sum(axis=0)


def batch_normalisation():
    """A layer with running means, kept from call to call."""
    norm = BatchNorm(4)

    def cost(p):
        h = np.tanh(norm.forward(X @ p["w"], p["gamma"], p["beta"]))
        return ((h @ p["v"] - Y) ** 2).mean()

    def gradient(p):
        h = np.tanh(norm.forward(X @ p["w"], p["gamma"], p["beta"]))
        d = 2 * (h @ p["v"] - Y) / Y.size
        dz, gamma, beta = norm.backward(d @ p["v"].T * (1 - h**2))
        return {"w": X.T @ dz, "v": h.T @ d, "gamma": gamma, "beta": beta}

    shapes = {"w": (3, 4), "v": (4, 2), "gamma": (4,), "beta": (4,)}
    return cost, gradient, {name: rng.randn(*shape) for name, shape in shapes.items()}


def squeezed_to_a_float():
    """The cost as a Python float, and an assertion that it is one."""

    def forward(p):
        return sigmoid(np.dot(p["W2"], np.tanh(np.dot(p["W1"], X.T) + p["b1"])))

    def cost(p):
        a = forward(p)
        logs = np.multiply(Y[:, :1].T, np.log(a)) + np.multiply(1 - Y[:, :1].T, np.log(1 - a))
        value = float(np.squeeze(-np.sum(logs) / len(X)))
        assert isinstance(value, float)
        return value

    def gradient(p):
        h = np.tanh(np.dot(p["W1"], X.T) + p["b1"])
        d = (forward(p) - Y[:, :1].T) / len(X)
        d1 = np.dot(p["W2"].T, d) * (1 - np.power(h, 2))
        return {
            "W1": np.dot(d1, X),
            "b1": np.sum(d1, axis=1, keepdims=True),
            "W2": np.dot(d, h.T),
        }

    return cost, gradient, {"W1": rng.randn(4, 3), "b1": rng.randn(4, 1), "W2": rng.randn(1, 4)}


class Layer:
    """Updates itself in place."""

    def forward(self, x):
        self.x, self.out = x, sigmoid(np.dot(x, self.w) + self.b)
        return self.out

    def backward(self, grad, rate):
        d = grad * self.out * (1 - self.out)
        back = np.dot(d, self.w.T)
        self.w -= rate * np.dot(self.x.T, d)
        self.b -= rate * d.sum(axis=0)
        return back


def gradient_from_an_update():
    """What one step with learning rate 1 takes away is the gradient."""
    layers = [Layer(), Layer()]

    def run(p):
        a = X
        for layer, (w, b) in zip(layers, p, strict=True):
            layer.w, layer.b = w.copy(), b.copy()
            a = layer.forward(a)
        return a

    def cost(p):
        return np.sum((run(p) - Y) ** 2) / 2

    def gradient(p):
        grad = run(p) - Y
        for layer in reversed(layers):
            grad = layer.backward(grad, 1)
        return [[w - l.w, b - l.b] for (w, b), l in zip(p, layers, strict=True)]

    return cost, gradient, [[rng.randn(3, 4), rng.randn(4)], [rng.randn(4, 2), rng.randn(2)]]


def ufuncs_in_place():
    """Outputs as second arguments, buffers of three dimensions, and a norm."""

    def squash(x):
        np.exp(-x, x)
        np.add(1, x, x)
        np.reciprocal(x, x)
        return x

    def cost(w):
        held = np.zeros((len(X), 2, 1))
        for i, x in enumerate(X):
            held[i] = squash(w.dot(np.asmatrix(x).T))
        return sum(0.5 * np.linalg.norm(a - y.reshape(2, 1)) ** 2 for a, y in zip(held, Y))  # noqa: B905

    def gradient(w):
        total = np.zeros(w.shape)
        for x, y in zip(X, Y, strict=True):
            a = squash(w.dot(np.asmatrix(x).T))
            total += np.multiply(a - y.reshape(2, 1), np.multiply(a, -a + 1)).dot(
                np.asmatrix(x)
            )
        return total

    return cost, gradient, rng.randn(2, 3)


def convolution():
    """Windows copied into rows, padding, and a pooling by masks."""
    images = rng.randn(2, 5, 5)

    def columns(x):
        padded = np.pad(x, [(0, 0), (1, 1), (1, 1)], mode="constant")
        views = [padded[:, i : i + 5, j : j + 5] for i in range(3) for j in range(3)]
        return np.stack(views, axis=-1)

    def forward(p):
        z = columns(images) @ p[0] + p[1]
        a = np.maximum(0, z)
        pooled = np.zeros((2, 2, 2))
        for i in range(2):
            for j in range(2):
                pooled[:, i, j] = np.amax(
                    a[:, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2], axis=(1, 2)
                )
        return z, a, pooled

    def cost(p):
        return np.sum(forward(p)[2] ** 2) / 2

    def gradient(p):
        z, a, pooled = forward(p)
        back = np.zeros_like(a)
        for i in range(2):
            for j in range(2):
                window = a[:, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
                top = np.amax(window, axis=(1, 2), keepdims=True)
                share = (window == top) * pooled[:, i, j][:, None, None]
                back[:, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2] += share
        back[z <= 0] = 0
        return [np.tensordot(columns(images), back, axes=([0, 1, 2], [0, 1, 2])), back.sum()]

    return cost, gradient, [rng.randn(9), np.array(0.3)]


NETWORKS = [
    unrolled_matrices,
    matrices_one_example_at_a_time,
    batch_normalisation,
    squeezed_to_a_float,
    gradient_from_an_update,
    ufuncs_in_place,
    convolution,
]
