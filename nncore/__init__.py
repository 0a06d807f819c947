"""A multilayer perceptron in numpy whose gradients are certified, not trusted."""

from .activations import Activation
from .arrays import Column, Matrix, Pixels, Vector
from .backprop import ForwardPass, Gradient
from .costs import Cost
from .history import Epoch, History
from .network import Network, load
from .optimizers import SGD, Adam, Optimizer
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
    "load",
]
