"""The operators do what their types claim, and the doors let in what they should."""

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
    Array,
    Matrix,
    Pixels,
    as_array,
    as_arrays,
    as_batch,
    as_examples,
    as_matrices,
    as_matrix,
    as_numbers,
    as_parameter,
    as_result,
    as_vector,
    check_finite,
    elementwise,
    matrix_like,
    one_for_each_row,
    real_part,
    rows_of,
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


@pytest.mark.parametrize(
    ("result", "got"),
    [(np.ones((3, 2)), r"shape \(3, 2\)"), ([1.0], r"\[1.0\]"), (None, "None")],
)
def test_what_a_users_function_returns_is_held_to_a_shape(result: object, got: str) -> None:
    z: Matrix[Any, Any] = as_matrix(np.ones((2, 3)))
    with pytest.raises(
        ValueError, match=rf"^f must return an array of shape \(2, 3\); got {got}"
    ):
        matrix_like(z, result, "f")
    with pytest.raises(
        ValueError, match=rf"^f must return an array of shape \(2,\); got {got}"
    ):
        one_for_each_row(z, result, "f")


def test_what_a_users_function_returns_comes_through() -> None:
    z: Matrix[Any, Any] = as_matrix(np.ones((2, 3)))
    rectangle, each = np.zeros((2, 3)), np.zeros(2)
    assert as_array(matrix_like(z, rectangle, "f")) is rectangle
    assert as_array(one_for_each_row(z, each, "f")) is each
    assert as_result(each, (2,), "f") is each


def test_real_parts() -> None:
    numbers = np.array([1 + 2j, 3j])
    assert np.array_equal(real_part(numbers), [1.0, 0.0])
    assert np.shares_memory(real_part(numbers), numbers)
    assert real_part(np.array([2.0])) == 2.0


# --- the doors --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [
        [[1, 2], [3, 4]],
        ((1.0, 2.0), (3.0, 4.0)),
        np.array([[1, 2], [3, 4]], np.uint8),
        np.array([[1, 2], [3, 4]], np.float16),
        np.array([[1, 2], [3, 4]], ">f8"),
        np.array([[1, 2], [3, 4]], np.longdouble),
        np.array([[1, 2], [3, 4]]).view(np.matrix),
    ],
    ids=["list", "tuple", "bytes", "half", "big-endian", "long double", "np.matrix"],
)
@pytest.mark.parametrize("dtype", [F8, F4])
def test_real_numbers_become_floats_of_the_dtype(value: Any, dtype: np.dtype[Any]) -> None:
    batch = as_array(as_batch(value, 2, dtype, "x"))
    assert type(batch) is np.ndarray
    assert batch.dtype == dtype
    assert batch.dtype.isnative
    assert np.array_equal(batch, [[1.0, 2.0], [3.0, 4.0]])


def test_an_array_that_fits_is_not_copied() -> None:
    x = np.ones((3, 2))
    assert as_array(as_batch(x, 2, F8, "x")) is x
    assert as_parameter(x, (3, 2), F8, "w") is x


@pytest.mark.parametrize("x", [np.asfortranarray(np.eye(3)), np.eye(6)[::2, ::2]])
def test_real_numbers_come_in_one_layout(x: Array) -> None:
    batch = as_array(as_batch(x, 3, F8, "x"))
    assert batch.flags.c_contiguous
    assert np.array_equal(batch, x)


def test_a_single_example_is_a_batch_of_one() -> None:
    assert as_array(as_batch([1.0, 2.0], 2, F8, "x")).shape == (1, 2)
    assert as_array(as_batch([1.0], 1, F8, "x")).shape == (1, 1)


@pytest.mark.parametrize(
    "value",
    [np.array([[1j, 2]]), np.array([[10**30, None]], object), np.array([[np.nan + 1j, 2]])],
    ids=["complex", "objects", "complex NaN"],
)
def test_other_numbers_pass_as_they_are(value: Array) -> None:
    assert as_array(as_batch(value, 2, F8, "x")) is value
    with pytest.raises(ValueError, match=r"`x` must have shape \(batch, 3\)"):
        as_batch(value, 3, F8, "x")


def test_subclasses_with_mathematics_of_their_own() -> None:
    class Own(np.ndarray[Any, Any]):
        """An array of foreign numbers."""

    own = np.array([[1, 2]], object).view(Own)
    assert as_array(as_batch(own, 2, F8, "x")) is own
    # The product of np.matrix is another one.
    plain = as_numbers(np.array([[1j]]).view(np.matrix), F8, "x")
    assert type(plain) is np.ndarray


