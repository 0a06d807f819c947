"""One canonical network, whatever the user's own conventions are, and nothing copied away."""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import nncore
from nncore.verify import Adapter, AdapterError, Case, Parameters, SkipCheck, Subject, Traits

from .implementations import ADAPTERS, Article, article, book, flat, lists, stack

SIZES = (2, 3, 1)
CASE = Case(
    SIZES,
    [[], [[0.5, -1], [1.5, 0.25], [-0.75, 1]], [[1, -1, 0.5]]],
    [[], [0.0625, 0.4375, 1], [-2]],
    x=[[0.5, 0.25], [-0.5, 1], [0, 2]],
    y=[[1], [0], [1]],
)
STYLES = [name for name in ADAPTERS if name != "closed"]


def subject_of(adapter: Adapter, case: Case = CASE) -> Subject:
    return Subject(adapter, Traits.of(adapter), case.parameters)


def foreign(parameters: Parameters) -> Parameters:
    return Parameters(
        parameters.sizes,
        [w + 1e-20j for w in parameters.weights],
        [b + 1e-20j for b in parameters.biases],
    )


@pytest.mark.parametrize("name", STYLES)
def test_parameters_are_read_as_they_were_written(name: str) -> None:
    subject = subject_of(ADAPTERS[name]())
    read = subject.parameters()
    for l in (1, 2):
        assert read.weights[l].tolist() == CASE.weights[l].tolist()
        assert read.biases[l].tolist() == CASE.biases[l].tolist()


@pytest.mark.parametrize("name", [n for n in STYLES if n != "frozen"])
def test_complex_numbers_take_the_places_and_floats_come_back(name: str) -> None:
    """The complex step sees the derivative by a weight, in every style."""
    subject = subject_of(ADAPTERS[name]())
    before = np.asarray(subject.predict(CASE.x)).copy()
    own = [id(leaf) for leaf in subject.traits.parameters.flatten(subject.stored())]  # type: ignore[union-attr]
    subject.set_parameters(foreign(CASE.parameters))
    assert np.iscomplexobj(subject.predict(CASE.x))
    if name != "two_layers":  # a softmax of one output is 1
        assert np.imag(subject.predict(CASE.x)).any()
    subject.set_parameters(CASE.parameters)
    after = subject.predict(CASE.x)
    assert after.dtype == before.dtype
    assert after.tolist() == before.tolist()
    if name not in {"functional", "flat_views"}:
        assert own == [id(leaf) for leaf in subject.traits.parameters.flatten(subject.stored())]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "name", ["article", "book", "course", "flat", "stack", "lists", "functional"]
)
def test_the_judge_certifies_the_users_own_network(name: str) -> None:
    subject = subject_of(ADAPTERS[name]())

    def parameters(params: Any) -> Parameters:
        return Parameters(SIZES, [[], *params[0]], [[], *params[1]])

    def cost(params: Any) -> Any:
        subject.set_parameters(parameters(params))
        return subject.cost(CASE.x, CASE.y)

    def gradient(params: Any) -> Any:
        subject.set_parameters(parameters(params))
        found = subject.gradient(CASE.x, CASE.y)
        return found.weights[1:], found.biases[1:]

    params = (CASE.weights[1:], CASE.biases[1:])
    report = nncore.check_gradient(cost, gradient, params)
    assert report.ok, str(report)
    assert report.to_dict()["rung"] == "certified", str(report)


def test_columns_and_rows_agree() -> None:
    outputs = {
        name: subject_of(ADAPTERS[name]()).predict(CASE.x) for name in ("article", "book")
    }
    assert np.allclose(outputs["article"], outputs["book"], rtol=1e-14)
    gradients = {
        name: subject_of(ADAPTERS[name]()).gradient(CASE.x, CASE.y)
        for name in ("article", "book")
    }
    for l in (1, 2):
        mine, theirs = (gradients[name].weights[l] for name in ("article", "book"))
        assert np.allclose(mine, theirs, rtol=1e-13)


def test_the_reduction_of_single_examples_is_the_users() -> None:
    mean, total = book(), dataclasses.replace(book(), reduction="sum")
    assert subject_of(total).cost(CASE.x, CASE.y) == pytest.approx(
        3 * subject_of(mean).cost(CASE.x, CASE.y)
    )
    grads = [subject_of(each).gradient(CASE.x, CASE.y).biases[2] for each in (mean, total)]
    assert np.allclose(3 * grads[0], grads[1])


