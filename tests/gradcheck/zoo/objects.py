"""Networks as classes."""

# mypy: ignore-errors

import numpy as np

rng = np.random.RandomState(2)
X = rng.randn(4, 3)
T = np.array([[1, 0], [0, 1], [0, 1], [1, 0]])


class ColumnNetwork:
    """Column vectors, biases of shape (n, 1), one example after the other."""

    def __init__(self, sizes):
        self.num_layers = len(sizes)
        self.sizes = sizes
        self.biases = [rng.randn(y, 1) for y in sizes[1:]]
        self.weights = [rng.randn(y, x) for x, y in zip(sizes[:-1], sizes[1:])]

    def feedforward(self, a):
        for b, w in zip(self.biases, self.weights):
            a = self.sigmoid(np.dot(w, a) + b)
        return a

    def backprop(self, x, y):
        nabla_b = [np.zeros(b.shape) for b in self.biases]
        nabla_w = [np.zeros(w.shape) for w in self.weights]
        activation = x
        activations = [x]
        zs = []
        for b, w in zip(self.biases, self.weights):
            z = np.dot(w, activation) + b
            zs.append(z)
            activation = self.sigmoid(z)
            activations.append(activation)
        delta = activations[-1] - y
        nabla_b[-1] = delta
        nabla_w[-1] = np.dot(delta, activations[-2].transpose())
        for l in range(2, self.num_layers):
            sp = self.sigmoid(zs[-l]) * (1 - self.sigmoid(zs[-l]))
            delta = np.dot(self.weights[-l + 1].transpose(), delta) * sp
            nabla_b[-l] = delta
            nabla_w[-l] = np.dot(delta, activations[-l - 1].transpose())
        return nabla_b, nabla_w

    @staticmethod
    def sigmoid(z):
        return 1.0 / (1.0 + np.exp(-z))


def column_vectors():
    """Sums over examples in buffers of zeros, a cost that passes through nan_to_num."""
    net = ColumnNetwork([3, 4, 2])
    data = [(x.reshape(-1, 1), t.reshape(-1, 1)) for x, t in zip(X, T)]

    def cost(p):
        net.biases, net.weights = p
        total = 0.0
        for x, y in data:
            a = net.feedforward(x)
            total += np.sum(np.nan_to_num(-y * np.log(a) - (1 - y) * np.log(1 - a))) / len(data)
        return total

    def grad(p):
        net.biases, net.weights = p
        sum_b = [np.zeros(b.shape) for b in net.biases]
        sum_w = [np.zeros(w.shape) for w in net.weights]
        for x, y in data:
            delta_b, delta_w = net.backprop(x, y)
            sum_b = [nb + dnb for nb, dnb in zip(sum_b, delta_b)]
            sum_w = [nw + dnw for nw, dnw in zip(sum_w, delta_w)]
        return [b / len(data) for b in sum_b], [w / len(data) for w in sum_w]

    return cost, grad, ([b.copy() for b in net.biases], [w.copy() for w in net.weights])


def accumulated_in_place():
    """Gradients added into buffers of zeros with +=."""
    net = ColumnNetwork([3, 5, 2])
    data = [(x[:, None], t[:, None]) for x, t in zip(X, T)]

    def cost(p):
        net.biases, net.weights = p["b"], p["w"]
        error = np.zeros(1)
        for x, y in data:
            error += np.sum(np.logaddexp(0, net.weights[-1] @ hidden(net, x) + net.biases[-1]))
            error -= np.sum(y * (net.weights[-1] @ hidden(net, x) + net.biases[-1]))
        return error[0]

    def hidden(net, x):
        return net.sigmoid(net.weights[0] @ x + net.biases[0])

    def grad(p):
        net.biases, net.weights = p["b"], p["w"]
        total = {
            "b": [np.zeros_like(b) for b in p["b"]],
            "w": [np.zeros(w.shape) for w in p["w"]],
        }
        for x, y in data:
            delta_b, delta_w = net.backprop(x, y)
            for i in range(2):
                total["b"][i] += delta_b[i]
                total["w"][i] += delta_w[i]
        return total

    return cost, grad, {"b": net.biases, "w": net.weights}


