"""What a public docstring must say: numpydoc's rules, and shapes, errors, sources, examples."""

from __future__ import annotations

import ast
import enum
import importlib
import inspect
import re
import sys
import textwrap
from collections.abc import Iterator
from types import GenericAlias
from typing import Any, NamedTuple

from numpydoc.docscrape import NumpyDocString
from numpydoc.validate import validate

__all__ = ["PACKAGES", "Public", "complaints", "public"]

#: Where public names stand.
PACKAGES = (
    "nncore", "nncore.gradcheck", "nncore.estimator", "nncore.plots", "nncore.verify",
    "nncore.verify.strategies", "nncore.datasets",
)  # fmt: skip
#: Those of a module whose other names are the package's own business.
DOORS = {"nncore.arrays": ("as_array", "as_matrix", "as_vector", "elementwise")}
#: Left out, with the reason.
EXEMPT = {
    "ES01": "a summary that says it all needs no extension",
    "SA01": "the module's contents stand in the package's list of names",
    "PR08": "a description may start with a symbol or a name",
    "RT04": "a description may start with a symbol or a name",
}
#: Classes without examples and shapes of their own, with the reason.
SHOWN_ELSEWHERE = {
    "nncore.verify.subject.Subject": "laws are handed one; they are its examples, and it takes "
    "and returns rows",
}
#: The equations of these are from somewhere.
WITH_SOURCES = ("nncore", "nncore.gradcheck")
#: Sections that say what an array is.
OF_VALUES = ("Parameters", "Returns", "Yields", "Attributes")
ARRAY = re.compile(r"(numpy\.)?(ndarray|array_like|array)\b")


class Public(NamedTuple):
    """A public object: its dotted name, itself, the class it stands in, and its package."""

    name: str
    value: Any
    owner: Any
    package: str


def public() -> Iterator[Public]:
    """Yield every public function and class, with their public methods and properties."""
    seen: set[str] = set()
    packages = [(name, importlib.import_module(name).__all__) for name in PACKAGES]
    for package, names in [*packages, *DOORS.items()]:
        for name in names:
            value = getattr(importlib.import_module(package), name)
            if not _is_ours(value) or f"{value.__module__}.{name}" in seen:
                continue
            home = f"{value.__module__}.{name}"
            seen.add(home)
            yield Public(home, value, None, package)
            for member, inside in vars(value).items() if inspect.isclass(value) else ():
                if not member.startswith("_") and _function(inside) is not None:
                    yield Public(f"{home}.{member}", inside, value, package)


def complaints(name: str, value: Any, owner: Any, package: str) -> list[str]:
    """Return what the docstring of a public object lacks."""
    doc = NumpyDocString(inspect.getdoc(_function(value) or value) or "")
    exempt = set(EXEMPT) | ({"PR01"} if _is_enum(value) else set())
    found = [f"{code}: {text}" for code, text in validate(name)["errors"] if code not in exempt]
    if _is_shown_elsewhere(name, owner):
        return [each for each in found if not each.startswith("EX01")]
    return [*found, *_shapes(doc), *_errors(doc, value), *_sources(doc, owner, package)]


def _shapes(doc: NumpyDocString) -> Iterator[str]:
    """Yield the arrays whose shape is not said."""
    for section in OF_VALUES:
        for name, kind, text in doc.get(section, ()):
            # The result of a function has a type and no name, which stands first.
            if ARRAY.match(kind or name) and "shape" not in " ".join([kind, *text]):
                yield f"{section}: {name} : {kind} has no shape"


def _errors(doc: NumpyDocString, value: Any) -> Iterator[str]:
    """Yield the errors that a function raises itself, and does not tell."""
    function = _function(value)
    if function is None:
        return
    told = str(doc["Raises"])
    source = textwrap.dedent(inspect.getsource(inspect.unwrap(function)))
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Raise(exc=ast.Call(func=ast.Name(id=name))) if name not in told:
                yield f"Raises: {name} is not told"
            case _:
                pass


def _sources(doc: NumpyDocString, owner: Any, package: str) -> Iterator[str]:
    """Yield whether a function or class says nothing of where its equations are from."""
    if owner is None and package in WITH_SOURCES and not doc["References"]:
        yield "References: there are none"


def _is_shown_elsewhere(name: str, owner: Any) -> bool:
    """Return whether examples of the owner, or others, stand for those of a member."""
    if owner is None:
        return name in SHOWN_ELSEWHERE
    if name.rpartition(".")[0] in SHOWN_ELSEWHERE:
        return True
    member = name.rpartition(".")[2]
    examples = NumpyDocString(inspect.getdoc(owner) or "")["Examples"]
    return any(re.search(rf"\.{member}\b", line) for line in examples)


def _is_enum(value: Any) -> bool:
    """Return whether a class takes no parameters of its own but the language's for an enum."""
    return inspect.isclass(value) and issubclass(value, enum.Enum)


def _is_ours(value: Any) -> bool:
    """Return whether an object is a class or function of the package's."""
    if isinstance(value, GenericAlias) or not getattr(value, "__module__", "").startswith("nn"):
        return False
    # What a decorator made carries the name of what it was made of.
    is_named = getattr(value, "__name__", "") == getattr(value, "__qualname__", "")
    return is_named and (inspect.isclass(value) or inspect.isfunction(value))


def _function(value: Any) -> Any:
    """Return the function behind a method or property; None for anything else."""
    if isinstance(value, classmethod | staticmethod):
        return value.__func__
    if isinstance(value, property):
        return value.fget
    return value if inspect.isfunction(value) else None


if __name__ == "__main__":
    lacking = [f"{each.name}: {text}" for each in public() for text in complaints(*each)]
    sys.exit("\n".join(lacking) or 0)
