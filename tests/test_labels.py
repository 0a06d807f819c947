"""Class labels: read from outputs and targets, checked, turned into targets."""

from typing import Any

import numpy as np
import pytest

from nncore.labels import are_labels, as_labels, classes_of, labels_of, one_hot


@pytest.mark.parametrize(
    ("a", "labels"),
    [
        ([[0.1, 0.7, 0.7], [0.9, 0.0, 0.1]], [1, 0]),
        ([[0.49], [0.5], [0.51]], [0, 1, 1]),
        ([[0.4 + 9j], [0.6 - 9j]], [0, 1]),
    ],
)
def test_labels_are_integers(a: Any, labels: list[int]) -> None:
    result = labels_of(np.array(a))
    assert result.tolist() == labels
    assert result.dtype == np.intp


@pytest.mark.parametrize(
    ("targets", "labels"),
    [
        ([[1, 0, 0], [0, 0, 1]], [0, 2]),
        ([[0.0], [1.0]], [0, 1]),
        ([[1, 1, 0]], None),  # not one class
        ([[0, 0, 0]], None),
        ([[0.5, 0.5]], None),  # a distribution
        ([[0.25], [1.0]], None),  # a probability
        ([[2.0, -1.0]], None),
        ([[1, 0], [0.0, 0.0]], None),
    ],
)
def test_targets_are_classes_where_every_row_is_one(targets: Any, labels: Any) -> None:
    result = classes_of(np.array(targets, float))
    assert (None if result is None else result.tolist()) == labels


@pytest.mark.parametrize("kind", [np.int64, np.uint8, list])
def test_one_integer_for_each_example_is_a_label(kind: Any) -> None:
    assert are_labels([0, 1] if kind is list else np.array([0, 1], kind))


@pytest.mark.parametrize("y", [[0.0, 1.0], [[0, 1]], [True, False], 3, [[0], [1, 2]], ["0"]])
def test_nothing_else_is(y: Any) -> None:
    assert not are_labels(y)


@pytest.mark.parametrize("width", [2, 3])
def test_one_hot_targets_are_told_how_to_become_labels(width: int) -> None:
    with pytest.raises(ValueError, match=r"pass y.argmax\(axis=1\)$"):
        as_labels(np.eye(width), width, "y")


def test_a_column_is_not_told_to_take_its_argmax() -> None:
    with pytest.raises(ValueError, match=r"shape \(batch,\); got shape \(4, 1\)$"):
        as_labels(np.ones((4, 1), int), 1, "y")


@pytest.mark.parametrize(
    ("width", "message"),
    [
        (1, r"from 0 to 1; y\[1\] is 3: pass y.reshape\(-1, 1\) if these are targets$"),
        (3, r"from 0 to 2; y\[1\] is 3$"),
    ],
)
def test_the_first_label_that_is_none_is_named(width: int, message: str) -> None:
    with pytest.raises(ValueError, match=rf"^`y` must be integers {message}"):
        as_labels([0, 3, -1], width, "y")


def test_masked_labels_are_refused() -> None:
    labels = np.ma.array([0, 1, 1], mask=[True, False, False])
    with pytest.raises(TypeError, match=r"^`labels` must not be masked: fill it, or leave out"):
        as_labels(labels, 2, "labels")


def test_ragged_labels_are_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"^`labels` must be .* its rows differ in length$"):
        as_labels([[1], [1, 2]], 2, "labels")


def test_labels_of_a_subclass_become_a_plain_array() -> None:
    class Own(np.ndarray[Any, Any]):
        """An array with mathematics of its own."""

    assert type(as_labels(np.array([0, 1]).view(Own), 2, "labels")) is np.ndarray


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_targets_of_labels(dtype: str) -> None:
    kind = np.dtype(dtype)
    labels = np.array([1, 0, 1])
    assert one_hot(labels, 1, kind).tolist() == [[1], [0], [1]]
    assert one_hot(labels, 2, kind).tolist() == [[0, 1], [1, 0], [0, 1]]
    assert one_hot(labels, 1, kind).dtype == one_hot(labels, 2, kind).dtype == kind
