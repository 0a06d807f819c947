"""Networks in plain Python, and with plain Python in the middle."""

# mypy: ignore-errors

import math
import random

import numpy as np

random.seed(4)
DATA = [([0.1, -0.7], 1), ([0.9, 0.4], 0), ([-0.3, 0.8], 1)]


def lists_of_lists():
    """Loops over lists, math.exp, no arrays inside."""

    def sigmoid(x):
        return 1 / (1 + math.exp(-x))

    def forward(w1, w2, x):
        hidden = []
        for row in w1:
            hidden.append(sigmoid(sum(a * b for a, b in zip(row, x + [1]))))
        return hidden, sigmoid(sum(a * b for a, b in zip(w2, hidden + [1])))

    def cost(p):
        total = 0.0
        for x, y in DATA:
            _, out = forward(p[0], p[1], x)
            total -= math.log(out) if y == 1 else math.log(1 - out)
        return float(total)

    def grad(p):
        g1 = [[0.0 for _ in row] for row in p[0]]
        g2 = [0.0] * len(p[1])
        for x, y in DATA:
            hidden, out = forward(p[0], p[1], x)
            delta = out - y
            for j in range(len(hidden)):
                g2[j] += delta * hidden[j]
                d = delta * p[1][j] * hidden[j] * (1 - hidden[j])
                for i, value in enumerate(x + [1]):
                    g1[j][i] += d * value
            g2[-1] += delta
        return [np.array(g1), np.array(g2)]

    w1 = np.array([[random.gauss(0, 1) for _ in range(3)] for _ in range(4)])
    return cost, grad, [w1, np.array([random.gauss(0, 1) for _ in range(5)])]


def rows_of_numpy():
    """A loop over rows, results collected in lists."""
    x = np.array([d[0] for d in DATA])
    y = np.array([d[1] for d in DATA])

    def outputs(w):
        return np.array([1.0 / (1.0 + np.exp(-np.dot(w, row))) for row in x])

    def cost(w):
        a = outputs(w)
        return -np.average(y * np.log(a) + (1 - y) * np.log(1 - a))

    def grad(w):
        terms = []
        for row, a, target in zip(x, outputs(w), y):
            terms.append((a - target) * row)
        return np.mean(terms, axis=0)

    return cost, grad, np.array([0.4, -1.1])


NETWORKS = [lists_of_lists, rows_of_numpy]
