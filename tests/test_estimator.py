"""scikit-learn takes the estimators for its own, and they train what `Network.fit` trains."""

# scikit-learn carries no types, and what is guessed of them is wrong.
# pyright: reportAttributeAccessIssue=false, reportArgumentType=false
# pyright: reportCallIssue=false, reportOperatorIssue=false

import importlib
import pickle
import sys
from typing import Any

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_diabetes, load_iris
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from nncore import Activation, Network
from nncore.activations import tanh, tanh_prime
from nncore.arrays import Array
from nncore.estimator import NetworkClassifier, NetworkRegressor
from nncore.optimizers import SGD

IRIS, SPECIES = load_iris(return_X_y=True)
NAMES = np.array(["setosa", "versicolor", "virginica"])[SPECIES]
CLASSIFIER = NetworkClassifier((5,), epochs=3, random_state=0)
REGRESSOR = NetworkRegressor((5,), epochs=3, random_state=0)


def outputs(model: Any, x: Array) -> Array:
    return np.asarray(model.network_.predict(x))


@parametrize_with_checks([NetworkClassifier(), NetworkRegressor()])  # type: ignore[untyped-decorator]
def test_scikit_learn_finds_nothing(estimator: Any, check: Any) -> None:
    check(estimator)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_classifier_is_a_network_and_its_fit(dtype: str) -> None:
    x = IRIS.astype(dtype)
    model = NetworkClassifier(
        (5, 4), hidden="tanh", l2=0.01, epochs=2, batch_size=7, random_state=3
    ).fit(x, NAMES)
    seed = np.random.RandomState(3).randint(2**31 - 1)
    net = Network([4, 5, 4, 3], hidden="tanh", output="softmax", l2=0.01, rng=seed, dtype=dtype)
    history = net.fit(x, SPECIES, epochs=2, batch_size=7, optimizer="adam")
    assert model.history_ == history
    assert model.network_.dtype == dtype
    assert np.array_equal(model.predict_proba(x), net.predict(x))
    assert list(model.predict(x)) == list(model.classes_[net.classify(x)])


def test_a_regressor_is_a_network_and_its_fit() -> None:
    y = np.column_stack([SPECIES, IRIS.sum(axis=1)])
    model = clone(REGRESSOR).fit(IRIS, y)
    seed = np.random.RandomState(0).randint(2**31 - 1)
    net = Network(
        [4, 5, 2],
        hidden=model.hidden,
        output="identity",
        cost="quadratic",
        l2=model.l2,
        rng=seed,
    )
    net.fit(IRIS, y, epochs=3, batch_size=model.batch_size, optimizer=model.optimizer)
    assert np.array_equal(model.predict(IRIS), net.predict(IRIS))


@pytest.mark.parametrize("shape", [(150,), (150, 1)])
def test_predictions_have_the_dimensions_of_the_targets(shape: tuple[int, ...]) -> None:
    assert clone(REGRESSOR).fit(IRIS, SPECIES.reshape(shape)).predict(IRIS).shape == shape


def test_no_hidden_layer_is_a_linear_model() -> None:
    model = NetworkRegressor(
        (), l2=0, epochs=300, batch_size=10, optimizer="sgd", learning_rate=0.1, random_state=0
    )
    x = np.random.default_rng(0).normal(size=(100, 2))
    model.fit(x, x @ [2.0, -1.0] + 0.5)
    np.testing.assert_allclose(model.network_.weights[1], [[2, -1]])
    np.testing.assert_allclose(model.network_.biases[1], [0.5])


def test_one_class_is_certain() -> None:
    model = clone(CLASSIFIER).fit(IRIS, ["only"] * 150)
    assert (model.predict_proba(IRIS) == 1).all()
    assert set(model.predict(IRIS)) == {"only"}


