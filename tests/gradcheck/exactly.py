"""Derivatives of small networks to sixty digits, by mpmath and in plain loops."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import mpmath
import numpy as np

if TYPE_CHECKING:
    from networks import Net

DIGITS = 60


def _value(n: Net, w: list[Any], b: list[Any]) -> Any:
    """The cost, written once more for mpmath."""
    x, y, hidden, kind = (n.about[key] for key in ("x", "y", "hidden", "kind"))
    total = mpmath.mpf(0)
    for row, target in zip(x, y, strict=True):
        a = [mpmath.mpf(float(v)) for v in row]
        for l, (weights, biases) in enumerate(zip(w, b, strict=True)):
            z = [
                mpmath.fsum([weights[j][k] * a[k] for k in range(len(a))]) + biases[j]
                for j in range(len(biases))
            ]
            if l < len(w) - 1:
                a = [_activation(hidden, v) for v in z]
        if kind == "cross_entropy":
            logs = mpmath.log(mpmath.fsum([mpmath.exp(v) for v in z]))
            total -= mpmath.fsum(
                [float(t) * (v - logs) for t, v in zip(target, z, strict=True)]
            )
        else:
            outs = [1 / (1 + mpmath.exp(-v)) for v in z]
            total += (
                mpmath.fsum([(o - float(t)) ** 2 for o, t in zip(outs, target, strict=True)])
                / 2
            )
    return total / len(x)


def _activation(hidden: str, z: Any) -> Any:
    if hidden == "tanh":
        return mpmath.tanh(z)
    return 1 / (1 + mpmath.exp(-z)) if hidden == "sigmoid" else max(z, mpmath.mpf(0))


def derivatives(n: Net) -> list[Any]:
    """One object array of mpmath numbers for each array of the parameters."""
    with mpmath.workdps(3 * DIGITS):
        w = [[[mpmath.mpf(float(v)) for v in row] for row in a] for a in n.params["w"]]
        b = [[mpmath.mpf(float(v)) for v in a] for a in n.params["b"]]
        h = mpmath.mpf(10) ** -DIGITS
        found = []
        for kind, arrays in (("w", n.params["w"]), ("b", n.params["b"])):
            for l, array in enumerate(arrays):
                out = np.empty(array.shape, dtype=object)
                for index in np.ndindex(array.shape):
                    place = w[l][index[0]] if kind == "w" else b[l]
                    kept = place[index[-1]]
                    place[index[-1]] = kept + h
                    up = _value(n, w, b)
                    place[index[-1]] = kept - h
                    down = _value(n, w, b)
                    place[index[-1]] = kept
                    # Central: truncation is h squared, sixty digits below the noise of 180.
                    out[index] = (up - down) / (2 * h)
                found.append(out)
        return found
