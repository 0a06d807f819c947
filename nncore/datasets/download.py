"""MNIST from a public mirror into the user's cache: checked, whole or not there at all."""

import contextlib
import functools
import hashlib
import http.client
import os
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from nncore.extras import needs
from nncore.files import TEMPORARY, replacing

__all__ = ["MirrorError", "RemoteFile", "download_mnist"]

MIRRORS = (
    "https://storage.googleapis.com/cvdf-datasets/mnist",
    "https://ossci-datasets.s3.amazonaws.com/mnist",
)
CHUNK = 1 << 16
# Temporary files this old were left by a run that was killed, not by one that is still going.
STALE_SECONDS = 24 * 3600
# Answers that may differ the next time: timeout, too many, the server's own faults.
PASSING = frozenset({408, 429, 500, 502, 503, 504})


class RemoteFile(NamedTuple):
    """What a file must be: its SHA-256 and its number of bytes."""

    sha256: str
    size: int


FILES = {
    "train-images-idx3-ubyte.gz": RemoteFile(
        "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609", 9_912_422
    ),
    "train-labels-idx1-ubyte.gz": RemoteFile(
        "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c", 28_881
    ),
    "t10k-images-idx3-ubyte.gz": RemoteFile(
        "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6", 1_648_877
    ),
    "t10k-labels-idx1-ubyte.gz": RemoteFile(
        "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6", 4_542
    ),
}

# Called with the bytes received since the last call.
Advance = Callable[[int], None]


class MirrorError(OSError):
    """
    One mirror's failure to deliver one file.

    Parameters
    ----------
    reason : str
        What went wrong.
    passing : bool
        Whether the same request may succeed later.
    """

    def __init__(self, reason: str, *, passing: bool) -> None:
        super().__init__(reason)
        self.passing = passing


def download_mnist(
    directory: str | os.PathLike[str] | None = None,
    *,
    mirrors: Sequence[str] | None = None,
    attempts: int = 4,
    pause: float = 1.0,
    timeout: float = 30.0,
) -> Path:
    """
    Download the four files of MNIST, those that are not there yet.

    A file gets its name after all of it has arrived, its SHA-256 is right and it has been
    written to the disk; until then it is a temporary file beside it, removed whatever happens.
    A progress bar is drawn on standard error when that is a terminal and rich is installed.

    Parameters
    ----------
    directory : str or path-like, optional
        Where to put the files; made when it is missing. By default the directory
        ``nncore/mnist`` in the user's cache.
    mirrors : sequence of str, optional
        Addresses to try in turn; a file's name is appended to each. By default the environment
        variable ``NNCORE_MNIST_URL`` (addresses separated by spaces) or, without it, two public
        mirrors.
    attempts : int, default: 4
        How often to try all the mirrors for a file before giving up.
    pause : float, default: 1.0
        Seconds to wait after the first attempt; the wait doubles each time.
    timeout : float, default: 30.0
        Seconds without an answer after which a connection has failed.

    Returns
    -------
    Path
        The directory, which then holds all four files.

    Raises
    ------
    OSError
        When no mirror delivers a file (the message has each mirror's reason), or when the
        directory cannot be made or written to. Files that had arrived before stay.
    ValueError
        When there is no mirror, an address starts with neither ``http://`` nor ``https://``,
        or `attempts` is below 1.
    MissingExtraError
        When `directory` is not given and platformdirs is not installed.

    Examples
    --------
    >>> mnist(download_mnist())  # doctest: +SKIP
    Dataset(name='mnist', image_shape=(28, 28))
    """
    if attempts < 1:
        msg = f"`attempts` must be at least 1, got {attempts}"
        raise ValueError(msg)
    addresses = _addresses(mirrors)
    directory = _cache_directory() if directory is None else Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    _remove_stale_files(directory)
    missing = [name for name, file in FILES.items() if not _is_whole(directory / name, file)]
    for name in missing:
        download = functools.partial(_download, name, directory, timeout)
        _try_mirrors(download, addresses, attempts, pause)
    return directory


