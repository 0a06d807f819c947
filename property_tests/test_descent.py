"""`fit` takes the steps of mini-batch gradient descent, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import asdict
from typing import Any

import numpy as np
from comparisons import assert_same_bits
from hypothesis import given
from hypothesis import strategies as st
from strategies import Array, Case, batches, cases, networks

from nncore import Cost, Network

#: Numbers, and a step, with which nothing diverges within a few epochs.
MODEST = ("grid", "normal", "zeros", "ties")
RATE = 2.0**-24
SEEDS = st.integers(0, 2**32 - 1)


def learnt(net: Network) -> dict[str, Array]:
    """Return the parameters of layers 1 and up, by name."""
    lists: dict[str, Sequence[Array]] = {"weights": net.weights, "biases": net.biases}
    return {
        f"{name}[{l}]": a for name, arrays in lists.items() for l, a in enumerate(arrays) if l
    }


def modest_cases() -> st.SearchStrategy[Case]:
    """Return a strategy for cases of up to nine examples that can be trained on."""
    return cases(max_layers=4, max_width=4, max_batch=9, regimes=MODEST)


def step(net: Network, x: Array, y: Array) -> None:
    """Take one step down the gradient of a batch: w -> w - eta dC/dw, b -> b - eta dC/db."""
    nabla_w, nabla_b = net.backprop(x, y)
    for l in range(1, net.num_layers):
        net.weights[l] = net.weights[l] - RATE * nabla_w[l]
        net.biases[l] = net.biases[l] - RATE * nabla_b[l]


@given(data=st.data())
def test_an_epoch_is_the_steps_of_its_mini_batches(data: st.DataObject) -> None:
    """An epoch takes each example once, in batches of which the last takes what is left, and
    each step is that of `backprop`: the mean over the batch's own length."""
    seen: list[Array] = []

    def prime(a: Array, y: Array) -> Array:
        seen.append(y.copy())
        return a - y

    recording = Cost("recording", lambda a, y: ((a - y) * (a - y)).sum(axis=1) / 2, prime)
    bounds: Any = {"max_layers": 4, "max_width": 4, "regimes": MODEST}
    net = data.draw(networks(outputs=[("identity", recording)], **bounds), label="net")
    x, y = data.draw(batches(net, max_batch=9, regimes=MODEST), label="x, y")
    batch_size = data.draw(st.integers(1, 5), label="batch_size")
    y[:, 0] = np.arange(len(y))  # by their targets the examples are known again
    twin = deepcopy(net)
    net.fit(x, y, epochs=1, batch_size=batch_size, learning_rate=RATE, rng=data.draw(SEEDS))

    rows = [targets[:, 0].astype(int) for targets in seen]
    lengths, (full, left) = [len(batch) for batch in rows], divmod(len(y), batch_size)
    expected = [batch_size] * full + [left] * (left > 0)
    assert lengths == expected, f"mini-batches have lengths {lengths}, should be {expected}"
    order = np.concatenate(rows).tolist()
    assert sorted(order) == list(range(len(y))), f"an epoch took the examples {order}"
    for batch in rows:
        step(twin, x[batch], y[batch])
    for name, theirs in learnt(twin).items():
        # The engine rounds in another order: some ulp for each of up to nine steps.
        off = abs(learnt(net)[name] - theirs).max(initial=0) / (1 + abs(theirs).max(initial=0))
        assert off <= 1e-14, f"{name} differs by {off} of its size\n{Case(net, x, y)}"


@given(case=modest_cases(), seed=SEEDS)
def test_fit_leaves_the_data_alone(case: Case, seed: int) -> None:
    """The caller's examples and targets keep every bit and their order; read-only will do."""
    before = {"x": case.x.copy(), "y": case.y.copy()}
    validation = (case.x, case.y)
    case.net.fit(*validation, epochs=2, batch_size=2, learning_rate=RATE, rng=seed)
    case.x.flags.writeable = case.y.flags.writeable = False
    case.net.fit(*validation, epochs=1, learning_rate=RATE, rng=seed, validation=validation)
    assert_same_bits({"x": case.x, "y": case.y}, before, case)


@given(case=modest_cases(), seed=SEEDS)
def test_fit_is_the_same_for_one_seed(case: Case, seed: int) -> None:
    """Two runs from one seed, or from two generators of one seed, agree to the last bit."""
    runs = []
    for rng in (seed, seed, np.random.default_rng(seed)):
        net = deepcopy(case.net)
        history = net.fit(case.x, case.y, epochs=2, batch_size=2, learning_rate=RATE, rng=rng)
        runs.append((learnt(net), asdict(history)))
    for parameters, history_ in runs[1:]:
        assert_same_bits(parameters, runs[0][0], case)
        assert history_ == runs[0][1], f"history is {history_}, should be {runs[0][1]}\n{case}"


@given(case=modest_cases())
def test_fit_continues_where_it_stopped(case: Case) -> None:
    """Two calls of one epoch are one call of two, generator and parameters alike."""
    settings: Any = {"batch_size": 2, "learning_rate": RATE}
    twin = deepcopy(case.net)
    case.net.fit(case.x, case.y, epochs=2, **settings)
    twin.fit(case.x, case.y, epochs=1, **settings)
    twin.fit(case.x, case.y, epochs=1, **settings)
    assert_same_bits(learnt(twin), learnt(case.net), case)


@given(case=modest_cases(), seed=SEEDS)
def test_no_step_is_taken_at_learning_rate_zero(case: Case, seed: int) -> None:
    """With learning_rate 0 every parameter keeps every bit."""
    before = {name: array.copy() for name, array in learnt(case.net).items()}
    case.net.fit(case.x, case.y, epochs=2, batch_size=2, learning_rate=0, rng=seed)
    assert_same_bits(learnt(case.net), before, case)


@given(case=modest_cases(), seed=SEEDS)
def test_what_is_learnt_belongs_to_the_network(case: Case, seed: int) -> None:
    """After `fit` the parameters share no memory with the data, nor with each other."""
    case.net.fit(case.x, case.y, epochs=1, batch_size=2, learning_rate=RATE, rng=seed)
    named = learnt(case.net) | {"x": case.x, "y": case.y}
    for name in learnt(case.net):
        for other in named:
            is_shared = name != other and np.shares_memory(named[name], named[other])
            assert not is_shared, f"{name} aliases {other}\n{case}"
