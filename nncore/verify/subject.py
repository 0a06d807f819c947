"""The network under test in canonical form, whatever its own conventions are."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .access import AdapterError, as_array, call, read
from .adapter import Adapter
from .arrangement import PROBE, Arrangement, flatten
from .case import Array, Parameters
from .holders import replace

__all__ = ["Forward", "Subject", "Traits"]


@dataclasses.dataclass(frozen=True)
class Forward:
    """
    A forward pass in canonical form.

    Parameters
    ----------
    output : ndarray of shape (batch, sizes[-1])
        Activations of the last layer.
    zs, activations : list of ndarray, or None
        One entry for each layer, ``(batch, sizes[l])``, ``zs[0]`` empty; None where the
        implementation shows only its outputs.
    """

    output: Array
    zs: list[Array] | None = None
    activations: list[Array] | None = None


class Subject:
    """
    A network of the user's, with canonical doors: rows are examples, lists are by layer.

    Arguments are handed over as fresh arrays in the user's layout; results come back as the
    user returned them, but for transposes and shapes. So nothing that a user's code does to its
    arguments or keeps of them is hidden from a law that looks at `handed`.

    Parameters
    ----------
    adapter : Adapter
        What the user said.
    traits : Traits
        What was found out about the implementation.
    parameters : Parameters
        Written into a new network.
    """

    def __init__(self, adapter: Adapter, traits: Traits, parameters: Parameters) -> None:
        self.adapter = adapter
        self.traits = traits
        self.sizes = tuple(parameters.sizes)
        self.net = adapter.make(list(self.sizes))
        #: The arrays of examples that the last call was given, in the user's layout.
        self.handed: list[Array] = []
        # The arrays that the network made itself, and those in their places now.
        self._own: list[Any] = []
        self._there: list[Any] = []
        if traits.parameters is not None:
            self.set_parameters(parameters)

    # --- parameters ------------------------------------------------------------------------

    def parameters(self) -> Parameters:
        """
        Return the parameters as they are now.

        Returns
        -------

        Parameters
        ----------
            Arrays that may be the network's own memory.

        Raises
        ------
        AssertionError
            If their number or shapes do not fit the sizes.
        """
        arrangement = self._arrangement()
        return arrangement.canonical(self.stored(), self.sizes, "parameters")

    def stored(self) -> Any:
        """
        Return what the network holds, in its own structure.

        Returns
        -------
        Any
            ``[weights, biases]``, or `weights` alone where it holds both.
        """
        weights = read(self.net, self.adapter.weights or "weights", "weights")
        if self.adapter.biases is None:
            return weights
        return [weights, read(self.net, self.adapter.biases, "biases")]

    def set_parameters(self, parameters: Parameters) -> None:
        """
        Write parameters into the network.

        Floats are written into the network's own arrays; foreign numbers, which do not fit
        there, take their places until floats are written again.

        Parameters
        ----------
        parameters : Parameters
            In canonical form; not modified, and not kept by anything but the network.

        Raises
        ------
        AdapterError
            If they cannot be written.
        """
        arrangement = self._arrangement()
        if not self._own:
            self._own = self._there = list(flatten(self.stored()))
        arrays = arrangement.native(parameters, self._own)
        if self.adapter.set_parameters is not None:
            self._hand_over(arrays, arrangement)
            return
        if all(map(_fits, arrays, self._own)):
            self._replace(self._own)
            for array, own in zip(arrays, self._own, strict=True):
                _write(own, array)
        else:
            self._replace(arrays)

    def _replace(self, arrays: list[Any]) -> None:
        """Put arrays into the places of those that are there now."""
        there = self._there
        if all(a is b for a, b in zip(there, arrays, strict=True)):
            return
        if not replace(self.net, there, arrays):
            msg = "other numbers cannot be put into these parameters; give `set_parameters=`"
            raise AdapterError(msg)
        self._there = arrays

    def _hand_over(self, arrays: list[Any], arrangement: Arrangement) -> None:
        """Call the user's own `set_parameters`."""
        places = arrangement.places(self.sizes)
        weights = [a for a, (kind, _) in zip(arrays, places, strict=True) if kind == "w"]
        biases = [a for a, (kind, _) in zip(arrays, places, strict=True) if kind == "b"]
        accessor = self.adapter.set_parameters
        assert accessor is not None  # noqa: S101 - for type checkers
        self._became(call(self.net, accessor, "set_parameters", weights, biases))

    def _arrangement(self) -> Arrangement:
        """Return how the parameters are arranged."""
        if self.traits.parameters is None:
            msg = "`weights` must be given: this needs parameters that can be read"
            raise AdapterError(msg)
        return self.traits.parameters

    # --- the batch -------------------------------------------------------------------------

    def native(self, rows: Array) -> list[Array]:
        """
        Return examples as the user's code takes them.

        Parameters
        ----------
        rows : ndarray of shape (batch, n)
            Examples; not modified.

        Returns
        -------
        list of ndarray
            One array for the batch, or one for each example; in memory of their own.
        """
        if self.adapter.layout == "rows":
            return [rows.copy()]
        if self.adapter.layout == "columns":
            return [rows.T.copy()]
        column = (-1, 1) if self.traits.columns else (-1,)
        return [row.reshape(column).copy() for row in rows]

    def rows(self, results: Sequence[Any], width: int) -> Array:
        """
        Bring what the user's calls returned for examples to rows.

        Parameters
        ----------
        results : sequence
            What each call returned.
        width : int
            Neurons of the layer.

        Returns
        -------
        ndarray of shape (batch, width)
            Foreign numbers stay what they are.

        Raises
        ------
        AssertionError
            If a shape does not fit.
        """
        arrays = [as_array(result) for result in results]
        if self.adapter.layout == "columns":
            arrays = [array.T for array in arrays]
        if self.adapter.layout == "single":
            return np.concatenate([_shaped(array, 1, width) for array in arrays])
        batch = len(self.handed[0].T if self.adapter.layout == "columns" else self.handed[0])
        return _shaped(arrays[0], batch, width)

    # --- calls -----------------------------------------------------------------------------

    def forward(self, x: Array) -> Forward:
        """
        Run the user's forward pass.

        Parameters
        ----------
        x : ndarray of shape (batch, sizes[0])
            Examples; not modified by us.

        Returns
        -------
        Forward
            In canonical form.
        """
        passes = [self._layers(result) for result in self._each("forward", x)]
        output = self.rows([each[1][-1] for each in passes], self.sizes[-1])
        zs = self._canonical_layers([each[0] for each in passes], 0)
        activations = self._canonical_layers([each[1] for each in passes], self.sizes[0])
        if activations is not None and len(activations) != len(self.sizes):
            activations = None
        return Forward(output, zs, activations)

    def predict(self, x: Array) -> Array:
        """
        Return the outputs by `predict`, or by `forward` where there is no `predict`.

        Parameters
        ----------
        x : ndarray of shape (batch, sizes[0])
            Examples; not modified by us.

        Returns
        -------
        ndarray of shape (batch, sizes[-1])
            Outputs.
        """
        if self.adapter.predict is None:
            return self.forward(x).output
        return self.rows(self._each("predict", x), self.sizes[-1])

    def cost(self, x: Array, y: Array) -> Any:
        """
        Return the user's cost of a batch, in the user's reduction.

        Parameters
        ----------
        x, y : ndarray
            Examples and targets as rows; not modified by us.

        Returns
        -------
        number
            As the user's code returned it; of single examples the sum or mean.
        """
        values = self._each("cost", x, y)
        if len(values) == 1:
            return values[0]
        total = sum(values[1:], start=values[0])
        return total / len(values) if self.adapter.reduction == "mean" else total

    def gradient(self, x: Array, y: Array) -> Parameters:
        """
        Return the user's gradient of a batch, in the user's reduction.

        Parameters
        ----------
        x, y : ndarray
            Examples and targets as rows; not modified by us.

        Returns
        -------

        Parameters
        ----------
            Derivatives in the places of weights and biases.

        Raises
        ------
        AssertionError
            If the structure does not fit the sizes.
        """
        arrangement = self.traits.gradient or self._arrangement()
        each = [
            arrangement.canonical(value, self.sizes, "gradient")
            for value in self._each("gradient", x, y)
        ]
        if len(each) == 1:
            return each[0]
        factor = len(each) if self.adapter.reduction == "mean" else 1
        return Parameters(
            self.sizes,
            [sum(layer[1:], start=layer[0]) / factor for layer in _layers(each, "weights")],
            [sum(layer[1:], start=layer[0]) / factor for layer in _layers(each, "biases")],
        )

    def step(self, x: Array, y: Array, learning_rate: float) -> None:
        """
        Make the user's step of gradient descent.

        Parameters
        ----------
        x, y : ndarray
            Examples and targets as rows; not modified by us.
        learning_rate : float
            Length of the step.
        """
        for result in self._each("step", x, y, after=(learning_rate,)):
            self._became(result)

    def fit(
        self,
        x: Array,
        y: Array,
        *,
        epochs: int,
        batch_size: int,
        learning_rate: float,
        rng: np.random.Generator,
    ) -> None:
        """
        Train the user's network.

        Parameters
        ----------
        x, y : ndarray
            Examples and targets as rows; not modified by us.
        epochs, batch_size : int
            How often, and in batches of how many.
        learning_rate : float
            Length of a step.
        rng : numpy.random.Generator
            For shuffling.
        """
        assert self.adapter.fit is not None  # noqa: S101 - for type checkers
        columns = self.adapter.layout == "columns"
        self.handed = [np.array(a.T if columns else a, order="C") for a in (x, y)]
        arguments = (*self.handed, epochs, batch_size, learning_rate, rng)
        self._became(call(self.net, self.adapter.fit, "fit", *arguments))

    def save(self, path: str) -> None:
        """
        Let the user's network be saved.

        Parameters
        ----------
        path : str
            Of the file.
        """
        assert self.adapter.save is not None  # noqa: S101 - for type checkers
        call(self.net, self.adapter.save, "save", path)

    def load(self, path: str) -> None:
        """
        Let the user's network be loaded.

        Parameters
        ----------
        path : str
            Of the file.
        """
        assert self.adapter.load is not None  # noqa: S101 - for type checkers
        self._became(call(self.net, self.adapter.load, "load", path))
        self._own = []

    def another(self, parameters: Parameters) -> Subject:
        """
        Return a new network of the same implementation.

        Parameters
        ----------
        parameters : Parameters
            Of the new network, of any sizes; not modified.

        Returns
        -------
        Subject
            It shares nothing with this one that the implementation does not share.
        """
        return Subject(self.adapter, self.traits, parameters)

    # --- plumbing --------------------------------------------------------------------------

    def _each(self, role: str, *batch: Array, after: tuple[Any, ...] = ()) -> list[Any]:
        """Return what the user's function returned for the batch, or for each example."""
        accessor = getattr(self.adapter, role)
        native = [self.native(rows) for rows in batch]
        self.handed = [array for arrays in native for array in arrays]
        results = []
        for arguments in zip(*native, strict=True):
            result = call(self.net, accessor, role, *arguments, *after)
            results.append(self._with_layers(result) if role == "forward" else result)
        return results

    def _with_layers(self, result: Any) -> Any:
        """Return a forward pass with what it left in attributes."""
        if self.adapter.activations is None:
            return result
        activations = list(read(self.net, self.adapter.activations, "activations"))
        zs = self.adapter.zs
        return (None if zs is None else list(read(self.net, zs, "zs")), activations)

    def _layers(self, result: Any) -> tuple[list[Any] | None, list[Any]]:
        """Return zs and activations of a result of `forward`; an output alone is the last."""
        zs, activations = getattr(result, "zs", None), getattr(result, "activations", None)
        if activations is not None:
            return (None if zs is None else list(zs)), list(activations)
        if isinstance(result, tuple) and len(result) == 2 and not hasattr(result[1], "shape"):
            zs, activations = result
            if isinstance(activations, (list, tuple)):
                return (None if zs is None else list(zs)), list(activations)
            return None, [zs]
        if isinstance(result, (list, tuple)) and any(np.ndim(item) for item in result):
            return None, list(result)
        return None, [result]

    def _canonical_layers(
        self, passes: list[list[Any] | None], inputs: int
    ) -> list[Array] | None:
        """Return lists by layer; where they have no entry for layer 0, an empty one is made."""
        if any(each is None for each in passes):
            return None
        lists = [list(each) for each in passes if each is not None]
        count, last = len(self.sizes), len(self.sizes) - 1
        if len(lists[0]) not in {count, last}:
            return None
        found = [] if len(lists[0]) == count else [None]
        layers = [*found, *zip(*lists, strict=True)]
        canonical = [
            self.rows(layer, self.sizes[l])
            for l, layer in enumerate(layers)
            if l and layer is not None
        ]
        return [self._layer0(layers[0], inputs), *canonical]

    def _layer0(self, layer: Any, inputs: int) -> Array:
        """Return the entry for layer 0: the input among activations, empty among zs."""
        if inputs and layer is not None:
            return self.rows(layer, inputs)
        return np.empty((len(self.handed), 0))

    def _became(self, result: Any) -> None:
        """Take a new network, where a call returned one instead of changing the old one."""
        if result is not None and type(result) is type(self.net):
            self.net = result
            self._own = []


