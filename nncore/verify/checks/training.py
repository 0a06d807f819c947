"""
A step is parameters minus learning rate times gradient, and goes downhill.

References
----------
.. [1] M. J. Islam, G. Nguyen, R. Pan, H. Rajan, "A comprehensive study on deep learning bug
   characteristics", ESEC/FSE 2019.
.. [2] N. Humbatova, G. Jahangirova, P. Tonella, "DeepCrime: mutation testing of deep learning
   systems based on real faults", ISSTA 2021.
"""

from __future__ import annotations

import numpy as np

from ..access import as_array
from ..case import Array, Case
from ..failure import assert_close, fail
from ..registry import SkipCheck, check
from ..subject import Subject
from ..tolerance import cost_bound, gradient_bounds
from .descent import Course, assert_reached
from .results import assert_same, named

__all__: list[str] = []

#: Small numbers, the integers first: steps stay in a region where gradients tell of them.
SMALL = ("ties", "normal")
#: Learning rates at which a step of a small network does not run away.
RATES = (0.125, 0.5, 2.0)


@check(
    needs={"step", "gradient", "parameters"},
    group="training",
    regimes=SMALL,
    max_layers=4,
    max_width=4,
)
def step_is_gradient_descent(net: Subject, case: Case) -> None:
    """
    A step is parameters minus learning rate times gradient, and so is the next.

    The gradient is the user's own, of the parameters before the step, of all layers at once.
    """
    rate, (x, y) = float(case.rng().choice(RATES)), _batch(net, case)
    for when in ("a step", "a second step"):
        expected = Course.at(net, net.parameters().copy(), x, y).step(x, y, rate)
        net.step(x, y, learning_rate=rate)
        assert_reached(f"after {when} with learning rate {rate}", net, expected)


@check(
    needs={"step", "parameters"}, group="training", examples=0.4, regimes=SMALL, max_layers=4
)
def zero_learning_rate_changes_nothing(net: Subject, case: Case) -> None:
    """A step with learning rate 0 changes no parameter, or is refused."""
    before = named(net.parameters().copy())
    try:
        net.step(*_batch(net, case), learning_rate=0.0)
    except ValueError:
        return
    assert_same("after a step with learning rate 0", named(net.parameters()), before)


@check(
    needs={"step", "cost", "parameters"},
    group="training",
    regimes=("normal",),
    max_layers=4,
    max_width=4,
)
def small_step_lowers_cost(net: Subject, case: Case) -> None:
    """A small enough step lowers the cost, unless the cost is flat."""
    x, y = _batch(net, case)
    cost = float(as_array(net.cost(x, y)))
    noise = cost_bound(net, x, y)
    rises = []
    for rate in 2.0 ** -np.arange(2, 14, 2):
        new = net.another(case.parameters)
        new.step(x, y, learning_rate=float(rate))
        rise = float(as_array(new.cost(x, y))) - cost
        if not rise > noise:
            return
        rises.append(rise)
    fail(
        f"steps with learning rates from 1/4 to 1/4096 raise the cost from {cost:.17g} by "
        f"{rises[0]:.3g} to {rises[-1]:.3g}"
    )


@check(
    needs={"l2", "outputs", "gradient", "parameters"},
    group="training",
    regimes=SMALL,
    max_layers=4,
    max_width=4,
)
def l2_is_applied_once(net: Subject, case: Case) -> None:
    """
    Where targets equal outputs, the gradient is l2 times the weights, and 0 for biases.

    There the gradient of the costs is 0, whatever their convention, and that of the penalty
    ``l2 / 2`` times the sum of squared weights is left.
    """
    l2 = float(net.adapter.declares["l2"])
    x = case.x if net.adapter.reduction == "mean" else case.x[:1]
    y = np.asarray(net.predict(x), float)
    try:
        gradient = net.gradient(x, y)
    except ValueError as error:
        reason = f"its outputs are refused as targets: {error}"
        raise SkipCheck(reason) from error
    bounds = gradient_bounds(net, x, y)
    own = net.parameters()
    for l in range(1, len(net.sizes)):
        assert_close(
            f"nabla_w[{l}]", gradient.weights[l], l2 * own.weights[l], 2 * bounds[l][0]
        )
        assert_close(f"nabla_b[{l}]", gradient.biases[l], 0 * own.biases[l], 2 * bounds[l][1])


def _batch(net: Subject, case: Case) -> tuple[Array, Array]:
    """Return the batch of a step: of single examples the first."""
    count = 1 if net.adapter.layout == "single" else case.batch
    return case.x[:count], case.y[:count]
