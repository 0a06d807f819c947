"""What made a gradient wrong is named, in a network planted with that mistake."""

import dataclasses
from typing import Any

import numpy as np
import pytest

from nncore.verify import CHECKS, Case, Result, Status
from nncore.verify.catalogue import FAULTS
from nncore.verify.failure import Failure
from nncore.verify.faults import FAMILIES
from nncore.verify.plain import Array, Plain, Quadratic, Softmax
from nncore.verify.registry import SkipCheck
from nncore.verify.runner import try_law
from nncore.verify.traits import Traits
from nncore.verify.trial import replay


def tried(made: type[Plain], law: str = "gradient_is_certified", **changes: Any) -> Result:
    adapter = made.adapter(**changes)
    return try_law(adapter, Traits.of(adapter), CHECKS[law], seed=1, shrink=False)


class DerivativeMissing(Quadratic):
    def derivative(self, z: Array) -> Array:
        return 1 + 0 * z


class OutputDerivativeMissing(Quadratic):
    def error(self, z: Array, y: Array) -> Array:
        return self.output(z) - y


class DerivativeOfActivation(Quadratic):
    def derivative(self, z: Array) -> Array:
        return super().derivative(np.tanh(z))


class BiasOfTheLastExample(Softmax):
    def nabla_b(self, l: int, delta: Array) -> Array:
        return delta[-1] / len(delta)


class NotTransposed(Plain):
    def backward(self, l: int, delta: Array, zs: list[Array]) -> Array:
        w = self.weights[l + 1]
        return (delta @ (w.T if w.shape[0] == w.shape[1] else w)) * self.derivative(zs[l])


class WeightedInputs(Plain):
    def nabla_w(self, l: int, delta: Array, activations: list[Array]) -> Array:
        a = activations[l - 1]
        return delta.T @ (np.log(a / (1 - a)) if l > 1 else a) / len(delta)


class Summed(Plain):
    def error(self, z: Array, y: Array) -> Array:
        return super().error(z, y) * len(y)


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (DerivativeMissing, "the derivative of the hidden activations is missing"),
        (OutputDerivativeMissing, "the derivative of the output activation is missing (BP1)"),
        (DerivativeOfActivation, "taken at its value a, not at z"),
        (BiasOfTheLastExample, "the biases take the error of the last example only"),
        (NotTransposed, "without transposing them"),
        (WeightedInputs, "z stands where the activation belongs"),
        (Summed, "it is summed over the batch, the cost is averaged"),
    ],
)
def test_planted_cause_is_named(made: type[Plain], words: str) -> None:
    result = tried(made)
    assert result.status is Status.FAILED
    assert words in result.cause
    assert words in result.message


#: What is named for faults of the catalogue; for the others the table of causes has no word.
NAMED = {
    "OutputDerivativeForgotten": "the derivative of the output activation is missing",
    "OutputDerivativeTooMuch": "is taken where it cancels",
    "HiddenDerivativeForgotten": "the derivative of the hidden activations is missing",
    "DerivativeOfActivation": "is taken at its value a, not at z",
    "DerivativeOfTheLayerBelow": "is taken at the z of another layer",
    "TransposeForgotten": "without transposing them",
    "ErrorWithWrongSign": "its sign is wrong",
    "MeanForgotten": "summed over the batch, the cost is averaged",
    "BiasesSummed": "summed over the batch, the cost is averaged",
    "MeanOverOutputsToo": "averaged over the 3 outputs as well",
    "FirstLayerLeftOut": "it is never filled",
    "WeightedInputsForActivations": "z stands where the activation belongs",
    "FactorTwo": "a factor 1/2 is missing",
    "PenaltyWithoutGradient": "the l2 term is missing",
    "PenaltyTwice": "the l2 term is doubled",
    "PenaltyOnBiases": "l2 holds for weights only",
    "PenaltyDividedByBatch": "the l2 term is divided by the batch",
    "WiderLayerOnePercent": "1.01 times the right one",
    "ActivationsOfTheSameLayer": "the activations of the layer itself",
}


#: Those that are told apart by the number of examples, or need room.
BOUNDED = ("MeanForgotten", "BiasesSummed", "PenaltyDividedByBatch", "TransposeForgotten")


@pytest.mark.parametrize(
    ("name", "cases"),
    [
        *((name, {}) for name in NAMED),
        *((name, {"max_width": 2, "max_batch": 3}) for name in BOUNDED),
    ],
)
def test_one_cause_is_named_for_faults_of_the_catalogue(
    name: str, cases: dict[str, int]
) -> None:
    assert FAMILIES  # imported, they have entered their faults
    adapter = dataclasses.replace(FAULTS[name].adapter(), cases=cases)
    law = CHECKS["gradient_is_certified"]
    result = try_law(adapter, Traits.of(adapter), law, max_examples=60, shrink=False)
    causes = result.details["causes"]
    assert isinstance(causes, list)
    assert len(causes) == 1, causes
    assert NAMED[name] in result.cause


