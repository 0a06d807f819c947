"""nncore and its peers, side by side: `nox -s bench`."""
