"""How tests run a function on balls: values and derivatives as flint's numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from nncore.gradcheck.balls import Ball, array_of
from nncore.gradcheck.enclosures import Settings
from nncore.gradcheck.entries import balls

if TYPE_CHECKING:
    from nncore.gradcheck.run import Run


def started(run: Run, *arrays: Any) -> list[Any]:
    """The arrays as parameters of the run."""
    slots = iter(run.tape.parameters(sum(map(np.size, arrays))))
    return [
        array_of(
            [Ball(run.arithmetic.exact(float(v)), next(slots)) for v in np.ravel(array)],
            np.shape(array),
        )
        for array in arrays
    ]


def enclosed(function: Any, *arrays: Any, bits: int = 256, **options: Any) -> Any:
    """Value and derivatives of a function of arrays that gives one number."""
    run = Settings(bits).run(recording=True, **options)
    with run:
        params = started(run, *arrays)
        end = balls(function(*params)).ravel().tolist()[0]
        zero, one = map(run.arithmetic.exact, (0, 1))
        derivatives = iter(run.tape.gradient(end.slot, zero, one))
        return end.value, [[next(derivatives) for _ in np.ravel(p)] for p in params]


def floats(numbers: Any) -> Any:
    """Midpoints."""
    return np.array([float(number) for number in numbers])