@dataclasses.dataclass(frozen=True)
class Traits:
    """
    What was found out about an implementation by making one network of `PROBE` sizes.

    Parameters
    ----------
    parameters, gradient : Arrangement, optional
        How they are arranged; None where the adapter does not give them.
    columns : bool
        Whether single examples are columns ``(n, 1)``.
    offers : frozenset of str
        What laws may need of it, keys of `registry.NEEDS`.
    """

    parameters: Arrangement | None = None
    gradient: Arrangement | None = None
    columns: bool = False
    offers: frozenset[str] = frozenset()

    @classmethod
    def of(cls, adapter: Adapter) -> Traits:
        """
        Find out the traits of an implementation.

        Parameters
        ----------
        adapter : Adapter
            What the user said.

        Returns
        -------
        Traits
            What a `Subject` needs to know.

        Raises
        ------
        AdapterError
            If the parameters cannot be understood or written.
        """
        offers = {role for role in _OFFERED if getattr(adapter, role) is not None}
        offers |= {key for key in ("hidden", "output", "l2") if key in adapter.declares}
        offers |= {"declared cost"} if "cost" in adapter.declares else set()
        offers |= {"outputs"} if adapter.predict or adapter.forward else set()
        offers |= {"save"} if adapter.save and adapter.load else set()
        offers |= {"oracle"} if adapter.oracle else set()
        if adapter.weights is None:
            return cls(offers=frozenset(offers))
        probe = Parameters(PROBE, *_ones(PROBE))
        bare = Subject(adapter, cls(), probe)
        stored = bare.stored()
        parameters = Arrangement.of(stored, "`weights` and `biases`", adapter.layer0)
        traits = cls(parameters, None, _has_columns(parameters, stored), frozenset(offers))
        subject = Subject(adapter, traits, probe)
        _check_written(subject, probe)
        offers.add("parameters")
        x, y = np.full((6, PROBE[0]), 0.5), np.eye(PROBE[-1])[[0, 1, 0, 1, 0, 1]]
        gradient = _attempt(lambda: _gradient_arrangement(subject, x, y))
        if adapter.forward is not None:
            forward = _attempt(lambda: subject.forward(x))
            if forward is not None and forward.zs and forward.activations:
                offers.add("layers")
        return cls(parameters, gradient, traits.columns, frozenset(offers))


