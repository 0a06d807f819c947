"""Public names say shapes, errors and sources in numpydoc, and their examples run."""

import doctest
import importlib
import pkgutil
from typing import Any

import docstrings
import pytest
from docstrings import Public, complaints, public

import nncore

MODULES = [
    module.name
    for module in pkgutil.walk_packages(nncore.__path__, "nncore.")
    if module.name != "nncore.__main__"
]


@pytest.mark.parametrize("each", sorted(public()), ids=lambda each: each.name)
def test_public_docstrings_are_complete(each: Public) -> None:
    assert complaints(*each) == []


def lacking(value: Any, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is missed in a function, whatever numpydoc says of it."""
    monkeypatch.setattr(docstrings, "validate", lambda _: {"errors": [("EX01", "none")]})
    return complaints("nncore.mine", value, None, "nncore")


def test_what_a_docstring_lacks_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def mine(x: object) -> object:
        """
        Return x.

        Parameters
        ----------
        x : numpy.ndarray
            Numbers.

        Returns
        -------
        ndarray
            The same.
        """
        if x is None:
            raise ValueError("x")  # noqa: EM101 - is never raised
        return x

    assert lacking(mine, monkeypatch) == [
        "EX01: none",
        "Parameters: x : numpy.ndarray has no shape",
        "Returns:  : ndarray has no shape",
        "Raises: ValueError is not told",
        "References: there are none",
    ]


def test_an_example_of_the_class_shows_its_members(monkeypatch: pytest.MonkeyPatch) -> None:
    class Mine:
        """
        Mine.

        Examples
        --------
        >>> Mine().shown()
        """

        def shown(self) -> None:
            """Do it."""

        def shown_not(self) -> None:
            """Do it not."""

    monkeypatch.setattr(docstrings, "validate", lambda _: {"errors": [("EX01", "none")]})
    assert complaints("m.Mine.shown", Mine.shown, Mine, "nncore.plots") == []
    assert complaints("m.Mine.shown_not", Mine.shown_not, Mine, "nncore.plots") != []


@pytest.mark.parametrize("name", MODULES)
def test_examples_run(name: str) -> None:
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    module = importlib.import_module(name)
    assert doctest.testmod(module, optionflags=flags).failed == 0
