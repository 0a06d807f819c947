"""
Backpropagation as an identity of polynomials.

With polynomial activations and the quadratic cost, the cost of a batch is a polynomial in
parameters, examples and targets. Along a line theta + t u it is a polynomial in t, whose linear
coefficient is the derivative in the direction u; it is interpolated from values of the cost
alone, so that nothing of backpropagation, and no rule of differentiation, is used to judge it.

Both that coefficient and the sum of nabla times u are polynomials in theta, u, x and y. If they
differed, they would agree at a point drawn uniformly from a field of p elements with a
probability of at most degree / p (the Schwartz-Zippel lemma: J. Schwartz, J. ACM 27 (1980),
corollary 1; R. Zippel, EUROSAM 1979). The degree is not assumed but read off the programs, by
running them on degrees. Over the field of 2^61 - 1 elements a single agreement leaves a wrong
formula less than one chance in 10^14, unless it is wrong by multiples of that prime only, which
runs over the rationals exclude.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from flint import fmpq, nmod
from strategies import Array, Case

from nncore import Activation, Network

__all__ = [
    "POLYNOMIALS",
    "PRIME",
    "Degree",
    "degree_of_cost",
    "degree_of_identity",
    "disagreement",
    "linear_coefficient",
    "random_case",
    "rationals",
    "residues",
]

#: The Mersenne prime 2^61 - 1.
PRIME = 2**61 - 1

Numbers = Callable[[np.random.Generator, tuple[int, ...]], Array]


def _square_prime(z: Array) -> Array:
    slope: Array = 2 * z
    return slope


#: Activations that use + and * alone.
POLYNOMIALS: tuple[Activation, ...] = (
    Activation("square", lambda z: z * z, _square_prime),
    Activation("cube", lambda z: z * z * z, lambda z: 3 * z * z),
    Activation("parabola", lambda z: z * z + 3 * z + 1, lambda z: 2 * z + 3),
)


@dataclass(frozen=True)
class Degree:
    """A bound of the degree of a polynomial, which sums and products carry along."""

    value: int = 0

    def __add__(self, other: Any) -> Degree:
        return Degree(max(self.value, _degree(other)))

    def __mul__(self, other: Any) -> Degree:
        return Degree(self.value + _degree(other))

    def __truediv__(self, other: int) -> Degree:
        return self

    def __neg__(self) -> Degree:
        return self

    __radd__ = __sub__ = __rsub__ = __add__
    __rmul__ = __mul__


def _degree(number: Any) -> int:
    """Return the degree of a number, which is 0 for a constant."""
    return number.value if isinstance(number, Degree) else 0


def residues(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Return uniformly random residues modulo the prime."""
    drawn = rng.integers(0, PRIME, int(np.prod(shape)))
    return _objects([nmod(int(v), PRIME) for v in drawn], shape)


def rationals(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Return random fractions of small integers."""
    pairs = rng.integers(1, 100, (int(np.prod(shape)), 2))
    signs = rng.choice([-1, 1], len(pairs))
    values = [fmpq(int(s * p), int(q)) for s, (p, q) in zip(signs, pairs, strict=True)]
    return _objects(values, shape)


def _objects(values: Sequence[Any], shape: tuple[int, ...]) -> Array:
    """Return objects as an array, which numpy must not look into."""
    array = np.empty(len(values), object)
    array[:] = values
    return array.reshape(shape)


def random_case(
    rng: np.random.Generator,
    numbers: Numbers,
    *,
    hidden: Activation,
    output: str | Activation = "identity",
    max_layers: int = 5,
    max_width: int = 4,
    max_batch: int = 3,
) -> Case:
    """Return a network of random sizes, with all of its numbers and a batch drawn."""
    sizes = [int(n) for n in rng.integers(1, max_width + 1, rng.integers(2, max_layers + 1))]
    net = Network(
        sizes,
        hidden=hidden,
        output=output,
        cost="quadratic",
        l2=int(rng.integers(0, 3)),
        rng=0,
    )
    batch = int(rng.integers(1, max_batch + 1))
    _set(net, lambda shape: numbers(rng, shape))
    x, y = numbers(rng, (batch, sizes[0])), numbers(rng, (batch, sizes[-1]))
    return Case(net, x, y)


def disagreement(case: Case, numbers: Numbers, rng: np.random.Generator) -> Any:
    """
    Return <nabla, u> less the derivative of the cost in a random direction u: 0 if correct.

    `numbers` draws the direction. The network is as it was afterwards.
    """
    net, x, y = case
    weights, biases = list(net.weights), list(net.biases)
    u_w = [numbers(rng, w.shape) for w in weights]
    u_b = [numbers(rng, b.shape) for b in biases]
    nabla_w, nabla_b = net.backprop(x, y)
    pairs = [*zip(nabla_w[1:], u_w[1:], strict=True), *zip(nabla_b[1:], u_b[1:], strict=True)]
    product = sum((nabla * u).sum() for nabla, u in pairs)
    values = []
    for t in range(degree_of_cost(case, of_inputs=0) + 1):
        net.weights[1:] = [w + t * u for w, u in zip(weights[1:], u_w[1:], strict=True)]
        net.biases[1:] = [b + t * u for b, u in zip(biases[1:], u_b[1:], strict=True)]
        values.append(net.cost(x, y))
    net.weights, net.biases = weights, biases
    return product - linear_coefficient(values)


def linear_coefficient(values: Sequence[Any]) -> Any:
    """
    Return the coefficient of t of the polynomial with these values at t = 0, 1, 2, ...

    Newton's forward differences: the derivative of the binomial (t over k) at 0 is
    (-1)^(k - 1) / k.
    """
    differences, total = list(values), values[0] - values[0]
    for k in range(1, len(values)):
        differences = [b - a for a, b in pairwise(differences)]
        total = total + differences[0] / k if k % 2 else total - differences[0] / k
    return total


def degree_of_cost(case: Case, *, of_inputs: int) -> int:
    """Return the degree of the cost in the parameters and, if `of_inputs` is 1, in x and y."""
    net, x, y = _on_degrees(case, of_inputs)
    return _degree(net.cost(x, y))


def degree_of_identity(case: Case) -> int:
    """Return the degree of <nabla, u> and of the derivative, in parameters, u, x and y."""
    net, x, y = _on_degrees(case, 1)
    nabla_w, nabla_b = net.backprop(x, y)
    largest = max(_degree(g) for nabla in (*nabla_w[1:], *nabla_b[1:]) for g in nabla.flat)
    # The factor u adds 1 to nabla; in the derivative it replaces a parameter.
    return max(largest + 1, degree_of_cost(case, of_inputs=1))


def _on_degrees(case: Case, of_inputs: int) -> Case:
    """Return the case with degrees in place of numbers."""
    net = Network(
        case.net.sizes,
        hidden=case.net._hidden,
        output=case.net._cost.output,
        cost="quadratic",
        l2=case.net._l2,
        rng=0,
    )
    _set(net, lambda shape: np.full(shape, Degree(1), object))
    x, y = (np.full(a.shape, Degree(of_inputs), object) for a in (case.x, case.y))
    return Case(net, x, y)


def _set(net: Network, numbers: Callable[[tuple[int, ...]], Array]) -> None:
    """Give a network parameters of such numbers."""
    for l in range(1, net.num_layers):
        net.weights[l] = numbers(net.weights[l].shape)
        net.biases[l] = numbers(net.biases[l].shape)
