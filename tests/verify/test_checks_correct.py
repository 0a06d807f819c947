"""No law speaks of a correct implementation, however unusual, and the reasons for silence."""

import dataclasses
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from nncore import Network
from nncore.gradcheck import Report, check_gradient
from nncore.verify import CHECKS, Adapter, Case, Parameters, Result, Status, Subject
from nncore.verify import autodiff as autodiff_module
from nncore.verify.autodiff import gradient_by
from nncore.verify.catalogue import CORRECT as CATALOGUE
from nncore.verify.checks import gradient as gradient_module
from nncore.verify.comparing import assert_gradients
from nncore.verify.correct import formulas
from nncore.verify.correct.state import MadeWhenNeeded
from nncore.verify.declared import Declared
from nncore.verify.plain import Array, Plain, Quadratic, Relu, Softmax, sigmoid
from nncore.verify.runner import try_law
from nncore.verify.traits import Traits

GROUPS = {"structure", "gradient", "differential", "metamorphic"}
SLOW = {"gradient_matches_jax", "gradient_matches_torch"}
LAWS = [c for c in CHECKS.values() if c.group in GROUPS and c.name not in SLOW]


def core(dtype: str = "float64", **settings: Any) -> Adapter:
    usual = {"hidden": "sigmoid", "output": "sigmoid", "cost": "cross_entropy", "l2": 0.0}
    return Adapter(
        make=lambda sizes: Network(sizes, rng=0, dtype=dtype, **settings),
        weights="weights",
        biases="biases",
        forward="forward",
        predict="predict",
        cost="cost",
        gradient=lambda net, x, y: tuple(net.backprop(x, y)),
        declares=usual | settings | {"reduction": "mean"},
        name="core",
    )


class Columns:
    """Columns for examples and biases, no layer 0, sums over the batch, no factor 1/2."""

    def __init__(self, sizes: list[int]) -> None:
        pairs = list(zip(sizes[1:], sizes, strict=False))
        self.b: list[Array] = [np.ones((n, 1)) for n, _ in pairs]
        self.w: list[Array] = [np.ones(pair) for pair in pairs]

    def feed(self, a: Array) -> Array:
        for w, b in zip(self.w, self.b, strict=True):
            a = 1 / (1 + np.exp(-(w @ a + b)))
        return a

    def cost(self, x: Array, y: Array) -> Any:
        return ((self.feed(x) - y) ** 2).sum()

    def backprop(self, x: Array, y: Array) -> tuple[list[Array], list[Array]]:
        activations = [x]
        for w, b in zip(self.w, self.b, strict=True):
            activations.append(1 / (1 + np.exp(-(w @ activations[-1] + b))))
        delta = 2 * (activations[-1] - y) * activations[-1] * (1 - activations[-1])
        nabla_b, nabla_w = [0 * b for b in self.b], [0 * w for w in self.w]
        for l in range(len(self.w) - 1, -1, -1):
            nabla_b[l] = delta.sum(axis=1, keepdims=True)
            nabla_w[l] = delta @ activations[l].T
            delta = (self.w[l].T @ delta) * activations[l] * (1 - activations[l])
        return nabla_b, nabla_w


class Padded(Relu):
    """Numbers stand in the entries of layer 0, and are never used."""

    def __init__(self, sizes: list[int]) -> None:
        super().__init__(sizes)
        self.biases[0] = np.zeros(sizes[0])


class Naive(Plain):
    """The logarithms of the outputs are taken, with a constant that keeps them finite."""

    def costs_of(self, z: Array, y: Array) -> Array:
        a = self.output(z)
        return -(y * np.log(a + 1e-12) + (1 - y) * np.log(1 - a + 1e-12))


COLUMNS: dict[str, Any] = {
    "weights": "w",
    "biases": "b",
    "forward": "feed",
    "cost": "cost",
    "gradient": "backprop",
    "reduction": "sum",
}
CORRECT = {
    "core": core(),
    "core with a penalty": core(hidden="tanh", output="softmax", l2=0.1),
    "core in float32": core("float32", hidden="tanh", output="identity", cost="quadratic"),
    "core with kinks": core(hidden="relu", output="relu", cost="quadratic"),
    "core all linear": core(hidden="identity", output="identity", cost="quadratic"),
    "core with softplus": core(hidden="softplus", output="softmax", cost="quadratic"),
    "columns": Adapter(make=Columns, layout="columns", **COLUMNS),
    "padded": Padded.adapter(),
    "naive": Naive.adapter(),
    "quadratic": Quadratic.adapter(declares={"hidden": "tanh", "output": "sigmoid"}),
    "penalty undeclared": dataclasses.replace(
        core(l2=0.25),
        declares={"hidden": "sigmoid", "output": "sigmoid", "cost": "cross_entropy"},
    ),
}