def test_raw_results_and_handed_arrays_are_the_very_objects() -> None:
    seen: list[Any] = []

    class Spy(Article):
        def backprop(self, x: Any, y: Any) -> Any:
            result = super().backprop(x, y)
            seen.append((x, y, result))
            return result

    subject = subject_of(dataclasses.replace(article(), make=Spy))
    (raw,) = subject.raw("gradient", CASE.x, CASE.y)
    x, y, result = seen[-1]
    assert raw is result
    assert subject.handed[0] is x
    assert subject.handed[1] is y
    assert np.shares_memory(subject.gradient(CASE.x, CASE.y).weights[1], seen[-1][2][0][1])


def test_buffers_of_single_examples_do_not_overwrite_each_other() -> None:
    class Buffered:
        def __init__(self, sizes: list[int]) -> None:
            self.w, self.b = [np.ones((sizes[1], sizes[0]))], [np.zeros(sizes[1])]
            self.dw, self.db = np.empty(self.w[0].shape), np.empty(sizes[1])
            self.a: Any = None

        def feed(self, x: Any) -> Any:
            self.out = self.w[0] @ x if self.a is None else self.a
            return self.out

        def backprop(self, x: Any, y: Any) -> None:
            self.db[...] = y
            self.dw[...] = np.outer(y, x)

    adapter = Adapter(
        make=Buffered,
        weights="w",
        biases="b",
        forward="feed",
        gradient=("backprop", lambda n: [n.dw], lambda n: [n.db]),
        layout="single",
        cases={"max_layers": 2},
    )
    case = Case([1, 1], [[], [[1]]], [[], [0]], x=[[1], [2]], y=[[4], [6]])
    subject = subject_of(adapter, case)
    assert subject.gradient(case.x, case.y).weights[1].tolist() == [[8.0]]
    subject.net.a = np.array([0.0])
    forward = subject.forward(case.x)
    subject.net.a[...] = 7
    assert forward.output.tolist() == [[0.0], [0.0]]


def test_a_step_may_rebind_change_or_return() -> None:
    for name in ("article", "book", "functional"):
        subject = subject_of(ADAPTERS[name]())
        gradient = subject.gradient(CASE.x[:1], CASE.y[:1])
        subject.step(CASE.x[:1], CASE.y[:1], 0.5)
        expected = CASE.weights[1] - 0.5 * gradient.weights[1]
        assert np.allclose(subject.parameters().weights[1], expected), name
        subject.set_parameters(CASE.parameters)
        assert subject.parameters().weights[1].tolist() == CASE.weights[1].tolist(), name


def test_fit_is_given_the_users_layout() -> None:
    given: list[Any] = []
    for layout, shape in (("rows", (3, 2)), ("columns", (2, 3)), ("single", (3, 2))):
        adapter = Adapter(
            make=SimpleNamespace,
            name="spy",
            forward="feed",
            fit=lambda net, *arguments: given.append(arguments),
            layout=layout,
        )
        object.__setattr__(adapter, "make", lambda sizes: SimpleNamespace(feed=print, n=sizes))
        subject = subject_of(adapter)
        rng = np.random.default_rng(0)
        subject.fit(CASE.x, CASE.y, epochs=2, batch_size=3, learning_rate=0.5, rng=rng)
        assert given[-1][0].shape == shape
        assert given[-1][2:] == (2, 3, 0.5, rng)


def test_a_history_is_no_network() -> None:
    adapter = Adapter(
        make=lambda n: [{"w": np.ones(n[::-1]), "b": np.ones(n[1])}],
        weights=lambda net: net,
        fit=lambda *_: [0.5, 0.25],
        step=lambda *_: [{"w": np.zeros((1, 2)), "b": np.zeros(1)}],
        cost=lambda *_: 1.0,
        cases={"max_layers": 2},
    )
    case = Case([2, 1], [[], [[1, 1]]], [[], [1]], x=[[1, 1]], y=[[1]])
    subject = subject_of(adapter, case)
    rng = np.random.default_rng(0)
    subject.fit(case.x, case.y, epochs=1, batch_size=1, learning_rate=1, rng=rng)
    assert subject.parameters().weights[1].tolist() == [[1.0, 1.0]]
    subject.step(case.x, case.y, 1)
    assert subject.parameters().weights[1].tolist() == [[0.0, 0.0]]


def test_lists_without_parameters_that_can_be_read_are_networks() -> None:
    adapter = Adapter(make=list, forward=lambda net, x: x, load=lambda net, path: [path])
    subject = subject_of(adapter)
    subject.load("there")
    assert subject.net == ["there"]


def test_a_broken_accessor_makes_no_network() -> None:
    adapter = dataclasses.replace(
        ADAPTERS["course"](),
        step=lambda *_: {"cost": 1.0},
        weights=lambda n: {**n, "W1": n["W1"]},
    )
    subject = subject_of(adapter)
    net = subject.net
    subject.step(CASE.x, CASE.y, 0.1)
    assert subject.net is net


