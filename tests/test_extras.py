import pytest

from nncore.extras import MissingExtraError, needs


def test_a_missing_package_is_named_with_the_extra_that_brings_it() -> None:
    expected = r'^no_such_package is not installed: pip install "nncore\[train\]"$'
    with pytest.raises(MissingExtraError, match=expected) as caught, needs("train"):
        import no_such_package.part  # type: ignore[import-not-found] # noqa: F401, PLC0415
    assert caught.value.name == "no_such_package"


def test_nothing_happens_when_the_package_is_there() -> None:
    with needs("train"):
        import json  # noqa: PLC0415
    assert json.loads("1") == 1