def tried(adapter: Adapter, law: str, max_examples: int = 5) -> Result:
    return try_law(adapter, Traits.of(adapter), CHECKS[law], max_examples=max_examples, seed=3)


@pytest.mark.parametrize("name", CORRECT)
def test_correct_implementation_breaks_no_law(name: str) -> None:
    results = [tried(CORRECT[name], law.name) for law in LAWS]
    assert [r for r in results if not r.status.is_good] == []
    assert sum(r.status is Status.PASSED for r in results) >= 12
    # The strongest rung reaches them all: a law that is skipped says nothing.
    assert [r.status for r in results if r.name == "gradient_is_certified"] == [Status.PASSED]


@pytest.mark.parametrize("library", ["jax", "torch"])
@pytest.mark.parametrize(
    "name", ["core with a penalty", "core with kinks", "core with softplus"]
)
def test_slow_libraries_agree(library: str, name: str) -> None:
    pytest.importorskip(library)
    assert tried(CORRECT[name], f"gradient_matches_{library}").status is Status.PASSED


def test_law_without_its_library_is_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(module: str) -> Any:
        raise ImportError(module)

    monkeypatch.setattr(autodiff_module, "importlib", SimpleNamespace(import_module=missing))
    result = tried(CORRECT["core"], "gradient_matches_autograd")
    assert (result.status, result.message) == (
        Status.SKIPPED,
        "autograd is not installed: pip install autograd",
    )


class Strange(Plain):
    hidden = "wavelet"

    def activation(self, z: Array) -> Array:
        return np.sin(z)

    def derivative(self, z: Array) -> Array:
        return np.cos(z)


@pytest.mark.parametrize(
    ("adapter", "law", "reason"),
    [
        (Strange.adapter(), "forward_matches_definition", "declares hidden='wavelet'"),
        (
            Relu.adapter(
                declares={"hidden": "relu", "output": "tanh", "cost": "cross_entropy"}
            ),
            "cost_matches_definition",
            "a cross entropy of tanh outputs is not defined",
        ),
        (Plain.adapter(), "jacobian_symmetry", "only the quadratic cost"),
        (Plain.adapter(), "softmax_shift_changes_nothing", "outputs are sigmoid, no softmax"),
        (Softmax.adapter(), "outputs_follow_the_sign", "softmax outputs have no such symmetry"),
        (Plain.adapter(), "tanh_unit_may_change_sign", "hidden units are sigmoid, not tanh"),
        (
            Relu.adapter(),
            "composed_networks_are_one",
            "hidden units are relu, outputs identity",
        ),
        (
            Plain.adapter(),
            "layer_zero_is_redundant",
            "no entries for layer 0 that hold numbers",
        ),
        (
            Plain.adapter(forward="predict"),
            "list_lengths",
            "`forward` shows only its outputs",
        ),
        (Plain.adapter(oracle=False), "forward_matches_core", "oracle=True"),
    ],
)
def test_what_cannot_be_judged_is_skipped_with_the_reason(
    adapter: Adapter, law: str, reason: str
) -> None:
    result = tried(adapter, law)
    assert result.status is Status.SKIPPED
    assert reason in result.message


class Diverges(Plain):
    """Everything is NaN, a matter for the laws of numerics."""

    def output(self, z: Array) -> Array:
        return sigmoid(z) * np.nan

    def costs_of(self, z: Array, y: Array) -> Array:
        return self.output(z) + y


SILENT = [law.name for law in LAWS if law.group != "structure"]


class HiddenDiverges(Diverges):
    def activation(self, z: Array) -> Array:
        return self.output(z)


class GradientDiverges(Quadratic):
    """Outputs are finite, derivatives are not."""

    def error(self, z: Array, y: Array) -> Array:
        return super().error(z, y) * np.nan


class SoftmaxDiverges(Diverges):
    last = "softmax"


@pytest.mark.parametrize("made", [Diverges, SoftmaxDiverges, HiddenDiverges, GradientDiverges])
def test_what_is_not_finite_is_left_to_other_laws(made: type[Plain]) -> None:
    adapter = made.adapter(
        declares={"hidden": made.hidden, "output": made.last, "cost": "quadratic", "l2": 0}
    )
    for law in SILENT:
        assert tried(adapter, law, max_examples=3).status.is_good, law


