"""Downloads, from a server on this machine that can be told to misbehave."""

import hashlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from nncore.datasets import download
from nncore.datasets.download import FILES, MIRRORS, RemoteFile, download_mnist

# Each longer than one chunk, so that a connection can be cut in between.
CONTENTS = {
    name: bytes([number]) * (100_000 + number) for number, name in enumerate(FILES, start=1)
}
Answer = Callable[["Handler", bytes], None]


class Handler(BaseHTTPRequestHandler):
    """Answers each file's requests by its script, and properly once that is used up."""

    scripts: dict[str, list[Answer]]
    asked: list[str]
    url: str

    def do_GET(self) -> None:
        name = self.path.rsplit("/", maxsplit=1)[-1]
        self.asked.append(name)
        script = self.scripts.get(name, [])
        answer = script.pop(0) if script else send
        answer(self, CONTENTS[name])

    def log_message(self, *_arguments: object) -> None:
        """Print nothing."""


def send(handler: Handler, content: bytes, length: int | None = None) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(content) if length is None else length))
    handler.end_headers()
    handler.wfile.write(content)


def cut(handler: Handler, content: bytes) -> None:
    send(handler, content[: len(content) // 2], length=len(content))
    handler.close_connection = True


def cut_chunked(handler: Handler, content: bytes) -> None:
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    handler.wfile.write(b"%x\r\n" % len(content) + content[:1000])
    handler.close_connection = True


def wrong(_handler: Handler, content: bytes) -> None:
    send(_handler, bytes(len(content)))


def too_long(handler: Handler, content: bytes) -> None:
    send(handler, content + b"more")


def status(code: int) -> Answer:
    return lambda handler, _content: handler.send_error(code)


def hang_up(handler: Handler, _content: bytes) -> None:
    handler.close_connection = True


def stall(handler: Handler, content: bytes) -> None:
    send(handler, content[:70_000], length=len(content))
    time.sleep(2)
    handler.close_connection = True


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Handler]]:
    """Serve `CONTENTS`; the handler's `scripts` say what goes wrong, `asked` what was asked."""
    handler: type[Handler] = type(
        "ScriptedHandler", (Handler,), {"scripts": {}, "asked": [], "url": ""}
    )
    sums = {
        name: RemoteFile(hashlib.sha256(content).hexdigest(), len(content))
        for name, content in CONTENTS.items()
    }
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        running.block_on_close = False
        threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01}).start()
        monkeypatch.setattr(download, "FILES", sums)
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        handler.url = f"http://127.0.0.1:{running.server_port}/mnist"
        monkeypatch.setenv("NNCORE_MNIST_URL", handler.url)
        yield handler
        running.shutdown()


def complete(directory: Path) -> bool:
    """Return whether the directory holds the four right files and nothing else."""
    return {path.name: path.read_bytes() for path in directory.iterdir()} == CONTENTS


IMAGES, LABELS, *_ = CONTENTS


# --- what succeeds


def test_all_files_arrive_and_are_not_fetched_again(
    server: type[Handler], tmp_path: Path
) -> None:
    directory = tmp_path / "made" / "when missing"
    assert download_mnist(directory) == directory
    assert complete(directory)
    assert server.asked == list(CONTENTS)
    download_mnist(directory)
    assert server.asked == list(CONTENTS)


def test_a_damaged_file_is_fetched_again_and_only_that(
    server: type[Handler], tmp_path: Path
) -> None:
    download_mnist(tmp_path)
    server.asked.clear()
    (tmp_path / LABELS).write_bytes(CONTENTS[LABELS][:-1])
    download_mnist(tmp_path)
    assert complete(tmp_path)
    assert server.asked == [LABELS]


@pytest.mark.parametrize(
    "trouble",
    [cut, cut_chunked, wrong, too_long, hang_up, status(500), status(503), status(429)],
)
def test_passing_trouble_is_tried_again(
    server: type[Handler], tmp_path: Path, trouble: Answer
) -> None:
    server.scripts[IMAGES] = [trouble, trouble]
    download_mnist(tmp_path, pause=0)
    assert complete(tmp_path)
    assert server.asked == [IMAGES, IMAGES, *CONTENTS]


def test_a_silent_server_is_tried_again(server: type[Handler], tmp_path: Path) -> None:
    server.scripts[IMAGES] = [stall]
    download_mnist(tmp_path, pause=0, timeout=0.1)
    assert complete(tmp_path)


def test_the_next_mirror_is_tried_without_a_pause(
    server: type[Handler], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "sleep", lambda _seconds: pytest.fail("no pause is needed"))
    server.scripts[IMAGES] = [status(404)]
    download_mnist(tmp_path, mirrors=[f"{server.url}/first", f"{server.url}/second/"])
    assert complete(tmp_path)


