"""How the tests of the certified rung ask for a verdict."""

from __future__ import annotations

from typing import Any

import numpy as np

from nncore.gradcheck.certified import certify
from nncore.gradcheck.evidence import Evidence, Verdict
from nncore.gradcheck.structure import Structure


def certified(cost: Any, gradient: Any, params: Any, **settings: Any) -> Evidence:
    """What the certified rung finds."""
    structure = Structure.of(params)
    with np.errstate(all="ignore"):
        returned = structure.leaves(gradient(structure.rebuild(structure.arrays)))
    analytic = [np.array(leaf) for leaf in returned]
    return certify(cost, gradient, structure, analytic=analytic, **settings)


def verdicts(evidence: Evidence) -> set[str]:
    """All verdicts that occur."""
    return {str(v) for v in Verdict if evidence.count(v)}


def only(cost: Any, gradient: Any, params: Any, **settings: Any) -> str:
    """The one verdict on all entries."""
    (verdict,) = verdicts(certified(cost, gradient, params, **settings))
    return verdict
