"""
What is saved comes back, to the last bit, and what is damaged does not come back.

References
----------
.. [1] J. Yang, C. Sar, D. Engler, "EXPLODE: a lightweight, general system for finding serious
   storage system errors", OSDI 2006.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np

from ..case import Case, Parameters
from ..failure import fail
from ..registry import SkipCheck, check
from ..subject import Subject
from .results import CALM, assert_same, calls_of, named, results

__all__: list[str] = []

#: Names of files that implementations expect; the first that theirs can load is taken.
NAMES = ("network", "network.npz", "network.npy", "network.json", "network.pt")
#: How many damaged files are made of one.
DAMAGES = 8
#: Files are slow, and hardly depend on the numbers in them.
RARELY = 0.4


@check(needs={"save", "parameters"}, group="persistence", regimes=CALM, max_width=3)
def network_survives_saving(net: Subject, case: Case) -> None:
    """A network that is saved and loaded has the same parameters and results, bit by bit."""
    net.set_parameters(_others(case))
    with _saved(net, case) as path:
        net.set_parameters(case.parameters)
        net.save(str(path))  # over what was saved before, which is not to come back
        loaded = _loaded(net, case, path)
    assert_same("after save and load", named(loaded.parameters()), named(net.parameters()))
    for role in calls_of(net):
        expected = results(net, role, case.x, case.y)
        got = results(loaded, role, case.x, case.y)
        assert_same(f"{role} after save and load", got, expected)


@check(needs={"save", "parameters"}, group="persistence", examples=RARELY, regimes=CALM)
def saving_changes_nothing(net: Subject, case: Case) -> None:
    """Saving changes neither parameters nor results."""
    parameters = named(net.parameters().copy())
    before = {role: results(net, role, case.x, case.y) for role in calls_of(net)}
    before = {role: {k: a.copy() for k, a in each.items()} for role, each in before.items()}
    with _saved(net, case):
        assert_same("after save", named(net.parameters()), parameters)
    for role, expected in before.items():
        assert_same(f"{role} after save", results(net, role, case.x, case.y), expected)


@check(
    needs={"save", "parameters"},
    group="persistence",
    examples=RARELY,
    regimes=CALM,
    min_batch=2,
)
def training_goes_on_after_loading(net: Subject, case: Case) -> None:
    """A loaded network trains on as the one that was saved would have, to the last bit."""
    if not {"step", "fit"} & net.traits.offers:
        reason = "needs `step` or `fit`"
        raise SkipCheck(reason)
    _train(net, case)
    with _saved(net, case) as path:
        loaded = _loaded(net, case, path)
    _train(net, case)
    _train(loaded, case)
    when = "trained on after save and load"
    assert_same(when, named(loaded.parameters()), named(net.parameters()))


@check(needs={"save", "parameters"}, group="persistence", examples=RARELY, regimes=CALM)
def truncated_files_are_refused(net: Subject, case: Case) -> None:
    """A file whose end is missing is refused, or loads the same numbers."""
    with _saved(net, case) as path:
        whole = _whole(path)
        lengths = {0, len(whole) // 2, len(whole) - 1}
        lengths |= {int(k) for k in case.rng().integers(0, len(whole), DAMAGES)}
        for length in sorted(lengths):
            path.write_bytes(whole[:length])
            _assert_refused(net, case, path, f"the first {length} of {len(whole)} bytes")


@check(needs={"save", "parameters"}, group="persistence", examples=RARELY, regimes=CALM)
def damaged_files_are_refused(net: Subject, case: Case) -> None:
    """
    A file in which a bit is flipped is refused, or loads the same numbers.

    Formats without a checksum (plain text, `numpy.save`, pickles) cannot tell; those of
    `numpy.savez` can.
    """
    rng = case.rng()
    with _saved(net, case) as path:
        whole = _whole(path)
        for place in sorted(int(k) for k in rng.integers(0, len(whole), DAMAGES)):
            damaged, bit = bytearray(whole), int(rng.integers(8))
            damaged[place] ^= 1 << bit
            path.write_bytes(damaged)
            _assert_refused(net, case, path, f"a file with bit {bit} of byte {place} flipped")


@check(needs={"save", "parameters"}, group="persistence", examples=RARELY, regimes=CALM)
def missing_files_are_refused(net: Subject, case: Case) -> None:
    """Loading a file that is not there raises an error, and makes none."""
    with _saved(net, case) as path:
        missing = path.with_name(f"missing-{path.name}")
        if not _refuses(_other(net, case), missing):
            fail("load returned without an error, but there is no such file")
        if missing.exists():
            fail("load made the file that was missing")


@check(needs={"save", "parameters"}, group="persistence", examples=RARELY, regimes=CALM)
def other_sizes_are_refused(net: Subject, case: Case) -> None:
    """A file of other sizes is refused, or makes the network one of those sizes."""
    wider = [*case.sizes[:-1], case.sizes[-1] + 1]
    weights = [np.ones((b, a)) for a, b in pairwise(wider)]
    biases = [np.ones(n) for n in wider[1:]]
    other = net.another(Parameters(wider, [[], *weights], [[], *biases]))
    net.sizes = other.sizes  # those that it has unless it refuses
    with _saved(other, case, other) as path:
        if _refuses(net, path):
            return
    what = f"loaded from a file of sizes {wider} into a network of {list(case.sizes)}"
    assert_same(what, named(net.parameters()), named(other.parameters()))


@contextlib.contextmanager
def _saved(net: Subject, case: Case, reader: Subject | None = None) -> Iterator[Path]:
    """Yield the file of a saved network, which a reader can load; it is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        for name in NAMES:
            path = Path(folder, name)
            with contextlib.suppress(Exception):  # that of the first name is raised below
                net.save(str(path))
                (reader or _other(net, case)).load(str(path))
                if path.exists():
                    break
        else:
            path = Path(folder, NAMES[0])
            net.save(str(path))
        yield path


