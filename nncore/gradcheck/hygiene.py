"""Look for faults around a formula, before it is checked: `faults` names them."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from .digits import COST, Values, changed_digits, full_digits, precision, short_digits
from .faults import Inspection, Kind
from .generators import Generators
from .structure import AnyArray, FloatArray, Params, Structure, StructureFault

if TYPE_CHECKING:
    from collections.abc import Callable

    from .lines import Cost, Gradient

__all__ = ["inspect"]

# Results this close are the same: memory alignment may change the order of a sum.
SAME = 64 * float(np.finfo(float).eps)
REPEATS = 8
LOOK_FOR = "look for astype or a float32 buffer"
# How far all parameters are moved to see whether digits are short there as well: also so far
# that what cancels changes by orders of magnitude.
FURTHER = (0.03, -0.03, 0.1, -0.1, 0.3, -0.3, 1.0, -0.7)
# Calls that return what they did so many calls before alternate between states.
PERIODS = (2, 3)
Result: TypeAlias = Any


def inspect(cost: Cost, gradient: Gradient, structure: Structure) -> Inspection:
    """Call cost and gradient in floats, and look for faults around the formula.

    Parameters
    ----------
    cost, gradient : callable
        The user's functions; called on copies of the parameters only.
    structure : Structure
        The parameters.

    Returns
    -------
    Inspection
        The faults, and what the gradient returned.

    Raises
    ------
    TypeError
        If the cost returns no number, or the gradient complex numbers.
    """
    found = Inspection([], [], Generators(cost, gradient))
    value = _inspect_cost(cost, structure, found)
    if not found.ended:
        try:
            _inspect_gradient(cost, gradient, structure, found, value)
        except StructureFault as fault:
            found.find(Kind.STRUCTURE, str(fault))
    if not found.ended:
        _inspect_repeats(cost, structure, found, value)
    if found.ended:
        found.analytic = []
    return found


def _inspect_cost(cost: Cost, structure: Structure, found: Inspection) -> float:
    """The cost; faults of a single call."""
    params = structure.rebuild(structure.arrays)
    returned = _called(cost, params, "cost")
    changed = _changed(structure, params)
    if changed:
        found.find(
            Kind.COST_MODIFIES, f"after a call {changed} differs; let the cost work on copies"
        )
    value = _as_numbers(returned)
    if value.dtype.kind not in "fiu":
        msg = f"`cost` must return a real number, it returned a {type(returned).__name__}"
        raise TypeError(msg)
    if value.size != 1:
        message = f"it has shape {value.shape}; return one number, such as its mean"
        found.find(Kind.NOT_SCALAR, message)
        return 0.0
    number = float(value.reshape(-1)[0])
    if not np.isfinite(number):
        found.find(Kind.NOT_FINITE, f"the cost is {number} at these parameters")
    elif value.dtype.itemsize < precision(structure) and value.dtype.kind == "f":
        message = f"the cost is {value.dtype}, the parameters are not: its last digits are lost"
        found.find(Kind.FLOAT32, message)
    return number


def _inspect_gradient(
    cost: Cost, gradient: Gradient, structure: Structure, found: Inspection, value: float
) -> None:
    """Keep what the gradient returns; faults of one call and of the one after it.

    The value of the cost is that of an earlier call.
    """
    params = structure.rebuild(structure.arrays)
    found.generators.restore()  # the gradient belongs to the cost with the same random numbers
    returned = _called(gradient, params, "gradient")
    changed = _changed(structure, params)
    if changed:
        message = f"after a call {changed} differs; let the gradient work on copies"
        found.find(Kind.GRADIENT_MODIFIES, message)
        return
    leaves = structure.leaves(returned)
    arguments = _arrays_of(params)
    for path, leaf in zip(structure.names, leaves, strict=True):
        _inspect_leaf(path, leaf, structure, arguments, found)
    if found.ended:
        return
    found.analytic = [_floats(leaf) for leaf in leaves]
    points = [(value, found.analytic), _elsewhere(cost, gradient, structure)]
    _inspect_buffers(structure, leaves, found)
    suspects = changed_digits(structure, *points)
    suspects &= short_digits(structure, points[0]) & short_digits(structure, points[1])
    # Numbers of which cancellation left few digits may look like float32, but not everywhere.
    for share in FURTHER if suspects else ():
        points.append(_elsewhere(cost, gradient, structure, share))
        suspects &= short_digits(structure, points[-1])
    for name in sorted(suspects and suspects & full_digits(structure, points)):
        whole = "" if name == COST else ", its parameters more"
        found.find(Kind.FLOAT32, f"{name} has the digits of float32{whole}: {LOOK_FOR}")
    found.generators.restore()
    # Once with the same random numbers and once with the next ones.
    for _ in range(2):
        again = _called(gradient, structure.rebuild(structure.arrays), "gradient")
        place = _differs(structure, found.analytic, structure.leaves(again))
        if place:
            flat = functools.partial(_flat, structure, gradient)
            _name_change(flat, "gradient", place, structure, found)
            return


def _inspect_leaf(
    path: str,
    leaf: AnyArray,
    structure: Structure,
    arguments: list[AnyArray],
    found: Inspection,
) -> None:
    """Faults of one array of the gradient."""
    if isinstance(leaf, np.ma.MaskedArray):
        msg = f"`gradient` must return plain arrays; that for {path} is masked: fill it"
        raise TypeError(msg)
    if leaf.dtype.kind not in "fiub":
        msg = f"`gradient` must return real numbers; for {path} it returned dtype {leaf.dtype}"
        raise TypeError(msg)
    finite = np.isfinite(leaf)
    if not finite.all():
        where = ", ".join(str(i) for i in np.argwhere(~finite)[0])
        message = f"the gradient is {leaf[tuple(np.argwhere(~finite)[0])]} at {path}[{where}]"
        found.find(Kind.NOT_FINITE, f"{message}, one of {int((~finite).sum())} entries")
        return
    if any(np.may_share_memory(leaf, a) and np.shares_memory(leaf, a) for a in arguments):
        message = f"the array for {path} is part of the parameters: return a copy"
        found.find(Kind.ALIAS, message)
    if leaf.dtype.kind != "f":
        if np.any(leaf):
            found.find(
                Kind.STRUCTURE, f"{path}: the gradient has dtype {leaf.dtype}, not float"
            )
    elif leaf.dtype.itemsize < structure.values[structure.paths.index(path)].dtype.itemsize:
        found.find(
            Kind.FLOAT32, f"the gradient for {path} is {leaf.dtype}, its parameters more"
        )


def _elsewhere(
    cost: Cost, gradient: Gradient, structure: Structure, share: float = 0.01
) -> Values:
    """Cost and gradient at another point; nan and empty where they cannot be had."""
    moved = [value + share * _size(value) for value in structure.arrays]
    try:
        value = _called(cost, structure.rebuild([array.copy() for array in moved]), "cost")
        later = _called(gradient, structure.rebuild(moved), "gradient")
        leaves = [_floats(leaf) for leaf in structure.leaves(later)]
        return float(_as_numbers(value).reshape(-1)[0]), leaves
    except Exception:  # noqa: BLE001 - the user's code may refuse the point in any way
        return float("nan"), []


def _inspect_buffers(structure: Structure, leaves: list[AnyArray], found: Inspection) -> None:
    """Find results that a later call overwrote."""
    for path, leaf, kept in zip(structure.names, leaves, found.analytic, strict=True):
        if not np.array_equal(leaf, kept):
            message = f"a later call overwrites the array returned for {path}: return a new one"
            found.find(Kind.BUFFER, message)


def _floats(leaf: AnyArray) -> AnyArray:
    """A copy of the array, whole numbers as floats."""
    return np.array(leaf, dtype=leaf.dtype if leaf.dtype.kind == "f" else float, order="K")


def _inspect_repeats(cost: Cost, structure: Structure, found: Inspection, value: float) -> None:
    """Find a cost that differs from call to call."""
    found.generators.restore()

    def flat(params: Params) -> FloatArray:
        returned = _called(cost, params, "cost")
        return np.asarray(_as_numbers(returned), dtype=float).reshape(-1)

    again = flat(structure.rebuild(structure.arrays))
    without = flat(structure.rebuild(structure.arrays))
    for repeated in (again, without):
        if not _same(np.array([value]), repeated):
            place = f"{value!r}, then {float(repeated[0])!r}"
            _name_change(flat, "cost", place, structure, found)
            return


def _name_change(
    function: Callable[[Params], FloatArray],
    name: str,
    place: str,
    structure: Structure,
    found: Inspection,
) -> None:
    """Name why a function's results differ from call to call."""
    results = []
    for _ in range(REPEATS):
        found.generators.restore()
        results.append(function(structure.rebuild(structure.arrays)))
    if all(_same(results[0], other) for other in results):
        free = [function(structure.rebuild(structure.arrays)) for _ in range(2)]
        if not _same(free[0], free[1]):
            message = (
                f"the {name} draws random numbers, so calls differ ({place}); fix the seed"
            )
            found.find(Kind.NOISE, message, fatal=False)
            return
        message = (
            f"the {name} depends on earlier calls ({place}): it reads what they left; let it "
            "compute all that it needs from its argument"
        )
        found.find(Kind.STATE, message)
        return
    alternates = any(
        all(_same(results[i], results[i + period]) for i in range(REPEATS - period))
        for period in PERIODS
    )
    steps = np.diff([float(np.sum(result)) for result in results])
    if alternates or (steps >= 0).all() or (steps <= 0).all():
        message = f"the {name} changes from call to call ({place}): it keeps state"
        found.find(Kind.STATE, message)
    else:
        message = (
            f"the {name} differs from call to call ({place}): it draws from a random generator "
            "made anew; pass one in"
        )
        found.find(Kind.NOISE, message, fatal=True)


