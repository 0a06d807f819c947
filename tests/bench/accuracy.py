"""CPU time until MNIST is learned: the same recipe for every peer."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from .numpy_peers import sigmoid
from .peers import make
from .problem import CLASSES, PIXELS, Digits, Peer, Problem

#: 784-100-10, sigmoid hidden layer, batches of 10, float32.
SIZES, BATCH_SIZE, DTYPE = (PIXELS, 100, CLASSES), 10, "float32"
GOAL = 0.97
MOST_EPOCHS = 15


class Learned(NamedTuple):
    """When a peer reached the goal: CPU seconds and epochs, or None where it did not."""

    seconds: float | None
    epochs: int


def learn(
    names: Iterable[str], train: Digits, test: Digits, output: str, seed: int
) -> dict[str, Learned]:
    """Train each peer until the goal; judging it takes no part of its time.

    Epochs of the peers take turns, in an order that alternates: the machine may be slower at
    one time than at another.
    """
    problem = Problem(SIZES, BATCH_SIZE, train.take(len(train.x), DTYPE), output, seed=seed)
    peers = make(problem, names)
    learning, seconds, learned = dict(peers), dict.fromkeys(peers, 0.0), {}
    for epoch in range(1, MOST_EPOCHS + 1):
        for name in [*learning][:: 1 if epoch % 2 else -1]:
            start = time.process_time()
            learning[name].train(1)
            seconds[name] += time.process_time() - start
            if accuracy(learning[name], test) >= GOAL:
                learned[name] = Learned(seconds[name], epoch)
                del learning[name]
    return {name: learned.get(name, Learned(None, MOST_EPOCHS)) for name in peers}


def accuracy(peer: Peer, test: Digits) -> float:
    """Return the share of digits that the network of a peer classifies rightly."""
    weights, biases = peer.parameters()
    a = test.x
    for w, b in zip(weights, biases, strict=True):
        a = sigmoid(a @ w.T + b)  # the largest output is the same for a softmax
    return float(np.mean(a.argmax(axis=1) == test.labels))