_OFFERED = ("forward", "predict", "cost", "gradient", "step", "fit")


def _gradient_arrangement(subject: Subject, x: Array, y: Array) -> Arrangement | None:
    """Return how a gradient is arranged; None if there is none."""
    if subject.adapter.gradient is None:
        return None
    value = subject._each("gradient", x, y)[0]  # noqa: SLF001 - the same idea
    return Arrangement.of(value, "`gradient`")


def _attempt(function: Callable[[], Any]) -> Any:
    """Return what a user's function returns, or None if it fails: laws will tell of that."""
    try:
        return function()
    except Exception:  # noqa: BLE001 - whatever a user's code raises
        return None


def _has_columns(arrangement: Arrangement, stored: Any) -> bool:
    """Whether biases are stored as columns."""
    leaves = arrangement.leaves(stored, PROBE, "parameters")
    places = arrangement.places(PROBE)
    biases = [
        as_array(leaf)
        for leaf, (kind, l) in zip(leaves, places, strict=True)
        if kind == "b" and l
    ]
    return all(b.ndim == 2 and b.shape[1] == 1 for b in biases)


def _check_written(subject: Subject, expected: Parameters) -> None:
    """Raise unless parameters can be read back as they were written."""
    got = subject.parameters()
    for name in ("weights", "biases"):
        for l in range(1, len(expected.sizes)):
            written, there = getattr(expected, name)[l], getattr(got, name)[l]
            if not np.array_equal(as_array(there).astype(float), written):
                msg = (
                    f"`{name}`: what is written into {name}[{l}] is not there when it is read "
                    f"again; give `set_parameters=`"
                )
                raise AdapterError(msg)


