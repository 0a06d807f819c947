"""The campaign over a prime field: its parts are right, and it sees what is wrong."""

import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import polynomials
import pytest
from click.testing import CliRunner
from exactness import __main__ as campaign
from polynomials import (
    POLYNOMIALS,
    PRIME,
    Degree,
    degree_of_cost,
    degree_of_identity,
    disagreement,
    linear_coefficient,
    random_case,
    rationals,
    residues,
)
from strategies import Array, Case

from nncore import Activation, Network


@pytest.mark.parametrize("coefficients", [[5], [5, -7], [0, 3, 2], [1, -4, 0, 6, 9, -2]])
def test_the_linear_coefficient_is_found_from_values(coefficients: list[int]) -> None:
    values = [
        sum(Fraction(c) * t**k for k, c in enumerate(coefficients))
        for t in range(len(coefficients))
    ]
    assert linear_coefficient(values) == (coefficients[1] if len(coefficients) > 1 else 0)


def test_degrees_are_those_of_polynomials() -> None:
    x, y = Degree(1), Degree(3)
    assert (x + y).value == (y - x).value == (2 - y).value == 3
    assert (x * y).value == 4
    assert (3 * x).value == (-x / 2).value == (x + 1).value == (1 + x).value == 1


def case(sizes: list[int], hidden: Activation, l2: int = 0) -> Case:
    rng = np.random.default_rng(0)
    net = Network(sizes, hidden=hidden, output="identity", cost="quadratic", l2=l2, rng=0)
    for l in range(1, net.num_layers):
        net.weights[l] = residues(rng, net.weights[l].shape)
        net.biases[l] = residues(rng, net.biases[l].shape)
    return Case(net, residues(rng, (2, sizes[0])), residues(rng, (2, sizes[-1])))


@pytest.mark.parametrize(("layers", "expected"), [(2, 2), (3, 6), (4, 14)])
def test_the_degree_along_a_line_is_read_off(layers: int, expected: int) -> None:
    """With squares z^l has degree 1, 3, 7 and so on, and the cost twice that."""
    assert degree_of_cost(case([2] * layers, POLYNOMIALS[0]), of_inputs=0) == expected


def test_the_degree_of_the_identity_counts_x_and_the_direction() -> None:
    """C = (w x + b - y)^2 / 2 has degree 4 in w, b, x and y, and so has <nabla, u>."""
    assert degree_of_identity(case([1, 1], POLYNOMIALS[0])) == 4


def test_numbers_are_of_their_field() -> None:
    rng = np.random.default_rng(0)
    drawn = residues(rng, (2, 3))
    assert drawn.shape == (2, 3)
    assert all(r - r == 0 and r.modulus() == PRIME for r in drawn.flat)
    assert len({int(r) for r in drawn.flat}) == 6
    third = rationals(rng, (5,))
    assert all((q / 3) * 3 == q for q in third)


WRONG = [
    Activation("factor", lambda z: z * z, lambda z: z),
    Activation("sign", lambda z: z * z * z, lambda z: -3 * z * z),
    Activation("constant", lambda z: z * z + 3 * z, lambda z: 2 * z + 4),
]


@pytest.mark.parametrize("wrong", WRONG, ids=repr)
@pytest.mark.parametrize("numbers", [residues, rationals])
def test_a_wrong_slope_disagrees(wrong: Activation, numbers: polynomials.Numbers) -> None:
    rng = np.random.default_rng(1)
    found = random_case(rng, numbers, hidden=wrong, output=wrong)
    kept = [w.copy() for w in found.net.weights]
    assert disagreement(found, numbers, rng) != 0
    assert all((w == k).all() for w, k in zip(found.net.weights, kept, strict=True))


@pytest.mark.parametrize("entry", [(0, 0), (1, 2)])
def test_one_wrong_entry_disagrees(
    entry: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = case([3, 2, 2], POLYNOMIALS[1], l2=2)
    rng = np.random.default_rng(0)
    assert disagreement(found, residues, rng) == 0
    right = found.net.backprop

    def wrong(x: Array, y: Array) -> object:
        gradient = right(x, y)
        gradient.nabla_w[1][entry] += 1
        return gradient

    monkeypatch.setattr(found.net, "backprop", wrong)
    assert disagreement(found, residues, rng) != 0


def test_the_campaign_prints_degree_and_bound(tmp_path: Path) -> None:
    path = tmp_path / "exactness.json"
    result = CliRunner().invoke(campaign.main, ["--networks", "2", "--json", str(path)])
    assert result.exit_code == 0, result.output
    assert "2 of 2 networks agree exactly" in result.output
    assert "degree / p" in result.output
    assert json.loads(path.read_text(encoding="utf-8"))["is_met"]


def test_the_campaign_fails_on_a_wrong_formula(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(campaign, "POLYNOMIALS", WRONG)
    result = CliRunner().invoke(campaign.main, ["--networks", "4"])
    assert result.exit_code == 1
    assert "disagrees modulo" in result.output
