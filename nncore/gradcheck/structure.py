"""The parameters: arrays in lists, tuples and dicts, taken apart and put together again."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

__all__ = ["AnyArray", "FloatArray", "Params", "Structure", "StructureFault"]

AnyArray: TypeAlias = NDArray[Any]
FloatArray: TypeAlias = NDArray[np.floating[Any]]
# An array, or a list, tuple or dict of arrays, nested: no narrower type says "nested".
Params: TypeAlias = Any


class StructureFault(Exception):  # noqa: N818 - a finding about the user's code, reported as such
    """What a gradient function returned does not have the structure of the parameters.

    Parameters
    ----------
    path : str
        The place in the parameters, such as ``params["w"][2]``.
    message : str
        What came instead, and what to return.
    """

    def __init__(self, path: str, message: str) -> None:
        super().__init__(f"{path}: {message}")
        self.path = path
        self.message = message


@dataclasses.dataclass(frozen=True)
class Structure:
    """Parameters taken apart into leaves.

    A leaf with float entries is *checked*. An empty array, an array of integers or None is a
    placeholder (layer 0 of a list indexed by layers): passed over, and copied back in.

    Parameters
    ----------
    template : Any
        The parameters themselves; only their nesting and their placeholders are read.
    paths : tuple of str
        Where each leaf stands, such as ``params["w"][2]``.
    values : tuple of ndarray
        A private copy of each leaf; a placeholder None is an empty array.
    checked : tuple of int
        The leaves with float entries.
    """

    template: Params
    paths: tuple[str, ...]
    values: tuple[AnyArray, ...]
    checked: tuple[int, ...]

    @classmethod
    def of(cls, params: Params) -> Structure:
        """Take the parameters apart.

        Parameters
        ----------
        params : array, or list, tuple, dict of arrays, nested
            The point at which a gradient is checked. Not modified.

        Returns
        -------
        Structure
            Leaves in the order of the lists, and of the keys as they were inserted.

        Raises
        ------
        TypeError
            If something in `params` is not an array of real numbers.
        ValueError
            If an entry is not finite, or no leaf has a float entry.

        Examples
        --------
        >>> import numpy as np
        >>> structure = Structure.of({"w": [np.empty((2, 0)), np.ones((3, 2))]})
        >>> structure.paths, structure.checked
        (('params["w"][0]', 'params["w"][1]'), (1,))
        """
        leaves = list(_walk(params, "params"))
        values = tuple(_leaf(leaf, path) for path, leaf in leaves)
        checked = tuple(
            i for i, value in enumerate(values) if value.size and value.dtype.kind == "f"
        )
        if not checked:
            msg = (
                "`params` has no array with float entries, so there is nothing to "
                "differentiate by: pass the weights as arrays of floats"
            )
            raise ValueError(msg)
        return cls(params, tuple(path for path, _ in leaves), values, checked)

    @property
    def arrays(self) -> list[FloatArray]:
        """Fresh copies of the checked leaves."""
        return [self.values[i].copy(order="K") for i in self.checked]

    @property
    def names(self) -> list[str]:
        """The paths of the checked leaves."""
        return [self.paths[i] for i in self.checked]

    @property
    def size(self) -> int:
        """The number of float entries."""
        return sum(self.values[i].size for i in self.checked)

    def rebuild(self, arrays: Sequence[Any]) -> Params:
        """Put parameters together from other arrays.

        Parameters
        ----------
        arrays : sequence of arrays
            One array of any number type for each checked leaf. Not copied.

        Returns
        -------
        Any
            Nested as the parameters were, with fresh containers and copies of the placeholders.
        """
        by_leaf = dict(zip(self.checked, arrays, strict=True))
        leaves = iter([by_leaf.get(i) for i in range(len(self.values))])
        return _rebuild(self.template, leaves)

    def leaves(self, gradient: Params) -> list[Any]:
        """Take apart what a gradient function returned.

        Parameters
        ----------
        gradient : Any
            Nested as the parameters (lists and tuples may stand for each other). For a
            placeholder, None, an empty array or zeros are accepted.

        Returns
        -------
        list of arrays
            One for each checked leaf; arrays are returned as they are, not copied.

        Raises
        ------
        StructureFault
            If nesting, keys or shapes differ from those of the parameters.
        """
        leaves = list(_match(self.template, gradient, "params"))
        for i in self.checked:
            if leaves[i] is None:
                message = (
                    "the gradient is None: return one entry for each entry of the parameter"
                )
                raise StructureFault(self.paths[i], message)
        found = [_asarray(leaf) for leaf in leaves]
        for i, (path, value) in enumerate(zip(self.paths, self.values, strict=True)):
            if i in self.checked and found[i].shape != value.shape:
                shapes = [np.shape(array) for array in found]
                raise StructureFault(
                    path, _no_array(leaves[i], found[i]) or self._misfit(i, shapes)
                )
            if i not in self.checked and not _is_nothing(found[i]):
                message = (
                    "its gradient is not zero, but it is a placeholder (an empty or an integer "
                    "array): return None, zeros or an empty array, or make the parameter float"
                )
                raise StructureFault(path, message)
        return [found[i] for i in self.checked]

    def difference(self, params: Params) -> str:
        """Say where other parameters differ from these.

        Parameters
        ----------
        params : Any
            Nested as the parameters.

        Returns
        -------
        str
            Path of the first leaf that differs; empty if none does.

        Raises
        ------
        StructureFault
            If nesting or keys differ.
        """
        found = [_asarray(leaf) for leaf in _match(self.template, params, "params")]
        for path, value, other in zip(self.paths, self.values, found, strict=True):
            if not np.array_equal(value, other):
                return path
        return ""

    def _misfit(self, leaf: int, found: list[tuple[int, ...]]) -> str:
        """What is wrong with the shape of the gradient of this leaf."""
        expected = [value.shape for value in self.values]
        wrong = f"the gradient has shape {found[leaf]}, the parameter {expected[leaf]}"
        if found[leaf] == expected[leaf][::-1]:
            return f"{wrong}: it is transposed"
        if sorted(found[i] for i in self.checked) == sorted(expected[i] for i in self.checked):
            place = self.paths[found.index(expected[leaf])]
            return (
                f"{wrong}: the arrays come in another order; the place of {place} holds an "
                "array of this shape"
            )
        return f"{wrong}: return one entry for each entry of the parameter"


def _is_container(node: Params) -> bool:
    """Whether the node holds leaves and is none."""
    return isinstance(node, list | tuple | Mapping)


def _children(node: Params, path: str) -> Iterator[tuple[str, Any, Any]]:
    """Path, key and value of each item of a container."""
    items = node.items() if isinstance(node, Mapping) else enumerate(node)
    for key, child in items:
        shown = f'"{key}"' if isinstance(key, str) else repr(key)
        yield f"{path}[{shown}]", key, child


def _walk(node: Params, path: str) -> Iterator[tuple[str, Any]]:
    """Path and leaf of everything below the node."""
    if _is_container(node):
        for child_path, _, child in _children(node, path):
            yield from _walk(child, child_path)
    else:
        yield path, node


def _leaf(leaf: Params, path: str) -> AnyArray:
    """A private copy of the leaf as an array of real numbers."""
    if leaf is None:
        return np.empty(0)
    known = isinstance(leaf, np.ndarray | np.generic | float | int) or hasattr(
        leaf, "__array__"
    )
    if not known or isinstance(leaf, np.ma.MaskedArray):
        msg = (
            f"`params` must be an array, or a list, tuple or dict of arrays, nested; "
            f"{path} is of type {type(leaf).__name__}"
        )
        raise TypeError(msg)
    value = np.array(leaf, order="K")
    if value.dtype.kind == "O":
        msg = f"{path} is an array of objects: pass a list of float arrays instead"
        raise TypeError(msg)
    if value.dtype.kind not in "fiub":
        msg = f"{path} has dtype {value.dtype}: only real parameters can be checked"
        raise TypeError(msg)
    if not np.isfinite(value).all():
        where = ", ".join(str(i) for i in np.argwhere(~np.isfinite(value))[0])
        msg = f"{path}[{where}] is not finite: a gradient can only be checked at a finite point"
        raise ValueError(msg)
    return value


def _rebuild(node: Params, leaves: Iterator[Any]) -> Params:
    """The node again, its checked leaves taken from the iterator (None: a placeholder)."""
    if isinstance(node, Mapping):
        fresh: Params = dict(node) if not hasattr(node, "__setitem__") else copy.copy(node)
        for key in node:
            fresh[key] = _rebuild(node[key], leaves)
        return fresh
    if _is_container(node):
        children = [_rebuild(child, leaves) for child in node]
        if hasattr(node, "_make"):
            return node._make(children)
        return children if type(node) is list else type(node)(children)
    value = next(leaves)
    if value is None:
        return copy.deepcopy(node)
    if isinstance(node, np.matrix) and isinstance(value, np.ndarray):
        return value.view(np.matrix)
    is_array = isinstance(node, np.ndarray) or hasattr(node, "__array_namespace__")
    return value if is_array else value[()]


def _match(node: Params, gradient: Params, path: str) -> Iterator[Any]:
    """The leaves of the gradient in the order of the node's leaves."""
    if not _is_container(node):
        yield gradient
        return
    if gradient is None and not any(_has_entries(leaf) for _, leaf in _walk(node, path)):
        yield from (None for _ in _walk(node, path))
        return
    _match_keys(node, gradient, path)
    for child_path, key, child in _children(node, path):
        yield from _match(child, cast("Params", gradient)[key], child_path)


