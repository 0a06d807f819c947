"""The operators do what their types claim, and the doors keep arrays as they are."""

import ast
import inspect
import itertools
import operator
import re
from collections.abc import Callable, Iterator
from typing import Any, Literal, NamedTuple, TypeVar, get_args, get_origin, get_type_hints

import numpy as np
import pytest

import nncore
from nncore import arrays, kernels
from nncore.arrays import (
    as_array,
    as_arrays,
    as_matrices,
    as_matrix,
    as_vector,
    elementwise,
    real_part,
)

M = TypeVar("M", bound=int)
N = TypeVar("N", bound=int)
F8, F4 = np.dtype(np.float64), np.dtype(np.float32)
#: Pairwise distinct sizes; "_" is the axis of length 1 of a column.
SIZES = {"K": 3, "M": 5, "N": 2, "_": 1}


# --- the operator signatures, read from the source, against sums and loops --------------------


class Claim(NamedTuple):
    """One operator for one kind of operand, as the types state it."""

    kind: str
    method: str
    operand: str | None
    keywords: dict[str, Any]
    result: str

    def __str__(self) -> str:
        keywords = "".join(f", {key}={value}" for key, value in self.keywords.items())
        return f"{self.kind}.{self.method}({self.operand or ''}{keywords}) -> {self.result}"


def classes() -> Iterator[ast.ClassDef]:
    """The classes that only a type checker sees."""
    for node in ast.parse(inspect.getsource(arrays)).body:
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            yield from (c for c in node.body if isinstance(c, ast.ClassDef))


def claims() -> Iterator[Claim]:
    """Every claim of every class: one for each overload and each member of a union."""
    for node in classes():
        if any(ast.unparse(base) == "Protocol" for base in node.bases):
            continue  # of functions, which have tests of their own
        generic = [ast.unparse(base) for base in node.bases]
        kind = node.name + "".join(base.removeprefix("Generic") for base in generic)
        methods = [method for method in node.body if isinstance(method, ast.FunctionDef)]
        overloaded = {method.name for method in methods if decorators(method) == ["overload"]}
        for method in methods:
            if method.name in overloaded and not decorators(method):
                continue  # the implementation, which promises nothing
            yield from claims_of(kind, method)


def decorators(method: ast.FunctionDef) -> list[str]:
    return [ast.unparse(decorator) for decorator in method.decorator_list]


def claims_of(kind: str, method: ast.FunctionDef) -> Iterator[Claim]:
    assert method.returns is not None
    result = ast.unparse(method.returns)
    positional = [ast.unparse(a.annotation or a) for a in method.args.posonlyargs[1:]]
    keywords = {
        a.arg: ast.literal_eval(a.annotation.slice)
        for a in [*method.args.args, *method.args.kwonlyargs]
        if isinstance(a.annotation, ast.Subscript)
    }
    for operand in positional[0].split(" | ") if positional else [None]:
        yield Claim(kind, method.name, operand, keywords, result)


def letters(type_: str) -> tuple[str, ...]:
    """The dimensions of a type, a letter for each axis."""
    name, _, arguments = type_.rstrip("]").partition("[")
    inside = tuple(arguments.split(", ")) if arguments else ()
    return (*inside, "_") if name == "Column" else inside


def sample(type_: str) -> Any:
    """Something of a type: random numbers, or the size itself."""
    if type_.startswith("Size"):
        return SIZES[letters(type_)[0]]
    shape = tuple(SIZES[letter] for letter in letters(type_))
    numbers = np.random.default_rng(len(type_)).uniform(0.5, 2.0, shape)
    return numbers if shape else float(numbers) if type_ == "float" else np.float64(numbers)


def entry(array: Any, type_: str, at: dict[str, int]) -> Any:
    """The entry of an array at the place that its dimensions name."""
    if type_.startswith("Size"):
        return array
    return array[tuple(at[letter] for letter in letters(type_))] if letters(type_) else array


def scalar_function(method: str) -> Callable[..., Any]:
    """What an operator does to single numbers, written here without an array."""
    table: dict[str, Callable[..., Any]] = {
        "add": operator.add, "sub": operator.sub, "mul": operator.mul, "matmul": operator.mul,
        "truediv": operator.truediv, "neg": operator.neg, "float": float,
        "T": lambda a: a, "sum": lambda a: a,
    }  # fmt: skip
    name = method.strip("_")
    if name not in table:
        return lambda a, b: table[name.removeprefix("r")](b, a)
    return table[name]