class Dense:
    def __init__(self, n_in, n_out):
        self.W = rng.randn(n_in, n_out) * 0.7
        self.b = np.zeros((1, n_out)) + 0.1

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, grad):
        self.dW = self.x.T @ grad
        self.db = np.sum(grad, axis=0, keepdims=True)
        return grad @ self.W.T


class ReLU:
    def forward(self, x):
        self.mask = x <= 0
        out = x.copy()
        out[self.mask] = 0
        return out

    def backward(self, grad):
        grad[self.mask] = 0
        return grad


class SoftmaxLoss:
    def forward(self, x, t):
        self.t = t
        e = np.exp(x - x.max(axis=-1, keepdims=True))
        self.y = e / e.sum(axis=-1, keepdims=True)
        return -np.sum(t * np.log(self.y)) / t.shape[0]

    def backward(self):
        return (self.y - self.t) / self.t.shape[0]


def layer_objects():
    """A class for each layer, which keeps what it needs for the way back."""
    layers = [Dense(3, 6), ReLU(), Dense(6, 2)]
    loss = SoftmaxLoss()
    dense = [layer for layer in layers if isinstance(layer, Dense)]

    def cost(p):
        for layer, (W, b) in zip(dense, p):
            layer.W, layer.b = W, b
        out = X
        for layer in layers:
            out = layer.forward(out)
        return loss.forward(out, T)

    def grad(p):
        cost(p)
        d = loss.backward()
        for layer in reversed(layers):
            d = layer.backward(d)
        return [(layer.dW, layer.db) for layer in dense]

    return cost, grad, [(layer.W, layer.b) for layer in dense]


def dictionary_of_columns():
    """Examples in columns, parameters in a dict, the cost squeezed."""
    A0, Y = X.T, T.T
    m = A0.shape[1]
    params = {
        "W1": rng.randn(4, 3) * 0.5,
        "b1": np.zeros((4, 1)) + 0.01,
        "W2": rng.randn(2, 4) * 0.5,
        "b2": np.zeros((2, 1)),
    }

    def forward(p):
        Z1 = np.dot(p["W1"], A0) + p["b1"]
        A1 = np.maximum(0, Z1)
        A2 = 1 / (1 + np.exp(-(np.dot(p["W2"], A1) + p["b2"])))
        return Z1, A1, A2

    def cost(p):
        A2 = forward(p)[2]
        cost = -1 / m * np.sum(np.multiply(np.log(A2), Y) + np.multiply(np.log(1 - A2), 1 - Y))
        return np.squeeze(cost)

    def grad(p):
        Z1, A1, A2 = forward(p)
        dZ2 = A2 - Y
        dA1 = np.dot(p["W2"].T, dZ2)
        dZ1 = np.array(dA1, copy=True)
        dZ1[Z1 <= 0] = 0
        return {
            "W1": 1 / m * np.dot(dZ1, A0.T),
            "b1": 1 / m * np.sum(dZ1, axis=1, keepdims=True),
            "W2": 1.0 / m * np.dot(dZ2, A1.T),
            "b2": 1.0 / m * np.sum(dZ2, axis=1, keepdims=True),
        }

    return cost, grad, params


