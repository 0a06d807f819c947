"""The laws as tests of pytest: named, skipped, expected, failed in few lines."""

from __future__ import annotations

import importlib
from collections.abc import Collection, Iterator
from typing import Any, ClassVar

import pytest
from hypothesis import settings

from nncore.verify import CHECKS, Adapter, NetworkContract
from nncore.verify.contract import _seed

from .implementations import article

pytest_plugins = ["pytester"]

NETWORK = '''
import dataclasses
import numpy as np
from nncore.verify import Adapter, NetworkContract, check

class Net:
    """One layer of identity units."""
    def __init__(self, sizes):
        self.w, self.b = np.ones((sizes[1], sizes[0])), np.zeros(sizes[1])
    def feed(self, x):
        return x @ self.w.T + self.b
    def broken(self, x):
        return self.feed(x)[:, :-1]

@check(needs={"forward"}, group="mine")
def law_of_mine(net, case):
    """Sums stand where they should."""
    assert np.allclose(net.predict(case.x), case.x @ case.weights[1].T + case.biases[1])

adapter = Adapter(
    make=Net,
    weights=lambda net: [net.w],
    biases=lambda net: [net.b],
    forward="feed",
    cases={"max_layers": 2},
)
'''


@pytest.fixture
def run(pytester: pytest.Pytester) -> Iterator[Any]:
    def run(classes: str, *options: str) -> pytest.RunResult:
        # As strict as a project may be; other tests may have imported the plugin before.
        pytester.makeini("[pytest]\nfilterwarnings = error")
        importlib.import_module("nncore.verify.plugin")
        pytester.makepyfile(test_it=NETWORK + classes)
        plugins = ("-p", "nncore.verify.plugin", "-p", "no:cacheprovider", "-p", "no:nncore")
        return pytester.runpytest_inprocess("-q", "-rs", *plugins, *options)

    before = dict(CHECKS)
    yield run
    CHECKS.clear()
    CHECKS.update(before)


def test_each_law_is_a_test_with_a_stable_name(run: Any) -> None:
    result = run(
        """
class TestMine(NetworkContract):
    adapter = adapter
    only = ["results_keep_the_dtype", "list_lengths", "law_of_mine"]
    max_examples = 3

class TestOther(NetworkContract):
    "Several classes live together."
    adapter = dataclasses.replace(adapter, name="other")
    only = ["law_of_mine"]
""",
        "-vv",
    )
    result.stdout.fnmatch_lines_random(
        [
            "test_it.py::TestMine::test_results_keep_the_dtype PASSED*",
            "test_it.py::TestMine::test_law_of_mine PASSED*",
            "test_it.py::TestOther::test_law_of_mine PASSED*",
            "*1 skipped*",
        ]
    )
    assert result.ret == 0


def test_a_failure_is_told_in_few_lines(run: Any) -> None:
    result = run(
        """
class TestMine(NetworkContract):
    adapter = dataclasses.replace(adapter, forward="broken")
    only = ["law_of_mine"]
    seed = 5
"""
    )
    result.stdout.fnmatch_lines(
        [
            "FAILED law_of_mine",
            "  law: Sums stand where they should.",
            "  smallest: sizes [[]1, 1[]], a batch of 1",
            '  reproduce: replay(adapter, "law_of_mine", Case(*',
            '             verify(adapter, only=[[]"law_of_mine"[]], max_examples=25, seed=5)',
        ]
    )
    result.stdout.no_fnmatch_line("*hypothesis*")
    result.stdout.no_fnmatch_line("*trial.py*")
    result.assert_outcomes(failed=1)


def test_expected_failures_are_strict(run: Any) -> None:
    result = run(
        """
class TestMine(NetworkContract):
    adapter = dataclasses.replace(
        adapter, forward="broken", expected_failures={"law_of_mine": "the last one is missing"}
    )
    only = ["law_of_mine"]

class TestFixed(NetworkContract):
    adapter = dataclasses.replace(adapter, expected_failures={"law_of_mine": "long ago"})
    only = ["law_of_mine"]
""",
        "-rx",
    )
    result.assert_outcomes(xfailed=1, failed=1)
    result.stdout.fnmatch_lines(["*but the law holds: take it out*"])
    result.stdout.fnmatch_lines(["XFAIL *the last one is missing: *"])


