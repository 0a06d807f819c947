"""The verbs about handwritten digits: train, evaluate, predict."""

# Heavy imports wait for the verb that needs them, so that `nncore --help` is quick.
# ruff: noqa: PLC0415

import tempfile
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
import numpy as np

from ..activations import ACTIVATIONS
from ..files import replacing, write_text
from ..outputs import check_apart, check_page, check_picture, check_writable
from ..terminal import confusion_matrix, examples, print_confusion, print_outputs

if TYPE_CHECKING:
    from ..datasets import Dataset
    from ..history import History
    from ..network import Network

__all__ = ["evaluate", "predict", "train"]

# One hidden layer of so many neurons, unless `--sizes` says otherwise.
HIDDEN = 100


def _sizes(
    _context: click.Context, _option: click.Parameter, text: str | None
) -> tuple[int, ...] | None:
    """Return the layer sizes in a text such as 64,30,10; the network judges their values."""
    if text is None:
        return None
    try:
        return tuple(int(size) for size in text.split(","))
    except ValueError:
        msg = f"integers separated by commas are expected, got {text!r}."
        raise click.BadParameter(msg) from None


_data_option = click.option(
    "--data",
    default="digits",
    metavar="digits|mnist|DIR",
    help="digits: the 1,797 that scikit-learn installs with itself; mnist: downloaded once to "
    "the user's cache, from NNCORE_MNIST_URL where that is set; DIR: a directory with the four "
    "IDX files of MNIST.  [default: digits]",
)


@click.command(
    epilog=examples(
        "nncore train --sizes 64,30,10 --plot curves.png",
        "nncore train --report training.html",
        "nncore train --data mnist --learning-rate 0.05 -o mnist.npz",
    )
)
@_data_option
@click.option(
    "--sizes",
    metavar="N,N,...",
    callback=_sizes,
    help="Neurons of each layer: the inputs must be the pixels of an image, the outputs 10.  "
    "[default: 64,100,10 for digits; 784,100,10 for MNIST]",
)
@click.option(
    "--epochs",
    type=click.IntRange(min=1),
    default=30,
    show_default=True,
    help="How often every example is seen.",
)
@click.option(
    "--batch-size",
    type=click.IntRange(min=1),
    default=10,
    show_default=True,
    help="Examples for each step.",
)
@click.option(
    "--learning-rate", type=float, default=0.1, show_default=True, help="Length of a step."
)
@click.option(
    "--l2", type=float, default=1e-4, show_default=True, help="Penalty on large weights."
)
@click.option(
    "--patience",
    type=click.IntRange(min=1),
    help="Stop after so many epochs without a better cost of the examples held out, and keep "
    "the best network.  [default: run all epochs, keep the last]",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="One seed gives one network.",
)
@click.option(
    "--activation",
    type=click.Choice([name for name in ACTIVATIONS if name != "softmax"]),
    default="relu",
    show_default=True,
    help="Of the hidden layers.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Where to write the network; replaced when it is there.  [default: digits.npz or "
    "mnist.npz]",
)
@click.option(
    "--plot",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Also draw the learning curves, as .png, .pdf or .svg.",
)
@click.option(
    "--report",
    "report_path",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Also write an HTML page with settings, accuracy, and pictures of what was learned.",
)
def train(
    *,
    data: str,
    sizes: tuple[int, ...] | None,
    epochs: int,
    batch_size: int,
    learning_rate: float,
    l2: float,
    patience: int | None,
    seed: int,
    activation: str,
    output: Path | None,
    plot: Path | None,
    report_path: Path | None,
) -> None:
    """
    Train a network and write it to a file.

    One sixth of the training examples is held out to watch the training; the test examples are
    looked at once, at the end. The outputs are a softmax, the cost is its cross-entropy. Ctrl-C
    stops the training and keeps what was learned.
    """
    from ..network import Network

    dataset = _dataset(data)
    rows, columns = dataset.image_shape
    if sizes is None:
        sizes = (rows * columns, HIDDEN, 10)
    _check_fit(sizes, dataset)
    net = Network(
        sizes, hidden=activation, output="softmax", cost="cross_entropy", l2=l2, rng=seed
    )
    output = output or Path(f"{dataset.name}.npz")
    # What cannot be written is found out before the training, not after it.
    check_apart({"-o": output, "--plot": plot, "--report": report_path}, _files(data))
    check_writable(output)
    if plot is not None:
        check_picture(plot)
    if report_path is not None:
        check_page(report_path)
    fitted, validation = dataset.hold_out()
    click.echo(
        f"{dataset.name}: {len(fitted[1])} examples to fit, {len(validation[1])} held out"
    )
    with warnings.catch_warnings():
        # Divergence is told below, in one line.
        warnings.simplefilter("ignore", RuntimeWarning)
        history = net.fit(
            *fitted,
            epochs=epochs,
            batch_size=batch_size,
            learning_rate=learning_rate,
            validation=validation,
            patience=patience,
        )
    epochs_done = len(history.cost)
    if history.stopped == "diverged":
        # Nothing is written: a network worth keeping may be in the file.
        msg = (
            f"the training diverged in epoch {epochs_done + 1}, nothing is written: lower "
            f"`--learning-rate`, now {learning_rate}"
        )
        raise ValueError(msg)
    told = []
    if history.stopped == "interrupted":
        told.append(f"stopped by Ctrl-C in epoch {epochs_done + 1}; what was learned is kept")
    if history.stopped == "patience":
        told.append(f"stopped after epoch {epochs_done}; kept epoch {history.best_epoch}")
    try:
        _save(net, output)
        told.append(f"wrote {output}")
        if plot is not None:
            _plot(history, plot, f"{dataset.name}, sizes {', '.join(map(str, sizes))}")
            told.append(f"wrote {plot}")
        if report_path is not None:
            settings = {
                "data": dataset.name,
                "sizes": ", ".join(map(str, sizes)),
                "hidden activation": activation,
                "epochs": f"{epochs_done} of {epochs}",
                "batch size": batch_size,
                "learning rate": learning_rate,
                "l2": l2,
                "patience": "none" if patience is None else patience,
                "seed": seed,
            }
            _write_page(net, history, dataset, settings, report_path)
            told.append(f"wrote {report_path}")
    finally:
        # Last: where nobody reads it any more, the files are there.
        for line in told:
            click.echo(line)
    _report(net, dataset)