def apply(claim: Claim, array: Any, *operand: Any) -> Any:
    """What Python and numpy make of the operator."""
    name = claim.method.strip("_")
    if name in ("T", "shape"):
        return getattr(array, name)
    if name == "sum":
        return array.sum(**claim.keywords)
    if name in ("len", "float"):
        return len(array) if name == "len" else float(array)
    if name == "neg":
        return -array
    if hasattr(operator, name):
        return getattr(operator, name)(array, *operand)
    return getattr(operator, name.removeprefix("r"))(*operand, array)


CLAIMS = list(claims())


def test_every_claim_is_found() -> None:
    assert len(CLAIMS) >= 60
    assert {claim.kind for claim in CLAIMS} == {
        "Column[M]", "Matrix[M, N]", "Scalar", "Vector[N]",
    }  # fmt: skip


@pytest.mark.parametrize("claim", CLAIMS, ids=str)
def test_an_operator_does_what_its_types_claim(claim: Claim) -> None:
    array = sample(claim.kind)
    operands = [] if claim.operand is None else [sample(claim.operand)]
    actual = apply(claim, array, *operands)
    if claim.method in ("shape", "__len__"):
        claimed = re.findall(r"Size\[(\w)\]", claim.result) or [letters(claim.kind)[0]]
        assert np.ravel(actual).tolist() == [SIZES[letter] for letter in claimed]
        return
    free = letters(claim.result)
    assert np.shape(actual) == tuple(SIZES[letter] for letter in free)
    function = scalar_function(claim.method)
    inner = {*letters(claim.kind), *letters(claim.operand or "")} - {*free, "_"}
    for place in itertools.product(*(range(SIZES[letter]) for letter in free)):
        outer = dict(zip(free, place, strict=True))
        expected = 0.0
        for inside in itertools.product(*(range(SIZES[letter]) for letter in sorted(inner))):
            at = {"_": 0, **outer, **dict(zip(sorted(inner), inside, strict=True))}
            pairs = zip(operands, [claim.operand or ""], strict=False)
            expected += function(
                entry(array, claim.kind, at), *(entry(o, type_, at) for o, type_ in pairs)
            )
        assert entry(actual, claim.result, dict(outer)) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("kind", ["Matrix[M, N]", "Column[M]", "Vector[N]"])
def test_elementwise_functions_keep_the_shape(kind: str) -> None:
    z = sample(kind)
    assert np.array_equal(as_array(elementwise(np.exp)(z)), np.exp(z))


def test_kernels_hold_no_numpy() -> None:
    tree = ast.parse(inspect.getsource(kernels))
    imported = {
        name
        for node in ast.walk(tree)
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for name in [getattr(node, "module", None) or "", *(alias.name for alias in node.names)]
    }
    assert not {name for name in imported if name.startswith("numpy")}
    assert "cast" not in imported


def test_dimensions_cost_nothing() -> None:
    x = np.ones((2, 3))
    assert as_array(as_matrix(x)) is x


def test_annotations_can_be_read_when_the_program_runs() -> None:
    def kernel(z: nncore.Matrix[M, N], _: nncore.Column[M]) -> nncore.Vector[N]:
        return z.sum(axis=0)

    hints = get_type_hints(kernel)
    assert {get_origin(hint) for hint in hints.values()} == {np.ndarray}
    dimensions = [get_args(get_args(hint)[0]) for hint in hints.values()]
    assert dimensions == [(M, N), (M, Literal[1]), (N,)]


# --- claims of rank and shape -----------------------------------------------------------------


def test_arrays_of_another_rank_are_refused() -> None:
    with pytest.raises(ValueError, match=r"a matrix has 2 dimensions; got .* shape \(3,\)"):
        as_matrix(np.ones(3))
    with pytest.raises(ValueError, match=r"a vector has 1 dimensions; got .* shape \(3, 1\)"):
        as_vector(np.ones((3, 1)))
    with pytest.raises(ValueError, match=r"shape \(\)"):
        as_matrices([np.ones((1, 1)), np.array(3.0)])


def test_lists_go_in_and_out() -> None:
    originals = [np.ones((2, 3)), np.zeros((1, 1))]
    matrices = as_matrices(originals)
    assert all(a is b for a, b in zip(as_arrays(matrices), originals, strict=True))


def test_real_parts() -> None:
    numbers = np.array([1 + 2j, 3j])
    assert np.array_equal(real_part(numbers), [1.0, 0.0])
    assert np.shares_memory(real_part(numbers), numbers)
    assert real_part(np.array([2.0])) == 2.0
