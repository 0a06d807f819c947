"""
scikit-learn's door: a classifier and a regressor that hold a `Network` and call its `fit`.

Whatever scikit-learn does with estimators works with them: pipelines, grid searches,
cross-validation, `clone`. Its own utilities check the data.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from .activations import Activation
from .arrays import Array
from .history import History
from .network import Network
from .optimizers import OPTIMIZERS, Optimizer
from .settings import choose, integer

try:
    from sklearn.utils import check_random_state
    from sklearn.utils.multiclass import (
        _check_partial_fit_first_call,  # pyright: ignore[reportPrivateUsage] - made for estimators
        check_classification_targets,
        unique_labels,
    )
    from sklearn.utils.validation import (
        _check_sample_weight,  # pyright: ignore[reportPrivateUsage] - made for estimators
        check_is_fitted,
        validate_data,
    )
except ImportError as _error:
    _msg = (
        f"nncore.estimator needs scikit-learn 1.6 or newer ({_error}): "
        'python -m pip install "nncore[train]"'
    )
    raise ImportError(_msg) from None

if TYPE_CHECKING:
    # scikit-learn carries no types: of its base classes this is what a checker sees.
    class BaseEstimator:
        """Settings that can be read and set."""

        def get_params(self, deep: bool = True) -> dict[str, Any]: ...
        def set_params(self, **params: Any) -> Self: ...
        def __sklearn_tags__(self) -> Any: ...

    class ClassifierMixin:
        """The accuracy of a classifier."""

        def score(self, X: Any, y: Any, sample_weight: Any = None) -> float: ...

    class RegressorMixin:
        """The coefficient of determination of a regressor."""

        def score(self, X: Any, y: Any, sample_weight: Any = None) -> float: ...

else:
    from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin

__all__ = ["NetworkClassifier", "NetworkRegressor"]

FLOATS = (np.float64, np.float32)


class _NetworkEstimator(BaseEstimator):
    """The settings of both estimators, and how they train."""

    network_: Network
    optimizer_: Optimizer
    history_: History
    n_iter_: int

    #: What the subclass predicts with.
    _output: str
    _cost: str
    #: How scikit-learn checks its targets.
    _target_checks: ClassVar[dict[str, bool]]

    def __init__(
        self,
        hidden_sizes: Sequence[int] = (100,),
        *,
        hidden: str | Activation = "relu",
        l2: float = 1e-4,
        epochs: int = 200,
        batch_size: int = 200,
        optimizer: str | Optimizer = "adam",
        learning_rate: float | Callable[[int], float] | None = None,
        random_state: int | np.random.RandomState | None = None,
        progress: bool | None = False,
    ) -> None:
        self.hidden_sizes = hidden_sizes
        self.hidden = hidden
        self.l2 = l2
        self.epochs = epochs
        self.batch_size = batch_size
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.random_state = random_state
        self.progress = progress

    @contextmanager
    def _unless_refused(self) -> Iterator[None]:
        """Take back every attribute where what follows is refused."""
        before = dict(vars(self))
        try:
            yield
        except BaseException:
            vars(self).clear()
            vars(self).update(before)
            raise

    def _examples(self, X: Any, y: Any, *, first: bool) -> tuple[Array, Array]:
        """Return X, in the floats of the network, and y, as scikit-learn wants them."""
        dtype = FLOATS if first else self.network_.dtype
        checked: Any = validate_data(
            self, X, y, reset=first, dtype=dtype, **self._target_checks
        )
        return checked[0], checked[1]

    def _train(
        self, x: Array, targets: Array, sample_weight: Any, *, first: bool, epochs: int
    ) -> Self:
        """Train the network, at first a new one, on examples that were checked."""
        if first:
            sizes = [x.shape[1], *_hidden_sizes(self.hidden_sizes), targets.shape[1]]
            network = Network(
                sizes,
                hidden=self.hidden,
                output=self._output,
                cost=self._cost,
                l2=self.l2,
                rng=_seed(self.random_state),
                dtype=x.dtype,
            )
            self.network_, self.optimizer_ = network, _optimizer(self.optimizer)
            self.n_iter_ = 0
        self.history_ = self.network_.fit(
            x,
            targets,
            sample_weight=_weights(sample_weight, x),
            epochs=epochs,
            batch_size=self.batch_size,
            optimizer=self.optimizer_,
            learning_rate=_after(self.n_iter_, self.learning_rate),
            progress=self.progress,
        )
        self.n_iter_ += len(self.history_.cost)
        return self

    def _outputs(self, X: Any) -> Array:
        """Return the outputs of the network."""
        check_is_fitted(self)
        return self.network_.predict(
            validate_data(self, X, reset=False, dtype=self.network_.dtype)
        )


class NetworkClassifier(ClassifierMixin, _NetworkEstimator):
    """
    A scikit-learn classifier: a `Network` with softmax outputs and the cross-entropy.

    Parameters
    ----------
    hidden_sizes : sequence of int
        Neurons of each hidden layer; empty for a linear model.
    hidden : str or Activation
        Activation of the hidden layers, as in `Network`.
    l2 : float
        Weight of the penalty l2 / 2 times the sum of squared weights.
    epochs : int
        How often `fit` sees every example, at least 1.
    batch_size : int
        Examples of a mini-batch, at least 1.
    optimizer : str or Optimizer
        "sgd", "adam" or an optimizer, of which a copy starts anew.
    learning_rate : float or callable, optional
        eta >= 0, or a function of the epoch, as in `Network.fit`; `partial_fit` goes on
        counting. By default what suits the optimizer.
    random_state : int, numpy.random.RandomState or None
        Draws the seed of the network's generator, which draws the first weights and shuffles.
    progress : bool or None
        Whether to draw a progress bar, as in `Network.fit`.

    Attributes
    ----------
    network_ : Network
        The trained network; of float32 where the examples were.
    optimizer_ : Optimizer
        What the optimizer remembers, with which `partial_fit` goes on.
    history_ : History
        What happened in the last call of `fit` or `partial_fit`.
    n_iter_ : int
        Epochs of `fit`, and of `partial_fit` since.
    classes_ : numpy.ndarray, shape (classes,)
        The labels, sorted; output j of the network stands for ``classes_[j]``.
    n_features_in_ : int
        Columns of the examples.
    feature_names_in_ : numpy.ndarray of str
        Their names, shape (features,), where the examples were a table with names.

    References
    ----------
    .. [1] L. Buitinck et al., "API design for machine learning software", 2013,
           arXiv:1309.0238.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> x, y = load_iris(return_X_y=True)
    >>> model = make_pipeline(StandardScaler(), NetworkClassifier(random_state=0))
    >>> bool(model.fit(x, y).score(x, y) > 0.95)
    True
    """

    _output = "softmax"
    _cost = "cross_entropy"
    _target_checks: ClassVar[dict[str, bool]] = {}

    classes_: Array

    def fit(
        self, X: npt.ArrayLike, y: npt.ArrayLike, sample_weight: npt.ArrayLike | None = None
    ) -> Self:
        """
        Train a new network.

        Parameters
        ----------
        X : array_like, shape (examples, features)
            Examples as rows. Not modified.
        y : array_like, shape (examples,)
            Their labels, of any type that can be sorted. Not modified.
        sample_weight : array_like, shape (examples,), optional
            How much each example counts beside the others, as in `Network.fit`.

        Returns
        -------
        NetworkClassifier
            This estimator.

        Raises
        ------
        ValueError, TypeError
            If X, y or `sample_weight` do not fit each other, hold something that is not finite,
            or y no labels; or if a setting is refused by `Network` or `Network.fit`.

        Examples
        --------
        >>> model = NetworkClassifier(random_state=0).fit([[-1.0], [1.0]], ["no", "yes"])
        >>> model.predict([[0.9]])
        array(['yes'], dtype='<U3')
        """
        with self._unless_refused():
            x, labels = self._examples(X, y, first=True)
            check_classification_targets(labels)
            self.classes_ = unique_labels(labels)
            targets = self._targets(x, labels)
            return self._train(x, targets, sample_weight, first=True, epochs=self.epochs)

    def partial_fit(
        self,
        X: npt.ArrayLike,
        y: npt.ArrayLike,
        classes: npt.ArrayLike | None = None,
        sample_weight: npt.ArrayLike | None = None,
    ) -> Self:
        """
        Train for one epoch, from the parameters that the network has.

        Parameters
        ----------
        X, y : array_like
            As for `fit`, and of the same shapes.
        classes : array_like, shape (classes,), optional
            All labels there will ever be; needed in the first call.
        sample_weight : array_like, optional
            As for `fit`, and of the same shape.

        Returns
        -------
        NetworkClassifier
            This estimator.

        Raises
        ------
        ValueError, TypeError
            As for `fit`; if `classes` is missing in the first call or differs from those of an
            earlier one; or if y holds a label that is not among them.

        Examples
        --------
        >>> model = NetworkClassifier(random_state=0)
        >>> for label, x in (("no", -1.0), ("yes", 1.0)) * 100:
        ...     model = model.partial_fit([[x]], [label], classes=["no", "yes"])
        >>> model.predict([[0.9]])
        array(['yes'], dtype='<U3')
        """
        first = not hasattr(self, "network_")
        with self._unless_refused():
            x, labels = self._examples(X, y, first=first)
            check_classification_targets(labels)
            _check_partial_fit_first_call(self, classes)
            targets = self._targets(x, labels)
            return self._train(x, targets, sample_weight, first=first, epochs=1)

    def predict_proba(self, X: npt.ArrayLike) -> Array:
        """
        Return the probability of each class.

        Parameters
        ----------
        X : array_like, shape (examples, features)
            Examples as rows. Not modified.

        Returns
        -------
        numpy.ndarray, shape (examples, classes)
            The outputs of the network, in the order of ``classes_``; rows sum to 1.

        Raises
        ------
        ValueError, TypeError
            If X does not fit the examples of `fit`, or holds something that is not finite.
        sklearn.exceptions.NotFittedError
            If `fit` was not called.

        Examples
        --------
        >>> model = NetworkClassifier(random_state=0).fit([[-1.0], [1.0]], ["no", "yes"])
        >>> model.predict_proba([[0.9]]).shape
        (1, 2)
        """
        return self._outputs(X)

    def predict(self, X: npt.ArrayLike) -> Array:
        """
        Return the most probable label of each example.

        Parameters
        ----------
        X : array_like, shape (examples, features)
            Examples as rows. Not modified.

        Returns
        -------
        numpy.ndarray, shape (examples,)
            Entries of ``classes_``; the first of equals.

        Raises
        ------
        ValueError, TypeError, sklearn.exceptions.NotFittedError
            As for `predict_proba`.

        Examples
        --------
        >>> model = NetworkClassifier(random_state=0).fit([[-1.0], [1.0]], ["no", "yes"])
        >>> model.predict([[-0.9], [0.9]])
        array(['no', 'yes'], dtype='<U3')
        """
        most_probable = self._outputs(X).argmax(axis=1)
        return np.asarray(self.classes_[most_probable])

    def _targets(self, x: Array, labels: Array) -> Array:
        """Return one row for each label: 1 for its class, 0 elsewhere."""
        unknown = np.setdiff1d(labels, self.classes_)
        if unknown.size:
            msg = f"`y` must hold labels among `classes`, {self.classes_}; got {unknown[0]!r}"
            raise ValueError(msg)
        one_hot: Array = np.eye(len(self.classes_), dtype=x.dtype)
        return one_hot[np.searchsorted(self.classes_, labels)]


class NetworkRegressor(RegressorMixin, _NetworkEstimator):
    """
    A scikit-learn regressor: a `Network` with identity outputs and the quadratic cost.

    Parameters
    ----------
    hidden_sizes : sequence of int
        Neurons of each hidden layer; empty for a linear model.
    hidden : str or Activation
        Activation of the hidden layers, as in `Network`.
    l2 : float
        Weight of the penalty l2 / 2 times the sum of squared weights.
    epochs : int
        How often `fit` sees every example, at least 1.
    batch_size : int
        Examples of a mini-batch, at least 1.
    optimizer : str or Optimizer
        "sgd", "adam" or an optimizer, of which a copy starts anew.
    learning_rate : float or callable, optional
        eta >= 0, or a function of the epoch, as in `Network.fit`; `partial_fit` goes on
        counting. By default what suits the optimizer.
    random_state : int, numpy.random.RandomState or None
        Draws the seed of the network's generator, which draws the first weights and shuffles.
    progress : bool or None
        Whether to draw a progress bar, as in `Network.fit`.

    Attributes
    ----------
    network_ : Network
        The trained network; of float32 where the examples were.
    optimizer_ : Optimizer
        What the optimizer remembers, with which `partial_fit` goes on.
    history_ : History
        What happened in the last call of `fit` or `partial_fit`.
    n_iter_ : int
        Epochs of `fit`, and of `partial_fit` since.
    n_features_in_ : int
        Columns of the examples.
    feature_names_in_ : numpy.ndarray of str
        Their names, shape (features,), where the examples were a table with names.

    References
    ----------
    .. [1] L. Buitinck et al., "API design for machine learning software", 2013,
           arXiv:1309.0238.

    Examples
    --------
    >>> x = np.linspace(-1, 1, 50)[:, np.newaxis]
    >>> model = NetworkRegressor(hidden="tanh", learning_rate=0.01, random_state=0)
    >>> bool(model.fit(x, x.ravel() ** 2).score(x, x.ravel() ** 2) > 0.9)
    True
    """

    _output = "identity"
    _cost = "quadratic"
    _target_checks: ClassVar[dict[str, bool]] = {"multi_output": True, "y_numeric": True}

    def __sklearn_tags__(self) -> Any:
        """Return what scikit-learn should know: y may have several columns."""
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags

    def fit(
        self, X: npt.ArrayLike, y: npt.ArrayLike, sample_weight: npt.ArrayLike | None = None
    ) -> Self:
        """
        Train a new network.

        Parameters
        ----------
        X : array_like, shape (examples, features)
            Examples as rows. Not modified.
        y : array_like, shape (examples,) or (examples, outputs)
            Their targets. Not modified.
        sample_weight : array_like, shape (examples,), optional
            How much each example counts beside the others, as in `Network.fit`.

        Returns
        -------
        NetworkRegressor
            This estimator.

        Raises
        ------
        ValueError, TypeError
            If X, y or `sample_weight` do not fit each other or hold something that is not
            finite; or if a setting is refused by `Network` or `Network.fit`.

        Examples
        --------
        >>> NetworkRegressor(random_state=0).fit([[0.0], [1.0]], [0.0, 2.0])
        NetworkRegressor(random_state=0)
        """
        with self._unless_refused():
            x, y = self._examples(X, y, first=True)
            targets = self._targets(y, first=True)
            return self._train(x, targets, sample_weight, first=True, epochs=self.epochs)

    def partial_fit(
        self, X: npt.ArrayLike, y: npt.ArrayLike, sample_weight: npt.ArrayLike | None = None
    ) -> Self:
        """
        Train for one epoch, from the parameters that the network has.

        Parameters
        ----------
        X, y, sample_weight : array_like
            As for `fit`, and of the same shapes.

        Returns
        -------
        NetworkRegressor
            This estimator.

        Raises
        ------
        ValueError, TypeError
            As for `fit`, or if y has other columns than before.

        Examples
        --------
        >>> model = NetworkRegressor(random_state=0).partial_fit([[0.0], [1.0]], [0.0, 2.0])
        >>> len(model.history_.cost)
        1
        """
        first = not hasattr(self, "network_")
        with self._unless_refused():
            x, y = self._examples(X, y, first=first)
            targets = self._targets(y, first=first)
            return self._train(x, targets, sample_weight, first=first, epochs=1)

    def predict(self, X: npt.ArrayLike) -> Array:
        """
        Return the outputs for each example.

        Parameters
        ----------
        X : array_like, shape (examples, features)
            Examples as rows. Not modified.

        Returns
        -------
        numpy.ndarray, shape (examples,) or (examples, outputs)
            Predictions, of as many dimensions as the targets of the first call.

        Raises
        ------
        ValueError, TypeError
            If X does not fit the examples of `fit`, or holds something that is not finite.
        sklearn.exceptions.NotFittedError
            If `fit` was not called.

        Examples
        --------
        >>> model = NetworkRegressor(random_state=0).fit([[0.0], [1.0]], [0.0, 2.0])
        >>> model.predict([[0.0], [0.5], [1.0]]).shape
        (3,)
        """
        outputs = self._outputs(X)
        return outputs.ravel() if self._is_flat else outputs

    def _targets(self, y: Array, *, first: bool) -> Array:
        """Return one row for each target; predictions will be shaped as the first y."""
        if first:
            self._is_flat = y.ndim == 1
        return y.reshape(len(y), -1)


def _hidden_sizes(sizes: Any) -> list[int]:
    """Return `hidden_sizes` as a list, or raise TypeError or ValueError."""
    if isinstance(sizes, str) or not np.iterable(sizes):
        msg = f"`hidden_sizes` must be a sequence of integers such as (100,); got {sizes!r}"
        raise TypeError(msg)
    return [integer(f"hidden_sizes[{i}]", n, minimum=1) for i, n in enumerate(sizes)]


def _optimizer(optimizer: Any) -> Optimizer:
    """Return an optimizer of our own: a new one of that name, or a copy that starts anew."""
    chosen = choose("optimizer", optimizer, OPTIMIZERS, Optimizer)  # type: ignore[type-abstract]
    if not isinstance(chosen, Optimizer):
        return chosen()
    own = deepcopy(chosen)
    own.restore({"count": np.array(0)})
    return own


def _after(epochs: int, learning_rate: Any) -> Any:
    """Return a learning rate that goes on where earlier calls, of so many epochs, ended."""
    if not callable(learning_rate):
        return learning_rate
    return lambda epoch: learning_rate(epochs + epoch)


def _seed(random_state: Any) -> int:
    """Return a seed, drawn from what scikit-learn knows as a random state."""
    return int(check_random_state(random_state).randint(np.iinfo(np.int32).max))


def _weights(sample_weight: Any, x: Array) -> Array | None:
    """Return sample weights, or raise ValueError in scikit-learn's own words."""
    if sample_weight is None:
        return None
    return np.asarray(_check_sample_weight(sample_weight, x, ensure_non_negative=True))
