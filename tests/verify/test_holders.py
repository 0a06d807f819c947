"""What stands in for an array is put wherever the array was."""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np

from nncore.verify.holders import replace

OLD, NEW = np.ones(2), np.zeros(2)


class Slotted:
    __slots__ = ("__weakref__", "unset", "w")

    def __init__(self) -> None:
        self.w = OLD


class OneSlot(Slotted):
    __slots__ = "v"  # noqa: PLC0205 - allowed by the language


class Layer(NamedTuple):
    w: Any


@dataclasses.dataclass(frozen=True)
class Frozen:
    w: Any


def test_every_kind_of_holder_is_opened() -> None:
    ragged = np.empty(1, dtype=object)
    ragged[0] = OLD
    net = SimpleNamespace(
        attribute=OLD,
        items=[OLD, {"w": OLD}],
        pair=(1, [OLD], (OLD,)),
        layers=(Layer(OLD),),
        slotted=OneSlot(),
        frozen=Frozen(OLD),
        ragged=ragged,
    )
    assert replace(net, [(OLD, NEW)]) == {id(OLD)}
    found = [
        net.attribute,
        net.items[0],
        net.items[1]["w"],
        net.pair[1][0],
        net.pair[2][0],
        net.layers[0].w,
        net.slotted.w,
        net.frozen.w,
        net.ragged[0],
    ]
    assert all(array is NEW for array in found)
    assert isinstance(net.layers[0], Layer)


def test_what_is_not_there_is_not_found() -> None:
    other = np.ones(2)
    untouched = (1, 2)
    net = SimpleNamespace(w=other, pair=untouched, cls=Slotted)
    assert replace(net, [(OLD, NEW)]) == set()
    assert net.w is other
    assert net.pair is untouched


def test_holders_that_hold_each_other_end() -> None:
    net = SimpleNamespace(w=OLD)
    net.me = net
    assert replace(net, [(OLD, NEW)])
    assert net.w is NEW


def test_the_walk_is_not_endless() -> None:
    deep: Any = OLD
    for _ in range(20):
        deep = [deep]
    assert replace(deep, [(OLD, NEW)]) == set()
