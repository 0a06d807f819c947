"""The adapters that the README shows are short, and every law holds for them."""

import sys
from types import ModuleType
from typing import Any

import pytest
from test_readme import blocks
from verify.implementations import Article, Book

from nncore.verify import CHECKS, Adapter, Status, verify

#: What a user has, under the names that the README gives it.
OWN: dict[str, dict[str, Any]] = {
    "network": {"Network": Book},
    "mine": {
        "Net": type(
            "Net",
            (Article,),
            {
                "w": property(lambda net: net.weights),
                "b": property(lambda net: net.biases),
                "feed": Article.feedforward,
                "loss": Article.cost,
                "grads": Article.backprop,
                "update": Article.step,
                "train": Article.fit,
            },
        )
    },
}
#: By the file that a block names, what it needs to be installed.
NEEDED: dict[str, tuple[str, str | None]] = {
    "nielsen.py": ("nncore", None),
    "article.py": ("nncore", None),
    "sklearn_mlp.py": ("sklearn", "1.7"),
    "torch_sequential.py": ("torch", None),
}
BLOCKS = {
    text.splitlines()[0].removeprefix("# "): text
    for text in blocks("python")
    if "Adapter(" in text
}


def test_each_of_them_is_tried() -> None:
    assert list(BLOCKS) == list(NEEDED)


@pytest.mark.parametrize("name", NEEDED)
def test_ten_lines_are_enough(name: str) -> None:
    lines = [
        line
        for line in BLOCKS[name].splitlines()
        if line.strip() and not line.startswith(("#", "import ", "from "))
    ]
    assert len(lines) <= 10


@pytest.mark.parametrize("name", NEEDED)
def test_every_law_holds(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    library, version = NEEDED[name]
    pytest.importorskip(library, minversion=version)
    for module, names in OWN.items():
        made = ModuleType(module)
        vars(made).update(names)
        monkeypatch.setitem(sys.modules, module, made)
    given: dict[str, Any] = {}
    exec(compile(BLOCKS[name], name, "exec"), given)  # noqa: S102 - our own
    adapter = given["adapter"]
    assert isinstance(adapter, Adapter)
    # JAX compiles anew for each shape, which says nothing about an adapter.
    laws = [check for check in CHECKS if check != "gradient_matches_jax"]
    results = verify(adapter, max_examples=2, seed=0, only=laws)
    tried = [result.name for result in results if result.status is Status.PASSED]
    assert len(tried) >= 25
    assert any(law.startswith("gradient_by") for law in tried)
