"""What a broken law shows is the smallest network that breaks it."""

from __future__ import annotations

from nncore.verify import CHECKS, Status
from nncore.verify.plain import Array, Plain
from nncore.verify.runner import try_law
from nncore.verify.traits import Traits


class WiderHiddenLayer(Plain):
    """The gradient of a hidden layer that is wider than its input is a percent too large."""

    def nabla_w(self, l: int, delta: Array, activations: list[Array]) -> Array:
        nabla = super().nabla_w(l, delta, activations)
        is_wider = self.sizes[l] > self.sizes[l - 1] and l < len(self.sizes) - 1
        return nabla * 1.01 if is_wider else nabla


def test_a_wide_hidden_layer_shrinks_to_ones() -> None:
    adapter = WiderHiddenLayer.adapter()
    law = CHECKS["gradient_is_certified"]
    result = try_law(adapter, Traits.of(adapter), law, seed=0)
    assert result.status is Status.FAILED
    assert result.example == (
        "Case(sizes=[1, 2, 1], weights=[[], [[1.0], [1.0]], [[1.0, 1.0]]], "
        "biases=[[], [1.0, 1.0], [1.0]], x=[[1.0]], y=[[1.0]], seed=0)"
    )
