"""Checkpoints: a resumed run ends with the bits of one that never stopped."""

import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nncore import SGD, Activation, Adam, Epoch, History, ModelFileError, Network, training
from nncore.activations import tanh, tanh_prime
from nncore.progress import TrainingProgress

RNG = np.random.default_rng(0)
X = RNG.normal(size=(23, 2))
LABELS = RNG.integers(0, 3, 23)
HELD_OUT = (RNG.normal(size=(9, 2)), RNG.integers(0, 3, 9))
STREAMS = [np.random.PCG64, np.random.MT19937, np.random.Philox, np.random.SFC64]


def network(**settings: Any) -> Network:
    defaults: dict[str, Any] = {"rng": 0}
    return Network([2, 4, 3], **(defaults | settings))


def bits(net: Network) -> list[bytes]:
    return [array.tobytes() for array in [*net.weights[1:], *net.biases[1:]]]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run.npz"


def check_resume(
    path: Path, settings: dict[str, Any], make: Any, dtype: str = "float64"
) -> None:
    """A run of 7 epochs against one that stops after 3, in another process for all we know."""
    whole, stopped, resumed = (network(dtype=dtype, l2=0.01) for _ in range(3))
    arguments: dict[str, Any] = {"batch_size": 4, "validation": HELD_OUT} | settings
    history = whole.fit(X, LABELS, epochs=7, **arguments, **make())
    stopped.fit(X, LABELS, epochs=3, checkpoint=path, **arguments, **make())
    resumed.weights[1] = resumed.weights[1] + 1  # what stands there is replaced
    again = resumed.fit(X, LABELS, epochs=7, resume=path, **arguments, **make())
    assert bits(resumed) == bits(whole)
    assert again == history
    assert resumed._rng.bit_generator.state == whole._rng.bit_generator.state or "rng" in make()


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(
    "make",
    [
        dict,
        lambda: {"optimizer": SGD(0.9, nesterov=True), "learning_rate": 0.05},
        lambda: {"optimizer": Adam(), "learning_rate": lambda epoch: 0.1 / epoch},
        *(lambda stream=stream: {"rng": np.random.Generator(stream(5))} for stream in STREAMS),
    ],
)
def test_a_resumed_run_ends_with_the_same_bits(path: Path, make: Any, dtype: str) -> None:
    check_resume(path, {}, make, dtype)


@pytest.mark.parametrize("monitor", ["cost", "accuracy"])
def test_the_best_epoch_survives(path: Path, monitor: str) -> None:
    settings = {"patience": 100, "monitor": monitor, "learning_rate": 3.0}
    check_resume(path, settings, dict)


def test_what_a_callback_left_in_the_lists_is_saved(path: Path) -> None:
    def halve(epoch: Epoch) -> None:
        epoch.network.weights[1] = epoch.network.weights[1] / 2

    check_resume(path, {"callbacks": [halve]}, dict)


VALIDATIONS: dict[str, dict[str, Any]] = {
    "none": {},
    "targets that are classes": {"validation": HELD_OUT},
    "targets that are no classes": {"validation": (HELD_OUT[0], np.full((9, 3), 0.5))},
}


@pytest.mark.parametrize("had", VALIDATIONS)
@pytest.mark.parametrize("has", VALIDATIONS)
def test_validation_of_another_kind_is_refused(path: Path, had: str, has: str) -> None:
    network().fit(X, LABELS, epochs=2, checkpoint=path, optimizer="adam", **VALIDATIONS[had])
    resumed, optimizer = network(), Adam()
    arguments: dict[str, Any] = {"epochs": 4, "resume": path, "optimizer": optimizer}
    arguments |= VALIDATIONS[has]
    if had == has:
        assert len(resumed.fit(X, LABELS, **arguments).cost) == 4
        return
    with pytest.raises(ValueError, match=f"the run of `resume` had {had}$"):
        resumed.fit(X, LABELS, **arguments)
    assert bits(resumed) == bits(network())
    assert resumed._rng.bit_generator.state == network()._rng.bit_generator.state
    assert optimizer.state()["count"] == 0


@pytest.mark.parametrize("patience", [2, 3])
def test_a_run_that_patience_ended_is_over(path: Path, patience: int) -> None:
    def arguments(patience: int) -> dict[str, Any]:
        return {"validation": HELD_OUT, "patience": patience, "learning_rate": 3.0}

    ended, resumed, whole = (network() for _ in range(3))
    history = ended.fit(X, LABELS, epochs=60, checkpoint=path, **arguments(2))
    assert history.stopped == "patience"
    again = resumed.fit(X, LABELS, epochs=60, resume=path, **arguments(patience))
    assert again == whole.fit(X, LABELS, epochs=60, **arguments(patience))
    assert bits(resumed) == bits(whole)
    assert (again == history) == (patience == 2)


