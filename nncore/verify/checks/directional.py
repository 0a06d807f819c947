"""The gradient along random directions: what it says of small moves, forward and back."""

from __future__ import annotations

import numpy as np

from ..case import Array, Case, Parameters
from ..comparing import is_finite, together
from ..declared import Declared
from ..failure import fail
from ..functions import nudged
from ..registry import SkipCheck, check
from ..subject import Subject
from ..tolerance import cost_bound, output_bound, roundoff

__all__: list[str] = []

ORDINARY = ("grid", "normal", "zeros", "ties")
# Steps, each a quarter of the one before. What is left is too small or too rough to be judged.
STEPS = [4.0**-k for k in range(2, 14)]
# A remainder this many times its rounding tells how fast it falls.
CLEAR = 256


@check(
    needs={"parameters", "cost", "gradient"}, group="gradient", examples=0.25, regimes=ORDINARY
)
def taylor_remainder(net: Subject, case: Case) -> None:
    """
    The remainder of the linear approximation falls by 4 as the step is halved.

    P. Farrell, D. Ham, S. Funke, M. Rognes, "Automated derivation of the adjoint of high-level
    transient finite element programs", SIAM J. Sci. Comput. 35 (2013), section 6. With a wrong
    gradient it falls by 2.
    """
    at, direction = _point(net, case)
    here = net.another(at)
    cost, gradient = here.cost(case.x, case.y), here.gradient(case.x, case.y)
    if not is_finite(np.asarray(cost), gradient):
        return
    slope = _product(gradient, direction)
    noise = cost_bound(here, case.x, case.y) * CLEAR
    remainders: list[float] = []
    for step in STEPS:
        moved = net.another(_moved(at, direction, step))
        change = float(moved.cost(case.x, case.y)) - float(cost)
        remainders.append(abs(change - step * slope))
    told = [r for r in remainders if r > noise]
    # Of steps that fall by 4, a linear remainder falls by 4 each time, a quadratic one by 16.
    falls = [a / b for a, b in zip(told, told[1:], strict=False)][-3:]
    if len(falls) == 3 and all(3.6 < fall < 4.4 for fall in falls):
        off = told[-1] / STEPS[remainders.index(told[-1])]
        fail(
            f"along a random direction the gradient says that the cost has slope {slope:.9g}, "
            f"but the remainder falls as the step does, and not as its square: the slope is off "
            f"by {off:.3g}"
        )


@check(
    needs={"parameters", "outputs", "gradient", "declared cost", "hidden", "output"},
    group="gradient",
    examples=0.25,
    regimes=ORDINARY,
    targets="any",
)
def jacobian_symmetry(net: Subject, case: Case) -> None:
    """
    Forward and backward are adjoint: <J v, u> = <v, J' u> for any v and u.

    J is the derivative of the outputs by the parameters, J v a difference of outputs, and J' u
    the gradient of a quadratic cost with u for its output error. A. Griewank, A. Walther,
    "Evaluating Derivatives", SIAM 2008, section 3.
    """
    declared = Declared.of(net.adapter)
    if declared.cost != "quadratic":
        msg = "only the quadratic cost lets every output error be chosen"
        raise SkipCheck(msg)
    at, direction = _point(net, case)
    here = net.another(at)
    a, unit = here.predict(case.x), roundoff(net)
    error = case.rng().normal(size=a.shape)
    # The penalty, if there is one, cancels.
    gradients = [here.gradient(case.x, a - sign * error) for sign in (1, -1)]
    back = together([(0.5, gradients[0]), (-0.5, gradients[1])])
    if not is_finite(a, back):
        return
    backward = _product(back, direction) * (case.batch if declared.is_mean else 1)
    slopes, step = [], unit ** (1 / 5)
    for h in (step, step / 2, step / 4):
        ahead, behind = (net.another(_moved(at, direction, s)).predict(case.x) for s in (h, -h))
        slopes.append(float(((ahead.astype(float) - behind) * error).sum()) / (2 * h))
    coarse, middle, fine = slopes
    forward = fine + (fine - middle) / 3
    # The next order of the extrapolation, and the rounding of both sides.
    noise = output_bound(here, case.x) * float(abs(error).sum()) * 8 / step
    sizes = abs(forward) + _product(_absolute(back), _absolute(direction))
    slack = 4 * abs(coarse - 2 * middle + fine) + abs(fine - middle) / 4
    bound = slack + noise + 4096 * unit * sizes * case.batch
    if not abs(forward - backward) <= bound:
        fail(
            f"forward, <J v, u> is {forward:.12g}, but backward, <v, J' u> is {backward:.12g}, "
            f"+- {bound:.1e}"
        )


def _point(net: Subject, case: Case) -> tuple[Parameters, Parameters]:
    """Return parameters beside those of the network, and a direction of length 1."""
    at, rng = nudged(net.parameters(), case), np.random.default_rng(case.seed + 1)
    arrays = [rng.normal(size=np.shape(a)) for a in (*at.weights, *at.biases)]
    length = float(np.sqrt(sum((a * a).sum() for a in arrays)))
    units = [a / length for a in arrays]
    count = len(at.sizes)
    return at, Parameters(at.sizes, units[:count], units[count:])


def _moved(at: Parameters, direction: Parameters, step: float) -> Parameters:
    """Return parameters a step along a direction away."""
    return together([(1.0, at), (step, direction)])


def _absolute(parameters: Parameters) -> Parameters:
    """Return the sizes of all entries."""
    return Parameters(
        parameters.sizes,
        [abs(w) for w in parameters.weights],
        [abs(b) for b in parameters.biases],
    )


def _product(a: Parameters, b: Parameters) -> float:
    """Return the inner product of all entries."""

    def products(left: list[Array], right: list[Array]) -> float:
        pairs = zip(left[1:], right[1:], strict=True)
        return sum(float((x.astype(float) * y).sum()) for x, y in pairs)

    return products(list(a.weights), list(b.weights)) + products(list(a.biases), list(b.biases))
