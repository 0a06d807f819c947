"""The laws notice every planted fault, and flag no correct network."""

import pytest

from nncore.verify import CHECKS
from nncore.verify.catalogue import CORRECT, FAULTS
from nncore.verify.selftest import Outcome, Task, run, self_test

#: Each correct network meets every so many-th law here; the self-test tries them all.
STRIDE = 8


#: The others are tried by the unit tests of the catalogue.
GRADIENTS = sorted(name for name in FAULTS if "gradient" in FAULTS[name].killed_by)


@pytest.mark.parametrize("name", GRADIENTS)
def test_each_wrong_gradient_is_killed_by_its_check(name: str) -> None:
    (row,) = self_test(only=[name])
    assert row.outcome is Outcome.KILLED, row
    assert not row.crashed, row  # an error of its own would be noticed without any law


@pytest.mark.parametrize("place", range(len(CORRECT)))
def test_no_correct_network_is_flagged(place: int) -> None:
    name = list(CORRECT)[place]
    laws = tuple(sorted(CHECKS)[place % STRIDE :: STRIDE])
    assert [row for row in run(Task(name, laws, 1, 1)) if not row.is_good] == []
