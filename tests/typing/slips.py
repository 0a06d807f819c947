"""
Shape slips, made from the syntax trees of the real mathematics.

Every function whose result is a ``Matrix``, ``Vector`` or ``Column``, or ``Writes`` that fill
one, is changed in every way that `changes` knows, one expression at a time. Left out are the
doors: functions that claim dimensions or take them off (`DOORS`), which check shapes when they
run.

Which changes are slips is not a type checker's to say. Each changed function runs on arrays of
pairwise distinct sizes, and is a slip if it raises, or if what it returns or writes differs in
shape or in value from what the original does.
"""

from __future__ import annotations

import ast
import copy
import itertools
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any

import numpy as np

from nncore.activations import ACTIVATIONS, Softmax
from nncore.arrays import run
from nncore.costs import Cost, Quadratic, output_cost

__all__ = ["Slip", "find_slips", "planted"]

#: What claims dimensions, takes them off, or knows none.
# `_below` returns a pair: what is done to that, a checker tells of on the next lines.
DOORS = {"np", "cast", "as_array", "as_matrix", "as_vector", "_below"}
#: Statements that compute something.
COMPUTING = (ast.Assign, ast.AnnAssign, ast.Expr, ast.Return)
DIMENSIONED = re.compile(r"(?P<kind>Matrix|Vector|Column)\[(?P<letters>\w(, \w)?)\]")
#: Dimensions are told apart by their sizes.
SIZES = {"B": 7, "K": 3, "M": 5, "N": 2, "T": 4}
SIGMOID = ACTIVATIONS["sigmoid"]
SQUARES = Cost("squares", lambda a, y: ((a - y) ** 2).sum(axis=1), lambda a, y: 2 * (a - y))
#: What `self`, and parameters that are no arrays, are while a function runs.
OBJECTS: dict[str, Any] = {
    "Activation": SIGMOID,
    "OutputCost": output_cost(SIGMOID, "quadratic"),
    "Quadratic": Quadratic(),
    "Softmax": Softmax(),
    "_ComposedCost": output_cost(SIGMOID, SQUARES),
    "_SigmoidCrossEntropy": output_cost(SIGMOID, "cross_entropy"),
    "_SoftmaxCrossEntropy": output_cost(Softmax(), "cross_entropy"),
}


@dataclass(frozen=True)
class Slip:
    """One changed expression of one function."""

    owner: str | None
    function: ast.FunctionDef
    statement: ast.stmt
    node: ast.expr
    new: ast.expr
    change: str
    number: int = 0

    @property
    def name(self) -> str:
        """What the changed function is called."""
        return f"{self.function.name}__{self.number}"

    @property
    def title(self) -> str:
        """The function and the change."""
        owner = f"{self.owner}." if self.owner else ""
        return f"{owner}{self.function.name}: {self.change} in `{ast.unparse(self.node)}`"


# --- every change of every function -----------------------------------------------------------


