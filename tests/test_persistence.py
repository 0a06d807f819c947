"""Model files: round trips to the last bit, and every damage refused."""

import io
import os
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nncore import Activation, Cost, ModelFileError, Network, load
from nncore.activations import sigmoid
from nncore.arrays import Array

cube = Activation("cube", lambda z: z**3, lambda z: 3 * z**2)
log_cosh = Cost(
    "log_cosh",
    lambda a, y: np.log(np.cosh(a - y)).sum(axis=1),
    lambda a, y: np.tanh(a - y),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "net.npz"


def entries(net: Network, path: Path) -> dict[str, Array]:
    """The arrays of a saved network, as any reader of numpy sees them."""
    net.save(path)
    with np.load(path, allow_pickle=False) as archive:
        return dict(archive)


class TestRoundTrip:
    @pytest.mark.parametrize("dtype", ["float64", "float32"])
    @pytest.mark.parametrize("sizes", [[2, 3, 1], [1, 1], [3, 1, 4, 1, 5]])
    def test_keeps_every_bit_and_setting(
        self, sizes: list[int], dtype: str, path: Path
    ) -> None:
        net = Network(
            sizes, hidden="relu", output="tanh", cost="quadratic", l2=0.125, rng=1, dtype=dtype
        )
        net.biases[1] = np.asfortranarray(np.full(sizes[1], -0.0, dtype))
        net.save(path)
        again = load(path, rng=1)
        assert repr(again) == repr(net)
        for l in range(1, net.num_layers):
            assert again.weights[l].tobytes() == net.weights[l].tobytes()
            assert again.biases[l].tobytes() == net.biases[l].tobytes()
        assert again.weights[0].shape == (sizes[0], 0)

    def test_a_loaded_network_trains(self, path: Path) -> None:
        Network([2, 3, 1]).save(path)
        load(path, rng=0).fit([[0, 1], [1, 0]], [0, 1], epochs=1)

    @pytest.mark.parametrize(
        ("given", "message"),
        [
            ({"hidden": "relu"}, "`hidden` must be an Activation of your own, .* got 'relu'"),
            ({"output": sigmoid}, "`output` must be an Activation of .* got <function"),
            ({"cost": "quadratic"}, "`cost` must be a Cost of your own, .* got 'quadratic'"),
        ],
    )
    def test_names_are_not_functions(
        self, path: Path, given: dict[str, Any], message: str
    ) -> None:
        Network([2, 1], rng=0).save(path)
        with pytest.raises(TypeError, match=message):
            load(path, **given)

    def test_own_functions_come_from_the_caller(self, path: Path) -> None:
        net = Network([2, 3, 1], hidden=cube, output=cube, cost=log_cosh, rng=0)
        net.save(path)
        again = load(path, hidden=cube, output=cube, cost=log_cosh)
        np.testing.assert_array_equal(again.predict([0.5, 1.0]), net.predict([0.5, 1.0]))
        with pytest.raises(
            ModelFileError, match="`hidden` was saved as 'cube', which is not bu"
        ):
            load(path)
        with pytest.raises(
            ModelFileError, match="the function that was saved, 'log_cosh'; got 'o"
        ):
            load(path, hidden=cube, output=cube, cost=Cost("other", np.add, np.add))

    def test_the_settings_are_written_in_the_format_of_the_table(self, path: Path) -> None:
        net = Network([2, 3, 1], l2=1, rng=0)
        arrays = entries(net, path)
        dtypes = {name: arrays[name].dtype.str for name in ("version", "sizes", "l2", "w1")}
        assert arrays["version"] == 1
        assert dtypes == {"version": "<i8", "sizes": "<i8", "l2": "<f8", "w1": "<f8"}

    def test_layer_zero_is_not_written(self, path: Path) -> None:
        net = Network([2, 3, 1], rng=0)
        garbage: Any = object()
        net.weights[0] = net.biases[0] = garbage
        settings = {"format", "version", "sizes", "hidden", "output", "cost", "l2"}
        assert set(entries(net, path)) == settings | {"w1", "b1", "w2", "b2"}

    def test_paths_may_be_strings_and_need_no_suffix(self, tmp_path: Path) -> None:
        name = os.fspath(tmp_path / "model")
        Network([2, 1], rng=0).save(name)
        assert os.listdir(tmp_path) == ["model"]  # noqa: PTH208 - names alone
        assert load(name).sizes == (2, 1)


class TestSave:
    @pytest.mark.parametrize(
        ("value", "error", "message"),
        [
            (np.full((3, 2), np.nan), ValueError, r"`weights\[1\]` must be finite"),
            (np.ones((2, 3)), ValueError, r"`weights\[1\]` must have shape \(3, 2\)"),
            (np.ones((3, 2), complex), TypeError, r"`weights\[1\]` must be real"),
            (np.full((3, 2), None), TypeError, r"`weights\[1\]` must be real"),
        ],
    )
    def test_refuses_what_it_could_not_read_again(
        self, value: Array, error: type[Exception], message: str, path: Path
    ) -> None:
        net = Network([2, 3, 1])
        net.weights[1] = value
        with pytest.raises(error, match=message):
            net.save(path)
        assert not path.exists()

    def test_a_missing_directory_is_an_oserror(self, tmp_path: Path) -> None:
        with pytest.raises(FileNotFoundError):
            Network([2, 1]).save(tmp_path / "none" / "net.npz")


def rewrite(path: Path, change: Callable[[dict[str, bytes]], object]) -> None:
    """Change the entries of an archive as raw bytes."""
    with zipfile.ZipFile(path) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    change(contents)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in contents.items():
            archive.writestr(name, content)


def npy(value: Any, **settings: Any) -> bytes:
    stream = io.BytesIO()
    np.lib.format.write_array(stream, np.asanyarray(value), **settings)
    return stream.getvalue()


DAMAGES: list[tuple[str, dict[str, bytes | None], str]] = [
    ("another format", {"format.npy": npy("another")}, "not a model file of nncore"),
    ("no format", {"format.npy": None}, "not a model file of nncore"),
    ("another version", {"version.npy": npy(2)}, "format version 2; this nncore reads"),
    ("version of a wrong type", {"version.npy": npy(1.0)}, "`version` must have dtype <i8"),
    ("no version", {"version.npy": None}, "not a model file, or a damaged one"),
    ("one layer", {"sizes.npy": npy([2])}, "`sizes` must be two or more positive"),
    ("empty layer", {"sizes.npy": npy([2, 0, 1])}, "`sizes` must be two or more positive"),
    ("other sizes", {"sizes.npy": npy([2, 4, 1])}, r"`w1` must have shape \(4, 2\); got"),
    ("more layers", {"sizes.npy": npy([2, 3, 1, 1])}, "missing .*'b3.npy', 'w3.npy'"),
    ("fewer layers", {"sizes.npy": npy([2, 3])}, "unknown .*'b2.npy', 'w2.npy'"),
    (
        "many more layers",
        {"sizes.npy": npy([2, 3, 1, 1, 1, 1])},
        "missing .'b3.npy', 'b4.npy', 'b5.npy', 'w3.npy', 'w4.npy', 'w5.npy'., unknown",
    ),
    ("no weights", {"w1.npy": None}, "missing .'w1.npy'., unknown"),
    ("an extra", {"w0.npy": npy(np.empty((2, 0)))}, "unknown .'w0.npy'."),
    ("transposed", {"w1.npy": npy(np.ones((2, 3)))}, r"`w1` must have shape \(3, 2\)"),
    ("integers", {"w1.npy": npy(np.ones((3, 2), int))}, "`w1` must have dtype <f8 or <f4"),
    ("mixed floats", {"b2.npy": npy(np.ones(1, np.float32))}, "`b2` must have dtype <f8; got"),
    ("big-endian", {"w1.npy": npy(np.ones((3, 2), ">f8"))}, "`w1` must have dtype <f8 or <f4"),
    ("nan", {"b1.npy": npy([1.0, np.nan, 1.0])}, "`b1` must be finite"),
    ("l2 negative", {"l2.npy": npy(-1.0)}, "`l2` must be finite and not negative"),
    ("l2 infinite", {"l2.npy": npy(np.inf)}, "`l2` must be finite"),
    ("several versions", {"version.npy": npy([1])}, r"`version` must have shape \(\); got"),
    ("several penalties", {"l2.npy": npy([0.0])}, r"`l2` must have shape \(\); got \(1,\)"),
    ("several names", {"cost.npy": npy(["a", "b"])}, r"`cost` must have shape \(\); got"),
    ("column", {"b1.npy": npy(np.ones((3, 1)))}, r"`b1` must have shape \(3,\); got \(3, 1\)"),
    ("unknown output", {"output.npy": npy("swish")}, "`output` was saved as 'swish'"),
    ("unknown cost", {"cost.npy": npy("swish")}, "`cost` was saved as 'swish'"),
    ("pickle", {"w1.npy": npy(np.full((3, 2), None), allow_pickle=True)}, "`w1` must have"),
    ("unknown activation", {"hidden.npy": npy("swish")}, "saved as 'swish'.* pass hidden="),
    ("cost of hidden", {"hidden.npy": npy("quadratic")}, "`hidden` must be one of"),
    ("number for a name", {"hidden.npy": npy(3)}, "`hidden` must have dtype text; got int64"),
    ("bad pair", {"output.npy": npy("tanh")}, "`cost` 'cross_entropy' needs output"),
    ("cut header", {"w1.npy": npy(np.ones((3, 2)))[:20]}, "not a model file, or a damaged one"),
    ("cut data", {"w1.npy": npy(np.ones((3, 2)))[:-1]}, "`w1` is truncated, or longer"),
    ("long data", {"w1.npy": npy(np.ones((3, 2))) + b"x"}, "`w1` is truncated, or longer"),
    ("format 2", {"w1.npy": npy(np.ones((3, 2)), version=(2, 0))}, "another version of the"),
    ("no array", {"w1.npy": b"GARBAGE" * 9}, "not a model file, or a damaged one"),
]  # fmt: skip


class TestLoad:
    @pytest.mark.parametrize(
        ("changes", "message"), [d[1:] for d in DAMAGES], ids=[d[0] for d in DAMAGES]
    )
    def test_every_entry_is_checked(
        self, changes: dict[str, bytes | None], message: str, path: Path
    ) -> None:
        Network([2, 3, 1], rng=0).save(path)

        def change(contents: dict[str, bytes]) -> None:
            for name, content in changes.items():
                if content is None:
                    del contents[name]
                else:
                    contents[name] = content

        rewrite(path, change)
        with pytest.raises(ModelFileError, match=message) as caught:
            load(path)
        assert str(path) in str(caught.value)

    def test_a_header_that_claims_a_petabyte_is_refused_unread(self, path: Path) -> None:
        Network([2, 3, 1], rng=0).save(path)
        header = npy(np.ones((3, 2))).replace(b"(3, 2)", b"(99999999, 9999999)")
        sizes = npy([9_999_999, 99_999_999, 1])
        rewrite(path, lambda contents: contents.update({"w1.npy": header, "sizes.npy": sizes}))
        with pytest.raises(ModelFileError, match=r"damaged|truncated"):
            load(path)

    def test_fortran_order_is_read(self, path: Path) -> None:
        net = Network([2, 3, 1], rng=0)
        net.save(path)
        content = npy(np.asfortranarray(net.weights[1]))
        assert b"'fortran_order': True" in content
        rewrite(path, lambda contents: contents.update({"w1.npy": content}))
        again = load(path).weights[1]
        np.testing.assert_array_equal(again, net.weights[1])
        assert again.flags.c_contiguous

    def test_an_entry_that_stands_twice_is_refused(self, path: Path) -> None:
        Network([2, 3, 1], rng=0).save(path)
        with (
            zipfile.ZipFile(path, "a") as archive,
            pytest.warns(UserWarning, match="Duplicate"),
        ):
            archive.writestr("b1.npy", npy(np.ones(3)))
        with pytest.raises(ModelFileError, match="must hold each array once"):
            load(path)

    def test_compressed_entries_are_refused(self, path: Path) -> None:
        np.savez_compressed(path, **entries(Network([2, 3, 1], rng=0), path))  # type: ignore[arg-type]
        with pytest.raises(ModelFileError, match="is compressed; model files are not"):
            load(path)

    @pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04", b"\x93NUMPY"])
    def test_what_is_no_archive_is_refused(self, content: bytes, path: Path) -> None:
        path.write_bytes(content)
        with pytest.raises(ModelFileError, match="not a model file, or a damaged one"):
            load(path)

    def test_truncated_files_are_refused(self, path: Path) -> None:
        Network([2, 3, 1], rng=0).save(path)
        content = path.read_bytes()
        for length in range(0, len(content), 7):
            path.write_bytes(content[:length])
            with pytest.raises(ModelFileError):
                load(path)

    def test_changed_bytes_are_refused_or_change_nothing(self, path: Path) -> None:
        net = Network([2, 3, 1], rng=0)
        net.save(path)
        content = bytearray(path.read_bytes())
        for position in range(0, len(content), 11):
            content[position] ^= 0xFF
            path.write_bytes(content)
            content[position] ^= 0xFF
            try:
                again = load(path)
            except ModelFileError:
                continue
            assert again.predict([1.0, 2.0]).tobytes() == net.predict([1.0, 2.0]).tobytes()

    def test_a_missing_file_is_an_oserror(self, path: Path) -> None:
        with pytest.raises(FileNotFoundError):
            load(path)

    def test_a_directory_is_an_oserror(self, tmp_path: Path) -> None:
        with pytest.raises(OSError, match="directory"):
            load(tmp_path)

    def test_an_error_of_the_disk_is_an_oserror(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        Network([2, 1], rng=0).save(path)

        def fail(*_: object) -> None:
            raise OSError(5, "Input/output error")

        monkeypatch.setattr(Path, "read_bytes", fail)
        with pytest.raises(OSError, match="Input/output error"):
            load(path)


def test_files_get_the_usual_permissions(path: Path) -> None:
    mask = os.umask(0o022)
    try:
        Network([2, 1]).save(path)
    finally:
        os.umask(mask)
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