def test_the_bar_of_a_resumed_run_starts_where_that_ended(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bars = []

    class Bar(TrainingProgress):
        def __init__(self, *arguments: Any, done: int) -> None:
            super().__init__(*arguments, done=done)
            bars.append((arguments, done))

    monkeypatch.setattr(training, "TrainingProgress", Bar)
    network().fit(X, LABELS, epochs=2, checkpoint=path)
    network().fit(X, LABELS, epochs=5, resume=path, progress=False)
    assert bars == [((2, 23, None), 0), ((5, 23, False), 2)]


def test_a_best_epoch_of_something_else_is_refused(path: Path) -> None:
    settings: dict[str, Any] = {"validation": HELD_OUT, "learning_rate": 3.0}
    history = network().fit(X, LABELS, epochs=6, checkpoint=path, **settings)
    most = 1 + int(np.argmax(history.validation_accuracy))
    assert most != history.best_epoch
    message = (
        f"`monitor` must stay as it was; to 'accuracy' the best epoch is {most}, and the run "
        f"of `resume` has the parameters of epoch {history.best_epoch}$"
    )
    with pytest.raises(ValueError, match=message):
        network().fit(X, LABELS, epochs=7, resume=path, monitor="accuracy", **settings)


def test_a_run_that_is_stopped_saves_its_last_epoch(path: Path) -> None:
    def stop(epoch: Epoch) -> None:
        if epoch.number == 3:
            epoch.stop()

    stopped, resumed, whole = (network() for _ in range(3))
    arguments: dict[str, Any] = {"checkpoint": path, "checkpoint_every": 5}
    stopped.fit(X, LABELS, epochs=9, callbacks=[stop], **arguments)
    history = resumed.fit(X, LABELS, epochs=4, resume=path)
    assert history == whole.fit(X, LABELS, epochs=4)
    assert bits(resumed) == bits(whole)


def test_every_nth_epoch_and_the_last_are_saved(path: Path) -> None:
    seen = []

    def look(_: Epoch) -> None:
        seen.append(path.read_bytes() if path.exists() else b"")

    network().fit(
        X, LABELS, epochs=5, checkpoint=str(path), checkpoint_every=2, callbacks=[look]
    )
    # A callback comes before the checkpoint of its epoch.
    assert [epoch for epoch in range(1, 5) if seen[epoch] != seen[epoch - 1]] == [2, 4]
    assert path.read_bytes() != seen[-1]
    with np.load(path, allow_pickle=False) as archive:
        assert len(json.loads(str(archive["history"]))["cost"]) == 5


class TestRefused:
    def saved(self, path: Path, **settings: Any) -> None:
        network().fit(X, LABELS, epochs=2, checkpoint=path, **settings)

    @pytest.mark.parametrize(
        ("net", "settings", "message"),
        [
            (network(l2=0.5), {}, r"run.npz: a checkpoint of another network, \{.*this one is"),
            (network(dtype="float32"), {}, "a checkpoint of another network"),
            (network(hidden="tanh"), {}, "a checkpoint of another network"),
            (Network([2, 5, 3]), {}, "a checkpoint of another network"),
            (network(), {"optimizer": "adam"}, "of another optimizer, SGD.*this one is Adam"),
            (network(), {"optimizer": SGD(0.9)}, "a checkpoint of another optimizer"),
            (
                network(),
                {"rng": np.random.Generator(np.random.Philox(0))},
                "`rng` must be a generator of the checkpoint's kind: .*Philox",
            ),
        ],
    )
    def test_of_another_run(
        self, path: Path, net: Network, settings: dict[str, Any], message: str
    ) -> None:
        self.saved(path)
        before = bits(net)
        with pytest.raises(ModelFileError, match=message):
            net.fit(X, LABELS, epochs=3, resume=path, **settings)
        assert bits(net) == before

    def test_without_epochs_left(self, path: Path) -> None:
        self.saved(path)
        net = network()
        with pytest.raises(ValueError, match="`epochs` must be more than the 2 of `resume`; g"):
            net.fit(X, LABELS, epochs=2, resume=path)
        assert bits(net) == bits(network())
        assert net._rng.bit_generator.state == network()._rng.bit_generator.state

    def test_that_is_not_there(self, path: Path) -> None:
        with pytest.raises(FileNotFoundError):
            network().fit(X, LABELS, resume=path)

    def test_that_is_a_model(self, path: Path) -> None:
        network().save(path)
        with pytest.raises(ModelFileError, match=r"run.npz: not a checkpoint of nncore"):
            network().fit(X, LABELS, resume=path)

    def test_that_is_something_else(self, path: Path) -> None:
        path.write_bytes(b"nothing")
        with pytest.raises(ModelFileError, match="not a checkpoint, or a damaged one"):
            network().fit(X, LABELS, resume=path)

    @pytest.mark.parametrize(
        ("entry", "value", "message"),
        [
            ("version", np.array(2), "format version 2; this nncore reads version 1"),
            ("parameters", np.zeros(3), r"`parameters` must have shape \(27,\); got \(3,\)"),
            ("parameters", np.full(27, np.nan), "`parameters` must be finite"),
            ("best", np.zeros(27, "f4"), "`best` must have dtype <f8; got float32"),
            ("count", np.array(1.0), "`count` must have dtype <i8"),
            ("history", np.array("{"), "not a checkpoint, or a damaged one"),
            ("history", np.array('{"costs": []}'), "not a checkpoint, or a damaged one"),
            (
                "history",
                np.array('{"cost": ["1"]}'),
                "`cost` of the history must be a list of n",
            ),
            ("history", np.array('{"cost": {}}'), "`cost` of the history must be a list of n"),
            ("count", np.array(-1), "`count` must not be negative; got -1"),
            ("generator", np.array("[]"), "`rng` must be a generator of the checkpoint's kind"),
            ("extra", np.array(1), r"must hold each array once; .* unknown \['extra.npy'\]"),
        ],
    )
    def test_that_is_damaged(self, path: Path, entry: str, value: Any, message: str) -> None:
        self.saved(path)
        with np.load(path) as archive:
            entries = dict(archive) | {entry: value}
        np.savez(path, **entries)
        net, state = network(), network()._rng.bit_generator.state
        with pytest.raises(ModelFileError, match=message):
            net.fit(X, LABELS, resume=path)
        assert bits(net) == bits(network())
        assert net._rng.bit_generator.state == state

    @pytest.mark.parametrize("number", [-1, 2**200, "no number", None])
    def test_whose_generator_is_damaged(self, path: Path, number: Any) -> None:
        self.saved(path)
        with np.load(path) as archive:
            entries = dict(archive)
        state = json.loads(str(entries["generator"]))
        state["state"]["state"] = number
        entries["generator"] = np.array(json.dumps(state))
        np.savez(path, **entries)
        with pytest.raises(ModelFileError, match="`rng` must be a generator of the checkpoint"):
            network().fit(X, LABELS, resume=path)

    @pytest.mark.parametrize("name", ["", "folder", "folder/"])
    def test_a_folder_is_no_checkpoint(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
    ) -> None:
        monkeypatch.chdir(tmp_path)
        (tmp_path / "folder").mkdir()
        net = network()
        with pytest.raises(
            OSError, match=f"`checkpoint` must name a regular file; .*{name!r}$"
        ):
            net.fit(X, LABELS, epochs=5, checkpoint=name)
        assert bits(net) == bits(network())

    def test_an_unwritable_checkpoint_leaves_the_epoch(self, tmp_path: Path) -> None:
        net, plain = network(), network()
        folder = tmp_path / "gone"
        folder.mkdir()
        with pytest.raises(FileNotFoundError):
            net.fit(
                X,
                LABELS,
                epochs=5,
                checkpoint=folder / "run.npz",
                callbacks=[lambda _: folder.rmdir()],
            )
        plain.fit(X, LABELS, epochs=1)
        assert bits(net) == bits(plain)

    def test_a_folder_that_is_not_there_is_noticed_before_the_first_epoch(
        self, tmp_path: Path
    ) -> None:
        net = network()
        with pytest.raises(FileNotFoundError, match="`checkpoint` must lie in a folder that"):
            net.fit(X, LABELS, epochs=5, checkpoint=tmp_path / "none" / "run.npz")
        assert bits(net) == bits(network())


def test_a_resumed_run_that_does_not_finish_an_epoch_has_what_was_saved(path: Path) -> None:
    saved, resumed = network(), network(rng=1)
    saved.fit(X, LABELS, epochs=2, checkpoint=path)
    with pytest.warns(RuntimeWarning, match="training diverged in epoch 3"):
        history = resumed.fit(X, LABELS, epochs=4, learning_rate=1e308, resume=path)
    assert len(history.cost) == 2
    assert bits(resumed) == bits(saved)


def test_what_makes_the_network_is_saved_by_name(path: Path) -> None:
    network(l2=1, hidden="tanh").fit(X, LABELS, epochs=1, checkpoint=path)
    with np.load(path) as archive:
        assert json.loads(str(archive["network"])) == {
            "sizes": [2, 4, 3],
            "hidden": "tanh",
            "output": "sigmoid",
            "cost": "cross_entropy",
            "l2": 1.0,
            "dtype": "float64",
        }


def test_nothing_is_pickled(path: Path) -> None:
    own = Activation("own", tanh, tanh_prime)
    network(hidden=own).fit(X, LABELS, epochs=1, optimizer="adam", checkpoint=path)
    with zipfile.ZipFile(path) as archive:
        assert {"state_moment.npy", "state_square.npy"} < set(archive.namelist())
    with np.load(path, allow_pickle=False) as arrays:
        assert all(arrays[name].dtype.kind in "Uif" for name in arrays)
        assert History(**json.loads(str(arrays["history"]))).stopped == "epochs"