def _ones(sizes: Sequence[int]) -> tuple[list[Array], list[Array]]:
    """Return weights and biases that differ from what networks start with."""
    n = sizes
    weights = [np.full((n[l], n[l - 1]) if l else (n[0], 0), 0.25) for l in range(len(n))]
    return weights, [np.full(n[l] if l else 0, 0.125) for l in range(len(n))]


def _layers(each: Sequence[Parameters], name: str) -> list[tuple[Array, ...]]:
    """Return the arrays of several gradients, by layer."""
    return list(zip(*(getattr(gradient, name) for gradient in each), strict=True))


def _shaped(array: Array, batch: int, width: int) -> Array:
    """Return results of a batch as rows, where the number of entries fits."""
    if array.size != batch * width:
        msg = f"an array of shape {array.shape} came for {batch} examples and {width} neurons"
        raise AssertionError(msg)
    return array.reshape(batch, width)


def _fits(array: Any, own: Any) -> bool:
    """Whether numbers can be written into an array of the user's without losing their kind."""
    return np.can_cast(as_array(array).dtype, as_array(own).dtype, "same_kind")


def _write(own: Any, array: Array) -> None:
    """Write numbers into an array, a tensor, or nested lists of the user's."""
    if isinstance(own, list):
        own[:] = array.tolist()
        return
    target = as_array(own)
    try:
        target[...] = array
    except (TypeError, ValueError) as error:
        msg = f"parameters of type {type(own).__name__} cannot be written: {error}; give `set_parameters=`"
        raise AdapterError(msg) from error