@pytest.mark.parametrize(
    ("value", "width", "message"),
    [
        (np.ones((784, 1)), 784, "like one example as a column: rows are examples, pass x.T"),
        (np.ones((784, 32)), 784, "which looks transposed: rows are examples, pass x.T"),
        (
            np.ones((32, 783)),
            784,
            r"must have shape \(batch, 784\) or \(784,\); got \(32, 783\)$",
        ),
        (np.ones(783), 784, r"must have shape \(batch, 784\) or \(784,\); got \(783,\)$"),
        (np.ones((5, 28, 28)), 784, r": flatten each example, pass x.reshape\(5, 784\)$"),
        (np.ones((5, 28, 27)), 784, r"got \(5, 28, 27\)$"),
        (np.ones(5), 1, r": if these are 5 examples of one number, pass x.reshape\(-1, 1\)$"),
        (3.5, 784, r"got \(\)$"),
        (None, 784, r"got \(\), one NoneType that is no array$"),
        ({"a": 1}, 784, r"got \(\), one dict that is no array$"),
        (np.ones((0, 784)), 784, r"must hold at least one example; got shape \(0, 784\)$"),
        ([[1.0, 2.0], [3.0]], 2, "must be a rectangular array of numbers; its rows differ"),
        ([[1.0, 2.0], [np.nan, 4.0]], 2, r"must be finite; x\[1, 0\] is nan$"),
        ([1.0, -np.inf], 2, r"must be finite; x\[1\] is -inf$"),
    ],
)
def test_a_batch_of_a_wrong_shape_or_value(value: object, width: int, message: str) -> None:
    with pytest.raises(ValueError, match=rf"^`x` .*{message}"):
        as_batch(value, width, F8, "x")


def test_labels_where_targets_belong() -> None:
    with pytest.raises(
        ValueError, match=r": if these are class labels, pass np.eye\(10\)\[y\]$"
    ):
        as_batch([3, 1, 4], 10, F8, "y")
    with pytest.raises(ValueError, match=r"3 examples of one number, pass y.reshape\(-1, 1\)$"):
        as_batch([0, 1, 1], 1, F8, "y")


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (
            [[True, False]],
            r"got dtype bool: pass x.astype\(float\) if they are meant as 0 and 1$",
        ),
        ([["1", "2"]], "got dtype <U1$"),
        (np.array([["2026-01-01", "2026-01-02"]], "M8[D]"), r"got dtype datetime64\[D\]$"),
        (np.zeros((1, 2), "f8,f8"), "must hold numbers"),
        (np.ma.array([[1.0, 2.0]]), "must not be masked: fill it, or leave out"),
    ],
)
def test_a_batch_of_a_wrong_type(value: object, message: str) -> None:
    with pytest.raises(TypeError, match=rf"^`x` .*{message}"):
        as_batch(value, 2, F8, "x")


def test_what_float32_cannot_hold_is_refused() -> None:
    with pytest.raises(ValueError, match=r"`x` must be finite; x\[0, 1\] is inf"):
        as_batch([[1.0, 1e39]], 2, F4, "x")


def test_a_parameter_of_a_wrong_shape() -> None:
    with pytest.raises(
        ValueError, match=r"^`w` must have shape \(3, 2\), as `sizes` says; got"
    ):
        as_parameter(np.ones((2, 3)), (3, 2), F8, "w")


def test_only_real_numbers_are_searched_for_nan() -> None:
    check_finite(np.array([1.0, 2.0]), "x")
    check_finite(np.array([np.nan * 1j]), "x")
    with pytest.raises(ValueError, match=r"`x` must be finite; x\[\] is nan"):
        check_finite(np.array(np.nan), "x")


# --- pixels go through the same doors ---------------------------------------------------------


def test_pixels_stay_pixels_until_rows_are_read() -> None:
    pixels = Pixels(np.array([[0, 51], [102, 255]], np.uint8))
    assert as_examples(pixels, 2, F8) is pixels
    rows = as_array(rows_of(pixels, np.array([1]), F4))
    assert rows.dtype == F4
    assert np.allclose(rows, [[0.4, 1.0]])
    assert np.allclose(as_numbers(pixels, F8, "x"), [[0.0, 0.2], [0.4, 1.0]])
    with pytest.raises(
        ValueError, match=r"`x` must have shape \(batch, 3\) or \(3,\); got \(2, 2"
    ):
        as_examples(pixels, 3, F8)


def test_examples_that_are_no_pixels() -> None:
    x = np.ones((3, 2))
    examples = as_examples(x, 2, F8)
    assert not isinstance(examples, Pixels)
    assert as_array(examples) is x
    assert np.array_equal(as_array(rows_of(examples, slice(1, 3), F8)), x[1:3])