def test_the_pause_doubles(
    server: type[Handler], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(time, "sleep", pauses.append)
    server.scripts[IMAGES] = [status(500)] * 3
    download_mnist(tmp_path, pause=0.5)
    assert pauses == [0.5, 1.0, 2.0]


def test_stale_temporary_files_are_removed_and_fresh_ones_left_alone(
    server: type[Handler], tmp_path: Path
) -> None:
    stale, fresh = tmp_path / ".nncore-0123456789abcdef.tmp", tmp_path / ".nncore-fedc.tmp"
    stale.write_bytes(b"half")
    fresh.write_bytes(b"of another process")
    long_ago = time.time() - 2 * download.STALE_SECONDS
    os.utime(stale, (long_ago, long_ago))
    download_mnist(tmp_path)
    assert not stale.exists()
    fresh.unlink()
    assert complete(tmp_path)
    assert server.asked


# --- what fails


@pytest.mark.parametrize(
    ("trouble", "reason"),
    [
        (cut, "got 50000 bytes, expected 100001"),
        (too_long, "got 100005 bytes, expected 100001"),
        (wrong, f"{IMAGES} has SHA-256 [0-9a-f]{{64}}, expected [0-9a-f]{{64}}"),
        (hang_up, "Remote end closed connection"),
        (status(500), "HTTP status 500 Internal Server Error"),
    ],
)
def test_lasting_trouble_is_told_and_nothing_is_left(
    server: type[Handler], tmp_path: Path, trouble: Answer, reason: str
) -> None:
    server.scripts[IMAGES] = [trouble] * 3
    expected = rf"the download failed \(http://127.0.0.1:\d+/mnist: .*{reason}"
    with pytest.raises(OSError, match=expected):
        download_mnist(tmp_path, attempts=3, pause=0)
    assert server.asked == [IMAGES] * 3
    assert list(tmp_path.iterdir()) == []


def test_what_is_not_there_is_asked_for_once(server: type[Handler], tmp_path: Path) -> None:
    server.scripts[LABELS] = [status(404)]
    with pytest.raises(OSError, match="HTTP status 404 Not Found"):
        download_mnist(tmp_path)
    assert server.asked == [IMAGES, LABELS]
    # What had arrived stays.
    assert [path.name for path in tmp_path.iterdir()] == [IMAGES]


def test_a_refused_connection_is_told(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"Connection refused|refused it"):
        download_mnist(tmp_path, mirrors=["http://127.0.0.1:9"], attempts=1)


def test_a_full_disk_is_told_and_not_tried_again(
    server: type[Handler], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fsync(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(OSError, match="No space left on device"):
        download_mnist(tmp_path)
    assert server.asked == [IMAGES]
    assert list(tmp_path.iterdir()) == []


def test_an_error_in_the_middle_leaves_nothing(
    server: type[Handler], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_arguments: object) -> Iterator[bytes]:
        yield CONTENTS[IMAGES][:1000]
        raise KeyboardInterrupt

    monkeypatch.setattr(download, "_chunks", interrupted)
    with pytest.raises(KeyboardInterrupt):
        download_mnist(tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert not server.asked


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGINT to send")
def test_ctrl_c_in_the_middle_leaves_nothing(server: type[Handler], tmp_path: Path) -> None:
    arrived = threading.Event()

    def stop_halfway(handler: Handler, content: bytes) -> None:
        send(handler, content[:70_000], length=len(content))
        arrived.set()
        time.sleep(2)
        handler.close_connection = True

    # A shell's background jobs ignore Ctrl-C, and hand that on.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    server.scripts[IMAGES] = [stop_halfway]
    script = (
        "import sys; from nncore.datasets import download_mnist; download_mnist(sys.argv[1])"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    with subprocess.Popen(command, stderr=subprocess.PIPE) as process:  # noqa: S603 - our own
        assert arrived.wait(timeout=60)
        while not list(tmp_path.glob(".*.tmp")):
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    assert b"KeyboardInterrupt" in errors
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"mirrors": []}, "`mirrors` must name at least one address"),
        (
            {"mirrors": ["file:///etc"]},
            "must start with http:// or https://, got 'file:///etc'",
        ),
        ({"attempts": 0}, "`attempts` must be at least 1, got 0"),
    ],
)
def test_wrong_settings_are_refused(
    tmp_path: Path, settings: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        download_mnist(tmp_path, **settings)


# --- where from and where to


def test_the_public_mirrors_are_the_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NNCORE_MNIST_URL", raising=False)
    tried: list[str] = []

    def chunks(url: str, _size: int, _timeout: float) -> Iterator[bytes]:
        tried.append(url)
        return iter([b""])

    monkeypatch.setattr(download, "_chunks", chunks)
    with pytest.raises(OSError, match="SHA-256"):
        download_mnist(tmp_path, attempts=1)
    assert tried == [f"{mirror}/{IMAGES}" for mirror in MIRRORS]


def test_several_addresses_may_stand_in_the_environment(
    server: type[Handler], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NNCORE_MNIST_URL", f"http://127.0.0.1:9 {server.url}")
    download_mnist(tmp_path)
    assert complete(tmp_path)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have other variables")
def test_the_default_directory_is_in_the_users_cache(
    server: type[Handler], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert download_mnist() == tmp_path / "nncore" / "mnist"
    assert complete(tmp_path / "nncore" / "mnist")
    assert server.asked


def test_without_platformdirs_one_line_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "platformdirs", None)
    with pytest.raises(ModuleNotFoundError, match=r'pip install "nncore\[train\]"$'):
        download_mnist()


# --- the progress bar


def test_without_rich_the_download_is_silent(
    server: type[Handler],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setitem(sys.modules, "rich.console", None)
    download_mnist(tmp_path)
    assert complete(tmp_path)
    assert capsys.readouterr() == ("", "")
    assert server.asked


def test_a_terminal_shows_progress(
    server: type[Handler],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    download_mnist(tmp_path)
    out, err = capsys.readouterr()
    assert not out
    assert IMAGES in err
    assert "100.0/100.0 kB" in err
    assert server.asked


def test_no_terminal_means_no_progress(
    server: type[Handler], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    download_mnist(tmp_path)
    assert capsys.readouterr() == ("", "")
    assert server.asked
