"""
Backpropagation against finite differences of the cost. For a parameter theta and a step h

    D(h) = (8 [C(theta + h) - C(theta - h)] - [C(theta + 2h) - C(theta - 2h)]) / 12h

misses dC/dtheta by two errors that are known without knowing dC/dtheta. Truncation: it grows
as h^4, so D(2h) misses 16 times as much, and |D(2h) - D(h)| is 15 times what D(h) misses.
Rounding: costs that are off by `noise` move D(h) by up to (8 + 8 + 1 + 1) / 12h times `noise`.
"""

import numpy as np
from hypothesis import given
from strategies import Array, Case, cases

EPS = float(np.finfo(float).eps)
STEP = 2.0**-10  # close to EPS ** (1 / 5), where h^4 and EPS / h are in balance


def noise(case: Case) -> float:
    """Return how far rounding may move the cost: EPS times operations times magnitudes."""
    size, squares = abs(case.x), 0.0
    for w, b in zip(case.net.weights[1:], case.net.biases[1:], strict=True):
        size = size @ abs(w).T + abs(b) + 1  # bounds z and a, for no slope exceeds 1
        squares += float((w * w).sum())
    operations = sum(case.net.sizes) + 10 * case.net.num_layers
    return EPS * operations * float(((size + abs(case.y)) ** 2).sum() / len(case.x) + squares)


def slope(case: Case, theta: Array, index: tuple[int, ...]) -> tuple[float, float]:
    """Return dC/dtheta[index], and how far it may be off; at a kink that is infinite."""
    net, x, y = case
    centre, has_kinks, h, d = theta[index], "relu" in repr(net), STEP, np.nan
    while h > STEP / 1000:
        c, z = {}, {}
        for k in (-4, -2, -1, 1, 2, 4):
            theta[index] = centre + k * h
            c[k], z[k] = net.cost(x, y), np.hstack(net.forward(x).zs)
        theta[index] = centre
        d, d2 = [(8 * (c[k] - c[-k]) - c[2 * k] + c[-2 * k]) / (12 * k * h) for k in (1, 2)]
        # A relu network is affine in theta between kinks, layer after layer: units that are on
        # at both ends of the stencil, or off at both, meet no kink inside.
        is_smooth = not has_kinks or ((z[4] > 0) == (z[-4] > 0)).all()
        if is_smooth and abs(z[4] - z[-4]).max() < 1:
            return d, abs(d2 - d) + 18 / (12 * h) * noise(case)
        h /= 2
    return d, np.inf


@given(case=cases(max_layers=4, max_width=4, regimes=("grid", "normal", "zeros", "ties")))
def test_backprop_is_the_slope_of_the_cost(case: Case) -> None:
    """Every entry of nabla_w and nabla_b is the slope of the cost along its parameter."""
    nabla_w, nabla_b = case.net.backprop(case.x, case.y)
    for l, (w, b) in enumerate(zip(case.net.weights, case.net.biases, strict=True)):
        for name, nabla, theta in ("nabla_w", nabla_w[l], w), ("nabla_b", nabla_b[l], b):
            for index, got in np.ndenumerate(nabla):
                expected, bound = slope(case, theta, index)
                assert abs(got - expected) <= bound, (
                    f"{name}[{l}]{list(index)}: {got}, not {expected} +- {bound}\n{case}"
                )
