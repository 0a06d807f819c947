"""nncore beside other gradient checkers, on the same costs and gradients."""
