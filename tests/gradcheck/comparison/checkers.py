"""Gradient checkers at their own settings, each as a function of the same two programs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from importlib.util import find_spec
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from nncore.gradcheck.check import check_gradient

__all__ = ["CHECKERS", "Checker", "Problem", "Undecided", "installed"]

Arrays: TypeAlias = list[Any]
#: scipy's function returns a norm; its documentation calls values below this one small.
SMALL_NORM = 1e-6


class Problem(NamedTuple):
    """A cost and a gradient, both functions of a list of arrays, and the point."""

    cost: Callable[[Arrays], Any]
    gradient: Callable[[Arrays], Arrays]
    params: Arrays


#: check(problem): why the gradient is refused, or None; raises `Undecided`.
Check: TypeAlias = Callable[[Problem], str | None]


class Undecided(Exception):  # noqa: N818 - it is an answer
    """The checker says that it cannot tell here."""


class Checker(NamedTuple):
    """A checker, the module that it needs, and whether it looks at each entry."""

    module: str
    check: Check
    is_slow: bool = False


def nncore(problem: Problem, method: str) -> str | None:
    """Return the report of `check_gradient` where it is not ok, kinks apart."""
    report = check_gradient(*problem, method=method, subgradients=True, progress=False)
    if report.verdict == "unresolvable":
        raise Undecided
    return None if report.ok else str(report)


def torch(problem: Problem, *, fast: bool) -> str | None:
    """Return what `torch.autograd.gradcheck` says, central differences of step 1e-6."""
    import torch as library  # noqa: PLC0415 - takes seconds
    from torch.autograd.gradcheck import GradcheckError, gradcheck  # noqa: PLC0415

    class Cost(library.autograd.Function):  # type: ignore[misc, no-any-unimported, unused-ignore]
        """The cost, with the gradient that is checked as its backward pass."""

        @staticmethod
        def forward(ctx: Any, *tensors: Any) -> Any:
            ctx.save_for_backward(*tensors)
            arrays = [tensor.detach().numpy() for tensor in tensors]
            return library.tensor(float(problem.cost(arrays)), dtype=library.float64)

        @staticmethod
        def backward(ctx: Any, *outputs: Any) -> Any:
            arrays = [tensor.detach().numpy() for tensor in ctx.saved_tensors]
            found = problem.gradient(arrays)
            return tuple(outputs[0] * library.from_numpy(np.array(array)) for array in found)

    inputs = tuple(library.tensor(array, requires_grad=True) for array in problem.params)
    try:
        gradcheck(Cost.apply, inputs, fast_mode=fast)
    except GradcheckError as error:
        return str(error)
    return None


def jax(problem: Problem) -> str | None:
    """Return what `jax.test_util.check_grads` says in float64, one direction of step 1e-4."""
    import jax as library  # noqa: PLC0415 - takes seconds
    from jax.test_util import check_grads  # noqa: PLC0415

    library.config.update("jax_enable_x64", True)  # type: ignore[no-untyped-call, unused-ignore]
    like = [library.ShapeDtypeStruct(np.shape(array), np.float64) for array in problem.params]
    scalar = library.ShapeDtypeStruct((), np.float64)

    def floats(*arrays: Any) -> Any:
        return np.float64(problem.cost([np.asarray(array) for array in arrays]))

    def slopes(*arrays: Any) -> Any:
        found = problem.gradient([np.asarray(array) for array in arrays])
        return tuple(np.asarray(array) for array in found)

    @library.custom_vjp  # type: ignore[untyped-decorator, unused-ignore]
    def cost(*arrays: Any) -> Any:
        return library.pure_callback(floats, scalar, *arrays)

    def forward(*arrays: Any) -> Any:
        return cost(*arrays), arrays

    def backward(arrays: Any, error: Any) -> Any:
        found = library.pure_callback(slopes, tuple(like), *arrays)
        return tuple(error * array for array in found)

    cost.defvjp(forward, backward)
    try:
        check_grads(cost, tuple(problem.params), order=1, modes=["rev"])
    except AssertionError as error:
        return str(error)
    return None


def autograd(problem: Problem) -> str | None:
    """Return what `autograd.test_util.check_grads` says, one direction of step 1e-6."""
    from autograd.extend import defvjp, primitive  # noqa: PLC0415
    from autograd.test_util import check_grads  # noqa: PLC0415

    @primitive  # type: ignore[untyped-decorator, unused-ignore]
    def cost(*arrays: Any) -> Any:
        return problem.cost([*arrays])

    def slope(i: int, _: Any, *arrays: Any) -> Callable[[Any], Any]:
        return lambda error: error * problem.gradient([*arrays])[i]

    defvjp(cost, *(partial(slope, i) for i in range(len(problem.params))))
    state = np.random.get_state()  # noqa: NPY002 - its directions come from there
    np.random.seed(0)  # noqa: NPY002
    try:
        check_grads(cost, modes=["rev"], order=1)(*problem.params)
    except AssertionError as error:
        return str(error)
    finally:
        np.random.set_state(state)  # noqa: NPY002
    return None


def scipy(problem: Problem) -> str | None:
    """Return the norm of `scipy.optimize.check_grad`, one-sided differences, if not small."""
    from scipy.optimize import check_grad  # noqa: PLC0415

    ends = np.cumsum([np.size(array) for array in problem.params])[:-1]

    def arrays(flat: Any) -> Arrays:
        parts = np.split(flat, ends)
        return [p.reshape(a.shape) for p, a in zip(parts, problem.params, strict=True)]

    norm = check_grad(
        lambda flat: problem.cost(arrays(flat)),
        lambda flat: np.concatenate([np.ravel(a) for a in problem.gradient(arrays(flat))]),
        np.concatenate([np.ravel(array) for array in problem.params]),
    )
    return None if norm < SMALL_NORM else f"norm {norm}"


CHECKERS: Mapping[str, Checker] = {
    "nncore": Checker("flint", partial(nncore, method="auto")),
    "nncore, differences only": Checker("numpy", partial(nncore, method="differences")),
    "torch": Checker("torch", partial(torch, fast=False), is_slow=True),
    "torch, fast": Checker("torch", partial(torch, fast=True)),
    "JAX": Checker("jax", jax),
    "autograd": Checker("autograd", autograd),
    "scipy": Checker("scipy", scipy),
}


def installed() -> dict[str, Checker]:
    """Return the checkers whose module is there."""
    return {name: each for name, each in CHECKERS.items() if find_spec(each.module)}
