"""Cost and gradient of a network as functions of its parameters, as a judge takes them."""

from __future__ import annotations

from typing import Any

import numpy as np

from .case import Array, Case, Parameters
from .subject import Subject

__all__ = ["Functions", "nudged"]

# Far enough from what was drawn for rounding, near enough to have the same size.
NUDGE = 1 / 64


class Functions:
    """
    Cost and gradient of a batch by ``dict(weights=[...], biases=[...])``.

    What the gradient returns is copied: who owns its memory is a matter for other laws.

    Parameters
    ----------
    net : Subject
        The network, whose parameters are overwritten in each call.
    case : Case
        The batch.
    """

    def __init__(self, net: Subject, case: Case) -> None:
        self.net: Subject = net
        self.case: Case = case

    def params(self, parameters: Parameters) -> dict[str, list[Array]]:
        """
        Return parameters as a judge takes them.

        Parameters
        ----------
        parameters : Parameters
            A point; not modified.

        Returns
        -------
        dict of lists of ndarray
            Copies by layer; those of layer 0 are empty.
        """
        return {
            kind: [np.empty(0), *(a.copy() for a in getattr(parameters, kind)[1:])]
            for kind in ("weights", "biases")
        }

    def cost(self, params: dict[str, list[Array]]) -> Any:
        """
        Return the user's cost at a point.

        Parameters
        ----------
        params : dict of lists of ndarray
            Floats or foreign numbers.

        Returns
        -------
        number
            As the user's code returned it.
        """
        self._move_to(params)
        return self.net.cost(self.case.x, self.case.y)

    def gradient(self, params: dict[str, list[Array]]) -> dict[str, list[Array]]:
        """
        Return the user's gradient at a point.

        Parameters
        ----------
        params : dict of lists of ndarray
            Floats or foreign numbers.

        Returns
        -------
        dict of lists of ndarray
            Copies in the places of the parameters.
        """
        self._move_to(params)
        return self.params(self.net.gradient(self.case.x, self.case.y))

    def _move_to(self, params: dict[str, list[Array]]) -> None:
        """Write parameters into the network."""
        self.net.set_parameters(
            Parameters(self.case.sizes, params["weights"], params["biases"])
        )


def nudged(parameters: Parameters, case: Case) -> Parameters:
    """
    Return parameters beside others, where no weighted input is at a kink by chance.

    Parameters
    ----------
    parameters : Parameters
        Not modified.
    case : Case
        Of which the seed is taken.

    Returns
    -------
    made : Parameters
        In the same floats.
    """
    rng = case.rng()

    def moved(array: Array) -> Array:
        noise = 1 + NUDGE * rng.normal(size=array.shape), NUDGE * rng.normal(size=array.shape)
        return (array * noise[0] + noise[1]).astype(array.dtype)

    return Parameters(
        parameters.sizes,
        [moved(w) for w in parameters.weights],
        [moved(b) for b in parameters.biases],
    )