def _addresses(mirrors: Sequence[str] | None) -> list[str]:
    """Return the mirrors to use, checked."""
    if mirrors is None:
        mirrors = os.environ.get("NNCORE_MNIST_URL", "").split() or MIRRORS
    if not mirrors:
        msg = "`mirrors` must name at least one address, got none"
        raise ValueError(msg)
    for mirror in mirrors:
        # urllib would open file: and ftp: as well.
        if not mirror.startswith(("http://", "https://")):
            msg = f"`mirrors` must start with http:// or https://, got {mirror!r}"
            raise ValueError(msg)
    return [mirror.rstrip("/") for mirror in mirrors]


def _cache_directory() -> Path:
    """Return the directory for MNIST in the user's cache, by the custom of the system."""
    with needs("train"):
        from platformdirs import user_cache_path  # noqa: PLC0415 - an extra
    return user_cache_path("nncore", appauthor=False) / "mnist"


def _remove_stale_files(directory: Path) -> None:
    """Remove what killed runs have left."""
    for path in directory.glob(TEMPORARY):
        # Another process may have finished or removed it in between.
        with contextlib.suppress(FileNotFoundError):
            if time.time() - path.stat().st_mtime > STALE_SECONDS:
                path.unlink()


def _is_whole(path: Path, file: RemoteFile) -> bool:
    """Return whether the file is there with the right sum."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest() == file.sha256
    except FileNotFoundError:
        return False


def _try_mirrors(
    download: Callable[[str], None], mirrors: Sequence[str], attempts: int, pause: float
) -> None:
    """Download from the first mirror that delivers, with a growing pause between attempts."""
    reasons: dict[str, MirrorError] = {}
    left = list(mirrors)
    for attempt in range(attempts):
        if attempt:
            time.sleep(pause * 2 ** (attempt - 1))
        for mirror in left:
            try:
                return download(mirror)
            except MirrorError as error:
                reasons[mirror] = error
        left = [mirror for mirror in left if reasons[mirror].passing]
        if not left:
            break
    told = "; ".join(f"{mirror}: {error}" for mirror, error in reasons.items())
    msg = f"the download failed ({told})"
    raise OSError(msg)


def _download(name: str, directory: Path, timeout: float, mirror: str) -> None:
    """Put one file of one mirror under its final name, or raise `MirrorError`."""
    sha256, size = FILES[name]
    digest = hashlib.sha256()
    with replacing(directory / name) as out, _bar(name, size) as advance:
        for chunk in _chunks(f"{mirror}/{name}", size, timeout):
            digest.update(chunk)
            out.write(chunk)
            advance(len(chunk))
        if digest.hexdigest() != sha256:
            reason = f"{name} has SHA-256 {digest.hexdigest()}, expected {sha256}"
            raise MirrorError(reason, passing=True)


def _chunks(url: str, size: int, timeout: float) -> Iterator[bytes]:
    """Give what the server sends, which must be `size` bytes; stop at the first byte more."""
    received = 0
    try:
        # The scheme was checked with the mirror's address.
        with urllib.request.urlopen(url, timeout=timeout) as response:  # noqa: S310
            while received <= size and (chunk := response.read(CHUNK)):
                received += len(chunk)
                yield chunk
    except urllib.error.HTTPError as error:
        error.close()
        reason = f"HTTP status {error.code} {error.reason}"
        raise MirrorError(reason, passing=error.code in PASSING) from error
    except (OSError, http.client.HTTPException) as error:
        # A refused, silent or broken connection.
        raise MirrorError(str(error) or repr(error), passing=True) from error
    if received != size:
        reason = f"got {received} bytes, expected {size}"
        raise MirrorError(reason, passing=True)


@contextlib.contextmanager
def _bar(name: str, size: int) -> Iterator[Advance]:
    """Draw a progress bar for one file, where there is rich and a terminal."""
    try:
        from rich.console import Console  # noqa: PLC0415 - an extra
        from rich.progress import BarColumn, DownloadColumn, Progress  # noqa: PLC0415
    except ModuleNotFoundError:
        yield lambda _count: None
        return
    console = Console(stderr=True)
    if not console.is_terminal:  # older versions of rich print an empty line for a hidden bar
        yield lambda _count: None
        return
    columns = ("{task.description}", BarColumn(), DownloadColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task(name, total=size)
        yield lambda count: progress.advance(task, count)