def functions(tree: ast.Module) -> Iterator[tuple[str | None, ast.FunctionDef]]:
    """Return the functions that dimensions are proved of, each with its class."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and is_proved(node):
            yield None, node
        if isinstance(node, ast.ClassDef) and node.name in OBJECTS:
            for function in node.body:
                if isinstance(function, ast.FunctionDef) and is_proved(function):
                    yield node.name, function


def is_proved(function: ast.FunctionDef) -> bool:
    """Return whether the result has dimensions, and the body goes through no door."""
    names = {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}
    result = ast.unparse(function.returns) if function.returns else ""
    has_dimensions = result == "Writes" or DIMENSIONED.fullmatch(result) is not None
    return has_dimensions and not names & DOORS


def computed(function: ast.FunctionDef) -> Iterator[tuple[ast.stmt, ast.expr]]:
    """Return the statements of a function, and of functions in it, and what they compute."""
    for statement in function.body:
        if isinstance(statement, ast.FunctionDef):
            yield from computed(statement)
        elif isinstance(statement, COMPUTING) and statement.value is not None:
            yield statement, statement.value


def dimensioned_names(function: ast.FunctionDef, statement: ast.stmt) -> dict[str, str]:
    """Return the type of each array that the statement can use."""
    types = {a.arg: ast.unparse(a.annotation) for a in function.args.args if a.annotation}
    for node in function.body:
        if (
            isinstance(node, ast.AnnAssign)
            and isinstance(node.target, ast.Name)
            and node.lineno < statement.lineno
        ):
            types[node.target.id] = ast.unparse(node.annotation)
    return {name: type_ for name, type_ in types.items() if DIMENSIONED.fullmatch(type_)}


def candidates(tree: ast.Module) -> Iterator[Slip]:
    """Return every change of every function of a module."""
    for owner, function in functions(tree):
        for statement, value in computed(function):
            names = dimensioned_names(function, statement)
            for node in ast.walk(value):
                if isinstance(node, ast.expr):
                    for change, new in changes(node, names):
                        yield Slip(owner, function, statement, node, new, change)


def changes(node: ast.expr, names: dict[str, str]) -> Iterator[tuple[str, ast.expr]]:
    """Return what may be slipped at one expression, with a word for each."""
    match node:
        case ast.Attribute(value=value, attr="T"):
            yield "drop .T", value
        case ast.Subscript(ast.Attribute(attr="shape"), ast.Constant(int(axis))):
            yield "other axis", ast.Subscript(node.value, ast.Constant(1 - axis))
        case ast.Name(id=name) if name in names:
            yield "add .T", ast.Attribute(node, "T")
            for other, type_ in names.items():
                if type_ != names[name]:
                    yield f"{other} for {name}", ast.Name(other)
        case ast.BinOp():
            yield "add .T", ast.Attribute(node, "T")
            yield from changes_of_operator(node)
        case ast.Call(func):
            yield "add .T", ast.Attribute(node, "T")
            yield from changes_of_arguments(node, names)
            if isinstance(func, ast.Attribute) and func.attr == "sum":
                yield from changes_of_sum(node, func.value)
        case _:
            pass


def changes_of_operator(node: ast.BinOp) -> Iterator[tuple[str, ast.expr]]:
    """Return operands swapped or dropped, and the other product."""
    left, right = node.left, node.right
    if not isinstance(node.op, ast.MatMult):
        yield "@ for an elementwise operator", ast.BinOp(left, ast.MatMult(), right)
        return
    yield "swap operands", ast.BinOp(right, ast.MatMult(), left)
    yield "* for @", ast.BinOp(left, ast.Mult(), right)
    yield "drop the right factor", left
    yield "drop the left factor", right


def changes_of_arguments(
    call: ast.Call, names: dict[str, str]
) -> Iterator[tuple[str, ast.expr]]:
    """Return arguments swapped, where the types of both are known and differ."""
    for i, j in itertools.combinations(range(len(call.args)), 2):
        first, second = (names.get(ast.unparse(call.args[k])) for k in (i, j))
        if first and second and first != second:
            swapped = copy.deepcopy(call)
            swapped.args[i], swapped.args[j] = call.args[j], call.args[i]
            yield f"swap arguments {i} and {j}", swapped


def changes_of_sum(call: ast.Call, summed: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    """Return other axes, no axis, another rank, and no sum at all."""
    keywords = {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords}
    axis, keeps = keywords.get("axis", "None"), "keepdims" in keywords

    def total(arguments: str) -> ast.expr:
        return ast.parse(f"({ast.unparse(summed)}).sum({arguments})", mode="eval").body

    keep = ", keepdims=True"
    if not keeps:  # a matrix where a column stood fits every shape: no slip of shape
        yield "drop the sum", summed
    yield "drop axis", total("keepdims=True" if keeps else "")
    yield "other axis", total(f"axis={1 - int(axis)}" + keep * keeps)
    yield "other rank", total(f"axis={axis}" + keep * (not keeps))
    yield "other axis and rank", total(f"axis={1 - int(axis)}" + keep * (not keeps))


# --- the changed functions, beside the originals ----------------------------------------------


def planted(text: str, slips: list[Slip]) -> tuple[str, list[range]]:
    """Return the module with every changed function, and which lines each changed."""
    lines = text.splitlines()
    where: dict[int, range] = {}
    for slip in sorted(
        slips, key=lambda slip: (slip.function.lineno, slip.number), reverse=True
    ):
        body, changed = changed_function(text, slip)
        end = slip.function.end_lineno or 0
        lines[end:end] = ["", *body]
        where = {
            n: range(r.start + len(body) + 1, r.stop + len(body) + 1) for n, r in where.items()
        }
        where[slip.number] = range(end + 2 + changed.start, end + 2 + changed.stop)
    return "\n".join(lines) + "\n", [where[slip.number] for slip in slips]


def changed_function(text: str, slip: Slip) -> tuple[list[str], range]:
    """Return the lines of the changed function under its new name, and which changed."""
    lines = text.splitlines()
    function, statement, node = slip.function, slip.statement, slip.node
    end, end_column = node.end_lineno or 0, node.end_col_offset or 0
    before = lines[node.lineno - 1][: node.col_offset]
    after = lines[end - 1][end_column:]
    body = [
        *lines[function.lineno - 1 : node.lineno - 1],
        f"{before}({ast.unparse(slip.new)}){after}",
        *lines[end : function.end_lineno],
    ]
    body[0] = body[0].replace(f"def {function.name}(", f"def {slip.name}(")
    shorter = end - node.lineno
    first = statement.lineno - function.lineno
    return body, range(first, (statement.end_lineno or 0) - function.lineno + 1 - shorter)


# --- which of them are slips ------------------------------------------------------------------


def find_slips(module: str, text: str) -> list[Slip]:
    """Return the changes of a module of nncore that change what comes out."""
    numbered = [replace(slip, number=i) for i, slip in enumerate(candidates(ast.parse(text)))]
    namespace = run_module(f"nncore.{module}__slips", planted(text, numbered)[0])
    seen: set[str] = set()
    found: list[Slip] = []
    for slip in numbered:
        source = "\n".join(changed_function(text, replace(slip, number=0))[0])
        if source not in seen and is_slip(namespace, slip):
            found.append(slip)
        seen.add(source)
    return found


def run_module(name: str, text: str) -> dict[str, Any]:
    """Return the names that a module of nncore defines."""
    module = ModuleType(name)
    module.__package__ = "nncore"
    sys.modules[name] = module
    exec(compile(text, name, "exec", dont_inherit=True), vars(module))  # noqa: S102 - our own code
    return vars(module)


def is_slip(namespace: dict[str, Any], slip: Slip) -> bool:
    """Return whether the changed function raises, or returns or writes something else."""
    owner = namespace[slip.owner] if slip.owner else None
    arguments = [argument(slip.owner, a) for a in slip.function.args.args]

    def results(name: str) -> list[Any]:
        function = getattr(owner, name) if owner else namespace[name]
        given = copy.deepcopy(arguments)
        result = function(*given)
        if not isinstance(result, list):
            return [np.asarray(result)]
        run(result)
        return given

    expected = results(slip.function.name)
    try:
        with np.errstate(all="ignore"):
            actual = results(slip.name)
    except (AttributeError, IndexError, TypeError, ValueError):
        return True
    return any(
        a.shape != e.shape or not np.allclose(a, e)
        for a, e in zip(actual, expected, strict=True)
    )


def argument(owner: str | None, parameter: ast.arg) -> Any:
    """Return something to call a function with."""
    annotation = ast.unparse(parameter.annotation) if parameter.annotation else str(owner)
    dimensions = DIMENSIONED.fullmatch(annotation)
    if dimensions is None:
        return OBJECTS[annotation]
    shape = [SIZES[letter] for letter in dimensions["letters"].split(", ")]
    rng = np.random.default_rng([ord(c) for c in parameter.arg])
    return rng.uniform(0.1, 0.9, [*shape, 1] if dimensions["kind"] == "Column" else shape)
