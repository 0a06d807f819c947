"""
Networks that other people might have written, each through an adapter of ten lines.

They stand in tests/verify/implementations.py; so do their adapters.
"""

from __future__ import annotations

from verify.implementations import (
    LIBRARIES,
    attributes,
    book,
    course,
    flat,
    functional,
    stack,
    two_layers,
)

from nncore.verify import NetworkContract


class TestBook(NetworkContract):
    """One example at a time, as a column; no layer 0; the gradient with biases first."""

    adapter = book()
    max_examples = 3


class TestCourse(NetworkContract):
    """A batch of columns; functions of a dict of parameters, which hand on a cache."""

    adapter = course()
    max_examples = 3


class TestFlat(NetworkContract):
    """All parameters in one vector, for an optimizer."""

    adapter = flat()
    max_examples = 3


class TestStack(NetworkContract):
    """A class for each layer, which keeps its gradient; sums instead of means."""

    adapter = stack()
    max_examples = 3


class TestFunctional(NetworkContract):
    """Functions of a tuple of named tuples; a step returns another one."""

    adapter = functional()
    max_examples = 3


class TestAttributes(NetworkContract):
    """Methods that return nothing and leave everything in attributes."""

    adapter = attributes()
    max_examples = 3


class TestTwoLayers(NetworkContract):
    """Exactly one hidden layer, whose arrays have names."""

    adapter = two_layers()
    max_examples = 3


if "torch_sequential" in LIBRARIES:

    class TestTorch(NetworkContract):
        """Tensors, with the gradient of PyTorch's own tape."""

        adapter = LIBRARIES["torch_sequential"]()
        max_examples = 2


if "jax_functions" in LIBRARIES:

    class TestJax(NetworkContract):
        """Immutable arrays, with the gradient of JAX."""

        adapter = LIBRARIES["jax_functions"]()
        only = ("structure", "gradient", "purity")  # it compiles each shape
        max_examples = 2
