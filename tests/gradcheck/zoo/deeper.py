"""Recurrent, convolutional and normalised networks."""

# mypy: ignore-errors

from functools import reduce

import numpy as np
from numpy import exp, zeros

rng = np.random.RandomState(3)


def recurrent():
    """Characters through a recurrent network, gradients clipped in place."""
    inputs, targets = [0, 2, 1], [2, 1, 3]
    params = [rng.randn(5, 4) * 0.5, rng.randn(5, 5) * 0.5, rng.randn(4, 5) * 0.5]
    params += [rng.randn(5, 1) * 0.1, rng.randn(4, 1) * 0.1]

    def both(p):
        Wxh, Whh, Why, bh, by = p
        xs, hs, ys, ps = {}, {}, {}, {}
        hs[-1] = np.copy(np.zeros((5, 1)))
        loss = 0
        for t in range(len(inputs)):
            xs[t] = np.zeros((4, 1))
            xs[t][inputs[t]] = 1
            hs[t] = np.tanh(np.dot(Wxh, xs[t]) + np.dot(Whh, hs[t - 1]) + bh)
            ys[t] = np.dot(Why, hs[t]) + by
            ps[t] = np.exp(ys[t]) / np.sum(np.exp(ys[t]))
            loss += -np.log(ps[t][targets[t], 0])
        dWxh, dWhh, dWhy = np.zeros_like(Wxh), np.zeros_like(Whh), np.zeros_like(Why)
        dbh, dby = np.zeros_like(bh), np.zeros_like(by)
        dhnext = np.zeros_like(hs[0])
        for t in reversed(range(len(inputs))):
            dy = np.copy(ps[t])
            dy[targets[t]] -= 1
            dWhy += np.dot(dy, hs[t].T)
            dby += dy
            dh = np.dot(Why.T, dy) + dhnext
            dhraw = (1 - hs[t] * hs[t]) * dh
            dbh += dhraw
            dWxh += np.dot(dhraw, xs[t].T)
            dWhh += np.dot(dhraw, hs[t - 1].T)
            dhnext = np.dot(Whh.T, dhraw)
        for dparam in [dWxh, dWhh, dWhy, dbh, dby]:
            np.clip(dparam, -5, 5, out=dparam)
        return loss, [dWxh, dWhh, dWhy, dbh, dby]

    return lambda p: both(p)[0], lambda p: both(p)[1], params


