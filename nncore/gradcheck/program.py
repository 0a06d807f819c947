"""The user's cost and gradient, run on balls or rationals: one evaluation of each."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import itertools
import math
from typing import TYPE_CHECKING, Any

import numpy as np

from .balls import Ball, array_of
from .enclosures import Enclosures, Kink, Settings, tight
from .entries import balls, entries_of, is_constant
from .factors import Factors
from .frames import line_of
from .matrices import BallMatrix
from .run import Run, Undecided
from .state import State
from .tape import CONSTANT, Number, Operand, Sums

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from .structure import Params, Structure

# Known to numpy from here on: `np.matrix` asks our arrays for it.
assert BallMatrix.__base__  # noqa: S101
__all__ = ["Program", "Stopped"]

# Pairs of opposite random directions along which ties are resolved.
PAIRS = 3


class Stopped(Exception):  # noqa: N818 - a finding about the user's code
    """The user's code does not run on balls; the text says why and where."""


@dataclasses.dataclass
class Program:
    """The user's cost and gradient, to be run on balls.

    Parameters
    ----------
    cost, gradient : callable
        The user's own.
    structure : Structure
        The parameters.
    seed : int
        For the directions that resolve ties.
    """

    cost: Callable[[Params], Any]
    gradient: Callable[[Params], Params]
    structure: Structure
    seed: int = 0
    evaluations: int = 0

    def __post_init__(self) -> None:
        self.floats: list[float] = list(
            itertools.chain.from_iterable(map(_flat, self.structure.arrays))
        )
        self.dtype: np.dtype[Any] = np.result_type(*self.structure.arrays)
        self._numbers: dict[str, list[Number]] = {}
        self.cost_in_floats: float = float(np.asarray(self.run_in_floats()).reshape(-1)[0])
        self.state: State = State(self.cost, self.gradient)

    def run_in_floats(self) -> Operand:
        """Run both programs in floats, so that objects which keep arrays keep floats.

        Returns
        -------
        Any
            The cost.
        """
        value = self.cost(self.structure.rebuild(self.structure.arrays))
        self.gradient(self.structure.rebuild(self.structure.arrays))
        return value

    def enclosures(self, settings: Settings) -> Enclosures:
        """Run both programs.

        Parameters
        ----------
        settings : Settings
            Precision and constants.

        Returns
        -------
        Enclosures
            With ties resolved.

        Raises
        ------
        Undecided
            If the precision does not tell which way a program goes.
        Defeated
            If a program asks for what balls cannot give.
        """
        shared = Factors(settings.arithmetic.matrix)
        analytic, gradient_run = self.run_gradient(settings, shared_factors=shared)
        cost_run = settings.run(recording=True, dtype=self.dtype, shared_factors=shared)
        reference, magnitude = self._derivatives(cost_run)
        kinks: dict[int, Kink] = {}
        if cost_run.ties and settings.bits is not None:
            kinks = self._resolve(settings, reference, hard=any(cost_run.ties.values()))
        return Enclosures(
            reference, analytic, magnitude, kinks, cost_run, gradient_run, settings
        )

    def run_gradient(self, settings: Settings, **options: Operand) -> tuple[list[Number], Run]:
        """Run the gradient.

        Parameters
        ----------
        settings : Settings
            Precision and constants.
        **options : Operand
            More of `Run`.

        Returns
        -------
        pair
            Enclosures of its entries, and the run.
        """
        run = settings.run(dtype=self.dtype, **options)
        with run, self._followed(run):
            params = self.structure.rebuild(self._arrays(self._parameters(run)))
            leaves = self.structure.leaves(self.gradient(params))
            found = [ball for leaf in leaves for ball in _entries(leaf)]
        for limit, bound in run.limits.values():
            if any(ball is limit for ball in found):
                run.moved[bound] = math.inf  # the gradient itself is clipped
        return [ball.value for ball in found], run

    def run_cost(self, settings: Settings) -> tuple[Number, Run]:
        """Run the cost roughly, following the floats.

        Parameters
        ----------
        settings : Settings
            Precision and constants.

        Returns
        -------
        pair
            Enclosure of the cost, and the run.
        """
        run = settings.run(rough=True, dtype=self.dtype)
        with run, self._followed(run):
            value = self._cost(self._arrays(self._parameters(run)))
        return value.value, run

    def _derivatives(
        self, run: Run, direction: Sequence[float] = ()
    ) -> tuple[list[Number], list[Number]]:
        """For each parameter the derivative and the magnitude of its terms.

        A direction resolves ties.
        """
        with run:
            parameters = self._parameters(run)
            if direction:
                run.tape.tangents = Sums()
                tangents = list(map(run.arithmetic.exact, direction))
                run.tape.tangents.add(run.tape.leaves, tangents)
            with self._followed(run):
                end = self._cost(self._arrays(parameters))
            run.result = end.value
            zero, one = map(run.arithmetic.exact, (0, 1))
            if end.slot == CONSTANT:
                return [zero] * len(parameters), [0.0] * len(parameters)
            magnitude = run.tape.gradient(end.slot, 0.0, 1.0, _float_sizes)
            if not all(map(math.isfinite, magnitude)):
                magnitude = run.tape.gradient(end.slot, zero, one, functools.partial(map, abs))
            return run.tape.gradient(end.slot, zero, one), magnitude

    def _slopes(
        self, settings: Settings, direction: Sequence[float] = (), *, forced: int = 0
    ) -> list[Number]:
        """The derivatives where ties are resolved along a direction, or all in one sense."""
        run = settings.run(recording=True, forced=forced, dtype=self.dtype)
        return self._derivatives(run, direction)[0]

    def _resolve(
        self, settings: Settings, reference: list[Number], *, hard: bool
    ) -> dict[int, Kink]:
        """The entries without a derivative; `reference` is corrected where there is one.

        Generalised derivatives that are all enclosed in one narrow ball are a derivative; the
        others are looked at along random directions.
        """
        loose = [i for i, ball in enumerate(reference) if hard or not tight(ball)]
        if not loose:
            return {}
        rng = np.random.default_rng(self.seed)
        sides: list[list[Number]] = []
        for _ in range(PAIRS):
            direction = rng.choice([-1.0, 1.0], len(reference))
            direction *= rng.uniform(0.5, 1.5, len(reference))
            sides += [
                self._slopes(settings, (sign * direction).tolist()) for sign in (1.0, -1.0)
            ]
        hulls = [self._slopes(settings, forced=s) for s in (1, -1)] if hard else []
        kinks = {}
        with settings.arithmetic.context():
            for i in loose:
                slopes = [side[i] for side in sides]
                spread = functools.reduce(lambda a, b: a.union(b), slopes)
                if tight(spread):
                    reference[i] = spread
                    continue
                around = [reference[i]] if not hard else [forced[i] for forced in hulls]
                hull = functools.reduce(lambda a, b: a.union(b), around, spread)
                slopes.sort(key=float)
                kinks[i] = Kink((slopes[0], slopes[-1]), hull, not hard)
        return kinks

    def _cost(self, arrays: list[Any]) -> Ball:
        """The cost, one number of the run."""
        self.evaluations += 1
        value = self.cost(self.structure.rebuild(arrays))
        if is_constant(value):
            msg = (
                "the cost returned a plain number: it does not read its argument, or the "
                "derivative was lost on the way"
            )
            raise Stopped(msg)
        entries = _entries(value)
        if len(entries) != 1:
            msg = f"the cost returned an array of shape {np.shape(value)}, not a number"
            raise Stopped(msg)
        return entries[0]

    def _parameters(self, run: Run) -> list[Ball]:
        """The entries of the parameters as numbers of a run."""
        if run.arithmetic.name not in self._numbers:
            self._numbers = {run.arithmetic.name: list(map(run.arithmetic.exact, self.floats))}
        exact = self._numbers[run.arithmetic.name]
        return list(map(Ball, exact, run.tape.parameters(len(exact))))

    def _arrays(self, parameters: list[Ball]) -> list[Any]:
        """The parameters as arrays of their own, which the user's code may change."""
        entries = iter(parameters)
        return [
            array_of(itertools.islice(entries, array.size), array.shape)
            for array in self.structure.arrays
        ]

    @contextlib.contextmanager
    def _followed(self, run: Run) -> Iterator[None]:
        """Turn whatever the user's code raises on foreign numbers into a reason.

        What was refused counts even if the code caught the error and went on. What the code
        keeps between calls is as before.
        """
        try:
            yield
        except Exception as error:
            if run.overlap is not None:
                raise Undecided(run.overlap) from error
            if run.defeat is not None:
                raise Stopped(run.defeat) from error
            if isinstance(error, Stopped):
                raise
            place = f" in {line_of(error)}" if line_of(error) else ""
            what = f"{type(error).__name__}{place}: {error}"
            msg = f"the code does not run on {run.arithmetic.name}: {what}"
            raise Stopped(msg) from error
        finally:
            self.state.restore()
        if run.overlap is not None:
            raise Undecided(run.overlap)
        if run.defeat is not None:
            raise Stopped(run.defeat)


def _float_sizes(numbers: Iterable[Number]) -> Iterable[float]:
    """The absolute values, as floats."""
    return map(abs, map(float, numbers))


def _flat(array: Operand) -> list[float]:
    """The entries as Python floats."""
    return np.asarray(array).ravel().astype(float).tolist()


def _entries(thing: Operand) -> list[Ball]:
    """What the user's code returned as numbers of the run, row by row."""
    return entries_of(thing if isinstance(thing, np.ndarray) else np.asarray(balls(thing)))
