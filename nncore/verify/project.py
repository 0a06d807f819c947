"""A new project around somebody's own network: adapter, contract, laws, sessions."""

from __future__ import annotations

import keyword
import re
from importlib import resources
from pathlib import Path

import jinja2

__all__ = ["new_project"]

SUFFIX = ".jinja"


def new_project(directory: Path, name: str | None = None) -> list[Path]:
    """
    Write a project that verifies a network, ready to run.

    Parameters
    ----------
    directory : Path
        Made where it is missing; must be empty.
    name : str, optional
        Of the project, by default that of the directory.

    Returns
    -------
    list of Path
        The files, in the order of their names.

    Raises
    ------
    FileExistsError
        If the directory holds something, or is a file.
    ValueError
        If the name is none that Python and pip accept.
    """
    name = directory.resolve().name if name is None else name
    if not re.fullmatch(r"[A-Za-z]([A-Za-z0-9_-]*[A-Za-z0-9])?", name) or keyword.iskeyword(
        name
    ):
        msg = (
            f"`name` must be letters, digits, - and _, beginning with a letter and ending with "
            f"a letter or digit; it is {name!r}"
        )
        raise ValueError(msg)
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        msg = f"{directory} is there already and not an empty directory: name a new one"
        raise FileExistsError(msg)
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("nncore.verify", "template"),
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - Python and TOML, no HTML
    )
    words = {"name": name, "module": name.replace("-", "_").lower()}
    written = []
    for source in sorted(_sources()):
        path = directory / source.removesuffix(SUFFIX)
        path.parent.mkdir(parents=True, exist_ok=True)
        text = environment.get_template(source).render(words)
        path.write_text(text, encoding="utf-8")
        written.append(path)
    return written


def _sources() -> list[str]:
    """Return the files of the template."""
    folder = resources.files("nncore.verify").joinpath("template")
    return [each.name for each in folder.iterdir() if each.name.endswith(SUFFIX)]
