"""What a network is given: read and held to the rules, parameter by parameter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar, cast

import numpy as np

from .activations import ACTIVATIONS, Activation, Softmax
from .arrays import Array
from .costs import COSTS, Cost
from .settings import choose, integer

__all__ = [
    "as_dtype",
    "as_hidden",
    "as_pair",
    "as_sizes",
    "check_list",
    "check_real",
    "own_or_built_in",
    "seed_of",
]

T = TypeVar("T", Activation, Cost)


def own_or_built_in(name: str, saved: str, own: T | None) -> str | T:
    """Return the caller's own function of the saved name, or the name of a built-in one."""
    _check_kind(name, own, Cost if name == "cost" else Activation)
    if own is None:
        if saved not in ("cross_entropy", *COSTS, *ACTIVATIONS):
            msg = (
                f"`{name}` was saved as {saved!r}, which is not built in: pass {name}= as well"
            )
            raise ValueError(msg)
        return saved
    if own.name != saved:
        msg = f"`{name}` must be the function that was saved, {saved!r}; got {own.name!r}"
        raise ValueError(msg)
    return own


def _check_kind(name: str, own: object, kind: type[Cost | Activation]) -> None:
    """Raise TypeError unless what the caller gave, if anything, is of this kind."""
    if own is not None and not isinstance(own, kind):
        article = "a" if kind is Cost else "an"
        msg = (
            f"`{name}` must be {article} {kind.__name__} of your own, or left out; got {own!r}"
        )
        raise TypeError(msg)


def as_sizes(sizes: object) -> tuple[int, ...]:
    """Return `sizes` as a tuple, or raise TypeError or ValueError."""
    if isinstance(sizes, (str, bytes)) or not isinstance(sizes, (Sequence, np.ndarray)):
        msg = f"`sizes` must be a list of integers such as [784, 30, 10]; got {sizes!r}"
        raise TypeError(msg)
    if len(sizes) < 2:
        msg = f"`sizes` must name at least two layers, inputs and outputs; got {list(sizes)}"
        raise ValueError(msg)
    return tuple(integer(f"sizes[{l}]", n, minimum=1) for l, n in enumerate(sizes))


def as_hidden(hidden: object) -> Activation:
    """Return the hidden activation, or raise TypeError or ValueError."""
    activation = choose("hidden", hidden, ACTIVATIONS, Activation)
    if isinstance(activation, Softmax):
        msg = "`hidden` must be elementwise; softmax is an output: pass output='softmax'"
        raise ValueError(msg)  # noqa: TRY004 - the type is right, the choice is not
    return activation


def as_dtype(dtype: Any) -> np.dtype[Any]:
    """Return the dtype of the parameters, or raise ValueError."""
    for known in (np.dtype(np.float64), np.dtype(np.float32)):
        if dtype is not None and dtype in (known.name, known.type, known):
            return known
    msg = f"`dtype` must be 'float64' or 'float32'; got {dtype!r}"
    raise ValueError(msg)


def seed_of(rng: object, generator: np.random.Generator) -> str:
    """Return what seeds a generator as this one was when the network was made."""
    if isinstance(rng, np.random.Generator):
        return repr(rng).partition(" ")[0]
    seed = cast("np.random.SeedSequence", generator.bit_generator.seed_seq)
    return str(seed.entropy)


def check_list(name: str, arrays: object, num_layers: int) -> None:
    """Raise unless `arrays` is a list with one entry for each layer."""
    if not isinstance(arrays, list):
        msg = f"`{name}` must be a list of arrays; got {type(arrays).__name__}"
        raise TypeError(msg)
    if len(arrays) != num_layers:
        msg = f"`{name}` must have {num_layers} entries, one for each layer; got {len(arrays)}"
        raise ValueError(msg)


def check_real(array: Array, name: str) -> None:
    """Raise unless an array that is trained, trained with or saved is made of floats."""
    if array.dtype.kind != "f":
        msg = f"`{name}` must be real to be trained or saved; got dtype {array.dtype}"
        raise TypeError(msg)


def as_pair(validation: object) -> tuple[Any, Any]:
    """Return validation as a pair of x and y, or raise TypeError."""
    if not isinstance(validation, (tuple, list)) or len(validation) != 2:
        msg = f"`validation` must be a pair (x, y); got {type(validation).__name__}"
        raise TypeError(msg)
    x, y = validation
    return x, y