@pytest.mark.parametrize("role", ["gradient", "cost", "forward"])
def test_less_is_enough(role: str) -> None:
    parts = dict.fromkeys(
        ("forward", "predict", "cost", "gradient", "step", "fit", "save", "load")
    )
    adapter = Plain.adapter(**(parts | {role: role}))
    results = [tried(adapter, law.name, max_examples=4) for law in LAWS]
    assert [r for r in results if not r.status.is_good] == []


def test_sum_with_a_penalty_is_additive_but_for_the_penalty() -> None:
    class SummedWithPenalty(Quadratic):
        l2 = 0.25

        def cost(self, x: Array, y: Array) -> Any:
            return super().cost(x, y) * len(x) - self.penalty() * (len(x) - 1)

        def nabla_w(self, l: int, delta: Array, activations: list[Array]) -> Array:
            return delta.T @ activations[l - 1] + self.l2 * self.weights[l]

        def nabla_b(self, l: int, delta: Array) -> Array:
            return delta.sum(axis=0)

    usual = {"hidden": "tanh", "output": "sigmoid", "cost": "quadratic"}
    for declares in ({}, usual, usual | {"l2": 0.25}):
        few = {"max_layers": 3, "max_width": 3, "max_batch": 3}
        adapter = SummedWithPenalty.adapter(reduction="sum", declares=declares, cases=few)
        results = [tried(adapter, law.name, max_examples=4) for law in LAWS]
        assert [r for r in results if not r.status.is_good] == []


def test_penalty_divided_by_the_batch_is_additive_but_for_the_penalty() -> None:
    class Divided(Plain):
        l2 = 0.25

        def nabla_w(self, l: int, delta: Array, activations: list[Array]) -> Array:
            return (delta.T @ activations[l - 1] + self.l2 * self.weights[l]) / len(delta)

    adapter = Divided.adapter(declares={})
    assert tried(adapter, "batch_is_additive").status is Status.PASSED


def test_vector_of_all_parameters_is_judged() -> None:
    class Flat(Quadratic):
        def flat_gradient(self, x: Array, y: Array) -> Array:
            nabla_w, nabla_b = self.gradient(x, y)
            return np.concatenate([a.ravel() for a in [*nabla_w[1:], *nabla_b[1:]]])

    adapter = Flat.adapter(gradient="flat_gradient")
    assert tried(adapter, "gradient_structure").status is Status.PASSED


def test_single_examples_are_judged() -> None:
    adapter = Adapter(make=Columns, layout="single", **COLUMNS)
    for law in LAWS:
        assert tried(adapter, law.name).status.is_good, law.name


def test_outputs_alone_are_judged() -> None:
    adapter = Plain.adapter(forward="predict")
    assert tried(adapter, "forward_matches_definition").status is Status.PASSED
    adapter = Plain.adapter(forward=None)
    assert tried(adapter, "shapes_follow_sizes").status is Status.PASSED


def test_what_is_smooth_but_made_of_kinks_is_not_judged_there() -> None:
    # relu(z) - relu(-z) is z, but any choice of slopes at 0 makes something else of it.
    weights = [[], [[1.0]], [[1.0], [-1.0]], [[1.0, -1.0]]]
    biases = [[], [1.0], [-1.0, 1.0], [0.5]]
    case = Case([1, 1, 2, 1], weights, biases, x=[[0.0]], y=[[0.0]])
    assert not broken(Relu.adapter(), "gradient_is_certified", case)


@pytest.mark.parametrize("role", ["forward", "cost", "gradient"])
def test_network_whose_parameters_are_not_shown_is_judged(role: str) -> None:
    given: dict[str, Any] = {role: role}
    for law in LAWS:
        assert tried(Adapter(make=Plain, **given), law.name).status.is_good, law.name


@pytest.mark.parametrize("role", ["cost", "gradient"])
def test_layer_zero_needs_no_outputs(role: str) -> None:
    given: dict[str, Any] = {role: role, "weights": "weights", "biases": "biases"}
    assert (
        tried(Adapter(make=Padded, **given), "layer_zero_is_redundant").status is Status.PASSED
    )


def broken(adapter: Adapter, law: str, case: Case) -> bool:
    """Whether a law is broken in one case."""
    try:
        CHECKS[law].law(Subject(adapter, Traits.of(adapter), case.parameters), case)
    except AssertionError:
        return True
    return False


def squares(factor: float) -> Report:
    return check_gradient(lambda w: (w * w).sum(), lambda w: factor * w, np.array([1.5]))


