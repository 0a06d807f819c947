"""The command `nncore`, also `python -m nncore`."""

import sys

from .extras import MissingExtraError, needs

__all__ = ["main"]


def main() -> int:
    """
    Run the command line and return its exit status.

    Returns
    -------
    int
        0 when the command did what was asked; 2 after bad input, or when a package that it
        needs is not installed; 130 after Ctrl-C; 141 when nobody reads what it prints. What
        went wrong is said in one line on standard error.
    """
    try:
        with needs("cli"):
            from .cli import main as run  # noqa: PLC0415 - needs an extra
    except MissingExtraError as error:
        print(f"nncore: {error}", file=sys.stderr)  # noqa: T201, rich may be what is missing
        return 2
    return run()


if __name__ == "__main__":
    sys.exit(main())
