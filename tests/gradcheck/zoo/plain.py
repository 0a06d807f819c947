"""Networks as functions of a few arrays."""

# mypy: ignore-errors

import math

import numpy as np
from scipy.special import erf, expit, logsumexp, softmax

rng = np.random.RandomState(1)
X = rng.randn(5, 3)
labels = np.array([0, 2, 1, 2, 0])
Y = np.eye(3)[labels]
W1, b1 = rng.randn(3, 4) * 0.5, rng.randn(4) * 0.1
W2, b2 = rng.randn(4, 3) * 0.5, rng.randn(3) * 0.1
PARAMS = [W1, b1, W2, b2]


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


def softmax_rows():
    """Softmax and cross-entropy over rows."""

    def forward(p):
        h = np.tanh(X @ p[0] + p[1])
        z = h @ p[2] + p[3]
        e = np.exp(z - np.max(z, axis=1, keepdims=True))
        return h, e / np.sum(e, axis=1, keepdims=True)

    def cost(p):
        return -np.mean(np.sum(Y * np.log(forward(p)[1]), axis=1))

    def grad(p):
        h, q = forward(p)
        d2 = (q - Y) / len(X)
        d1 = d2 @ p[2].T * (1 - h**2)
        return [X.T @ d1, d1.sum(axis=0), h.T @ d2, d2.sum(axis=0)]

    return cost, grad, PARAMS


def fancy_indexing():
    """Integer labels, scores indexed by range and label, a mask for the relu."""
    N = X.shape[0]
    reg = 0.05

    def loss(p):
        W1, b1, W2, b2 = p
        hidden = np.maximum(0, X.dot(W1) + b1)
        scores = hidden.dot(W2) + b2
        scores -= np.max(scores, axis=1, keepdims=True)
        probs = np.exp(scores) / np.sum(np.exp(scores), axis=1, keepdims=True)
        data_loss = np.sum(-np.log(probs[range(N), labels])) / N
        loss = data_loss + 0.5 * reg * np.sum(W1 * W1) + 0.5 * reg * np.sum(W2 * W2)
        dscores = probs.copy()
        dscores[range(N), labels] -= 1
        dscores /= N
        dW2 = np.dot(hidden.T, dscores) + reg * W2
        db2 = np.sum(dscores, axis=0)
        dhidden = np.dot(dscores, W2.T)
        dhidden[hidden <= 0] = 0
        return loss, [np.dot(X.T, dhidden) + reg * W1, np.sum(dhidden, axis=0), dW2, db2]

    return lambda p: loss(p)[0], lambda p: loss(p)[1], PARAMS


def hinge():
    """The margin loss of a linear classifier, vectorised."""
    N = len(X)

    def margins(W):
        scores = X.dot(W)
        correct = scores[np.arange(N), labels].reshape(-1, 1)
        m = np.maximum(0, scores - correct + 1)
        m[np.arange(N), labels] = 0
        return m

    def cost(W):
        return np.sum(margins(W)) / N + 1e-3 * np.sum(W * W)

    def grad(W):
        m = margins(W)
        binary = m
        binary[m > 0] = 1
        row_sum = np.sum(binary, axis=1)
        binary[np.arange(N), labels] -= row_sum.T
        return np.dot(X.T, binary) / N + 2e-3 * W

    return cost, grad, rng.randn(3, 3) * 0.5


def einsum_style():
    """All products by einsum."""

    def forward(p):
        h = sigmoid(np.einsum("ni,ij->nj", X, p[0]) + p[1])
        return h, np.einsum("nj,jk->nk", h, p[2]) + p[3]

    def cost(p):
        _, out = forward(p)
        return np.einsum("nk,nk->", out - Y, out - Y) / 2

    def grad(p):
        h, out = forward(p)
        d = out - Y
        dh = np.einsum("nk,jk->nj", d, p[2]) * h * (1 - h)
        return [
            np.einsum("ni,nj->ij", X, dh),
            np.einsum("nj->j", dh),
            np.einsum("nj,nk->jk", h, d),
            np.einsum("nk->k", d),
        ]

    return cost, grad, PARAMS


def scipy_functions():
    """expit, logsumexp and softmax of scipy."""

    def cost(p):
        z = expit(X @ p[0] + p[1]) @ p[2] + p[3]
        return (logsumexp(z, axis=1) - (z * Y).sum(axis=1)).mean()

    def grad(p):
        h = expit(X @ p[0] + p[1])
        d = (softmax(h @ p[2] + p[3], axis=1) - Y) / len(X)
        dh = d @ p[2].T * h * (1 - h)
        return [X.T @ dh, dh.sum(0), h.T @ d, d.sum(0)]

    return cost, grad, PARAMS


