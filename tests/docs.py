"""API pages from the docstrings of the public modules: `python -W error tests/docs.py DIR`."""

# pyright: reportMissingImports=false

import importlib
import sys
import warnings
from pathlib import Path

import pdoc
import pdoc.render

__all__ = ["PUBLIC", "write"]

PUBLIC = (
    "nncore",
    "nncore.datasets",
    "nncore.estimator",
    "nncore.gradcheck",
    "nncore.plots",
    "nncore.verify",
    "nncore.verify.strategies",
)


def write(directory: Path) -> None:
    """Write a page for each public module, and an index."""
    for name in PUBLIC:
        module = importlib.import_module(name)
        # pdoc looks for names where they are bound, not for what a module imports when asked.
        for public in module.__all__:
            setattr(module, public, getattr(module, public))
    # pdoc looks for the names in an annotation where a class is exported, not where it is
    # written; what it does not find it shows as it is written.
    warnings.filterwarnings("ignore", "Error parsing type annotation")
    pdoc.render.configure(docformat="numpy", show_source=False)
    # Other modules are plumbing.
    others = (module for module in tuple(sys.modules) if module.startswith("nncore."))
    hidden = [f"!{module}$" for module in others if module not in PUBLIC]
    pdoc.pdoc(*PUBLIC, *hidden, output_directory=directory)


if __name__ == "__main__":
    write(Path(sys.argv[1]))