def test_saving_and_loading_bring_the_parameters_back(tmp_path: Any) -> None:
    subject = subject_of(ADAPTERS["frozen"]())
    path = str(tmp_path / "net.json")
    subject.save(path)
    other = subject.another(Parameters(SIZES, [w * 0 for w in CASE.weights], CASE.biases))
    other.load(path)
    assert other.parameters().weights[1].tolist() == CASE.weights[1].tolist()
    other.set_parameters(CASE.parameters)


def test_a_network_that_was_put_there_is_read() -> None:
    subject = subject_of(article())
    subject.net = Article([2, 3, 1])
    assert subject.parameters().biases[1].tolist() == [0.0, 0.0, 0.0]


def test_another_network_is_within_the_adapters_cases() -> None:
    subject = subject_of(ADAPTERS["two_layers"]())
    with pytest.raises(SkipCheck, match=r"sizes \[1, 1\] is outside of the adapter's `cases`"):
        subject.another(Parameters([1, 1], [[], [[1]]], [[], [1]]))
    assert subject.another(CASE.parameters).net is not subject.net


def test_what_is_missing_is_told() -> None:
    subject = subject_of(ADAPTERS["closed"]())
    for use in (
        subject.parameters,
        subject.stored,
        lambda: subject.set_parameters(CASE.parameters),
        lambda: subject.gradient(CASE.x, CASE.y),
    ):
        with pytest.raises(AdapterError, match="`weights` must be given"):
            use()
    with pytest.raises(AdapterError, match="`cost` is not given"):
        subject.cost(CASE.x, CASE.y)


def test_forward_that_returns_nothing_shows_its_attributes() -> None:
    forward = subject_of(ADAPTERS["attributes"]()).forward(CASE.x)
    assert forward.zs is not None
    assert [z.shape for z in forward.zs] == [(3, 0), (3, 3), (3, 1)]
    assert forward.output.shape == (3, 1)


def test_forward_without_predict_and_with_it() -> None:
    assert subject_of(flat()).predict(CASE.x).shape == (3, 1)
    assert subject_of(stack()).predict(CASE.x).shape == (3, 1)
    assert subject_of(lists()).forward(CASE.x).output.shape == (3, 1)


def test_parameters_that_cannot_be_written_are_told() -> None:
    class Immutable(Article):
        def __init__(self, sizes: list[int]) -> None:
            super().__init__(sizes)
            for array in self.weights + self.biases:
                array.flags.writeable = False

    with pytest.raises(
        AdapterError, match=r"of type ndarray cannot be written.*set_parameters="
    ):
        Traits.of(dataclasses.replace(article(), make=Immutable))


def test_numbers_that_cannot_be_put_anywhere_are_told() -> None:
    hidden = [np.ones((3, 2)), np.ones((1, 3)), np.zeros(3), np.zeros(1)]
    made = dataclasses.replace(
        flat(),
        make=lambda sizes: SimpleNamespace(predict=print, n=sizes),
        weights=lambda _: hidden,
    )
    arrangement = Traits.of(article()).parameters
    assert arrangement is not None
    arrangement = dataclasses.replace(arrangement, weights0=False, biases0=False, depth=1)
    traits = dataclasses.replace(Traits.of(flat()), parameters=arrangement)
    subject = Subject(made, traits, CASE.parameters)
    with pytest.raises(AdapterError, match="other numbers cannot be put into these parameters"):
        subject.set_parameters(foreign(CASE.parameters))
    assert hidden[0].tolist() == CASE.weights[1].tolist()


def test_fortran_ordered_owners_keep_their_views() -> None:
    class Fortran:
        def __init__(self, sizes: list[int]) -> None:
            self.store = np.asfortranarray(np.zeros((sizes[1], sizes[0] + 1)))

    adapter = Adapter(
        make=Fortran,
        weights=lambda net: [net.store[:, :-1]],
        biases=lambda net: [net.store[:, -1]],
        forward=lambda net, x: x @ net.store[:, :-1].T + net.store[:, -1],
        cases={"max_layers": 2},
    )
    case = Case([2, 2], [[], [[1, 2], [3, 4]]], [[], [5, 6]], x=[[1, 1]], y=[[0, 0]])
    subject = subject_of(adapter, case)
    subject.set_parameters(foreign(case.parameters))
    assert np.iscomplexobj(subject.net.store)
    assert np.real(subject.predict(case.x)).tolist() == [[8.0, 13.0]]
    subject.set_parameters(case.parameters)
    assert subject.predict(case.x).tolist() == [[8.0, 13.0]]
