"""What all tests share."""

import signal


def pytest_configure() -> None:
    """Let programs that tests start hear Ctrl-C, which a shell's background jobs ignore."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
