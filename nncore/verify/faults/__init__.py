"""Planted faults, by family: what beginners and published taxonomies know of mistakes.

The taxonomies are N. Humbatova et al., "Taxonomy of real faults in deep learning systems", ICSE
2020; M. J. Islam et al., "A comprehensive study on deep learning bug characteristics", ESEC/FSE
2019; Y. Zhang et al., "An empirical study on TensorFlow program bugs", ISSTA 2018; and the
mutation operators of N. Humbatova et al., "DeepCrime: mutation testing of deep learning systems
based on real faults", ISSTA 2021.
"""

from . import (  # noqa: F401
    consistent,
    gradient,
    layer0,
    numerical,
    persistence,
    shape,
    state,
    tiny,
    training,
)

__all__: list[str] = []