@click.command(
    short_help="Judge a network by the test examples.",
    epilog=examples("nncore evaluate digits.npz", "nncore evaluate mnist.npz --data mnist"),
)
@click.argument("model", type=click.Path(path_type=Path))
@_data_option
def evaluate(model: Path, data: str) -> None:
    """Print the test accuracy of the network in the file MODEL, and what it confuses."""
    from ..network import load

    net = load(model)
    dataset = _dataset(data)
    _check_fit(net.sizes, dataset)
    _report(net, dataset)


@click.command(
    short_help="Ask a network about image files.",
    epilog=examples("nncore predict digits.npz seven.png"),
)
@click.argument("model", type=click.Path(path_type=Path))
@click.argument("images", nargs=-1, required=True, metavar="IMAGE...")
def predict(model: Path, images: tuple[str, ...]) -> None:
    """
    Print which digits the network in the file MODEL sees in image files, and how surely.

    Each image shows one digit, of any size, dark on light or light on dark; it is cropped,
    scaled and centred as the images were that the network learned from.
    """
    from ..images import prepare
    from ..network import load

    net = load(model)
    x = prepare(images, net.sizes[0])
    print_outputs(images, net.predict(x), np.atleast_1d(net.classify(x)))


def _dataset(name: str) -> "Dataset":
    """Return the data set that the option `--data` names."""
    from ..datasets import digits, download_mnist, mnist

    if name == "digits":
        return digits()
    return mnist(download_mnist() if name == "mnist" else name)


def _files(data: str) -> list[tuple[str, Path]]:
    """Return the IDX files in a directory that the option `--data` names."""
    return [("--data", path) for path in Path(data).glob("*ubyte*")]


def _check_fit(sizes: Sequence[int], dataset: "Dataset") -> None:
    """Raise ValueError unless a network of these sizes can judge the images of the data set."""
    pixels = dataset.image_shape[0] * dataset.image_shape[1]
    if sizes[0] != pixels or sizes[-1] != 10:
        msg = (
            f"{dataset.name} needs {pixels} inputs and 10 outputs, but the network's sizes are "
            f"{','.join(map(str, sizes))}"
        )
        raise ValueError(msg)


def _save(net: "Network", output: Path) -> None:
    """Write the network; where that fails after all, to a place where nothing is lost."""
    try:
        net.save(output)
    except OSError as error:
        refuge = Path(tempfile.mkdtemp(prefix="nncore-")) / output.name
        net.save(refuge)
        reason = error.strerror or error
        msg = f"cannot write {output}: {reason}; the network was written to {refuge}"
        raise OSError(msg) from error


def _plot(history: "History", path: Path, title: str) -> None:
    """Draw the learning curves into a file."""
    from ..plots import training_figure

    figure = training_figure(
        history.cost,
        history.validation_cost,
        history.validation_accuracy,
        best_epoch=history.best_epoch,
        title=title,
    )
    with replacing(path) as file:
        figure.savefig(file, format=path.suffix.removeprefix(".").lower())


def _write_page(
    net: "Network",
    history: "History",
    dataset: "Dataset",
    settings: Mapping[str, object],
    path: Path,
) -> None:
    """Write the training as an HTML page."""
    from .training_page import to_html

    write_text(path, to_html(net, history, dataset, settings))


def _report(net: "Network", dataset: "Dataset") -> None:
    """Print the test accuracy, and what was taken for what."""
    classified = np.atleast_1d(net.classify(dataset.test_x))
    counts = confusion_matrix(dataset.test_labels, classified, classes=10)
    print_confusion(counts)
    correct, examples = int(counts.trace()), int(counts.sum())
    click.echo(f"test accuracy {correct / examples:.4f} ({correct} of {examples})")
