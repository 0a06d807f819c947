"""The optimizers against others' on the same gradients, and how far rounding may move them."""

# pyright: reportMissingImports=false, reportAttributeAccessIssue=false

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import mpmath
import numpy as np
from strategies import Array

from nncore import SGD, Adam

from .digits import exact

__all__ = ["KINDS", "OPTIMIZER_ORACLES", "Run", "bound", "draw_run", "ours", "textbook"]

U = 2.0**-53
KINDS = ("sgd", "momentum", "nesterov", "adam")


class Run(NamedTuple):
    """Parameters to start from, and the gradients of some steps as rows."""

    kind: str
    start: Array
    gradients: Array
    learning_rate: float
    momentum: float
    betas: tuple[float, float]
    epsilon: float


def draw_run(rng: np.random.Generator, kind: str) -> Run:
    """Return a random run of an optimizer."""
    size, steps = int(rng.integers(1, 9)), int(rng.integers(1, 25))
    scale = float(rng.choice([1e-6, 1e-2, 1.0, 1e3]))
    return Run(
        kind,
        rng.normal(size=size),
        scale * rng.normal(size=(steps, size)),
        float(rng.choice([1e-3, 0.1, 0.5])),
        0.0 if kind == "sgd" else float(rng.choice([0.5, 0.9, 0.99])),
        (float(rng.choice([0.8, 0.9])), float(rng.choice([0.99, 0.999]))),
        float(rng.choice([1e-8, 1e-3])),
    )


def ours(run: Run) -> Array:
    """Return the parameters after all steps of nncore's optimizer."""
    optimizer = (
        Adam(*run.betas, epsilon=run.epsilon)
        if run.kind == "adam"
        else SGD(run.momentum, nesterov=run.kind == "nesterov")
    )
    parameters = run.start.copy()
    optimizer.start(parameters.size, parameters.dtype)
    for gradient in run.gradients:
        wanted = gradient * run.learning_rate if optimizer.WANTS_STEPS else gradient.copy()
        optimizer.update(parameters, wanted, run.learning_rate)
    return parameters


def textbook(run: Run) -> Array:
    """Return the parameters by the equations of the papers, in the precision of mpmath."""
    w, gradients = exact(run.start), exact(run.gradients)
    eta, mu, epsilon = (mpmath.mpf(v) for v in (run.learning_rate, run.momentum, run.epsilon))
    beta1, beta2 = map(mpmath.mpf, run.betas)
    root = np.frompyfunc(mpmath.sqrt, 1, 1)
    m = v = 0 * w
    for t, g in enumerate(gradients, 1):
        if run.kind == "adam":  # Kingma, Ba (ICLR 2015), algorithm 1
            m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g * g
            m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
            w = w - eta * m_hat / (root(v_hat) + epsilon)
            continue
        v = mu * v - eta * g  # Sutskever, Martens, Dahl, Hinton (ICML 2013), equations 1 and 3
        w = w + (mu * v - eta * g if run.kind == "nesterov" else v)
    return w


def bound(run: Run) -> Array:
    """
    Return how far rounding may move the parameters of one program.

    A running error bound (N. Higham, "Accuracy and Stability of Numerical Algorithms", SIAM
    2002, section 3.3): each operation adds u times its result, and passes on what its operands
    are off by. It allows for the forms of the equations that programs choose, which keep the
    velocity in units of the parameters or of the gradient.
    """
    step = _adam_step if run.kind == "adam" else _momentum_step
    memory, error = np.zeros((4, run.start.size)), np.zeros_like(run.start)
    w = run.start
    for t, g in enumerate(run.gradients, 1):
        memory, move, move_error = step(run, memory, g, t)
        w = w + move
        error = error + move_error + U * abs(w)
    return error


