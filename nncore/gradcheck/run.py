"""One execution of the user's code on foreign numbers: what it met, decided and recorded."""

from __future__ import annotations

import dataclasses
import math
import random
import sys
import threading
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from .digits import has_few_digits
from .factors import Factors
from .frames import is_users
from .tape import CONSTANT, Number, Operand, Tape

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Mapping
    from types import FrameType, TracebackType

    from .arithmetic import Arithmetic

__all__ = [
    "LOCK",
    "MOST_SHORT_ULP",
    "SHORT_ULP",
    "Defeated",
    "Run",
    "Undecided",
    "asked_by_user",
    "current",
    "user_line",
]


# An ulp of single precision in ulp of a float, and how many of them constants may have lost:
# 10 of 24 bits, as they may have lost 18 of 53.
SHORT_ULP = 2**29
MOST_SHORT_ULP = 2**10
# So often only a midpoint may decide: a second of a loop.
MOST_DOUBTS = 10_000

FLOAT: np.dtype[Any] = np.dtype(float)


class Undecided(Exception):  # noqa: N818 - not an error: more precision may decide
    """Two numbers overlap, so the program cannot know which is larger."""


class Defeated(TypeError):  # noqa: N818 - the user's code is told, not the caller
    """The user's code asked for something that foreign numbers cannot give."""