def unrolled():
    """All weights in one vector, a column of ones for the biases."""
    lam = 0.3
    m = len(X)

    def sigmoid(z):
        return 1 / (1 + np.exp(-z))

    def forward(theta):
        Theta1 = np.reshape(theta[: 4 * 4], (4, 4))
        Theta2 = theta[4 * 4 :].reshape((2, 5), order="F")
        a1 = np.hstack((np.ones((m, 1)), X))
        a2 = np.c_[np.ones(m), sigmoid(a1.dot(Theta1.T))]
        return Theta1, Theta2, a1, a2, sigmoid(a2.dot(Theta2.T))

    def cost(theta):
        Theta1, Theta2, _, _, h = forward(theta)
        J = np.sum(-T * np.log(h) - (1 - T) * np.log(1 - h)) / m
        return J + lam / (2 * m) * (np.sum(Theta1[:, 1:] ** 2) + np.sum(Theta2[:, 1:] ** 2))

    def grad(theta):
        Theta1, Theta2, a1, a2, h = forward(theta)
        d3 = h - T
        d2 = d3.dot(Theta2)[:, 1:] * a2[:, 1:] * (1 - a2[:, 1:])
        g1, g2 = d2.T.dot(a1) / m, d3.T.dot(a2) / m
        g1[:, 1:] += lam / m * Theta1[:, 1:]
        g2[:, 1:] = g2[:, 1:] + lam / m * Theta2[:, 1:]
        return np.concatenate([g1.ravel(), g2.ravel(order="F")])

    return cost, grad, rng.randn(26) * 0.4


class Neuron:
    def __init__(self, weights, bias):
        self.weights = weights
        self.bias = bias

    def output(self, inputs):
        self.inputs = inputs
        total = 0
        for i in range(len(inputs)):
            total += inputs[i] * self.weights[i]
        self.out = np.tanh(total + self.bias)
        return self.out


def neurons():
    """An object for each neuron, lists of numbers between them."""

    def build(p):
        return [
            [Neuron(w[:-1], w[-1]) for w in np.asarray(p[0])],
            [Neuron(w[:-1], w[-1]) for w in np.asarray(p[1])],
        ]

    def cost(p):
        total = 0
        for x, t in zip(X.tolist(), T.tolist()):
            layers = build(p)
            hidden = [n.output(x) for n in layers[0]]
            out = [n.output(hidden) for n in layers[1]]
            for o, target in zip(out, t):
                total += 0.5 * (target - o) ** 2
        return total

    def grad(p):
        g = [np.zeros(p[0].shape), np.zeros(p[1].shape)]
        for x, t in zip(X.tolist(), T.tolist()):
            layers = build(p)
            hidden = [n.output(x) for n in layers[0]]
            out = [n.output(hidden) for n in layers[1]]
            d_out = [(o - target) * (1 - o**2) for o, target in zip(out, t)]
            for k, d in enumerate(d_out):
                for j, h in enumerate(hidden):
                    g[1][k, j] += d * h
                g[1][k, -1] += d
            for j, h in enumerate(hidden):
                back = sum(d * n.weights[j] for d, n in zip(d_out, layers[1]))
                for i, value in enumerate(x):
                    g[0][j][i] += back * (1 - h * h) * value
                g[0][j][-1] += back * (1 - h * h)
        return g

    return cost, grad, [rng.randn(3, 4) * 0.5, rng.randn(2, 4) * 0.5]


class SelfContained:
    """Stores its parameters, activations and gradients in attributes."""

    def __init__(self):
        self.params = {"w1": rng.randn(3, 4), "w2": rng.randn(4, 2)}
        self.l2 = 0.01

    def loss(self):
        self.h = np.tanh(X @ self.params["w1"])
        self.out = self.h @ self.params["w2"]
        penalty = sum(np.sum(w**2) for w in self.params.values())
        return ((self.out - T) ** 2).mean() + self.l2 / 2 * penalty

    def backward(self):
        self.loss()
        self.grads = {}
        d = 2 * (self.out - T) / self.out.size
        self.grads["w2"] = self.h.T @ d
        d = d @ self.params["w2"].T
        d *= 1 - self.h**2
        self.grads["w1"] = X.T @ d
        for name in self.params:
            self.grads[name] += self.l2 * self.params[name]
        return {name: self.grads[name] for name in self.params}


def self_contained():
    """An object that stores its parameters."""
    net = SelfContained()

    def cost(p):
        net.params = p
        return net.loss()

    def grad(p):
        net.params = p
        return net.backward()

    return cost, grad, dict(net.params)


NETWORKS = [
    column_vectors,
    accumulated_in_place,
    layer_objects,
    dictionary_of_columns,
    unrolled,
    neurons,
    self_contained,
]
