"""Each law is seen to fail on a fault that it claims, and its message says where."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from nncore.verify import CHECKS, Adapter, Result, Status
from nncore.verify.plain import Array, Plain, Quadratic, Relu, Softmax, sigmoid
from nncore.verify.runner import try_law
from nncore.verify.traits import Traits

# Where every number takes many evaluations of the cost.
SMALL = {"max_layers": 3, "max_width": 2, "max_batch": 2}
FAULTS: dict[str, list[Callable[[], Adapter]]] = {}


def breaks(*laws: str, **changes: Any) -> Callable[[type[Plain]], type[Plain]]:
    """Enter a class as one that breaks laws."""

    def enter(made: type[Plain]) -> type[Plain]:
        for law in laws:
            FAULTS.setdefault(law, []).append(lambda: made.adapter(**changes))
        return made

    return enter


def tried(law: str, adapter: Adapter, *, shrink: bool = True) -> Result:
    traits = Traits.of(adapter)
    return try_law(adapter, traits, CHECKS[law], max_examples=40, seed=1, shrink=shrink)


@breaks("list_lengths")
class Longer(Plain):
    def forward(self, x: Array) -> tuple[list[Array], list[Array]]:
        zs, activations = super().forward(x)
        return [*zs, *zs[:1]], [*activations[:1], *activations]


@breaks("shapes_follow_sizes")
class FourOnly(Plain):
    def forward(self, x: Array) -> tuple[list[Array], list[Array]]:
        zs, activations = super().forward(x)
        return [z[:4] for z in zs[:-1]] + zs[-1:], activations


@breaks("shapes_follow_sizes")
class OneOutput(Plain):
    def predict(self, x: Array) -> Array:
        return super().predict(x)[:, :1]


@breaks("example_shapes")
class TwiceIfAlone(Plain):
    def forward(self, x: Array) -> tuple[list[Array], list[Array]]:
        zs, activations = super().forward(x)
        return zs, [np.concatenate([a, a]) if len(x) == 1 else a for a in activations]


@breaks("parameter_shapes")
class SwappedFromThreeOn(Plain):
    def __init__(self, sizes: list[int]) -> None:
        super().__init__(sizes)
        if len(sizes) not in {2, 4}:
            self.weights[1] = self.weights[1].T.copy()


@breaks("gradient_structure")
class ColumnsOfBiases(Plain):
    def nabla_b(self, l: int, delta: Array) -> Array:
        return super().nabla_b(l, delta)[:, None]


@breaks("gradient_structure")
class OneArrayMissing(Plain):
    def gradient(self, x: Array, y: Array) -> tuple[list[Array], list[Array]]:
        nabla_w, nabla_b = super().gradient(x, y)
        return nabla_w, nabla_b[:-1]


@breaks("results_keep_the_dtype")
class SinglePrecision(Plain):
    def output(self, z: Array) -> Array:
        return super().output(z).astype(np.float32)


@breaks("bad_shapes_raise")
class Cut(Plain):
    def checked(self, x: Array) -> Array:
        return np.resize(x, (len(x), self.sizes[0]))


@breaks("bad_sizes_raise")
class AtLeastOne(Plain):
    def __init__(self, sizes: list[int]) -> None:
        super().__init__([max(int(n), 1) for n in sizes] or [1, 1])


@breaks("bad_sizes_raise")
class ZeroIsOne(Plain):
    def __init__(self, sizes: list[int]) -> None:
        super().__init__([n or 1 for n in sizes])


@breaks("bad_sizes_raise")
class NegativeIsNone(Plain):
    def __init__(self, sizes: list[int]) -> None:
        super().__init__([n for n in sizes if n > 0])

    def checked(self, x: Array) -> Array:
        return x


@breaks("layer_zero_is_redundant")
class LayerZeroAdds(Plain):
    def __init__(self, sizes: list[int]) -> None:
        super().__init__(sizes)
        self.biases[0] = np.zeros(sizes[0])

    def checked(self, x: Array) -> Array:
        return super().checked(x) + self.biases[0]


@breaks(
    "gradient_is_certified",
    "taylor_remainder",
    "jacobian_symmetry",
    "gradient_matches_definition",
    "gradient_matches_core",
    "gradient_matches_jax",
    "gradient_matches_torch",
    "gradient_matches_autograd",
)
@breaks("gradient_by_complex_step", "gradient_by_differences", cases=SMALL)
class OnePercent(Quadratic):
    def nabla_w(self, l: int, delta: Array, activations: list[Array]) -> Array:
        return super().nabla_w(l, delta, activations) * (1 + 1 / 64)


@breaks("forward_matches_loops")
class BiasSubtracted(Plain):
    def weighted(self, l: int, a: Array) -> Array:
        return a @ self.weights[l].T - self.biases[l]


@breaks("forward_matches_definition", "forward_matches_core")
class Steep(Plain):
    def activation(self, z: Array) -> Array:
        return sigmoid(2 * z)


@breaks("forward_matches_definition")
class SteepOutput(Plain):
    def output(self, z: Array) -> Array:
        return sigmoid(2 * z)


@breaks("cost_matches_definition")
@breaks(
    "cost_matches_definition",
    declares={"hidden": "tanh", "output": "sigmoid", "cost": "quadratic"},
)
class WithoutHalf(Quadratic):
    def costs_of(self, z: Array, y: Array) -> Array:
        return 2 * super().costs_of(z, y)


@breaks("cost_is_not_negative")
class Negative(Plain):
    def cost(self, x: Array, y: Array) -> Any:
        return super().cost(x, y) - 100


@breaks("hidden_units_may_change_places")
class FirstUnitCounts(Plain):
    def activation(self, z: Array) -> Array:
        return super().activation(z) / np.arange(1, z.shape[1] + 1)


@breaks("inputs_may_change_places")
class FirstInputCounts(Plain):
    def weighted(self, l: int, a: Array) -> Array:
        return super().weighted(l, a / np.arange(1, a.shape[1] + 1))


@breaks("examples_may_change_places", "outputs_of_a_batch_are_those_of_its_examples")
class FirstExampleCounts(Plain):
    def output(self, z: Array) -> Array:
        return super().output(z) / np.arange(1, len(z) + 1)[:, None]


@breaks("batch_is_additive", "duplicated_batch_has_the_same_gradient")
class DividedTwice(Plain):
    def nabla_b(self, l: int, delta: Array) -> Array:
        return super().nabla_b(l, delta) / len(delta)


@breaks("batch_is_additive", reduction="sum", declares={})
class MeanForSum(Plain):
    """A mean, though the adapter says that it is a sum."""


@breaks("batch_cost_adds_up")
class RootOfMean(Plain):
    def cost(self, x: Array, y: Array) -> Any:
        return super().cost(x, y) ** 0.5


@breaks("gradient_is_linear_in_the_targets")
class SquaredTargets(Quadratic):
    def error(self, z: Array, y: Array) -> Array:
        return super().error(z, y * y)


@breaks("split_unit_changes_nothing", "unit_without_outgoing_weights_may_be_left_out")
class WidthCounts(Plain):
    def activation(self, z: Array) -> Array:
        return super().activation(z) + z.shape[1] / 8


@breaks("split_unit_changes_nothing")
class LastUnitNotLearned(Plain):
    def nabla_b(self, l: int, delta: Array) -> Array:
        nabla = super().nabla_b(l, delta)
        nabla[1:] = 0
        return nabla


@breaks("zero_weights_leave_the_biases")
class InputAdded(Plain):
    def output(self, z: Array) -> Array:
        return super().output(z) + np.arange(len(z))[:, None]


@breaks("zero_weights_leave_the_biases")
class ErrorNotThroughWeights(Plain):
    def backward(self, l: int, delta: Array, zs: list[Array]) -> Array:
        return super().backward(l, delta, zs) + 1


@breaks("identity_layer_changes_nothing")
class DepthCounts(Relu):
    def weighted(self, l: int, a: Array) -> Array:
        return super().weighted(l, a) + l


@breaks("composed_networks_are_one")
class LastLayerScaled(Plain):
    def output(self, z: Array) -> Array:
        return super().output(z) * len(self.sizes)


@breaks("tanh_unit_may_change_sign")
class NotOdd(Quadratic):
    def activation(self, z: Array) -> Array:
        return np.tanh(z) + np.tanh(z) ** 2


@breaks("relu_unit_may_be_scaled")
class Curved(Relu):
    def activation(self, z: Array) -> Array:
        return np.tanh(super().activation(z))


@breaks("relu_unit_may_be_scaled")
class FlatSlope(Relu):
    def derivative(self, z: Array) -> Array:
        return np.where(z > 1, 1.0, 0.0)


@breaks("sigmoid_unit_has_a_complement")
class SquaredUnit(Plain):
    def activation(self, z: Array) -> Array:
        return super().activation(z) ** 2


@breaks("outputs_follow_the_sign")
class SquaredOutput(Plain):
    def output(self, z: Array) -> Array:
        return super().output(z) ** 2


@breaks("softmax_outputs_are_distributions")
class NotDivided(Softmax):
    def output(self, z: Array) -> Array:
        return 2 * super().output(z)


@breaks("softmax_outputs_are_distributions")
class BelowZero(Softmax):
    def output(self, z: Array) -> Array:
        return -super().output(z)


@breaks("softmax_shift_changes_nothing")
class Leaky(Softmax):
    def output(self, z: Array) -> Array:
        e = np.exp(np.minimum(z, 8.0))
        return e / (1 + e.sum(axis=1, keepdims=True))


@breaks("softmax_errors_sum_to_zero")
class TargetsForgotten(Softmax):
    def error(self, z: Array, y: Array) -> Array:
        return super().error(z, 0 * y)


LAWS = [
    check.name
    for check in CHECKS.values()
    if check.group in {"structure", "gradient", "differential", "metamorphic"}
]


def test_every_law_has_a_fault() -> None:
    assert set(FAULTS) == set(LAWS)


@pytest.mark.parametrize(
    ("law", "place"), [(law, i) for law in FAULTS for i in range(len(FAULTS[law]))]
)
def test_fault_breaks_its_law(law: str, place: int) -> None:
    result = tried(law, FAULTS[law][place](), shrink=False)
    if "is not installed" in result.message:
        pytest.skip(result.message)
    assert result.status is Status.FAILED, result
    assert result.message


@pytest.mark.parametrize(
    ("law", "words"),
    [
        ("forward_matches_loops", "zs[1][0, 0] is"),
        ("gradient_matches_definition", "by plain loops, the gradient of weights[1][0, 0] is"),
        (
            "gradient_structure",
            "the gradient of biases[1] has shape (1, 1), but biases[1] have (1,)",
        ),
        ("cost_matches_definition", "2 times as much"),
        ("gradient_is_certified", 'params["weights"][1][0, 0]'),
        ("bad_shapes_raise", "raise an error"),
    ],
)
def test_message_says_what_is_wrong(law: str, words: str) -> None:
    assert words in tried(law, FAULTS[law][0]()).message