def _match_keys(node: Params, gradient: Params, path: str) -> None:
    """Raise unless the gradient has an item for each item of the node."""
    if isinstance(node, Mapping):
        if not isinstance(gradient, Mapping):
            raise StructureFault(path, f"the gradient is {_kind(gradient)}, not a dict")
        missing = [key for key in node if key not in gradient]
        extra = [key for key in gradient if key not in node]
        if missing or extra:
            message = f"the gradient's keys differ: missing {missing}, not expected {extra}"
            raise StructureFault(path, message)
        return
    is_array = isinstance(gradient, np.ndarray) and gradient.ndim > 0
    if not is_array and not isinstance(gradient, list | tuple):
        raise StructureFault(path, f"the gradient is {_kind(gradient)}, not a list or tuple")
    if len(gradient) != len(node):
        message = f"the gradient has {len(gradient)} items, the parameters have {len(node)}"
        raise StructureFault(path, message)


def _kind(thing: Params) -> str:
    """What to call the thing in a message."""
    if thing is None:
        return "None"
    return "a single array" if isinstance(thing, np.ndarray) else f"a {type(thing).__name__}"


def _has_entries(leaf: Params) -> bool:
    """Whether the leaf has float entries."""
    return leaf is not None and np.size(leaf) > 0 and np.asarray(leaf).dtype.kind == "f"


def _asarray(leaf: Params) -> AnyArray:
    """The leaf as an array of whatever numbers it holds."""
    if leaf is None:
        return np.empty(0)
    if isinstance(leaf, np.matrix):
        return np.asarray(leaf)
    if hasattr(leaf, "shape") and hasattr(leaf, "dtype"):
        return cast("AnyArray", leaf)
    try:
        return np.asanyarray(leaf)
    except ValueError:
        return np.array(None, dtype=object)  # its rows have different lengths


def _no_array(leaf: Params, found: AnyArray) -> str:
    """What to say of something that numpy makes no array of; empty for all else."""
    if found.shape or found.dtype.kind not in "OSU":
        return ""
    return (
        f"the gradient is {_kind(leaf)}, which makes no array: return one entry for each entry "
        "of the parameter"
    )


def _is_nothing(leaf: AnyArray) -> bool:
    """Whether the gradient of a placeholder says nothing: empty or zero."""
    return leaf.size == 0 or bool((leaf == 0).all())
