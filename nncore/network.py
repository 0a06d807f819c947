"""The network: its parameters, and the public methods around them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from os import PathLike, fspath
from typing import Any

import numpy as np
import numpy.typing as npt

from .activations import ACTIVATIONS, Activation, Softmax
from .arguments import (
    as_dtype,
    as_hidden,
    as_pair,
    as_sizes,
    check_list,
    check_real,
    own_or_built_in,
    seed_of,
)
from .arrays import (
    Array,
    Array1D,
    Array2D,
    Matrix,
    Pixels,
    Vector,
    as_array,
    as_matrix,
    as_vector,
)
from .backprop import ForwardPass, Gradient, backprop, forward, mean_cost
from .costs import Cost, output_cost
from .display import Table, network_table
from .history import Callback, History
from .inputs import as_batch, as_examples, as_parameter, check_finite
from .labels import Labels, are_labels, as_labels, classes_of, labels_of, one_hot
from .learner import Data, Learner
from .optimizers import Optimizer
from .plan import LearningRate, make_plan, sample_factors
from .settings import choose, generator, real
from .training import train

__all__ = ["Network", "load"]


class Network:
    """
    A multilayer perceptron whose lists have one entry for each layer.

    ``weights[l]`` and ``biases[l]`` lead into layer l; layer 0 is the input and owns nothing:
    ``weights[0]`` and ``biases[0]`` are empty and never read. Rows of a batch are examples.

    Parameters
    ----------
    sizes : sequence of int
        Neurons of each layer, at least two layers: ``sizes[0]`` inputs, ``sizes[-1]`` outputs.
    hidden : str or Activation
        Activation of the hidden layers: sigmoid, tanh, relu, leaky_relu, softplus, identity.
    output : str or Activation
        Activation of the output layer: one of these, or softmax.
    cost : str or Cost
        "cross_entropy", for sigmoid or softmax outputs, or "quadratic".
    l2 : float
        Weight of the penalty l2 / 2 times the sum of squared weights, which is added to the
        cost of every batch.
    rng : numpy.random.Generator, int or None
        Draws the first weights, then shuffles in `fit`. An int is a seed; None draws one.
    dtype : {"float64", "float32"}
        The floats of the parameters, in which the network computes.

    Attributes
    ----------
    weights : list of numpy.ndarray
        ``weights[l]`` has shape ``(sizes[l], sizes[l-1])``, ``weights[0]`` is empty.
    biases : list of numpy.ndarray
        ``biases[l]`` has shape ``(sizes[l],)``, ``biases[0]`` is empty.

    Raises
    ------
    ValueError
        If `sizes` has fewer than two entries or one below 1, a name is unknown, the cost does
        not fit the output, or `l2` is negative or not finite.
    TypeError
        If an argument is of the wrong type, bool among the integers included.

    Notes
    -----
    Shapes of one layer are proved by type checkers, in the functions that compute with them.
    What no type can carry, that ``weights[l]`` and ``biases[l]`` have the shapes that `sizes`
    gives them, is checked whenever the network reads them. Annotations of arrays state the
    rank where there is one, never the dtype: parameters and examples may be foreign numbers.

    Weights start as Gaussians of mean 0 and standard deviation 1 / sqrt(fan-in) [1]_, times
    sqrt(2) where they lead into relu or leaky_relu units [2]_. Biases start at 0.

    References
    ----------
    .. [1] M. Nielsen, "Neural Networks and Deep Learning", Determination Press, 2015,
           chapter 3, "Weight initialization".
    .. [2] K. He, X. Zhang, S. Ren, J. Sun, "Delving deep into rectifiers", ICCV 2015.

    Examples
    --------
    >>> net = Network([2, 3, 1], rng=0)
    >>> [w.shape for w in net.weights], [b.shape for b in net.biases]
    ([(2, 0), (3, 2), (1, 3)], [(0,), (3,), (1,)])
    >>> net.sizes, net.num_layers, net.dtype
    ((2, 3, 1), 3, dtype('float64'))
    >>> net
    Network([2, 3, 1], hidden='sigmoid', output='sigmoid', cost='cross_entropy', l2=0.0,
            rng=0, dtype='float64')
    """

    weights: list[Array2D]
    biases: list[Array1D]

    def __init__(
        self,
        sizes: Sequence[int],
        *,
        hidden: str | Activation = "sigmoid",
        output: str | Activation | Softmax = "sigmoid",
        cost: str | Cost = "cross_entropy",
        l2: float = 0.0,
        rng: np.random.Generator | int | None = None,
        dtype: str | type[np.floating[Any]] | np.dtype[Any] = "float64",
    ) -> None:
        self._sizes = as_sizes(sizes)
        self._hidden = as_hidden(hidden)
        self._cost = output_cost(choose("output", output, ACTIVATIONS, Activation), cost)
        self._l2 = real("l2", l2)
        self._dtype = as_dtype(dtype)
        self._rng = generator(rng)
        self._seed = seed_of(rng, self._rng)
        self.weights = [np.empty((self._sizes[0], 0), self._dtype)]
        self.biases = [np.empty(0, self._dtype)]
        for l in range(1, self.num_layers):
            fan_in = self._sizes[l - 1]
            activation = self._cost.output if l == self.num_layers - 1 else self._hidden
            deviation = activation.gain / math.sqrt(fan_in)
            w = self._rng.normal(0, deviation, (self._sizes[l], fan_in))
            self.weights.append(w.astype(self._dtype))
            self.biases.append(np.zeros(self._sizes[l], self._dtype))

    @property
    def sizes(self) -> tuple[int, ...]:
        """The number of neurons of each layer."""
        return self._sizes

    @property
    def num_layers(self) -> int:
        """The number of layers, the input layer counted: ``len(sizes)``."""
        return len(self._sizes)

    @property
    def dtype(self) -> np.dtype[Any]:
        """The dtype of the parameters."""
        return self._dtype

    def __repr__(self) -> str:
        return (
            f"Network({list(self._sizes)}, hidden={self._hidden.name!r}, "
            f"output={self._cost.output.name!r}, cost={self._cost.name!r}, l2={self._l2!r}, "
            f"rng={self._seed}, dtype={self._dtype.name!r})"
        )

    def __rich__(self) -> object:
        return self._table().as_rich()

    def _repr_html_(self) -> str:
        """Return the layers as a table, for notebooks."""
        return self._table().as_html()

    def _table(self) -> Table:
        """Return the layers as a table."""
        names = self._hidden.name, self._cost.output.name
        return network_table(repr(self), self._sizes, *names)

    def forward(self, x: npt.ArrayLike) -> ForwardPass:
        """
        Compute the weighted inputs and activations of every layer.

        Parameters
        ----------
        x : array_like, shape (batch, sizes[0]) or (sizes[0],)
            Examples as rows, or a single one. Not modified.

        Returns
        -------
        ForwardPass
            ``zs[l]`` and ``activations[l]`` of shape ``(batch, sizes[l])``; vectors for a
            single example. ``zs[0]`` is empty, ``activations[0]`` is x itself.

        Raises
        ------
        ValueError
            If x has another shape, no example or an entry that is not finite, or if a weight
            or bias does not fit `sizes`.
        TypeError
            If an entry is not a number.

        Notes
        -----
        ``zs[l] = activations[l-1] @ weights[l].T + biases[l]`` [1]_.

        References
        ----------
        .. [1] M. Nielsen, "Neural Networks and Deep Learning", Determination Press, 2015,
               chapter 2, equation 25.

        Examples
        --------
        >>> forward = Network([2, 3, 1], rng=0).forward([[0.0, 1.0], [1.0, 1.0]])
        >>> [z.shape for z in forward.zs]
        [(2, 0), (2, 3), (2, 1)]
        """
        weights, biases = self._parameters()
        forward_pass = forward(weights, biases, self._batch(x), self._hidden, self._cost)
        return _first(forward_pass) if np.ndim(x) == 1 else forward_pass

    def predict(self, x: npt.ArrayLike) -> Array:
        """
        Compute the outputs of the network.

        Parameters
        ----------
        x : array_like, shape (batch, sizes[0]) or (sizes[0],)
            Examples as rows, or a single one. Not modified.

        Returns
        -------
        numpy.ndarray, shape (batch, sizes[-1]) or (sizes[-1],)
            The activations of the output layer.

        Raises
        ------
        ValueError, TypeError
            As for `forward`.

        References
        ----------
        .. [1] M. Nielsen, "Neural Networks and Deep Learning", Determination Press, 2015,
               chapter 1, equation 22.

        Examples
        --------
        >>> Network([2, 3, 1], rng=0).predict([0.0, 1.0]).shape
        (1,)
        """
        return self.forward(x).activations[-1]

    def classify(self, x: npt.ArrayLike) -> Labels | np.intp:
        """
        Return the class label of each example.

        Parameters
        ----------
        x : array_like, shape (batch, sizes[0]) or (sizes[0],)
            Examples as rows, or a single one. Not modified.

        Returns
        -------
        numpy.ndarray of int, shape (batch,), or int
            The index of the largest output, the first of equals; of a network with a single
            output 1 where it is at least 1/2, else 0.

        Raises
        ------
        ValueError, TypeError
            As for `forward`.

        References
        ----------
        .. [1] M. Nielsen, "Neural Networks and Deep Learning", Determination Press, 2015,
               chapter 1, "A simple network to classify handwritten digits".

        Examples
        --------
        >>> Network([2, 3, 1], rng=0).classify([[0.0, 1.0], [1.0, 1.0]])
        array([1, 1])
        """
        a = self.predict(x)
        return labels_of(a) if a.ndim == 2 else labels_of(a[np.newaxis])[0]

    def accuracy(self, x: npt.ArrayLike, labels: npt.ArrayLike) -> float:
        """
        Return the share of examples that are classified as labelled.

        Parameters
        ----------
        x : array_like, shape (batch, sizes[0])
            Examples as rows. Not modified.
        labels : array_like of int, shape (batch,)
            Class labels from 0; 0 or 1 for a network with a single output. Not modified.

        Returns
        -------
        float
            Between 0 and 1.

        Raises
        ------
        ValueError, TypeError
            As for `forward`, or if `labels` are not labels or not one for each example.

        References
        ----------
        .. [1] M. Nielsen, "Neural Networks and Deep Learning", Determination Press, 2015,
               chapter 1, "Implementing our network to classify digits".

        Examples
        --------
        >>> Network([2, 3, 1], rng=0).accuracy([[0.0, 1.0], [1.0, 1.0]], [1, 0])
        0.5
        """
        expected = as_labels(labels, self._sizes[-1], "labels")
        actual = np.atleast_1d(self.classify(x))
        if len(actual) != len(expected):
            msg = (
                f"`labels` must be one for each of {len(actual)} examples; got {len(expected)}"
            )
            raise ValueError(msg)
        return float((actual == expected).mean())

    def cost(self, x: npt.ArrayLike, y: npt.ArrayLike) -> Any:
        """
        Compute the cost of a batch.

        Parameters
        ----------
        x : array_like, shape (batch, sizes[0]) or (sizes[0],)
            Examples as rows, or a single one. Not modified.
        y : array_like, shape (batch, sizes[-1]) or (sizes[-1],)
            Their targets; in [0, 1] for the cross-entropy, with rows that sum to 1 where the
            outputs are a softmax. Not modified.

        Returns
        -------
        float
            The mean over the batch, plus ``l2 / 2`` times the sum of squared weights: a scalar
            of the network's dtype, or the foreign number that x, y or the parameters are.

        Raises
        ------
        ValueError, TypeError
            As for `forward`, or if y does not fit x, the network or its cost.

        Notes
        -----
        With a the outputs: quadratic ``1/2 sum_j (a_j - y_j)^2``; cross_entropy with sigmoid
        outputs ``-sum_j [y_j ln a_j + (1 - y_j) ln(1 - a_j)]``, with softmax outputs
        ``-sum_j y_j ln a_j``.

        References
        ----------
        .. [1] M. Nielsen, "Neural Networks and Deep Learning", Determination Press, 2015,
               equations 26, 63, 80 and 87 (there l2 is lambda / n).

        Examples
        --------
        >>> print(round(Network([2, 3, 1], rng=0).cost([[0.0, 1.0]], [[1.0]]), 4))
        0.5077
        """
        weights, biases = self._parameters()
        batch = self._batch(x)
        targets = self._targets(y, len(batch))
        z = forward(weights, biases, batch, self._hidden, self._cost).zs[-1]
        return mean_cost(weights, as_matrix(z), targets, self._cost, self._penalty(weights))

    def backprop(self, x: npt.ArrayLike, y: npt.ArrayLike) -> Gradient:
        """
        Compute the gradient of `cost` by backpropagation.

        Parameters
        ----------
        x : array_like, shape (batch, sizes[0]) or (sizes[0],)
            Examples as rows, or a single one. Not modified.
        y : array_like, shape (batch, sizes[-1]) or (sizes[-1],)
            Their targets, as for `cost`. Not modified.

        Returns
        -------
        Gradient
            ``nabla_w[l]`` and ``nabla_b[l]`` of the shapes of ``weights[l]`` and
            ``biases[l]``; empty for layer 0.

        Raises
        ------
        ValueError, TypeError
            As for `cost`.

        References
        ----------
        .. [1] M. Nielsen, "Neural Networks and Deep Learning", Determination Press, 2015,
               chapter 2, equations BP1 to BP4.

        Examples
        --------
        >>> gradient = Network([2, 3, 1], rng=0).backprop([[0.0, 1.0]], [[1.0]])
        >>> [nabla.shape for nabla in gradient.nabla_w]
        [(2, 0), (3, 2), (1, 3)]
        """
        weights, biases = self._parameters()
        batch = self._batch(x)
        targets = self._targets(y, len(batch))
        forward_pass = forward(weights, biases, batch, self._hidden, self._cost)
        penalty = self._penalty(weights)
        return backprop(weights, forward_pass, targets, self._hidden, self._cost, penalty)

    def fit(
        self,
        x: npt.ArrayLike | Pixels,
        y: npt.ArrayLike,
        *,
        epochs: int = 10,
        batch_size: int = 10,
        learning_rate: LearningRate | None = None,
        optimizer: str | Optimizer = "sgd",
        sample_weight: npt.ArrayLike | None = None,
        validation: tuple[npt.ArrayLike | Pixels, npt.ArrayLike] | None = None,
        patience: int | None = None,
        monitor: str = "cost",
        callbacks: Sequence[Callback] = (),
        checkpoint: str | PathLike[str] | None = None,
        checkpoint_every: int = 1,
        resume: str | PathLike[str] | None = None,
        rng: np.random.Generator | int | None = None,
        blas: str = "numpy",
        progress: bool | None = None,
    ) -> History:
        """
        Train by mini-batch gradient descent, from the parameters that the network has.

        Parameters
        ----------
        x : array_like or Pixels, shape (examples, sizes[0])
            Examples as rows. Neither modified nor reordered.
        y : array_like, shape (examples, sizes[-1]), or of int, shape (examples,)
            Targets as for `cost`, or class labels. Neither modified nor reordered.
        epochs : int
            How often every example is seen, at least 1.
        batch_size : int
            Examples of a mini-batch, at least 1, or all where there are fewer; the last one of
            an epoch takes what is left and divides by its own length.
        learning_rate : float or callable, optional
            eta >= 0 in w -> w - eta dC/dw and b -> b - eta dC/db, or a function that returns
            it for an epoch, counted from 1. By default 0.5 for "sgd" and 0.001 for "adam".
        optimizer : {"sgd", "adam"} or Optimizer
            How a gradient moves the parameters. A name starts anew with each call; an object,
            such as ``SGD(momentum=0.9)``, goes on with what it remembers.
        sample_weight : array_like, shape (examples,), optional
            Weights s_i >= 0, not all 0. The cost of example i is multiplied by s_i divided by
            the mean of all s, wherever it is shuffled to, so that one epoch descends along
            ``sum_i s_i C_i / sum_i s_i``. Only the ratios of weights count; in a batch of all
            examples a weight of 2 is an example that is there twice, and 0 one that is not.
        validation : tuple of x and y, optional
            Examples that are judged, all alike, after each epoch and never trained on.
        patience : int, optional
            Stop when `monitor` has not improved for so many epochs, at least 1. The network
            ends with the parameters of its best epoch.
        monitor : {"cost", "accuracy"}
            Whether the best epoch is that of the lowest validation cost or of the highest
            validation accuracy.
        callbacks : sequence of callable
            Each is called with an `Epoch` after each epoch, and may stop the training, change
            the network's lists, or keep what it wants.
        checkpoint : str or path-like, optional
            A file that is written, atomically, after every `checkpoint_every` epochs and after
            the last one, unless that was broken off by Ctrl-C or diverged.
        checkpoint_every : int
            Epochs between two checkpoints, at least 1; above 1 only with `checkpoint`.
        resume : str or path-like, optional
            A checkpoint to go on from. With the data and settings of the run that wrote it the
            result is the same to the last bit; `epochs` counts those of the checkpoint too.
            `validation` and `monitor` must stay of their kind, and a run that ran out of
            `patience` is over.
        rng : numpy.random.Generator or int, optional
            Shuffles the examples, instead of the network's own generator.
        blas : {"numpy", "scipy"}
            Whose matrix product moves large layers under plain descent, in mini-batches of up
            to 256. scipy's is faster, and differs in the last digits.
        progress : bool, optional
            Whether to draw a progress bar; by default where rich and a terminal are there.

        Returns
        -------
        History
            Costs and accuracies, one entry for each epoch, and why training stopped. After
            Ctrl-C the history so far; the network stays usable.

        Raises
        ------
        ValueError, TypeError
            As for `cost`, for x, y and validation, or if a setting is out of range.
        ModelFileError
            A ValueError: if `resume` is not a checkpoint, is damaged, or one of another
            network, optimizer or kind of generator.
        ModuleNotFoundError
            If `blas` is "scipy" and scipy is not installed, or `progress` is True and rich is
            not.
        OSError
            If a checkpoint cannot be written or read.
        RuntimeWarning
            A warning, not an exception: if the cost is no longer finite, training stops with
            the parameters, and the state of the optimizer, of the last epoch that was; with
            `patience`, with the parameters of the best one.

        Notes
        -----
        The lists get new arrays after each epoch; those that stood there are not written to. If
        an error is raised, the network has the parameters of the last whole epoch. Where
        threadpoolctl is installed, small layers train on one thread of BLAS, which is faster.

        The same seed gives the same bits for one version of numpy, one BLAS and one kind of
        CPU, on every version of Python. Another of these, `blas`, or the number of threads
        where layers are large, may change last digits.

        References
        ----------
        .. [1] M. Nielsen, "Neural Networks and Deep Learning", Determination Press, 2015,
               chapter 1, equations 20 and 21; early stopping in chapter 3.

        Examples
        --------
        >>> net = Network([2, 4, 1], hidden="tanh", rng=0)
        >>> x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
        >>> history = net.fit(x, [0, 1, 1, 0], epochs=500, batch_size=4)
        >>> net.classify(x)
        array([0, 1, 1, 0])
        """
        plan = make_plan(
            epochs=epochs,
            batch_size=batch_size,
            learning_rate=learning_rate,
            optimizer=optimizer,
            has_validation=validation is not None,
            patience=patience,
            monitor=monitor,
            callbacks=callbacks,
            checkpoint=checkpoint,
            checkpoint_every=checkpoint_every,
            resume=resume,
            blas=blas,
        )
        data = self._data(x, y)
        factors = sample_factors(sample_weight, len(data.y), self._dtype)
        held_out = (
            None
            if validation is None
            else self._data(*as_pair(validation), ("validation[0]", "validation[1]"))
        )
        if monitor == "accuracy" and held_out is not None and held_out.labels is None:
            msg = "`monitor` 'accuracy' needs validation targets that are classes"
            raise ValueError(msg)
        shuffler = self._rng if rng is None else generator(rng)
        learner = Learner(
            network=self,
            read=self._real_parameters,
            sizes=self._sizes,
            dtype=self._dtype,
            hidden=self._hidden,
            cost=self._cost,
            l2=self._l2,
        )
        return train(
            learner, data._replace(factors=factors), held_out, plan, shuffler, progress
        )

    def save(self, path: str | PathLike[str]) -> None:
        """
        Write the network to a file, atomically.

        The file is a ``.npz`` archive of arrays: ``w1``, ``b1``, ``w2``, ... and the sizes and
        names that make the network. Nothing in it is pickled, and nothing of layer 0 or of the
        generator is kept. The file stands complete under its name or not at all.

        Parameters
        ----------
        path : str or path-like
            Where to write; a file that stands there is replaced.

        Raises
        ------
        OSError
            If the file cannot be written. What stood there before stays.
        ValueError
            If a weight or bias does not fit `sizes` or is not finite.
        TypeError
            If a weight or bias is complex or an object.

        References
        ----------
        .. [1] NumPy enhancement proposal 1, "A simple file format for NumPy arrays".

        Examples
        --------
        >>> import tempfile, pathlib
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = pathlib.Path(folder, "net.npz")
        ...     Network([2, 3, 1], rng=0).save(path)
        ...     load(path).sizes
        (2, 3, 1)
        """
        from .persistence import Model, write_model  # noqa: PLC0415 - archives import much

        weights, biases = self._real_parameters()
        write_model(
            path,
            Model(
                sizes=self._sizes,
                hidden=self._hidden.name,
                output=self._cost.output.name,
                cost=self._cost.name,
                l2=self._l2,
                weights=[as_array(w) for w in weights],
                biases=[as_array(b) for b in biases],
            ),
        )

    def _parameters(self) -> tuple[list[Matrix[Any, Any]], list[Vector[Any]]]:
        """Return weights and biases, held to `sizes`; entry 0 is never read."""
        check_list("weights", self.weights, self.num_layers)
        check_list("biases", self.biases, self.num_layers)
        weights = [as_matrix(np.empty((self._sizes[0], 0), self._dtype))]
        biases = [as_vector(np.empty(0, self._dtype))]
        for l in range(1, self.num_layers):
            n, k = self._sizes[l], self._sizes[l - 1]
            w = as_parameter(self.weights[l], (n, k), self._dtype, f"weights[{l}]")
            b = as_parameter(self.biases[l], (n,), self._dtype, f"biases[{l}]")
            weights.append(as_matrix(w))
            biases.append(as_vector(b))
        return weights, biases

    def _penalty(self, weights: Sequence[Matrix[Any, Any]]) -> Any:
        """Return `l2` as it is beside exact weights, else as a float: floats stay floats."""
        is_exact = any(as_array(w).dtype.kind == "O" for w in weights)
        return self._l2 if is_exact else float(self._l2)

    def _real_parameters(self) -> tuple[list[Matrix[Any, Any]], list[Vector[Any]]]:
        """Return weights and biases, held to `sizes` and to finite floats."""
        weights, biases = self._parameters()
        for l in range(1, self.num_layers):
            pairs = (
                (f"weights[{l}]", as_array(weights[l])),
                (f"biases[{l}]", as_array(biases[l])),
            )
            for name, array in pairs:
                check_real(array, name)
                check_finite(array, name)
        return weights, biases

    def _batch(self, x: object) -> Matrix[Any, Any]:
        """Return x as a batch."""
        return as_batch(x, self._sizes[0], self._dtype, "x")

    def _targets(
        self, y: object, examples: int, names: tuple[str, str] = ("x", "y")
    ) -> Matrix[Any, Any]:
        """Return y as a batch of targets that the cost is defined for."""
        targets = as_batch(y, self._sizes[-1], self._dtype, names[1])
        if len(targets) != examples:
            msg = f"`{names[0]}` and `{names[1]}` must hold as many examples; got {examples} "
            raise ValueError(msg + f"and {len(targets)}")
        if as_array(targets).dtype.kind == "f":
            self._cost.check_targets(as_array(targets), names[1])
        return targets

    def _data(self, x: Any, y: Any, names: tuple[str, str] = ("x", "y")) -> Data:
        """Return examples to train or judge with; y are targets or class labels."""
        examples = as_examples(x, self._sizes[0], self._dtype, names[0])
        if are_labels(y) and np.ndim(x) == 2:
            labels = as_labels(y, self._sizes[-1], names[1])
            y = one_hot(labels, self._sizes[-1], self._dtype)
        targets = self._targets(y, len(examples), names)
        for name, array in zip(names, (examples, targets), strict=True):
            if not isinstance(array, Pixels):
                check_real(as_array(array), name)
        return Data(examples, targets, classes_of(as_array(targets)))


def load(
    path: str | PathLike[str],
    *,
    hidden: Activation | None = None,
    output: Activation | None = None,
    cost: Cost | None = None,
    rng: np.random.Generator | int | None = None,
) -> Network:
    """
    Read a network that `Network.save` wrote.

    Parameters
    ----------
    path : str or path-like
        The file.
    hidden, output : Activation, optional
        Activations of your own, where the network was saved with some: a file holds names.
    cost : Cost, optional
        A cost of your own, where the network was saved with one.
    rng : numpy.random.Generator, int or None
        Shuffles in `Network.fit`; the file holds no generator.

    Returns
    -------
    Network
        With the parameters that were saved, to the last bit.

    Raises
    ------
    OSError
        If the file cannot be read.
    ModelFileError
        A ValueError: if the file is not a model, is damaged or of another format version, or
        names a function that is neither built in nor given here.
    TypeError
        If what is given is no activation or no cost.

    References
    ----------
    .. [1] NumPy enhancement proposal 1, "A simple file format for NumPy arrays".

    Examples
    --------
    >>> import tempfile, pathlib
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "net.npz")
    ...     Network([2, 3, 1], rng=0).save(path)
    ...     load(path)
    Network([2, 3, 1], hidden='sigmoid', output='sigmoid', cost='cross_entropy', l2=0.0,
            rng=..., dtype='float64')
    """
    from .persistence import ModelFileError, read_model  # noqa: PLC0415 - as in `save`

    model = read_model(path)
    try:
        net = Network(
            model.sizes,
            hidden=own_or_built_in("hidden", model.hidden, hidden),
            output=own_or_built_in("output", model.output, output),
            cost=own_or_built_in("cost", model.cost, cost),
            l2=model.l2,
            rng=rng,
            dtype=model.weights[1].dtype,
        )
    except ValueError as error:
        msg = f"{fspath(path)}: {error}"
        raise ModelFileError(msg) from None
    net.weights[1:], net.biases[1:] = model.weights[1:], model.biases[1:]
    return net


def _first(pass_: ForwardPass) -> ForwardPass:
    """Return the lists of a batch of one as vectors."""
    return ForwardPass([z[0] for z in pass_.zs], [a[0] for a in pass_.activations])
