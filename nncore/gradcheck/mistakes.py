"""A wrong gradient beside the right one, and the table of mistakes that may explain it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from .evidence import Entries, Evidence, Verdict

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .layers import Layers
    from .structure import FloatArray, Structure

__all__ = ["TABLE", "TELLING", "Case", "Hypothesis", "Prediction", "hypothesis"]

# Entries this close, relative to the largest of their array, came out as predicted. Mistakes in
# formulas move entries by far more; a cast to float32 moves them by 6e-8.
CLOSE = 1e-10
# A fitted constant is named only where this many entries follow it.
TELLING = 3


def _derivative(entries: Entries) -> FloatArray:
    """The derivative: what was measured, else what agrees with it, as projections tell."""
    agrees = np.isnan(entries.reference) & entries.where(Verdict.AGREES)
    return np.asarray(np.where(agrees, entries.analytic, entries.reference), dtype=float)


@dataclasses.dataclass
class Case:
    """A wrong gradient beside the right one.

    Parameters
    ----------
    names : list of str
        Paths of the arrays.
    params, analytic, reference : lists of float arrays
        The parameters, what the gradient returned, the derivative.
    error : list of float arrays
        Bounds on the error of `reference`.
    known : list of bool arrays
        Where `reference` is known and no kink.
    batch : int, optional
        Number of examples.
    layers : Layers, optional
        What `nncore.verify` knows of the network inside.
    clips : str
        Which bounds explain all, if that was shown by leaving them out.
    """

    names: list[str]
    params: list[FloatArray]
    analytic: list[FloatArray]
    reference: list[FloatArray]
    error: list[FloatArray]
    known: list[NDArray[np.bool_]]
    batch: int | None = None
    layers: Layers | None = None
    clips: str = ""

    @classmethod
    def of(
        cls,
        evidence: Evidence,
        structure: Structure,
        batch: int | None = None,
        layers: Layers | None = None,
    ) -> Case:
        """The case that a rung has found.

        Parameters
        ----------
        evidence : Evidence
            Its entries.
        structure : Structure
            The parameters.
        batch : int, optional
            Number of examples.
        layers : Layers, optional
            The network inside.

        Returns
        -------
        Case
            Ready for `diagnose`.
        """
        entries = evidence.entries
        references = [_derivative(each) for each in entries]
        return cls(
            [each.path for each in entries],
            [array.astype(float) for array in structure.arrays],
            [np.asarray(each.analytic, dtype=float) for each in entries],
            references,
            [np.asarray(each.error, dtype=float) for each in entries],
            [
                np.isfinite(reference) & ~each.where(Verdict.KINK)
                for each, reference in zip(entries, references, strict=True)
            ],
            batch,
            layers,
            evidence.clips,
        )

    def close(self, k: int, predicted: FloatArray) -> bool:
        """Whether an array of the gradient came out as predicted.

        Parameters
        ----------
        k : int
            Which array.
        predicted : float array
            What a mistake makes of it.

        Returns
        -------
        bool
            Whether all known entries did.
        """
        known = self.known[k]
        if not known.any():
            return True
        size = max(
            float(np.abs(array[known]).max()) for array in (predicted, self.reference[k])
        )
        error = np.where(np.isfinite(self.error[k]), self.error[k], 0.0)
        with np.errstate(all="ignore"):
            gain = np.maximum(1.0, np.abs(predicted / self.reference[k]))
        slack = 10 * error * np.where(np.isfinite(gain), gain, 1.0) + CLOSE * size
        distance = np.abs(self.analytic[k] - predicted)
        return bool((distance <= slack)[known].all())

    def affected(self) -> list[int]:
        """The arrays that are wrong.

        Returns
        -------
        list of int
            Those further from the reference than close.
        """
        return [k for k in range(len(self.names)) if not self.close(k, self.reference[k])]

    def ratio(self, k: int) -> float | None:
        """The constant by which an array is too large.

        Parameters
        ----------
        k : int
            Which array.

        Returns
        -------
        float or None
            None if no constant explains all of it.
        """
        known = self.known[k]
        mine, right = self.analytic[k][known], self.reference[k][known]
        power = float((right * right).sum())
        if power == 0:
            return None
        constant = float((mine * right).sum() / power)
        return constant if self.close(k, constant * self.reference[k]) else None

    def named(self, arrays: Iterable[int]) -> str:
        """Paths of some arrays in words.

        Parameters
        ----------
        arrays : iterable of int
            Which arrays.

        Returns
        -------
        str
            "the gradient" for all of them.
        """
        chosen = list(arrays)
        if len(chosen) == len(self.names) > 1:
            return "the gradient"
        names = [self.names[k] for k in chosen]
        if len(names) > 4:
            return f"{', '.join(names[:3])} and {len(names) - 3} more"
        return " and ".join(names)


@dataclasses.dataclass(frozen=True)
class Prediction:
    """What a mistake makes of the gradient.

    Parameters
    ----------
    arrays : dict of int to float array
        The arrays that it changes.
    sentence : str
        The mistake in words.
    name : str
        Of the kind; by default that of the hypothesis.
    """

    arrays: dict[int, FloatArray]
    sentence: str
    name: str = ""


Predict: TypeAlias = Callable[[Case], Iterable[Prediction]]


@dataclasses.dataclass(frozen=True)
class Hypothesis:
    """A kind of mistake.

    Parameters
    ----------
    name : str
        The kind.
    predict : callable
        What it makes of the right gradient.
    rank : int
        A higher one is tried only when no lower one fits: special before general.
    """

    name: str
    predict: Predict
    rank: int = 0


TABLE: list[Hypothesis] = []


def hypothesis(name: str, *, rank: int = 0) -> Callable[[Predict], Predict]:
    """Enter a mistake into the table.

    Parameters
    ----------
    name : str
        The kind.
    rank : int
        A higher one is tried only when no lower one fits.

    Returns
    -------
    callable
        A decorator of the function that predicts.
    """

    def enter(predict: Predict) -> Predict:
        TABLE.append(Hypothesis(name, predict, rank))
        return predict

    return enter