@dataclasses.dataclass
class Run:
    """One execution of the user's code on foreign numbers.

    Parameters
    ----------
    arithmetic : Arithmetic
        The numbers.
    ufunc : callable
        What becomes of a call of one of numpy's universal functions.
    functions : mapping
        How numpy's other functions act on them.
    recording : bool, optional
        Whether derivatives are wanted.
    ulp : int, optional
        By how much constants that occur in this run alone are widened.
    one_sided : frozenset of float, optional
        Those constants.
    short : frozenset of float, optional
        Those of them that were rounded to single precision.
    seed : int, optional
        Move these constants by so many ulp in a random sense instead.
    stretched : frozenset of float, optional
        Constants to be taken larger.
    halves : int, optional
        How many times half of their size.
    removed : frozenset of float and line, optional
        Constants to be left out, as approximations.
    rough : bool, optional
        Follow the floats: the midpoint decides, and underflow is allowed for.
    forced : int, optional
        1 or -1: how ties are to be decided, for a look at that side of them.
    dtype : dtype, optional
        Of the floats that the numbers stand for.
    shared_factors : Factors, optional
        What other runs with the same settings have multiplied, or will.
    """

    arithmetic: Arithmetic
    ufunc: Callable[..., Any]
    functions: Mapping[Any, Callable[..., Any]]
    recording: bool = False
    ulp: int = 0
    one_sided: frozenset[float] = frozenset()
    short: frozenset[float] = frozenset()
    seed: int | None = None
    stretched: frozenset[float] = frozenset()
    halves: int = 2
    removed: frozenset[tuple[float, str]] = frozenset()
    rough: bool = False
    forced: int = 0
    dtype: np.dtype[Any] = FLOAT
    shared_factors: Factors | None = None

    def __post_init__(self) -> None:
        self.factors: Factors = self.shared_factors or Factors(self.arithmetic.matrix)
        self.tape: Tape = Tape(recording=self.recording)
        # Those of them whose digits are those of single precision.
        self.met_short: set[float] = set()
        # Floats that met a foreign number, with the line where they did.
        self.met: list[tuple[list[float], str]] = []
        # Small constants inside logarithms, roots and divisions, and active clip bounds.
        self.approximations: dict[tuple[float, str], str] = {}
        # How far these bounds move what they bound, and the bounds as numbers by identity.
        self.moved: dict[tuple[float, str], float] = {}
        self.limits: dict[int, tuple[Any, tuple[float, str]]] = {}
        # Sums with small constants: number by identity (kept alive), constant and line.
        self.sums_with_small: dict[int, tuple[Any, tuple[float, str]]] = {}
        # Lines of ties that the derivative hangs on, and whether one was decided as in floats.
        self.ties: dict[str, bool] = {}
        # Lines where only a midpoint decided.
        self.doubtful: list[str] = []
        # Lines of roundings to single precision.
        self.roundings: list[str] = []
        # The cost, where it is the cost that runs.
        self.result: Number = None
        # The first thing that could not be given or decided, even if the code caught the error.
        self.defeat: str | None = None
        self.overlap: str | None = None

    def __enter__(self) -> Self:
        LOCK.acquire()
        self._context = self.arithmetic.context()
        self._context.__enter__()
        _active.append(self)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        _active.pop()
        self._context.__exit__(kind, error, trace)
        LOCK.release()

    def number(self, value: float) -> Number:
        """A constant of the user's code as a foreign number.

        Parameters
        ----------
        value : float or int
            As it stands there.

        Returns
        -------
        Number
            Exact; a float that occurs in one program alone is widened, or moved where a seed
            is set.
        """
        number = self.arithmetic.exact(value)
        if value in self.stretched:
            return number * self.halves / 2
        if not self.ulp or value not in self.one_sided or not isinstance(value, float):
            return number
        ulp = self.ulp
        if value in self.short:
            ulp = min(ulp, MOST_SHORT_ULP) * SHORT_ULP
        if self.seed is None:
            return self.arithmetic.widened(value, ulp)
        draw = random.Random(f"{self.seed} {value}")  # noqa: S311 - no secret
        # Of different lengths: moves of one length cancel where both programs scale alike.
        steps = draw.choice((-1, 1)) * draw.randint((ulp + 1) // 2, ulp)
        return number + steps * self.arithmetic.exact(math.ulp(value))

    def numbers(self, values: list[float]) -> list[Number]:
        """Constants of the user's code as foreign numbers.

        Parameters
        ----------
        values : list of float or int
            As they stand there.

        Returns
        -------
        list of Number
            As `number` gives them.
        """
        is_as_it_is = not (self.ulp or self.stretched)
        convert = self.arithmetic.exact if is_as_it_is else self.number
        return list(map(convert, values))

    def meet(self, values: list[float]) -> None:
        """Remember floats with the user's line.

        Parameters
        ----------
        values : list of float
            All of them.
        """
        if values:
            self.met.append((values, user_line()))

    def meet_short(self, values: Iterable[float]) -> None:
        """Remember floats of single precision; what has few digits was not rounded.

        Parameters
        ----------
        values : iterable of float
            All of them.
        """
        self.met_short.update(v for v in values if not has_few_digits(v))

    def constants(self, but: Container[int] = ()) -> set[float]:
        """The floats that met a foreign number.

        Parameters
        ----------
        but : container of int, optional
            Identities of lists in `met` that are left out.

        Returns
        -------
        set of float
            Data and constants alike.
        """
        return set().union(*(values for values, _ in self.met if id(values) not in but))

    def lines(self, constants: set[float]) -> dict[float, str]:
        """The lines of some constants.

        Parameters
        ----------
        constants : set of float
            Those that are looked for.

        Returns
        -------
        dict
            The line where each first met a foreign number, for those that did.
        """
        lines: dict[float, str] = {}
        for values, line in reversed(self.met if constants else []):
            lines |= {value: line for value in values if value in constants}
        return lines

    def defeated(self, reason: str) -> Defeated:
        """The error to raise where something cannot be given.

        Parameters
        ----------
        reason : str
            What was asked for, and what to write instead.

        Returns
        -------
        Defeated
            Names the user's line.
        """
        line = user_line()
        message = f"{reason} ({line})" if line else reason
        self.defeat = self.defeat or message
        return Defeated(message)

    def undecided(self) -> Undecided:
        """The error to raise where two numbers overlap.

        Returns
        -------
        Undecided
            Names the user's line.
        """
        self.overlap = self.overlap or user_line()
        return Undecided(self.overlap)

    def doubt(self) -> None:
        """Note that only a midpoint decides, or raise Undecided where that happens too often.

        A loop that waits until numbers are closer than this arithmetic tells apart has no end.
        """
        if len(self.doubtful) >= MOST_DOUBTS:
            raise self.undecided()
        self.doubtful.append(user_line())

    def order(self, left: Operand, right: Operand) -> int | None:
        """Which of two of our numbers is larger, to first order along the direction.

        Parameters
        ----------
        left, right : Ball
            The numbers.

        Returns
        -------
        int or None
            Sign of ``left - right``; None where they overlap.
        """
        if self._same(left, right):
            return 0
        order = self.arithmetic.order(left.value, right.value)
        if order == 0 and self.tape.tangents is not None:
            moving = self.tape.tangents.by_slot
            zero = self.arithmetic.exact(0)
            slopes = [moving.get(ball.slot, zero) for ball in (left, right)]
            order = self.arithmetic.order(*slopes)
        return order

    def is_tie(self, left: Operand, right: Operand) -> bool:
        """Whether a derivative may hang on numbers whose order was found to be 0.

        Parameters
        ----------
        left, right : Ball
            The numbers.

        Returns
        -------
        bool
            Not so where both are the same number, or neither moves with the parameters.
        """
        moves = left.slot != CONSTANT or right.slot != CONSTANT
        return self.recording and moves and not self._same(left, right)

    def _same(self, left: Operand, right: Operand) -> bool:
        """Whether both are one and the same number, not only equal."""
        return left is right or (self.recording and left.slot == right.slot != CONSTANT)


# Precision and the run under way are global: one run at a time.
LOCK = threading.RLock()
_active: list[Run] = []


def current() -> Run:
    """The run under way.

    Returns
    -------
    Run
        The innermost.

    Raises
    ------
    Defeated
        If none is: a number was kept from an earlier run.
    """
    if not _active:
        msg = "a number of a certified check is used after it ended: your code keeps a buffer"
        raise Defeated(msg)
    return _active[-1]


def asked_by_user() -> bool:
    """Whether the caller's caller is the user's own code.

    Returns
    -------
    bool
        Not so for numpy, which must see what an array holds.
    """
    frame = sys._getframe(2)  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] - as below
    return is_users(frame.f_code.co_filename)


def user_line() -> str:
    """Line of the user's code that is being executed, as ``file.py:12``.

    Returns
    -------
    str
        The innermost line that belongs neither to this package nor to an installed one; empty
        where there is none.
    """
    # The documented way to a caller's line.
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] - see above
    while frame is not None:
        if is_users(frame.f_code.co_filename):
            return f"{frame.f_code.co_filename.rpartition('/')[2]}:{frame.f_lineno}"
        frame = frame.f_back
    return ""
