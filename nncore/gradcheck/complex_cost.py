"""The cost on complex parameters, and its derivative along a direction."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from .evidence import NotApplicable
from .frames import line_of

if TYPE_CHECKING:
    from .lines import Directions, Point
    from .rounding import Rounding

__all__ = ["ComplexCost", "H"]

# The step: a power of two, so that dividing by it is exact.
H = 2.0**-100
# Complex arrays, plain or rounding at random, and what the cost makes of them.
Number: TypeAlias = Any


class ComplexCost:
    """The cost near a point, on complex parameters.

    Parameters
    ----------
    point : Point
        The cost near the parameters.
    """

    def __init__(self, point: Point) -> None:
        self.point = point

    def slope(self, arrays: list[Number], step: float = H) -> float:
        """Derivative in a complex value of the cost.

        Parameters
        ----------
        arrays : list of complex arrays
            The parameters, moved by a step times an imaginary direction.
        step : float
            The step, a power of two.

        Returns
        -------
        float
            The derivative along the direction.

        Raises
        ------
        NotApplicable
            If the code does not run on complex numbers, or drops the imaginary part.
        """
        value = self._value(arrays)
        number = np.asarray(getattr(value, "array", value)).reshape(-1)[0]
        if not np.iscomplexobj(number):
            msg = (
                "the cost drops the imaginary part of its parameters "
                "(by abs or .real, or in a float buffer)"
            )
            raise NotApplicable(msg)
        return float(number.imag) / step

    def along(self, direction: Directions, sign: float = 1.0, step: float = H) -> float:
        """Derivative of the cost along a direction.

        Parameters
        ----------
        direction : list of float arrays
            One for each checked array.
        sign : {1.0, -1.0}
            Of the imaginary step; where the cost has a kink, both tell different slopes.
        step : float
            Its length, a power of two.

        Returns
        -------
        float
            The derivative.
        """
        return self.slope(self._moved(direction, sign * step), step) * sign

    def rounded_along(self, direction: Directions) -> Callable[[Rounding], list[Any]]:
        """Derivative along a direction on arrays that round at random.

        Parameters
        ----------
        direction : list of float arrays
            One for each checked array.

        Returns
        -------
        callable
            Of a `Rounding`: the derivative as the only array of a list.
        """

        def run(rounding: Rounding) -> list[Any]:
            arrays = [rounding.wrap(array) for array in self._moved(direction, H)]
            return [np.asarray(self.slope(arrays))]

        return run

    def _moved(self, direction: Directions, step: float) -> list[Number]:
        """The parameters, moved along an imaginary direction."""
        return [
            value + 1j * step * part
            for value, part in zip(self.point.values, direction, strict=True)
        ]

    def _value(self, arrays: list[Number]) -> Number:
        """The cost; a reason if it cannot be computed there."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                warnings.simplefilter("error", np.exceptions.ComplexWarning)
                return self.point.at(arrays)
        except Exception as error:  # the user's code may fail in any way on complex numbers
            line = line_of(error)
            place = f", {line}" if line else ""
            msg = f"the cost does not run on complex numbers ({error}{place})"
            raise NotApplicable(msg) from error
