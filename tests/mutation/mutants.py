"""
Every mutant of a module, one slip each, made on its syntax tree.

A mutant is named by the function that it stands in and by the text of its line before and
after, so that its name outlives changes elsewhere in the file.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import CodeType
from typing import NamedTuple

from .operators import DEFENSIVE, mutations

__all__ = ["Mutant", "find_mutants", "plant", "source"]

NNCORE = Path(__file__).parents[2] / "nncore"
#: What is not run, or says nothing about what is computed.
UNREAD = {"annotation", "returns", "decorator_list", "bases", "ctx", "op", "ops"}
BLOCKS = (ast.FunctionDef, ast.ClassDef)


class Mutant(NamedTuple):
    """One slip: where it stands, and the line before and after."""

    module: str
    function: str
    before: str
    after: str
    #: Which of several slips that would read the same, counted from 1.
    number: int = 1

    def __str__(self) -> str:
        place = f"{self.module}.{self.function}".rstrip(".")
        number = f" (number {self.number})" if self.number > 1 else ""
        return f"{place}{number}\n    - {self.before}\n    + {self.after}"


class Slot(NamedTuple):
    """Where a node stands in its parent."""

    parent: ast.AST
    field: str
    at: int | None

    def get(self) -> ast.AST:
        """Return the node."""
        value = getattr(self.parent, self.field)
        node: ast.AST = value if self.at is None else value[self.at]
        return node

    def put(self, node: ast.AST) -> None:
        """Put another node in its place."""
        if self.at is None:
            setattr(self.parent, self.field, node)
        else:
            getattr(self.parent, self.field)[self.at] = node


def source(module: str) -> Path:
    """Return the file of a module, whose name is without ``nncore.``."""
    return NNCORE.joinpath(*module.split(".")).with_suffix(".py")


def find_mutants(module: str, text: str) -> list[Mutant]:
    """Return every mutant of the text of a module."""
    return list(_mutate(module, ast.parse(text)))


def plant(text: str, mutant: Mutant, filename: str) -> CodeType:
    """Return the code of a module with one slip in it."""
    tree = ast.parse(text)
    for found in _mutate(mutant.module, tree):
        if found == mutant:
            # The tree holds the slip until the next one is asked for.
            code: CodeType = compile(ast.fix_missing_locations(tree), filename, "exec")
            return code
    msg = f"there is no such mutant: {mutant}"
    raise LookupError(msg)


def _mutate(module: str, tree: ast.Module) -> Iterator[Mutant]:
    """Yield each mutant while the tree holds it; afterwards the tree is as before."""
    seen: Counter[Mutant] = Counter()
    for slot, statement, function in _slots(tree, "", None):
        node = slot.get()
        before = ast.unparse(statement.get())
        for other in mutations(node):
            slot.put(other)
            try:
                lines = _difference(before, ast.unparse(statement.get()))
                if lines[0] != lines[1]:
                    mutant = Mutant(module, function, *lines)
                    seen[mutant] += 1
                    yield mutant._replace(number=seen[mutant])
            finally:
                slot.put(node)


def _slots(
    node: ast.AST, function: str, statement: Slot | None
) -> Iterator[tuple[Slot, Slot, str]]:
    """Yield where each node below stands, with its statement and function."""
    for field, value in ast.iter_fields(node):
        children = value if isinstance(value, list) else [value]
        for i, child in enumerate(children):
            if not isinstance(child, ast.AST) or field in UNREAD or _says_nothing(child, node):
                continue
            slot = Slot(node, field, i if isinstance(value, list) else None)
            here = slot if isinstance(child, ast.stmt) else statement
            inside = function
            if isinstance(child, BLOCKS):
                inside = f"{function}.{child.name}".lstrip(".")
            elif here is not None:
                yield slot, here, function
            yield from _slots(child, inside, here)


def _says_nothing(node: ast.AST, parent: ast.AST) -> bool:  # noqa: C901, PLR0911 - a table
    """Return whether a node is a docstring, an import, a message or a matter of types."""
    match node:
        case ast.Import() | ast.ImportFrom() | ast.JoinedStr():
            return True
        case ast.Expr(value=ast.Constant()):
            return True
        case ast.Assign(targets=[ast.Name(id="__all__" | "msg")]):
            return True
        case ast.Assign(value=ast.Call(func=ast.Name(id="TypeVar" | "NewType"))):
            return True
        case ast.AnnAssign(annotation=ast.Name(id="TypeAlias")):
            return True
        case ast.Assign(value=ast.Subscript(value=ast.Name(id="Literal"))):
            return True
        case ast.If(test=ast.Name(id="TYPE_CHECKING")):
            return True
        case ast.FunctionDef(decorator_list=[ast.Name(id="overload")]):
            return True
        case ast.ClassDef(bases=[*_, ast.Name(id="Protocol")]):
            return True
        case ast.keyword(arg=str(name)) if name in DEFENSIVE:
            return True
        case ast.Constant(value=str()):
            # The type that a cast names.
            return isinstance(parent, ast.Call) and getattr(parent.func, "id", "") == "cast"
        case _:
            return False


def _difference(before: str, after: str) -> tuple[str, str]:
    """Return the first line that differs, before and after."""
    first, second = before.splitlines(), after.splitlines()
    pairs = (pair for pair in zip(first, second, strict=False) if pair[0] != pair[1])
    a, b = next(pairs, ("", ""))
    return a.strip(), b.strip()
