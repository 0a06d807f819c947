"""
What may be wrong with a line: from a node of the syntax tree to its mutations.

The operators are those of Offutt et al. (ACM TOSEM 5(2), 1996) as far as Python has them, and
what numerical code gets wrong: transposes, the axis, the order of arguments, indices of layers,
in-place and copied, the entries of tables, the calls of a list.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from copy import copy
from typing import TypeVar

__all__ = ["DEFENSIVE", "mutations"]

A = TypeVar("A", bound=ast.AST)

BINARY: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
#: The other side of the boundary, and the contrary.
COMPARE: dict[type[ast.cmpop], list[type[ast.cmpop]]] = {
    ast.Lt: [ast.LtE, ast.GtE],
    ast.LtE: [ast.Lt, ast.Gt],
    ast.Gt: [ast.GtE, ast.LtE],
    ast.GtE: [ast.Gt, ast.Lt],
    ast.Eq: [ast.NotEq],
    ast.NotEq: [ast.Eq],
    ast.Is: [ast.IsNot],
    ast.IsNot: [ast.Is],
    ast.In: [ast.NotIn],
    ast.NotIn: [ast.In],
}
#: Functions and methods that are taken for each other.
SIBLINGS = {
    "all": "any",
    "any": "all",
    "argmax": "argmin",
    "max": "min",
    "maximum": "minimum",
    "min": "max",
    "minimum": "maximum",
    "ones_like": "zeros_like",
    "zeros_like": "ones_like",
    "zeros": "ones",
    "sum": "mean",
    "issubset": "issuperset",
}
#: Functions whose first two arguments may stand in either order: the result has the same bits.
COMMUTATIVE = {"add", "equal", "max", "min", "multiply", "not_equal"}
#: Whose argument stands for the call: an alias where a copy was meant.
COPIES = {"copy", "tuple", "list", "abs", "sorted"}
#: Names that index layers and the like.
INDICES = {"i", "j", "k", "l", "last"}
#: Keywords that only stop what cannot happen, or only word a message: left as they are.
DEFENSIVE = {"strict", "stacklevel"}


def mutations(node: ast.AST) -> Iterator[ast.AST]:  # noqa: C901, PLR0912 - a table
    """Yield what could stand in place of a node by mistake; the node is not modified."""
    match node:
        case ast.BinOp():
            yield from _binary(node)
        case ast.Compare(ops=[op]):
            for other in COMPARE[type(op)]:
                yield _with(node, ops=[other()])
        case ast.Compare(ops=[first, *rest]):
            for other in COMPARE[type(first)]:
                yield _with(node, ops=[other(), *rest])
        case ast.BoolOp(op=op):
            yield _with(node, op=ast.Or() if isinstance(op, ast.And) else ast.And())
        case ast.UnaryOp(operand=operand):
            yield operand
        case ast.Constant(value=value):
            yield from (_with(node, value=other) for other in _constants(value))
        case ast.Attribute(attr="T", value=value):
            yield value
        case ast.Subscript(slice=ast.Name(id=name), ctx=ast.Load()) if name in INDICES:
            shifted = ast.BinOp(node.slice, ast.Sub(), ast.Constant(1))
            yield _with(node, slice=shifted)
        case ast.Call(func=ast.Name(id="partial"), args=[function, *arguments]):
            for call in _call(ast.Call(function, arguments, node.keywords)):
                if isinstance(call, ast.Call):
                    yield _with(node, args=[call.func, *call.args], keywords=call.keywords)
        case ast.Call():
            yield from _call(node)
        case ast.List(elts=calls) if all(isinstance(c, ast.Call | ast.Starred) for c in calls):
            yield from (_with(node, elts=_without(calls, i)) for i in range(len(calls)))
        case ast.If(test=test) | ast.IfExp(test=test) | ast.While(test=test):
            if not isinstance(test, ast.Compare | ast.UnaryOp | ast.BoolOp):
                yield _with(node, test=ast.UnaryOp(ast.Not(), test))
        case ast.Expr(value=ast.Call()) | ast.Raise() | ast.Continue() | ast.Break():
            yield ast.Pass()
        case ast.AugAssign(target=target, op=op, value=value):
            yield ast.Pass()
            yield _with(node, op=_other(op))
            yield ast.copy_location(ast.Assign([target], value), node)
        case ast.Assign(targets=[ast.Subscript() | ast.Attribute()]):
            yield ast.Pass()
        case _:
            pass


def _binary(node: ast.BinOp) -> Iterator[ast.AST]:
    """Yield another operation, and a product of matrices in another order."""
    if isinstance(node.op, ast.MatMult):
        yield _with(node, left=node.right, right=node.left)
    elif type(node.op) in BINARY:
        yield _with(node, op=_other(node.op))


def _other(op: ast.operator) -> ast.operator:
    """Return the operation that is taken for another."""
    return BINARY.get(type(op), ast.Add)()


def _constants(value: object) -> Iterator[object]:
    """Yield other values of the type; texts with spaces are messages, which tests read."""
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int):
        yield {0: 1, 1: 0}.get(value, value + 1)
    elif isinstance(value, float):
        yield 2 * value if value else 1.0
    elif isinstance(value, str) and " " not in value:
        yield value + "?"


def _call(node: ast.Call) -> Iterator[ast.AST]:
    """Yield the call of a sibling, with arguments exchanged or left out, and an alias."""
    name = getattr(node.func, "attr", getattr(node.func, "id", ""))
    if name in SIBLINGS and isinstance(node.func, ast.Attribute):
        yield _with(node, func=_with(node.func, attr=SIBLINGS[name]))
    elif name in SIBLINGS and isinstance(node.func, ast.Name) and name != "sum":
        yield _with(node, func=_with(node.func, id=SIBLINGS[name]))
    if name in COPIES and isinstance(node.func, ast.Attribute) and not node.args:
        yield node.func.value
    elif name in COPIES and len(node.args) == 1 and not isinstance(node.args[0], ast.Starred):
        yield node.args[0]
    for i in range(name in COMMUTATIVE, len(node.args) - 1):
        pair = [node.args[i + 1], node.args[i]]
        yield _with(node, args=[*node.args[:i], *pair, *node.args[i + 2 :]])
    for i, keyword in enumerate(node.keywords):
        if keyword.arg is not None and keyword.arg not in DEFENSIVE:
            yield _with(node, keywords=_without(node.keywords, i))


def _without(items: Sequence[A], i: int) -> list[A]:
    """Return the items but for one."""
    return [*items[:i], *items[i + 1 :]]


def _with(node: A, **fields: object) -> A:
    """Return a copy of a node with other fields."""
    changed = copy(node)
    for name, value in fields.items():
        setattr(changed, name, value)
    return changed