def test_options_go_before_attributes(run: Any) -> None:
    result = run(
        """
class TestMine(NetworkContract):
    adapter = dataclasses.replace(adapter, forward="broken")
    only = ["law_of_mine"]
    seed = 5
""",
        "--nncore-max-examples=7",
        "--nncore-seed=11",
    )
    result.stdout.fnmatch_lines(["*max_examples=7, seed=11)"])


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("--nncore-max-examples=0", "*it must be an integer of at least 1; it is '0'*"),
        ("--nncore-seed=-1", "*it must be an integer of at least 0; it is '-1'*"),
    ],
)
def test_options_that_cannot_be_used(run: Any, option: str, message: str) -> None:
    result = run("", option)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([message])


def test_an_adapter_that_does_not_fit_fails_each_test(run: Any) -> None:
    result = run(
        """
class TestMine(NetworkContract):
    adapter = dataclasses.replace(adapter, cost="los")
    only = ["law_of_mine"]
"""
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["*`cost`: Net has no attribute 'los'; it has b, broken, feed, w"]
    )


def test_unknown_names_are_told_when_the_class_is_made() -> None:
    with pytest.raises(ValueError, match="`only` names 'no_law'"):
        type("TestMine", (NetworkContract,), {"adapter": article(), "only": ["no_law"]})
    adapter = Adapter(make=list, cost="cost", expected_failures={"no_law": "because"})
    with pytest.raises(ValueError, match="`expected_failures` names 'no_law'"):
        type("TestMine", (NetworkContract,), {"adapter": adapter})


@pytest.mark.parametrize(
    ("attributes", "message"),
    [
        (
            {"adapter": "brk.py:adapter"},
            "`adapter` must be an nncore.verify.Adapter; it is 'brk",
        ),
        ({"adapter": article(), "only": 3}, "`only` must be a list of names; it is 3"),
        ({"adapter": article(), "max_examples": "9"}, "`max_examples` must be an integer"),
        ({"adapter": article(), "seed": 0.5}, "`seed` must be an integer; got 0.5"),
    ],
)
def test_attributes_of_a_wrong_type_are_told_when_the_class_is_made(
    attributes: dict[str, Any], message: str
) -> None:
    with pytest.raises(TypeError, match=message):
        type("TestMine", (NetworkContract,), attributes)


def test_a_method_of_the_class_takes_the_place_of_a_law() -> None:
    class Mine(NetworkContract):
        adapter = article()
        only: ClassVar[Collection[str] | None] = ("list_lengths",)

        def test_list_lengths(self) -> str:
            return "mine"

    class Derived(Mine):
        only: ClassVar[Collection[str] | None] = ("list_lengths", "example_shapes")

    assert Derived().test_list_lengths() == "mine"
    assert Derived.test_example_shapes.__doc__  # type: ignore[attr-defined]


def test_a_class_of_a_class_chooses_for_itself(run: Any) -> None:
    result = run(
        """
class TestMine(NetworkContract):
    adapter = adapter
    only = ["list_lengths", "law_of_mine"]

class TestSub(TestMine):
    only = ["example_shapes"]

class TestSubOfSub(TestSub):
    only = ["law_of_mine"]
""",
        "-vv",
    )
    named = [line.split()[0] for line in result.outlines if line.startswith("test_it.py::")]
    assert sorted(name.removeprefix("test_it.py::") for name in named) == [
        "TestMine::test_law_of_mine",
        "TestMine::test_list_lengths",
        "TestSub::test_example_shapes",
        "TestSubOfSub::test_law_of_mine",
    ]


def test_what_a_class_says_itself_stays_in_its_classes() -> None:
    class Mine(NetworkContract):
        adapter = article()
        only: ClassVar[Collection[str] | None] = ("list_lengths", "example_shapes")
        test_list_lengths = None

        def test_example_shapes(self) -> str:
            return "mine"

    class Derived(Mine):
        only: ClassVar[Collection[str] | None] = ("list_lengths",)

    assert Derived.test_list_lengths is None
    assert Derived().test_example_shapes() == "mine"


def test_a_base_class_needs_no_adapter() -> None:
    class Base(NetworkContract):
        max_examples = 3

    assert not [name for name in dir(Base) if name.startswith("test_")]


def test_the_seed_follows_the_profile() -> None:
    assert _seed(5) == 5
    before = settings.get_current_profile_name()
    try:
        settings.register_profile("always the same", derandomize=True)
        settings.load_profile("always the same")
        assert _seed(None) == 0
        settings.register_profile("another each time", derandomize=False)
        settings.load_profile("another each time")
        assert _seed(None) != _seed(None)
    finally:
        settings.load_profile(before)
