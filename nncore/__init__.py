"""A multilayer perceptron in numpy whose gradients are certified, not trusted."""

from .activations import Activation
from .arrays import Column, Matrix, Pixels, Vector
from .backprop import ForwardPass, Gradient
from .costs import Cost
from .network import Network, load
from .persistence import ModelFileError
from .training import History

__all__ = [
    "Activation",
    "Column",
    "Cost",
    "ForwardPass",
    "Gradient",
    "History",
    "Matrix",
    "ModelFileError",
    "Network",
    "Pixels",
    "Vector",
    "load",
]