def test_a_pipeline_learns() -> None:
    classifier = make_pipeline(StandardScaler(), NetworkClassifier(random_state=0))
    assert cross_val_score(classifier, IRIS, NAMES, cv=3).mean() > 0.9
    x, y = load_diabetes(return_X_y=True)
    y = StandardScaler().fit_transform(y[:, np.newaxis]).ravel()
    regressor = make_pipeline(StandardScaler(), NetworkRegressor(random_state=0))
    assert cross_val_score(regressor, x, y, cv=3).mean() > 0.4


def test_a_grid_search_prefers_what_learns() -> None:
    search = GridSearchCV(
        NetworkClassifier(epochs=20, batch_size=10, random_state=0),
        {"learning_rate": [0.0, 0.1], "hidden_sizes": [(5,)]},
        cv=3,
    )
    search.fit(IRIS, NAMES)
    assert search.best_params_ == {"learning_rate": 0.1, "hidden_sizes": (5,)}
    assert search.score(IRIS, NAMES) > 0.9


def test_a_clone_has_the_settings_and_nothing_learned() -> None:
    own = Activation("own", tanh, tanh_prime)
    model = NetworkClassifier([7], hidden=own, epochs=2, random_state=1).fit(IRIS, NAMES)
    copy = clone(model)
    assert copy.get_params() == model.get_params() | {"hidden_sizes": [7]}
    with pytest.raises(NotFittedError, match="not fitted yet"):
        copy.predict(IRIS)
    assert np.array_equal(copy.fit(IRIS, NAMES).predict_proba(IRIS), model.predict_proba(IRIS))


def test_a_fitted_model_survives_a_pickle() -> None:
    model = clone(CLASSIFIER).fit(IRIS, NAMES)
    copy = pickle.loads(pickle.dumps(model))  # noqa: S301 - our own bytes
    assert np.array_equal(copy.predict_proba(IRIS), model.predict_proba(IRIS))
    copy.partial_fit(IRIS, NAMES)
    model.partial_fit(IRIS, NAMES)
    assert np.array_equal(copy.predict_proba(IRIS), model.predict_proba(IRIS))


def test_partial_fit_continues_where_fit_starts_anew() -> None:
    model = clone(CLASSIFIER).fit(IRIS, NAMES)
    once = outputs(model, IRIS)
    assert np.array_equal(outputs(model.fit(IRIS, NAMES), IRIS), once)
    in_parts = clone(CLASSIFIER)
    for _ in range(3):
        in_parts.partial_fit(IRIS, NAMES, classes=NAMES)
    np.testing.assert_allclose(outputs(in_parts, IRIS), once, rtol=1e-12)


def test_partial_fit_of_a_regressor_keeps_the_floats_of_the_first_call() -> None:
    model = clone(REGRESSOR).partial_fit(IRIS.astype("float32"), SPECIES)
    before = outputs(model, IRIS)
    model.partial_fit(IRIS, SPECIES)
    assert outputs(model, IRIS).dtype == np.float32
    assert not np.array_equal(outputs(model, IRIS), before)


def test_an_optimizer_is_copied_and_a_schedule_followed() -> None:
    optimizer = SGD(momentum=0.9)
    model = clone(CLASSIFIER).set_params(optimizer=optimizer, learning_rate=lambda n: 0.1 / n)
    model.fit(IRIS, NAMES)
    assert set(optimizer.state()) == {"count"}
    assert model.optimizer_.state()["count"] == 3
    seed = np.random.RandomState(0).randint(2**31 - 1)
    net = Network([4, 5, 3], hidden="relu", output="softmax", l2=1e-4, rng=seed)
    for rate in (0.1, 0.05, 0.1 / 3):
        net.fit(
            IRIS, SPECIES, epochs=1, batch_size=200, optimizer=optimizer, learning_rate=rate
        )
    np.testing.assert_allclose(model.predict_proba(IRIS), net.predict(IRIS), rtol=1e-12)


