"""Targets of the command line: a file or module, and the adapter in it."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

from .access import AdapterError
from .adapter import Adapter

__all__ = ["find_adapter", "source"]

#: The name that is looked for where none is given.
USUAL = "adapter"


def find_adapter(target: str) -> Adapter:
    """
    Import the adapter that a target names.

    Parameters
    ----------
    target : str
        ``package.module:NAME`` or ``path/to/file.py:NAME``; the name is "adapter" if none is
        given. Files next to the target can be imported by it.

    Returns
    -------
    Adapter
        As it stands there.

    Raises
    ------
    AdapterError
        If there is no such file, module or name, its import fails, or it is no adapter.

    Examples
    --------
    >>> find_adapter("no_such_module:mine")
    Traceback (most recent call last):
    nncore.verify.access.AdapterError: there is no module or file 'no_such_module'
    """
    place, name = _split(target)
    module = _import(place)
    adapter = getattr(module, name, None)
    if isinstance(adapter, Adapter):
        return adapter
    there = [key for key, value in vars(module).items() if isinstance(value, Adapter)]
    msg = (
        f"{place} has no adapter named {name!r}; "
        f"{'it has ' + ', '.join(there) if there else 'it has none'}"
    )
    raise AdapterError(msg)


def source(target: str) -> Path:
    """
    Return the file that a target names, by its own name or that of a module in this directory.

    Parameters
    ----------
    target : str
        As for `find_adapter`.

    Returns
    -------
    Path
        It may not be there.

    Examples
    --------
    >>> source("package.module:mine").as_posix()
    'package/module.py'
    """
    place, _ = _split(target)
    return Path(place if place.endswith(".py") else place.replace(".", "/") + ".py")


def _split(target: str) -> tuple[str, str]:
    """Return file or module, and name."""
    place, colon, name = target.rpartition(":")
    if not colon or "/" in name or "\\" in name or name.endswith(".py"):
        return target, USUAL
    return place, name or USUAL


def _import(place: str) -> ModuleType:
    """Import a file or a module."""
    path = Path(place)
    is_file = path.suffix == ".py"
    if is_file and not path.is_file():
        msg = f"there is no file {place!r}"
        raise AdapterError(msg)
    if not is_file and ("" in place.split(".") or not {"/", "\\"}.isdisjoint(place)):
        hint = f"for a file write {place}.py" if place else "name a module or a file"
        msg = f"there is no module {place!r}; {hint}"
        raise AdapterError(msg)
    directory = str(path.resolve().parent if is_file else Path.cwd())
    if directory not in sys.path:
        sys.path.insert(0, directory)
    try:
        return _import_file(path) if is_file else importlib.import_module(place)
    except ModuleNotFoundError as error:
        if error.name == place:
            msg = f"there is no module or file {place!r}"
        else:
            msg = f"{place} could not be imported: {error}"
        raise AdapterError(msg) from error
    except Exception as error:
        msg = f"{place} could not be imported: {type(error).__name__}: {error}"
        raise AdapterError(msg) from error


def _import_file(path: Path) -> ModuleType:
    """Import a file as a module of its name."""
    spec = importlib.util.spec_from_file_location(path.stem, path.resolve())
    assert spec is not None and spec.loader is not None  # noqa: S101, PT018 - it ends in .py
    module = importlib.util.module_from_spec(spec)
    # Dataclasses and pickles look their module up by name.
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module
