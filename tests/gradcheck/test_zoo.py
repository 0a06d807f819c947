"""Networks in as many styles as people write them: all certify as they are, no error hides."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from certifying import certified, verdicts
from zoo import course, deeper, objects, plain, pure

from nncore.gradcheck.evidence import Verdict
from nncore.gradcheck.structure import Structure

NETWORKS = [
    *plain.NETWORKS,
    *objects.NETWORKS,
    *deeper.NETWORKS,
    *pure.NETWORKS,
    *course.NETWORKS,
]

# numpy would rather have arrays than matrices.
pytestmark = pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")


def test_the_zoo_has_thirty_networks() -> None:
    assert len({network.__name__ for network in NETWORKS}) >= 30


@pytest.mark.parametrize("network", NETWORKS)
def test_a_correct_network_certifies_as_it_is(network: Any) -> None:
    evidence = certified(*network())
    assert verdicts(evidence) == {"agrees"}, evidence.notes
    assert evidence.sensitivity < 1e-9


@pytest.mark.parametrize("network", NETWORKS)
def test_a_planted_error_is_proved(network: Any) -> None:
    cost, gradient, params = network()
    structure = Structure.of(params)
    rng = np.random.default_rng(5)
    leaf = int(rng.integers(len(structure.checked)))
    correct = np.array(structure.leaves(gradient(params))[leaf]).ravel()
    entry = int(rng.choice(np.flatnonzero(correct)))

    def planted(p: Any) -> Any:
        arrays = [np.array(g) for g in structure.leaves(gradient(p))]
        flat = arrays[leaf].reshape(-1)
        flat[entry] = flat[entry] * (1 + 1e-7)
        arrays[leaf] = flat.reshape(arrays[leaf].shape)
        return structure.rebuild(arrays)

    evidence = certified(cost, planted, params)
    assert evidence.count(Verdict.WRONG) == 1
    assert evidence.entries[leaf].verdict.ravel()[entry] == Verdict.WRONG.code
