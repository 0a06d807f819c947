"""
Pictures of a network, of what it learned, and of how well its gradient is known.

They take plain arrays and know nothing of networks. Each draws on the axes, or the figure, that
it is given, else on a new one, and returns it. matplotlib is imported when a picture is drawn.
Figures are made without pyplot, so no display is needed and nothing stays behind: save one with
``figure.savefig("name.png")`` or ``ax.figure.savefig("name.pdf")``.
"""

from .curves import gradient_norms, learning_curves, training_figure
from .digits import confusion_matrix, first_layer, misclassified
from .gradients import error_maps, step_sizes
from .network import network_drawing
from .passes import forward_pass

__all__ = [
    "confusion_matrix",
    "error_maps",
    "first_layer",
    "forward_pass",
    "gradient_norms",
    "learning_curves",
    "misclassified",
    "network_drawing",
    "step_sizes",
    "training_figure",
]
