"""A multilayer perceptron in numpy whose gradients are certified, not trusted."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .activations import Activation
from .arrays import Column, Matrix, Pixels, Vector
from .backprop import ForwardPass, Gradient
from .costs import Cost
from .history import Epoch, History
from .network import Network, load
from .optimizers import SGD, Adam, Optimizer

if TYPE_CHECKING:
    from .gradcheck import assert_gradient, check_gradient
    from .persistence import ModelFileError

__all__ = [
    "SGD",
    "Activation",
    "Adam",
    "Column",
    "Cost",
    "Epoch",
    "ForwardPass",
    "Gradient",
    "History",
    "Matrix",
    "ModelFileError",
    "Network",
    "Optimizer",
    "Pixels",
    "Vector",
    "assert_gradient",
    "check_gradient",
    "load",
]


#: What is imported when it is first asked for: a network to be trained needs numpy alone.
LATER = {
    "ModelFileError": ".persistence",
    "assert_gradient": ".gradcheck",
    "check_gradient": ".gradcheck",
}


def __getattr__(name: str) -> Any:
    """Return a public name that is imported when it is first asked for."""
    if name in LATER:
        return getattr(import_module(LATER[name], __name__), name)
    msg = f"module 'nncore' has no attribute {name!r}"
    raise AttributeError(msg)


def __dir__() -> list[str]:
    """Return the public names, those that are imported later included."""
    return __all__