def vectorized():
    """Activation functions of single numbers, made vectorised."""
    f = np.vectorize(lambda z: 1 / (1 + math.exp(-z)))
    f_prime = np.vectorize(lambda z: math.exp(-z) / (1 + math.exp(-z)) ** 2)

    def cost(p):
        return 0.5 * np.sum((f(X @ p[0] + p[1]) @ p[2] + p[3] - Y) ** 2)

    def grad(p):
        z = X @ p[0] + p[1]
        d = f(z) @ p[2] + p[3] - Y
        dz = d.dot(p[2].T) * f_prime(z)
        return [X.T.dot(dz), dz.sum(axis=0), f(z).T.dot(d), d.sum(axis=0)]

    return cost, grad, PARAMS


def vectorize_decorator():
    """np.vectorize as a decorator, with a branch inside."""

    @np.vectorize
    def leaky(z):
        return z if z > 0 else 0.01 * z

    @np.vectorize
    def leaky_prime(z):
        return 1.0 if z > 0 else 0.01

    def cost(p):
        return np.mean((leaky(X @ p[0] + p[1]) @ p[2] + p[3] - Y) ** 2)

    def grad(p):
        z = X @ p[0] + p[1]
        d = 2 * (leaky(z) @ p[2] + p[3] - Y) / Y.size
        dz = (d @ p[2].T) * leaky_prime(z)
        return [X.T @ dz, dz.sum(axis=0), leaky(z).T @ d, d.sum(axis=0)]

    return cost, grad, PARAMS


def asarray_everywhere():
    """Inputs converted at every door."""

    def layer(w, b, x):
        w = np.asarray(w, dtype=np.float64)
        b = np.asarray(b, dtype=float)
        return np.asarray(x) @ w + b

    def cost(p):
        out = layer(p[2], p[3], np.tanh(layer(p[0], p[1], X)))
        return float(np.mean(np.square(out - np.array(Y))))

    def grad(p):
        h = np.array(np.tanh(layer(p[0], p[1], X)), dtype=float)
        d = 2 * (layer(p[2], p[3], h) - Y) / Y.size
        dz = (d @ np.asarray(p[2]).T) * (1 - np.power(h, 2))
        return [np.asarray(g, dtype=float) for g in (X.T @ dz, dz.sum(0), h.T @ d, d.sum(0))]

    return cost, grad, PARAMS


def gelu():
    """The exact gelu."""

    def phi(z):
        return 0.5 * (1 + erf(z / np.sqrt(2)))

    def cost(p):
        z = X @ p[0] + p[1]
        return 0.5 * np.sum(((z * phi(z)) @ p[2] + p[3] - Y) ** 2)

    def grad(p):
        z = X @ p[0] + p[1]
        d = (z * phi(z)) @ p[2] + p[3] - Y
        slope = phi(z) + z * np.exp(-0.5 * z**2) / np.sqrt(2 * np.pi)
        dz = d @ p[2].T * slope
        return [X.T @ dz, dz.sum(0), (z * phi(z)).T @ d, d.sum(0)]

    return cost, grad, PARAMS


def softplus_regression():
    """logaddexp as the softplus, a norm as the cost."""

    def cost(p):
        out = np.logaddexp(0, X @ p[0] + p[1]) @ p[2] + p[3]
        return 0.5 * np.linalg.norm(out - Y) ** 2

    def grad(p):
        z = X @ p[0] + p[1]
        h = np.logaddexp(0, z)
        d = h @ p[2] + p[3] - Y
        dz = d @ p[2].T * (1 / (1 + np.exp(-z)))
        return [X.T @ dz, dz.sum(0), h.T @ d, d.sum(0)]

    return cost, grad, PARAMS


def logistic_regression():
    """One layer, labels 0 and 1, the stable cost by log1p."""
    y = np.array([0, 1, 1, 0, 1])

    def cost(theta):
        z = X @ theta
        return np.mean(np.maximum(z, 0) - z * y + np.log1p(np.exp(-np.abs(z))))

    def grad(theta):
        return X.T @ (sigmoid(X @ theta) - y) / y.size

    return cost, grad, rng.randn(3)


def stepwise_masks():
    """Leaky relu by where, elu by an index with a mask."""

    def elu(z):
        out = z.copy()
        out[z < 0] = np.expm1(z[z < 0])
        return out

    def cost(p):
        h = np.where(X @ p[0] + p[1] > 0, X @ p[0] + p[1], 0.1 * (X @ p[0] + p[1]))
        return np.abs(elu(h @ p[2] + p[3]) - Y).sum()

    def grad(p):
        z1 = X @ p[0] + p[1]
        h = np.where(z1 > 0, z1, 0.1 * z1)
        z2 = h @ p[2] + p[3]
        d = np.sign(elu(z2) - Y)
        d[z2 < 0] *= np.exp(z2[z2 < 0])
        dz = d @ p[2].T * np.where(z1 > 0, 1, 0.1)
        return [X.T @ dz, dz.sum(0), h.T @ d, d.sum(0)]

    return cost, grad, PARAMS


NETWORKS = [
    softmax_rows,
    fancy_indexing,
    hinge,
    einsum_style,
    scipy_functions,
    vectorized,
    vectorize_decorator,
    asarray_everywhere,
    gelu,
    softplus_regression,
    logistic_regression,
    stepwise_masks,
]
