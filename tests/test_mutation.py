"""Slips are found where they can stand, and planted one at a time."""

import ast
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mutation.__main__ import sample
from mutation.marks import read_marks, unmatched
from mutation.mutants import NNCORE, Mutant, _mutate, find_mutants, plant, source
from mutation.running import try_all

pytestmark = pytest.mark.skipif(not NNCORE.exists(), reason="the sources are not here")

CODE = '''
"""A module's docstring."""
__all__ = ["f"]
TABLE = {"a": 1}

def f(w, x: "no + slip", axis=0):
    """A docstring."""
    msg = "a" + "b"
    return (x @ w.T).sum(axis=axis)
'''


def changes(line: str) -> set[str]:
    """The lines that slips make of a line of a function."""
    return {m.after for m in find_mutants("m", f"def f(a, b, l):\n    {line}\n")}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("return a @ b", {"return b @ a"}),
        ("return a.T", {"return a"}),
        ("return a - b", {"return a + b"}),
        ("return np.subtract(a, b)", {"return np.subtract(b, a)"}),
        ("return np.add(a, b)", set()),
        ("return np.add(a, b, l)", {"return np.add(a, l, b)"}),
        ("return max(a, b)", {"return min(a, b)"}),
        ("return a < b", {"return a <= b", "return a >= b"}),
        ("return a[l - 1]", {"return a[l + 1]", "return a[l - 0]"}),
        ("return a[l]", {"return a[l - 1]"}),
        ("return not a", {"return a"}),
        ("return a and b", {"return a or b"}),
        ("return a.copy()", {"return a"}),
        ("f(a, b)", {"pass", "f(b, a)"}),
        ("a += b", {"pass", "a -= b", "a = b"}),
        ("a[0] = b", {"pass", "a[1] = b"}),
        ("return a.sum(axis=1)", {
            "return a.mean(axis=1)", "return a.sum()", "return a.sum(axis=0)",
        }),
        ("raise a", {"pass"}),
        ("return partial(np.subtract, a, b)", {"return partial(np.subtract, b, a)"}),
        ("return partial(np.add, a, b)", set()),
        ("return partial(np.minimum, a, out=b)", {
            "return partial(np.maximum, a, out=b)", "return partial(np.minimum, a)",
        }),
        ("return [f(a), *b]", {"return [*b]", "return [f(a)]"}),
        ("return a if b else l", {"return a if not b else l"}),
        ("msg = 'a' + b", set()),
        ("A = Literal['a', 'b']", set()),
        ("return 'a message'", set()),
        ("return zip(a, b, strict=True)", {"return zip(b, a, strict=True)"}),
        ("a: b + 1", set()),
    ],
)  # fmt: skip
def test_each_kind_of_slip(line: str, expected: set[str]) -> None:
    assert changes(line) == expected


def test_tables_and_defaults_are_mutated_but_no_words() -> None:
    found = find_mutants("m", CODE)
    assert {(m.function, m.after) for m in found} == {
        ("", "TABLE = {'a?': 1}"),
        ("", "TABLE = {'a': 0}"),
        ("f", "return (w.T @ x).sum(axis=axis)"),
        ("f", "return (x @ w).sum(axis=axis)"),
        ("f", "return (x @ w.T).mean(axis=axis)"),
        ("f", "return (x @ w.T).sum()"),
    } | {(m.function, m.after) for m in found if "axis=1" in m.after}


def test_a_planted_slip_runs_and_the_same_text_is_told_apart() -> None:
    text = "a = 2 - 1\nb = a\na = 2 - 1\n"
    second = next(m for m in find_mutants("m", text) if m.number == 2 and "+" in m.after)
    values: dict[str, Any] = {}
    exec(plant(text, second, "file"), values)  # noqa: S102 - our own code
    assert (values["b"], values["a"]) == (1, 3)
    with pytest.raises(LookupError, match="no such mutant"):
        plant(text, second._replace(after="c"), "file")


def test_finding_leaves_no_slip_behind() -> None:
    text = source("kernels").read_text("utf-8")
    assert len(set(find_mutants("kernels", text))) == len(find_mutants("kernels", text)) > 25
    tree = ast.parse(text)
    before = ast.dump(tree)
    assert list(_mutate("kernels", tree))
    assert ast.dump(tree) == before


def test_marks_have_reasons_and_stand_for_mutants(tmp_path: Path) -> None:
    marks = read_marks()
    mutants = [
        m
        for name in {mark.module for mark in marks}
        for m in find_mutants(name, source(name).read_text("utf-8"))
    ]
    assert unmatched(marks, mutants) == []
    stale = Mutant("kernels", "f", "a", "b")
    assert unmatched([stale], mutants) == [stale]
    bad = tmp_path / "marks.toml"
    bad.write_text('[[equivalent]]\nmodule="m"\nfunction=""\nbefore="a"\nafter="b"\nreason=""')
    with pytest.raises(ValueError, match="a mark has"):
        read_marks(bad)


def test_a_sample_is_seeded_and_never_empty() -> None:
    mutants = [Mutant("m", "f", "a", str(i)) for i in range(20)]
    assert sample(mutants, 0.1, 1) == sample(mutants, 0.1, 1) != sample(mutants, 0.1, 2)
    assert len(sample(mutants, 0.001, 0)) == 1
    assert sorted(sample(mutants, 1.0, 0)) == sorted(mutants)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="mutants are tried in forked children")
@pytest.mark.filterwarnings("ignore:.*fork")  # threads of libraries that other tests imported
def test_ctrl_c_as_a_child_has_just_been_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    children = []

    def fork(real: Callable[[], int] = os.fork) -> int:
        children.append(real())
        return children[-1]

    def wait4(_pid: int, options: int) -> None:
        os.waitpid(children[-1], options)
        raise KeyboardInterrupt

    monkeypatch.setattr("mutation.running._run", lambda *_: os._exit(0))
    monkeypatch.setattr("os.fork", fork)
    monkeypatch.setattr("os.wait4", wait4)
    mutants = find_mutants("kernels", source("kernels").read_text())
    with pytest.raises(KeyboardInterrupt):
        next(try_all(mutants, {"kernels": [["tests"]]}, jobs=2))
    assert len(children) == 3  # one tried the code as it is
    for pid in children:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
