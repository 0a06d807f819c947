"""Names and callables stand for what users mean, and wrong ones are told apart."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from nncore.verify.access import AdapterError, as_array, call, read


class Net:
    def __init__(self) -> None:
        self.w = np.ones(2)
        self.inner = SimpleNamespace(b=3)

    def feed(self, x: Any) -> Any:
        self.left, self.right = x + 1, x + 2
        return -x

    @property
    def broken(self) -> Any:
        return self.missing  # type: ignore[attr-defined]


def test_names_with_dots_lead_inside() -> None:
    assert read(Net(), "inner.b", "biases") == 3


def test_callables_are_given_the_network() -> None:
    net = Net()
    assert read(net, lambda n: n.w, "weights") is net.w
    assert call(net, lambda n, x: (n, x), "cost", 5) == (net, 5)


def test_tuples_call_the_first_and_read_the_others() -> None:
    assert call(Net(), ("feed", "left", lambda net: net.right), "gradient", 1) == [2, 3]


def test_a_missing_name_lists_those_that_are_there() -> None:
    with pytest.raises(
        AdapterError, match=r"`forward`: Net has no attribute 'fed'.*feed, inner"
    ):
        call(Net(), "fed", "forward", 1)
    with pytest.raises(AdapterError, match=r"'int' has no|int has no attribute 'c'"):
        read(Net(), "inner.b.c", "biases")


def test_an_object_without_names_says_none() -> None:
    class Bare:
        def __dir__(self) -> list[str]:
            return []

    with pytest.raises(AdapterError, match="it has none"):
        read(Bare(), "w", "weights")


def test_an_error_inside_a_property_is_the_users() -> None:
    with pytest.raises(AttributeError, match="missing") as caught:
        read(Net(), "broken", "weights")
    assert not isinstance(caught.value, AdapterError)


def test_an_attribute_is_no_method() -> None:
    with pytest.raises(AdapterError, match="'w' of Net is no method"):
        call(Net(), "w", "forward", 1)


def test_arrays_keep_their_memory() -> None:
    array = np.ones(3)
    assert as_array(array) is array

    class Tensor:
        def detach(self) -> Tensor:
            return self

        cpu = detach

        def numpy(self) -> Any:
            return array

    assert as_array(Tensor()) is array
