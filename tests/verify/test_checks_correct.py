"""No law speaks of a correct implementation, however unusual, and the reasons for silence."""

import dataclasses
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from nncore import Network
from nncore.verify import CHECKS, Adapter, Result, Status
from nncore.verify import autodiff as autodiff_module
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


COLUMNS: dict[str, Any] = {"weights": "w", "biases": "b", "forward": "feed", "cost": "cost"}
COLUMNS |= {"gradient": "backprop", "layout": "columns", "reduction": "sum"}
CORRECT = {
    "core": core(),
    "core with a penalty": core(hidden="tanh", output="softmax", l2=0.1),
    "core in float32": core("float32", hidden="tanh", output="identity", cost="quadratic"),
    "core with kinks": core(hidden="relu", output="relu", cost="quadratic"),
    "core all linear": core(hidden="identity", output="identity", cost="quadratic"),
    "core with softplus": core(hidden="softplus", output="softmax", cost="quadratic"),
    "columns": Adapter(make=Columns, **COLUMNS),
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


SILENT = [law.name for law in LAWS if law.group in {"gradient", "metamorphic"}]


@pytest.mark.parametrize(
    "made", [Diverges, type("NotANumber", (Diverges,), {"last": "softmax"})]
)
def test_what_is_not_finite_is_left_to_other_laws(made: type[Plain]) -> None:
    adapter = made.adapter(
        declares={"hidden": "sigmoid", "output": made.last, "cost": "quadratic"}
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
