"""Fill a template, and seal the page: only its own style and script may do anything."""

from __future__ import annotations

import base64
import hashlib
from importlib import resources
from typing import Any

import jinja2

__all__ = ["colour", "render"]

TEMPLATES = "nncore.pages"


def render(template: str, **values: Any) -> str:
    """
    Return a page.

    Parameters
    ----------
    template : str
        Name of a file of this package, such as ``verify.html.jinja``.
    **values : Any
        What it shows. Every text is escaped.

    Returns
    -------
    str
        HTML in one piece. Its content security policy lets no script run but the page's own,
        and loads nothing.

    References
    ----------
    .. [1] W3C, "Content Security Policy Level 3", section 2.3.1, hash-source.

    Examples
    --------
    >>> page = render("verify.html.jinja", title="<b>", outcomes=[], statuses=[])
    >>> "<title>&lt;b&gt;" in page
    True
    """
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("nncore", "pages"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["colour"] = colour
    style, script = _source("style.css"), _source("filter.js")
    return environment.get_template(template).render(
        style=style, script=script, script_hash=_hash(script), **values
    )


def colour(level: float | None) -> str:
    """
    Return the colour of an error.

    Parameters
    ----------
    level : float or None
        0 for an entry that agrees, up to 1 for one that is wrong by its size; None if unknown.

    Returns
    -------
    str
        Of blue to orange, which the colour-blind can tell apart as well; grey for unknown.
    """
    if level is None:
        return "hsl(0 0% 75%)"
    if level == 0:
        return "hsl(210 60% 82%)"
    return f"hsl({45 - 25 * level:.0f} 95% {72 - 27 * level:.0f}%)"


def _source(name: str) -> str:
    """Return a file of this package as text."""
    return resources.files(TEMPLATES).joinpath(name).read_text("utf-8")


def _hash(script: str) -> str:
    """Return the hash by which a browser knows the script."""
    digest = hashlib.sha256(script.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"