def _called(function: Callable[[Params], Result], params: Params, name: str) -> Result:
    """What the user's function returned; its own errors say which call it was."""
    try:
        # What overflows there shows when the caller's own arrays are used.
        with np.errstate(all="ignore"):
            return function(params)
    except Exception as error:
        error.add_note(f"raised by `{name}`, called with a copy of `params`")
        raise


def _as_numbers(returned: Result) -> AnyArray:
    """What the cost returned, as an array."""
    try:
        return np.asarray(returned)
    except ValueError:
        return np.empty(0, dtype=object)


def _changed(structure: Structure, params: Params) -> str:
    """The first array that a call has changed; empty if there is none."""
    try:
        return structure.difference(params)
    except StructureFault as fault:
        return fault.path


def _flat(structure: Structure, gradient: Gradient, params: Params) -> FloatArray:
    """All entries of a gradient in one array."""
    returned = _called(gradient, params, "gradient")
    leaves = [np.asarray(leaf, dtype=float) for leaf in structure.leaves(returned)]
    return np.concatenate([leaf.ravel() for leaf in leaves])


def _arrays_of(params: Params) -> list[AnyArray]:
    """All arrays in the parameters."""
    if isinstance(params, np.ndarray):
        return [params]
    items = params.values() if isinstance(params, dict) else params
    nested = isinstance(params, dict | list | tuple)
    return [array for item in items for array in _arrays_of(item)] if nested else []


def _size(value: FloatArray) -> float:
    """The largest entry, or 1 for zeros."""
    return float(np.abs(value).max()) or 1.0


def _same(first: FloatArray, second: FloatArray) -> bool:
    """Whether two results are equal but for the order of their sums."""
    size = max(float(np.abs(first).max(initial=0)), float(np.abs(second).max(initial=0)))
    return first.shape == second.shape and bool((np.abs(first - second) <= SAME * size).all())


def _differs(structure: Structure, first: list[FloatArray], second: list[AnyArray]) -> str:
    """Path and values of the first array that differs; empty if there is none."""
    for path, a, b in zip(structure.names, first, second, strict=True):
        if not _same(a, b):
            index = tuple(int(i) for i in np.unravel_index(np.abs(a - b).argmax(), a.shape))
            return f"{path}{list(index)}: {a[index]}, then {b[index]}"
    return ""
