"""Every law holds for every correct network, in whatever style it is written."""

from __future__ import annotations

import inspect

import pytest

from nncore.verify import Adapter, Status, verify

from .implementations import ADAPTERS, LIBRARIES

#: Laws that must be tried on these styles, not skipped.
TRIED = {
    "article": {"gradient_is_certified", "list_lengths", "fit_is_steps"},
    "book": {"gradient_is_certified", "step_is_gradient_descent"},
    "course": {"gradient_is_certified"},
    "flat": {"gradient_is_certified"},
    "stack": {"gradient_is_certified"},
    "functional": {"gradient_is_certified", "step_is_gradient_descent"},
    "lists": {"gradient_is_certified"},
    "attributes": {"gradient_is_certified", "list_lengths"},
    "two_layers": {"gradient_is_certified"},
    "frozen": {"network_survives_saving"},
}


@pytest.mark.parametrize("name", ADAPTERS)
def test_laws_hold(name: str) -> None:
    every_law_holds(name, ADAPTERS[name]())


@pytest.mark.parametrize("name", LIBRARIES)
def test_laws_hold_for_libraries(name: str) -> None:
    every_law_holds(name, LIBRARIES[name]())


def every_law_holds(name: str, adapter: Adapter) -> None:
    results = verify(adapter, max_examples=2, seed=0, on_fail=None)
    broken = [str(result) for result in results if not result.status.is_good]
    assert not broken, "\n\n".join(broken)
    skipped = {
        result.name: result.message for result in results if result.status is Status.SKIPPED
    }
    assert {n: skipped[n] for n in TRIED.get(name, set()) if n in skipped} == {}


@pytest.mark.parametrize("make", ADAPTERS.values(), ids=ADAPTERS)
def test_adapters_need_ten_lines(make: object) -> None:
    """Layout of the settings left out: a closing bracket is no line of theirs."""
    source = inspect.getsource(make).splitlines()  # type: ignore[arg-type]
    settings = [line for line in source[2:] if line.strip() not in {")", ""}]
    assert len(settings) <= 11
