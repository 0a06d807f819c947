"""What the user's calls return, in the form in which laws of purity compare it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..access import as_array, call
from ..leaves import flatten
from ..case import Array, Case, Parameters
from ..failure import assert_same_bits
from ..subject import Subject

__all__ = [
    "CALM",
    "again",
    "arrays_of",
    "assert_same",
    "batch_of",
    "calls_of",
    "named",
    "other_batch",
    "own_arrays",
    "raw",
    "results",
]

#: The calls that compute something and change nothing.
CALLS = ("forward", "predict", "cost", "gradient")
#: Regimes in which no formula overflows: what happens there is a matter of the numerics.
CALM = ("grid", "normal", "zeros", "ties")


def calls_of(net: Subject) -> list[str]:
    """
    Return which of the calls that should change nothing an implementation offers.

    Parameters
    ----------
    net : Subject
        The implementation.

    Returns
    -------
    list of str
        Of "forward", "predict", "cost", "gradient".
    """
    known = net.traits.offers
    return [
        role
        for role in CALLS
        if role in known and (role != "gradient" or "parameters" in known)
    ]


def results(net: Subject, role: str, x: Array, y: Array) -> dict[str, Array]:
    """
    Call, and return what came by name.

    Parameters
    ----------
    net : Subject
        The network.
    role : str
        One of `calls_of`.
    x, y : ndarray
        A batch as rows.

    Returns
    -------
    dict of str to ndarray
        In canonical form, and in the user's own memory where no shape had to be changed.
    """
    if role == "forward":
        forward = net.forward(x)
        layers = {
            f"{name}[{l}]": array
            for name in ("zs", "activations")
            for l, array in enumerate(getattr(forward, name) or ())
            if l
        }
        return {"output": forward.output, **layers}
    if role == "predict":
        return {"output": net.predict(x)}
    if role == "cost":
        return {"cost": as_array(net.cost(x, y))}
    return named(net.gradient(x, y), "nabla_w", "nabla_b")


def named(
    parameters: Parameters, weights: str = "weights", biases: str = "biases"
) -> dict[str, Array]:
    """
    Return the arrays of parameters by name, without layer 0.

    Parameters
    ----------
    parameters : Parameters
        Or a gradient.
    weights, biases : str
        What their lists are called.

    Returns
    -------
    dict of str to ndarray
        Such as ``weights[1]``; not copied.
    """
    lists = {weights: parameters.weights, biases: parameters.biases}
    return {
        f"{name}[{l}]": arrays[l]
        for name, arrays in lists.items()
        for l in range(1, len(parameters.sizes))
    }


def batch_of(role: str, x: Array, y: Array) -> tuple[Array, ...]:
    """
    Return what a call takes of a batch.

    Parameters
    ----------
    role : str
        One of `calls_of`.
    x, y : ndarray
        Examples and targets.

    Returns
    -------
    tuple of ndarray
        Both, or the examples alone.
    """
    return (x, y) if role in {"cost", "gradient"} else (x,)


def raw(net: Subject, role: str, x: Array, y: Array) -> list[tuple[list[Array], Any]]:
    """
    Call, and return the very objects that went in and came out.

    Parameters
    ----------
    net : Subject
        The network.
    role : str
        One of `calls_of`.
    x, y : ndarray
        A batch as rows.

    Returns
    -------
    list of pairs
        Arguments and result of each call: one, or one for each example.
    """
    native = [net.native(rows) for rows in batch_of(role, x, y)]
    calls = [list(arguments) for arguments in zip(*native, strict=True)]
    return [(arguments, again(net, role, arguments)) for arguments in calls]


def again(net: Subject, role: str, arguments: Sequence[Array]) -> Any:
    """
    Call with arrays that are in the user's layout already.

    Parameters
    ----------
    net : Subject
        The network.
    role : str
        One of `calls_of`.
    arguments : sequence of ndarray
        Handed over as they are.

    Returns
    -------
    Any
        What the user's function returned.
    """
    net.handed = list(arguments)
    return call(net.net, getattr(net.adapter, role), role, *arguments)


def arrays_of(net: Subject, result: Any) -> list[Array]:
    """
    Return the arrays that a result of the user's holds at this moment.

    Parameters
    ----------
    net : Subject
        The network; if it is the result itself, it owns what it holds.
    result : Any
        An array, or nested lists, tuples and dicts, or a forward pass with attributes `zs` and
        `activations`.

    Returns
    -------
    list of ndarray
        In the user's own memory; objects of any other kind are left out.
    """
    if result is net.net:
        return []
    if hasattr(result, "activations"):
        result = [getattr(result, "zs", None), result.activations]
    return [as_array(leaf) for leaf in flatten(result) if hasattr(leaf, "shape")]


def own_arrays(net: Subject, role: str, x: Array, y: Array) -> dict[str, Array]:
    """
    Call, and return what came in the memory in which it came.

    Parameters
    ----------
    net : Subject
        The network.
    role : str
        One of `calls_of`.
    x, y : ndarray
        A batch as rows; of single examples the first is taken.

    Returns
    -------
    dict of str to ndarray
        By name. Nothing that the network keeps in attributes, which is its own, and nothing
        that would have to be copied.
    """
    single = net.adapter.layout == "single"
    if single:
        x, y = x[:1], y[:1]
    kept = net.adapter.activations is not None
    if role == "predict" or (role == "forward" and (single or kept)):
        [(_, result)] = raw(net, role, x, y)
        return {"output": as_array(result)} if hasattr(result, "shape") else {}
    return results(net, role, x, y)


def other_batch(case: Case) -> tuple[Array, Array]:
    """
    Return a batch of the same shape with other numbers.

    Parameters
    ----------
    case : Case
        Not modified.

    Returns
    -------
    pair of ndarray
        Examples, and targets of the same kind.
    """
    return case.x / 2 + 1, case.y[:, ::-1]


def assert_same(when: str, got: dict[str, Array], expected: dict[str, Array]) -> None:
    """
    Raise unless results are the same to the last bit.

    Parameters
    ----------
    when : str
        Begins the message, such as "the second time".
    got, expected : dict of str to ndarray
        From `results`.

    Raises
    ------
    Failure
        With the first entry that differs.
    """
    __tracebackhide__ = True
    for name, array in got.items():
        assert_same_bits(f"{when}: {name}", array, expected[name])
