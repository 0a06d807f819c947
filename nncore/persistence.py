"""
Model files: one ``.npz`` archive of named arrays, nothing pickled.

=============  =====================  ====================================================
entry          dtype, shape           meaning
=============  =====================  ====================================================
``format``     text                   ``nncore network``
``version``    int64                  version of this table, 1
``sizes``      int64, (L + 1,)        neurons of each layer
``hidden``     text                   name of the hidden activation
``output``     text                   name of the output activation
``cost``       text                   name of the cost
``l2``         float64                weight of the penalty
``w1`` ..      float64 or float32     ``weights[l]``, shape (sizes[l], sizes[l-1])
``b1`` ..      as the weights         ``biases[l]``, shape (sizes[l],)
=============  =====================  ====================================================

Layer 0 owns nothing, so there is no ``w0``. A reader needs nothing but `numpy.load`.
"""

from __future__ import annotations

import io
import math
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from os import PathLike, fspath
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.lib import format as npy

from .arrays import Array
from .files import replacing

__all__ = [
    "Model",
    "ModelFileError",
    "check_names",
    "read_archive",
    "read_model",
    "stored_array",
    "stored_parameter",
    "stored_text",
    "write_model",
]

T = TypeVar("T")


FORMAT = "nncore network"
VERSION = 1


class ModelFileError(ValueError):
    """
    A file is not a model, or a damaged one, or one of another version.

    References
    ----------
    .. [1] NumPy enhancement proposal 1, "A simple file format for NumPy arrays".

    Examples
    --------
    >>> import nncore, tempfile
    >>> with tempfile.NamedTemporaryFile() as file:
    ...     nncore.load(file.name)
    Traceback (most recent call last):
    nncore.persistence.ModelFileError: ... not a model file, or a damaged one ...
    """


@dataclass(frozen=True)
class Model:
    """What a model file holds; of layer 0 nothing is written or read."""

    sizes: tuple[int, ...]
    hidden: str
    output: str
    cost: str
    l2: float
    weights: list[Array]
    biases: list[Array]


def write_model(path: str | PathLike[str], model: Model) -> None:
    """Write a model file, atomically."""
    arrays: dict[str, Any] = {
        "format": np.array(FORMAT),
        "version": np.array(VERSION, "<i8"),
        "sizes": np.array(model.sizes, "<i8"),
        "hidden": np.array(model.hidden),
        "output": np.array(model.output),
        "cost": np.array(model.cost),
        "l2": np.array(model.l2, "<f8"),
    }
    for l in range(1, len(model.sizes)):
        arrays[f"w{l}"] = model.weights[l]
        arrays[f"b{l}"] = model.biases[l]
    with replacing(path) as file:
        np.savez(file, **arrays)


def read_model(path: str | PathLike[str]) -> Model:
    """Read a model file; every damage is a ModelFileError."""
    return read_archive(path, "model file", _model)


def read_archive(
    path: str | PathLike[str], kind: str, parse: Callable[[zipfile.ZipFile], T]
) -> T:
    """Return what `parse` makes of an archive; every damage is a ModelFileError."""
    # Read first: what is raised afterwards is damage. A damaged archive sends zipfile to places
    # before the start of the file, which on a disk is an OSError, too.
    content = Path(path).read_bytes()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return parse(archive)
    except ModelFileError as error:
        msg = f"{fspath(path)}: {error}"
        raise ModelFileError(msg) from None
    except Exception as error:
        # Whatever a damaged archive makes zipfile or numpy raise, callers see one error.
        msg = f"{fspath(path)}: not a {kind}, or a damaged one ({error})"
        raise ModelFileError(msg) from error