def test_place_elsewhere_is_told() -> None:
    cause = tried(BiasOfTheLastExample).cause
    assert cause.endswith("(seen in a network of sizes [2, 3, 3, 3])") == ("params" in cause)


def test_a_factor_of_another_batch_is_said_to_be_one() -> None:
    adapter = FAULTS["MeanForgotten"].adapter()
    law = CHECKS["gradient_is_certified"]
    result = try_law(adapter, Traits.of(adapter), law, max_examples=20)
    assert result.batch == 2
    assert "4 times too large" in result.cause
    assert result.cause.endswith("(seen in a batch of 4)")


def test_activations_and_cost_are_found_where_they_are_not_declared() -> None:
    result = tried(DerivativeMissing, declares={})
    assert "the derivative of the hidden activations is missing" in result.cause


class Sine(DerivativeMissing):
    """An activation of which there is no definition."""

    def activation(self, z: Array) -> Array:
        return np.sin(z)


class FourthPower(DerivativeMissing):
    """A cost of which there is no definition."""

    def costs_of(self, z: Array, y: Array) -> Array:
        return (z - y) * (z - y) * (z - y) * (z - y)

    def output(self, z: Array) -> Array:
        return z

    def error(self, z: Array, y: Array) -> Array:
        return 4 * (z - y) * (z - y) * (z - y)


@pytest.mark.parametrize("made", [Sine, FourthPower])
def test_nothing_is_named_where_the_network_is_unknown(made: type[Plain]) -> None:
    result = tried(made, declares={})
    assert result.status is Status.FAILED
    assert result.cause == ""


def test_nothing_is_named_without_layers() -> None:
    assert tried(DerivativeMissing, forward=None).cause == ""


class TwiceIfAlone(Plain):
    """Wrong for a single example only."""

    def error(self, z: Array, y: Array) -> Array:
        return super().error(z, y) * (2 if len(y) == 1 else 1)


@pytest.mark.parametrize("cases", [{}, {"max_layers": 3}])
def test_what_is_right_elsewhere_is_explained_at_its_own_case(cases: dict[str, int]) -> None:
    assert "2 times too large" in tried(TwiceIfAlone, cases=cases).cause


class TwiceForOnes(Quadratic):
    """Wrong for inputs that are all 1."""

    def nabla_w(self, l: int, delta: Array, activations: list[Array]) -> Array:
        ones = (np.asarray(activations[0], float) == 1).all()
        return super().nabla_w(l, delta, activations) * (2 if ones else 1)


def test_what_is_right_everywhere_else_is_explained_at_its_own_case() -> None:
    assert "2 times too large" in tried(TwiceForOnes).cause


def test_a_case_beyond_the_bounds_is_explained_by_itself() -> None:
    """A stored case is tried as it is, though the adapter rules out networks like it."""
    case = Case(
        [2, 3, 2],
        [[], [[0.5, -1.25], [1.5, 0.75], [-0.25, 2.0]], [[1.0, -0.5, 0.25], [-1.5, 0.75, 2.0]]],
        [[], [0.25, -0.5, 1.0], [0.5, -0.75]],
        x=[[1.0, -2.0], [0.5, 1.5]],
        y=[[1.0, 0.0], [0.0, 1.0]],
    )
    # Without a hidden layer, where causes are looked for first, it forgets nothing.
    adapter = DerivativeMissing.adapter(cases={"max_layers": 2})
    with pytest.raises((Failure, SkipCheck)) as failure:
        replay(adapter, "gradient_is_certified", case)
    assert isinstance(failure.value, Failure)
    assert "the derivative of the hidden activations is missing" in failure.value.cause


def only_floats(net: Quadratic, weights: list[Array], biases: list[Array]) -> None:
    """Set parameters as a library would that takes arrays of numpy alone."""
    if any(type(a) is not np.ndarray for a in (*weights, *biases)):
        msg = "these are no arrays"
        raise TypeError(msg)
    net.weights[1:], net.biases[1:] = weights[1:], biases[1:]


def test_rung_that_does_not_apply_is_skipped_with_the_reason_of_the_judge() -> None:
    result = tried(Quadratic, set_parameters=only_floats)
    assert result.status is Status.SKIPPED
    assert "these are no arrays" in result.message
    result = tried(Quadratic, law="gradient_by_differences", set_parameters=only_floats)
    assert result.status is Status.PASSED
