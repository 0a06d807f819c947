"""The oracles compute the same network, and the comparison sees what is wrong."""

import json
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
import pytest
from click.testing import CliRunner
from oracles import __main__ as campaign
from oracles import digits
from oracles.libraries import LIBRARIES, Model, Results, installed
from oracles.networks import (
    Architecture,
    Drawn,
    disagreements,
    draw_architecture,
    largest_ratio,
)
from oracles.optimizers import KINDS, OPTIMIZER_ORACLES, bound, draw_run, ours, textbook
from strategies import HIDDEN, OUTPUTS

MODELS = [
    *(Model("tanh", *output, 0.01) for output in OUTPUTS),
    *(Model(hidden, "sigmoid", "cross_entropy", 1.0) for hidden in HIDDEN),
]


def drawn(model: Model) -> Drawn:
    return Architecture(model, [3, 2, 2], 2).draw(np.random.default_rng(3))


def worst(of: Drawn, theirs: Results, programs: int = 2) -> float:
    with np.errstate(all="ignore"):
        return max(ratio for _, ratio in disagreements(of, theirs, programs=programs))


def spoiled(results: Results, what: str, factor: Any) -> Results:
    """The results with one entry of one array of one list multiplied."""
    if what == "cost":
        return results._replace(cost=results.cost * factor)
    arrays = [a.copy() for a in getattr(results, what)]
    arrays[-1].flat[0] *= factor
    return results._replace(**{what: arrays})


@pytest.mark.parametrize("model", MODELS, ids=str)
def test_fifty_digits_agree_with_the_core(model: Model) -> None:
    net = drawn(model)
    assert worst(net, digits.compute(*net.arguments()), programs=1) < 1


@pytest.mark.parametrize("library", [name for name in LIBRARIES if name != "JAX"])
@pytest.mark.parametrize("model", MODELS, ids=str)
def test_libraries_agree_with_the_core(library: str, model: Model) -> None:
    if library not in installed():
        pytest.skip(f"{library} is not installed")
    net = drawn(model)
    assert worst(net, LIBRARIES[library].compute(*net.arguments())) < 1


@pytest.mark.parametrize("what", ["activations", "cost", "nabla_w", "nabla_b"])
def test_an_error_beyond_rounding_is_seen(what: str) -> None:
    net = drawn(MODELS[0])
    right = digits.compute(*net.arguments())
    with mpmath.workdps(50):
        # The bound is loose by a factor of some hundreds, not more.
        assert worst(net, spoiled(right, what, 1 + mpmath.mpf("1e-12"))) > 1


def test_digits_are_fifty() -> None:
    """The derivative of the penalty and of an identity network is known exactly."""
    net = Architecture(Model("identity", "identity", "quadratic", 0.01), [1, 1], 1).draw(
        np.random.default_rng(0)
    )
    found = digits.compute(*net.arguments())
    with mpmath.workdps(60):
        w, b, x, y = (
            mpmath.mpf(float(v))
            for v in (
                net.case.net.weights[1][0, 0],
                net.case.net.biases[1][0],
                *net.case.x[0],
                *net.case.y[0],
            )
        )
        a = w * x + b
        slope = (a - y) * x + mpmath.mpf(0.01) * w
        assert abs(found.nabla_w[0][0, 0] - slope) < abs(slope) * mpmath.mpf(10) ** -50


class TestRatio:
    def test_is_the_largest_of_all(self) -> None:
        a, b = np.array([1.0, 2.0]), np.array([1.5, 2.25])
        assert largest_ratio([a, a], [a, b], [np.ones(2), np.array([1.0, 0.25])]) == 1

    def test_equal_numbers_need_no_bound(self) -> None:
        assert largest_ratio([np.zeros(2)], [np.zeros(2)], [np.zeros(2)]) == 0

    @pytest.mark.parametrize("theirs", [np.full(2, np.nan), np.full(2, np.inf), np.ones(3)])
    def test_what_cannot_be_compared_is_infinitely_far(self, theirs: Any) -> None:
        assert largest_ratio([np.ones(2)], [theirs], [np.ones(2)]) == np.inf


class TestOptimizers:
    @pytest.mark.parametrize("kind", KINDS)
    def test_fifty_digits_take_the_same_steps(self, kind: str) -> None:
        rng = np.random.default_rng(0)
        for _ in range(20):
            run = draw_run(rng, kind)
            with mpmath.workdps(50):
                exact = textbook(run)
            assert largest_ratio([ours(run)], [exact], [bound(run)]) < 1
            wrong = run._replace(learning_rate=run.learning_rate * (1 + 1e-3))
            assert largest_ratio([ours(wrong)], [exact], [bound(run)]) > 1

    @pytest.mark.parametrize("library", OPTIMIZER_ORACLES)
    def test_libraries_take_the_same_steps(self, library: str) -> None:
        if library not in installed():
            pytest.skip(f"{library} is not installed")
        kinds, compute = OPTIMIZER_ORACLES[library]
        for kind in kinds:
            run = draw_run(np.random.default_rng(1), kind)
            assert largest_ratio([ours(run)], [compute(run)], [2 * bound(run)]) < 1


def test_architectures_vary() -> None:
    rng = np.random.default_rng(0)
    found = [draw_architecture(rng) for _ in range(200)]
    assert {a.model.hidden for a in found} == set(HIDDEN)
    assert {(a.model.output, a.model.cost) for a in found} == set(OUTPUTS)
    assert {len(a.sizes) for a in found} == {2, 3, 4, 5}


class TestCampaign:
    arguments = ("--networks", "2", "--exact", "1", "--runs", "4")

    def test_names_what_is_left_out(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        for name, library in LIBRARIES.items():
            missing = library._replace(module="no_such_library")
            monkeypatch.setitem(LIBRARIES, name, missing)
        path = tmp_path / "oracles.json"
        result = CliRunner().invoke(campaign.main, [*self.arguments, "--json", str(path)])
        assert result.exit_code == 0, result.output
        assert "left out: JAX, which needs no_such_library" in result.output
        found = json.loads(path.read_text(encoding="utf-8"))
        assert {f["what"] for f in found["figures"]} >= {"gradient beside mpmath, 50 digits"}

    def test_fails_on_a_disagreement(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def wrong(*arguments: Any) -> Results:
            return spoiled(compute(*arguments), "nabla_b", 1 + mpmath.mpf("1e-3"))

        compute = digits.compute
        monkeypatch.setattr(digits, "compute", wrong)
        monkeypatch.setattr(campaign, "installed", dict)
        result = CliRunner().invoke(campaign.main, self.arguments)
        assert result.exit_code == 1
        assert "gradient: " in result.output
