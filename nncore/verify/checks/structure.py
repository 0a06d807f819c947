"""Lists, shapes and indices follow the convention."""

from __future__ import annotations

from ..case import Case
from ..failure import fail
from ..registry import check
from ..subject import Subject

__all__: list[str] = []


@check(needs={"forward", "layers"}, group="structure")
def list_lengths(net: Subject, case: Case) -> None:
    """The lists zs and activations have one entry for each layer."""
    forward = net.forward(case.x)
    for name in ("zs", "activations"):
        found = getattr(forward, name)
        if len(found) != len(case.sizes):
            fail(f"{name} has {len(found)} entries, but there are {len(case.sizes)} layers")
