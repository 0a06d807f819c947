"""Cases over the rationals, where the laws of the formulas hold with ``==``."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import strategies as st
from strategies import Array, Case, cases

from nncore import Activation

__all__ = ["SQUARE", "exact_cases", "rational"]

#: An activation that is curved and stays within the rationals.
SQUARE = Activation("square", lambda z: z * z, lambda z: 2 * z)


def rational(array: Array) -> Array:
    """Return the same numbers as fractions."""
    fractions: Array = np.array([Fraction(value) for value in array.flat], object)
    return fractions.reshape(array.shape)


@st.composite
def exact_cases(
    draw: st.DrawFn, *, max_batch: int = 3, hidden: str | Activation = SQUARE
) -> Case:
    """
    Return a strategy for networks and batches of fractions, with the quadratic cost.

    They have up to four layers of up to three neurons, and shrink as `cases` does.
    """
    net, x, y = draw(
        cases(
            max_layers=4,
            max_width=3,
            max_batch=max_batch,
            hidden=[hidden],
            outputs=[("identity", "quadratic"), (hidden, "quadratic")],
            l2=[0, Fraction(1, 4)],
            regimes=("grid", "normal"),
        )
    )
    net.weights[1:] = [rational(w) for w in net.weights[1:]]
    net.biases[1:] = [rational(b) for b in net.biases[1:]]
    return Case(net, rational(x), rational(y))
