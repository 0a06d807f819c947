"""Enclosures of all derivatives and of the user's gradient, and how they are to be made."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from . import dispatch
from .arithmetic import Arithmetic, Balls, Rationals
from .functions import FUNCTIONS
from .run import Run
from .tape import Number, Operand

if TYPE_CHECKING:
    from .structure import FloatArray

__all__ = ["Bound", "Enclosures", "Kink", "Settings", "tight"]

# A constant and its line.
Bound: TypeAlias = tuple[float, str]
# Exact numbers have more.
EXACT_BITS = 2.0**62


@dataclasses.dataclass(frozen=True)
class Settings:
    """How the two programs are to be run.

    Parameters
    ----------
    bits : int or None
        Of the midpoints of balls; None for rationals.
    ulp : int, optional
        By how much the constants `one_sided` are widened.
    one_sided : frozenset of float, optional
        Constants that occur in one of the two programs only.
    short : frozenset of float, optional
        Those that were rounded to single precision.
    seed : int, optional
        Move them by so many ulp in a random sense instead.
    stretched : frozenset of float, optional
        Constants taken larger.
    halves : int, optional
        How many times half of their size.
    removed : frozenset, optional
        Constants left out as approximations, each with its line.
    smallest : int, optional
        The power of two that is the smallest normal float, for runs that follow the floats.
    """

    bits: int | None
    ulp: int = 0
    one_sided: frozenset[float] = frozenset()
    short: frozenset[float] = frozenset()
    seed: int | None = None
    stretched: frozenset[float] = frozenset()
    halves: int = 2
    removed: frozenset[tuple[float, str]] = frozenset()
    smallest: int = -1022

    @property
    def arithmetic(self) -> Arithmetic:
        """The numbers."""
        return Rationals() if self.bits is None else Balls(self.bits, self.smallest)

    def run(self, **options: Operand) -> Run:
        """A run with the functions that are known."""
        return Run(
            self.arithmetic,
            dispatch.call,
            FUNCTIONS,
            ulp=self.ulp,
            one_sided=self.one_sided,
            short=self.short,
            seed=self.seed,
            stretched=self.stretched,
            halves=self.halves,
            removed=self.removed,
            **options,
        )


@dataclasses.dataclass(frozen=True)
class Kink:
    """Slopes of one entry where the cost has no derivative.

    Parameters
    ----------
    slopes : pair of Number
        The smallest and the largest on the sides that were looked at.
    hull : Number
        Encloses the slopes on all sides that were looked at.
    is_proved : bool
        Whether it encloses the slopes on all sides.
    """

    slopes: tuple[Number, Number]
    hull: Number
    is_proved: bool


@dataclasses.dataclass
class Enclosures:
    """What one evaluation of both programs encloses, entry by entry.

    Parameters
    ----------
    reference, analytic : list of Number
        The derivatives of the cost, and what the gradient returned.
    magnitude : list of float or Number
        Sums of absolute contributions to the derivatives; floats unless they overflow.
    kinks : dict
        The entries without a derivative.
    cost_run, gradient_run : Run
        What the programs met on their way.
    settings : Settings
        Of the evaluation.
    """

    reference: list[Number]
    analytic: list[Number]
    magnitude: list[Number]
    kinks: dict[int, Kink]
    cost_run: Run
    gradient_run: Run
    settings: Settings

    @property
    def one_sided(self) -> dict[float, str]:
        """Floats that occur in one program only, with their lines; neither 0 nor infinite.

        Bits that occur in both programs are the same number.
        """
        cost, gradient = self.cost_run, self.gradient_run
        # Data are long lists that both programs multiply; they are compared if that matters.
        data = {id(v) for v, _ in cost.met} & {id(v) for v, _ in gradient.met}
        differing = cost.constants(data) ^ gradient.constants(data)
        one_sided = {value for value in differing if value and math.isfinite(value)}
        if one_sided:
            one_sided.difference_update(*(v for v, _ in cost.met if id(v) in data))
        return cost.lines(one_sided) | gradient.lines(one_sided)

    def shared_bits(self) -> FloatArray:
        """Bits in which both enclosures of each entry agree at least.

        Returns
        -------
        float array
            From the radii, of which the distance is at most 2^3 of the wider: quicker than the
            distance. Infinite for exact numbers, and minus infinity where the enclosures are
            disjoint or one is not finite.
        """
        # A method of the type, mapped, takes a quarter of the time of one looked up each time.
        ball, count = type(self.reference[0]), len(self.reference)
        meet = np.fromiter(map(ball.overlaps, self.reference, self.analytic), bool, count)
        bits = [
            np.fromiter(map(ball.rel_accuracy_bits, numbers), float, count)
            for numbers in (self.reference, self.analytic)
        ]
        shared = np.minimum(*bits) - 3
        exact = shared > EXACT_BITS
        return np.where(meet & (shared > 0), np.where(exact, math.inf, shared), -math.inf)

    @property
    def short(self) -> frozenset[float]:
        """Those that were rounded to single precision."""
        met = self.cost_run.met_short | self.gradient_run.met_short
        return frozenset(met & self.one_sided.keys())

    @property
    def candidates(self) -> dict[Bound, str]:
        """Constants that may be meant as approximations, and what they do."""
        return self.cost_run.approximations | self.gradient_run.approximations

    @property
    def moved(self) -> dict[Bound, float]:
        """How far active bounds move what they bound; infinite in the gradient returned."""
        cost, gradient = self.cost_run.moved, self.gradient_run.moved
        return {
            bound: max(cost.get(bound, 0.0), gradient.get(bound, 0.0))
            for bound in cost | gradient
        }

    @property
    def is_rounded(self) -> bool:
        """Whether a program rounds to single precision."""
        return bool(self.cost_run.roundings or self.gradient_run.roundings)


def tight(ball: Number) -> bool:
    """Whether the radius is beyond the last bit of a float.

    Parameters
    ----------
    ball : Number
        An enclosure.

    Returns
    -------
    bool
        True for an exact zero; the size is the enclosed number's own.
    """
    if not ball.is_finite():
        return False
    return bool(ball.is_exact()) or bool(
        2 * ball.rad() <= ball.abs_lower() * math.ldexp(1.0, -53)
    )