def _model(archive: zipfile.ZipFile) -> Model:
    """Return the model in an archive, with every entry checked."""
    if "format.npy" not in archive.namelist() or stored_text(archive, "format") != FORMAT:
        msg = "not a model file of nncore"
        raise ModelFileError(msg)
    version = int(stored_array(archive, "version", ("<i8",), ()))
    if version != VERSION:
        msg = f"format version {version}; this nncore reads version {VERSION}"
        raise ModelFileError(msg)
    sizes = tuple(int(n) for n in stored_array(archive, "sizes", ("<i8",), None))
    if len(sizes) < 2 or min(sizes) < 1:
        msg = f"`sizes` must be two or more positive integers; got {list(sizes)}"
        raise ModelFileError(msg)
    layers = range(1, len(sizes))
    settings = ["format", "version", "sizes", "hidden", "output", "cost", "l2"]
    check_names(archive, [*settings, *(f"{kind}{l}" for l in layers for kind in "wb")])
    weights, biases = [np.empty((sizes[0], 0))], [np.empty(0)]
    floats: tuple[str, ...] = ("<f8", "<f4")
    for l in layers:
        weights.append(stored_parameter(archive, f"w{l}", floats, (sizes[l], sizes[l - 1])))
        floats = (weights[1].dtype.str,)
        biases.append(stored_parameter(archive, f"b{l}", floats, (sizes[l],)))
    return Model(
        sizes=sizes,
        hidden=stored_text(archive, "hidden"),
        output=stored_text(archive, "output"),
        cost=stored_text(archive, "cost"),
        l2=float(stored_parameter(archive, "l2", ("<f8",), ())),
        weights=weights,
        biases=biases,
    )


def check_names(archive: zipfile.ZipFile, entries: list[str]) -> None:
    """Raise ModelFileError unless the archive has just the entries that it should have."""
    expected = {f"{name}.npy" for name in entries}
    names = archive.namelist()
    missing, extra = sorted(expected.difference(names)), sorted(set(names).difference(expected))
    if missing or extra or len(names) != len(expected):
        msg = f"must hold each array once; missing {missing}, unknown {extra}"
        raise ModelFileError(msg)


def stored_array(
    archive: zipfile.ZipFile, name: str, dtypes: tuple[str, ...], shape: tuple[int, ...] | None
) -> Array:
    """Return an array of the archive, of one of these dtypes and of this shape if given."""
    info = archive.getinfo(f"{name}.npy")
    if info.compress_type != zipfile.ZIP_STORED:
        # A stored entry is no longer than the file: memory is bounded.
        msg = f"`{name}` is compressed; model files are not"
        raise ModelFileError(msg)
    data = archive.read(info)
    stream = io.BytesIO(data)
    if npy.read_magic(stream) != (1, 0):
        msg = f"`{name}` is written in another version of the array format"
        raise ModelFileError(msg)
    actual_shape, fortran, dtype = npy.read_array_header_1_0(stream)
    is_text = dtypes == ("text",) and dtype.kind == "U"
    if not is_text and dtype.str not in dtypes:
        msg = f"`{name}` must have dtype {' or '.join(dtypes)}; got {dtype}"
        raise ModelFileError(msg)
    if shape is not None and actual_shape != shape:
        msg = f"`{name}` must have shape {shape}; got {actual_shape}"
        raise ModelFileError(msg)
    start = stream.tell()
    if len(data) - start != math.prod(actual_shape) * dtype.itemsize:
        msg = f"`{name}` is truncated, or longer than its header says"
        raise ModelFileError(msg)
    array = np.frombuffer(data, dtype, offset=start).reshape(
        actual_shape, order="F" if fortran else "C"
    )
    return np.array(array, order="C")


def stored_text(archive: zipfile.ZipFile, name: str) -> str:
    """Return a text of the archive."""
    return str(stored_array(archive, name, ("text",), ()))


def stored_parameter(
    archive: zipfile.ZipFile, name: str, dtypes: tuple[str, ...], shape: tuple[int, ...]
) -> Array:
    """Return an array of finite floats of the archive."""
    array = stored_array(archive, name, dtypes, shape)
    if not np.isfinite(array).all():
        msg = f"`{name}` must be finite; it holds NaN or infinity"
        raise ModelFileError(msg)
    return array
