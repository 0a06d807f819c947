"""Every cause is planted and named; nothing outside the table gets a name."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pytest
from bugs import BUGS, INSIDE, OUTSIDE, Array, Network, backprop, network
from open_world import OPEN_WORLD

from nncore.gradcheck.check import check_gradient
from nncore.gradcheck.diagnose import diagnose
from nncore.gradcheck.layers import Layers
from nncore.gradcheck.mistakes import TABLE, Case, Prediction, hypothesis

if TYPE_CHECKING:
    from collections.abc import Callable

NAMES = [f'params["{kind}"][{i}]' for kind in "wb" for i in range(3)]
Gradient: TypeAlias = dict[str, list[Array]]


def layers_of(net: Network, *, transposed: bool = False) -> Layers:
    zs, activations = net.forward()
    delta = (activations[3] - net.y) / net.batch
    if net.output == "sigmoid":
        delta = delta * net.prime(3)(zs[3])
    nothing = np.empty(0)
    return Layers(
        [nothing, *net.w],
        zs,
        activations,
        delta,
        [net.function(l) for l in range(4)],
        [net.prime(l) for l in range(4)],
        net.y,
        [-1, 0, 1, 2],
        [-1, 3, 4, 5],
        transposed,
        net.l2,
        net.rate,
    )


def case_of(net: Network, wrong: Gradient, *, inside: bool = True) -> Case:
    right = backprop(net)
    reference = [*right["w"], *right["b"]]
    return Case(
        NAMES,
        [*net.w, *net.b],
        [*wrong["w"], *wrong["b"]],
        reference,
        [1e-14 * np.abs(array) for array in reference],
        [np.ones(array.shape, bool) for array in reference],
        net.batch,
        layers_of(net) if inside else None,
    )


def test_there_are_more_than_forty_kinds() -> None:
    assert len(set(BUGS)) >= 60
    assert len(set(OPEN_WORLD)) >= 25


@pytest.mark.parametrize("bug", BUGS)
def test_planted_cause_is_the_only_one_named(bug: str) -> None:
    seen = 0
    for seed in range(8):
        net = network(seed)
        case = case_of(net, backprop(net, bug, seed % 3))
        if not case.affected():
            # A softmax with its cross entropy has no output derivative to forget.
            assert (bug, net.output) == ("output derivative missing", "softmax")
            continue
        causes = diagnose(case)
        assert [cause.name for cause in causes] == [bug]
        assert causes[0].sentence
        seen += 1
    assert seen >= 4


@pytest.mark.parametrize("bug", [b for b in OUTSIDE if not b.startswith("l2")])
def test_what_shows_outside_needs_no_layers(bug: str) -> None:
    net = network(1)
    causes = diagnose(case_of(net, backprop(net, bug), inside=False))
    assert [cause.name for cause in causes] == [bug]


@pytest.mark.parametrize(
    ("bug", "name", "words"),
    [
        ("l2 missing", "l2 missing", "lacks 0.017 times the parameters"),
        ("l2 doubled", "l2 doubled", "0.017 times the parameters too much"),
        ("l2 on biases", "l2 on biases", "l2 holds for weights only"),
    ],
)
def test_penalty_of_unknown_size_is_measured(bug: str, name: str, words: str) -> None:
    net = network(0)
    (cause,) = diagnose(case_of(net, backprop(net, bug), inside=False))
    assert cause.name == name
    assert words in cause.sentence


def test_inner_causes_stay_unnamed_without_layers() -> None:
    net = network(2)
    for bug in INSIDE[:4]:
        assert diagnose(case_of(net, backprop(net, bug), inside=False)) == []


@pytest.mark.parametrize("spoil", OPEN_WORLD)
def test_errors_outside_the_table_get_no_name(
    spoil: Callable[[list[Array], np.random.Generator], None],
) -> None:
    for seed in range(5):
        net, rng = network(seed), np.random.default_rng(seed)
        right = backprop(net)
        arrays = [a.copy() for a in (*right["w"], *right["b"])]
        spoil(arrays, rng)
        case = case_of(net, {"w": arrays[:3], "b": arrays[3:]})
        assert case.affected()
        assert diagnose(case) == []


def test_a_right_gradient_has_no_cause() -> None:
    net = network(0)
    assert diagnose(case_of(net, backprop(net))) == []


def test_weights_may_be_stored_transposed() -> None:
    net = network(0)
    wrong = backprop(net, "activation derivative missing")
    case = case_of(net, wrong)
    for arrays in (case.params, case.analytic, case.reference, case.error):
        arrays[:3] = [array.T for array in arrays[:3]]
    case.known[:3] = [array.T for array in case.known[:3]]
    case.layers = layers_of(net, transposed=True)
    assert [c.name for c in diagnose(case)] == ["activation derivative missing"]


def test_layers_without_square_neighbours_or_learning_rate_predict_less() -> None:
    net = network(0)
    case = case_of(net, backprop(net, "gradient doubled"))
    assert case.layers is not None
    case.layers.learning_rate = None
    case.layers.l2 = 0.0
    assert [c.name for c in diagnose(case)] == ["gradient doubled"]


def test_two_examples_leave_two_causes() -> None:
    net = network(0, batch=2)
    names = {c.name for c in diagnose(case_of(net, backprop(net, "gradient doubled")))}
    assert names == {"gradient doubled", "gradient summed over the batch"}


def test_single_example_is_no_batch() -> None:
    net = network(0, batch=1)
    assert diagnose(case_of(net, backprop(net, "gradient doubled")))[0].name == (
        "gradient doubled"
    )


def test_unmeasured_entries_are_left_out() -> None:
    net = network(0)
    case = case_of(net, backprop(net, "gradient doubled"))
    for k, array in enumerate(case.reference):
        case.known[k][:] = False
        case.known[k].flat[0] = True
        array.flat[1:] = np.nan
    case.known[5][:] = False
    assert [c.name for c in diagnose(case)] == ["arrays doubled"]


def test_a_fitted_constant_needs_entries_to_follow_it() -> None:
    one = [np.array([2.0])]
    case = Case(
        ["params"], one, [np.array([1.37])], [np.array([1.0])], [one[0] * 0], [one[0] > 0]
    )
    assert diagnose(case) == []
    case.reference[0][:] = 0.0
    assert diagnose(case) == []


def test_others_may_enter_their_mistakes() -> None:
    count = len(TABLE)

    @hypothesis("plus one", rank=5)
    def plus_one(case: Case) -> list[Prediction]:
        return [Prediction({k: r + 1 for k, r in enumerate(case.reference)}, "one is added")]

    try:
        net = network(0)
        right = backprop(net)
        wrong = {kind: [array + 1 for array in right[kind]] for kind in "wb"}
        (cause,) = diagnose(case_of(net, wrong))
        assert (cause.name, cause.sentence) == ("plus one", "one is added")
        assert callable(plus_one)
    finally:
        del TABLE[count:]


def test_long_lists_of_arrays_are_cut() -> None:
    net = network(0)
    case = case_of(net, backprop(net))
    assert case.named(range(6)) == "the gradient"
    assert case.named(range(5)) == f"{', '.join(NAMES[:3])} and 2 more"


@pytest.mark.parametrize("method", ["complex_step", "differences_full"])
def test_causes_are_named_from_measured_references(method: str) -> None:
    net = network(3, l2=0.0)
    for bug in ("array zero", "bias doubled"):
        report = check_gradient(
            net.cost,
            lambda _, bug=bug: backprop(net, bug),  # type: ignore[misc]
            net.params,
            method=method,
            batch=3,
        )
        assert [cause.name for cause in report.causes] == [bug]


@pytest.mark.parametrize("method", ["complex_step", "differences_full"])
def test_a_clip_on_one_side_is_named_with_its_bound(method: str) -> None:
    point = np.array([0.3, -0.8, 3.0, -7.0, 5.0, 4.0])
    report = check_gradient(
        lambda w: (w**2).sum(), lambda w: np.minimum(2 * w, 1.5), point, method=method
    )
    (cause,) = report.causes
    assert cause.name == "clipped"
    assert "clipped at 1.5 (3 entries are cut)" in cause.sentence


@pytest.mark.parametrize("scale", [1e12, 1e150])
def test_large_gradients_overflow_nothing(scale: float) -> None:
    point = np.array([0.3, -0.8, 3.0])
    report = check_gradient(
        lambda w: scale * (w**2).sum(), lambda w: 2 * scale * w * [1, 1, 1.1], point
    )
    assert report.verdict == "wrong"
    assert not report.causes


def test_a_factor_of_a_square_is_no_penalty() -> None:
    point = np.array([0.3, -0.8, 3.0])
    report = check_gradient(lambda w: (w**2).sum(), lambda w: 2.1 * w, point)
    assert [cause.name for cause in report.causes] == ["constant ratio"]
