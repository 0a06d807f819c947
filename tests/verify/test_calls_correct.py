"""No law of purity, numerics, training or persistence flags a correct implementation."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from nncore import Network, load
from nncore.verify import Adapter
from nncore.verify.plain import Plain, Quadratic, Relu, Softmax
from nncore.verify.registry import CHECKS
from nncore.verify.result import Status

from .implementations import ADAPTERS, LIBRARIES
from .judging import judged

GROUPS = {"purity", "numerics", "training", "persistence"}
LAWS = [check.name for check in CHECKS.values() if check.group in GROUPS]


def core() -> Adapter:
    return Adapter(
        make=lambda sizes: Network(sizes, rng=0),
        weights="weights",
        biases="biases",
        forward="forward",
        predict="predict",
        cost="cost",
        gradient="backprop",
        step=lambda net, x, y, rate: trained(net, x, y, 1, len(x), rate, 0),
        fit=trained,
        save="save",
        load=lambda net, path: load(path),
        declares={"hidden": "sigmoid", "output": "sigmoid", "cost": "cross_entropy", "l2": 0.0},
    )


def trained(
    net: Network, x: object, y: object, epochs: int, size: int, rate: float, rng: object
) -> None:
    net.fit(  # type: ignore[call-overload,unused-ignore]
        x,  # type: ignore[arg-type]
        y,  # type: ignore[arg-type]
        epochs=epochs,
        batch_size=size,
        learning_rate=rate,
        rng=rng,  # type: ignore[arg-type]
        progress=False,
    )


class Single(Plain):
    """Parameters in float32."""

    def __init__(self, sizes: list[int]) -> None:
        super().__init__(sizes)
        self.weights = [w.astype(np.float32) for w in self.weights]
        self.biases = [b.astype(np.float32) for b in self.biases]

    def checked(self, x: object) -> object:
        return super().checked(np.asarray(x, np.float32))


class Penalized(Quadratic):
    """With a penalty on the weights."""

    l2 = 0.25


OWN: dict[str, Callable[[], Adapter]] = {
    "core": core,
    "plain": Plain.adapter,
    "relu": Relu.adapter,
    "softmax": Softmax.adapter,
    "float32": Single.adapter,
    "penalized": Penalized.adapter,
}
STYLES = OWN | ADAPTERS | LIBRARIES


@pytest.mark.parametrize("style", STYLES)
def test_no_law_flags_a_correct_implementation(style: str) -> None:
    adapter = STYLES[style]()
    for law in set(LAWS) - set(adapter.expected_failures):
        result = judged(adapter, law, examples=6 if style in OWN else 3)
        good = {Status.PASSED, Status.SKIPPED}
        assert result.status in good, (law, result.message, result.where, result.example)
