"""The verbs of the command line."""

from .digits import evaluate, predict, train
from .new import new
from .verify import verify

__all__ = ["evaluate", "new", "predict", "train", "verify"]