def _other(net: Subject, case: Case) -> Subject:
    """Return a network of the same sizes whose parameters are all others."""
    return net.another(_others(case))


def _others(case: Case) -> Parameters:
    """Return parameters of the same sizes, none of them equal to that of the case."""
    weights = [np.where(weight == 1, 2.0, 1.0) for weight in case.weights]
    biases = [np.where(bias == 1, 2.0, 1.0) for bias in case.biases]
    return Parameters(case.sizes, weights, biases)


def _loaded(net: Subject, case: Case, path: Path) -> Subject:
    """Return another network into which the file was loaded."""
    other = _other(net, case)
    other.load(str(path))
    return other


def _train(net: Subject, case: Case) -> None:
    """Make a step, and fit for an epoch, where that is offered."""
    x, y = case.x, case.y
    if "step" in net.traits.offers:
        net.step(x, y, learning_rate=0.5)
    if "fit" in net.traits.offers:
        net.fit(x, y, epochs=1, batch_size=2, learning_rate=0.5, rng=case.rng())


def _refuses(net: Subject, path: Path) -> bool:
    """Whether loading a file raises an error."""
    try:
        net.load(str(path))
    except Exception:  # noqa: BLE001 - whatever says so
        return True
    return False


def _whole(path: Path) -> bytes:
    """Return what stands in a file; a law that damages files skips folders."""
    if path.is_dir():
        reason = "`save` makes a folder, not a file"
        raise SkipCheck(reason)
    whole = path.read_bytes()
    if not whole:
        fail("save wrote an empty file")
    return whole


def _assert_refused(net: Subject, case: Case, path: Path, what: str) -> None:
    """Raise unless a damaged file raises an error or loads what was saved."""
    other = _other(net, case)
    try:
        other.load(str(path))
        parameters = named(other.parameters())
        got = {role: results(other, role, case.x, case.y) for role in calls_of(net)}
    except Exception:  # noqa: BLE001 - any error refuses it, even one at the first use
        return
    assert_same(f"{what} loads", parameters, named(net.parameters()))
    for role, arrays in got.items():
        assert_same(f"{what} loads, {role}", arrays, results(net, role, case.x, case.y))
