"""Which laws are meant by names."""

from __future__ import annotations

import difflib
from collections.abc import Collection

from . import checks as _laws  # noqa: F401  # pyright: ignore[reportUnusedImport] - they enter themselves
from .registry import CHECKS, GROUPS, Check

__all__ = ["check_names", "chosen", "known"]


def chosen(only: Collection[str] | None = None) -> list[Check]:
    """
    Return the checks of these names or groups, by group.

    Parameters
    ----------
    only : collection of str, optional
        Names and groups; None for all.

    Returns
    -------
    list of Check
        In the order of `GROUPS`, then of their entry; groups of users come last.

    Raises
    ------
    ValueError
        If a name is not known.
    TypeError
        If `only` is no collection of texts.

    Examples
    --------
    >>> [check.group for check in chosen(["list_lengths"])]
    ['structure']
    """
    if only is not None:
        known(only, "only", groups=True)
    wanted = [
        each
        for each in CHECKS.values()
        if only is None or each.name in only or each.group in only
    ]
    places = {group: place for place, group in enumerate(GROUPS)}
    return sorted(wanted, key=lambda each: places.get(each.group, len(places)))


def known(names: Collection[str], parameter: str, *, groups: bool = False) -> None:
    """
    Raise unless every name is that of a check.

    Parameters
    ----------
    names : collection of str
        Of checks, and of groups where `groups` says so.
    parameter : str
        Who gave them, for the error.
    groups : bool
        Whether groups are meant as well.

    Raises
    ------
    ValueError
        With the unknown name, what is meant perhaps, and those that are known.
    TypeError
        If it is no collection of texts, or one text alone.
    """
    check_names(parameter, names)
    there = set(CHECKS) | ({each.group for each in CHECKS.values()} if groups else set())
    for name in names:
        if name not in there:
            near = difflib.get_close_matches(name, there, n=1)
            hint = f" (did you mean {near[0]!r}?)" if near else ""
            msg = (
                f"`{parameter}` names {name!r}, which is no check{hint}; there are "
                f"{', '.join(sorted(there))}"
            )
            raise ValueError(msg)


def check_names(parameter: str, names: object) -> None:
    """
    Raise unless these are a collection of texts.

    Parameters
    ----------
    parameter : str
        Who gave them, for the error.
    names : object
        One text alone is none.

    Raises
    ------
    TypeError
        If they are something else.
    """
    is_list = isinstance(names, Collection) and all(isinstance(each, str) for each in names)
    if isinstance(names, str) or not is_list:
        msg = f"`{parameter}` must be a list of names; it is {names!r}"
        raise TypeError(msg)