def convolution():
    """A convolution by four loops, a maximum over windows, a dense layer."""
    images = rng.randn(2, 5, 5)
    targets = rng.randn(2)

    def forward(p):
        k, w = p
        conv = np.zeros((2, 4, 4))
        for n in range(2):
            for i in range(4):
                for j in range(4):
                    conv[n, i, j] = np.sum(images[n, i : i + 2, j : j + 2] * k)
        pool = zeros((2, 2, 2))
        for n in range(2):
            for i in range(2):
                for j in range(2):
                    pool[n, i, j] = np.max(conv[n, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2])
        return conv, pool, pool.reshape(2, -1) @ w

    def cost(p):
        return 0.5 * np.sum((forward(p)[2] - targets) ** 2)

    def grad(p):
        conv, pool, out = forward(p)
        d = out - targets
        dw = pool.reshape(2, -1).T @ d
        dpool = np.outer(d, p[1]).reshape(pool.shape)
        dk = np.zeros((2, 2))
        for n in range(2):
            for i in range(2):
                for j in range(2):
                    window = conv[n, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
                    a, b = np.unravel_index(window.argmax(), window.shape)
                    r, c = 2 * i + a, 2 * j + b
                    dk += dpool[n, i, j] * images[n, r : r + 2, c : c + 2]
        return [dk, dw]

    return cost, grad, [rng.randn(2, 2), rng.randn(4)]


def im2col():
    """A convolution as one product, windows by fancy indexing."""
    image = rng.randn(6)
    rows = np.arange(4)[:, None] + np.arange(3)[None, :]

    def cost(p):
        return np.sum(np.tanh(image[rows].dot(p["k"]) + p["b"]) * np.arange(1, 5))

    def grad(p):
        out = np.tanh(image[rows].dot(p["k"]) + p["b"])
        d = (1 - out**2) * np.arange(1, 5)
        return {"k": np.tensordot(image[rows], d, axes=([0], [0])), "b": d.sum()}

    return cost, grad, {"k": rng.randn(3), "b": np.array(0.2)}


def batch_normalisation():
    """A batch normalisation with the backward pass in steps."""
    x, t = rng.randn(6, 3), rng.randn(6, 2)
    eps = 1e-5

    def forward(p):
        w, gamma, beta, v = p
        z = x @ w
        mu = z.mean(axis=0)
        var = z.var(axis=0)
        xhat = (z - mu) / np.sqrt(var + eps)
        return z, mu, var, xhat, np.maximum(gamma * xhat + beta, 0) @ v

    def cost(p):
        return ((forward(p)[-1] - t) ** 2).sum()

    def grad(p):
        w, gamma, beta, v = p
        z, mu, var, xhat, out = forward(p)
        N = len(z)
        d = 2 * (out - t)
        act = gamma * xhat + beta
        dv = np.maximum(act, 0).T @ d
        dact = d @ v.T * (act > 0)
        dxhat = dact * gamma
        dvar = np.sum(dxhat * (z - mu) * -0.5 * (var + eps) ** -1.5, axis=0)
        dmu = np.sum(dxhat * -1 / np.sqrt(var + eps), axis=0)
        dmu += dvar * np.mean(-2 * (z - mu), axis=0)
        dz = dxhat / np.sqrt(var + eps) + dvar * 2 * (z - mu) / N + dmu / N
        return [x.T @ dz, np.sum(dact * xhat, axis=0), dact.sum(axis=0), dv]

    return cost, grad, [rng.randn(3, 4), rng.rand(4) + 0.5, rng.randn(4), rng.randn(4, 2)]


def layer_normalisation():
    """A normalisation over features by mean and std, a residual connection."""
    x, t = rng.randn(3, 4), rng.randn(3, 4)

    def normalised(z):
        return (z - z.mean(-1, keepdims=True)) / z.std(-1, keepdims=True)

    def cost(w):
        return 0.5 * np.sum(np.square(normalised(x + x @ w) - t))

    def grad(w):
        z = x + x @ w
        n = normalised(z)
        d = n - t
        s = np.std(z, axis=-1, keepdims=True)
        centred = d - np.mean(d, -1, keepdims=True) - n * np.mean(d * n, -1, keepdims=True)
        return x.T @ (centred / s)

    return cost, grad, rng.randn(4, 4)


def attention():
    """One head of attention over stacks of matrices."""
    x = rng.randn(2, 3, 4)
    t = rng.randn(2, 3, 4)
    root = np.sqrt(4)

    def forward(p):
        q, k, v = x @ p[0], np.matmul(x, p[1]), x @ p[2]
        s = np.matmul(q, k.transpose(0, 2, 1)) / root
        e = np.exp(s - s.max(axis=-1, keepdims=True))
        a = e / e.sum(axis=-1, keepdims=True)
        return q, k, v, a, a @ v

    def cost(p):
        return np.mean((forward(p)[-1] - t) ** 2)

    def grad(p):
        q, k, v, a, out = forward(p)
        d = 2 * (out - t) / out.size
        dv = np.swapaxes(a, 1, 2) @ d
        da = d @ np.swapaxes(v, 1, 2)
        ds = a * (da - (da * a).sum(axis=-1, keepdims=True)) / root
        dq, dk = ds @ k, np.swapaxes(ds, 1, 2) @ q
        return [np.einsum("bti,btj->ij", x, g) for g in (dq, dk, dv)]

    return cost, grad, [rng.randn(4, 4) * 0.5 for _ in range(3)]


def embedding():
    """Rows of a table, whose gradients are added up where a word occurs twice."""
    words = np.array([[0, 2], [2, 1], [3, 2]])
    t = rng.randn(3)

    def forward(p):
        vectors = p[0][words].mean(axis=1)
        return vectors, 1 / (1 + np.exp(-vectors @ p[1]))

    def cost(p):
        return ((forward(p)[1] - t) ** 2).sum()

    def grad(p):
        vectors, out = forward(p)
        d = 2 * (out - t) * out * (1 - out)
        table = np.zeros_like(p[0])
        np.add.at(table, words, (np.outer(d, p[1]) / 2)[:, None, :].repeat(2, axis=1))
        return [table, vectors.T @ d]

    return cost, grad, [rng.randn(5, 3), rng.randn(3)]


def autoencoder():
    """Tied weights, cross-entropy of each pixel with a clip that is not active."""
    x = (rng.rand(4, 6) > 0.5).astype(float)

    def forward(p):
        h = 1 / (1 + exp(-(x @ p["W"] + p["bh"])))
        return h, 1 / (1 + exp(-(h @ p["W"].T + p["bv"])))

    def cost(p):
        q = np.clip(forward(p)[1], 1e-12, 1 - 1e-12)
        return -(x * np.log(q) + (1 - x) * np.log(1 - q)).sum(axis=1).mean()

    def grad(p):
        h, q = forward(p)
        dv = (q - x) / len(x)
        dh = dv @ p["W"] * h * (1 - h)
        return {"W": x.T @ dh + dv.T @ h, "bh": dh.sum(0), "bv": dv.sum(0)}

    return cost, grad, {"W": rng.randn(6, 3) * 0.5, "bh": rng.randn(3), "bv": rng.randn(6)}


def functional():
    """Layers as closures, composed by reduce."""
    x, t = rng.randn(3, 2), rng.randn(3, 2)

    def forward(p):
        return reduce(lambda a, wb: [*a, np.tanh(a[-1] @ wb[0].T + wb[1])], p, [x])

    def cost(p):
        return sum(map(lambda r: r @ r, forward(p)[-1] - t)) / 2

    def grad(p):
        a = forward(p)
        delta, out = (a[-1] - t) * (1 - a[-1] ** 2), []
        for l in range(len(p) - 1, -1, -1):
            out.insert(0, (delta.T @ a[l], delta.sum(0)))
            delta = delta @ p[l][0] * (1 - a[l] ** 2)
        return out

    return cost, grad, [(rng.randn(4, 2), rng.randn(4)), (rng.randn(2, 4), rng.randn(2))]


def dropout():
    """A mask drawn with a fixed seed in every call."""
    x, t = rng.randn(3, 4), rng.randn(3)

    def mask():
        return (np.random.RandomState(0).rand(3, 5) < 0.6) / 0.6

    def cost(p):
        h = np.maximum(x @ p[0], 0) * mask()
        return np.sqrt(np.mean((h @ p[1] - t) ** 2))

    def grad(p):
        z = x @ p[0]
        h = z.clip(min=0) * mask()
        error = h @ p[1] - t
        rmse = np.sqrt((error**2).mean())
        d = error / (rmse * len(t))
        return [x.T @ (np.outer(d, p[1]) * mask() * (z > 0)), h.T @ d]

    return cost, grad, [rng.randn(4, 5), rng.randn(5)]


def mixture():
    """prod, cumsum, stack, split and norm in one small model."""
    x = rng.randn(4)

    def cost(p):
        a, b = np.split(p, 2)
        steps = np.cumsum(a * x)
        return np.linalg.norm(np.stack([steps, b])) + np.prod(np.cosh(b))

    def grad(p):
        a, b = p[:4], p[4:]
        steps = np.cumsum(a * x)
        size = np.sqrt((steps**2).sum() + (b**2).sum())
        da = np.cumsum((steps / size)[::-1])[::-1] * x
        db = b / size + np.prod(np.cosh(b)) * np.tanh(b)
        return np.concatenate((da, db))

    return cost, grad, rng.randn(8)


NETWORKS = [
    recurrent,
    convolution,
    im2col,
    batch_normalisation,
    layer_normalisation,
    attention,
    embedding,
    autoencoder,
    functional,
    dropout,
    mixture,
]
