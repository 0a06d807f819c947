"""Names and groups mean laws; unknown ones are told with what was meant."""

from __future__ import annotations

import pytest

from nncore.verify import CHECKS, check
from nncore.verify.registry import GROUPS
from nncore.verify.selection import chosen, known


def test_all_laws_stand_in_the_order_of_their_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nncore.verify.registry.CHECKS", CHECKS)
    everything = chosen()
    places = [GROUPS.index(each.group) for each in everything if each.group in GROUPS]
    assert len(everything) == len(CHECKS)
    assert places == sorted(places)
    assert set(GROUPS) <= {each.group for each in everything}


def test_users_laws_come_last() -> None:
    @check(group="mine")
    def law_of_mine(net: object, case: object) -> None:
        """It holds."""

    try:
        assert chosen()[-1].name == "law_of_mine"
        assert [each.name for each in chosen(["mine"])] == ["law_of_mine"]
        assert chosen(["law_of_mine"])[0].sentence == "It holds."
    finally:
        del CHECKS["law_of_mine"]


def test_names_and_groups_may_be_mixed() -> None:
    mixed = chosen({"training", "list_lengths"})
    assert mixed[0].name == "list_lengths"
    assert {each.group for each in mixed[1:]} == {"training"}


def test_unknown_names_are_told() -> None:
    with pytest.raises(
        ValueError, match=r"`only` names 'list_length'.*did you mean 'list_lengths'"
    ):
        chosen(["list_length"])
    with pytest.raises(ValueError, match=r"which is no check; there are .*list_lengths"):
        known(["qqq"], "expected_failures")
    with pytest.raises(ValueError, match="'training', which is no check"):
        known(["training"], "expected_failures")


def test_one_name_is_no_list() -> None:
    with pytest.raises(TypeError, match="`only` must be a list of names; it is 'training'"):
        chosen("training")