@pytest.mark.parametrize("here", [squares(1), None])
def test_what_fails_at_a_point_and_not_beside_it_is_no_fault(
    here: Report | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    reports = iter([here, squares(2)])
    monkeypatch.setattr(gradient_module, "report_of", lambda *_, **__: next(reports))
    case = Case([1, 1], [[], [[1.0]]], [[], [0.0]], x=[[1.0]], y=[[1.0]])
    assert not broken(Relu.adapter(), "gradient_is_certified", case)
    assert next(reports, None) is None


def test_digits_lost_below_the_normal_numbers_are_no_fault() -> None:
    weights, biases = [[], [[1.0, 5.5625]], [[1.0]], [[1.0]]], [[], [6.8125], [1.0], [1.0]]
    case = Case([2, 1, 1, 1], weights, biases, x=[[1.0, 7.125]], y=[[1.0]])
    assert not broken(CORRECT["core in float32"], "gradient_is_certified", case)


def test_constant_inside_a_logarithm_may_make_a_cost_negative() -> None:
    case = Case([1, 1], [[], [[40.0]]], [[], [0.0]], x=[[1.0]], y=[[1.0]])
    assert not broken(Naive.adapter(), "cost_is_not_negative", case)


def test_state_between_calls_is_a_fault() -> None:
    class Counts(Plain):
        calls = 0

        def cost(self, x: Array, y: Array) -> Any:
            self.calls += 1
            return super().cost(x, y) + self.calls

    result = tried(Counts.adapter(), "gradient_by_differences")
    assert result.status is Status.FAILED
    assert "fault" in result.message


NAMES = ["sigmoid", "tanh", "relu", "leaky_relu", "softplus", "identity"]
PAIRS = [
    *((name, "quadratic") for name in (*NAMES, "softmax")),
    ("sigmoid", "cross_entropy"),
    ("softmax", "cross_entropy"),
]


@pytest.mark.parametrize("library", ["autograd", "torch"])
@pytest.mark.parametrize("hidden", NAMES)
def test_definitions_are_those_that_libraries_differentiate(library: str, hidden: str) -> None:
    pytest.importorskip(library)
    rng = np.random.default_rng(5)
    weights = [rng.normal(size=shape) for shape in ((3, 2), (2, 3))]
    p = Parameters([2, 3, 2], [[], *weights], [[], rng.normal(size=3), rng.normal(size=2)])
    x, y = rng.normal(size=(3, 2)), np.eye(2)[[0, 1, 1]]
    for output, cost in PAIRS:
        declared = Declared(hidden, output, cost, is_mean=False)
        mine = declared.gradient(p, x, y)
        theirs = gradient_by(library, declared, p, x, y)
        assert_gradients(mine, theirs, [(1e-13, 1e-13)] * 3)
        # The cost by itself is the one that they differentiate: its differences say so.
        costs = []
        for step in (1e-6, -1e-6):
            moved = Parameters(p.sizes, p.weights, [*p.biases[:-1], p.biases[-1] + step])
            zs, _ = declared.forward(moved, x)
            costs.append(float(declared.reduced(declared.data_cost(zs[-1], y))))
        slope = float(mine.biases[-1].sum())
        assert (costs[0] - costs[1]) / 2e-6 == pytest.approx(slope, abs=1e-7)


def test_digits_that_the_own_floats_lose_are_no_fault_of_the_formula() -> None:
    # 1 - a of a saturated unit loses three digits, which complex steps do not know of.
    weights = [
        [],
        [[-7.0625, -5.375, 4.875], [4.5625, -7.8125, -2.8125]],
        [[-5.75, -4.6875]],
        [[2.0], [-3.9375], [-8.0]],
    ]
    biases = [[], [-5.0, 7.6875], [5.0625], [6.5625, 0.0625, 5.0]]
    x = [
        [-0.5333543163173894, 0.4815086150915367, 0.11681003035703696],
        [-1.998311326804633, 0.3649904693318967, -0.2327883632124948],
    ]
    case = Case([3, 2, 1, 3], weights, biases, x, np.ones((2, 3)), seed=1)
    adapter = CATALOGUE[formulas.Loops.__name__].adapter()
    assert not broken(adapter, "gradient_by_complex_step", case)


def test_what_is_made_when_needed_is_weights_and_biases_alone() -> None:
    net = MadeWhenNeeded([2, 3, 1])
    assert not hasattr(net, "zs")
    assert not vars(net).keys() & {"weights", "biases"}
    assert [w.shape for w in net.weights[1:]] == [(3, 2), (1, 3)]
    assert vars(net).keys() >= {"weights", "biases"}