def test_only_ratios_of_sample_weights_matter() -> None:
    weights = np.linspace(0, 1, 150)
    light = clone(CLASSIFIER).fit(IRIS, NAMES, sample_weight=weights)
    heavy = clone(CLASSIFIER).fit(IRIS, NAMES, sample_weight=weights * 1024)
    assert np.array_equal(light.predict_proba(IRIS), heavy.predict_proba(IRIS))
    plain = clone(CLASSIFIER).fit(IRIS, NAMES)
    assert not np.array_equal(light.predict_proba(IRIS), plain.predict_proba(IRIS))


@pytest.mark.parametrize("model", [CLASSIFIER, REGRESSOR])
def test_a_weight_of_two_counts_as_two_examples(model: Any) -> None:
    x, y = IRIS[::10], SPECIES[::10]
    weights = np.arange(15) % 3
    weighted = clone(model).fit(x, y, sample_weight=weights)
    repeated = clone(model).fit(x.repeat(weights, axis=0), y.repeat(weights))
    np.testing.assert_allclose(outputs(weighted, IRIS), outputs(repeated, IRIS), rtol=1e-10)


NAN = IRIS.copy()
NAN[3, 1] = np.nan


@pytest.mark.parametrize(
    ("settings", "x", "y", "error", "words"),
    [
        ({}, NAN, NAMES, ValueError, "X contains NaN"),
        ({}, IRIS, NAMES[:9], ValueError, "inconsistent numbers of samples"),
        ({}, IRIS, IRIS[:, 0], ValueError, "Unknown label type: continuous"),
        ({}, IRIS, np.eye(150)[:, :2], ValueError, "y should be a 1d array"),
        ({"hidden_sizes": 5}, IRIS, NAMES, TypeError, "`hidden_sizes` must be a sequence"),
        ({"hidden_sizes": "5"}, IRIS, NAMES, TypeError, "`hidden_sizes` must be a sequence"),
        ({"hidden_sizes": (5, 0)}, IRIS, NAMES, ValueError, r"`hidden_sizes\[1\]` must be at"),
        ({"hidden": "cube"}, IRIS, NAMES, ValueError, "`hidden` must be one of"),
        ({"l2": -1}, IRIS, NAMES, ValueError, "`l2` must be finite and not negative"),
        ({"epochs": 0}, IRIS, NAMES, ValueError, "`epochs` must be at least 1"),
        ({"batch_size": 2.5}, IRIS, NAMES, TypeError, "`batch_size` must be an integer"),
        ({"optimizer": "rmsprop"}, IRIS, NAMES, ValueError, "`optimizer` must be one of"),
        ({"optimizer": SGD}, IRIS, NAMES, TypeError, "`optimizer` must be one of"),
        ({"learning_rate": -1}, IRIS, NAMES, ValueError, "`learning_rate` must be"),
        ({"random_state": "x"}, IRIS, NAMES, ValueError, "cannot be used to seed"),
    ],
)
def test_bad_input_is_refused(
    settings: dict[str, Any], x: Array, y: Array, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        NetworkClassifier(**settings).fit(x, y)


@pytest.mark.parametrize(
    ("weights", "words"),
    [
        (np.ones(3), r"sample_weight.shape == \(3,\), expected \(150,\)"),
        (-np.ones(150), "Negative values"),
        (np.zeros(150), "zero|all are 0"),
        (np.full(150, np.nan), "NaN"),
    ],
)
def test_bad_sample_weights_are_refused(weights: Array, words: str) -> None:
    model = clone(CLASSIFIER)
    with pytest.raises(ValueError, match=words):
        model.fit(IRIS, NAMES, sample_weight=weights)
    assert not hasattr(model, "network_")


def test_partial_fit_refuses_other_data_than_before() -> None:
    model = clone(CLASSIFIER)
    with pytest.raises(ValueError, match="classes must be passed on the first call"):
        model.partial_fit(IRIS, NAMES)
    model.partial_fit(IRIS, NAMES, classes=NAMES)
    with pytest.raises(ValueError, match="is not the same as on last call"):
        model.partial_fit(IRIS, NAMES, classes=["a", "b", "c"])
    with pytest.raises(ValueError, match=r"among `classes`, .*; got .*'rose'"):
        model.partial_fit(IRIS[:1], ["rose"])
    with pytest.raises(ValueError, match="X has 2 features, but NetworkClassifier is expect"):
        model.partial_fit(IRIS[:, :2], NAMES)
    regressor = clone(REGRESSOR).partial_fit(IRIS, SPECIES)
    with pytest.raises(ValueError, match="`y` must"):
        regressor.partial_fit(IRIS, np.column_stack([SPECIES, SPECIES]))


def test_without_scikit_learn_one_line_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delitem(sys.modules, "nncore.estimator")
    monkeypatch.setitem(sys.modules, "sklearn.utils", None)
    with pytest.raises(ImportError, match=r"needs scikit-learn 1.6 .*nncore\[train\]") as info:
        importlib.import_module("nncore.estimator")
    assert "\n" not in str(info.value)
    assert sys.modules.get("nncore.estimator") is None


def refused(model: Any, call: str, *data: Any, **settings: Any) -> None:
    before = {name: value for name, value in vars(model).items() if name.endswith("_")}
    with pytest.raises(ValueError, match="`"):
        getattr(model, call)(*data, **settings)
    after = {name: value for name, value in vars(model).items() if name.endswith("_")}
    assert after.keys() == before.keys()
    assert all(after[name] is before[name] for name in before)


def test_a_fit_that_is_refused_leaves_what_was_learned() -> None:
    model = clone(CLASSIFIER).fit(IRIS, SPECIES)
    expected = model.predict(IRIS)
    refused(model.set_params(epochs=0), "fit", IRIS[:, :2], NAMES)
    assert np.array_equal(model.predict(IRIS), expected)


@pytest.mark.parametrize("call", ["fit", "partial_fit"])
def test_a_first_fit_that_is_refused_is_none(call: str) -> None:
    model = clone(CLASSIFIER).set_params(batch_size=0)
    settings = {} if call == "fit" else {"classes": [0, 1, 2]}
    refused(model, call, IRIS, SPECIES, **settings)
    with pytest.raises(NotFittedError):
        model.predict(IRIS)
    model.set_params(batch_size=50).partial_fit(IRIS, NAMES, classes=np.unique(NAMES))
    assert model.predict(IRIS[:1])[0] in NAMES


def test_predictions_keep_their_dimensions() -> None:
    two = np.column_stack([SPECIES, IRIS[:, 0]])
    model = clone(REGRESSOR).fit(IRIS, two)
    refused(model, "partial_fit", IRIS, SPECIES)
    assert model.predict(IRIS).shape == (150, 2)
    flat = clone(REGRESSOR).fit(IRIS, SPECIES)
    refused(flat, "partial_fit", IRIS, two)
    flat.partial_fit(IRIS, SPECIES[:, np.newaxis])
    assert flat.predict(IRIS).shape == (150,)


def test_a_schedule_goes_on_in_partial_fit() -> None:
    asked: list[int] = []

    def rate(epoch: int) -> float:
        asked.append(epoch)
        return 0.01

    model = clone(CLASSIFIER).set_params(epochs=2, learning_rate=rate).fit(IRIS, SPECIES)
    model.partial_fit(IRIS, SPECIES).partial_fit(IRIS, SPECIES)
    assert asked == [1, 2, 3, 4]
    assert model.n_iter_ == 4
    assert model.fit(IRIS, SPECIES).n_iter_ == 2


def test_an_optimizer_starts_anew() -> None:
    used = SGD(0.9)
    Network([2, 1], rng=0).fit([[1.0, 2.0]], [[1.0]], optimizer=used)
    settings: dict[str, Any] = {"learning_rate": 0.01}
    first = clone(CLASSIFIER).set_params(optimizer=used, **settings).fit(IRIS, SPECIES)
    second = clone(CLASSIFIER).set_params(optimizer=SGD(0.9), **settings).fit(IRIS, SPECIES)
    assert np.array_equal(outputs(first, IRIS), outputs(second, IRIS))
    assert used.state()["velocity"].shape == (3,)
