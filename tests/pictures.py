"""Draw the pictures of the README, from the package's own functions: `nox -s pictures`."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from flint import arb, ctx
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nncore import Network
from nncore.plots import network_drawing, step_sizes

__all__ = ["PICTURES", "draw"]

#: The same picture is the same file, and its words are words.
SETTINGS: dict[Any, Any] = {"svg.hashsalt": "nncore", "svg.fonttype": "none"}


def convention() -> Axes:
    """Draw the network and the lists of the article's example."""
    return network_drawing([2, 3, 1])


def steps() -> Axes:
    """Draw how the error of a derivative depends on the step, for one weight of a network."""
    net = Network([2, 3, 1], hidden="tanh", output="identity", cost="quadratic", rng=0)
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((4, 2)), rng.standard_normal((4, 1))
    weights = [w.copy() for w in net.weights]

    def cost(change: Any) -> Any:
        net.weights[1] = weights[1] + change * np.array([[1, 0], [0, 0], [0, 0]])
        return net.cost(x, y)

    net.weights = [np.vectorize(arb, otypes=[object])(w) for w in weights]
    with ctx.workprec(128):
        exact: Any = net.backprop(x, y).nabla_w[1][0, 0]
    net.weights = [w.copy() for w in weights]
    slope = float(exact)
    sizes = 10.0 ** np.arange(-16, 0.5, 0.5)
    methods: dict[str, Callable[[float], float]] = {
        "one-sided difference": lambda h: (cost(h) - cost(0)) / h,
        "central difference": lambda h: (cost(h) - cost(-h)) / (2 * h),
        "complex step": lambda h: cost(1j * h).imag / h,
    }
    errors = {name: [f(h) / slope - 1 for h in sizes] for name, f in methods.items()}
    return step_sizes(sizes, errors, certified=float(exact.rad() / abs(exact.mid())))


PICTURES: dict[str, Callable[[], Axes]] = {"convention": convention, "steps": steps}


def draw(folder: Path) -> None:
    """Write every picture."""
    folder.mkdir(exist_ok=True)
    for name, picture in PICTURES.items():
        with rc_context(SETTINGS):
            figure = picture().figure
            assert isinstance(figure, Figure)
            file = folder / f"{name}.svg"
            figure.savefig(file, metadata={"Date": None}, bbox_inches="tight")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    draw(parser.parse_args().folder)
