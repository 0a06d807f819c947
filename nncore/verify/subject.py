"""The network under test in canonical form, whatever its own conventions are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .access import AdapterError
from .adapter import Adapter
from .case import Array, Parameters
from .native import Native
from .passes import Forward
from .registry import SkipCheck
from .store import Store, stored

if TYPE_CHECKING:
    from .traits import Traits

__all__ = ["Forward", "Subject"]


class Subject(Native):
    """
    A network of the user's, with canonical doors: rows are examples, lists are by layer.

    Results come back as the user returned them, but for transposes and shapes.

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
        super().__init__(
            adapter.make(list(parameters.sizes)), adapter, traits, parameters.sizes
        )
        self._store: Store | None = None
        if traits.parameters is not None:
            self.set_parameters(parameters)

    # --- parameters ------------------------------------------------------------------------

    def parameters(self) -> Parameters:
        """
        Return the parameters as they are now.

        Returns
        -------
        case.Parameters
            Arrays that may be the network's own memory.

        Raises
        ------
        AssertionError
            If their number or shapes do not fit the sizes.
        AdapterError
            If the adapter does not tell where they are.
        """
        return self._parameter_store().read()

    def stored(self) -> Any:
        """
        Return what the network holds, in its own structure.

        Returns
        -------
        Any
            ``[weights, biases]``, or `weights` alone where it holds both.

        Raises
        ------
        AdapterError
            If the adapter does not tell where they are.
        """
        return stored(self.net, self.adapter)

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
        self._became(self._parameter_store().write(parameters))

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

        Raises
        ------
        SkipCheck
            If the adapter says that there are no networks of such sizes, other than its own.
        """
        bounds, n = self.adapter.cases, parameters.sizes
        layers = bounds.get("min_layers", 2), bounds.get("max_layers", len(n))
        width = bounds.get("min_width", 1), bounds.get("max_width", max(n))
        is_within = (
            layers[0] <= len(n) <= layers[1] and width[0] <= min(n) <= max(n) <= width[1]
        )
        # One of its own sizes there is: a stored case may lie beyond the bounds.
        if n != self.sizes and not is_within:
            msg = f"a network of sizes {list(n)} is outside of the adapter's `cases`"
            raise SkipCheck(msg)
        return Subject(self.adapter, self.traits, parameters)

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
        return Forward(self.shown(x), self.traits.layout, self.sizes, x)

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

        Raises
        ------
        AssertionError
            If their shape does not fit.
        """
        if self.adapter.predict is None:
            return self.forward(x).output
        return self.rows(self.raw("predict", x), self.sizes[-1])

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
        values = self.raw("cost", x, y)
        if not self.traits.layout.is_single:
            return values[0]
        return self._reduced(sum(values[1:], start=values[0]), len(values))

    def gradient(self, x: Array, y: Array) -> Parameters:
        """
        Return the user's gradient of a batch, in the user's reduction.

        Parameters
        ----------
        x, y : ndarray
            Examples and targets as rows; not modified by us.

        Returns
        -------
        case.Parameters
            Derivatives in the places of weights and biases; the user's own memory, but for
            single examples.

        Raises
        ------
        AssertionError
            If the structure does not fit the sizes.
        """
        arrangement = self.traits.gradient or self.traits.parameters
        if arrangement is None:
            msg = "`weights` must be given: they tell how a gradient is arranged"
            raise AdapterError(msg)
        total: Parameters | None = None
        for given in self._hand(x, y):
            value = self.call("gradient", *given)
            each = arrangement.canonical(value, self.sizes, "gradient")
            if not self.traits.layout.is_single:
                return each
            total = each.copy() if total is None else _sum(total, each)
        assert total is not None  # noqa: S101 - a batch has examples
        return Parameters(
            self.sizes,
            [self._reduced(w, len(x)) for w in total.weights],
            [self._reduced(b, len(x)) for b in total.biases],
        )

    def step(self, x: Array, y: Array, learning_rate: float) -> None:
        """
        Make the user's step of gradient descent, one for each of single examples.

        Parameters
        ----------
        x, y : ndarray
            Examples and targets as rows; not modified by us.
        learning_rate : float
            Length of the step.
        """
        for given in self._hand(x, y):
            self._became(self.call("step", *given, learning_rate))

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
        columns = self.adapter.layout == "columns"
        self._batch = len(x)
        self.handed: list[Array] = [np.array(a.T if columns else a, order="C") for a in (x, y)]
        self._became(self.call("fit", *self.handed, epochs, batch_size, learning_rate, rng))

    def save(self, path: str) -> None:
        """
        Let the user's network be saved.

        Parameters
        ----------
        path : str
            Of the file.
        """
        self.call("save", path)

    def load(self, path: str) -> None:
        """
        Let the user's network be loaded.

        Parameters
        ----------
        path : str
            Of the file. Where it holds a network of other sizes, `sizes` must be set to them.
        """
        self._became(self.call("load", path))
        self._store = None  # the same object may hold other arrays, of other sizes

    # --- plumbing --------------------------------------------------------------------------

    def _reduced(self, total: Any, batch: int) -> Any:
        """Return the user's reduction of what single examples sum to."""
        return total / batch if self.adapter.reduction == "mean" else total

    def _parameter_store(self) -> Store:
        """Return what reads and writes the parameters of the network as it is now."""
        if self.traits.parameters is None:
            msg = "`weights` must be given: this needs parameters that can be read"
            raise AdapterError(msg)
        if self._store is None or self._store.net is not self.net:
            self._store = Store(self.net, self.adapter, self.traits.parameters, self.sizes)
        return self._store

    def _became(self, result: Any) -> None:
        """Take a new network, where a call returned one instead of changing the old one."""
        if result is self.net or type(result) is not type(self.net):
            return
        if isinstance(result, (list, tuple, dict)) and not self._is_network(result):
            return
        self.net = result

    def _is_network(self, result: Any) -> bool:
        """Whether lists are parameters, and not a history of costs."""
        arrangement = self.traits.parameters
        try:
            return arrangement is None or bool(
                arrangement.canonical(stored(result, self.adapter), self.sizes, "parameters")
            )
        except Exception:  # noqa: BLE001 - the user's accessors expect a network
            return False


def _sum(first: Parameters, second: Parameters) -> Parameters:
    """Return the sum of two gradients."""
    return Parameters(
        first.sizes,
        [a + b for a, b in zip(first.weights, second.weights, strict=True)],
        [a + b for a, b in zip(first.biases, second.biases, strict=True)],
    )
