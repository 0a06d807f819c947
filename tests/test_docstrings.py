"""Public names say shapes, errors and sources in numpydoc, and their examples run."""

import doctest
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from types import GenericAlias

import pytest
from numpydoc.validate import validate

import nncore

#: Left out, with the reason.
EXEMPT = {
    "ES01": "a summary that says it all needs no extension",
    "SA01": "the module's contents stand in the package's list of names",
    "PR08": "a description may start with a symbol or a name",
    "RT04": "a description may start with a symbol or a name",
}
MODULES = [
    module.name
    for module in pkgutil.walk_packages(nncore.__path__, "nncore.")
    if module.name != "nncore.__main__"
]


def public_objects() -> Iterator[str]:
    """The dotted names of what `nncore` exports, methods included."""
    for name in nncore.__all__:
        value = getattr(nncore, name)
        if isinstance(value, GenericAlias):
            continue  # a type that its module explains
        home = f"{value.__module__}.{name}"
        yield home
        if inspect.isclass(value) and value.__module__.startswith("nncore"):
            for method, function in vars(value).items():
                if inspect.isfunction(function) and not method.startswith("_"):
                    yield f"{home}.{method}"


@pytest.mark.parametrize("name", sorted(public_objects()))
def test_public_docstrings_are_complete(name: str) -> None:
    errors = [
        f"{code}: {message}" for code, message in validate(name)["errors"] if code not in EXEMPT
    ]
    assert errors == []


@pytest.mark.parametrize("name", MODULES)
def test_examples_run(name: str) -> None:
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    module = importlib.import_module(name)
    assert doctest.testmod(module, optionflags=flags).failed == 0
