"""Real handwritten digits: those of scikit-learn, MNIST from a directory, or downloaded."""

from .dataset import DataFileError, Dataset
from .digits import digits
from .download import download_mnist
from .idx import read_idx
from .mnist import mnist

__all__ = ["DataFileError", "Dataset", "digits", "download_mnist", "mnist", "read_idx"]