def _momentum_step(run: Run, memory: Array, g: Array, _: int) -> tuple[Array, Array, Array]:
    """Return velocity and its error, and the move and its error."""
    v, v_error, *rest = memory
    s, kept = run.learning_rate * g, run.momentum * v
    v = kept - s
    v_error = run.momentum * v_error + U * (2 * abs(s) + abs(kept) + 2 * abs(v))
    memory = np.stack([v, v_error, *rest])
    if run.kind != "nesterov":
        return memory, v, v_error
    ahead = run.momentum * v
    # The parameters are rounded twice, in between with the part that looks ahead.
    error = run.momentum * v_error + U * (3 * abs(ahead) + 3 * abs(s) + abs(run.start) * 2)
    return memory, ahead - s, error


def _adam_step(run: Run, memory: Array, g: Array, t: int) -> tuple[Array, Array, Array]:
    """Return both averages and their errors, and the move and its error."""
    (beta1, beta2), (m, m_error, v, v_relative) = run.betas, memory
    kept, new = beta1 * m, (1 - beta1) * g
    m = kept + new
    m_error = beta1 * m_error + U * (abs(kept) + 2 * abs(new) + abs(m))
    v = beta2 * v + (1 - beta2) * g * g  # nothing cancels
    v_relative = np.maximum(v_relative + U, 4 * U) + U
    # A power is off by t roundings, and 1 - beta^t magnifies them.
    c1, c2 = 1 - beta1**t, 1 - beta2**t
    c1_relative, c2_relative = (U + (t + 1) * U * (1 - c) / c for c in (c1, c2))
    below = np.sqrt(v / c2) + run.epsilon
    move = -run.learning_rate * m / c1 / below
    relative = v_relative / 2 + c2_relative + c1_relative + 10 * U
    error = abs(move) * relative + run.learning_rate * m_error / c1 / below
    return np.stack([m, m_error, v, v_relative]), move, error


def _torch(run: Run) -> Array:
    """Return the parameters by `torch.optim`."""
    import torch  # noqa: PLC0415 - may be missing

    w = torch.tensor(run.start, requires_grad=True)
    optimizer: Any
    if run.kind == "adam":
        optimizer = torch.optim.Adam(
            [w], lr=run.learning_rate, betas=run.betas, eps=run.epsilon
        )
    else:
        optimizer = torch.optim.SGD(
            [w],
            lr=run.learning_rate,
            momentum=run.momentum,
            nesterov=run.kind == "nesterov",
        )
    for gradient in run.gradients:
        w.grad = torch.tensor(gradient)
        optimizer.step()
    return np.asarray(w.detach())


def _jax(run: Run) -> Array:
    """Return the parameters by JAX's own example optimizers."""
    import jax  # noqa: PLC0415 - may be missing
    from jax.example_libraries import optimizers  # noqa: PLC0415

    jax.config.update("jax_enable_x64", True)  # type: ignore[no-untyped-call, unused-ignore]
    rate = run.learning_rate
    made: Mapping[str, Callable[[], Any]] = {
        "sgd": lambda: optimizers.sgd(rate),
        "momentum": lambda: optimizers.momentum(rate, run.momentum),
        "nesterov": lambda: optimizers.nesterov(rate, run.momentum),
        "adam": lambda: optimizers.adam(rate, *run.betas, run.epsilon),
    }
    start, update, parameters = made[run.kind]()
    state = start(run.start)
    for i, gradient in enumerate(run.gradients):
        state = update(i, gradient, state)
    return np.asarray(parameters(state))


def _autograd(run: Run) -> Array:
    """Return the parameters by autograd's optimizers, whose momentum is of another kind."""
    from autograd.misc import optimizers  # noqa: PLC0415 - may be missing

    def gradient(_: Array, i: int) -> Array:
        row: Array = run.gradients[i]
        return row

    steps, rate = len(run.gradients), run.learning_rate
    found = (
        optimizers.adam(gradient, run.start, None, steps, rate, *run.betas, run.epsilon)
        if run.kind == "adam"
        else optimizers.sgd(gradient, run.start, None, steps, rate, mass=0.0)
    )
    return np.asarray(found)


#: The library that each needs, the optimizers that it has, and how it runs them.
OPTIMIZER_ORACLES: Mapping[str, tuple[tuple[str, ...], Callable[[Run], Array]]] = {
    "JAX": (KINDS, _jax),
    "autograd": (("sgd", "adam"), _autograd),
    "torch": (KINDS, _torch),
}
