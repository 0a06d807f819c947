"""
Checkpoints: everything that a training run needs to go on as if it had never stopped.

A checkpoint is a ``.npz`` archive without pickles, as model files are:

=================  ==========================  ===========================================
entry              dtype, shape                meaning
=================  ==========================  ===========================================
``format``         text                        ``nncore checkpoint``
``version``        int64                       version of this table, 1
``network``        text                        JSON: what makes the network
``optimizer``      text                        how the optimizer is written
``generator``      text                        JSON: state of the bit generator
``history``        text                        JSON: the `History` so far
``parameters``     float64 or float32, (n,)    all weights, then all biases
``best``           as ``parameters``           those of the best epoch
``count``          int64                       updates so far
``state_`` ...     as ``parameters``           what else the optimizer remembers
=================  ==========================  ===========================================
"""

from __future__ import annotations

import json
import zipfile
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from .arrays import Array
from .files import replacing
from .history import History
from .optimizers import Optimizer
from .persistence import (
    ModelFileError,
    check_names,
    read_archive,
    stored_array,
    stored_parameter,
    stored_text,
)
from .plan import Path

__all__ = ["Checkpoint", "read_checkpoint", "write_checkpoint"]

FORMAT = "nncore checkpoint"
VERSION = 1


@dataclass(frozen=True)
class Checkpoint:
    """A training run between two epochs."""

    network: dict[str, Any]
    history: History
    parameters: Array
    best: Array
    optimizer: str
    optimizer_state: dict[str, Array]
    generator_state: Any

    def restore(self, optimizer: Optimizer, generator: np.random.BitGenerator) -> None:
        """Bring optimizer and generator to the state in the checkpoint."""
        try:
            generator.state = self.generator_state
        # What the kinds of generators raise, for the states of others and for damaged ones.
        except (ValueError, TypeError, LookupError, ArithmeticError) as error:
            msg = f"`resume`: `rng` must be a generator of the checkpoint's kind: {error}"
            raise ModelFileError(msg) from None
        optimizer.restore(self.optimizer_state)


def write_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint, atomically."""
    arrays: dict[str, Any] = {
        "format": np.array(FORMAT),
        "version": np.array(VERSION, "<i8"),
        "network": np.array(json.dumps(checkpoint.network)),
        "optimizer": np.array(checkpoint.optimizer),
        "generator": np.array(
            json.dumps(checkpoint.generator_state, default=np.ndarray.tolist)
        ),
        "history": np.array(json.dumps(asdict(checkpoint.history))),
        "parameters": checkpoint.parameters,
        "best": checkpoint.best,
    }
    for name, array in checkpoint.optimizer_state.items():
        arrays[name if name == "count" else f"state_{name}"] = array
    with replacing(path) as file:
        np.savez(file, **arrays)


def read_checkpoint(
    path: Path, network: dict[str, Any], size: int, optimizer: Optimizer
) -> Checkpoint:
    """Return a checkpoint of this network, of so many parameters, and of this optimizer."""

    def parse(archive: zipfile.ZipFile) -> Checkpoint:
        return _parse(archive, network, size, optimizer)

    return read_archive(path, "checkpoint", parse)


def _parse(
    archive: zipfile.ZipFile, network: dict[str, Any], size: int, optimizer: Optimizer
) -> Checkpoint:
    """Return the checkpoint in an archive."""
    if "format.npy" not in archive.namelist() or stored_text(archive, "format") != FORMAT:
        msg = "not a checkpoint of nncore"
        raise ModelFileError(msg)
    version = int(stored_array(archive, "version", ("<i8",), ()))
    if version != VERSION:
        msg = f"format version {version}; this nncore reads version {VERSION}"
        raise ModelFileError(msg)
    for name, own in (("network", json.dumps(network)), ("optimizer", repr(optimizer))):
        saved = stored_text(archive, name)
        if saved != own:
            msg = f"a checkpoint of another {name}, {saved}; this one is {own}"
            raise ModelFileError(msg)
    texts = ["format", "version", "network", "optimizer", "generator", "history"]
    arrays = ["parameters", "best", *(f"state_{name}" for name in optimizer.STATE)]
    check_names(archive, [*texts, "count", *arrays])
    floats = (np.dtype(network["dtype"]).str,)
    flat = {name: stored_parameter(archive, name, floats, (size,)) for name in arrays}
    state = {name: flat[f"state_{name}"] for name in optimizer.STATE}
    state["count"] = stored_array(archive, "count", ("<i8",), ())
    if state["count"] < 0:
        msg = f"`count` must not be negative; got {state['count']}"
        raise ModelFileError(msg)
    history = History(**json.loads(stored_text(archive, "history")))
    for name in ("cost", "validation_cost", "validation_accuracy"):
        values = getattr(history, name)
        if not isinstance(values, list) or not all(isinstance(v, float) for v in values):
            msg = f"`{name}` of the history must be a list of numbers"
            raise ModelFileError(msg)
    return Checkpoint(
        network=network,
        history=history,
        parameters=flat["parameters"],
        best=flat["best"],
        optimizer=repr(optimizer),
        optimizer_state=state,
        generator_state=_words(json.loads(stored_text(archive, "generator"))),
    )


def _words(value: Any) -> Any:
    """Return a generator's state from JSON, its lists as arrays of words."""
    if isinstance(value, dict):
        return {key: _words(each) for key, each in value.items()}
    return np.array(value, np.uint64) if isinstance(value, list) else value
